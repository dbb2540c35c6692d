"""The lake's tables are plain Delta tables: DuckDB and Polars read them as the blocks of docs/loading.md say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from etl.settings import ROOT
from etl.store import open_lake
from tests.store.rows import event


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a block of the page in a folder with a lake, and gives what it called ``events``."""
    lake = open_lake(tmp_path / "var/lake")
    lake.transaction("b1", {"events": [event("SYR1", 2023), event("SYR2", tags=None)]})
    lake.transaction("b2", {"events": [event("SYR2", notes="new"), event("SYR3")]})
    monkeypatch.chdir(tmp_path)

    def run(start: str) -> Any:
        blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/loading.md").read_text(), re.DOTALL)
        (block,) = [b for b in blocks if "var/lake" in b and start in b]
        names: dict[str, Any] = {}
        exec(block, names)
        return names["events"]

    return run


def test_polars_reads_the_state_that_the_lake_names(read: Any):
    events = read("import polars")
    assert sorted(events["event_id_cnty"]) == ["SYR1", "SYR2", "SYR3"] and sorted(events["year"]) == [2023, 2024, 2024]


def test_duckdb_reads_the_state_that_the_lake_names(read: Any):
    assert sorted(read("import duckdb").fetchall()) == [("SYR1", 2023, "x"), ("SYR2", 2024, "new"), ("SYR3", 2024, "x")]
