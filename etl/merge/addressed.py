"""Which corrections a merge has to do with: those that name a report among its mentions, with all events they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from etl.merge.corrections import Correction
from etl.merge.reading import rows_in
from etl.merge.records import Report
from etl.store import Lake, Snapshot


class Addressed:
    """Finds corrections and events by the addresses of reports.

    Attributes:
        named: every address that a correction names.
    """

    def __init__(self, lake: Lake, at: Snapshot, corrections: Sequence[Correction], also: Iterable[str]) -> None:
        self._lake, self._at, self._corrections = lake, at, corrections
        self._also = frozenset(also)
        self._events: dict[str, set[str]] = {}
        self.named = frozenset(url for c in corrections for url in c.addresses)

    def about(self, reports: Iterable[Report]) -> list[Correction]:
        """Corrections that name one of the reports, or an address that lost its mention or whose correction changed."""
        if not self._corrections:
            return []
        urls = {r.url for r in reports} | self._also
        return [c for c in self._corrections if c.addresses & urls]

    def events(self, reports: Iterable[Report]) -> set[str]:
        """Standing events that the corrections about these reports name."""
        urls = {url for c in self.about(reports) for url in c.addresses} - set(self._events)
        self._events |= {url: set() for url in urls}
        for link in rows_in(self._lake, self._at, "event_reports", "url", urls):
            self._events[link["url"]].add(link["event_id_cnty"])
        return {event_id for url in urls for event_id in self._events[url]}

    def gone(self, reports: Sequence[Report]) -> set[str]:
        """Addresses of these corrections that have been read and coded, and tell of no event any more."""
        missing = {url for c in self.about(reports) for url in c.addresses} - {r.url for r in reports}
        articles = rows_in(self._lake, self._at, "articles", "url", missing)
        url_of = {a["doc_id"]: a["url"] for a in articles}
        coded = self._lake.lookup("mentions", "doc_id", url_of, self._at, ["doc_id"])["doc_id"].to_pylist()
        return {url_of[doc] for doc in coded}
