"""Backfill from WARC archives made elsewhere: filters, damage, repetition, order in time."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from etl.errors import GiveUp, Misconfigured
from etl.pipeline.backfill import archive_units
from etl.pipeline.backfill.run import Options, backfill
from etl.store import Lake
from tests.pipeline.archives import STORY, archive


def read_archive(lake: Lake, name: str, run_id: str, **options: tuple[str, ...]) -> dict[str, int]:
    """What is told of one archive that was read and recorded."""
    told = backfill(lake, [name], run_id, Options(**options))
    if told.problems:
        raise GiveUp(*told.problems.values())
    return dict(told.records)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_pages_point_into_the_archive_and_become_articles(lake: Lake, tmp_path: Path) -> None:
    file = archive(tmp_path / "a.warc.gz", {"https://news.example.org/bara": STORY})
    assert read_archive(lake, str(file), "run") == {"stored": 1, "other_kind": 1}
    page = lake.rows("pages")[0]
    assert (page["warc_file"], page["outlet"]) == (str(file), "news.example.org")
    assert page["fetched_at"].isoformat() == "2024-05-03T10:00:00+00:00"
    assert "shells had fallen on the market" in lake.rows("articles")[0]["text"]
    assert lake.rows("extractions")[0]["doc_id"] == lake.rows("articles")[0]["doc_id"]
    assert not lake.files.names("_archives/parts")


def test_the_same_archive_twice_adds_nothing(lake: Lake, tmp_path: Path) -> None:
    file = archive(tmp_path / "a.warc.gz", {"https://news.example.org/bara": STORY})
    read_archive(lake, str(file), "run1")
    before = lake.rows("pages")
    head = lake.head().number
    read_archive(lake, str(file), "run2")
    assert lake.head().number == head
    copy = tmp_path / "copy.warc.gz"
    copy.write_bytes(file.read_bytes())
    assert read_archive(lake, str(copy), "run3")["known"] == 1
    assert lake.rows("pages") == before


def test_only_pages_of_the_named_hosts(lake: Lake, tmp_path: Path) -> None:
    pages = {"https://a.example.org/1": STORY, "https://b.example.net/1": STORY, "https://c.example.org/1": STORY}
    file = archive(tmp_path / "a.warc.gz", pages)
    counts = read_archive(lake, str(file), "run", hosts=("example.org",))
    assert (counts["stored"], counts["other_host"]) == (2, 1)
    assert read_archive(lake, str(file), "run", hosts=("example.net",))["stored"] == 1


@pytest.mark.parametrize(
    ("status", "kind", "reason"), [("404 Not Found", "text/html", "not_ok"), ("200 OK", "image/png", "not_html")]
)
def test_what_is_no_page_is_counted(lake: Lake, tmp_path: Path, status: str, kind: str, reason: str) -> None:
    file = archive(tmp_path / "a.warc", {"https://a.example/1": "x"}, status=status, headers=(("Content-Type", kind),))
    assert read_archive(lake, str(file), "run")[reason] == 1


@pytest.mark.parametrize("squeeze", [True, False])
def test_a_damaged_record_is_counted_and_the_rest_is_read(lake: Lake, tmp_path: Path, squeeze: bool) -> None:
    pages = {f"https://a.example/{n}": STORY for n in range(4)}
    file = archive(tmp_path / ("a.warc.gz" if squeeze else "a.warc"), pages, squeeze=squeeze)
    data = bytearray(file.read_bytes())
    if squeeze:
        second = [i for i in range(len(data)) if data[i : i + 3] == b"\x1f\x8b\x08"][2]
        data[second + 60 : second + 90] = bytes(30)
    else:
        second = [i for i in range(len(data)) if data[i : i + 7] == b"WARC/1."][2]
        data[second : second + 4] = b"\0\0\0\0"
    file.write_bytes(bytes(data))
    counts = read_archive(lake, str(file), "run")
    assert counts["stored"] == 3
    assert counts["bad"] >= 1


def test_an_archive_cut_short_keeps_its_whole_records(lake: Lake, tmp_path: Path) -> None:
    file = archive(tmp_path / "a.warc", {f"https://a.example/{n}": STORY for n in range(2)}, squeeze=False)
    data = file.read_bytes()
    second = data.index(b"https://a.example/1")
    file.write_bytes(data[: second + 400])
    counts = read_archive(lake, str(file), "run")
    assert (counts["stored"], counts["bad"]) == (1, 1)


def test_a_chunked_and_packed_body_is_read(lake: Lake, tmp_path: Path) -> None:
    packed = gzip.compress(STORY.encode())
    half = len(packed) // 2
    body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (packed[:half], packed[half:])) + b"0\r\n\r\n"
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))
    file = archive(tmp_path / "a.warc.gz", {"https://a.example/1": body}, headers=headers)
    read_archive(lake, str(file), "run")
    assert lake.rows("pages")[0]["bytes"] == len(STORY.encode())
    assert len(lake.rows("articles")) == 1


def test_an_older_copy_never_replaces_a_newer_article(lake: Lake, tmp_path: Path) -> None:
    url = "https://a.example/1"
    newer = archive(tmp_path / "new.warc.gz", {url: STORY}, date="2024-06-01T00:00:00Z")
    older = archive(tmp_path / "old.warc.gz", {url: STORY.replace("Residents", "Villagers")})
    read_archive(lake, str(newer), "run")
    assert read_archive(lake, str(older), "run")["older"] == 1


def test_units_are_the_archives_of_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    a, b = tmp_path / "b.warc", tmp_path / "sub" / "a.warc.gz"
    a.touch(), b.touch(), (tmp_path / "notes.txt").touch()
    assert archive_units([str(tmp_path), str(a)]) == [str(a), str(b)]
    with pytest.raises(Misconfigured, match="no archive"):
        archive_units([str(tmp_path / "missing")])
    with pytest.raises(Misconfigured, match=r"must end in \.warc"):
        archive_units([str(tmp_path / "notes.txt")])


def test_a_file_without_records_is_refused(lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "a.warc"
    file.write_bytes(b"no archive at all")
    with pytest.raises(GiveUp, match="no WARC record"):
        read_archive(lake, str(file), "run")
