"""Backfill as a whole: the same rows from every engine, resumed after kills, gaps told."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.errors import Misconfigured, RetryLater
from etl.pipeline import reconcile
from etl.pipeline.backfill import Options, archive_units, backfill, status
from etl.pipeline.backfill.records import language_of
from etl.pipeline.backfill.worker import Worker, WorkerDied
from etl.settings import ROOT, settings
from etl.store import Lake, open_lake
from tests.pipeline.archives import STORY, archive

NOW = "2026-06-01T12:00:00+00:00"
TABLES = ("pages", "extractions", "articles")


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four archives of two hosts; one address in all of them, a damaged record, an archive cut short, an empty one."""
    folder = tmp_path_factory.mktemp("archives")
    for day in range(1, 5):
        pages = {f"https://a.example/{day}-{n}": STORY.replace("day 3", f"day {n}{day}") for n in range(2)}
        pages["https://a.example/live"] = STORY.replace("hospital", f"clinic {day}")
        pages[f"https://b.example/{day}"] = "<html><body><p>Short.</p></body></html>"
        name = folder / f"CC-NEWS-2024050{day}101010-0000{day}.warc.gz"
        archive(name, pages, date=f"2024-05-0{day}T10:10:10Z")
    damaged = folder / "CC-NEWS-20240502101010-00002.warc.gz"
    data = bytearray(damaged.read_bytes())
    third = [i for i in range(len(data)) if data[i : i + 3] == b"\x1f\x8b\x08"][2]
    data[third + 60 : third + 90] = bytes(30)
    damaged.write_bytes(bytes(data))
    short = folder / "CC-NEWS-20240503101010-00003.warc.gz"
    short.write_bytes(short.read_bytes()[:-200])
    return folder


@pytest.fixture(autouse=True)
def one_clock(monkeypatch: pytest.MonkeyPatch, own_settings: None) -> None:
    monkeypatch.setenv("EVENTWIRE_NOW", NOW)
    settings.cache_clear()


def tables(lake: Lake) -> dict[str, list[dict[str, Any]]]:
    return {name: lake.rows(name) for name in TABLES}


@pytest.fixture(scope="module")
def undisturbed(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The lake of a serial run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENTWIRE_NOW", NOW)
        settings.cache_clear()
        lake = open_lake(tmp_path_factory.mktemp("serial") / "lake")
        backfill(lake, [str(archives)], "run")
    settings.cache_clear()
    return lake


def test_every_archive_is_read_newest_first_and_damage_is_counted(undisturbed: Lake):
    told = status(undisturbed)
    assert (told.units, told.finished, told.complete) == (4, 4, True)
    assert told.records["bad"] >= 2 and len(told.bad_records) == told.records["bad"]
    assert {Path(b["archive"]).name[8:16] for b in told.bad_records} == {"20240502", "20240503"}
    assert sum(told.records.values()) == told.records["stored"] + sum(
        n for name, n in told.records.items() if name != "stored"
    )
    live = [a for a in undisturbed.rows("articles") if a["url"].endswith("/live")]
    assert len(live) == 1 and "clinic 4" in live[0]["text"], "what is older than the newest version is left out"
    assert told.records["older"] >= 1
    assert (
        len(undisturbed.rows("pages"))
        == told.records["stored"]
        == sum(told.articles[name] for name in ("extracted", "set_aside"))
    )
    assert not reconcile(undisturbed).steps[1].waiting


def test_a_pool_gives_the_same_rows_even_where_a_worker_is_killed(
    archives: Path, undisturbed: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    died: list[str] = []
    read = Worker.read

    def kill_when_started(worker: Worker) -> None:
        while worker._process is None:
            time.sleep(0.01)
        worker._process.kill()

    def mortal(self: Worker, job: Any) -> dict[str, int]:
        if "00003" in job.archive and not died:
            threading.Thread(target=kill_when_started, args=(self,)).start()
        try:
            return read(self, job)
        except WorkerDied as error:
            died.append(str(error))
            raise

    monkeypatch.setattr(Worker, "read", mortal)
    lake = open_lake(tmp_path / "lake")
    told = backfill(lake, [str(archives)], "run", Options(engine="pool", workers=2))
    assert len(died) == 1
    assert tables(lake) == tables(undisturbed)
    assert told.as_dict() == status(undisturbed).as_dict()


def test_a_local_dask_cluster_gives_the_same_rows(archives: Path, undisturbed: Lake, tmp_path: Path):
    pytest.importorskip("distributed")
    lake = open_lake(tmp_path / "lake")
    told = backfill(lake, [str(archives)], "run", Options(engine="dask", workers=2))
    assert tables(lake) == tables(undisturbed)
    assert told.as_dict() == status(undisturbed).as_dict()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """A Dask scheduler with one worker, in processes of their own."""
    pytest.importorskip("distributed")
    where = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny"]
    options = {"env": environment, "cwd": tmp_path, "stderr": subprocess.DEVNULL}
    with (
        subprocess.Popen([*command, "--no-dashboard", "--scheduler-file", where], **options) as first,
        subprocess.Popen([*worker, "--no-dashboard", "--scheduler-file", where], **options) as second,
    ):
        try:
            stop_at = time.monotonic() + 60
            while not (where.exists() and where.read_text().strip().endswith("}")) and time.monotonic() < stop_at:
                time.sleep(0.1)
            yield json.loads(where.read_text())["address"]
        finally:
            # The worker first: one whose scheduler is gone may wait for it for ever.
            for process in (second, first):
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()


@pytest.mark.thorough
def test_a_dask_scheduler_by_address_gives_the_same_rows(
    archives: Path, undisturbed: Lake, tmp_path: Path, scheduler: str
):
    lake = open_lake(tmp_path / "lake")
    backfill(lake, [str(archives)], "run", Options(engine="dask", scheduler=scheduler))
    assert tables(lake) == tables(undisturbed)


def test_a_scheduler_that_does_not_answer_is_said(archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("etl.pipeline.backfill.engines.SECONDS_TO_CONNECT", 1)
    with pytest.raises(RetryLater, match="does not answer"):
        backfill(
            open_lake(tmp_path / "lake"), [str(archives)], "r", Options(engine="dask", scheduler="tcp://127.0.0.1:1")
        )


# ---------------------------------------------------------------- what is read


def test_hosts_and_languages_are_filtered_before_anything_is_parsed(
    archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    french = STORY.replace("<html>", "<html lang='fr-FR'>")
    archive(tmp_path / "a.warc.gz", {"https://a.example/en": STORY, "https://a.example/fr": french})
    read: list[str] = []
    monkeypatch.setattr("etl.pipeline.backfill.unit.read_page", _noting(read))
    lake = open_lake(tmp_path / "lake")
    told = backfill(lake, [str(tmp_path / "a.warc.gz")], "run", Options(languages=("en",)))
    assert read == ["https://a.example/en"] and told.records["other_language"] == 1
    told = backfill(lake, [str(archives)], "run", Options(hosts=("b.example",)))
    assert told.records["other_host"] and all("b.example" in url for url in read[1:])


def _noting(read: list[str]) -> Any:
    from etl.pipeline.extraction import read_page

    def noting(body: bytes, page: dict[str, Any], *rest: Any) -> Any:
        read.append(page["url"])
        return read_page(body, page, *rest)

    return noting


def test_the_language_is_what_server_or_page_or_letters_say():
    assert language_of(STORY.encode(), None) == "en"
    assert language_of(STORY.encode(), "de-AT, en") == "de"
    assert language_of(b"<!doctype html><HTML dir=ltr xml:lang=uk>" + STORY.encode(), None) == "uk"
    words = "Les habitants ont entendu des tirs pendant toute la nuit et la ville reste sans lumière. " * 8
    assert language_of(f"<html><script>var town = 'the of and';</script><p>{words}</p>".encode(), None) == "fr"


def test_listings_dates_and_the_order(tmp_path: Path):
    names = [f"crawl-data/CC-NEWS/2024/05/CC-NEWS-2024050{d}000000-0010{d}.warc.gz" for d in (1, 2, 4)]
    listing = tmp_path / "warc.paths.gz"
    listing.write_bytes(gzip.compress("\n".join(names).encode()))
    found = archive_units([str(listing)], base="https://data.example.org/")
    assert found == [f"https://data.example.org/{n}" for n in reversed(names)]
    days = archive_units([str(listing)], base="s3://news", since=date(2024, 5, 2), until=date(2024, 5, 3))
    assert days == [f"s3://news/{names[1]}"]
    with pytest.raises(Misconfigured, match="no archive's name holds a date"):
        (tmp_path / "a.warc").touch()
        archive_units([str(tmp_path / "a.warc")], since=date(2024, 5, 2))


def test_what_a_listing_names_and_is_not_there_is_reported(archives: Path, tmp_path: Path):
    listing = tmp_path / "all.paths"
    listing.write_text("".join(f"CC-NEWS-2024050{d}101010-0000{d}.warc.gz\n" for d in (1, 4, 7)))
    lake = open_lake(tmp_path / "lake")
    told = backfill(lake, [str(listing)], "run", Options(base=str(archives)))
    assert (told.units, told.finished, told.complete) == (3, 2, False)
    assert [Path(m).name for m in told.missing] == ["CC-NEWS-20240507101010-00007.warc.gz"]
    assert told.skipped == ("CC-NEWS-*-00002", "CC-NEWS-*-00003", "CC-NEWS-*-00005", "CC-NEWS-*-00006")
    assert told.days == {"from": "2024-05-01", "to": "2024-05-07"}
    assert any("missing" in line and "00007" in line for line in told.lines())
    assert status(lake).as_dict() == told.as_dict()


def test_a_record_that_fails_for_a_moment_is_read_at_the_second_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from etl.fetch import read_body

    failed: list[int] = []

    def shaky(file: str, offset: int, root: str | None = None) -> Any:
        if not failed:
            failed.append(offset)
            raise EOFError("the line broke")
        return read_body(file, offset, root)

    monkeypatch.setattr("etl.fetch.read_body", shaky)
    file = archive(tmp_path / "a.warc.gz", {"https://a.example/1": STORY})
    told = backfill(open_lake(tmp_path / "lake"), [str(file)], "run")
    assert failed and told.records == {"stored": 1, "other_kind": 1}


def test_an_archive_that_cannot_be_read_holds_up_no_other(archives: Path, tmp_path: Path):
    (tmp_path / "broken.warc").write_bytes(b"nothing of the kind")
    lake = open_lake(tmp_path / "lake")
    told = backfill(lake, [str(tmp_path / "broken.warc"), str(archives)], "run")
    assert (told.units, told.finished, len(told.unfinished)) == (5, 4, 1)
    assert "no WARC record" in told.problems[str(tmp_path / "broken.warc")]


def test_the_steps_of_the_dag_give_the_same_rows(
    archives: Path, undisturbed: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from etl.pipeline import backfill_plan, backfill_read, backfill_record

    monkeypatch.setenv("EVENTWIRE_LAKE", str(tmp_path / "lake"))
    settings.cache_clear()
    found = backfill_plan([str(archives)], since="2024-05-01", until="2024-05-04", hosts=[], languages=[])
    assert [Path(a).name[8:16] for a in found] == ["20240504", "20240503", "20240502", "20240501"]
    # Mapped tasks end in any order.
    assert backfill_read(found[2:]) == backfill_read(found[:2]) == []
    told = backfill_record([found[:2], found[2:]], "run")
    assert told["complete"] and tables(open_lake(tmp_path / "lake")) == tables(undisturbed)
    assert backfill_plan([str(archives)]) == []
