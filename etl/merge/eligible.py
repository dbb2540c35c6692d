"""Which mentions can become events: those with a day, a place in a country, and a type that fits its actors."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from etl import schema
from etl.merge.records import Row
from etl.store import stable_id

DETAIL = {
    "no_date": "The article supports no day for it.",
    "no_place": "The article names no place that the gazetteer resolves.",
    "no_country": "The place lies in no country of the codebook.",
    "invalid_type": "The type is not one of the 25 pairs.",
    "invalid_actors": "The actors do not fit the type or each other.",
    "superseded": "A newer version of the article counts instead.",
    "recoded": "A newer reading of the article counts instead.",
    "rejected_by_person": "A person says that there was no such event.",
    "report_withdrawn": "The outlet has taken the article back.",
}
ARMED = frozenset({"State forces", "Rebel group", "Political militia", "Identity militia", "External/Other forces"})


def why_not(mention: Row) -> str | None:
    """The reason why a mention cannot be an event, or None.

    The actor rules are those without which a row would be refused later (V11 to V15, V30).
    """
    if mention["event_date"] is None or mention["time_precision"] is None:
        return "no_date"
    if mention["location"] is None or mention["latitude"] is None or mention["longitude"] is None:
        return "no_place"
    if mention["geo_precision"] is None:
        return "no_place"
    if mention["iso3"] is None or schema.country_by_iso3(mention["iso3"]) is None:
        return "no_country"
    pairs = {p["sub_event_type"]: p["event_type"] for p in schema.event_types()}
    if pairs.get(mention["sub_event_type"]) != mention["event_type"]:
        return "invalid_type"
    return None if _actors_fit(mention) else "invalid_actors"


def _actors_fit(m: Row) -> bool:
    inters = (m["inter1"], m["inter2"])
    if (m["actor2"] is None) != (m["inter2"] is None) or m["actor1"] == m["actor2"]:
        return False
    if schema.interaction_code(m["inter1"], m["inter2"]) not in schema.interactions():
        return False
    if m["event_type"] == "Battles":
        return set(inters) <= ARMED
    if m["event_type"] == "Violence against civilians":
        return m["inter1"] in ARMED and m["inter2"] == "Civilians"
    wanted = {"Protests": "Protesters", "Riots": "Rioters"}.get(m["event_type"])
    return wanted is None or wanted in inters


def quarantine_row(mention: Row, reason: str, run_id: str, recorded_at: datetime) -> dict[str, Any]:
    """The mention as a row of ``quarantine``."""

    def plain(value: Any) -> str:
        return value.isoformat() if isinstance(value, date) else str(value)

    return {
        "quarantine_id": stable_id("quarantine", "mentions", mention["mention_id"]),
        "table_name": "mentions",
        "row_key": mention["mention_id"],
        "row_json": json.dumps(dict(mention), default=plain, ensure_ascii=False, sort_keys=True),
        "rules": [reason],
        "detail": DETAIL[reason],
        "recorded_at": recorded_at,
        "run_id": run_id,
    }
