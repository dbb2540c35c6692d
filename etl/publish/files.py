"""Writes the files of a release into a folder. Parquet and CSV are the same bytes for the same rows."""

from __future__ import annotations

import csv
import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from etl import schema
from etl.publish.views import CELLS, literal, view_sql

# A spreadsheet runs a cell that starts with one of these; a quote mark before it keeps it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COMPRESSION = "zstd"
VIEWS = "views"  # folder of the views, so that the tables stay what a reader sees first


def write_tables(folder: Path, tables: Mapping[str, pa.Table], views: Mapping[str, pa.Table]) -> None:
    """Writes every released table: events partitioned, flat, with geometry, as CSV and in a DuckDB file; and views."""
    for name, table in tables.items():
        if name == "events":
            _write_partitions(folder / "events", table)
        write_parquet(folder / f"{name}.parquet", table)
        write_csv(folder / f"{name}.csv", table)
    write_parquet(folder / "events.geo.parquet", with_geometry(tables["events"]))
    for name, table in views.items():
        write_parquet(folder / VIEWS / f"{name}.parquet", table)
        write_csv(folder / VIEWS / f"{name}.csv", table)
    write_duckdb(folder / "eventwire.duckdb", {**tables, CELLS: views[CELLS]})


def write_parquet(path: Path, table: pa.Table) -> None:
    """One Parquet file with the documented schema; ``large_string`` and dictionaries never appear."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.combine_chunks(), path, compression=COMPRESSION)


def _write_partitions(folder: Path, events: pa.Table) -> None:
    years = sorted(set(events["event_year"].to_pylist()))
    folder.mkdir(parents=True, exist_ok=True)
    # An empty release still has a file, so that readers find the columns.
    for year in years or [0]:
        part = events.filter(pa.compute.equal(events["event_year"], year)).drop_columns(["event_year"])
        write_parquet(folder / f"event_year={year}" / "part-0.parquet", part)


def with_geometry(events: pa.Table) -> pa.Table:
    """The events with a ``geometry`` column, as GeoParquet 1.1 (WKB points, WGS 84)."""
    pairs = zip(events["longitude"].to_pylist(), events["latitude"].to_pylist(), strict=True)
    points = [struct.pack("<BIdd", 1, 1, lon, lat) for lon, lat in pairs]
    table = events.append_column("geometry", pa.array(points, pa.binary()))
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    return table.replace_schema_metadata({"geo": json.dumps(geo)})


def plain_cell(value: Any) -> str:
    """A value as a CSV cell: null is empty, lists are JSON, text that a spreadsheet would run is defused.

    >>> plain_cell("=1+1"), plain_cell(["a"]), plain_cell(None), plain_cell(-2.5)
    ("'=1+1", '["a"]', '', '-2.5')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        clean = "".join(c for c in value if c in "\n\t" or ord(c) >= 32)
        return f"'{clean}" if clean.startswith(FORMULA_STARTS) else clean
    return str(value)


def write_csv(path: Path, table: pa.Table) -> None:
    """UTF-8 with a byte order mark (spreadsheets read it rightly), one row a line, empty means null."""
    with open(path, "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(table.schema.names)
        for batch in table.to_batches(max_chunksize=10_000):
            writer.writerows([plain_cell(v) for v in row.values()] for row in batch.to_pylist())


def write_duckdb(path: Path, tables: Mapping[str, pa.Table]) -> None:
    """One DuckDB file with every table and the views, each with its description as a comment."""
    with duckdb.connect(str(path)) as db:
        # No row of ours may make the reader open a file or a socket.
        db.execute("SET enable_external_access = false")
        for name, table in tables.items():
            db.register(f"{name}_rows", table)
            db.execute(f'CREATE TABLE "{name}" AS SELECT * FROM "{name}_rows"')  # noqa: S608
            db.unregister(f"{name}_rows")
            spec = schema.view(name) if name == CELLS else schema.table(name)
            db.execute(f'COMMENT ON TABLE "{name}" IS {literal(spec.description)}')
            for column in (*spec.columns, *spec.released_extra):
                db.execute(f'COMMENT ON COLUMN "{name}"."{column.name}" IS {literal(column.description)}')
        for name in schema.view_names():
            if name != CELLS:
                db.execute(f'CREATE VIEW "{name}" AS {view_sql(name)}')
                db.execute(f'COMMENT ON VIEW "{name}" IS {literal(schema.view(name).description)}')


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 by relative path of every file in a folder."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
