"""``eventwire build`` with the real coder on bundled articles: repeatable, and earlier states stay readable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from etl import schema
from etl.newsroom import load_pieces, piece_text
from etl.settings import ROOT
from etl.store import open_lake

pytestmark = pytest.mark.slow

# Enough for reprints, a correction, a toll that rises and a withdrawal, and few enough to be coded in seconds.
OUTLETS = ("left-bank-post", "sahel-ledger", "thanlwin-courier")
FIRST, SECOND = "2026-06-01T12:00:00+00:00", "2026-06-02T12:00:00+00:00"
READABLE = ("article", "live_blog")
# Figures of the runs themselves: an earlier state published later has been measured once more.
TABLES = sorted(n for n in schema.table_names() if schema.table(n).released and n != "quality")


def write_lines(path: Path, number: int) -> Path:
    """The articles of a round as the input of ``build``."""
    shown = [q for p in load_pieces() if p.outlet in OUTLETS and p.kind in READABLE and (q := p.in_round(number))]
    told = [
        {"doc_id": p.key, "url": f"https://newsroom.example/{p.key}", "source": p.outlet, "title": p.title,
         "text": piece_text(p), "published_at": p.published, "withdrawn": number > 1 and p.withdrawn is not None}
        for p in shown
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told), encoding="utf-8")
    return path


def eventwire(now: str, *arguments: str | Path) -> dict[str, Any]:
    env = os.environ | {"PYTHONPATH": str(ROOT), "EVENTWIRE_NOW": now}
    command = [sys.executable, "-m", "etl.cli", *map(str, arguments)]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def sums(release: Path) -> list[str]:
    """Checksums of all files but the DuckDB file, whose pages carry no promise of being the same bytes."""
    listed = (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return [text for text in listed if not text.endswith(".duckdb")]


@dataclass(frozen=True)
class Built:
    """What the builds printed, in order, and where they wrote."""

    folder: Path
    told: dict[str, dict[str, Any]]
    sums: dict[str, list[str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("build")
    first, second = write_lines(folder / "one.jsonl", 1), write_lines(folder / "two.jsonl", 2)
    told, found = {}, {}

    def run(name: str, now: str, articles: Path, place: Path) -> None:
        told[name] = eventwire(now, "build", articles, "--lake", place / "lake", "--release", place / "out")
        found[name] = sums(Path(told[name]["release_path"]))

    run("first", FIRST, first, folder / "a")
    run("again", FIRST, first, folder / "a")
    run("elsewhere", FIRST, first, folder / "b")
    run("second round", SECOND, second, folder / "a")
    return Built(folder, told, found)


def test_the_same_articles_again_are_the_same_release(built: Built):
    first, again = built.told["first"], built.told["again"]
    assert again["release"] == first["release"] and built.sums["again"] == built.sums["first"]
    assert (again["articles_new"], again["article_versions"], again["events_new"]) == (0, 0, 0)
    assert {k: again[k] for k in ("coded", "abstained", "failed", "mentions", "events")} == {
        k: first[k] for k in ("coded", "abstained", "failed", "mentions", "events")
    }


def test_another_lake_gives_the_same_release_to_the_byte(built: Built):
    assert built.sums["elsewhere"] == built.sums["first"]
    assert built.told["elsewhere"]["release"] == built.told["first"]["release"]


def test_a_second_round_revises_adds_and_withdraws(built: Built):
    told = built.told["second round"]
    assert told["article_versions"] == 2 and told["articles_new"] == 1
    assert told["events_revised"] >= 1 and told["events_withdrawn"] >= 1
    assert told["release"] != built.told["first"]["release"]


def test_an_earlier_time_publishes_the_earlier_state(built: Built, tmp_path: Path):
    lake = open_lake(built.folder / "a/lake")
    before = lake.head().number
    told = eventwire(SECOND, "publish", "--lake", lake.url, "--release", tmp_path, "--as-of", FIRST)
    then, now = Path(built.told["first"]["release_path"]), Path(told["path"])
    for name in TABLES:
        earlier, published = (pq.read_table(folder / f"{name}.parquet").to_pylist() for folder in (then, now))
        assert published == earlier, name
    assert lake.head().number == before, "publishing an earlier state changes no lake"
