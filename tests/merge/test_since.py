"""A merge looks at what came since the last one; nothing is lost where what the lake remembers of that is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from etl.merge.reading import standing
from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions
from etl.settings import settings
from etl.store import Lake, open_lake
from etl.store.history import done_name
from tests.merge.mentions import CITY, HandCoder, line, mention


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setenv("EVENTWIRE_NOW", datetime(2024, 5, 6, 12, tzinfo=UTC).isoformat())
    settings.cache_clear()
    lake = open_lake(tmp_path / "lake")
    add(lake, "a", "b")
    return lake


def add(lake: Lake, *docs: str, merge: bool = True, **more: Any) -> dict[str, int]:
    place = {} if docs[0] < "c" else {"where": CITY}
    ingest_articles(lake, [line(d, **more) for d in docs], "run")
    code_articles(lake, coder=HandCoder({d: [mention(**place)] for d in docs}), run_id="run")
    return merge_mentions(lake, "run") if merge else {}


def remember(lake: Lake, **marks: Any) -> None:
    """Change what the last batch remembers."""
    name = done_name(lake.head().number)
    record = json.loads(lake.files.read(name) or b"")
    record["marks"] |= marks
    lake.files.write(name, json.dumps(record).encode())


def ids(lake: Lake) -> list[str]:
    return lake.read("events")["event_id_cnty"].to_pylist()


def test_a_merge_looks_at_what_came_since_the_last_one(lake: Lake):
    add(lake, "c", merge=False)
    stand = standing(lake, lake.head())
    assert stand.since is not None and len(stand.todo) == 1


def test_an_article_that_is_withdrawn_later_is_found_among_the_old(lake: Lake):
    add(lake, "c")
    counts = add(lake, "a", withdrawn=True)
    assert counts["superseded"] == 1 and lake.read("event_reports").num_rows == 2


def test_a_mark_that_is_too_late_loses_nothing(lake: Lake):
    add(lake, "c", merge=False)
    head = lake.head()
    remember(lake, merged={"number": head.number, "batch_id": head.batch_id})
    assert merge_mentions(lake, "again")["mentions"] == 0, "the wrong mark is believed"
    lake.maintain()
    assert merge_mentions(lake, "again")["mentions"] == 1, "and is gone after maintenance"
    assert ids(lake) == ["SYR1", "SYR2"]


def test_replay_does_not_believe_a_mark(lake: Lake):
    add(lake, "c", merge=False)
    head = lake.head()
    remember(lake, merged={"number": head.number, "batch_id": head.batch_id})
    assert merge_mentions(lake, "again", replay=True)["mentions"] == 1


@pytest.mark.parametrize("mark", [None, {"number": 99, "batch_id": "x"}, {"number": 1, "batch_id": "of another lake"}])
def test_a_mark_of_no_batch_of_this_lake_is_not_believed(lake: Lake, mark: Any):
    add(lake, "c", merge=False)
    remember(lake, merged=mark)
    assert standing(lake, lake.head()).since is None
    assert merge_mentions(lake, "again")["mentions"] == 1


@pytest.mark.parametrize("numbers", [{}, {"SYR": 0}, None])
def test_no_number_is_given_twice_though_the_remembered_one_is_too_low(lake: Lake, numbers: Any):
    remember(lake, highest_numbers=numbers)
    add(lake, "c")
    assert ids(lake) == ["SYR1", "SYR2"]


def test_what_was_looked_at_in_vain_is_not_looked_at_again(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("etl.merge.batch.LOOK_BACK", 1)
    ingest_articles(lake, [line("x")], "run")
    code_articles(lake, coder=HandCoder({}), run_id="run")
    merge_mentions(lake, "in vain")
    assert lake.head().marks["merged"]["number"] == lake.head().number
    number = lake.head().number
    merge_mentions(lake, "again")
    assert lake.head().number == number


def test_the_clock_may_go_back_between_merges(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EVENTWIRE_NOW", datetime(2023, 1, 1, tzinfo=UTC).isoformat())
    settings.cache_clear()
    assert add(lake, "c")["new"] == 1
    assert ids(lake) == ["SYR1", "SYR2"]


def test_the_same_run_twice_adds_what_came_between_and_nothing_else(lake: Lake):
    add(lake, "c", merge=False)
    assert [merge_mentions(lake, "run")["mentions"] for _ in range(3)] == [1, 0, 0]
    assert lake.read("event_reports").num_rows == 3


def test_a_lake_that_remembers_nothing_merges_as_one_that_does(lake: Lake, tmp_path: Path):
    other = open_lake(tmp_path / "other")
    for docs in (("a", "b"), ("c",), ("d", "e")):
        for one in (other, lake):
            add(one, *docs)
        remember(other, merged=None, highest_numbers=None)
    for table in ("events", "event_reports", "revisions", "deletions", "quarantine"):
        assert lake.rows(table) == other.rows(table)
