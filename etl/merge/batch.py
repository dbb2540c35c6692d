"""One merge: every mention that counts and is in no event yet finds its event, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from etl.merge import reading
from etl.merge.cluster import Group, absorb, group_reports
from etl.merge.eligible import quarantine_row, why_not
from etl.merge.identity import age, next_id
from etl.merge.records import Report, Row
from etl.merge.resolve import resolve
from etl.merge.revisions import changed, revision_rows
from etl.settings import settings
from etl.store import Conflict, Lake, Snapshot, checkpoint, stable_id

ATTEMPTS = 5  # other writers on S3 rarely commit twice within one merge
LOOK_BACK = 50  # batches without work for the merge after which it notes that it has looked at them
# Why an event that has lost a report was changed or taken out, by why the mention counts no more.
CAUSE = {"report_withdrawn": "report_withdrawn", "superseded": "correction", "recoded": "recoded"}


@dataclass
class Changes:
    """Rows that one merge writes, keys that it takes out, and what the lake is to remember of it."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    deletes: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)

    def put(self, table: str, *rows: dict[str, Any]) -> None:
        """Add rows."""
        self.rows.setdefault(table, []).extend(rows)

    def drop(self, table: str, *keys: str) -> None:
        """Add keys to take out."""
        self.deletes.setdefault(table, []).extend((k,) for k in keys)


def merge_batch(lake: Lake, run_id: str, replay: bool = False) -> dict[str, int]:
    """Merges all mentions of current article versions that are not in an event yet.

    Args:
        lake: the lake.
        run_id: names the run in the rows it writes.
        replay: try again what earlier merges set aside.

    Returns:
        Counts: ``mentions`` looked at, ``in_events``, ``set_aside``, ``superseded``, and events ``new``, ``revised``,
        ``withdrawn``, ``merged``.

    Raises:
        RetryLater: another writer kept changing the lake.
    """
    for attempt in range(ATTEMPTS):
        with lake.writing():
            lake.recover()
            at = lake.head()
            changes, counts = plan(lake, at, run_id, replay)
            if not changes.rows and not changes.deletes and not changes.marks:
                return counts
            checkpoint("merge.planned")
            try:
                batch_id = stable_id("merge", run_id, at.number, at.batch_id)
                marks = {**changes.marks, reading.MARK: {"number": at.number + 1, "batch_id": batch_id}}
                lake.transaction(batch_id, changes.rows, changes.deletes, expected=at, marks=marks)
            except Conflict:
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            return counts
    raise AssertionError("unreachable: the last attempt returns or raises")


def plan(lake: Lake, at: Snapshot, run_id: str, replay: bool = False) -> tuple[Changes, dict[str, int]]:
    """What a merge would write over one state of the lake."""
    now = settings().clock()
    stand = reading.standing(lake, at, replay)
    out = Changes()
    counts = dict.fromkeys(
        ("mentions", "in_events", "set_aside", "superseded", "new", "revised", "withdrawn", "merged"), 0
    )
    if not stand.todo and not stand.stale and not stand.past:
        looked_at_all = stand.since is None and "mentions" in at.versions and not replay
        if looked_at_all or (stand.since is not None and at.number - stand.since.number > LOOK_BACK):
            out.marks[reading.MARK] = None  # which batch it is, is known when it is written
        return out, counts
    wanted = {*stand.todo, *stand.stale, *stand.past}
    mentions = {m["mention_id"]: m for m in reading.rows_in(lake, at, "mentions", "mention_id", wanted)}
    for key, reason in sorted({**stand.past, **stand.stale}.items()):
        out.put("quarantine", quarantine_row(mentions[key], reason, run_id, now))
    out.drop("event_reports", *sorted(stand.stale))
    able: list[Row] = []
    for key in sorted(stand.todo):
        if lacks := why_not(mentions[key]):
            out.put("quarantine", quarantine_row(mentions[key], lacks, run_id, now))
            counts["set_aside"] += 1
        else:
            able.append(mentions[key])
            if replay:
                out.drop("quarantine", stable_id("quarantine", "mentions", key))
    counts |= {"mentions": len(stand.todo), "superseded": len(stand.past) + len(stand.stale), "in_events": len(able)}
    told = reading.told_stories(lake, at, {m["doc_id"] for m in able})
    out.put("articles", *told.values())
    _regroup(lake, at, out, counts, able, stand.stale, told, run_id, now)
    if counts["mentions"] != counts["in_events"] + counts["set_aside"]:
        raise AssertionError(f"merge lost mentions: {counts}. Report this with the lake's _batches folder.")
    out.rows = {t: r for t, r in out.rows.items() if r}
    out.deletes = {t: k for t, k in out.deletes.items() if k}
    return out, counts


def _regroup(
    lake: Lake,
    at: Snapshot,
    out: Changes,
    counts: dict[str, int],
    able: Sequence[Row],
    stale: dict[str, str],
    told: dict[str, dict[str, Any]],
    run_id: str,
    now: datetime,
) -> None:
    lost = reading.rows_in(lake, at, "event_reports", "mention_id", set(stale))
    event_of_lost = {r["mention_id"]: r["event_id_cnty"] for r in lost}
    old = {e["event_id_cnty"]: e for e in reading.near_events(lake, at, able, set(event_of_lost.values()))}
    links = reading.rows_in(lake, at, "event_reports", "event_id_cnty", set(old))
    event_of = {r["mention_id"]: r["event_id_cnty"] for r in links}
    kept = reading.rows_in(lake, at, "mentions", "mention_id", set(event_of))
    groups = {event_id: Group(event_id) for event_id in sorted(old, key=age)}
    for report in reading.make_reports(lake, at, kept, told):
        group = groups[event_of[report.key]]
        (group.past if report.key in stale else group.reports).append(report)
    earlier: dict[str, list[str]] = {}
    for r in lost:
        earlier.setdefault(r["article_id"], []).append(r["event_id_cnty"])
    new = reading.make_reports(lake, at, able, told)
    grouped = group_reports(list(groups.values()), new, earlier)
    before: dict[str, set[str]] = {event_id: set() for event_id in old}
    for key, event_id in event_of.items():
        before[event_id].add(key)
    rows = _resolve_all(grouped, old, before)
    _name_new(lake, at, out, grouped, rows)
    why = {event_id: CAUSE[stale[key]] for key, event_id in sorted(event_of_lost.items())}
    for group in grouped:
        _write_event(out, counts, group, rows.get(id(group)), old, before, why, now)


def _resolve_all(
    grouped: list[Group], old: dict[str, dict[str, Any]], before: dict[str, set[str]]
) -> dict[int, dict[str, Any]]:
    """Rows of the groups that changed; groups that turn out to be one event by rule V34 are joined on the way."""
    preset = settings().attribution
    rows: dict[int, dict[str, Any]] = {}

    def row_of(group: Group) -> dict[str, Any]:
        unchanged = group.event_id in old and not group.absorbed
        if unchanged and {r.key for r in group.reports} == before[str(group.event_id)]:
            return old[str(group.event_id)]
        return resolve(group.reports, preset)

    seen: dict[tuple[Any, ...], Group] = {}
    waiting = [g for g in grouped if g.reports]
    while waiting:
        group = waiting.pop(0)
        rows[id(group)] = row = row_of(group)
        key = _twin_key(row)
        other = seen.get(key) if row["geonameid"] is not None else None
        if other is None or other is group:
            seen[key] = group
            continue
        keep, drop = sorted((other, group), key=lambda g: [x is g for x in grouped].index(True))
        absorb(keep, drop)
        grouped[:] = [g for g in grouped if g is not drop]
        seen = {k: g for k, g in seen.items() if g is not keep and g is not drop}
        waiting = [g for g in waiting if g is not keep and g is not drop]
        waiting.insert(0, keep)
    return rows


def _twin_key(row: Row) -> tuple[Any, ...]:
    actors = tuple(sorted((row["actor1"], row["actor2"] or "")))
    return (row["event_date"], row["geonameid"], actors, row["event_type"])


def _name_new(
    lake: Lake, at: Snapshot, out: Changes, grouped: Sequence[Group], rows: dict[int, dict[str, Any]]
) -> None:
    nameless = [g for g in grouped if g.event_id is None]
    if not nameless:
        return
    highest = reading.highest_given(lake, at, {rows[id(g)]["iso3"] for g in nameless})
    for group in sorted(nameless, key=lambda g: (rows[id(g)]["event_date"], min(r.key for r in g.reports))):
        iso3 = rows[id(group)]["iso3"]
        group.event_id = next_id(iso3, highest)
        highest[iso3] = highest.get(iso3, 0) + 1
    out.marks[reading.NUMBERS] = highest


def _write_event(
    out: Changes,
    counts: dict[str, int],
    group: Group,
    row: dict[str, Any] | None,
    old: dict[str, dict[str, Any]],
    before: dict[str, set[str]],
    why: dict[str, str],
    now: datetime,
) -> None:
    event_id = str(group.event_id)
    for absorbed in sorted(group.absorbed, key=age):
        counts["merged"] += 1
        out.drop("events", absorbed)
        out.put("deletions", _deletion(absorbed, "merged", event_id, now))
    if row is None:
        counts["withdrawn"] += 1
        out.drop("events", event_id)
        out.put("deletions", _deletion(event_id, why.get(event_id, "correction"), None, now))
        return
    was = old.get(event_id)
    added = [r for r in group.reports if r.key not in before.get(event_id, set())]
    if was is row or (was is not None and not added and not group.absorbed and not changed(was, row)):
        return
    recorded = now if was is None else max(now, datetime.fromtimestamp(was["timestamp"] + 1, UTC))
    if was is not None and not changed(was, row):
        out.put("event_reports", *(_link(event_id, r, recorded) for r in added))
        return
    revision = 1 if was is None else was["revision"] + 1
    full = {**row, "event_id_cnty": event_id, "revision": revision, "timestamp": int(recorded.timestamp())}
    out.put("events", full)
    out.put("event_reports", *(_link(event_id, r, recorded) for r in added))
    if was is None:
        counts["new"] += 1
        return
    counts["revised"] += 1
    cause = "merged" if group.absorbed else why.get(event_id, "new_report")
    valid = max((r.known_at for r in added), default=now)
    out.put("revisions", *revision_rows(event_id, revision, was, full, cause, valid, recorded))


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


def _deletion(event_id: str, reason: str, into: str | None, now: datetime) -> dict[str, Any]:
    return {
        "event_id_cnty": event_id,
        "deletion_reason": reason,
        "merged_into": into,
        "detail": f"One event with {into}." if into else "No report tells of it any more.",
        "deleted_timestamp": int(now.timestamp()),
        "recorded_at": now,
    }
