"""Reads whatever a person points ``eventwire audit`` at: a Parquet file or folder, a CSV, a release or a lake."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from etl import schema
from etl.errors import Misconfigured
from etl.settings import settings
from etl.validate.audit import Audit, audit
from etl.validate.context import LINEAGE, context_of


def audit_path(path: str, table: str = "events", as_of: datetime | None = None) -> Audit:
    """Audits one table at ``path``; what stands beside it (a release's or lake's other tables) serves as context.

    Args:
        path: a Parquet file or folder, a CSV, a release or a lake.
        table: which table its rows are.
        as_of: of a lake: as it knew it at this moment.

    Raises:
        Misconfigured: nothing readable there, or no such table.
    """
    if table not in schema.table_names():
        raise Misconfigured(f"there is no table {table!r}; choose one of {', '.join(schema.table_names())}.")
    rows, neighbours = read_any(path, table, as_of)
    return audit(table, rows, context_of(neighbours, settings().clock()))


def read_any(path: str, table: str, as_of: datetime | None = None) -> tuple[pa.Table, dict[str, pa.Table]]:
    """Rows of ``table`` at ``path``, and the tables of ``LINEAGE`` found beside it.

    Raises:
        Misconfigured: ``path`` cannot be read as any of the known forms.
    """
    if "://" in path or (Path(path) / table / "_delta_log").is_dir():
        return _from_lake(path, table, as_of)
    if as_of:
        raise Misconfigured(f"{path} is no lake and has no earlier states. Leave --as-of out, or name the lake.")
    place = Path(path)
    if not place.exists():
        raise Misconfigured(f"{path} does not exist; give a Parquet file or folder, a CSV, a release or a lake.")
    try:
        if place.is_file():
            return _read_file(place, table), {}
        if (place / table).is_dir() or (place / f"{table}.parquet").is_file():
            others = {n: place / n for n in LINEAGE if (place / n).is_dir()}
            others |= {n: place / f"{n}.parquet" for n in LINEAGE if (place / f"{n}.parquet").is_file()}
            own = place / table if (place / table).is_dir() else place / f"{table}.parquet"
            return _read_folder(own, table), {n: _read_folder(p, n) for n, p in others.items()}
        return _read_folder(place, table), {}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Misconfigured(f"cannot read {path} as {table}: {error}") from error


def _from_lake(path: str, table: str, as_of: datetime | None) -> tuple[pa.Table, dict[str, pa.Table]]:
    from etl.store import Lake

    lake = Lake(path)
    at = lake.as_of(as_of)
    return lake.read(table, as_of=at), {name: lake.read(name, as_of=at) for name in LINEAGE}


def _read_file(path: Path, table: str) -> pa.Table:
    if path.suffix.lower() in (".csv", ".gz"):
        return read_csv(path, table)
    return pq.ParquetFile(path).read()


def _read_folder(path: Path, table: str) -> pa.Table:
    if path.is_file():
        return _read_file(path, table)
    files = sorted(path.rglob("*.parquet"))
    if not files:
        raise Misconfigured(f"{path} holds no Parquet file; give a file, a release folder or a lake.")
    parts = [pq.ParquetFile(f).read() for f in files]
    odd = [str(f) for f, part in zip(files, parts, strict=True) if part.schema.names != parts[0].schema.names]
    if odd:
        raise Misconfigured(f"files of {path} differ in their columns; look at {odd[0]}.")
    return pa.concat_tables(parts, promote_options="permissive")


def read_csv(path: Path, table: str) -> pa.Table:
    """A CSV as releases write it: UTF-8, empty means null, lists as JSON, types from the schema."""
    description = schema.table(table)
    by_name = {c.name: c for c in (*description.columns, *description.released_extra)}
    plain = {n: pa.string() if c.type == "strings" else c.arrow.type for n, c in by_name.items()}
    convert = pyarrow.csv.ConvertOptions(
        column_types=plain, strings_can_be_null=True, quoted_strings_can_be_null=True, null_values=[""]
    )
    rows = pyarrow.csv.read_csv(
        path, convert_options=convert, parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True)
    )
    for name in rows.schema.names:
        if name in by_name and by_name[name].type == "strings":
            lists: list[Any] = [json.loads(v) if v else None for v in rows[name].to_pylist()]
            rows = rows.set_column(rows.schema.get_field_index(name), name, pa.array(lists, pa.list_(pa.string())))
    return rows
