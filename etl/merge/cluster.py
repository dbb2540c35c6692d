"""Which mentions make up which event.

Takes the events as they stand and new mentions, and gives groups. The order in which mentions come does not matter:
they are taken by how much they say, so that a vague report joins a clear one and never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from etl.merge.match import MATCH, score, unidentified, without_place
from etl.merge.records import Report

# A corrected version of an article goes to the event its earlier version stood in unless it clearly tells of another.
STICKY = 0.15
# Two events that each stand on their own reports are joined only where reports agree on nearly everything.
JOIN = 0.8


@dataclass
class Group:
    """Mentions of one event; ``event_id`` is None until it is given one.

    Attributes:
        absorbed: ids of events that turned out to be this one.
        past: mentions it has just lost, because their article was corrected, withdrawn or read again.
    """

    event_id: str | None
    reports: list[Report] = field(default_factory=list)
    absorbed: list[str] = field(default_factory=list)
    past: list[Report] = field(default_factory=list)

    @property
    def articles(self) -> set[str]:
        """Articles that report it."""
        return {r.article_id for r in self.reports}

    def fit(self, report: Report) -> float:
        """Mean score against the group's mentions; 0 where it contradicts one of them or its article is in already."""
        if report.article_id in self.articles or not self.reports:
            return 0.0
        totals = [score(report, r).total for r in self.reports]
        return 0.0 if min(totals) <= 0 else sum(totals) / len(totals)

    def fit_corrected(self, report: Report) -> float:
        """Score against what the report's own article said here before, where only the place was corrected.

        An article that moves its one event to another town of the country has corrected it, not told of another.
        """
        if self.reports:
            return 0.0
        own = [r for r in self.past if r.article_id == report.article_id]
        return max((without_place(score(report, r, same_article=True)) for r in own), default=0.0)

    def fit_past(self, report: Report) -> float:
        """Best score against the mentions that an empty group has lost: a corrected article stays in its event."""
        return max((score(report, r, same_article=True).total for r in self.past), default=0.0)


def clarity(report: Report) -> tuple[float, ...]:
    """How much a mention pins down, most first."""
    m = report.mention
    low, high = report.days
    named = sum(1 for name in (m["actor1"], m["actor2"]) if name and not unidentified(name))
    return (float((high - low).days), float(m["geo_precision"] or 3), -float(named), -float(m["confidence"]))


def group_reports(
    standing: Sequence[Group], new: Iterable[Report], earlier: Mapping[str, Iterable[str]] | None = None
) -> list[Group]:
    """Groups after the new mentions have found their place.

    Args:
        standing: events with the mentions they still have, oldest id first; some may have none left.
        new: mentions that belong to no event yet.
        earlier: ids of the events that an article's earlier versions stood in, by article id.

    Returns:
        All groups: the standing ones, changed or not, then new ones. Joined groups have ``absorbed`` set.
    """
    groups = [Group(g.event_id, list(g.reports), list(g.absorbed), list(g.past)) for g in standing]
    former = {article: set(ids) for article, ids in (earlier or {}).items()}
    touched: list[Group] = []
    index = _Index(groups)

    def put(report: Report, group: Group) -> None:
        group.reports.append(report)
        index.add(group, report)
        if not any(group is g for g in touched):
            touched.append(group)

    def best_of(report: Report, fit_of: Callable[[Group], float]) -> Group | None:
        best, best_fit = None, 0.0
        for group in index.near(report):
            fit = fit_of(group)
            fit += STICKY if fit > 0 and group.event_id in former.get(report.article_id, ()) else 0.0
            if fit >= MATCH and fit > best_fit:
                best, best_fit = group, fit
        return best

    def usual(report: Report) -> Group | None:
        return best_of(report, lambda g: g.fit(report) if g.reports else g.fit_past(report))

    # What a corrected article says of another place waits until everything that stayed in its place has been put.
    moved: list[Report] = []
    for report in sorted(new, key=lambda r: (clarity(r), r.days, r.key)):
        group = usual(report)
        if group is None and report.article_id in former:
            moved.append(report)
            continue
        if group is None:
            groups.append(group := Group(None))
        put(report, group)
    for report in moved:
        group = best_of(report, lambda g, r=report: g.fit_corrected(r)) or usual(report)  # type: ignore[misc]
        if group is None:
            groups.append(group := Group(None))
        put(report, group)
    return _join(groups, touched, index)


class _Index:
    """Groups by country and day, so that a mention is compared only with what it could be."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._order: dict[int, int] = {}
        self._cells: dict[tuple[str, int], dict[int, Group]] = {}
        for group in groups:
            for report in (*group.reports, *group.past):
                self.add(group, report)

    def add(self, group: Group, report: Report) -> None:
        self._order.setdefault(id(group), len(self._order))
        for cell in self._of(report):
            self._cells.setdefault(cell, {})[id(group)] = group

    def near(self, report: Report) -> list[Group]:
        found = {key: g for cell in self._of(report) for key, g in self._cells.get(cell, {}).items()}
        return [found[key] for key in sorted(found, key=self._order.__getitem__)]

    @staticmethod
    def _of(report: Report) -> Iterable[tuple[str, int]]:
        low, high = report.days
        return ((report.mention["iso3"], day) for day in range(low.toordinal(), high.toordinal() + 1))


def _join(groups: list[Group], touched: Iterable[Group], index: _Index) -> list[Group]:
    """Join touched groups with others that are the same event, the older one staying."""
    place = {id(g): i for i, g in enumerate(groups)}
    gone: set[int] = set()
    for group in touched:
        near = {id(g): g for r in group.reports for g in index.near(r)}
        for other in sorted(near.values(), key=lambda g: place[id(g)]):
            if id(group) in gone or id(other) in gone or other is group or not other.reports:
                continue
            if _one_event(group, other):
                keep, drop = sorted((group, other), key=lambda g: place[id(g)])
                absorb(keep, drop)
                gone.add(id(drop))
    return [g for g in groups if id(g) not in gone]


def absorb(keep: Group, drop: Group) -> None:
    """Move everything of one group into another."""
    keep.reports.extend(drop.reports)
    keep.past.extend(drop.past)
    keep.absorbed.extend(drop.absorbed)
    if drop.event_id:
        keep.absorbed.append(drop.event_id)


def _one_event(a: Group, b: Group) -> bool:
    if a.articles & b.articles:
        return False
    totals = [score(x, y).total for x in a.reports for y in b.reports]
    return min(totals) > 0 and sum(totals) / len(totals) >= JOIN
