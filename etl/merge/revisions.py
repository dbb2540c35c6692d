"""What changed in an event, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from etl import schema
from etl.merge.match import unidentified
from etl.merge.records import Row

if TYPE_CHECKING:
    from etl.merge.corrections import Correction

# Columns that tell of the version rather than of the event.
BOOKKEEPING = frozenset({"event_id_cnty", "timestamp", "revision"})
REASON_BY_COLUMN = {
    **dict.fromkeys(("fatalities", "fatalities_low", "fatalities_high", "fatalities_basis"), "toll_update"),
    **dict.fromkeys(("injured_low", "injured_high"), "toll_update"),
    **dict.fromkeys(("event_date", "event_date_low", "event_date_high", "year", "time_precision"), "time_refined"),
    **dict.fromkeys(("country", "iso3", "iso", "region", "admin1", "admin2", "admin3", "location"), "place_refined"),
    **dict.fromkeys(("latitude", "longitude", "geo_precision", "geonameid", "uncertainty_km"), "place_refined"),
}


def changed(old: Row, new: Row) -> list[str]:
    """Columns whose values differ, in the table's order."""
    names = [c.name for c in schema.table("events").columns if c.name not in BOOKKEEPING]
    return [n for n in names if _plain(old.get(n)) != _plain(new.get(n))]


def revision_rows(
    event_id: str, revision: int, old: Row, new: Row, cause: str, valid_from: datetime | None, recorded_at: datetime
) -> list[dict[str, Any]]:
    """One row of ``revisions`` for each changed column.

    Args:
        event_id: id of the event.
        revision: number of the new version.
        old: its row before.
        new: its row after.
        cause: why the event was looked at again; refined per column where the reason is a new report.
        valid_from: when the report behind the change became known.
        recorded_at: when the change is recorded.
    """
    return [
        {
            "event_id_cnty": event_id,
            "revision": revision,
            "field": name,
            "old": _json(old[name]),
            "new": _json(new.get(name)),
            "revision_reason": _reason(name, old, cause),
            "valid_from": valid_from,
            "recorded_at": recorded_at,
        }
        for name in changed(old, new)
    ]


def by_person(rows: list[dict[str, Any]], row: Row, corrections: Sequence[Correction]) -> list[dict[str, Any]]:
    """Rows of ``revisions`` with the author and the correction behind those values that a person has set."""
    of = {column: c for c in corrections for column in (*c.set, "corrected") if column in row}
    told = []
    for r in rows:
        c = of.get(r["field"])
        said = {"revision_reason": "correction_by_person", "author": c.author, "correction_id": c.id} if c else {}
        told.append({**r, **said})
    return told


def split_row(event_id: str, from_id: str, valid_from: datetime | None, recorded_at: datetime) -> dict[str, Any]:
    """The row of ``revisions`` that says which event a new one was split from."""
    return {
        "event_id_cnty": event_id,
        "revision": 1,
        "field": "event_id_cnty",
        "old": _json(from_id),
        "new": _json(event_id),
        "revision_reason": "split",
        "valid_from": valid_from,
        "recorded_at": recorded_at,
    }


def _reason(column: str, old: Mapping[str, Any], cause: str) -> str:
    if cause != "new_report":
        return cause
    if column.startswith("dispute_") or column in ("attribution_rule", "alleged_actor1"):
        return "dispute_changed"
    if column in ("actor1", "actor2", "inter1", "inter2", "interaction"):
        blank = any(old[a] is None or unidentified(old[a]) for a in ("actor1", "actor2"))
        return "actor_identified" if blank else "new_report"
    return REASON_BY_COLUMN.get(column, "new_report")


def _plain(value: Any) -> Any:
    return value or None if isinstance(value, list | tuple) else value


def _json(value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)
