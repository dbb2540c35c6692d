"""One merge: every mention that counts and is in no event yet finds its event, in one transaction.

Decides what a merge looks at and in which order its parts are asked; which mentions are one event is ``cluster``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from etl.merge import reading
from etl.merge.changes import CAUSE, Changes, Writer
from etl.merge.cluster import clusters
from etl.merge.eligible import quarantine_row, why_not
from etl.merge.identity import age, carry_over, next_id
from etl.merge.records import Report, Row
from etl.merge.resolve import resolve
from etl.merge.scope import Scope
from etl.merge.twins import one_each
from etl.settings import settings
from etl.store import Conflict, Lake, Snapshot, checkpoint, stable_id

ATTEMPTS = 5  # other writers on S3 rarely commit twice within one merge
LOOK_BACK = 50  # batches without work for the merge after which it notes that it has looked at them


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
    gone = reading.rows_in(lake, at, "event_reports", "mention_id", set(stale))
    event_of_lost = {r["mention_id"]: r["event_id_cnty"] for r in gone}
    retold = _retold(lake, at, {d: told[d] for d in set(told) - {m["doc_id"] for m in able}}, stale)
    full = {r.key: r for r in reading.make_reports(lake, at, able, told)}
    scope = Scope(lake, at, full.values(), stale)
    scope.add_events({*event_of_lost.values(), *retold.values()})
    past = reading.rows_in(lake, at, "mentions", "mention_id", set(event_of_lost))
    lost: dict[str, list[Report]] = {}
    for report in reading.make_reports(lake, at, past, told):
        lost.setdefault(event_of_lost[report.key], []).append(report)
    old: dict[str, dict[str, Any]] = {}
    before: dict[str, frozenset[str]] = {}
    preset = settings().attribution

    def row_of(reports: Sequence[Report]) -> dict[str, Any]:
        keys = frozenset(r.key for r in reports)
        ids = {scope.event_of.get(k) for k in keys}
        event_id = next(iter(ids)) if len(ids) == 1 else None
        if event_id in old and before[event_id] == keys and keys.isdisjoint(retold):
            return old[event_id]
        if missing := sorted(keys - set(full)):
            rows = reading.rows_in(lake, at, "mentions", "mention_id", missing)
            full.update({r.key: r for r in reading.make_reports(lake, at, rows, told)})
        return resolve([full[k] for k in sorted(keys)], preset)

    while True:
        members: dict[str, set[str]] = {event_id: {r.key for r in reports} for event_id, reports in lost.items()}
        for key, event_id in scope.event_of.items():
            if key in scope.reports:
                members.setdefault(event_id, set()).add(key)
        before.update({event_id: frozenset(keys) for event_id, keys in members.items()})
        missing = set(before) - set(old)
        old.update({e["event_id_cnty"]: e for e in reading.rows_in(lake, at, "events", "event_id_cnty", missing)})
        found, rows, towns = one_each(clusters(scope.reports.values()), row_of)
        if not scope.add_twins(towns):
            break
    standing = {k: e for k, e in scope.event_of.items() if k in scope.reports}
    names = carry_over(found, standing, lost)
    ids = _name_new(lake, at, out, names.of, found, rows)
    why = {event_id: CAUSE[stale[key]] for key, event_id in sorted(event_of_lost.items())}
    writer = Writer(out, counts, old, standing, why, now)
    for event_id in sorted(names.empty, key=age):
        writer.withdraw(event_id)
    into = {event_id: ids[i] for event_id, i in names.merged.items()}
    for i, (event_id, row) in enumerate(zip(ids, rows, strict=True)):
        absorbed = sorted((e for e, j in names.merged.items() if j == i), key=age)
        if row is old.get(event_id) and not absorbed:
            continue
        writer.write(event_id, [full.get(r.key, r) for r in found[i]], row, absorbed, retold)
    for event_id in sorted(into, key=age):
        writer.merge(event_id, into[event_id])


def _retold(lake: Lake, at: Snapshot, told: Mapping[str, Row], but: Collection[str]) -> dict[str, str]:
    """Standing mentions of articles that became part of another story: their event, by mention."""
    links = reading.rows_in(lake, at, "event_reports", "doc_id", set(told))
    return {
        r["mention_id"]: r["event_id_cnty"]
        for r in links
        if r["mention_id"] not in but and r["story_id"] != told[r["doc_id"]]["story_id"]
    }


def _name_new(
    lake: Lake,
    at: Snapshot,
    out: Changes,
    names: Sequence[str | None],
    found: Sequence[Sequence[Report]],
    rows: Sequence[Row],
) -> list[str]:
    """All ids; new ones in the order of day and smallest mention, which depends on the data alone."""
    ids = list(names)
    nameless = [i for i, name in enumerate(ids) if name is None]
    if nameless:
        highest = reading.highest_given(lake, at, {rows[i]["iso3"] for i in nameless})
        for i in sorted(nameless, key=lambda i: (rows[i]["event_date"], min(r.key for r in found[i]))):
            iso3 = rows[i]["iso3"]
            ids[i] = next_id(iso3, highest)
            highest[iso3] = highest.get(iso3, 0) + 1
        out.marks[reading.NUMBERS] = highest
    return [str(name) for name in ids]
