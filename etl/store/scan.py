"""Read one version of a Delta table by its list of files: only files that can hold what is asked are opened.

The list comes from Delta's log with the least and greatest value of some columns in each file (``STATISTICS``). What a
file holds by key is known from ``keys.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from etl.schema import Table
from etl.store.keys import KeyIndex, Numbers, hashes

Where = list[tuple[str, str, Any]]
# Columns whose range in each file is kept, beside the first key: times by which files differ.
TIMES = ("recorded_at", "event_date", "event_date_low", "event_date_high", "fetched_at", "published_at")
# Delta keeps times in statistics cut to milliseconds.
SECOND, MILLISECOND = timedelta(seconds=1), timedelta(milliseconds=1)
_STRINGS = ("string", "strings")


def statistics(table: Table) -> list[str]:
    """Columns whose range is kept for each file of a table."""
    return [table.key[0], *(n for n in TIMES if n in {c.name for c in table.columns} and n != table.key[0])]


def order_column(table: Table) -> str | None:
    """The column by whose value rows lie together in files: the day of events, else the time of recording."""
    for name in ("event_date", "recorded_at"):
        if any(c.name == name and not c.nullable for c in table.columns):
            return name
    return None


@dataclass(frozen=True)
class DataFile:
    """One data file: its name, rows, bytes, value of the partition, and ranges of columns."""

    path: str
    rows: int
    size: int
    partition: Mapping[str, Any]
    low: Mapping[str, Any]
    high: Mapping[str, Any]

    def may_hold(self, where: Where) -> bool:
        """Whether some row can meet all conditions, as far as the ranges tell."""
        for column, operator, value in where:
            if column in self.partition:
                low = high = self.partition[column]
            else:
                low, high = self.low.get(column), self.high.get(column)
            if low is None or high is None:
                continue
            high = high + SECOND if isinstance(high, datetime) else high
            values = sorted(value) if operator == "in" else [value]
            if operator in ("=", "==", "in") and not any(low <= v <= high for v in values):
                return False
            if (operator in (">", ">=") and high < value) or (operator in ("<", "<=") and low > value):
                return False
        return True


class Scan:
    """One version of one table.

    Args:
        table: its columns.
        delta: the Delta table at the version.
        filesystem: where the files lie.
        index: folder of the key index; None keeps none.
    """

    def __init__(self, table: Table, delta: Any, filesystem: Any, index: Path | None) -> None:
        self.table = table
        self.files = {f.path: f for f in _listed(delta)}
        self._filesystem = filesystem
        self._index = index
        self._loose = pa.schema([pa.field(f.name, f.type) for f in table.arrow])
        self._format = ds.ParquetFileFormat(
            default_fragment_scan_options=ds.ParquetFragmentScanOptions(pre_buffer=True)
        )

    def read(self, columns: Sequence[str], where: Where | None = None, files: Iterable[str] | None = None) -> pa.Table:
        """Rows that meet all conditions, with the declared types, in no order.

        Args:
            columns: which.
            where: conditions.
            files: only these; all where None.
        """
        import pyarrow.parquet as pq

        asked = list(dict.fromkeys([*columns, *(name for name, _, _ in where or ())]))
        chosen = [self.files[f] for f in files] if files is not None else list(self.files.values())
        chosen = [f for f in chosen if f.may_hold(where or [])]
        # Delta's writer marks strings as views in its files and pyarrow compares no view with a string: conditions on
        # strings wait until the rows are cast, the others are pushed down. Columns added later read as null.
        early = [w for w in where or () if self.table.column(w[0]).type not in _STRINGS]
        dataset = ds.FileSystemDataset([self._fragment(f) for f in chosen], self._loose, self._format, self._filesystem)
        found = dataset.to_table(columns=asked, filter=pq.filters_to_expression(early) if early else None)
        found = self._typed(found, asked)
        if where:
            found = found.filter(pq.filters_to_expression(list(where)))
        return found.select(list(columns))

    def lookup(self, by: str, values: Iterable[Any], columns: Sequence[str]) -> pa.Table:
        """Rows whose column ``by`` has one of the values, in no order.

        Args:
            by: a column of strings.
            values: the values wanted.
            columns: which columns to give.
        """
        asked = list(dict.fromkeys([*columns, by]))
        wanted = pa.array(sorted(set(values)), pa.string())
        parts = [self._typed(pa.table({n: [] for n in asked}, self._only(asked)), asked)]
        for path, rows in self.where(pa.table({by: wanted})).items():
            part = self._typed(self._take(self.files[path], rows, asked), asked)
            parts.append(part.filter(pc.is_in(part[by], value_set=wanted)))
        return pa.concat_tables(parts).select(list(columns))

    def where(self, keys: pa.Table) -> dict[str, Numbers]:
        """The files that hold rows with the given values of some columns, and the rows' numbers."""
        names = keys.column_names
        index = KeyIndex(self._index / self.table.name if self._index else None, "+".join(names))
        active = {f.path: f.rows for f in self.files.values()}

        def load(path: str) -> pa.Table:
            return self._typed(self._fragment(self.files[path]).to_table(schema=self._loose, columns=names), names)

        return index.rows(active, hashes(keys), load)

    def ranges(self, files: Iterable[str], column: str, most: int = 8) -> list[tuple[Any, Any]] | None:
        """Ranges of a column that cover some files, at most so many; None where a file has none."""
        listed = [(self.files[f].low.get(column), self.files[f].high.get(column)) for f in files]
        if any(low is None or high is None for low, high in listed):
            return None
        spans: list[tuple[Any, Any]] = []
        for low, high in sorted(listed):
            if spans and low <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(high, spans[-1][1]))
            else:
                spans.append((low, high))
        while len(spans) > most:
            n = min(range(len(spans) - 1), key=lambda i: spans[i + 1][0] - spans[i][1])
            spans[n : n + 2] = [(spans[n][0], spans[n + 1][1])]
        return spans

    def small_runs(self, column: str, target: int) -> list[Where]:
        """Spans of a column in which several small files lie one after the other, as conditions, newest last."""
        runs: list[list[DataFile]] = []
        for file in sorted(self.files.values(), key=lambda f: (*f.partition.values(), f.low[column], f.path)):
            if file.size > target // 2:
                continue
            last = runs[-1] if runs else []
            if last and last[0].partition == file.partition and sum(f.size for f in last) < 2 * target:
                last.append(file)
            else:
                runs.append([file])
        found: list[Where] = []
        for run in runs:
            if len(run) > 1:
                # Statistics hold times cut to milliseconds: a little more on the later side.
                high = max(f.high[column] for f in run)
                high = high + MILLISECOND if isinstance(high, datetime) else high
                span: Where = [(column, ">=", min(f.low[column] for f in run)), (column, "<=", high)]
                found.append([(name, "=", value) for name, value in run[0].partition.items()] + span)
        return found

    def bytes_in(self, where: Where) -> int:
        """Size of the files that can hold a row that meets all conditions."""
        return sum(f.size for f in self.files.values() if f.may_hold(where))

    def damaged(self) -> list[tuple[str, str]]:
        """Files that are missing or whose end, where Parquet keeps its table of contents, cannot be read."""
        found = []
        for file in self.files.values():
            try:
                rows = sum(g.num_rows for g in self._fragment(file).row_groups)
                if rows != file.rows or self._filesystem.get_file_info(file.path).size != file.size:
                    found.append((file.path, "cut off"))
            except FileNotFoundError:
                found.append((file.path, "missing"))
            except (OSError, pa.ArrowException):
                found.append((file.path, "damaged"))
        return found

    def _fragment(self, file: DataFile) -> Any:
        where = None
        for name, value in file.partition.items():
            is_it = ds.field(name) == pa.scalar(value, self.table.arrow.field(name).type)
            where = is_it if where is None else where & is_it
        options = {} if where is None else {"partition_expression": where}
        return self._format.make_fragment(file.path, filesystem=self._filesystem, **options)

    def _take(self, file: DataFile, rows: Numbers, columns: list[str]) -> pa.Table:
        fragment = self._fragment(file)
        sizes = [g.num_rows for g in fragment.row_groups]
        starts = np.cumsum([0, *sizes])
        group_of = np.searchsorted(starts, rows, "right") - 1
        groups = np.unique(group_of)
        before = np.cumsum([0, *(sizes[g] for g in groups)])
        place = before[np.searchsorted(groups, group_of)] + (rows - starts[group_of])
        part = fragment.subset(row_group_ids=[int(g) for g in groups])
        return part.to_table(schema=self._loose, columns=columns).take(pa.array(place))

    def _only(self, columns: Sequence[str]) -> pa.Schema:
        return pa.schema([self._loose.field(n) for n in columns])

    def _typed(self, found: pa.Table, columns: Sequence[str]) -> pa.Table:
        return found.cast(pa.schema([self.table.arrow.field(n) for n in columns]))


def _listed(delta: Any) -> list[DataFile]:
    listed = pa.table(delta.get_add_actions(flatten=True))

    def named(start: str) -> dict[str, list[Any]]:
        return {n.removeprefix(start): listed[n].to_pylist() for n in listed.column_names if n.startswith(start)}

    low, high, partition = named("min."), named("max."), named("partition.")
    paths, rows, sizes = (listed[n].to_pylist() for n in ("path", "num_records", "size_bytes"))
    return [
        DataFile(
            paths[n],
            rows[n],
            sizes[n],
            {c: values[n] for c, values in partition.items()},
            {c: values[n] for c, values in low.items() if c in (*TIMES,)},
            {c: values[n] for c, values in high.items() if c in (*TIMES,)},
        )
        for n in range(len(paths))
    ]


def literal(value: Any, edge: timedelta = timedelta(0)) -> str:
    """A number, day or time as SQL; times are moved by ``edge``.

    >>> literal(date(2024, 5, 3))
    "DATE '2024-05-03'"
    """
    if isinstance(value, datetime):
        return f"'{(value + edge).astimezone(UTC).isoformat()}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"no range of {value!r}")
