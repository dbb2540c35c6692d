"""Counters as they leave the machine: one line of StatsD for each outlet, step and outcome, over a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

pytest.importorskip("airflow")
pytest.importorskip("statsd")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a StatsD server would have got, when the test asks for it."""
    from airflow.sdk._shared.observability.metrics import stats as module
    from airflow.sdk.observability import stats
    from airflow.sdk.observability.metrics.stats_utils import get_stats_factory

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(2)
        for name, value in {
            "STATSD_ON": "True",
            "STATSD_HOST": "127.0.0.1",
            "STATSD_PORT": str(server.getsockname()[1]),
            "STATSD_PREFIX": "news",
        }.items():
            monkeypatch.setenv(f"AIRFLOW__METRICS__{name}", value)
        # As Airflow's task runner begins every task.
        stats.initialize(factory=get_stats_factory(), export_legacy_names=False)

        class Got(list):
            def __iter__(self):
                server.setblocking(False)
                try:
                    while True:
                        self.append(server.recv(4096).decode())
                except BlockingIOError:
                    return super().__iter__()

        yield Got()
        module._factory = module._backend = None


def test_counts_of_an_outlet_become_counters(lines: list[str]):
    from dags.metrics import tell_counts, tell_totals

    tell_counts("sahel-ledger", "fetched", {"stored": 7, "failed": 0, "unchanged": 2})
    tell_counts("news.example.org", "read", {"extracted": 1})
    tell_totals("code", {"coded": 3})
    assert sorted(lines) == [
        "news.eventwire.code.coded:3|c",
        "news.eventwire.fetched.stored.sahel-ledger:7|c",
        "news.eventwire.fetched.unchanged.sahel-ledger:2|c",
        "news.eventwire.read.extracted.news_example_org:1|c",
    ]


def test_collecting_tells_the_counts_of_each_outlet(monkeypatch: pytest.MonkeyPatch, tmp_path):
    from etl.pipeline import jobs, web

    monkeypatch.setenv("EVENTWIRE_LAKE", str(tmp_path / "lake"))
    from etl.settings import settings

    settings.cache_clear()
    told: list[tuple[str, str, dict[str, int]]] = []
    monkeypatch.setattr(web, "outlet_named", lambda name, base: name)
    monkeypatch.setattr(web, "discover_outlet", lambda lake, outlet, client, run: {"new": 2})
    monkeypatch.setattr(web, "fetch_outlet", lambda lake, outlet, client, run: {"stored": 1, "failed": 1})

    def read(lake, run_id, outlets, by_outlet):
        by_outlet["a"] = {"extracted": 1}
        return {"pages": 1, "extracted": 1}

    monkeypatch.setattr(web, "extract_pages", read)
    counts = jobs.collect_outlets(["a", "b"], "run", lambda *one: told.append(one))
    assert counts == {
        "discovered_new": 4,
        "fetched_stored": 2,
        "fetched_failed": 2,
        "read_pages": 1,
        "read_extracted": 1,
    }
    assert ("a", "read", {"extracted": 1}) in told and ("b", "fetched", {"stored": 1, "failed": 1}) in told
    assert len(told) == 5
