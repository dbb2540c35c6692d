"""What an audit says about rows that break a rule, and about those that do not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from etl import schema
from etl.errors import Misconfigured
from etl.validate import audit, audit_path, quality_rows, quarantine_rows, split
from expectations.rules import Context, rules_of

MOMENT = datetime(2026, 3, 5, 12, tzinfo=UTC)
GOOD = {
    "event_id_cnty": "MLI1",
    "event_date": date(2026, 3, 2),
    "year": 2026,
    "time_precision": 1,
    "disorder_type": "Political violence",
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "actor1": "JNIM: Group for Support of Islam and Muslims",
    "inter1": "Rebel group",
    "actor2": "Military Forces of Mali (2021-)",
    "inter2": "State forces",
    "interaction": "State forces-Rebel group",
    "civilian_targeting": False,
    "iso": 466,
    "region": "Western Africa",
    "country": "Mali",
    "admin1": "Mopti",
    "location": "Douentza",
    "latitude": 14.9958,
    "longitude": -2.9511,
    "geo_precision": 1,
    "source": "Sahel Courier",
    "source_scale": "Regional",
    "notes": "On 2 March 2026, JNIM and soldiers clashed in Douentza (Mopti). 4 people were killed.",
    "fatalities": 4,
    "timestamp": int(MOMENT.timestamp()),
    "event_date_low": date(2026, 3, 2),
    "event_date_high": date(2026, 3, 2),
    "iso3": "MLI",
    "geonameid": 2457161,
    "fatalities_low": 4,
    "fatalities_high": 6,
    "fatalities_basis": "exact",
    "attribution": "reported",
    "attribution_rule": "undisputed_report",
    "dispute_occurrence": "undisputed",
    "dispute_actor1": "undisputed",
    "dispute_location": "undisputed",
    "confidence": 0.8,
    "reports": 1,
    "independent_origins": 1,
    "first_reported": MOMENT,
    "revision": 1,
}
CONTEXT = Context(run_date=date(2026, 3, 5))


def events(*changes: dict[str, object]) -> pa.Table:
    rows = [GOOD | {"event_id_cnty": f"MLI{i + 1}", "geonameid": 2457161 + i} | c for i, c in enumerate(changes)]
    return pa.Table.from_pylist(rows, schema=schema.table("events").arrow)


def failed(outcome, rule):
    return next(r for r in outcome.results if r.rule == rule).keys


def test_a_good_row_breaks_nothing():
    outcome = audit("events", events({}), CONTEXT)
    assert outcome.ok
    assert [r.rule for r in outcome.results if r.held is False] == []


BREAKS = [
    ({"event_id_cnty": "mali-1"}, "V02"),
    ({"event_date": date(25, 3, 2)}, "V03"),
    ({"event_date": date(2026, 4, 2), "event_date_high": date(2026, 4, 2)}, "V04"),
    ({"geo_precision": 4}, "V05"),
    ({"time_precision": 2, "event_date_low": date(2026, 2, 1)}, "V06"),
    ({"sub_event_type": "Attack"}, "V07"),
    ({"disorder_type": "Demonstrations"}, "V08"),
    ({"inter2": None}, "V09"),
    ({"interaction": "Rebel group only"}, "V10"),
    ({"inter2": "Civilians"}, "V11"),
    ({"event_type": "Violence against civilians", "sub_event_type": "Attack"}, "V12"),
    ({"event_type": "Protests", "sub_event_type": "Peaceful protest"}, "V13"),
    ({"event_type": "Protests", "sub_event_type": "Peaceful protest"}, "V13.peaceful"),
    ({"event_type": "Riots", "sub_event_type": "Mob violence"}, "V14"),
    ({"actor2": None, "inter2": None}, "V15"),
    ({"civilian_targeting": True}, "V16"),
    ({"assoc_actor_2": "Civilians (Mali)"}, "V17"),
    ({"event_type": "Explosions/Remote violence", "civilian_targeting": True}, "V18"),
    ({"sub_event_type": "Sexual violence"}, "V19"),
    ({"fatalities": -1}, "V20"),
    ({"sub_event_type": "Peaceful protest"}, "V20"),
    ({"sub_event_type": "Suicide bomb", "fatalities": 0}, "V21"),
    ({"event_type": "Strategic developments"}, "V22"),
    ({"latitude": 14.99581}, "V23"),
    ({"latitude": 0.0, "longitude": 0.0}, "V23"),
    ({"latitude": 91.0}, "V23"),
    ({"region": "Middle Africa"}, "V25"),
    ({"admin1": None, "admin2": "Douentza"}, "V26"),
    ({"geonameid": None}, "V27"),
    ({"actor1": "Unidentified Armed Group (Niger)"}, "V28"),
    ({"actor2": "Military Forces of Mali (2012-2020)"}, "V29"),
    ({"inter2": "External/Other forces"}, "V29"),
    ({"actor1": "Military Forces of Mali (2021-)"}, "V30"),
    ({"assoc_actor_1": "JNIM: Group for Support of Islam and Muslims"}, "V30"),
    ({"source_scale": "International-National"}, "V31"),
    ({"notes": "Soldiers clashed with 4 dead."}, "V32"),
    ({"tags": "crowd size=hundreds"}, "V33"),
    ({"tags": "weather=fine"}, "V33.tags"),
    ({"timestamp": 0}, "V36"),
]


@pytest.fixture(scope="module")
def outcome_of_breaks():
    return audit("events", events({}, *(change for change, _ in BREAKS)), CONTEXT)


@pytest.mark.parametrize("position", range(len(BREAKS)), ids=[f"{i}-{rule}" for i, (_, rule) in enumerate(BREAKS)])
def test_each_rule_names_the_row_that_breaks_it(outcome_of_breaks, position):
    change, rule = BREAKS[position]
    key = (change.get("event_id_cnty", f"MLI{position + 2}"),)
    assert key in failed(outcome_of_breaks, rule)
    severity = next(r.severity for r in outcome_of_breaks.results if r.rule == rule)
    assert (rule in outcome_of_breaks.broken.get(position + 1, ())) == (severity == "critical")
    assert ("MLI1",) not in failed(outcome_of_breaks, rule)


def test_two_rows_of_one_event_are_both_named():
    outcome = audit("events", events({}, {"geonameid": 2457161}), CONTEXT)
    assert failed(outcome, "V34") == (("MLI1",), ("MLI2",))


def test_the_forces_of_a_state_are_at_home_in_a_territory_without_forces_of_its_own():
    there = {"country": "New Caledonia", "iso": 540, "iso3": "NCL", "region": "Oceania"}
    french = there | {"actor2": "Military Forces of France (2017-)", "interaction": "State forces-Rebel group"}
    abroad = {"inter2": "External/Other forces", "interaction": "Rebel group-External/Other forces"}
    outcome = audit("events", events({}, french, french | abroad), CONTEXT)
    assert failed(outcome, "V29") == (("MLI3",),)


def test_a_point_outside_its_country_is_found_when_the_borders_are_known():
    context = Context(run_date=date(2026, 3, 5), in_country=lambda iso3, lat, lon: lat > 10)
    outcome = audit("events", events({}, {"latitude": 1.5}), context)
    assert failed(outcome, "V24") == (("MLI2",),)


def test_a_rule_without_its_context_is_not_checked_rather_than_passed():
    result = next(r for r in audit("events", events({}), CONTEXT).results if r.rule == "V38")
    assert result.held is None
    assert "event_reports" in (result.detail or "")


def lineage(quote: str, claim_act: str = "deny") -> dict[str, pd.DataFrame]:
    slots = ("event_type", "location", "actor1", "actor2", "fatalities")
    return {
        "event_reports": pd.DataFrame(
            {"mention_id": ["m1"], "event_id_cnty": ["MLI1"], "published_at": ["2026-03-03T10:00:00Z"]}
        ),
        "articles": pd.DataFrame({"doc_id": ["d1"], "text": ["Four died."]}),
        "mentions": pd.DataFrame({"mention_id": ["m1"], "fatalities": [4], "fatalities_basis": ["exact"]}),
        "evidence": pd.DataFrame({"mention_id": ["m1"] * 5, "slot": slots, "quote": [quote] * 5}),
        "claims": pd.DataFrame({"mention_id": ["m1"], "speech_act": [claim_act], "slot": ["actor1"]}),
    }


def test_a_toll_above_the_lowest_report_is_critical():
    context = Context(run_date=date(2026, 3, 5), frames=lineage("Four died."))
    assert audit("events", events({}), context).ok
    assert failed(audit("events", events({"fatalities": 6}), context), "V38") == (("MLI1",),)


def test_a_value_without_words_is_critical():
    frames = lineage("Four died.")
    frames["evidence"] = frames["evidence"][frames["evidence"].slot != "actor2"]
    outcome = audit("events", events({}), Context(run_date=date(2026, 3, 5), frames=frames))
    assert failed(outcome, "V37") == (("MLI1",),)


def test_a_denied_slot_needs_a_denial():
    denied = {"dispute_actor1": "attributed_denied"}
    context = Context(run_date=date(2026, 3, 5), frames=lineage("Four died.", "deny"))
    assert failed(audit("events", events(denied), context), "V39") == ()
    context = Context(run_date=date(2026, 3, 5), frames=lineage("Four died.", "assert"))
    assert failed(audit("events", events(denied), context), "V39") == (("MLI1",),)


def test_a_quote_that_is_not_the_articles_letters_is_found():
    row = {
        "mention_id": "m1",
        "doc_id": "d1",
        "slot": "fatalities",
        "start": 0,
        "end": 4,
        "quote": "Four",
        "value": "4",
    }
    rows = pa.Table.from_pylist([row, row | {"start": 1, "end": 5}], schema=schema.table("evidence").arrow)
    outcome = audit("evidence", rows, Context(run_date=date(2026, 3, 5), frames=lineage("Four died.")))
    assert len(failed(outcome, "V37")) == 1


def test_drift_is_only_judged_with_a_history():
    assert audit("events", events({}), CONTEXT).ok
    calm = {"share Battles": [0.1, 0.12, 0.11, 0.1, 0.09, 0.1, 0.11, 0.1]}
    outcome = audit("events", events({}), Context(run_date=date(2026, 3, 5), history=calm))
    drift = next(r for r in outcome.results if r.rule == "V40.share Battles")
    assert (drift.held, drift.severity, drift.observed) == (False, "warning", 1.0)
    assert outcome.ok


def test_good_and_bad_rows_add_up_and_the_bad_keep_their_reason():
    rows = events({}, {"geo_precision": 4}, {"latitude": 91.0})
    outcome = audit("events", rows, CONTEXT)
    good, bad = split(rows, outcome)
    assert (good.num_rows, bad.num_rows) == (1, 2)
    kept = quarantine_rows(rows, outcome, "run", MOMENT)
    assert [(k["row_key"], k["rules"]) for k in kept] == [("MLI2", ["V05"]), ("MLI3", ["V23"])]
    assert kept == quarantine_rows(rows, outcome, "run", MOMENT)


def test_results_become_rows_of_quality():
    rows = pa.Table.from_pylist(
        quality_rows(audit("events", events({"geo_precision": 4}), CONTEXT), "run", MOMENT),
        schema=schema.table("quality").arrow,
    ).to_pylist()
    by_rule = {r["rule"]: r for r in rows}
    assert by_rule["V05"]["failed"] == 1 and not by_rule["V05"]["success"]
    assert "V38" not in by_rule


def test_missing_columns_break_v01_and_leave_the_rest_standing():
    outcome = audit("events", events({}).drop_columns(["region"]), CONTEXT)
    first = outcome.results[0]
    assert (first.rule, first.held) == ("V01", False)
    assert "region is missing" in (first.detail or "")


def test_every_rule_of_the_codebook_is_there():
    ids = {r.id.split(".")[0] for table in schema.table_names() for r in rules_of(table)}
    outcome = audit("events", events({}), CONTEXT)
    ids |= {r.rule.split(".")[0] for r in outcome.results}
    assert {f"V{i:02}" for i in range(1, 41)} <= ids


@pytest.mark.parametrize("content", [None, b"not parquet at all"])
def test_an_unreadable_path_is_a_clear_error(tmp_path, content):
    path = tmp_path / "x.parquet"
    if content:
        path.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"x\.parquet"):
        audit_path(str(path))
