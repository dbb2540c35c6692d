"""One event as a person reads it: its columns with the words they stand on, its claims, reports and revisions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from etl.errors import Misconfigured
from etl.store import Lake, Snapshot

# Shown first and always; other columns only where they hold something.
HEAD = ("event_date", "sub_event_type", "actor1", "actor2", "location", "country", "fatalities", "fatalities_basis")


def event_card(lake: Lake, event_id: str, as_of: datetime | Snapshot | None = None) -> dict[str, Any]:
    """Everything that the lake holds about one event.

    Args:
        lake: where to look.
        event_id: for example ``SYR12``; one that was merged shows the event that holds it now.
        as_of: show what was known at this moment.

    Raises:
        Misconfigured: there is and was no such event at that moment.
    """
    at = as_of if isinstance(as_of, Snapshot) else lake.as_of(as_of)
    own = [("event_id_cnty", "=", event_id)]
    gone = lake.rows("deletions", as_of=at, filters=own)
    if gone and gone[0]["merged_into"]:
        card = event_card(lake, gone[0]["merged_into"], at)
        return {**card, "merged": [gone[0], *card["merged"]]}
    events = lake.rows("events", as_of=at, filters=own)
    if not events and not gone:
        when = f" as of {as_of.isoformat()}" if isinstance(as_of, datetime) else ""
        raise Misconfigured(
            f"there is no event {event_id} in {lake.url}{when}. 'eventwire status' tells what is there."
        )
    reports = lake.rows("event_reports", as_of=at, filters=own)
    mentions = sorted(r["mention_id"] for r in reports)
    outlet = {r["mention_id"]: r["outlet_name"] for r in reports}

    def of_mentions(table: str) -> list[dict[str, Any]]:
        rows = lake.rows(table, as_of=at, filters=[("mention_id", "in", mentions)]) if mentions else []
        return [{**row, "outlet_name": outlet[row["mention_id"]]} for row in rows]

    claims = sorted(of_mentions("claims"), key=lambda c: (c["doc_id"], c["start"], c["claim_id"]))
    return {
        "event": events[0] if events else None,
        "evidence": of_mentions("evidence"),
        "claims": claims,
        "reports": sorted(reports, key=lambda r: (r["published_at"] or "", r["mention_id"])),
        "revisions": lake.rows("revisions", as_of=at, filters=own),
        "deleted": gone[0] if gone else None,
        "merged": [],
    }


def as_text(card: dict[str, Any]) -> str:
    """The card in lines for a terminal."""
    lines = [f"{old['event_id_cnty']} was found to be one event with {old['merged_into']}." for old in card["merged"]]
    if card["event"] is None:
        gone = card["deleted"]
        return f"{gone['event_id_cnty']} was taken out: {gone['deletion_reason']}. {gone['detail'] or ''}".strip()
    event = card["event"]
    lines += [f"{event['event_id_cnty']}  revision {event['revision']}", event["notes"], ""]
    quotes: dict[str, list[str]] = {}
    for e in card["evidence"]:
        quotes.setdefault(e["slot"], []).append(f"\u201c{e['quote']}\u201d  {e['outlet_name']}")
    names = [*HEAD, *(n for n in event if n not in HEAD and n not in ("event_id_cnty", "revision", "notes"))]
    for name in names:
        value = event[name]
        if value is None and name not in HEAD:
            continue
        lines.append(f"{name:22} {_plain(value)}")
        lines += [f"{'':22}   {q}" for q in dict.fromkeys(quotes.get(name, ()))]
    lines += _section("claims", (_claim(c) for c in card["claims"]))
    lines += _section(
        "reports",
        (
            f"{r['published_at'] or 'undated':25} {r['outlet_name']}  origin {r['origin']}  {r['url']}"
            for r in card["reports"]
        ),
    )
    lines += _section("revisions", (_revision(r) for r in card["revisions"]))
    return "\n".join(lines)


def _section(title: str, rows: Iterable[str]) -> list[str]:
    listed = list(rows)
    return ["", title, *(f"  {row}" for row in listed)] if listed else []


def _claim(c: dict[str, Any]) -> str:
    hedge = ", hedged" if c["hedged"] else ""
    said = f"{c['claimant']} ({c['claimant_role']}) {c['speech_act']}{hedge}: {c['slot']} = {c['value']}"
    return f"{said}  \u201c{c['quote']}\u201d  {c['outlet_name']}"


def _revision(r: dict[str, Any]) -> str:
    return (
        f"{r['revision']} ({r['recorded_at']:%Y-%m-%d}, {r['revision_reason']}) {r['field']}: {r['old']} -> {r['new']}"
    )


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def as_json(card: dict[str, Any]) -> str:
    """The card as JSON."""
    return json.dumps(card, default=str, ensure_ascii=False, indent=1)
