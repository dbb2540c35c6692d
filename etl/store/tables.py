"""One Delta table: create, read at a version, and merge rows in exactly once.

Decides nothing about when rows are written; ``lake.py`` does, by numbered batches. The number of the last batch a
table holds is kept in the table's own log, in the same commit as the rows, so that a batch applied twice changes
nothing even where the program was killed between two tables.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.errors import EventwireError, GiveUp, Misconfigured, RetryLater
from etl.schema import Table
from etl.settings import settings
from etl.store.scan import SECOND, Scan, Where, literal, order_column, statistics

APP = "eventwire"
DELETE = "_delete"

# History is a promise: logs and superseded files stay until `maintain` is told to drop them.
CONFIGURATION = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.checkpointInterval": "50",
}
STATISTICS = "delta.dataSkippingStatsColumns"
CONFLICT_RETRIES = 8  # another writer's commit between our read and ours; each retry reads again

# A MERGE rewrites the files that hold a matched row; events are revised for years, so a file holds one year of them.
PARTITIONS = {"events": ["year"]}
TARGET_BYTES = 8_000_000  # of a data file: some ten thousand rows, rewritten in well under a second
WIDEST_BYTES = 3 * TARGET_BYTES  # read at once when files are joined; many times as much in memory
GROUP_ROWS = 4096  # of a row group, the least that a lookup reads


def storage_options(url: str) -> dict[str, str] | None:
    """What the object store needs beside the AWS_ variables; None for local folders."""
    if not url.startswith("s3://"):
        return None
    options = {"aws_conditional_put": "etag", "AWS_REGION": os.environ.get("AWS_REGION", "us-east-1")}
    if endpoint := settings().s3_endpoint:
        options["AWS_ENDPOINT_URL"] = endpoint
        if endpoint.startswith("http://"):
            options["AWS_ALLOW_HTTP"] = "true"
    return options


def arrow_rows(table: Table, rows: Iterable[Mapping[str, Any]] | pa.Table) -> pa.Table:
    """Rows as an Arrow table with exactly the table's columns, sorted by key, one row a key (the last one given wins).

    An Arrow table is taken as it is; its keys must differ.

    Raises:
        GiveUp: a column the table does not have, a missing required value, or a value of another type.
    """
    known = [c.name for c in table.columns]
    if isinstance(rows, pa.Table):
        return rows.select(known).cast(table.arrow).sort_by([(k, "ascending") for k in table.key])
    by_key: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        if unknown := set(row) - set(known):
            raise GiveUp(
                f"table {table.name} has no column {sorted(unknown)}; add it to schemas/tables/{table.name}.yml."
            )
        for column in table.columns:
            if not column.nullable and row.get(column.name) is None:
                raise GiveUp(f"table {table.name}: required column {column.name} is empty in row {dict(row)!r:.300}")
        by_key[tuple(row[k] for k in table.key)] = row
    ordered = [by_key[key] for key in sorted(by_key)]
    try:
        return pa.Table.from_pylist([{name: row.get(name) for name in known} for row in ordered], schema=table.arrow)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise GiveUp(f"rows for table {table.name} do not fit its schema: {error}") from error


class DeltaStore:
    """The Delta tables under one URL."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._options = storage_options(url)
        local = self._options is None
        place = hashlib.sha256(self.url.encode()).hexdigest()[:16]
        self.index = Path(self.url) / "_index" if local else settings().cache / "index" / place

    def path(self, name: str) -> str:
        """Address of one table."""
        return f"{self.url}/{name}"

    def exists(self, name: str) -> bool:
        """Whether the table has been created."""
        from deltalake import DeltaTable

        return bool(DeltaTable.is_deltatable(self.path(name), storage_options=self._options))

    def open(self, name: str, version: int | None = None) -> Any:
        """The Delta table, at a version.

        Raises:
            GiveUp: the table is missing or its log cannot be read.
        """
        from deltalake import DeltaTable

        try:
            return DeltaTable(self.path(name), version=version, storage_options=self._options)
        except Exception as error:
            raise self._unreadable(name, error) from error

    def scan(self, table: Table, version: int | None = None) -> Scan:
        """The list of files of one version; None is the newest.

        Raises:
            GiveUp: the table is missing or its log cannot be read.
        """
        delta = self.open(table.name, version)
        try:
            return Scan(table, delta, self._native_files(delta, table.name), self.index)
        except Exception as error:
            raise self._unreadable(table.name, error) from error

    def read(self, table: Table, version: int, columns: Sequence[str], where: Where | None) -> pa.Table:
        """Rows of one version as an Arrow table with the declared types.

        Args:
            table: which table.
            version: its Delta version.
            columns: only these.
            where: conditions that all must hold, each ``(column, operator, value)``.

        Raises:
            GiveUp: the table or one of its files is missing or damaged.
        """
        scan = self.scan(table, version)
        try:
            return scan.read(columns, where)
        except Exception as error:
            raise self._unreadable(table.name, error, scan) from error

    def lookup(self, table: Table, version: int, by: str, values: Iterable[Any], columns: Sequence[str]) -> pa.Table:
        """Rows of one version whose column ``by`` has one of the values; see ``Scan.lookup``."""
        scan = self.scan(table, version)
        try:
            return scan.lookup(by, values, columns)
        except Exception as error:
            raise self._unreadable(table.name, error, scan) from error

    def changed(self, table: Table, since: int | None, version: int, columns: Sequence[str]) -> pa.Table:
        """Rows of the files that came after an earlier version: every row that changed, and perhaps others.

        Args:
            table: which table.
            since: the earlier version; None gives all rows.
            version: the later one.
            columns: only these.
        """
        scan = self.scan(table, version)
        earlier = self.scan(table, since).files if since is not None else {}
        try:
            return scan.read(columns, files=[f for f in scan.files if f not in earlier])
        except Exception as error:
            raise self._unreadable(table.name, error, scan) from error

    def _native_files(self, delta: Any, name: str) -> Any:
        """Arrow's own reader of local folders; S3 is left to Delta's reader.

        Delta's reader is called back in Python from Arrow's threads, and one that still runs when the interpreter ends
        aborts the process after its work is done.
        """
        import pyarrow.fs as pa_fs

        if self._options is not None:
            from deltalake.fs import DeltaStorageHandler

            sizes = delta._table.get_add_file_sizes()
            return pa_fs.PyFileSystem(DeltaStorageHandler.from_table(delta._table, self._options, sizes))
        return pa_fs.SubTreeFileSystem(str(Path(self.path(name)).resolve()), pa_fs.LocalFileSystem())

    def apply(self, table: Table, batch: int, rows: pa.Table | None, deleted: pa.Table | None) -> int:
        """Merge rows in by key and take deleted keys out, in one commit; nothing where the batch is already in.

        Args:
            table: which table.
            batch: number of the batch; batches are applied in order.
            rows: rows with the table's schema.
            deleted: rows with the key columns only.

        Returns:
            The table's version that holds the batch.
        """
        for _ in range(CONFLICT_RETRIES):
            delta = self._open_or_create(table)
            if (delta.transaction_version(APP) or 0) >= batch:
                return int(delta.version())
            try:
                self._write(delta, table, batch, rows, deleted)
            except Exception as error:
                if isinstance(error, EventwireError):
                    raise
                if _is_conflict(error):
                    continue
                raise self._unwritable(table.name, error) from error
            return int(delta.version())
        raise RetryLater(f"table {table.name}: other writers kept changing it. Run the same command again.")

    def compact(self, table: Table, batch: int) -> int:
        """Join small files that follow each other in time; content and history stay. Returns the new version.

        Files of one and the same time, as one long run may write them, are joined by their size alone.
        """
        from deltalake import CommitProperties, Transaction, write_deltalake

        delta, column = self.open(table.name), order_column(table)
        done = CommitProperties(app_transactions=[Transaction(APP, batch)], max_commit_retries=0)
        try:
            if column is None or any(column not in f.low for f in self.scan(table).files.values()):
                # Small ones of the days without ranges get them by being written anew.
                delta.optimize.compact(target_size=TARGET_BYTES, commit_properties=done, writer_properties=self._form())
                return int(delta.version())
            scan = self.scan(table)
            runs = scan.small_runs(column, TARGET_BYTES)
            narrow = [where for where in runs if scan.bytes_in(where) <= WIDEST_BYTES]
            for where in narrow:
                rows = self.scan(table).read([c.name for c in table.columns], where)
                write_deltalake(
                    delta,
                    rows.sort_by([(column, "ascending"), *((k, "ascending") for k in table.key)]),
                    mode="overwrite",
                    predicate=" AND ".join(f'"{name}" {sign} {literal(value)}' for name, sign, value in where),
                    target_file_size=TARGET_BYTES,
                    commit_properties=CommitProperties(max_commit_retries=0),
                    writer_properties=self._form(),
                )
                delta.update_incremental()
            if len(narrow) < len(runs):
                delta.optimize.compact(
                    target_size=TARGET_BYTES,
                    commit_properties=CommitProperties(max_commit_retries=0),
                    writer_properties=self._form(),
                )
        except Exception as error:
            if _is_conflict(error):
                raise RetryLater(f"lake {self.url} is being written. Run maintenance again later.") from error
            raise self._unwritable(table.name, error) from error
        return int(delta.version())

    def vacuum(self, name: str, keep_hours: int, keep_versions: list[int]) -> list[str]:
        """Drop files that were superseded longer ago than ``keep_hours`` and that no version to be kept needs."""
        delta = self.open(name)
        return list(
            delta.vacuum(
                retention_hours=keep_hours,
                dry_run=False,
                enforce_retention_duration=False,
                keep_versions=keep_versions,
            )
        )

    def damaged(self, table: Table, version: int) -> list[tuple[str, str]]:
        """Data files of a version that are missing or cannot be read, and how; ``_delta_log`` where the log is."""
        try:
            return self.scan(table, version).damaged()
        except EventwireError as error:
            return [("_delta_log", str(error))]

    def _form(self) -> Any:
        from deltalake import WriterProperties

        return WriterProperties(max_row_group_size=GROUP_ROWS, compression="ZSTD")

    def _open_or_create(self, table: Table) -> Any:
        from deltalake import DeltaTable

        if not self.exists(table.name):
            try:
                DeltaTable.create(
                    self.path(table.name),
                    schema=table.arrow,
                    mode="ignore",
                    partition_by=PARTITIONS.get(table.name),
                    configuration=CONFIGURATION | {STATISTICS: ",".join(statistics(table))},
                    storage_options=self._options,
                )
            except Exception as error:
                raise self._unwritable(table.name, error) from error
        delta = self.open(table.name)
        have = {f.name for f in delta.schema().fields}
        if missing := [f for f in table.arrow if f.name not in have]:
            from deltalake.schema import Field

            delta.alter.add_columns([Field.from_arrow(f.with_nullable(True)) for f in missing])
            delta = self.open(table.name)
        if STATISTICS not in delta.metadata().configuration:  # written by layout 1
            delta.alter.set_table_properties({STATISTICS: ",".join(statistics(table))})
            delta = self.open(table.name)
        return delta

    def _write(self, delta: Any, table: Table, batch: int, rows: pa.Table | None, deleted: pa.Table | None) -> None:
        """One commit: rows whose key is new are appended; a MERGE looks only into files that hold one of the keys."""
        from deltalake import CommitProperties, Transaction, write_deltalake

        scan = Scan(table, delta, self._native_files(delta, table.name), self.index)
        keys = pa.concat_tables([part.select(list(table.key)) for part in (rows, deleted) if part is not None])
        held = scan.where(keys)
        commit = CommitProperties(app_transactions=[Transaction(APP, batch)], max_commit_retries=0)
        form = self._form()
        if held:
            self._merge(delta, table, rows, deleted, _within(scan, held), commit, form)
        elif rows is not None:
            write_deltalake(delta, rows, mode="append", commit_properties=commit, writer_properties=form)
        delta.update_incremental()

    def _merge(
        self,
        delta: Any,
        table: Table,
        rows: pa.Table | None,
        deleted: pa.Table | None,
        within: str,
        commit: Any,
        form: Any,
    ) -> None:
        loose = pa.schema([pa.field(f.name, f.type) for f in table.arrow] + [pa.field(DELETE, pa.bool_())])
        parts = []
        if rows is not None:
            parts.append(pa.table([*rows.columns, pa.array([False] * len(rows), pa.bool_())], schema=loose))
        if deleted is not None:
            columns = [
                deleted.column(f.name).cast(f.type) if f.name in table.key else pa.nulls(len(deleted), f.type)
                for f in table.arrow
            ]
            parts.append(pa.table([*columns, pa.array([True] * len(deleted), pa.bool_())], schema=loose))
        values = {f'"{c.name}"': f's."{c.name}"' for c in table.columns}
        (
            delta.merge(
                pa.concat_tables(parts),
                predicate=" AND ".join([*(f't."{k}" = s."{k}"' for k in table.key), within]).removesuffix(" AND "),
                source_alias="s",
                target_alias="t",
                commit_properties=commit,
                writer_properties=form,
            )
            .when_matched_delete(predicate=f's."{DELETE}"')
            .when_matched_update(values)
            .when_not_matched_insert(values, predicate=f'NOT s."{DELETE}"')
            .execute()
        )

    def _unreadable(self, name: str, error: Exception, scan: Scan | None = None) -> EventwireError:
        if isinstance(error, EventwireError):
            return error
        text = _first_line(error)
        if "ermission denied" in text:
            return Misconfigured(f"{self.path(name)} cannot be read ({text}). Give this user read access.")
        if scan is not None and (bad := scan.damaged()):
            files = ", ".join(f"{path} is {how}" for path, how in bad[:3])
            more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
            return GiveUp(
                f"table {name} of lake {self.url}: {files}{more}. Restore "
                f"from any backup that has it into {self.path(name)}: data files never change. Without a backup build "
                "the lake again in an empty folder from the article files or the WARC files."
            )
        return GiveUp(
            f"table {name} of lake {self.url} is missing or damaged ({text}). Restore {self.path(name)} from a backup, "
            "or build the lake again in an empty folder from the article files or the WARC files."
        )

    def _unwritable(self, name: str, error: Exception) -> EventwireError:
        text = _first_line(error)
        if "No space left" in text or "os error 28" in text:
            return RetryLater(
                f"no space left while writing {self.path(name)}. Free some and run again: nothing is lost."
            )
        if "File too large" in text or "os error 27" in text:
            return RetryLater(
                f"{self.path(name)} grows larger than this user may write. Raise the limit (ulimit -f) and run again."
            )
        if any(sign in text for sign in ("ermission denied", "Read-only file system", "os error 13", "os error 30")):
            return Misconfigured(f"{self.path(name)} cannot be written ({text}). Give this user write access.")
        return GiveUp(f"table {name} of lake {self.url} refused the batch ({text}). Nothing was written to it.")


def _within(scan: Scan, files: Iterable[str]) -> str:
    """A condition on the target that holds for every row of some files, by which Delta passes over most others."""
    column = order_column(scan.table)
    spans = scan.ranges(files, column) if column else None
    if not spans:
        return ""
    low_high = [
        f't."{column}" >= {literal(low, -SECOND)} AND t."{column}" <= {literal(high, SECOND)}' for low, high in spans
    ]
    return "(" + " OR ".join(f"({one})" for one in low_high) + ")"


def _is_conflict(error: Exception) -> bool:
    from deltalake.exceptions import CommitFailedError

    return isinstance(error, CommitFailedError) or "already exists" in str(error)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
