"""Archives from the web: whole or not there, gone on with where they were cut off, within the same fences as pages."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from etl.errors import GiveUp, Misconfigured, RetryLater
from etl.fetch.download import cached, download, needs_contact
from etl.settings import ROOT, settings

DATA = random.Random(1).randbytes(300_000)
TAG = '"one"'


class Store:
    """Serves ``DATA`` with ranges; gives at most ``most`` bytes an answer and notes what was asked."""

    def __init__(self, most: int = len(DATA), tag: str = TAG, honours: bool = True) -> None:
        self.most, self.tag, self.honours = most, tag, honours
        self.ranges: list[str | None] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        asked = handler.headers.get("Range") if handler.headers.get("If-Range", self.tag) == self.tag else None
        self.ranges.append(handler.headers.get("Range"))
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.honours else 0
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(DATA) - 1}/{len(DATA)}")
        handler.send_header("ETag", self.tag)
        handler.send_header("Content-Length", str(len(DATA) - start))
        handler.end_headers()
        handler.wfile.write(DATA[start : start + self.most])
        handler.close_connection = True


@pytest.fixture
def get(site, tmp_path, monkeypatch):
    monkeypatch.setenv("EVENTWIRE_CONTACT", "desk@example.org")
    settings.cache_clear()
    return lambda path, **options: download(site.base + path, [site.base], tmp_path / "cache", **options)


def test_a_file_is_fetched_once_and_appears_whole(site, get, tmp_path):
    site.replies["/a.warc.gz"] = store = Store()
    came: list[int] = []
    path = get("/a.warc.gz", said=came.append)
    assert path.read_bytes() == DATA and sum(came) == len(DATA)
    assert path == cached(site.base + "/a.warc.gz", tmp_path / "cache") and path.name == "a.warc.gz"
    assert get("/a.warc.gz") == path and len(store.ranges) == 1
    assert [p.name for p in path.parent.iterdir()] == ["a.warc.gz"]


def test_a_fetch_that_is_cut_off_goes_on_where_it_was(site, get):
    site.replies["/a.warc.gz"] = store = Store(most=120_000)
    assert get("/a.warc.gz").read_bytes() == DATA
    assert store.ranges == [None, "bytes=120000-", "bytes=240000-"]


def test_a_server_that_gives_nothing_more_is_left_and_gone_on_with_later(site, get):
    site.replies["/a.warc.gz"] = store = Store(most=0)
    with pytest.raises(RetryLater, match="what came is kept"):
        get("/a.warc.gz")
    store.most = 200_000
    assert get("/a.warc.gz").read_bytes() == DATA


@pytest.mark.parametrize("changed", [{"tag": '"two"'}, {"honours": False}])
def test_a_file_that_changed_meanwhile_is_fetched_anew(site, get, changed):
    site.replies["/a.warc.gz"] = Store(most=0)
    with pytest.raises(RetryLater):
        get("/a.warc.gz")
    site.replies["/a.warc.gz"] = Store(**changed)
    assert hashlib.sha256(get("/a.warc.gz").read_bytes()).digest() == hashlib.sha256(DATA).digest()


def test_killed_while_fetching_the_next_run_asks_for_the_rest_only(site, tmp_path):
    site.replies["/a.warc.gz"] = store = Store()
    program = (
        f"from pathlib import Path; from etl.fetch.download import download\n"
        f"download({site.base + '/a.warc.gz'!r}, [{site.base!r}], Path({str(tmp_path)!r}))"
    )
    env = {**os.environ, "EVENTWIRE_KILL_AT": "download.piece#2", "PYTHONPATH": str(ROOT)}
    env["EVENTWIRE_CONTACT"] = "desk@example.org"
    assert subprocess.run([sys.executable, "-c", program], env=env, check=False).returncode == -9
    assert not cached(site.base + "/a.warc.gz", tmp_path).exists()
    assert download(site.base + "/a.warc.gz", [site.base], tmp_path).read_bytes() == DATA
    assert store.ranges[0] is None and store.ranges[1].startswith("bytes=") and store.ranges[1] != "bytes=0-"


def test_what_is_too_large_closed_or_gone_is_refused_and_leaves_no_file(site, get, monkeypatch):
    site.replies["/a.warc.gz"] = Store()
    site.page("/robots.txt", "User-agent: *\nDisallow: /closed\n")
    monkeypatch.setenv("EVENTWIRE_ARCHIVE_BYTES", "1000")
    settings.cache_clear()
    for path, said in (("/a.warc.gz", "ARCHIVE_BYTES"), ("/closed/a.warc", "robots.txt"), ("/none", "is not there")):
        with pytest.raises(GiveUp, match=said):
            get(path)


def test_redirects_are_followed_only_to_public_addresses(site, get):
    site.redirect("/old.warc.gz", "/a.warc.gz")
    site.replies["/a.warc.gz"] = Store()
    assert get("/old.warc.gz").read_bytes() == DATA
    site.redirect("/trap.warc.gz", "http://169.254.169.254/latest")
    with pytest.raises(GiveUp):
        get("/trap.warc.gz")
    site.redirect("/file.warc.gz", "file:///etc/passwd")
    with pytest.raises(GiveUp, match="cannot be fetched"):
        get("/file.warc.gz")


def test_without_a_contact_nothing_of_the_web_is_fetched(monkeypatch):
    monkeypatch.delenv("EVENTWIRE_CONTACT", raising=False)
    settings.cache_clear()
    needs_contact(["http://127.0.0.1:9/a.warc", "/local/a.warc"], ["http://127.0.0.1:9"])
    with pytest.raises(Misconfigured, match="EVENTWIRE_CONTACT"):
        needs_contact(["https://archives.example.org/a.warc.gz"], [])


def test_an_archive_on_the_web_is_read_like_any_other(site, get, tmp_path: Path, monkeypatch):
    from etl.fetch import read_body
    from etl.pipeline.backfill import backfill
    from etl.store import open_lake
    from tests.pipeline.archives import STORY, archive

    monkeypatch.setenv("EVENTWIRE_NEWSROOM", site.base)
    monkeypatch.setenv("EVENTWIRE_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    data = archive(tmp_path / "x.warc.gz", {"https://a.example/1": STORY}).read_bytes()
    site.page("/2024/CC-NEWS-20240501000000-00001.warc.gz", data, headers={"Content-Type": "application/gzip"})
    site.page(
        "/2024/warc.paths", "2024/CC-NEWS-20240501000000-00001.warc.gz\n2024/CC-NEWS-20240502000000-00002.warc.gz\n"
    )
    lake = open_lake(tmp_path / "lake")
    told = backfill(lake, [site.base + "/2024/warc.paths"], "run", _options(site.base))
    assert (told.finished, told.records["stored"]) == (1, 1)
    assert told.missing == (site.base + "/2024/CC-NEWS-20240502000000-00002.warc.gz",)
    page = lake.rows("pages")[0]
    assert page["warc_file"] == site.base + "/2024/CC-NEWS-20240501000000-00001.warc.gz"
    cached(page["warc_file"]).unlink()
    assert read_body(page["warc_file"], page["warc_offset"], root=lake.url)[0].decode() == STORY


def _options(base: str):
    from etl.pipeline.backfill import Options

    return Options(base=base)
