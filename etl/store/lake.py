"""The lake: all tables, changed only by numbered batches that are whole or not there.

A batch goes through three states, each one object under ``_batches/``:

    pending/<n>   the claim of number n and the write-ahead copy of every row; created only where n is free
    (applied)     each table merged in by key, the number kept in the table's own log
    done/<n>      the version of every table after it: what readers see, and what ``as_of`` reads go back to

A writer that is killed leaves ``pending/<n>``; whoever writes next applies it first. Two writers cannot claim the same
number; the second finishes the first one's batch where it has died. See docs/decisions/002-write-ahead-batches.md.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl import schema
from etl.errors import Misconfigured, RetryLater
from etl.settings import settings
from etl.store import upkeep
from etl.store.batches import Batch, decode, encode
from etl.store.files import clear_errors
from etl.store.history import LAYOUT, Records, Snapshot, done_name, now, pending_name
from etl.store.ids import checkpoint, stable_id
from etl.store.scan import Where
from etl.store.tables import DeltaStore, arrow_rows

LOCK_SECONDS = 60.0  # a batch takes well under a second per table; a minute means another run is at work
HELP_SECONDS = 20.0  # how long another writer's claim may stand on S3 before its batch is finished for it
# What may lie in a folder before its first batch: the lock, and pages that were fetched or copied there first.
OURS = frozenset({"_lock", "warc"})
Rows = Iterable[Mapping[str, Any]]


class Conflict(RetryLater):
    """Another writer changed the lake since the caller read it: read again and decide again."""


class Lake(Records):
    """One lake on a local folder or under an ``s3://`` URL.

    Nothing is written before the first batch. ``open_lake`` also finishes what a killed run left.
    """

    def __init__(self, url: str | Path) -> None:
        super().__init__(url)
        self.store = DeltaStore(self.url)
        self._depth = 0
        self._lock: Any = None

    # ---------------------------------------------------------------- reading

    def read(
        self,
        table: str,
        as_of: datetime | Snapshot | None = None,
        filters: Where | None = None,
        columns: list[str] | None = None,
    ) -> pa.Table:
        """Rows of one table, sorted by key.

        Args:
            table: name of a table of schemas/tables.
            as_of: a moment, or a snapshot for several tables of one state; None is the last finished batch.
            filters: conditions that all must hold, each ``(column, operator, value)`` as pyarrow writes them.
            columns: only these; all where None.

        Returns:
            A table with the schema of schemas/tables, empty where nothing was written.

        Raises:
            GiveUp: the table is missing or damaged.
        """
        spec = schema.table(table)
        snapshot = as_of if isinstance(as_of, Snapshot) else self.as_of(as_of)
        if as_of is not None:
            self._check_kept(table, snapshot.number)
        if table not in snapshot.versions:
            empty: pa.Table = spec.arrow.empty_table()
            return empty.select(columns) if columns else empty
        wanted = columns or [c.name for c in spec.columns]
        asked = [*wanted, *(k for k in spec.key if k not in wanted)]
        found = self.store.read(spec, snapshot.versions[table], asked, filters)
        found = found.sort_by([(k, "ascending") for k in spec.key])
        return found.select(columns) if columns else found

    def lookup(
        self, table: str, by: str, values: Iterable[Any], at: Snapshot, columns: list[str] | None = None
    ) -> pa.Table:
        """Rows whose column ``by`` has one of the values, sorted by key; costs what is found, not what there is.

        Args:
            table: name of a table of schemas/tables.
            by: a column of strings.
            values: the values wanted.
            at: the state.
            columns: only these; all where None.

        Raises:
            GiveUp: the table is missing or damaged.
        """
        spec = schema.table(table)
        wanted, listed = columns or [c.name for c in spec.columns], set(values)
        if table not in at.versions or not listed:
            return spec.arrow.empty_table().select(wanted)
        asked = [*wanted, *(k for k in spec.key if k not in wanted)]
        found = self.store.lookup(spec, at.versions[table], by, listed, asked)
        return found.sort_by([(k, "ascending") for k in spec.key]).select(wanted)

    def changed(self, table: str, since: Snapshot | None, at: Snapshot, columns: list[str]) -> pa.Table:
        """Every row of a state that is not as it was in an earlier one, perhaps others too, in no order.

        Args:
            table: name of a table of schemas/tables.
            since: the earlier state; None gives all rows.
            at: the later state.
            columns: only these.

        Raises:
            GiveUp: the table is missing or damaged.
        """
        spec = schema.table(table)
        version, before = at.versions.get(table), since.versions.get(table) if since else None
        if version is None or version == before:
            return spec.arrow.empty_table().select(columns)
        return self.store.changed(spec, before, version, columns)

    def rows(self, table: str, **options: Any) -> list[dict[str, Any]]:
        """As ``read``, as a list of dictionaries."""
        return list(self.read(table, **options).to_pylist())

    # ---------------------------------------------------------------- writing

    def upsert(self, table: str, rows: Rows) -> int:
        """Put rows into one table by its key, as one batch; returns how many rows were given."""
        listed = list(rows)
        if listed:
            arrow = arrow_rows(schema.table(table), listed)
            head = self.head().number
            self.transaction(
                stable_id("upsert", table, head, encode(_batch("", now(), {table: arrow}))), {table: listed}
            )
        return len(listed)

    append = upsert

    def transaction(
        self,
        batch_id: str,
        rows: Mapping[str, Rows],
        deletes: Mapping[str, Iterable[tuple[Any, ...]]] | None = None,
        expected: Snapshot | None = None,
        marks: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change several tables at once: all of it or nothing, in spite of kills.

        Args:
            batch_id: name of this piece of work, derived from its content; the same one twice changes nothing.
            rows: rows by table, merged in by the table's key.
            deletes: keys (tuples in the order of the table's key) to take out, by table.
            expected: the state the rows were computed from; None where they do not depend on one.
            marks: what the step remembers from now on, see ``Snapshot``; JSON.

        Returns:
            False where the batch had been applied before or holds nothing.

        Raises:
            Conflict: another writer came first and ``expected`` is not the last state.
            RetryLater: the lock is held, or no space is left.
        """
        tables = {t: arrow_rows(schema.table(t), r) for t, r in rows.items()}
        keys = {t: _key_table(t, k) for t, k in (deletes or {}).items()}
        tables = {t: a for t, a in tables.items() if len(a)}
        keys = {t: a for t, a in keys.items() if len(a)}
        if not tables and not keys and not marks:
            return False
        marker = f"_batches/ids/{batch_id}.json"
        with self.writing():
            if self.files.read(marker) is not None:
                return False
            self.recover()
            while True:
                head = self.head()
                if expected is not None and head.number != expected.number:
                    raise Conflict(
                        f"lake {self.url} was changed by another writer meanwhile. Run the same command again."
                    )
                moment = max(now(), head.recorded_at) if head.recorded_at else now()
                batch = Batch(batch_id, moment, tables, keys, dict(marks or {}))
                checkpoint("batch.claim")
                if self.files.create(pending_name(head.number + 1), encode(batch)):
                    self._apply(head, batch)
                    return True
                self._help(head.number + 1)

    def recover(self) -> int:
        """Finish the batch that a killed run left; returns how many were finished (0 or 1)."""
        head = self.head()
        raw = self.files.read(pending_name(head.number + 1))
        if raw is None:
            return 0
        with self.writing():
            head = self.head()
            raw = self.files.read(pending_name(head.number + 1))
            if raw is None:
                return 0
            self._apply(head, decode(raw, f"{self.url}/{pending_name(head.number + 1)}"))
            return 1

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lake for a read-decide-write step; may be nested. Local lakes only lock between processes.

        On S3 there is no lock: two writers decide at once, one is refused by ``expected`` and decides again.
        """
        if self._depth == 0:
            self._begin()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0 and self._lock is not None:
                self._lock.release()
                self._lock = None

    def maintain(self, keep_days: int | None = None) -> dict[str, int]:
        """Join small files of every table; with ``keep_days`` drop states older than that. See ``upkeep.py``."""
        return upkeep.maintain(self, keep_days)

    def is_lost(self, table: str) -> bool:
        """Whether a table that was written is not there any more."""
        return table in self.head().versions and not self.store.exists(table)

    def give_up_lost(self, table: str) -> bool:
        """Begin a table anew whose folder is gone. See ``upkeep.py``."""
        return upkeep.give_up_lost(self, table)

    # ---------------------------------------------------------------- within

    def _apply(self, head: Snapshot, batch: Batch) -> None:
        number = head.number + 1
        checkpoint("batch.claimed")
        versions = dict(head.versions)
        for name in batch.tables:
            checkpoint(f"batch.apply.{name}")
            versions[name] = self.store.apply(schema.table(name), number, batch.rows.get(name), batch.deleted.get(name))
        checkpoint("batch.applied")
        self.finish(number, batch, versions, {**head.marks, **batch.marks})

    def finish(
        self, number: int, batch: Batch, versions: Mapping[str, int], marks: Mapping[str, Any] | None = None
    ) -> None:
        """Write the record of a batch whose tables have these versions: from now on readers see it."""
        record = {
            "number": number,
            "batch_id": batch.batch_id,
            "recorded_at": batch.recorded_at.isoformat(),
            "versions": dict(sorted(versions.items())),
            "rows": {t: len(batch.rows[t]) for t in sorted(batch.rows)},
            "marks": dict(marks or {}),
        }
        self.files.write(f"_batches/ids/{batch.batch_id}.json", json.dumps({"number": number}).encode())
        checkpoint("batch.marked")
        self.files.write(done_name(number), json.dumps(record).encode())
        checkpoint("batch.done")
        self.files.write("_batches/head.json", json.dumps({"number": number}).encode())
        self.files.delete(pending_name(number))

    def _help(self, number: int) -> None:
        """Wait for another writer's claim, then finish it: it may have died."""
        deadline = time.monotonic() + HELP_SECONDS
        while time.monotonic() < deadline:
            if self.files.read(done_name(number)) is not None:
                return
            time.sleep(0.2)
        raw = self.files.read(pending_name(number))
        if raw is not None and self.files.read(done_name(number)) is None:
            self._apply(self.snapshot(number - 1), decode(raw, f"{self.url}/{pending_name(number)}"))

    def _begin(self) -> None:
        if not self.url.startswith("s3://"):
            with clear_errors(self.url):
                self._take_lock()
        current: dict[str, Any] = {"schema_version": schema.SCHEMA_VERSION, "layout": LAYOUT}
        about = self.about()
        if not about:
            self.files.create("_lake.json", json.dumps(current | {"created_at": now().isoformat()}).encode())
        elif about | current != about:
            # Tables gain their columns and properties when they are written next; older programs must not write them.
            was = [{"schema_version": about["schema_version"], "until": now().isoformat()}]
            about |= current | {"was": about.get("was", []) + was}
            self.files.write("_lake.json", json.dumps(about).encode())

    def _take_lock(self) -> None:
        import filelock

        folder = Path(self.url)
        # Looked at in this order: another writer may be making the lake just now, and begins with ``_lake.json``.
        names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        if any(n not in OURS and not n.startswith("._lake.json") for n in names) and not self.exists:
            raise Misconfigured(f"{self.url} holds other files and no lake. Name an empty or a new folder.")
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(str(folder / "_lock"))
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except filelock.Timeout as error:
            raise RetryLater(
                f"lake {self.url} is being written by another process. Try again when it is done."
            ) from error
        self._lock = lock


def open_lake(url: str | Path | None = None, must_exist: bool = False) -> Lake:
    """The lake of the settings, or another one, with whatever a killed run left finished.

    Args:
        url: folder or ``s3://`` URL; None takes the setting.
        must_exist: refuse a lake that was never written (for commands that only read).

    Raises:
        Misconfigured: there is no lake there and one was expected.
    """
    lake = Lake(url or settings().lake)
    if must_exist and not lake.exists:
        raise Misconfigured(f"there is no lake at {lake.url}. Name another one with --lake, or make one with build.")
    if lake.exists:
        lake.recover()
    return lake


def _batch(
    batch_id: str, moment: datetime, rows: Mapping[str, pa.Table], deleted: Mapping[str, pa.Table] | None = None
) -> Batch:
    return Batch(batch_id, moment, dict(rows), dict(deleted or {}))


def _key_table(name: str, keys: Iterable[tuple[Any, ...]]) -> pa.Table:
    spec = schema.table(name)
    columns = pa.schema([spec.arrow.field(k) for k in spec.key])
    unique = sorted({tuple(k) for k in keys})
    return pa.Table.from_pylist([dict(zip(spec.key, k, strict=True)) for k in unique], schema=columns)
