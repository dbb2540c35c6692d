"""Which mentions make up which event.

A function of the set of mentions alone: neither the order in which they came nor how they were cut into batches
matters. Mentions that could be one event hang together in components; each component is cut into events from scratch.
Ids are no business of this module (``identity``), nor is what of the lake has to be looked at (``scope``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from etl.merge.match import MATCH, acting, counted, name_in_common, total, unidentified
from etl.merge.records import Report

# Two events that each stand on their own reports are joined only where reports agree on more than two reports need to.
JOIN = 0.7
# What speaks for one of several events that a mention fits about as well: that many tell of it (for each natural
# logarithm of their number), and that its toll is theirs. Chosen on seeds 2 to 4 of the synthetic load, decision 008.
TOLD_OFTEN, SAME_TOLL = 0.04, 0.1
NEAR_TOLL = 0.5  # share of the higher toll by which two tolls of one event may differ
BORNE_OUT = 2  # pairs that name the same side, for each that contradicts
FEW = 0.2  # share of pairs
# Most mentions that are compared each with each. A larger component (a siege told by hundreds of vague reports) is
# first cut at its weaker links, step by step, so that the cost stays linear in the number of mentions.
CAP = 1000
STEPS = (MATCH, 0.7, 0.8, 0.9, 0.97)


def order(report: Report) -> tuple[object, ...]:
    """How much a mention pins down, most first; then its days and its id, so that no two stand equal."""
    m = report.mention
    low, high = report.days
    named = sum(1 for name in (m["actor1"], m["actor2"]) if name and not unidentified(name))
    clarity = (float((high - low).days), float(m["geo_precision"] or 3), -float(named), -float(m["confidence"]))
    return (clarity, low, high, report.key)


class Near:
    """Mentions by country and day, so that one is compared only with what it could be."""

    def __init__(self, reports: Iterable[Report] = ()) -> None:
        self._cells: dict[tuple[str, int], dict[str, Report]] = {}
        for report in reports:
            self.add(report)

    def add(self, report: Report) -> None:
        """Put a mention into the cells of its days; once more changes nothing."""
        for cell in _cells(report):
            self._cells.setdefault(cell, {})[report.key] = report

    def around(self, report: Report) -> list[Report]:
        """All other mentions of its country that share a day with it."""
        found = {k: r for cell in _cells(report) for k, r in self._cells.get(cell, {}).items()}
        found.pop(report.key, None)
        return list(found.values())

    def matches(self, report: Report) -> dict[str, float]:
        """Mentions that score at least ``MATCH`` against it: their ids and scores."""
        totals = ((r.key, total(report, r)) for r in self.around(report))
        return {key: likeness for key, likeness in totals if likeness >= MATCH}


def _cells(report: Report) -> Iterable[tuple[str, int]]:
    low, high = report.days
    return ((report.mention["iso3"], day) for day in range(low.toordinal(), high.toordinal() + 1))


Links = Mapping[str, Mapping[str, float]]


def clusters(reports: Iterable[Report], links: Links | None = None) -> list[list[Report]]:
    """The events that a set of mentions tells of.

    Args:
        reports: mentions; two of one article are never put together.
        links: what each of them matches, as ``Near.matches`` gives it, where that is known.

    Returns:
        Mentions by event, the clearest first; events by their clearest mention.
    """
    ordered = sorted(reports, key=order)
    if links is None:
        near = Near(ordered)
        links = {r.key: near.matches(r) for r in ordered}
    found = [c for part in _components(ordered, links, 0) for c in _cut(part, links)]
    return sorted(found, key=lambda c: order(c[0]))


def _components(ordered: Sequence[Report], links: Links, step: int) -> list[list[Report]]:
    """Mentions that hang together by pairs at or above a bar, which rises where too many do."""
    by_key = {r.key: r for r in ordered}
    seen: set[str] = set()
    found = []
    for first in ordered:
        if first.key in seen:
            continue
        seen.add(first.key)
        part, waiting = [], [first.key]
        while waiting:
            key = waiting.pop()
            part.append(by_key[key])
            on = [k for k, like in links[key].items() if like >= STEPS[step] and k in by_key and k not in seen]
            seen.update(on)
            waiting += on
        part.sort(key=order)
        again = len(part) > CAP and step + 1 < len(STEPS)
        found += _components(part, links, step + 1) if again else [part]
    return found


def _cut(part: Sequence[Report], links: Links) -> list[list[Report]]:
    """Events of one component.

    Mentions come by how much they say, so that a vague one joins a clear one and never the other way round; each goes
    to the event whose mentions it fits best. Where it fits several, as a vague one does in a town where much
    happened, it more likely tells of the one that many tell of, and of the one with its toll.
    """
    pairs = _Pairs()
    groups: list[list[Report]] = []
    place: dict[str, int] = {}
    for report in part:
        near = sorted({place[k] for k in links[report.key] if k in place})
        fits = ((pairs.fit([report], groups[i]), i) for i in near)
        able = [(fit + _speaks_for(groups[i], report), -i) for fit, i in fits if fit >= MATCH]
        at = -max(able)[1] if able else len(groups)
        if not able:
            groups.append([])
        place[report.key] = at
        groups[at].append(report)
    return _join(groups, place, links, pairs)


def _speaks_for(group: Sequence[Report], report: Report) -> float:
    """What speaks for an event beside how well a mention fits it: that many tell of it, and with the same toll."""
    often = TOLD_OFTEN * math.log(len(group))
    mine, theirs = counted(report.mention), [t for r in group if (t := counted(r.mention)) is not None]
    if mine is None or not theirs:
        return often
    return often + SAME_TOLL * sum(abs(mine - t) <= NEAR_TOLL * max(mine, t) for t in theirs) / len(theirs)


def _join(groups: list[list[Report]], place: dict[str, int], links: Links, pairs: _Pairs) -> list[list[Report]]:
    """Groups that are the same event made one, the most alike first."""
    linked = {(min(place[a], place[b]), max(place[a], place[b])) for a in place for b in links[a] if b in place}
    fits = {(a, b): pairs.fit(groups[a], groups[b]) for a, b in linked if a != b}
    while fits:
        able = [(-fit, pair) for pair, fit in fits.items() if fit >= _bar(groups, *pair)]
        if not able:
            break
        a, b = min(able)[1]
        groups[a] += groups[b]
        groups[b] = []
        others = {x for pair in fits if a in pair or b in pair for x in pair} - {a, b}
        fits = {pair: fit for pair, fit in fits.items() if a not in pair and b not in pair}
        fits |= {(min(a, x), max(a, x)): pairs.fit(groups[a], groups[x]) for x in others}
    return [sorted(g, key=order) for g in groups if g]


def _bar(groups: list[list[Report]], a: int, b: int) -> float:
    return MATCH if 1 in (len(groups[a]), len(groups[b])) else JOIN


class _Pairs:
    """Scores of pairs of mentions, each computed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}

    def fit(self, some: Sequence[Report], others: Sequence[Report]) -> float:
        """Mean score of all pairs, 0 where they cannot be one event.

        They cannot where an article would tell it twice, and where pairs contradict each other unless the others bear
        them out: for each contradiction (a report with a wrong day, another unit of one army) there have to be
        ``BORNE_OUT`` pairs that match and name the same armed side or crowd. Reports of unidentified attackers thus
        never tie two identified ones together, however many they are. Reports that name nobody may contradict ``FEW``.
        """
        likeness, against, named = 0.0, 0, 0
        for a in some:
            for b in others:
                if a.article_id == b.article_id:
                    return 0.0
                one, same = self._pair(a, b)
                likeness += one
                against += one <= 0
                named += same
        pairs = len(some) * len(others)
        fits = named >= BORNE_OUT * against or (against <= FEW * pairs and self._nameless(some, others))
        return likeness / pairs if fits else 0.0

    def _nameless(self, some: Sequence[Report], others: Sequence[Report]) -> bool:
        """Whether one side names nobody who acts, so that it cannot tie two of them together."""
        return any(not any(acting(r.mention) for r in side) for side in (some, others))

    def _pair(self, a: Report, b: Report) -> tuple[float, bool]:
        key = (a.key, b.key) if a.key < b.key else (b.key, a.key)
        if key not in self._known:
            likeness = total(a, b)
            self._known[key] = likeness, likeness > 0 and name_in_common(a.mention, b.mention)
        return self._known[key]
