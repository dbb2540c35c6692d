"""Killed at any moment of collecting or of reading archives and started again: nothing lost, nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.checker import Checker

from etl.newsroom import Newsroom
from etl.newsroom.content import ROOM
from etl.pipeline import reconcile
from etl.store import Lake, open_lake
from tests.forking import Run, staged
from tests.pipeline.archives import STORY, archive

NOW = "2026-06-01T12:00:00+00:00"
OUTLET = "two-niles-dispatch"
Runs = Callable[..., Run]


@pytest.fixture(scope="module")
def run() -> Iterator[Runs]:
    """Runs a piece of work in a folder, killed at a checkpoint where one is named."""
    with staged("tests.pipeline.driver", NOW) as stage:

        def one(folder: Path, kill_at: str = "", **work: Any) -> Run:
            environment = {
                "EVENTWIRE_KILL_AT": kill_at,
                "EVENTWIRE_OUTLETS": str(ROOM / "outlets"),
                "EVENTWIRE_CACHE": str(folder / "cache"),
            }
            return stage.run(folder / "said.txt", environment, lake=str(folder / "lake"), **work)

        yield one


def killed_and_again(run: Runs, folder: Path, kill_at: str, **work: Any) -> Lake:
    """The lake after a run that was killed and one that was not."""
    first = run(folder, kill_at, **work)
    assert first.returncode == -9, f"{kill_at} was never reached: {first.said}"
    again = run(folder, **work)
    assert again.returncode == 0, again.said
    return open_lake(folder / "lake")


def valid(folder: Path) -> bool:
    """Whether all WARC files under a folder pass `warcio check`, and none is half there."""

    class Options:
        verbose, inputs = False, [str(f) for f in folder.rglob("*.warc.gz")]

    checker = Checker(Options())
    checker.process_all()
    return bool(Options.inputs) and checker.exit_value == 0


# ---------------------------------------------------------------- collecting

TABLES = ("candidates", "pages", "extractions", "articles")


def tables(lake: Lake) -> dict[str, list[dict[str, Any]]]:
    """All rows; without the offsets, which depend on the moment that the server put into its headers."""
    found = {name: lake.rows(name) for name in TABLES}
    for page in found["pages"]:
        page.pop("warc_offset")
    return found


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture(scope="module")
def collected(run: Runs, room: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The tables of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("collected")
    done = run(folder, do="collect", outlet=OUTLET, newsroom=room.url)
    assert done.returncode == 0, done.said
    return tables(open_lake(folder / "lake"))


@pytest.mark.parametrize(
    "kill_at",
    [
        "batch.claimed",
        "discover.done",
        "fetch.page#2",
        "fetch.rename",
        "fetch.batch",
        "batch.apply.pages",
        "fetch.recorded",
        "batch.apply.articles",
        "extract.batch",
    ],
)
def test_collecting_killed_and_run_again_is_collecting_undisturbed(
    run: Runs, room: Newsroom, tmp_path: Path, collected: dict[str, Any], kill_at: str
):
    before = len(room.hits)
    lake = killed_and_again(run, tmp_path, kill_at, do="collect", outlet=OUTLET, newsroom=room.url)
    assert tables(lake) == collected
    assert valid(Path(lake.url) / "warc")
    assert reconcile(lake).waiting == len(collected["articles"]), "only coding waits"
    articles = Counter(h.path for h in room.hits[before:] if h.path.count("/") > 2 and "feed" not in h.path)
    recorded = kill_at in ("fetch.recorded", "batch.apply.articles", "extract.batch", "batch.apply.pages")
    assert max(articles.values()) <= (1 if recorded else 2), "what was recorded is not asked again"


# ---------------------------------------------------------------- archives


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives")
    for day in (1, 2, 3):
        pages = {f"https://a.example/{day}-{n}": STORY.replace("day 3", f"day {n}{day}") for n in range(2)}
        archive(folder / f"CC-NEWS-2024050{day}101010-0000{day}.warc.gz", pages, date=f"2024-05-0{day}T10:10:10Z")
    return folder


@pytest.fixture(scope="module")
def backfilled(run: Runs, archives: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    folder = tmp_path_factory.mktemp("backfilled")
    done = run(folder, do="backfill", archives=[str(archives)], engine="serial")
    assert done.returncode == 0, done.said
    return tables(open_lake(folder / "lake")), json.loads(done.said.splitlines()[-1])


@pytest.mark.parametrize(
    "kill_at",
    [
        "archive.part#2",
        "archive.read#2",
        "batch.claimed#2",
        "batch.apply.articles#2",
        "archive.batch#2",
        "archive.done#2",
    ],
)
def test_reading_archives_killed_and_run_again_redoes_only_what_was_not_finished(
    run: Runs, archives: Path, tmp_path: Path, backfilled: tuple[Any, Any], kill_at: str
):
    work = {"do": "backfill", "archives": [str(archives)], "engine": "serial"}
    first = run(tmp_path, kill_at, **work)
    assert first.returncode == -9, f"{kill_at} was never reached: {first.said}"
    markers = {m: m.stat().st_mtime_ns for m in (tmp_path / "lake/_archives").glob("*.json")}
    assert len(markers) == (2 if kill_at == "archive.done#2" else 1)
    again = run(tmp_path, **work)
    assert again.returncode == 0, again.said
    assert tables(open_lake(tmp_path / "lake")) == backfilled[0]
    assert json.loads(again.said.splitlines()[-1]) == backfilled[1]
    assert {m: m.stat().st_mtime_ns for m in markers} == markers, "a finished archive was read again"
    assert not list((tmp_path / "lake/_archives/parts").rglob("*.zip"))
