"""What a user does wrong, or a disk: a message that says what to do, no traceback, and the lake as it was."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from etl import schema
from etl.cli import main
from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions
from etl.settings import ROOT
from etl.store import open_lake
from tests.merge.mentions import CITY, HandCoder, killed, line, mention

TOLD = {"a": [mention(**killed(5))], "b": [mention(**killed(3))], "c": [mention(where=CITY)], "d": [mention(day=None)]}
Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "lake"
    lake = open_lake(folder)
    ingest_articles(lake, [line(d) for d in TOLD], "run")
    code_articles(lake, coder=HandCoder(TOLD), run_id="run")
    merge_mentions(lake, "run")
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Path:
    """A lake with four articles and two events, of this test alone."""
    return Path(shutil.copytree(made, tmp_path / "lake"))


def rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    opened = open_lake(folder)
    return {name: opened.rows(name) for name in schema.table_names()}


def eventwire(*arguments: str | Path, file_limit: int | None = None, root: Path = ROOT, **settings: str | Path) -> Done:
    """The command as a process; ``file_limit`` bounds each file it writes, in bytes."""

    def limit() -> None:
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    env = os.environ | {"PYTHONPATH": str(root)} | {f"EVENTWIRE_{k.upper()}": str(v) for k, v in settings.items()}
    command = [sys.executable, "-m", "etl.cli", *map(str, arguments)]
    return subprocess.run(command, env=env, cwd=root, capture_output=True, text=True, check=False, preexec_fn=limit)


def inside(*arguments: str | Path) -> Done:
    """The command within this process, which spares a start; anything but our own errors fails the test at once."""
    told = CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)
    return Done(arguments, told.exit_code, told.stdout, told.stderr)


def refused(done: Done, code: int, *words: str) -> None:
    told = done.stdout + done.stderr
    assert done.returncode == code, told
    assert "Traceback" not in told and "panicked" not in told, told
    assert "eventwire: " in done.stderr
    for word in words:
        assert word in done.stderr, told


# ---------------------------------------------------------------- settings and input files


def test_an_empty_folder_of_outlets(tmp_path: Path):
    (tmp_path / "outlets").mkdir()
    refused(
        eventwire("outlets", "list", outlets=tmp_path / "outlets"), 2, "holds no .yml file", "eventwire outlets add"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: x\n  name: y\n", ("line 2", "Correct the indentation")),
        ("id: x\nname: X\nurl: ftp://x.example\nfeeds: []\ncountry: QQQ\nlanguage: en\nreach: Local\n", ("x.yml",)),
        ("", ("line 1",)),
    ],
)
def test_a_broken_outlet_file_is_named_with_its_line(tmp_path: Path, text: str, words: tuple[str, ...]):
    (tmp_path / "x.yml").write_text(text)
    refused(eventwire("outlets", "list", outlets=tmp_path), 2, str(tmp_path / "x.yml"), *words)


@pytest.mark.parametrize(("name", "content"), [("empty", ""), ("blank", "\n \n\n")])
def test_a_file_without_articles(tmp_path: Path, lake: Path, name: str, content: str):
    before = rows(lake)
    (tmp_path / f"{name}.jsonl").write_text(content)
    done = eventwire("build", tmp_path / f"{name}.jsonl", "--lake", lake, "--release", tmp_path / "out")
    refused(done, 2, f"{name}.jsonl is empty", "one article a line")
    assert rows(lake) == before and not (tmp_path / "out").exists()


def test_a_folder_that_is_no_lake(tmp_path: Path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"meow")
    (tmp_path / "a.jsonl").write_text(json.dumps(line("a")))
    refused(eventwire("build", tmp_path / "a.jsonl", "--lake", tmp_path / "photos"), 2, "holds other files and no lake")
    refused(eventwire("status", "--lake", tmp_path / "nowhere"), 2, "there is no lake at")


def test_a_cache_that_cannot_hold_the_gazetteer(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    refused(eventwire("places", "Kyiv", cache=tmp_path / "file"), 2, "Set EVENTWIRE_CACHE")


def test_knowledge_that_is_missing_from_the_installation(tmp_path: Path):
    for folder in ("etl", "schemas", "expectations"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "articles"))
    (tmp_path / "schemas/gazetteer/admin2.tsv.gz").unlink()
    done = eventwire("places", "Kyiv", root=tmp_path, cache=tmp_path / "cache")
    refused(done, 2, "admin2.tsv.gz", "Restore schemas/gazetteer")


# ---------------------------------------------------------------- a disk that refuses


def big_articles(path: Path, size: int) -> Path:
    """Articles whose text does not shrink when it is packed."""
    noise = random.Random(4)
    words = [" ".join(f"{noise.getrandbits(64):x}" for _ in range(size // 3 // 16)) for _ in range(3)]
    path.write_text("".join(json.dumps(line(f"new{n}", text)) + "\n" for n, text in enumerate(words)))
    return path


@pytest.mark.parametrize("size", [3_000_000, 600_000], ids=["the batch itself", "a table"])
def test_a_limit_on_the_size_of_files(tmp_path: Path, lake: Path, size: int):
    """The batch ahead of the tables is too large, or it fits and the table is refused."""
    before = rows(lake)
    articles = big_articles(tmp_path / "big.jsonl", size)
    done = eventwire("build", articles, "--lake", lake, "--release", tmp_path / "out", file_limit=450_000)
    refused(done, 1, "Raise the limit", "run again")
    after = rows(lake)
    kept = {row["doc_id"] for row in after["articles"]}
    assert {row["doc_id"] for row in before["articles"]} <= kept
    assert {t: after[t] for t in after if t != "articles"} == {t: before[t] for t in before if t != "articles"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_loses_nothing_and_the_same_command_goes_on_later(tmp_path: Path, made: Path, small_disk: Path):
    lake = Path(shutil.copytree(made, small_disk / "lake"))
    before = rows(lake)
    articles = big_articles(tmp_path / "big.jsonl", 4_000_000)
    done = eventwire("build", articles, "--lake", lake, "--release", tmp_path / "out")
    refused(done, 1, "no space left", "nothing is lost")
    assert rows(lake) == before
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    opened = open_lake(lake)
    ingest_articles(opened, [json.loads(raw) for raw in articles.read_text().splitlines()], "again")
    assert opened.read("articles").num_rows == len(before["articles"]) + 3


def test_a_lake_that_may_only_be_read(tmp_path: Path, made: Path, small_disk: Path):
    lake = Path(shutil.copytree(made, small_disk / "lake"))
    before = rows(lake)
    articles = big_articles(tmp_path / "new.jsonl", 3_000)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    build = eventwire("build", articles, "--lake", lake, "--release", tmp_path / "out")
    refused(build, 2, "cannot be written", "Give write access")
    told = eventwire("status", "--json", "--lake", lake)
    assert told.returncode == 0 and json.loads(told.stdout)["rows"]["events"] == len(before["events"]), told.stderr
    shown = eventwire("show", before["events"][0]["event_id_cnty"], "--lake", lake)
    assert shown.returncode == 0, shown.stderr
    assert rows(lake) == before


@pytest.mark.slow
def test_a_release_folder_that_may_only_be_read(lake: Path, small_disk: Path):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    refused(eventwire("publish", "--lake", lake, "--release", small_disk / "out"), 2, "cannot be written")


# ---------------------------------------------------------------- damage


def last(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern), key=lambda p: (p.stat().st_mtime_ns, p.name))[-1]


@pytest.mark.parametrize(
    ("pattern", "content", "words"),
    [
        ("events/**/*.parquet", None, ("table events", "Restore", "backup")),
        ("events/**/*.parquet", b"PAR1 nothing", ("table events", "Restore", "backup")),
        ("events/_delta_log/*.json", b"{", ("table events", "Restore", "backup")),
        ("events/_delta_log/*00.json", None, ("table events", "Restore", "backup")),
        ("_batches/done/*/*.json", b"{}", ("_batches", "backup")),
        ("_lake.json", b"broken", ("_lake.json", "backup")),
    ],
    ids=["file gone", "file damaged", "log damaged", "log gone", "batch damaged", "lake.json damaged"],
)
def test_a_damaged_lake_says_which_part_and_reads_again_when_restored(
    lake: Path, pattern: str, content: bytes | None, words: tuple[str, ...]
):
    before = rows(lake)
    broken = last(lake, pattern)
    good = broken.read_bytes()
    if content is None:
        broken.unlink()
    else:
        broken.write_bytes(content)
    refused(inside("status", "--lake", lake), 1, *words)
    broken.write_bytes(good)
    assert rows(lake) == before


@pytest.mark.parametrize("content", [b"broken", b"{}", None])
def test_the_note_of_the_last_batch_can_be_lost(lake: Path, content: bytes | None):
    before, note = rows(lake), lake / "_batches/head.json"
    note.unlink() if content is None else note.write_bytes(content)
    assert rows(lake) == before


def test_a_damaged_batch_that_waits_says_what_to_do(lake: Path):
    number = json.loads((lake / "_batches/head.json").read_text())["number"] + 1
    waiting = lake / f"_batches/pending/{number:010d}.zip"
    waiting.parent.mkdir(exist_ok=True)
    waiting.write_bytes(b"PK half")
    refused(eventwire("status", "--lake", lake), 1, waiting.name, "delete it and run that step again")
    waiting.unlink()
    assert eventwire("status", "--lake", lake).returncode == 0


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\x00 not gzip at all", b"WARC/1.1\r\nbroken\r\n\r\n", None])
def test_a_damaged_archive_of_pages(lake: Path, content: bytes | None):
    page = {"page_id": "p", "url": "https://n.example/a", "final_url": "https://n.example/a", "outlet": "n",
            "fetched_at": datetime(2024, 5, 4, tzinfo=UTC), "status": 200, "page_outcome": "stored", "run_id": "r",
            "warc_file": "warc/a.warc.gz", "warc_offset": 0, "content_hash": "0" * 64, "bytes": 9}  # fmt: skip
    open_lake(lake).upsert("pages", [page])
    if content is not None:
        (lake / "warc").mkdir()
        (lake / "warc/a.warc.gz").write_bytes(content)
    before = rows(lake)
    refused(inside("read-pages", "--lake", lake), 1, "a.warc.gz", "Restore the file from a backup")
    assert rows(lake) == before


# ---------------------------------------------------------------- a feed

GOOD_FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>N</title><item><title>Shelling in Bara</title>'
    "<link>{base}/news/bara</link><pubDate>Fri, 03 May 2024 10:00:00 GMT</pubDate></item></channel></rss>"
)
OUTLET = """id: sample
name: Sample
url: '{{base}}/'
feeds:
- url: '{{base}}/bad.xml'
  kind: rss
- url: '{{base}}/good.xml'
  kind: rss
country: SDN
language: en
reach: National
politeness: {{delay_seconds: 0.01}}
"""


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, str]]]:
    """A server whose feeds the test writes."""
    feeds: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = feeds.get(self.path, "").encode()
            self.send_response(200 if self.path in feeds else 404)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", feeds
    server.shutdown()
    server.server_close()


def test_a_feed_that_is_no_xml_costs_only_itself(tmp_path: Path, lake: Path, site: tuple[str, dict[str, str]]):
    base, feeds = site
    feeds |= {"/bad.xml": "We are <b>moving</b>, come back later &nope;", "/good.xml": GOOD_FEED.format(base=base)}
    (tmp_path / "sample.yml").write_text(OUTLET.format())
    options: dict[str, Any] = {"outlets": tmp_path, "newsroom": base, "cache": tmp_path / "cache"}
    done = eventwire("discover", "sample", "--lake", lake, "--run-id", "one", **options)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["new"], told["failed_feeds"]) == (1, 1)
    [aside] = open_lake(lake).rows("quarantine", filters=[("table_name", "=", "feeds")])
    assert aside["row_key"] == f"{base}/bad.xml" and aside["rules"] != ["failed"] and "sample" in aside["detail"]
    feeds["/bad.xml"] = feeds["/good.xml"]
    done = eventwire("discover", "sample", "--lake", lake, "--run-id", "two", **options)
    assert json.loads(done.stdout)["failed_feeds"] == 0
    assert not open_lake(lake).rows("quarantine", filters=[("table_name", "=", "feeds")]), "it can be read again"
