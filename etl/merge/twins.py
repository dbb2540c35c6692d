"""No two events of one day, gazetteer entry, type and pair of actors (rule V34): what comes out alike is one event.

Works on rows, after mentions have been clustered: reports that do not match each other can still end in equal rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from etl.merge.cluster import order
from etl.merge.records import Report, Row

Town = tuple[str, Any, tuple[date, date]]


def one_each(
    found: Sequence[Sequence[Report]], row_of: Callable[[Sequence[Report]], dict[str, Any]]
) -> tuple[list[list[Report]], list[dict[str, Any]], set[Town]]:
    """Joins events with equal rows, all at once and again until none are left.

    Args:
        found: mentions by event.
        row_of: the row of an event from its mentions.

    Returns:
        Mentions by event, their rows, and every town and span of days that a row had on the way: country, gazetteer
        id, days. An event outside ``found`` can only be alike if it has a mention there.
    """
    events = [(list(reports), row_of(reports)) for reports in found]
    towns: set[Town] = set()
    while True:
        alike: dict[tuple[Any, ...], list[tuple[list[Report], dict[str, Any]]]] = {}
        for i, (reports, row) in enumerate(events):
            if row["geonameid"] is None:
                alike[(i,)] = [(reports, row)]
                continue
            towns.add((row["iso3"], row["geonameid"], (row["event_date_low"], row["event_date_high"])))
            alike.setdefault(_key(row), []).append((reports, row))
        if len(alike) == len(events):
            events.sort(key=lambda e: order(e[0][0]))
            return [reports for reports, _ in events], [row for _, row in events], towns
        events = [same[0] if len(same) == 1 else _joined([r for r, _ in same], row_of) for same in alike.values()]


def _joined(
    same: Sequence[Sequence[Report]], row_of: Callable[[Sequence[Report]], dict[str, Any]]
) -> tuple[list[Report], dict[str, Any]]:
    reports = sorted((r for each in same for r in each), key=order)
    return reports, row_of(reports)


def _key(row: Row) -> tuple[Any, ...]:
    actors = tuple(sorted((row["actor1"], row["actor2"] or "")))
    return (row["event_date"], row["geonameid"], actors, row["event_type"])
