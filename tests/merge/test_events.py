"""From mentions in the lake to events: what they say, what they are called, and what happens later."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from etl.errors import GiveUp
from etl.model import Mention
from etl.pipeline import reconcile
from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions, waiting_for_code
from etl.settings import settings
from etl.store import Lake, open_lake
from tests.merge.mentions import (
    ARMY,
    CITY,
    CIVILIANS,
    GUNMEN,
    JETS,
    PROTESTERS,
    RUSSIA,
    TOWN,
    HandCoder,
    killed,
    line,
    mention,
    says,
)

NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
Told = dict[str, list[Mention]]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def turn(moment: datetime) -> None:
        monkeypatch.setenv("EVENTWIRE_NOW", moment.isoformat())
        settings.cache_clear()

    turn(NOW)
    return turn


@pytest.fixture
def lake(tmp_path: Path, clock: Callable[[datetime], None]) -> Lake:
    return open_lake(tmp_path / "lake")


def add(lake: Lake, told: Told, lines: list[dict[str, Any]] | None = None, version: str = "1") -> dict[str, int]:
    ingest_articles(lake, lines if lines is not None else [line(d) for d in told], "run")
    code_articles(lake, coder=HandCoder(told, version), run_id="run")
    counts = merge_mentions(lake, "run")
    reconcile(lake, complete=True)
    return counts


def events(lake: Lake) -> list[dict[str, Any]]:
    return lake.rows("events")


def only(lake: Lake) -> dict[str, Any]:
    (event,) = events(lake)
    return event


def test_two_reports_make_one_event_with_the_lowest_toll_and_the_whole_range(lake: Lake):
    add(lake, {"a": [mention(**killed(5))], "b": [mention(**killed(3, 4))]})
    event = only(lake)
    assert event["event_id_cnty"] == "SYR1"
    assert (event["fatalities"], event["fatalities_low"], event["fatalities_high"]) == (3, 3, 5)
    assert event["fatalities_basis"] == "conflicting_low"
    assert (event["reports"], event["independent_origins"]) == (2, 2)
    assert event["source"] == "Paper a; Paper b"
    assert event["dispute_occurrence"] == "corroborated"
    assert "3, up to 5" in event["notes"]


def test_nobody_spoke_of_deaths_is_not_zero_deaths(lake: Lake):
    add(lake, {"a": [mention()], "b": [mention(**killed(0, basis="reported_none"))], "c": [mention(where=CITY)]})
    near, far = sorted(events(lake), key=lambda e: e["location"], reverse=True)
    assert (near["fatalities"], near["fatalities_low"], near["fatalities_basis"]) == (0, 0, "reported_none")
    assert (far["fatalities"], far["fatalities_low"], far["fatalities_basis"]) == (0, None, "not_mentioned")


def test_a_reprint_is_a_report_and_no_independent_origin(lake: Lake):
    text = " ".join(f"word{n}" for n in range(60))
    lines = [line("a", text), line("b", text + " more"), line("c")]
    add(lake, {"a": [mention()], "b": [mention()], "c": [mention()]}, lines)
    assert (only(lake)["reports"], only(lake)["independent_origins"]) == (3, 2)


def test_two_identified_attackers_in_one_town_on_one_day_stay_two(lake: Lake):
    add(lake, {"a": [mention()], "b": [mention(one=RUSSIA)]})
    assert {e["actor1"] for e in events(lake)} == {ARMY[0], RUSSIA[0]}


VAGUE_DAY = {"time_precision": 2}
VAGUE = {"sub": "Air/drone strike", "one": JETS}


def told_by(lake: Lake) -> dict[str, set[str]]:
    """Who reports the events, by their first actor."""
    named = {e["event_id_cnty"]: e["actor1"] for e in events(lake)}
    found: dict[str, set[str]] = {name: set() for name in named.values()}
    for r in lake.rows("event_reports"):
        found[named[r["event_id_cnty"]]].add(r["doc_id"])
    return found


@pytest.mark.parametrize(("toll", "whose"), [(9, RUSSIA[0]), (2, ARMY[0])])
def test_a_vague_report_tells_of_the_strike_with_its_toll(lake: Lake, toll: int, whose: str):
    told = {d: [mention(one=RUSSIA, **killed(9))] for d in ("a", "b")} | {"c": [mention(**killed(2))]}
    add(lake, told | {"d": [mention(**killed(2))], "v": [mention(**VAGUE, **killed(toll))]})
    assert "v" in told_by(lake)[whose]


@pytest.mark.parametrize(("often", "seldom"), [(ARMY, RUSSIA), (RUSSIA, ARMY)])
def test_a_vague_report_without_a_toll_tells_of_the_strike_that_most_tell_of(lake: Lake, often, seldom):
    told = {d: [mention(one=often)] for d in ("b", "c", "d")} | {"a": [mention(one=seldom)]}
    add(lake, told | {"v": [mention(**VAGUE)]})
    assert "v" in told_by(lake)[often[0]]


def test_two_like_incidents_of_one_article_are_one_row(lake: Lake):
    add(lake, {"a": [mention(**killed(2)), mention(**killed(3))]})
    assert only(lake)["fatalities"] == 2


def test_the_most_precise_place_and_day_are_taken(lake: Lake):
    province = {"country": "Syria", "iso3": "SYR", "admin1": "Idlib", "location": "Idlib", "latitude": 35.93,
                "longitude": 36.63, "geo_precision": 3, "geonameid": 2}  # fmt: skip
    week = {"low": date(2024, 4, 29), "high": date(2024, 5, 5)}
    add(lake, {"a": [mention(where=province, **week)], "b": [mention()]})
    assert (only(lake)["location"], only(lake)["event_date_low"]) == ("Kafr Nabl", date(2024, 5, 3))


def test_a_denial_in_a_later_report_takes_the_name_out(lake: Lake, clock):
    add(lake, {"a": [mention(claims=(says("rebels", "party", "accuse", "actor1", ARMY[0]),))]})
    assert only(lake)["actor1"] == ARMY[0]
    clock(NOW + timedelta(days=1))
    denial = (says("the army", "party", "deny", "actor1", ARMY[0]),)
    unnamed = mention(one=JETS, claims=denial, alleged_actor1=(ARMY[0],), attribution_rule="unidentified_denied")
    counts = add(lake, {"b": [unnamed]})
    event = only(lake)
    assert (event["actor1"], event["alleged_actor1"]) == (JETS[0], [ARMY[0]])
    assert (event["attribution_rule"], event["dispute_actor1"]) == ("unidentified_denied", "attributed_denied")
    assert counts["revised"] == 1 and event["revision"] == 2


def test_two_independent_origins_outweigh_a_denial(lake: Lake):
    saw = (says("the UN mission", "monitor", "assert", "actor1", ARMY[0]),)
    heard = (says("Doctors of Idlib", "witness", "assert", "actor1", ARMY[0]),)
    denied = (says("the army", "party", "deny", "actor1", ARMY[0]),)
    add(lake, {"a": [mention(claims=saw)], "b": [mention(claims=heard)], "c": [mention(one=JETS, claims=denied)]})
    assert (only(lake)["actor1"], only(lake)["attribution_rule"]) == (ARMY[0], "named_in_spite_of_denial")


def test_a_name_that_no_report_reads_as_an_actor_is_not_named(lake: Lake):
    misread = (says("police", "authority", "accuse", "actor1", "Military Forces of Nowhere (2016-)"),)
    add(lake, {"a": [mention(one=GUNMEN, claims=misread)], "b": [mention(one=GUNMEN, claims=misread)]})
    assert only(lake)["actor1"] == GUNMEN[0]


def test_an_event_with_the_day_of_one_report_and_the_place_of_another_still_has_no_twin(lake: Lake):
    def days(low: int, high: int) -> dict[str, Any]:
        return {"low": date(2024, 5, low), "high": date(2024, 5, high)}

    beside = {**TOWN, "location": "Hass", "latitude": TOWN["latitude"] + 0.15, "geonameid": 8}
    near = {**TOWN, "latitude": TOWN["latitude"] + 0.07, "geo_precision": 2, "geonameid": None}
    told = {d: [mention(day=date(2024, 5, 4), where=near, **days(4, 5), **VAGUE_DAY)] for d in "cdefg"}
    told |= {
        "a": [mention(day=date(2024, 5, 5), **days(5, 6), **VAGUE_DAY)],
        "b": [mention(where=beside, **days(3, 4))],
    }
    lines = [line(d, published_at="2024-05-03" if d == "a" else "2024-05-07") for d in told]
    add(lake, told, lines)
    assert (only(lake)["location"], only(lake)["event_date"]) == ("Kafr Nabl", date(2024, 5, 3))
    add(lake, {"x": [mention()]})
    assert only(lake)["reports"] == 8


def test_a_late_report_revises_and_says_what_when_and_why(lake: Lake, clock):
    add(lake, {"a": [mention(**killed(5))]})
    first = only(lake)
    clock(NOW + timedelta(days=1))
    add(lake, {"b": [mention(**killed(2))]}, [line("b", published_at="2024-05-06T08:00:00Z")])
    event = only(lake)
    assert event["event_id_cnty"] == first["event_id_cnty"] and event["timestamp"] > first["timestamp"]
    changes = {r["field"]: r for r in lake.rows("revisions")}
    toll = changes["fatalities"]
    assert (toll["old"], toll["new"], toll["revision_reason"], toll["revision"]) == ("5", "2", "toll_update", 2)
    assert toll["valid_from"] == datetime(2024, 5, 6, 8, tzinfo=UTC)
    assert toll["recorded_at"] == NOW + timedelta(days=1)
    assert lake.rows("events", as_of=NOW)[0]["fatalities"] == 5


def test_revisions_of_one_second_still_have_rising_timestamps(lake: Lake):
    add(lake, {"a": [mention(**killed(5))]})
    first = only(lake)["timestamp"]
    add(lake, {"b": [mention(**killed(2))]})
    assert only(lake)["timestamp"] == first + 1


def test_a_corrected_article_stays_in_its_event(lake: Lake):
    told = {"a": [mention(**killed(5))], "a|corrected": [mention(**killed(1))]}
    add(lake, told, [line("a")])
    told = {"a": [mention(**killed(1))]}
    add(lake, told, [line("a", "corrected text " * 20)])
    event = only(lake)
    assert (event["event_id_cnty"], event["fatalities"], event["revision"], event["reports"]) == ("SYR1", 1, 2, 1)
    assert {r["revision_reason"] for r in lake.rows("revisions")} == {"correction"}
    assert [q["rules"] for q in lake.rows("quarantine")] == [["superseded"]]


def test_a_withdrawn_article_takes_its_event_out_and_the_number_is_not_used_again(lake: Lake):
    add(lake, {"a": [mention()]})
    counts = add(lake, {}, [line("a", withdrawn=True)])
    assert counts["withdrawn"] == 1 and events(lake) == []
    gone = lake.rows("deletions")[0]
    assert (gone["event_id_cnty"], gone["deletion_reason"]) == ("SYR1", "report_withdrawn")
    add(lake, {"b": [mention()]})
    assert only(lake)["event_id_cnty"] == "SYR2"


def test_a_withdrawn_article_of_several_revises_its_event(lake: Lake):
    add(lake, {"a": [mention(**killed(1))], "b": [mention(**killed(6))]})
    add(lake, {}, [line("a", withdrawn=True)])
    assert (only(lake)["fatalities"], only(lake)["reports"]) == (6, 1)
    assert {r["revision_reason"] for r in lake.rows("revisions")} == {"report_withdrawn"}


def test_events_that_turn_out_to_be_one_keep_the_older_id(lake: Lake):
    add(lake, {"a": [mention()]})
    add(lake, {"b": [mention(one=RUSSIA)]})
    assert [e["event_id_cnty"] for e in events(lake)] == ["SYR1", "SYR2"]
    add(lake, {"b": [mention()]}, [line("b", "they had it wrong " * 20)])
    assert only(lake)["event_id_cnty"] == "SYR1"
    add(lake, {"c": [mention(where=CITY)]})
    assert {e["event_id_cnty"] for e in events(lake)} == {"SYR1", "SYR3"}


def test_a_corrected_report_that_now_tells_of_another_attacker_leaves_its_event(lake: Lake):
    bridge = [mention(one=JETS, alleged_actor1=(ARMY[0],))]
    add(lake, {"a": [mention()], "b": bridge})
    assert only(lake)["event_id_cnty"] == "SYR1"
    add(lake, {"b": [mention(one=RUSSIA)], "c": [mention(one=RUSSIA)]}, [line("b", "not them " * 20), line("c")])
    assert {e["event_id_cnty"]: e["actor1"] for e in events(lake)} == {"SYR1": ARMY[0], "SYR2": RUSSIA[0]}


def test_an_event_that_falls_apart_keeps_its_id_once_and_says_what_was_split_from_it(lake: Lake):
    vague = mention("Attack", GUNMEN, where=CITY)
    other = ("Islamic State (Syria)", "Rebel group")
    lone = {**CITY, "location": "Anadan", "latitude": 36.24, "longitude": 37.1, "geonameid": 7}
    add(lake, {"a": [vague], "b": [mention("Attack", GUNMEN, where=lone)]})
    assert only(lake)["reports"] == 2
    told = {d: [mention("Attack", other, where=lone)] for d in ("c", "d")}
    add(lake, told | {"e": [mention("Attack", ("Hurras al-Din", "Rebel group"), where=CITY)]})
    by_id = {e["event_id_cnty"]: e["actor1"] for e in events(lake)}
    assert len(by_id) == 2
    (row,) = [r for r in lake.rows("revisions") if r["field"] == "event_id_cnty"]
    assert row["revision_reason"] == "split"
    assert {json.loads(row["old"]), json.loads(row["new"])} == set(by_id)
    assert "split" in {r["revision_reason"] for r in lake.rows("revisions") if r["event_id_cnty"] == "SYR1"}


def test_a_newer_coder_replaces_what_an_older_one_read(lake: Lake):
    add(lake, {"a": [mention(**killed(5))]})
    add(lake, {"a": [mention(**killed(4))]}, [], version="2")
    assert (only(lake)["event_id_cnty"], only(lake)["fatalities"]) == ("SYR1", 4)
    assert {r["revision_reason"] for r in lake.rows("revisions")} == {"recoded"}


def test_a_newer_coder_that_reads_the_same_adds_no_event(lake: Lake, clock: Callable[[datetime], None]):
    told = {"a": [mention(**killed(5))], "b": [mention(where=CITY)]}
    add(lake, told)
    clock(NOW + timedelta(hours=1))
    before = events(lake)
    counts = add(lake, told, [], version="0.1.0+3f9a1c2")
    assert [e["event_id_cnty"] for e in events(lake)] == [e["event_id_cnty"] for e in before]
    assert counts["in_events"] == 2 and len(lake.rows("codings")) == 4
    assert waiting_for_code(lake, "0.1.0+3f9a1c2") == []


def test_going_back_to_an_earlier_coder_brings_its_reading_back(lake: Lake, clock: Callable[[datetime], None]):
    for hours, version, deaths in ((0, "b", 5), (1, "a", 4), (2, "b", 5)):
        clock(NOW + timedelta(hours=hours))
        add(lake, {"a": [mention(**killed(deaths))]}, None if hours == 0 else [], version=version)
        assert (only(lake)["event_id_cnty"], only(lake)["fatalities"]) == ("SYR1", deaths)
        assert waiting_for_code(lake, version) == []


@pytest.mark.parametrize(
    ("lacks", "bad"),
    [
        ("no_date", {"day": None}),
        ("no_place", {"location": None}),
        ("no_place", {"latitude": None}),
        ("no_country", {"iso3": "ATL"}),
        ("invalid_type", {"event_type": "Riots"}),
        ("invalid_actors", {"sub": "Attack", "two": GUNMEN}),
    ],
)
def test_a_mention_that_cannot_be_an_event_is_set_aside_with_the_reason(lake: Lake, lacks: str, bad: dict[str, Any]):
    counts = add(lake, {"a": [mention(**bad)]})
    assert (counts["mentions"], counts["in_events"], counts["set_aside"]) == (1, 0, 1)
    (row,) = lake.rows("quarantine")
    assert (row["table_name"], row["rules"]) == ("mentions", [lacks])
    assert json.loads(row["row_json"])["mention_id"] == row["row_key"]


def test_merging_again_changes_nothing(lake: Lake):
    add(lake, {"a": [mention()], "b": [mention(day=None)]})
    head = lake.head()
    assert merge_mentions(lake, "again")["mentions"] == 0
    assert lake.head() == head


def test_the_order_of_articles_does_not_change_the_events(tmp_path: Path, clock):
    told = {
        "a": [mention(**killed(5)), mention(where=CITY)],
        "b": [mention(one=JETS)],
        "c": [mention("Attack", GUNMEN, CIVILIANS, where=CITY)],
        "d": [mention("Peaceful protest", PROTESTERS, None)],
        "e": [mention(one=RUSSIA, **killed(2))],
    }

    def outcome(name: str, order: list[str]) -> list[Any]:
        lake = open_lake(tmp_path / name)
        add(lake, told, [line(d) for d in order])
        skip = ("event_id_cnty",)
        return sorted(json.dumps({k: v for k, v in e.items() if k not in skip}, default=str) for e in events(lake))

    assert outcome("one", list("abcde")) == outcome("two", list("edcba")) == outcome("three", list("cadbe"))


def test_protests_have_one_crowd_size_and_the_stated_one_wins(lake: Lake):
    quiet = mention("Peaceful protest", PROTESTERS, None)
    counted = mention("Peaceful protest", PROTESTERS, None, tags="crowd size=hundreds; local administrators")
    add(lake, {"a": [quiet], "b": [counted]})
    assert only(lake)["tags"] == "crowd size=hundreds; local administrators"


def test_an_abduction_that_killed_is_an_attack(lake: Lake):
    taken = mention("Abduction/forced disappearance", GUNMEN)
    add(lake, {"a": [taken], "b": [mention("Attack", GUNMEN, **killed(1))]})
    assert (only(lake)["sub_event_type"], only(lake)["also_matched"]) == ("Attack", ["Abduction/forced disappearance"])


@pytest.mark.parametrize(
    ("table", "key", "said"),
    [
        ("mentions", "mention_id", "mentions"),
        ("event_reports", "mention_id", "merge"),
        ("events", "event_id_cnty", "events"),
        ("articles", "doc_id", "code"),
        ("quarantine", "quarantine_id", "merge"),
        ("codings", "doc_id", "code"),
    ],
)
def test_a_dropped_row_is_noticed(lake: Lake, table: str, key: str, said: str):
    add(lake, {"a": [mention()], "b": [mention(day=None)]})
    row = lake.rows(table)[0]
    names = ("doc_id", "coder_version") if table == "codings" else (key,)
    lake.transaction("thief", {}, deletes={table: [tuple(row[n] for n in names)]})
    with pytest.raises(GiveUp, match=f"does not balance.*{said}: in"):
        reconcile(lake, complete=True)
