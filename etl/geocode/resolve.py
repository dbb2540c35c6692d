"""Decide which gazetteer entry each recognised name means, for the whole article at once.

One name has one sense in an article. Evidence, in order of weight: what the text says outright ("Tripoli, Lebanon"),
a kind word ("Idlib province"), the countries the article speaks of, the other places nearby, then how important the
place is. What stays open stays unresolved; the margin over the runner-up becomes the confidence.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from etl.geocode.gazetteer import Entry, Gazetteer, contains
from etl.geocode.geometry import distance_km
from etl.geocode.names import name_key

CONTAINED = 6.0
"""Weight of "X, Y" where Y holds X: above any difference in size (a metropolis has 7.5, a hamlet 2)."""
KIND = 3.0
"""Weight of a kind word: a small province beats a large town of the name, not a capital elsewhere named outright."""
COUNTRY = 3.0
"""Weight of lying in the country the article speaks of most: a town of 10,000 there beats one of 5 million elsewhere."""
NEAR = 1.2
"""Weight of lying near other places of the article."""
NEAR_KM = 200.0
"""Distance at which nearness has lost two thirds of its weight: about the breadth of a province."""
SAME_KM = 40.0
"""Entries closer than this are one place for the purpose of confidence (a town and its district)."""


@dataclass(frozen=True)
class Candidate:
    """A stretch of text that may name a place, and the entries it may mean.

    Attributes:
        hint: feature that a kind word asks for (``admin1`` for "province"), or None.
        sure: the tagger itself calls it a place.
    """

    start: int
    end: int
    text: str
    entries: tuple[Entry, ...]
    hint: str | None
    sure: bool


Answer = tuple[Entry | None, float]


def resolve(
    candidates: Sequence[Candidate], source: str, gaz: Gazetteer, nationalities: Sequence[str], context: str | None
) -> list[Answer | None]:
    """An entry (or None) and a confidence for every candidate, in the same order.

    Args:
        candidates: in text order, not overlapping.
        source: the article's text.
        gaz: to look up near spellings once the countries are known.
        nationalities: iso3 of every nationality word of the article.
        context: iso3 of the outlet's country, or None.

    Returns:
        For each candidate the answer; None where the candidate turned out to be no place.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for i, c in enumerate(candidates):
        groups[name_key(c.text)].append(i)
    entries = {key: candidates[where[0]].entries for key, where in groups.items()}
    hints = {key: Counter(h for i in where if (h := candidates[i].hint)) for key, where in groups.items()}
    holders = _containment(candidates, source, entries)
    chosen: dict[str, Answer] = {}
    weights = _countries(chosen, groups, entries, nationalities, context)
    for _ in range(3):
        chosen = {
            key: _choose(key, found, hints[key], holders.get(key, Counter()), weights, chosen, groups)
            for key, found in entries.items()
        }
        weights = _countries(chosen, groups, entries, nationalities, context)
        entries = {key: found or _respelt(candidates[groups[key][0]], weights, gaz) for key, found in entries.items()}
    answers: list[Answer | None] = []
    for i, c in enumerate(candidates):
        key = name_key(c.text)
        entry, confidence = chosen[key]
        own = holders.get(("at", i))  # type: ignore[call-overload]
        if own and entry is not None and entry.id not in own:
            entry, confidence = _choose(key, entries[key], hints[key], own, weights, chosen, groups)
        answers.append((_feature_asked(entry, c, entries[key]), confidence))
    return answers


def _feature_asked(entry: Entry | None, candidate: Candidate, entries: Sequence[Entry]) -> Entry | None:
    """The unit instead of its chief town (or the town instead of the unit) where this very mention names the kind."""
    if entry is None or candidate.hint is None or entry.feature == candidate.hint:
        return entry
    near = [e for e in entries if e.feature == candidate.hint and e.country == entry.country
            and (e.admin1_code == entry.admin1_code)]  # fmt: skip
    return near[0] if near else entry


def _containment(
    candidates: Sequence[Candidate], source: str, entries: dict[str, tuple[Entry, ...]]
) -> dict[object, Counter[int]]:
    """Entries that the wording places inside the name that follows: "X, Y", "X in Y", "Y's X".

    Keys are a name's key (all its mentions) and ("at", i) for one mention.
    """
    found: dict[object, Counter[int]] = defaultdict(Counter)
    for i in range(len(candidates) - 1):
        for j in (i + 1, i + 2):
            if j >= len(candidates):
                break
            a, b = candidates[i], candidates[j]
            between = source[a.end : b.start]
            if len(between) > 45:
                break
            inside, holder, at = (a, b, i)
            if re.fullmatch(r"(?:'s|\u2019s)\s+(?:[a-z]+\s+){0,3}(?:of\s+)?", between):
                inside, holder, at = b, a, j
            elif not re.fullmatch(
                r"\s*,\s*(?:in\s+)?(?:the\s+)?|\s*\(\s*|\s+in\s+(?:[a-z-]+\s+){0,4}|,?\s+(?:a|the)\s+(?:[a-z-]+\s+){0,4}in\s+(?:[a-z-]+\s+){0,3}|"
                r"\s+(?:province|district|governorate|county|region)(?:\s+of|\s+in|,)\s+(?:[a-z-]+\s+){0,3}|\s*,\s*\w+\s*,\s*",
                between,
            ):
                continue
            for e in inside.entries:
                if any(contains(h, e) for h in holder.entries):
                    found[name_key(inside.text)][e.id] += 1
                    found["at", at][e.id] += 1
    return found


def _countries(
    chosen: dict[str, Answer], groups: dict[str, list[int]], entries: dict[str, tuple[Entry, ...]],
    nationalities: Sequence[str], context: str | None,
) -> dict[str, float]:  # fmt: skip
    """How much the article speaks of each country, the most spoken of at 1."""
    weight: Counter[str] = Counter()
    for key, where in groups.items():
        found = entries[key]
        countries = [e for e in found if e.feature == "country" and e.country]
        mentions = 1 + math.log2(len(where))
        if countries:
            weight[str(countries[0].country)] += 1.5 * mentions  # type: ignore[assignment]
        elif key in chosen and (entry := chosen[key][0]) and entry.country:
            weight[entry.country] += mentions * chosen[key][1]  # type: ignore[assignment]
        elif found and key not in chosen and len({e.country for e in found}) == 1 and found[0].country:
            weight[found[0].country] += mentions  # type: ignore[assignment]
    for iso3, count in Counter(nationalities).items():
        weight[iso3] += 0.7 * (1 + math.log2(count))  # type: ignore[assignment]
    if context:
        weight[context] += 2  # type: ignore[assignment]
    most = max(weight.values(), default=0)
    return {iso3: w / most for iso3, w in weight.items()} if most else {}


def _choose(
    key: str, entries: tuple[Entry, ...], hints: Counter[str], holders: Counter[int], weights: dict[str, float],
    chosen: dict[str, Answer], groups: dict[str, list[int]],
) -> Answer:  # fmt: skip
    if not entries:
        return None, 0.0
    others = [
        (e, len(groups[k])) for k, (e, _) in chosen.items() if k != key and e is not None and e.feature != "country"
    ]
    scored = sorted(
        ((_score(e, hints, holders, weights, others), e) for e in entries),
        key=lambda se: (-se[0], se[1].id),
    )
    best, entry = scored[0]
    rival = next((s for s, e in scored[1:] if distance_km(e.point, entry.point) > SAME_KM), best - 4)
    confidence = 1 / (1 + math.exp(-(best - rival)))
    return entry, round(confidence, 3)


def _score(
    e: Entry, hints: Counter[str], holders: Counter[int], weights: dict[str, float], others: Sequence[tuple[Entry, int]]
) -> float:
    score = e.importance + (0.7 if e.main else 0.0)
    if hints:
        score += KIND * hints[e.feature] / sum(hints.values())
    elif e.feature == "admin1":
        score -= 0.3  # a bare name is more often the town
    elif e.feature == "admin2":
        score -= 1.0
    if holders.get(e.id):
        score += CONTAINED
    if e.country and e.feature != "country":
        score += COUNTRY * weights.get(e.country, 0.0)
    near = 0.0
    for other, _ in others:
        if contains(other, e) or contains(e, other):
            near = max(near, 1.0)
        elif other.feature in {"populated", "admin2", "admin1"}:
            near = max(near, math.exp(-distance_km(e.point, other.point) / NEAR_KM))
    return score + NEAR * near


def _respelt(candidate: Candidate, weights: dict[str, float], gaz: Gazetteer) -> tuple[Entry, ...]:
    """Entries of near spelling in the two countries the article speaks of most, as alternate names."""
    if not candidate.sure:
        return ()
    top = sorted((w, c) for c, w in weights.items() if w >= 0.4)[-2:]
    return tuple(replace(e, main=False) for _, iso3 in reversed(top) for e in gaz.similar(candidate.text, iso3))


__all__ = ["Candidate", "resolve"]
