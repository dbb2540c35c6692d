"""Describes a release: data dictionary for people, ``datapackage.json`` for machines, both from ``schemas/``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from etl import schema
from etl.publish.files import VIEWS

FRICTIONLESS = {
    "string": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "date": "date",
    "timestamp": "string",
    "strings": "array",
}
# Closed lists longer than this are named instead of printed.
LONGEST_LIST = 30
LICENCE = {"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}


def data_dictionary() -> str:
    """The data dictionary as Markdown, every table and column of the data model.

    ``docs/data-dictionary.md`` is this text; a test compares them.
    """
    lines = [
        "# Data dictionary",
        "",
        f"Schema version {schema.SCHEMA_VERSION}. Derived from `schemas/`; to change a column, change it there and run",
        "`make docs`. Types: string, int (64 bit), float (64 bit), bool, date, timestamp (UTC, microseconds), strings",
        "(list of string).",
        "",
    ]
    known = {c.name for name in schema.table_names() for c in schema.table(name).columns}
    names = sorted(schema.table_names(), key=lambda n: (not schema.table(n).released, n != "events", n))
    for name in names:
        table = schema.table(name)
        kept = "In releases" if table.released else "In the lake only"
        lines += [f"## {name}", "", f"{table.description} {kept}. Key: `{'`, `'.join(table.key)}`.", ""]
        lines += ["| column | type | null? | meaning |", "|---|---|---|---|"]
        lines += [_row(c) for c in table.columns]
        lines += [_row(c, "only in releases") for c in table.released_extra]
        lines.append("")
    lines += ["## Views", ""]
    lines += [
        "Files of the folder `views/` (Parquet and CSV), and views of the DuckDB file; `event_cells` is a table there.",
        "",
    ]
    for name in schema.view_names():
        view = schema.view(name)
        lines += [f"### {name}", "", f"{view.description} Key: `{'`, `'.join(view.key)}`.", ""]
        own = [c for c in view.columns if c.name not in known]
        same = [f"`{c.name}`" for c in view.columns if c.name in known]
        if len(same) >= len(schema.table("events").columns):
            same = ["all columns of `events`"]
        lines += ["| column | type | null? | meaning |", "|---|---|---|---|", *map(_row, own), ""] if own else []
        lines += [f"As in `events` and the other tables: {', '.join(same)}.", ""] if same else []
    return "\n".join(lines) + "\n"


def _row(column: schema.Column, extra: str = "") -> str:
    notes = [column.description]
    if column.unit:
        notes.append(f"Unit: {column.unit}.")
    if column.enum:
        values = schema.enum(column.enum)
        shown = ", ".join(f"`{v}`" for v in values) if len(values) <= LONGEST_LIST else f"{len(values)} values"
        notes.append(f"One of: {shown}.")
    if column.min is not None or column.max is not None:
        low = "" if column.min is None else f"{column.min:g}"
        notes.append(
            f"Range: {low} to {'' if column.max is None else f'{column.max:g}'}.".replace(" to .", " or more.")
        )
    if extra:
        notes.append(f"({extra})")
    text = " ".join(notes).replace("|", "\\|")
    return f"| `{column.name}` | {column.type} | {'yes' if column.nullable else 'no'} | {text} |"


def data_package(
    version: str, tables: Mapping[str, pa.Table], views: Mapping[str, pa.Table], created: str
) -> dict[str, Any]:
    """The release as a Frictionless data package, one resource a CSV."""
    return {
        "profile": "tabular-data-package",
        "name": "eventwire-release",
        "title": "Eventwire release",
        "version": version,
        "created": created,
        "schema_version": schema.SCHEMA_VERSION,
        "licenses": [LICENCE],
        "resources": [
            *(_resource(schema.table(name), f"{name}.csv", table) for name, table in tables.items()),
            *(_resource(schema.view(name), f"{VIEWS}/{name}.csv", table) for name, table in views.items()),
        ],
    }


def _resource(spec: schema.Table, path: str, table: pa.Table) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": spec.name.replace("_", "-"),
        "path": path,
        "description": spec.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "rows": table.num_rows,
        "schema": {
            "fields": [_field(c) for c in (*spec.columns, *spec.released_extra)],
            "primaryKey": list(spec.key),
            "missingValues": [""],
        },
    }


def _field(column: schema.Column) -> dict[str, Any]:
    kind = FRICTIONLESS[column.type]
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.min is not None and column.type in ("int", "float"):
        constraints["minimum"] = column.min
    if column.max is not None and column.type in ("int", "float"):
        constraints["maximum"] = column.max
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.enum:
        constraints["enum"] = list(schema.enum(column.enum))
    field = {"name": column.name, "type": kind, "description": column.description}
    if column.unit:
        field["unit"] = column.unit
    return field | ({"constraints": constraints} if constraints else {})
