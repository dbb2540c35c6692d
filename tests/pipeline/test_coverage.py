"""What was collected of each outlet, and which one went silent or yields less."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from etl.cli import main
from etl.store import Lake, open_lake
from etl.validate import coverage_quality, lake_coverage
from etl.validate.coverage import table_lines

START = datetime(2026, 5, 1, tzinfo=UTC)


def put(
    outlet: str,
    n: int,
    at: datetime,
    outcome: str = "stored",
    reason: str | None = None,
    read: str | None = None,
    coded: str | None = None,
    published: datetime | None = None,
) -> dict[str, Any]:
    """Rows of every table for one address."""  # fmt: skip
    key = f"{outlet}-{n}"
    url = f"https://{outlet}.example/{n}"
    rows: dict[str, list[dict[str, Any]]] = {
        "candidates": [{"url": url, "outlet": outlet, "found_in": "f", "found_at": at, "run_id": "r"}],
        "pages": [{"page_id": key, "url": url, "outlet": outlet, "fetched_at": at, "page_outcome": outcome,
                   "reason": reason, "run_id": "r"}],
        "extractions": [], "articles": [], "codings": [],
    }  # fmt: skip
    if read:
        rows["extractions"].append({"page_id": key, "url": url, "outlet": outlet, "extractor": "l",
            "extraction_outcome": "extracted" if read == "extracted" else "set_aside", "doc_id": key,
            "reason": None if read == "extracted" else read, "recorded_at": at, "run_id": "r"})  # fmt: skip
    if coded:
        rows["articles"].append({"doc_id": key, "article_id": key, "version": 1, "url": url, "outlet": outlet,
            "outlet_name": outlet, "text": "t", "text_hash": key, "fetched_at": at, "withdrawn": False, "page_id": key,
            "published_at": published.isoformat() if published else None, "published_basis": "meta", "access": "open",
            "extractor": "l", "recorded_at": at, "run_id": "r"})  # fmt: skip
        rows["codings"].append({"doc_id": key, "article_id": key, "coder": "c", "coder_version": "1",
            "coding_outcome": coded, "mention_count": 0, "recorded_at": at, "run_id": "r"})  # fmt: skip
    return rows


def filled(path: Path, *rows: dict[str, Any]) -> Lake:
    lake = open_lake(path)
    lake.transaction("all", {name: [r for one in rows for r in one[name]] for name in rows[0]})
    return lake


def test_each_outlet_has_a_line_with_every_outcome(tmp_path: Path):
    lake = filled(
        tmp_path / "lake",
        put("ledger", 1, START, read="extracted", coded="coded", published=START - timedelta(hours=4)),
        put("ledger", 2, START, read="extracted", coded="abstained", published=START - timedelta(hours=2)),
        put("ledger", 3, START, read="consent_wall"),
        put("ledger", 4, START, "blocked", "http_403"),
        put("ledger", 5, START + timedelta(days=1), "failed", "http_404"),
        put("wire", 1, START, "unchanged", "not_modified"),
    )
    ledger, wire = lake_coverage(lake).lines
    told = ledger.as_dict()
    assert (told["discovered"], told["fetched"], told["walled"], told["failed"]) == (5, 3, 2, {"http_404": 1})
    assert (told["extracted"], told["coded"], told["abstained"], told["delay_hours"]) == (2, 1, 1, 3.0)
    assert wire.unchanged == 1 and wire.delay_hours is None
    days = [(x.outlet, str(x.day), x.discovered) for x in lake_coverage(lake, by_day=True).lines]
    assert days == [("ledger", "2026-05-01", 4), ("ledger", "2026-05-02", 1), ("wire", "2026-05-01", 1)]
    shown = CliRunner().invoke(main, ["coverage", "--lake", lake.url])
    assert "ledger" in shown.output and "http_404 1" in shown.output and "3.0 h" in shown.output
    one = json.loads(CliRunner().invoke(main, ["coverage", "--lake", lake.url, "--outlet", "wire", "--json"]).output)
    assert [x["outlet"] for x in one["outlets"]] == ["wire"]


def test_an_outlet_that_went_silent_is_told_by_its_own_pace(tmp_path: Path):
    daily = [put("daily", n, START + timedelta(days=n), read="extracted") for n in range(20)]
    weekly = [put("weekly", n, START + timedelta(days=7 * n), read="extracted") for n in range(7)]
    hourly = [put("hourly", n, START + timedelta(hours=n), read="extracted") for n in range(24 * 43)]
    lake = filled(tmp_path / "lake", *daily, *weekly, *hourly)
    told = lake_coverage(lake)
    assert [(w.outlet, w.rule) for w in told.warnings] == [("daily", "outlet_silent")]
    rows = coverage_quality(told, "run", START)
    assert (rows[0]["table_name"], rows[0]["rule"], rows[0]["success"]) == ("outlets", "outlet_silent", False)
    assert "daily" in rows[0]["detail"] and lake.upsert("quality", rows) == 1
    assert table_lines(told)[-1].startswith("WARNING daily outlet_silent")


def test_a_yield_that_fell_is_told_for_stored_pages_and_for_articles(tmp_path: Path):
    rows = []
    for n in range(60):
        at = START + timedelta(hours=6 * n)
        recent = n >= 52
        rows.append(put("walled", n, at, *(("blocked", "http_403") if recent else ())))
        rows.append(put("redesigned", n, at, read="no_text" if recent else "extracted"))
        rows.append(put("steady", n, at, read="extracted" if n % 2 else "index_page"))
    told = lake_coverage(filled(tmp_path / "lake", *rows))
    assert {(w.outlet, w.rule) for w in told.warnings} == {
        ("walled", "stored_share_fell"),
        ("redesigned", "extracted_share_fell"),
    }
