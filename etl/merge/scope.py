"""How far a change reaches: every mention that can have a say in which events the new ones make.

The set is closed: mentions linked by a score of ``MATCH``, mentions of one standing event, and events of one town and
day belong to it whole, so that clustering it from scratch gives what clustering the whole lake would give. Only narrow
columns are read; what an event is made of is read by ``reading`` for those that change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import Any

from etl.merge.cluster import Near
from etl.merge.reading import joined, rows_in
from etl.merge.records import Report, Row
from etl.store import Lake, Snapshot

# What scoring and ordering mentions takes.
NARROW = (
    "mention_id", "doc_id", "iso3", "event_date", "event_date_low", "event_date_high", "time_precision", "geonameid",
    "latitude", "longitude", "geo_precision", "uncertainty_km", "admin1", "location", "event_type", "sub_event_type",
    "actor1", "inter1", "actor2", "inter2", "alleged_actor1", "fatalities", "fatalities_basis", "confidence",
)  # fmt: skip
NO_MOMENT = datetime.min.replace(tzinfo=UTC)  # of reports whose article has not been read
Span = tuple[date, date]


class Scope:
    """The mentions around a change.

    Attributes:
        reports: mentions within, by id. Those that stand in events carry no claims and no moment.
        links: what each mention within matches: ids and scores.
        event_of: id of the event that a mention stands in; for mentions within, all mentions of that event are.
    """

    def __init__(self, lake: Lake, at: Snapshot, new: Iterable[Report], without: Collection[str]) -> None:
        self._lake, self._at, self._without = lake, at, frozenset(without)
        self._near = Near()
        self._known: dict[str, Report] = {}
        self._whole: set[str] = set()
        self._read: dict[str, list[Span]] = {}
        self.reports: dict[str, Report] = {}
        self.event_of: dict[str, str] = {}
        self.links: dict[str, dict[str, float]] = {}
        fresh = list(new)
        for report in fresh:
            self._known[report.key] = report
            self._near.add(report)
        self._grow(fresh)

    def add_events(self, event_ids: Collection[str]) -> None:
        """Takes standing events in, with all that hangs together with them."""
        self._grow(self._members(event_ids))

    def add_linked(self, event_ids: Collection[str]) -> bool:
        """As ``add_events``; whether there were any more."""
        had = len(self.reports)
        self.add_events(event_ids)
        return len(self.reports) > had

    def add_twins(self, places: Iterable[tuple[str, Any, Span]]) -> bool:
        """Takes in mentions and events of the given towns and days: country, gazetteer id, days.

        Events beside mentions, because an event may have its place from one mention and its day from another.

        Returns:
            Whether there were any more.
        """
        wanted, had = set(places), len(self.reports)
        self._read_days([(iso3, span) for iso3, _, span in wanted])
        by_town: dict[tuple[str, Any], list[Report]] = {}
        for r in self._known.values():
            if r.key not in self.reports:
                by_town.setdefault((r.mention["iso3"], r.mention["geonameid"]), []).append(r)
        more = [
            r
            for iso3, town, (low, high) in wanted
            for r in by_town.get((iso3, town), ())
            if r.days[0] <= high and low <= r.days[1]
        ]
        self._grow(more)
        self._grow(self._members(self._events_on(wanted)))
        return len(self.reports) > had

    def _events_on(self, places: Collection[tuple[str, Any, Span]]) -> set[str]:
        """Standing events whose rows have one of some towns and a day of its span."""
        spans: dict[Any, list[Span]] = {}
        for _, town, span in places:
            spans.setdefault(town, []).append(span)
        found = set()
        for first, last in joined(span for _, _, span in places):
            filters = [("event_date", ">=", first), ("event_date", "<=", last), ("geonameid", "in", sorted(spans))]
            columns = ["event_id_cnty", "geonameid", "event_date"]
            for e in self._lake.rows("events", as_of=self._at, filters=filters, columns=columns):
                if any(low <= e["event_date"] <= high for low, high in spans[e["geonameid"]]):
                    found.add(e["event_id_cnty"])
        return found

    def _grow(self, start: Iterable[Report]) -> None:
        """Adds mentions and, round by round, all that hang together with them."""
        front = {r.key: r for r in start if r.key not in self.reports}
        while front:
            self.reports |= front
            self._read_days([(r.mention["iso3"], r.days) for r in front.values()])
            self.links |= {key: self._near.matches(r) for key, r in front.items()}
            linked = {other for key in front for other in self.links[key]}
            linked |= {r.key for r in self._members({self.event_of[k] for k in front if k in self.event_of})}
            front = {k: self._known[k] for k in sorted(linked) if k not in self.reports}

    def _read_days(self, asked: Iterable[tuple[str, Span]]) -> None:
        """Makes all standing mentions known that share a day and a country with the spans."""
        spans: dict[str, set[Span]] = {}
        for iso3, (low, high) in asked:
            if not any(a <= low and high <= b for a, b in self._read.get(iso3, ())):
                spans.setdefault(iso3, set()).add((low, high))
        if not spans:
            return
        together = {iso3: joined(each) for iso3, each in spans.items()}
        rows: dict[str, Row] = {}
        for low, high in joined(s for each in together.values() for s in each):
            filters = [("event_date_low", "<=", high), ("event_date_high", ">=", low), ("iso3", "in", sorted(spans))]
            for m in self._lake.rows("mentions", as_of=self._at, filters=filters, columns=list(NARROW)):
                if m["mention_id"] not in self._known:
                    rows[m["mention_id"]] = m
        for iso3, each in together.items():
            self._read.setdefault(iso3, []).extend(each)
        self._know(rows, rows_in(self._lake, self._at, "event_reports", "mention_id", set(rows)))

    def _members(self, event_ids: Collection[str]) -> list[Report]:
        """All mentions of some events that still count."""
        asked = set(event_ids) - self._whole
        self._whole |= asked
        links = rows_in(self._lake, self._at, "event_reports", "event_id_cnty", asked)
        missing = {link["mention_id"] for link in links} - set(self._known)
        rows = rows_in(self._lake, self._at, "mentions", "mention_id", missing)
        self._know({m["mention_id"]: m for m in rows}, links)
        return [self._known[link["mention_id"]] for link in links if link["mention_id"] in self._known]

    def _know(self, rows: dict[str, Row], links: Iterable[Row]) -> None:
        for link in links:
            key = link["mention_id"]
            if key in self._without or key not in rows:
                continue
            self.event_of[key] = link["event_id_cnty"]
            self._known[key] = report = Report(
                mention=rows[key],
                article_id=link["article_id"],
                url=link["url"],
                outlet="",
                outlet_name=link["outlet_name"],
                published_at=link["published_at"],
                known_at=NO_MOMENT,
                story_id=link["story_id"],
                origin=link["origin"],
            )
            self._near.add(report)
