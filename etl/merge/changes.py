"""What one merge writes: rows of events, their reports, revisions and deletions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from etl.merge.corrections import Correction, Finding, Persons
from etl.merge.records import Report
from etl.merge.revisions import by_person, changed, revision_rows, split_row

# Why an event that has lost a report was changed or taken out, by why the mention counts no more.
CAUSE = {"report_withdrawn": "report_withdrawn", "superseded": "correction", "recoded": "recoded"}


@dataclass
class Changes:
    """Rows that one merge writes, keys that it takes out, and what the lake is to remember of it."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    deletes: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def put(self, table: str, *rows: dict[str, Any]) -> None:
        """Add rows."""
        self.rows.setdefault(table, []).extend(rows)

    def drop(self, table: str, *keys: str) -> None:
        """Add keys to take out."""
        self.deletes.setdefault(table, []).extend((k,) for k in keys)


@dataclass(frozen=True)
class Writer:
    """Turns events as they are now into changes of the lake.

    Attributes:
        old: rows of the standing events by id.
        event_of: the event that a mention stood in.
        why: why an event lost a mention, where it lost one.
        persons: what people have corrected.
    """

    out: Changes
    counts: dict[str, int]
    old: Mapping[str, dict[str, Any]]
    event_of: Mapping[str, str]
    why: Mapping[str, str]
    now: datetime
    persons: Persons = field(default_factory=Persons)

    def withdraw(self, event_id: str) -> None:
        """Nobody tells of the event any more."""
        self.counts["withdrawn"] += 1
        self._delete(event_id, self.why.get(event_id, "correction"), None, "No report tells of it any more.")

    def merge(self, event_id: str, into: str) -> None:
        """The event turned out to be another one."""
        self.counts["merged"] += 1
        self._delete(event_id, "merged", into, f"One event with {into}.", self.persons.joined.get(into))

    def reject(self, event_id: str, by: Correction) -> None:
        """A person says that there was no such event."""
        self.counts["withdrawn"] += 1
        self._delete(event_id, "rejected_by_person", None, by.reason, by)

    def write(
        self,
        event_id: str,
        reports: Sequence[Report],
        row: Mapping[str, Any],
        absorbed: Collection[str],
        retold: Collection[str],
    ) -> None:
        """The event as it is now, with what changed and why.

        Args:
            event_id: its id, new or standing.
            reports: its mentions.
            row: its columns as they follow from them.
            absorbed: events that turned out to be this one.
            retold: mentions whose story changed.
        """
        was = self.old.get(event_id)
        added = [r for r in reports if self.event_of.get(r.key) != event_id]
        relinked = [r for r in reports if r in added or r.key in retold]
        recorded = self.now if was is None else max(self.now, datetime.fromtimestamp(was["timestamp"] + 1, UTC))
        self.out.put("event_reports", *(_link(event_id, r, recorded) for r in relinked))
        differs = was is None or absorbed or changed(was, row)
        if not differs:
            return
        revision = 1 if was is None else was["revision"] + 1
        full = {**row, "event_id_cnty": event_id, "revision": revision, "timestamp": int(recorded.timestamp())}
        self.out.put("events", full)
        came_from = Counter(self.event_of[r.key] for r in added if r.key in self.event_of)
        valid = max((r.known_at for r in added), default=self.now)
        if was is None:
            self.counts["new"] += 1
            for other in sorted(came_from):
                parted = {**split_row(event_id, other, valid, recorded), **_signed(self.persons.parted.get(event_id))}
                self.out.put("revisions", parted)
            machine, by = self.persons.set.get(event_id, (row, ()))
            self.out.put(
                "revisions",
                *by_person(revision_rows(event_id, 1, machine, row, "correction_by_person", valid, recorded), row, by),
            )
            return
        self.counts["revised"] += 1
        mine = {k for k, e in self.event_of.items() if e == event_id}
        fell_apart = not mine <= {r.key for r in reports}
        cause = "merged" if absorbed else "split" if fell_apart else self.why.get(event_id, "new_report")
        rows = revision_rows(event_id, revision, was, full, cause, valid, recorded)
        who = {"merged": self.persons.joined, "split": self.persons.parted}.get(cause, {}).get(event_id)
        _, by = self.persons.set.get(event_id, (row, ()))
        self.out.put("revisions", *by_person([{**r, **_signed(who)} for r in rows], row, by))

    def _delete(self, event_id: str, reason: str, into: str | None, detail: str, by: Correction | None = None) -> None:
        self.out.drop("events", event_id)
        deletion = {
            "event_id_cnty": event_id,
            "deletion_reason": reason,
            "merged_into": into,
            "detail": detail,
            **_signed(by),
            "deleted_timestamp": int(self.now.timestamp()),
            "recorded_at": self.now,
        }
        self.out.put("deletions", deletion)


def _signed(by: Correction | None) -> dict[str, str]:
    return {"author": by.author, "correction_id": by.id} if by else {}


def _link(event_id: str, report: Report, recorded_at: datetime) -> dict[str, Any]:
    return {
        "event_id_cnty": event_id,
        "mention_id": report.key,
        "doc_id": report.mention["doc_id"],
        "article_id": report.article_id,
        "url": report.url,
        "outlet_name": report.outlet_name,
        "published_at": report.published_at,
        "story_id": report.story_id,
        "origin": report.origin,
        "recorded_at": recorded_at,
    }
