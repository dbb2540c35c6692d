"""One merge: every mention that counts and is in no event yet finds its event, in one transaction.

Decides what a merge looks at and in which order its parts are asked; which mentions are one event is ``cluster``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from etl.merge import reading
from etl.merge.addressed import Addressed
from etl.merge.changes import CAUSE, Changes, Writer
from etl.merge.cluster import clusters
from etl.merge.corrections import Correction, Finding, Pass, changed_since, load, remembered
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


CORRECTIONS = "corrections"  # what the lake remembers of corrections by people, and of the mentions they reject
REJECTED = "rejected_by_person"


@dataclass(frozen=True)
class Hand:
    """Corrections by people, addresses that new or changed ones are about, and whether a broken one stops the merge."""

    corrections: Sequence[Correction]
    shifted: Collection[str]
    strict: bool = True


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


def check_corrections(lake: Lake) -> list[Finding]:
    """What a merge would make of every correction by people, those included that no longer apply; writes nothing."""
    changes, _ = plan(lake, lake.head(), "check", check=True)
    told = {f.correction.id: f for f in changes.findings}
    unread = "None of its reports has been read yet."
    return [told.get(c.id) or Finding(c, "waiting", unread) for c in load(settings().corrections)]


def plan(
    lake: Lake, at: Snapshot, run_id: str, replay: bool = False, check: bool = False
) -> tuple[Changes, dict[str, int]]:
    """What a merge would write over one state of the lake; with ``check`` every correction is tried, none stops it."""
    now = settings().clock()
    people, known = load(settings().corrections), at.marks.get(CORRECTIONS) or {}
    shifted = changed_since(people, known.get("seen", {}))
    if check:
        shifted = {url for c in people for url in c.addresses}
    rejected_before: dict[str, str] = known.get("rejected", {})
    stand = reading.standing(lake, at, replay, set(rejected_before.values()), always=bool(shifted))
    out = Changes()
    counts = dict.fromkeys(
        ("mentions", "in_events", "set_aside", "superseded", "new", "revised", "withdrawn", "merged"), 0
    )
    if not stand.todo and not stand.stale and not stand.past and not shifted:
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
    counts |= {"mentions": len(stand.todo), "superseded": len(stand.past) + len(stand.stale), "in_events": len(able)}
    told = reading.told_stories(lake, at, {m["doc_id"] for m in able})
    out.put("articles", *told.values())
    rejected = _regroup(lake, at, out, counts, able, stand.stale, told, now, Hand(people, shifted, not check))
    fresh = {m["mention_id"] for m in able}
    out.put(
        "quarantine",
        *(quarantine_row(m, REJECTED, run_id, now) for k, m in rejected.items() if k not in rejected_before),
    )
    counts["in_events"] -= len(fresh & set(rejected))
    counts["set_aside"] += len(fresh & set(rejected))
    back = sorted(k for k in fresh - set(rejected) if replay or k in rejected_before)
    out.drop("quarantine", *(stable_id("quarantine", "mentions", k) for k in back))
    out.drop("event_reports", *sorted(set(rejected) - fresh))
    if people or known:
        # Those that this merge has not looked at stay rejected.
        still = {k: doc for k, doc in rejected_before.items() if k not in wanted}
        still |= {k: m["doc_id"] for k, m in rejected.items()}
        out.marks[CORRECTIONS] = {"seen": remembered(people), "rejected": dict(sorted(still.items()))}
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
    now: datetime,
    hand: Hand,
) -> dict[str, Row]:
    """Writes the events that the mentions make, and returns the mentions of those that people reject."""
    gone = reading.rows_in(lake, at, "event_reports", "mention_id", set(stale))
    event_of_lost = {r["mention_id"]: r["event_id_cnty"] for r in gone}
    retold = _retold(lake, at, {d: told[d] for d in set(told) - {m["doc_id"] for m in able}}, stale)
    full = {r.key: r for r in reading.make_reports(lake, at, able, told)}
    scope = Scope(lake, at, full.values(), stale)
    touched = {r["event_id_cnty"] for r in reading.rows_in(lake, at, "event_reports", "url", hand.shifted)}
    scope.add_events({*event_of_lost.values(), *retold.values(), *touched})
    near = Addressed(lake, at, hand.corrections, {*(r["url"] for r in gone), *hand.shifted})
    past = reading.rows_in(lake, at, "mentions", "mention_id", set(event_of_lost))
    lost: dict[str, list[Report]] = {}
    for report in reading.make_reports(lake, at, past, told):
        lost.setdefault(event_of_lost[report.key], []).append(report)
    old: dict[str, dict[str, Any]] = {}
    before: dict[str, frozenset[str]] = {}
    preset = settings().attribution

    def read_whole(groups: Iterable[Sequence[Report]]) -> None:
        if missing := sorted({r.key for reports in groups for r in reports} - set(full)):
            rows = reading.rows_in(lake, at, "mentions", "mention_id", missing)
            full.update({r.key: r for r in reading.make_reports(lake, at, rows, told)})

    def machine(reports: Sequence[Report]) -> dict[str, Any]:
        read_whole([reports])
        return resolve([full[k] for k in sorted(r.key for r in reports)], preset)

    def as_it_stood(reports: Sequence[Report]) -> dict[str, Any] | None:
        keys = frozenset(r.key for r in reports)
        ids = {scope.event_of.get(k) for k in keys}
        event_id = next(iter(ids)) if len(ids) == 1 else None
        by_hand = event_id in touched or any(r.url in near.named for r in reports)
        same = event_id in old and before[event_id] == keys and keys.isdisjoint(retold) and not by_hand
        return old[event_id] if same and event_id else None

    def row_of(reports: Sequence[Report]) -> dict[str, Any]:
        return as_it_stood(reports) or machine(reports)

    while True:
        members: dict[str, set[str]] = {event_id: {r.key for r in reports} for event_id, reports in lost.items()}
        for key, event_id in scope.event_of.items():
            if key in scope.reports:
                members.setdefault(event_id, set()).add(key)
        before.update({event_id: frozenset(keys) for event_id, keys in members.items()})
        missing = set(before) - set(old)
        old.update({e["event_id_cnty"]: e for e in reading.rows_in(lake, at, "events", "event_id_cnty", missing)})
        within = list(scope.reports.values())
        if scope.add_linked(near.events(within)):
            continue
        laid = Pass(near.about(within), machine, scope.event_of, near.gone(within), strict=hand.strict)
        kept, rejected = laid.regroup(clusters(within, scope.links))
        read_whole(g for g in kept if as_it_stood(g) is None)  # at once: one at a time each would search the lake
        found, rows, towns = one_each(kept, row_of)
        if not scope.add_twins(towns):
            break
    laid.stayed_apart(found)
    machine_rows, by_people = rows, laid.override(found, rows)
    rows = [dict(row) if by else old_or_new for (row, by), old_or_new in zip(by_people, machine_rows, strict=True)]
    standing = {k: e for k, e in scope.event_of.items() if k in scope.reports}
    names = carry_over(found, standing, lost)
    ids = _name_new(lake, at, out, names.of, found, rows)
    why = {event_id: CAUSE[stale[key]] for key, event_id in sorted(event_of_lost.items())}
    why |= {event_id: "correction" for event_id in touched if event_id not in why}
    persons = laid.persons(found, ids, {ids[i]: (machine_rows[i], by) for i, (_, by) in enumerate(by_people) if by})
    writer = Writer(out, counts, old, standing, why, now, persons)
    thrown = {standing[r.key]: c for c, group in rejected for r in group if r.key in standing}
    thrown = {event_id: c for event_id, c in thrown.items() if event_id not in ids and event_id not in names.merged}
    for event_id in sorted({*names.empty, *thrown}, key=age):
        if event_id in thrown:
            writer.reject(event_id, thrown[event_id])
        else:
            writer.withdraw(event_id)
    into = {event_id: ids[i] for event_id, i in names.merged.items()}
    for i, (event_id, row) in enumerate(zip(ids, rows, strict=True)):
        absorbed = sorted((e for e, j in names.merged.items() if j == i), key=age)
        if row is old.get(event_id) and not absorbed:
            continue
        writer.write(event_id, [full.get(r.key, r) for r in found[i]], row, absorbed, retold)
    for event_id in sorted(into, key=age):
        writer.merge(event_id, into[event_id])
    out.findings.extend(laid.findings)
    return {r.key: full[r.key].mention for _, group in rejected for r in group}


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
