"""The sample run: clear words where a port is taken, a readable summary, and a second run that adds nothing."""

from __future__ import annotations

import io
import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from deploy.airflow_home import must_be_free, port_setting
from deploy.summary import COLUMNS, _events
from etl.errors import Misconfigured
from etl.settings import ROOT
from tests.dags.running import free_ports, own_environment


def sample_run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.run_bundled"], env=environment, cwd=ROOT, capture_output=True, text=True
    )


def test_a_taken_port_is_named_with_the_setting_that_moves_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=rf"port {port} .* in use .* set EVENTWIRE_NEWSROOM_PORT"):
            must_be_free(port, "EVENTWIRE_NEWSROOM_PORT")
        ran = sample_run(os.environ | {"EVENTWIRE_NEWSROOM_PORT": str(port)})
    assert ran.returncode == 2
    assert f"port {port}" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("value", ["high", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("EVENTWIRE_NEWSROOM_PORT", value)
    with pytest.raises(Misconfigured, match="EVENTWIRE_NEWSROOM_PORT"):
        port_setting("EVENTWIRE_NEWSROOM_PORT", 8765)


EVENT = {
    "event_id_cnty": "NGA123",
    "event_date": "2026-03-01",
    "sub_event_type": "Remote explosive/landmine/IED",
    "location": "Thiruvananthapuram district",
    "country": "Democratic Republic of Congo",
    "actor1": "KIO/KIA: Kachin Independence Organization/Kachin Independence Army",
    "actor2": None,
    "fatalities": 12,
    "fatalities_basis": "stated",
    "reports": 3,
    "independent_origins": 2,
    "dispute_actor1": "single_party_claim",
}


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_an_event_takes_one_line_at_any_width(width: int) -> None:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(_events([EVENT], width))
    told = console.export_text().splitlines()
    assert sum("NGA1" in line for line in told) == 1
    assert len([line for line in told if line.strip()]) == 4  # title, heading, rule, event
    assert all(len(line) <= width for line in told)
    assert "12" in told[-1] or "12" in told[-2]


def test_silence_about_deaths_is_not_a_zero() -> None:
    deaths = next(c for c in COLUMNS if c.title == "deaths")
    assert deaths.value(EVENT) == "12"
    assert deaths.value(EVENT | {"fatalities": 0, "fatalities_basis": "not_mentioned"}) == "–"


@pytest.mark.slow
@pytest.mark.airflow
@pytest.mark.timeout(1200)
def test_a_second_run_adds_nothing(tmp_path: Path) -> None:
    environment = own_environment(tmp_path, ["sahel-ledger", "jisr-post"], free_ports(4))
    counts, releases, attempts = [], [], []
    for _ in range(2):
        ran = sample_run(environment)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        told = subprocess.run(
            [sys.executable, "-m", "etl.cli", "status", "--json"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        rows = json.loads(told.stdout)["rows"]
        # A page that failed is asked once more; the attempt is a row, as every attempt is.
        attempts.append(rows.pop("pages"))
        counts.append(rows)
        releases.append(json.loads((tmp_path / "release" / "latest.json").read_text())["version"])
    assert counts[0] == counts[1]
    assert attempts[1] - attempts[0] <= 1
    assert releases[0] == releases[1]
    with closing(sqlite3.connect(tmp_path / "airflow" / "airflow.db")) as database:
        pools = {name for (name,) in database.execute("select pool from slot_pool")}
    assert {"eventwire_fetch", "eventwire_code"} <= pools
