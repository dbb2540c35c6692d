"""Killed at any step and run again, ``build`` gives what an undisturbed run gives."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from etl import schema
from etl.settings import ROOT
from etl.store import open_lake
from tests.end_to_end.driver import write_articles

NOW = "2024-05-06T12:00:00+00:00"
# Figures about the runs themselves, which a run that was killed before it recorded them cannot share.
TABLES = [t for t in schema.table_names() if t != "quality"]


def run(folder: Path, upto: str, kill_at: str | None = None) -> subprocess.CompletedProcess[str]:
    articles = write_articles(folder / "articles.jsonl")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "EVENTWIRE_NOW": NOW}
    env.pop("EVENTWIRE_KILL_AT", None)
    if kill_at:
        env["EVENTWIRE_KILL_AT"] = kill_at
    command = [
        sys.executable,
        "-m",
        "tests.end_to_end.driver",
        str(articles),
        str(folder / "lake"),
        str(folder / "out"),
        upto,
    ]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


def tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    lake = open_lake(folder / "lake")
    return {name: lake.rows(name) for name in TABLES}


def released(folder: Path) -> dict[str, str]:
    latest = json.loads((folder / "out/latest.json").read_text())
    files = sorted((folder / "out" / latest["version"]).rglob("*.parquet"))
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files} | latest


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    done = run(folder, "release")
    assert done.returncode == 0, done.stderr
    return folder


BEFORE_PUBLISHING = [
    "batch.claim#1", "batch.claimed#1", "batch.apply.articles#1", "ingest.batch", "build.ingested", "batch.claimed#2",
    "batch.apply.codings", "batch.apply.mentions", "batch.done#2", "code.batch", "build.coded", "merge.planned",
    "batch.apply.event_reports", "batch.apply.events", "batch.marked#3", "merge.done", "build.merged",
]  # fmt: skip
PUBLISHING = ["publish: quality recorded", "publish: written", "publish: audited", "publish: moved", "build.published"]


@pytest.mark.slow
@pytest.mark.parametrize("step", BEFORE_PUBLISHING)
def test_tables_after_a_kill_are_those_of_an_undisturbed_run(tmp_path: Path, undisturbed: Path, step: str):
    killed = run(tmp_path, "tables", step)
    assert killed.returncode == -9, f"{step} was never reached: {killed.stderr}"
    again = run(tmp_path, "tables")
    assert again.returncode == 0, again.stderr
    ours, expected = tables(tmp_path), tables(undisturbed)
    for name in TABLES:
        assert ours[name] == expected[name], name


@pytest.mark.slow
@pytest.mark.parametrize("step", PUBLISHING)
def test_a_release_after_a_kill_is_that_of_an_undisturbed_run(tmp_path: Path, undisturbed: Path, step: str):
    killed = run(tmp_path, "release", step)
    assert killed.returncode == -9, f"{step} was never reached: {killed.stderr}"
    assert (tmp_path / "out/latest.json").exists() is (step == "build.published"), "a reader could see a part"
    again = run(tmp_path, "release")
    assert again.returncode == 0, again.stderr
    assert tables(tmp_path) == tables(undisturbed)
    assert released(tmp_path) == released(undisturbed)


@pytest.mark.slow
def test_the_same_articles_twice_change_nothing(tmp_path: Path, undisturbed: Path):
    first = run(tmp_path, "release")
    before = (tables(tmp_path), released(tmp_path), sorted(p.name for p in (tmp_path / "out").iterdir()))
    second = run(tmp_path, "release")
    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    assert (tables(tmp_path), released(tmp_path), sorted(p.name for p in (tmp_path / "out").iterdir())) == before
    told = json.loads(second.stdout.splitlines()[-1])
    assert (told["articles_new"], told["articles_unchanged"], told["events_new"]) == (0, 5, 0)
    assert told["release"] == json.loads(first.stdout.splitlines()[-1])["release"]


def test_what_build_prints_adds_up(undisturbed: Path):
    lake = open_lake(undisturbed / "lake")
    told = {
        t: lake.read(t).num_rows for t in ("articles", "codings", "mentions", "events", "event_reports", "quarantine")
    }
    assert told == {"articles": 5, "codings": 5, "mentions": 5, "events": 3, "event_reports": 4, "quarantine": 2}
