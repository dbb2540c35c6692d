"""Several writers, one of them killed, and readers at once; the same run twice; clocks that go back."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from etl.settings import ROOT, settings
from etl.store import open_lake
from tests.store.rows import MOMENT, claim


@pytest.mark.parametrize("rounds", [4, pytest.param(200, marks=[pytest.mark.thorough, pytest.mark.timeout(3600)])])
def test_two_writers_and_a_killed_one_lose_and_double_nothing(tmp_path: Path, rounds: int):
    command = [sys.executable, "-m", "tests.store.contention", str(tmp_path / "lake"), str(rounds)]
    env = os.environ | {"PYTHONPATH": str(ROOT), "EVENTWIRE_NOW": MOMENT.isoformat()}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert done.stdout == "done\n", done.stdout + done.stderr


def test_a_clock_that_goes_back_between_batches_hides_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lake = open_lake(tmp_path / "lake")
    for n, days in enumerate((0, -400, 3, -1)):
        monkeypatch.setenv("EVENTWIRE_NOW", (MOMENT + timedelta(days=days)).isoformat())
        settings.cache_clear()
        lake.transaction(f"b{n}", {"claims": [claim(f"c{n}"), claim("c0", quote=f"by {n}")]})
    assert lake.rows("claims")[0]["quote"] == "by 3"
    assert lake.read("claims", as_of=MOMENT + timedelta(days=3)).num_rows == 4
    assert lake.read("claims", as_of=MOMENT + timedelta(days=2)).num_rows == 2
    lake.maintain()
    assert lake.read("claims").num_rows == 4
