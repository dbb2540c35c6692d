"""The books notice what is missing: each test takes one row out behind the lake's back and reads its name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from etl.errors import GiveUp
from etl.pipeline import reconcile
from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions
from etl.store import Lake, open_lake
from tests.merge.mentions import CITY, HandCoder, killed, line, mention

TOLD = {"a": [mention(**killed(5))], "b": [mention(**killed(3))], "c": [mention(where=CITY)], "d": [mention(day=None)]}
AT = datetime(2024, 5, 4, tzinfo=UTC)
URL = "https://news.example/page"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    opened = open_lake(tmp_path / "lake")
    opened.upsert("candidates", [{"url": URL, "outlet": "o", "found_in": "f", "found_at": AT, "run_id": "r"}])
    page = {"page_id": "p", "url": URL, "final_url": URL, "outlet": "o", "fetched_at": AT, "run_id": "r"}
    opened.upsert("pages", [page | {"status": 200, "page_outcome": "stored", "warc_file": "w", "warc_offset": 0}])
    ingest_articles(opened, [*(line(d) for d in TOLD), line("e")], "run")
    read = {"page_id": "p", "url": URL, "outlet": "o", "extractor": "ladder", "extraction_outcome": "extracted"}
    opened.upsert("extractions", [read | {"doc_id": "e", "recorded_at": AT, "run_id": "r"}])
    code_articles(opened, coder=HandCoder(TOLD), run_id="run")
    merge_mentions(opened, "run")
    reconcile(opened, complete=True)
    return opened


def lose(lake: Lake, table: str, where: str) -> None:
    """Take rows out of a table's files and let the lake believe that it always was so."""
    delta = DeltaTable(f"{lake.url}/{table}")
    assert delta.delete(where)["num_deleted_rows"]
    head = lake.head()
    record = lake.files.read(f"_batches/done/{head.number // 1000:07d}/{head.number:010d}.json")
    assert record
    was, now = f'"{table}": {head.versions[table]}'.encode(), f'"{table}": {delta.version()}'.encode()
    assert was in record
    lake.files.write(f"_batches/done/{head.number // 1000:07d}/{head.number:010d}.json", record.replace(was, now, 1))


@pytest.mark.parametrize(
    ("table", "where", "step", "row"),
    [
        ("pages", "page_id = 'p'", "extract", "p"),
        ("articles", "doc_id = 'e'", "extract", "e"),
        ("articles", "doc_id = 'a'", "code", "a"),
        ("codings", "doc_id = 'b'", "mentions", "b"),
        ("mentions", "doc_id = 'c'", "mentions", "c"),
        ("events", "event_id_cnty = 'SYR1'", "events", "SYR1"),
        ("event_reports", "doc_id = 'a'", "events", "SYR1"),
    ],
)
def test_a_lost_row_is_missed_by_name(lake: Lake, table: str, where: str, step: str, row: str):
    lose(lake, table, where)
    with pytest.raises(GiveUp, match="does not balance") as told:
        reconcile(lake, complete=True)
    message = str(told.value)
    assert f"{step}: in " in message and f"example {row}" in message, message
    assert "eventwire recover" in message


@pytest.mark.parametrize(
    ("table", "where", "step"),
    [
        ("codings", "doc_id = 'e'", "code"),
        ("event_reports", "doc_id = 'c'", "merge"),
        ("quarantine", "table_name = 'mentions'", "merge"),
    ],
)
def test_after_a_whole_run_nothing_may_wait(lake: Lake, table: str, where: str, step: str):
    lose(lake, table, where)
    with pytest.raises(GiveUp, match=rf"{step}: in \d+, out \d+, aside \d+, waiting 1"):
        reconcile(lake, complete=True)


def test_a_lost_page_waits_and_a_lost_extraction_too(lake: Lake):
    lose(lake, "extractions", "page_id = 'p'")
    assert {s.name: s.waiting for s in reconcile(lake).steps if s.waiting} == {"extract": 1}


def test_a_mention_that_no_coding_counted_is_named(lake: Lake):
    stray: dict[str, Any] = {**lake.rows("mentions")[0], "mention_id": "stray", "doc_id": "zz"}
    lake.upsert("mentions", [stray])
    with pytest.raises(GiveUp, match="other mentions than their coding counted, for example zz"):
        reconcile(lake)


def test_an_event_that_counts_other_reports_than_it_has_is_named(lake: Lake):
    [event] = [e for e in lake.rows("events") if e["reports"] == 2]
    lake.upsert("events", [{**event, "reports": 3}])
    with pytest.raises(GiveUp, match=f"count other reports than they have, for example {event['event_id_cnty']}"):
        reconcile(lake)
