"""Keeping a lake in order: small files joined, old states dropped, a lost table begun anew, files checked.

Maintenance joins files that follow each other in time, so that what is written later falls into few of them. It drops
what the lake remembers (``Snapshot.marks``) and the key index: both save work only, and are made again from the tables.
"""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

from etl import schema
from etl.errors import GiveUp, RetryLater
from etl.store.batches import Batch, encode
from etl.store.history import Snapshot, done_name, now, pending_name
from etl.store.ids import checkpoint, stable_id

if TYPE_CHECKING:
    from etl.store.lake import Lake


def maintain(lake: Lake, keep_days: int | None = None) -> dict[str, int]:
    """Join small files of every table; with ``keep_days`` drop states that ended longer ago than that.

    Returns:
        Files dropped by table.

    Raises:
        GiveUp: a data file is missing or damaged; the message names each.
        RetryLater: another writer is at work.
    """
    with lake.writing():
        lake.recover()
        head = lake.head()
        if not head.versions:
            return {}
        if harmed := check(lake):
            raise GiveUp("\n".join(["Nothing was maintained, because data files are missing or damaged:", *harmed]))
        number, batch = _claim(lake, head, "maintain")
        versions = {}
        for name in head.versions:
            versions[name] = lake.store.compact(schema.table(name), number)
            checkpoint(f"maintain.{name}")
        if lake.files.read(done_name(number)) is None:  # else another writer took us for dead
            lake.finish(number, batch, versions)
        shutil.rmtree(lake.store.index, ignore_errors=True)
        return _drop(lake, keep_days) if keep_days is not None else {}


def _drop(lake: Lake, keep_days: int) -> dict[str, int]:
    """Drop states that were followed by another one before the limit; the files that younger ones need stay.

    Which files those are is told by the states, not by the files' times: a clock may have been wrong.
    """
    first = lake.as_of(now() - timedelta(days=keep_days)).number
    last = lake.head()
    kept = [lake.snapshot(n) for n in range(max(first, 1), last.number + 1)]
    # Recorded first: killed in between, the states are refused though their files are still there.
    lake.files.write("_kept.json", json.dumps({"number": max(first, lake.kept_since())}).encode())
    checkpoint("maintain.kept")
    dropped = {}
    for name in last.versions:
        versions = sorted({s.versions[name] for s in kept if name in s.versions})
        dropped[name] = len(lake.store.vacuum(name, keep_days * 24, versions))
    return dropped


def give_up_lost(lake: Lake, table: str) -> bool:
    """Begin a table anew whose folder is gone: it is empty from the next batch on, and no earlier state has it.

    Returns:
        False where the table is there, or never was.
    """
    with lake.writing():
        lake.recover()
        head = lake.head()
        if table not in head.versions or lake.store.exists(table):
            return False
        lake.files.write(f"_lost/{table}.json", json.dumps({"since": head.number + 1}).encode())
        number, batch = _claim(lake, head, f"give up {table}")
        lake.finish(number, batch, {t: v for t, v in head.versions.items() if t != table})
    return True


def check(lake: Lake) -> list[str]:
    """The data files of the last state that are missing or damaged, each with its table and what to do."""
    head = lake.head()
    return [
        f"{lake.store.path(name)}/{path}: {how}. {REPAIR.get(name, RESTORE)}"
        for name, version in sorted(head.versions.items())
        for path, how in lake.store.damaged(schema.table(name), version)
    ]


RESTORE = "Data files never change: put this one back from any backup that has it, or restore the lake as a whole."
_READ_AGAIN = f"{RESTORE} Without a backup: move the folder of the table away and run eventwire replay --from-warc."
REPAIR = {"articles": _READ_AGAIN, "extractions": _READ_AGAIN}


def _claim(lake: Lake, head: Snapshot, what: str) -> tuple[int, Batch]:
    number = head.number + 1
    batch = Batch(stable_id(what, number), max(now(), head.recorded_at or now()))
    if not lake.files.create(pending_name(number), encode(batch)):
        raise RetryLater(f"lake {lake.url} is being written by another process. Run the same command again later.")
    return number, batch
