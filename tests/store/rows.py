"""Small rows for tables, complete enough to be stored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from etl import schema

MOMENT = datetime(2024, 5, 4, 12, tzinfo=UTC)
PLAIN: dict[str, Any] = {
    "string": "x",
    "int": 1,
    "float": 1.0,
    "bool": False,
    "date": date(2024, 5, 3),
    "timestamp": MOMENT,
    "strings": ["x"],
}


def row(table: str, **values: Any) -> dict[str, Any]:
    """A row with every required column filled."""
    spec = schema.table(table)
    filled = {c.name: None if c.nullable else PLAIN[c.type] for c in spec.columns}
    return filled | values


def claim(key: str, **values: Any) -> dict[str, Any]:
    return row("claims", claim_id=key, **values)


def event(key: str, year: int = 2024, **values: Any) -> dict[str, Any]:
    return row("events", event_id_cnty=key, year=year, event_date=date(year, 5, 3), **values)
