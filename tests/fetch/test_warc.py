"""Pages kept byte for byte: valid, readable by offset, whole or absent."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio_main

from etl.discover import Candidate, Outlet
from etl.errors import GiveUp
from etl.fetch import PageState, fetch_batch, read_body
from etl.fetch.files import open_output
from etl.schema import table
from etl.settings import ROOT

NOW = datetime(2024, 5, 3, 12, tzinfo=UTC)
PAGE = "<html><body><p>Shots were heard.</p></body></html>"


def candidates(*urls):
    return [Candidate(url, "desk", "http://127.0.0.1/feed", NOW) for url in urls]


@pytest.fixture
def fetch(client, tmp_path):
    def fetch(*urls, run="run-1", previous=None, now=NOW, **options):
        return fetch_batch(candidates(*urls), client, previous or {}, str(tmp_path / "warc"), run, now, **options)

    return fetch


def warc_check(folder: Path) -> int:
    files = [str(f) for f in folder.rglob("*.warc.gz")]
    assert files
    try:
        warcio_main(["check", *files])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_every_candidate_ends_in_one_row_with_the_tables_columns(site, fetch, tmp_path):
    site.page("/robots.txt", "User-agent: *\nDisallow: /no\n")
    urls = [site.page("/a", PAGE), site.page("/no"), site.base + "/missing", site.page("/pay", "", 402)]
    rows = fetch(*urls, urls[0], "http://10.0.0.1/x")
    assert [r["page_outcome"] for r in rows] == ["stored", "robots_denied", "failed", "paywalled", "failed"]
    assert [r["url"] for r in rows] == [*urls, "http://10.0.0.1/x"]
    assert len({r["page_id"] for r in rows}) == len(rows)
    columns = table("pages").columns
    assert all(list(r) == [c.name for c in columns] for r in rows)
    assert all(r[c.name] is not None for r in rows for c in columns if not c.nullable)
    assert all(r["reason"] for r in rows if r["page_outcome"] != "stored")


@pytest.mark.parametrize("packed", [False, True])
def test_a_page_is_read_back_by_file_and_offset(site, fetch, tmp_path, packed):
    if packed:
        site.page("/a", gzip.compress(PAGE.encode()), headers={"Content-Encoding": "gzip"})
    else:
        site.page("/a", PAGE)
    site.page("/b", "second")
    rows = fetch(site.base + "/b", site.base + "/a")
    body, headers = read_body(rows[1]["warc_file"], rows[1]["warc_offset"], root=str(tmp_path))
    assert body.decode() == PAGE
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert rows[1]["bytes"] == len(PAGE)
    assert warc_check(tmp_path) == 0


def test_requests_responses_and_chunked_pages_are_valid_warc(site, fetch, tmp_path):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Odd: caf\xe9\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.raw("/a", head, b"5\r\nhello\r\n", b"0\r\n\r\n")
    rows = fetch(site.base + "/a")
    file = tmp_path / rows[0]["warc_file"]
    with file.open("rb") as stream:
        records = [(r.rec_type, r.rec_headers.get_header("WARC-Target-URI")) for r in ArchiveIterator(stream)]
    assert records == [("warcinfo", None), ("response", site.base + "/a"), ("request", site.base + "/a")]
    assert gzip.decompress(file.read_bytes()).startswith(b"WARC/1.1")
    assert read_body(str(file), rows[0]["warc_offset"])[0] == b"hello"
    assert warc_check(tmp_path) == 0


def test_redirects_and_error_pages_are_kept_too(site, fetch, tmp_path):
    site.page("/new", PAGE)
    site.page("/gone", "<p>It is gone.</p>", 410)
    site.page("/long", "x" * 100_000, 500)
    urls = [site.redirect("/old", "/newer"), site.base + "/gone", site.base + "/long"]
    site.redirect("/newer", "/new", 301)
    rows = fetch(*urls)
    assert [(r["page_outcome"], r["status"]) for r in rows] == [("stored", 200), ("failed", 410), ("failed", 500)]
    with (tmp_path / rows[0]["warc_file"]).open("rb") as stream:
        kept = [
            (r.rec_headers.get_header("WARC-Target-URI").removeprefix(site.base), r.http_headers.get_statuscode())
            for r in ArchiveIterator(stream)
            if r.rec_type == "response"
        ]
    assert kept == [("/old", "302"), ("/newer", "301"), ("/new", "200"), ("/gone", "410"), ("/long", "500")]
    assert read_body(rows[0]["warc_file"], rows[0]["warc_offset"], root=str(tmp_path))[0].decode() == PAGE
    assert read_body(rows[1]["warc_file"], rows[1]["warc_offset"], root=str(tmp_path))[0] == b"<p>It is gone.</p>"
    assert b"WARC-Truncated: length" in gzip.decompress((tmp_path / rows[2]["warc_file"]).read_bytes())
    assert warc_check(tmp_path) == 0


def test_an_unchanged_page_is_a_revisit_that_leads_to_the_first_copy(site, fetch, tmp_path):
    url = site.page("/a", PAGE, headers={"ETag": '"1"'})
    first = fetch(url)[0]
    same = fetch(url, run="run-2", previous={url: PageState.from_row(first)})[0]
    site.page("/a", b"", 304)
    third = fetch(url, run="run-3", previous={url: PageState.from_row(same)})[0]
    for row, reason in ((same, "same_content"), (third, "not_modified")):
        assert (row["page_outcome"], row["reason"]) == ("unchanged", reason)
        assert row["content_hash"] == first["content_hash"] and row["etag"] == '"1"'
        assert read_body(row["warc_file"], row["warc_offset"], root=str(tmp_path))[0].decode() == PAGE
    assert site.asked[-1][1]["if-none-match"] == '"1"'
    assert warc_check(tmp_path) == 0


def test_a_changed_page_is_stored_anew(site, fetch):
    url = site.page("/a", PAGE)
    first = fetch(url)[0]
    site.page("/a", PAGE + "<p>More.</p>")
    assert fetch(url, run="run-2", previous={url: PageState.from_row(first)})[0]["page_outcome"] == "stored"


def test_where_the_first_copy_is_gone_the_page_is_kept_again(site, fetch, tmp_path):
    url = site.page("/a", PAGE)
    first = fetch(url)[0]
    (tmp_path / first["warc_file"]).unlink()
    again = fetch(url, run="run-2", previous={url: PageState.from_row(first)})[0]
    assert again["page_outcome"] == "stored"
    assert read_body(again["warc_file"], again["warc_offset"], root=str(tmp_path))[0].decode() == PAGE


def test_the_same_run_again_gives_the_same_rows_and_bytes(site, fetch, tmp_path):
    url = site.page("/a", PAGE, headers={"Date": "Fri, 03 May 2024 12:00:00 GMT"})
    site.raw("/b", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok")
    first = fetch(site.base + "/b")
    data = (tmp_path / first[0]["warc_file"]).read_bytes()
    assert fetch(site.base + "/b") == first
    assert (tmp_path / first[0]["warc_file"]).read_bytes() == data
    assert fetch(url)[0]["page_id"] != first[0]["page_id"]


def test_a_batch_that_runs_out_of_time_says_so(site, fetch):
    rows = fetch(site.page("/a"), site.page("/b"), budget_seconds=0)
    assert [(r["page_outcome"], r["reason"]) for r in rows] == [("failed", "batch_time_over")] * 2


def test_the_outlets_politeness_is_kept(site, make_client, tmp_path):
    slept: list[float] = []
    client = make_client(sleep=slept.append)
    outlet = Outlet.model_validate(
        {
            "id": "desk", "name": "Desk", "url": site.base, "feeds": [{"url": site.base + "/feed", "kind": "rss"}],
            "country": "KEN", "language": "en", "reach": "National", "politeness": {"delay_seconds": 5},
        }
    )  # fmt: skip
    urls = [site.page("/a"), site.page("/b")]
    fetch_batch(candidates(*urls), client, {}, str(tmp_path / "warc"), "r", NOW, outlets={"desk": outlet})
    assert max(slept) == pytest.approx(5, abs=0.5)


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from etl.discover import Candidate
from etl.fetch import Client, fetch_batch
base, folder = sys.argv[1:3]
now = datetime(2024, 5, 3, 12, tzinfo=UTC)
batch = [Candidate(f"{base}/{n}", "desk", base, now) for n in range(3)]
client = Client(contact="desk@example.org", allow=[base], cache=Path(folder) / "cache")
rows = fetch_batch(batch, client, {}, folder + "/warc", "run-1", now)
print([r["page_outcome"] for r in rows])
"""


def run_batch(site, tmp_path, kill_at=""):
    env = {**os.environ, "EVENTWIRE_KILL_AT": kill_at, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", KILLED, site.base, str(tmp_path)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_batch_killed_while_writing_leaves_no_file_and_runs_again(site, tmp_path):
    for n in range(3):
        site.page(f"/{n}", PAGE)
    for moment, files in (("fetch.page#2", 0), ("fetch.rename", 0), ("fetch.batch", 1)):
        assert run_batch(site, tmp_path, moment).returncode == -9
        assert len(list((tmp_path / "warc").rglob("[!.]*.warc.gz"))) == files
    done = run_batch(site, tmp_path)
    assert "['stored', 'stored', 'stored']" in done.stdout, done.stderr
    assert len(list((tmp_path / "warc").rglob("[!.]*.warc.gz"))) == 1
    assert warc_check(tmp_path / "warc") == 0


def test_an_error_while_writing_leaves_nothing(tmp_path):
    target = tmp_path / "day" / "a.warc.gz"
    with pytest.raises(RuntimeError), open_output(str(target)) as out:
        out.write(b"half")
        raise RuntimeError
    assert list(target.parent.iterdir()) == []


def test_old_half_files_are_swept(tmp_path):
    old = tmp_path / ".a.warc.gz.x.part"
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    with open_output(str(tmp_path / "b")) as out:
        out.write(b"whole")
    assert not old.exists() and (tmp_path / "b").read_bytes() == b"whole"


def test_reading_what_is_not_there_is_said(tmp_path):
    with pytest.raises(GiveUp, match="no file"):
        read_body("warc/none.warc.gz", 0, root=str(tmp_path))
    (tmp_path / "x.warc.gz").write_bytes(b"not a warc file")
    with pytest.raises(GiveUp, match="no readable record"):
        read_body("x.warc.gz", 3, root=str(tmp_path))
