"""Corrections by people hold against new reports and a lake built anew, and fail loudly once the ground shifts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from etl.cli import main
from etl.errors import Misconfigured
from etl.merge.corrections import load
from etl.model import Mention
from etl.pipeline import reconcile
from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions
from etl.settings import settings
from etl.store import Lake, open_lake
from tests.merge.mentions import CITY, JETS, HandCoder, killed, line, mention

NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)
Told = dict[str, list[Mention]]
Write = Callable[..., None]


def url(doc: str) -> str:
    return f"https://news.example/{doc}"


def toll(**more: Any) -> dict[str, Any]:
    base = {"id": "toll", "action": "override", "event": "SYR1", "reports": [url("a")], "set": {"fatalities": 7,
            "fatalities_low": 7, "fatalities_high": 7}, "expect": {"fatalities": 5}, "author": "A. Person",
            "date": date(2024, 5, 6), "reason": "A list of names."}  # fmt: skip
    return base | more


def without(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k not in names}


REJECT = without(toll(id="no", action="reject"), "set")
MERGE = without(toll(id="one", action="merge", reports=[url("a")]), "set") | {
    "with": "SYR2",
    "with_reports": [url("b")],
}
SPLIT = without(toll(id="two", action="split", reports=[url("a"), url("b")], off=[url("b")]), "set")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def turn(hours: int) -> None:
        monkeypatch.setenv("EVENTWIRE_NOW", (NOW + timedelta(hours=hours)).isoformat())
        settings.cache_clear()

    return turn


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Callable[[int], None]) -> Write:
    path, at = tmp_path / "corrections.yml", iter(range(100))
    monkeypatch.setenv("EVENTWIRE_CORRECTIONS", str(path))

    def write(*entries: dict[str, Any]) -> None:
        path.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
        clock(next(at))

    write()
    return write


@pytest.fixture
def lake(tmp_path: Path, write: Write) -> Lake:
    return open_lake(tmp_path / "lake")


def add(lake: Lake, **told: list[Mention]) -> dict[str, int]:
    ingest_articles(lake, [line(d) for d in told], "run")
    code_articles(lake, coder=HandCoder(told), run_id="run")
    counts = merge_mentions(lake, "run")
    reconcile(lake, complete=True)
    return counts


def events(lake: Lake) -> dict[str, Any]:
    return {e["event_id_cnty"]: e["fatalities"] for e in lake.rows("events")}


def five(**more: Any) -> list[Mention]:
    return [mention(**killed(5), **more)]


def test_an_override_sets_the_value_and_leaves_author_and_reason(lake: Lake, write: Write):
    add(lake, a=five())
    write(toll())
    add(lake)
    (event,) = lake.rows("events")
    assert (event["fatalities"], event["revision"]) == (7, 2)
    assert "Fatalities: 7" in event["notes"]
    assert event["corrected"] == ["fatalities", "fatalities_high", "fatalities_low"]
    row = next(r for r in lake.rows("revisions") if r["field"] == "fatalities")
    assert (row["old"], row["new"]) == ("5", "7")
    assert (row["revision_reason"], row["author"], row["correction_id"]) == (
        "correction_by_person",
        "A. Person",
        "toll",
    )


def test_the_same_correction_again_changes_nothing(lake: Lake, write: Write):
    write(toll())
    add(lake, a=five())
    before = lake.head().number
    add(lake)
    assert lake.head().number == before


def test_an_override_survives_new_reports_and_a_lake_built_anew(lake: Lake, write: Write, tmp_path: Path):
    write(toll())
    add(lake, a=five())
    add(lake, b=five())
    again = open_lake(tmp_path / "again")
    add(again, a=five(), b=five())
    for each in (lake, again):
        (event,) = each.rows("events")
        assert (event["fatalities"], event["reports"]) == (7, 2)
    told = [r["revision_reason"] for r in again.rows("revisions") if r["field"] == "fatalities"]
    assert told == ["correction_by_person"]


def test_a_correction_waits_for_the_reports_it_was_written_against(lake: Lake, write: Write):
    write(toll(reports=[url("a"), url("b")], expect={"fatalities": 3}))
    add(lake, a=five())
    assert events(lake) == {"SYR1": 5}
    add(lake, b=[mention(**killed(3))])
    assert events(lake) == {"SYR1": 7}


def test_once_the_ground_shifts_the_merge_stops_and_says_what_changed(lake: Lake, write: Write):
    write(toll())
    add(lake, a=five())
    with pytest.raises(Misconfigured, match=r"toll .*A\. Person.* fatalities was 5 and is 2.*eventwire show"):
        add(lake, b=[mention(**killed(2))])
    assert events(lake) == {"SYR1": 7}


def test_a_withdrawn_report_breaks_what_was_written_against_it(lake: Lake, write: Write):
    write(toll(reports=[url("a"), url("b")]))
    add(lake, a=five(), b=five())
    ingest_articles(lake, [line("b", withdrawn=True)], "run")
    code_articles(lake, coder=HandCoder({}), run_id="run")
    with pytest.raises(Misconfigured, match="/b tells of no event any more"):
        merge_mentions(lake, "run")


def test_a_correction_taken_out_is_undone(lake: Lake, write: Write):
    write(toll())
    add(lake, a=five())
    write()
    add(lake)
    (event,) = lake.rows("events")
    assert (event["fatalities"], event["corrected"]) == (5, None)
    assert lake.rows("revisions")[-1]["revision_reason"] == "correction"


def test_a_rejected_event_is_gone_with_all_further_reports_of_it(lake: Lake, write: Write):
    add(lake, a=five())
    write(REJECT)
    add(lake)
    add(lake, b=five(), c=[mention(where=CITY, **killed(1))])
    assert list(events(lake)) == ["SYR2"]
    (gone,) = lake.rows("deletions")
    assert (gone["event_id_cnty"], gone["deletion_reason"]) == ("SYR1", "rejected_by_person")
    assert gone["author"] == "A. Person"
    assert [q["rules"] for q in lake.rows("quarantine")] == [["rejected_by_person"]] * 2


def test_a_rejection_taken_back_gives_the_event_a_new_id(lake: Lake, write: Write):
    add(lake, a=five())
    write(REJECT)
    add(lake)
    assert not events(lake)
    write()
    add(lake)
    assert events(lake) == {"SYR2": 5}
    assert not lake.rows("quarantine")


def test_two_events_are_merged_and_stay_merged(lake: Lake, write: Write):
    add(lake, a=five())
    add(lake, b=five(where=CITY))
    write(MERGE)
    add(lake)
    add(lake, c=five(where=CITY))
    (event,) = lake.rows("events")
    assert (event["event_id_cnty"], event["reports"]) == ("SYR1", 3)
    (gone,) = lake.rows("deletions")
    assert (gone["event_id_cnty"], gone["merged_into"], gone["author"]) == ("SYR2", "SYR1", "A. Person")
    assert {r["author"] for r in lake.rows("revisions") if r["revision_reason"] == "merged"} == {"A. Person"}


def test_reports_split_off_are_an_event_of_their_own_and_stay_so(lake: Lake, write: Write):
    add(lake, a=five(), b=five(one=JETS))
    assert list(events(lake)) == ["SYR1"]
    write(SPLIT)
    add(lake)
    assert list(events(lake)) == ["SYR1", "SYR2"]
    add(lake, c=[mention(where=CITY, **killed(1))])
    assert len(events(lake)) == 3
    assert {r["author"] for r in lake.rows("revisions") if r["revision_reason"] == "split"} == {"A. Person"}


def test_a_split_into_what_the_codebook_counts_as_one_event_is_refused(lake: Lake, write: Write):
    add(lake, a=five(), b=five())
    write(SPLIT)
    with pytest.raises(Misconfigured, match=r"one event \(V34\)"):
        add(lake)


def test_check_tells_how_each_stands_and_changes_nothing(lake: Lake, write: Write):
    add(lake, a=five())
    far = toll(id="far", reports=[url("z")])
    write(toll(), toll(id="bad", expect={"fatalities": 4}), far)
    before = lake.head().number
    told = CliRunner().invoke(main, ["corrections", "check", "--lake", lake.url, "--json"])
    assert told.exit_code == 1
    assert [t["state"] for t in json.loads(told.output)] == ["applied", "broken", "waiting"]
    assert lake.head().number == before
    write(toll())
    assert CliRunner().invoke(main, ["corrections", "check", "--lake", lake.url]).exit_code == 0


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (without(toll(), "author"), "author is missing"),
        (without(toll(), "expect"), "expect is missing"),
        (toll(action="forget"), "action has to be one of"),
        (toll(set={"fatality": 7}), "fatality is no column"),
        (toll(set={"fatalities": "seven"}), "is no int"),
        (toll(set={"inter1": "Army"}), "cannot be 'Army'"),
        (toll(set={"revision": 9}), "cannot be set"),
        (toll(off=[url("b")]), "off says nothing for override"),
        (toll(reports=url("a")), "reports is no list"),
        (toll(date="yesterday"), "date is no day"),
    ],
)
def test_an_entry_that_is_not_well_formed_is_named(write: Write, entry: dict[str, Any], words: str):
    write(entry)
    with pytest.raises(Misconfigured, match=f"correction toll: .*{words}"):
        load(settings().corrections)


def test_two_with_one_id_are_refused(write: Write):
    write(toll(), toll())
    with pytest.raises(Misconfigured, match="has toll twice"):
        load(settings().corrections)


def test_a_toll_set_by_a_person_passes_the_audit(lake: Lake, write: Write, tmp_path: Path):
    write(toll())
    add(lake, a=five())
    told = CliRunner().invoke(main, ["audit", lake.url])
    assert "V38" not in told.output
