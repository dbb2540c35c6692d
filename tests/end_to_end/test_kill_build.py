"""Killed at any step and run again, ``build`` gives what an undisturbed run gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from etl import schema
from etl.store import open_lake
from tests.end_to_end.driver import write_articles
from tests.forking import Run, staged

NOW = "2024-05-06T12:00:00+00:00"
# Figures about the runs themselves, which a run that was killed before it recorded them cannot share.
TABLES = [t for t in schema.table_names() if t != "quality"]


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[..., Run]]:
    """Runs ``build`` in a folder up to ``tables`` or ``release``, killed at a checkpoint where one is named."""
    with staged("tests.end_to_end.driver", NOW) as stage:

        def one(folder: Path, upto: str, kill_at: str | None = None) -> Run:
            return stage.run(
                folder / "said.txt",
                {"EVENTWIRE_KILL_AT": kill_at} if kill_at else {},
                articles=str(write_articles(folder / "articles.jsonl")),
                lake=str(folder / "lake"),
                release=str(folder / "out"),
                upto=upto,
            )

        yield one


def tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    lake = open_lake(folder / "lake")
    return {name: lake.rows(name) for name in TABLES}


def released(folder: Path) -> dict[str, str]:
    latest = json.loads((folder / "out/latest.json").read_text())
    files = sorted((folder / "out" / latest["version"]).rglob("*.parquet"))
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files} | latest


@pytest.fixture(scope="module")
def undisturbed(run: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    done = run(folder, "release")
    assert done.returncode == 0, done.said
    return folder


BEFORE_PUBLISHING = [
    "batch.claim#1", "batch.claimed#1", "batch.apply.articles#1", "ingest.batch", "build.ingested", "batch.claimed#2",
    "batch.apply.codings", "batch.apply.mentions", "batch.done#2", "code.batch", "build.coded", "merge.planned",
    "batch.apply.event_reports", "batch.apply.events", "batch.marked#3", "merge.done", "build.merged",
]  # fmt: skip
PUBLISHING = ["publish: quality recorded", "publish: written", "publish: audited", "publish: moved", "build.published"]
# One moment of each step in every run; all others in the thorough one.
SAMPLED = {
    "batch.claimed#1",
    "batch.apply.mentions",
    "merge.planned",
    "batch.apply.events",
    "publish: audited",
    "publish: moved",
}


def moments(steps: list[str]) -> list[ParameterSet]:
    """The steps as parameters; those that are not sampled are marked."""
    return [pytest.param(s, marks=() if s in SAMPLED else pytest.mark.thorough, id=s) for s in steps]


@pytest.mark.slow
@pytest.mark.parametrize("step", moments(BEFORE_PUBLISHING))
def test_tables_after_a_kill_are_those_of_an_undisturbed_run(
    run: Callable[..., Run], tmp_path: Path, undisturbed: Path, step: str
):
    killed = run(tmp_path, "tables", step)
    assert killed.returncode == -9, f"{step} was never reached: {killed.said}"
    again = run(tmp_path, "tables")
    assert again.returncode == 0, again.said
    ours, expected = tables(tmp_path), tables(undisturbed)
    for name in TABLES:
        assert ours[name] == expected[name], name


@pytest.mark.slow
@pytest.mark.parametrize("step", moments(PUBLISHING))
def test_a_release_after_a_kill_is_that_of_an_undisturbed_run(
    run: Callable[..., Run], tmp_path: Path, undisturbed: Path, step: str
):
    killed = run(tmp_path, "release", step)
    assert killed.returncode == -9, f"{step} was never reached: {killed.said}"
    assert (tmp_path / "out/latest.json").exists() is (step == "build.published"), "a reader could see a part"
    again = run(tmp_path, "release")
    assert again.returncode == 0, again.said
    assert tables(tmp_path) == tables(undisturbed)
    assert released(tmp_path) == released(undisturbed)


@pytest.mark.slow
def test_the_same_articles_twice_change_nothing(run: Callable[..., Run], tmp_path: Path, undisturbed: Path):
    first = run(tmp_path, "release")
    before = (tables(tmp_path), released(tmp_path), sorted(p.name for p in (tmp_path / "out").iterdir()))
    second = run(tmp_path, "release")
    assert (first.returncode, second.returncode) == (0, 0), second.said
    assert (tables(tmp_path), released(tmp_path), sorted(p.name for p in (tmp_path / "out").iterdir())) == before
    told = json.loads(second.said.splitlines()[-1])
    assert (told["articles_new"], told["articles_unchanged"], told["events_new"]) == (0, 5, 0)
    assert told["release"] == json.loads(first.said.splitlines()[-1])["release"]


def test_what_build_prints_adds_up(undisturbed: Path):
    lake = open_lake(undisturbed / "lake")
    told = {
        t: lake.read(t).num_rows for t in ("articles", "codings", "mentions", "events", "event_reports", "quarantine")
    }
    assert told == {"articles": 5, "codings": 5, "mentions": 5, "events": 3, "event_reports": 4, "quarantine": 2}
