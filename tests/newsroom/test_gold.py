"""The sample articles and their gold are complete, agree with each other and keep to the codebook."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl import schema
from etl.model import DISPUTE_SLOTS
from etl.newsroom import Piece, load_outlets, load_pieces, piece_text

GOLD = Path(__file__).parents[1] / "gold/newsroom"
PIECES = {p.key: p for p in load_pieces()}


@cache
def gold() -> dict[str, dict[str, Any]]:
    return {
        f"{path.stem}/{entry['slug']}": entry
        for path in sorted(GOLD.glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    }


def states() -> list[tuple[str, Piece, dict[str, Any]]]:
    """Every article in every round that has gold: key, article, what to make of it."""
    found = [(key, PIECES[key], entry) for key, entry in gold().items()]
    for key, entry in gold().items():
        second = PIECES[key].in_round(2)
        if "round_2" in entry and second:
            found.append((f"{key} round 2", second, entry["round_2"]))
    return found


def events() -> list[tuple[str, Piece, dict[str, Any]]]:
    return [(key, piece, event) for key, piece, entry in states() for event in entry["events"]]


def test_every_article_has_gold_and_every_gold_an_article() -> None:
    assert set(gold()) == set(PIECES)


def test_coverage() -> None:
    outcomes = Counter(entry["outcome"] for entry in gold().values())
    assert len(load_outlets()) >= 8 and len(PIECES) >= 96
    assert outcomes["coded"] >= 45 and outcomes["coded"] * 2 <= len(PIECES)
    assert {e["sub_event_type"] for _, _, e in events()} == {p["sub_event_type"] for p in schema.event_types()}
    told_by = defaultdict(set)
    for key, _, event in events():
        told_by[event["event_key"]].add(key.partition("/")[0])
    assert sum(len(outlets) >= 2 for outlets in told_by.values()) >= 12
    assert (
        sum("contested" in e["dispute"].values() or "attributed_denied" in e["dispute"].values() for *_, e in events())
        >= 8
    )
    assert {p.make for p in PIECES.values()} == {"json-ld", "meta", "none"}
    assert {p.charset for p in PIECES.values()} == {"utf-8", "windows-1251"}
    assert {p.withdrawn for p in PIECES.values()} == {None, "gone", "notice"}


@pytest.mark.parametrize(("key", "piece", "entry"), states(), ids=lambda v: v if isinstance(v, str) else "")
def test_outcome_fits_the_events(key: str, piece: Piece, entry: dict[str, Any]) -> None:
    assert (entry["outcome"] == "coded") == bool(entry["events"])
    assert (entry["reason"] is None) == (entry["outcome"] == "coded")
    if piece.kind in ("article", "live_blog") and piece.lang == "en" and entry["outcome"] != "withdrawn":
        assert 115 <= len(piece_text(piece).split()) <= 450, "an article has its usual length"
    assert date(2026, 2, 1) <= piece.published_day <= date(2026, 5, 31)


@pytest.mark.parametrize(("key", "piece", "event"), events(), ids=lambda v: v if isinstance(v, str) else "")
def test_an_event_keeps_to_the_codebook(key: str, piece: Piece, event: dict[str, Any]) -> None:
    kind = event["event_type"]
    assert schema.sub_event(event["sub_event_type"])["event_type"] == kind
    assert schema.interaction_label(event["inter1"], event["inter2"])
    country = schema.country_by_iso3(event["iso3"])
    assert country is not None and country["country"] == event["country"]
    low, best, high = (date.fromisoformat(event[f"event_date{end}"]) for end in ("_low", "", "_high"))
    assert low <= best <= high <= piece.published_day
    assert (low == high) == (event["time_precision"] == 1)
    assert event["geo_precision"] in (1, 2, 3)
    assert event["fatalities_basis"] in schema.enum("fatalities_basis")
    assert (event["fatalities"] > 0) <= (
        event["sub_event_type"] not in ("Peaceful protest", "Protest with intervention")
    )
    fighters = {"State forces", "Rebel group", "Political militia", "Identity militia", "External/Other forces"}
    if kind == "Battles":
        assert {event["inter1"], event["inter2"]} <= fighters
    if kind == "Violence against civilians":
        assert event["inter1"] in fighters and event["inter2"] == "Civilians" and event["civilian_targeting"]
    if kind in ("Battles", "Strategic developments"):
        assert not event["civilian_targeting"]
    if kind == "Protests":
        assert "Protesters" in (event["inter1"], event["inter2"]) and event["crowd_size"]
    if kind == "Riots":
        assert "Rioters" in (event["inter1"], event["inter2"]) and event["crowd_size"]
    assert set(event["dispute"]) <= set(DISPUTE_SLOTS)
    assert set(event["dispute"].values()) <= set(schema.enum("dispute_status"))


@pytest.mark.parametrize(("key", "piece", "event"), events(), ids=lambda v: v if isinstance(v, str) else "")
def test_a_claim_is_quoted_to_the_letter(key: str, piece: Piece, event: dict[str, Any]) -> None:
    text = piece_text(piece)
    for claim in event["claims"]:
        assert claim["quote"] in text
        assert claim["speech_act"] in schema.enum("speech_act")
        assert claim["slot"] in (*DISPUTE_SLOTS, "damage")


def test_two_reports_of_one_event_agree_on_country_type_and_day() -> None:
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for _, _, event in events():
        seen[event["event_key"]].add((event["iso3"], event["sub_event_type"], event["event_date"]))
    assert {key: found for key, found in seen.items() if len(found) > 1} == {}


def test_a_wire_copy_keeps_most_of_the_agency_text() -> None:
    copies = [p for p in PIECES.values() if p.wire_of]
    assert len(copies) >= 3
    for copy in copies:
        original = {t for _, t in PIECES[copy.wire_of or ""].blocks}
        assert sum(t in original for _, t in copy.blocks) >= len(copy.blocks) / 2
