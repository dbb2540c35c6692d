"""Articles again from kept pages: the same in, the same out; what another extractor changes; what a loss took."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from etl import extract as extract_room
from etl.errors import GiveUp, Misconfigured
from etl.pipeline.backfill import Options, backfill
from etl.pipeline.replay import Selection, replay_pages
from etl.pipeline.retention import expire_pages
from etl.settings import settings
from etl.store import Lake, open_lake
from tests.pipeline.archives import STORY, archive

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """Three articles from archives: one corrected, one taken back, one as it was; and a page that is none."""
    monkeypatch.setenv("EVENTWIRE_NOW", NOW.isoformat())
    settings.cache_clear()
    base = "https://a.example/"
    made = open_lake(tmp_path / "lake")
    first = {base + "fixed": STORY, base + "gone": STORY.replace("Bara", "Kura"), base + "plain": STORY + "x"}
    first[base + "none"] = "<html><body><p>Short.</p></body></html>"
    second = {base + "fixed": STORY.replace("hospital", "clinic"), base + "plain": STORY + "x"}
    for day, pages in ((1, first), (2, second)):
        archive(tmp_path / f"2024050{day}.warc.gz", pages, date=f"2024-05-0{day}T10:00:00Z")
        backfill(made, [str(tmp_path / f"2024050{day}.warc.gz")], f"run{day}", Options())
        if day == 1:
            at = datetime(2024, 5, 1, 12, tzinfo=UTC)
            made.upsert("pages", [{"page_id": "g", "url": base + "gone", "final_url": base + "gone",
                "outlet": "a.example", "fetched_at": at, "status": 410, "page_outcome": "failed",
                "reason": "http_410", "run_id": "run1"}])  # fmt: skip
    return made


def tables(lake: Lake) -> dict[str, list[dict[str, Any]]]:
    return {name: lake.rows(name) for name in ("pages", "extractions", "articles")}


def by_url(lake: Lake, name: str) -> list[dict[str, Any]]:
    rows = lake.rows("articles", filters=[("url", "=", f"https://a.example/{name}")])
    return sorted(rows, key=lambda r: r["version"])


def test_the_lake_is_as_the_tests_need_it(lake: Lake):
    assert [len(by_url(lake, n)) for n in ("fixed", "gone", "plain", "none")] == [2, 2, 1, 0]
    assert [r["withdrawn"] for r in by_url(lake, "gone")] == [False, True]


def test_an_unchanged_lake_is_not_changed(lake: Lake):
    before, head = tables(lake), lake.head().number
    counts = replay_pages(lake, "replay")
    assert (counts["pages"], counts["same"], counts["set_aside"]) == (3, 2, 1)
    assert lake.head().number == head and tables(lake) == before


@pytest.mark.parametrize("lost", [("articles",), ("articles", "extractions")])
def test_lost_tables_are_built_again_to_the_same_rows(lake: Lake, lost: tuple[str, ...]):
    before, then = tables(lake), lake.head()
    for name in lost:
        shutil.rmtree(Path(lake.url) / name)
    with pytest.raises(GiveUp, match="missing or damaged"):
        lake.rows("articles")
    again = open_lake(lake.url)
    with pytest.raises(Misconfigured, match="Replay all pages first"):
        replay_pages(again, "replay", Selection(outlets=frozenset({"a.example"})))
    assert replay_pages(again, "replay")["rebuilt"] >= 5
    after = tables(again)
    for rows in (*before.values(), *after.values()):
        for row in rows:
            # When a page was read, and by which run, stands in no other table; nor when a missing one was noticed.
            if "extractions" in lost or row.get("withdrawn"):
                row.pop("recorded_at", None), row.pop("run_id", None)
    assert after == before
    with pytest.raises(GiveUp, match="was lost and built again"):
        again.rows("articles", as_of=then)


def test_another_extractor_makes_new_versions_where_it_reads_otherwise(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    real = extract_room.extract

    def newer(body: bytes, url: str, *rest: Any) -> Any:
        found = real(body, url, *rest)
        return replace(found, title="Read anew", extractor="ladder/next") if url.endswith("/fixed") else found

    monkeypatch.setattr(extract_room, "extract", newer)
    assert replay_pages(lake, "replay")["versions"] == 1
    old, corrected, new = by_url(lake, "fixed")
    assert (new["version"], new["title"], new["extractor"], new["run_id"]) == (3, "Read anew", "ladder/next", "replay")
    assert new["page_id"] == corrected["page_id"] and new["text"] == corrected["text"] and old["title"] != new["title"]
    assert len(by_url(lake, "plain")) == 1
    head = lake.head().number
    assert replay_pages(lake, "again")["versions"] == 0 and lake.head().number == head


def test_only_the_pages_that_are_asked_for(lake: Lake):
    since = datetime(2024, 5, 2, tzinfo=UTC)
    assert replay_pages(lake, "r", Selection(since=since))["pages"] == 1
    assert replay_pages(lake, "r", Selection(urls=frozenset({"https://a.example/none"})))["pages"] == 1
    assert replay_pages(lake, "r", Selection(outlets=frozenset({"b.example"})))["pages"] == 0


# ---------------------------------------------------------------- retention


def own_page(n: int, days: int, outcome: str = "stored", content: str = "") -> dict[str, Any]:
    """A row of ``pages`` whose WARC file is the lake's own, one file a day."""
    at = NOW - timedelta(days=days)
    url = f"https://a.example/{n}"
    return {"page_id": f"p{n}-{days}", "url": url, "final_url": url, "outlet": "a.example", "fetched_at": at,
            "status": 200, "page_outcome": outcome, "reason": None, "content_hash": content or f"h{n}",
            "warc_file": f"warc/day-{days}.warc.gz", "warc_offset": n, "run_id": "r"}  # fmt: skip


def test_old_warc_files_go_and_the_rows_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EVENTWIRE_NOW", NOW.isoformat())
    settings.cache_clear()
    lake = open_lake(tmp_path / "lake")
    pages = [own_page(1, 90), own_page(2, 60), own_page(2, 5, "unchanged"), own_page(3, 40), own_page(4, 35)]
    lake.upsert("pages", pages)
    read = [p["page_id"] for p in pages if p["page_id"] != "p4-35" and p["page_outcome"] == "stored"]
    lake.upsert("extractions", [
        {"page_id": p, "url": "u", "outlet": "a.example", "extractor": "l", "extraction_outcome": "set_aside",
         "reason": "no_text", "recorded_at": NOW, "run_id": "r"} for p in read])  # fmt: skip
    files = {f"warc/day-{d}.warc.gz" for d in (90, 60, 40, 35, 5)}
    for name in files:
        lake.files.write(name, b"x")
    assert expire_pages(lake, 30) == {"files": 2, "pages": 2}
    left = {name for name in files if lake.files.read(name)}
    assert left == {f"warc/day-{d}.warc.gz" for d in (60, 35, 5)}, "what is referred to or was not read yet stays"
    rows = {p["page_id"]: p for p in lake.rows("pages")}
    assert {k for k, p in rows.items() if p["expired_at"]} == {"p1-90", "p3-40"}
    assert rows["p1-90"]["warc_file"] is None and rows["p2-60"]["warc_file"]
    assert expire_pages(lake, 30) == {"files": 0, "pages": 0}
    assert replay_pages(lake, "r")["expired"] == 2
