"""Starts ``make up`` in folders and on ports of its own, and watches Airflow's database."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from etl.settings import ROOT


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def own_environment(folder: Path, outlets: list[str], ports: list[int]) -> dict[str, str]:
    """An environment in which nothing is shared but the gazetteer; only the named outlets are collected."""
    kept = folder / "outlets"
    kept.mkdir(parents=True)
    for name in outlets:
        shutil.copy(ROOT / "etl" / "newsroom" / "outlets" / f"{name}.yml", kept)
    newsroom, airflow, worker_logs, trigger_logs = ports
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW__", "EVENTWIRE_"))}
    return inherited | {
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(worker_logs),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger_logs),
        "AIRFLOW__CORE__PARALLELISM": "2",
        "EVENTWIRE_AIRFLOW_PORT": str(airflow),
        "EVENTWIRE_NEWSROOM_PORT": str(newsroom),
        "EVENTWIRE_LAKE": str(folder / "lake"),
        "EVENTWIRE_RELEASE": str(folder / "release"),
        "EVENTWIRE_FAILURES": str(folder / "failures.jsonl"),
        "EVENTWIRE_LOGS": str(folder / "logs"),
        "EVENTWIRE_OUTLETS": str(kept),
        "EVENTWIRE_CACHE": os.environ.get("EVENTWIRE_CACHE", str(ROOT / "var" / "cache")),
    }


@dataclass
class Running:
    """A running installation."""

    process: subprocess.Popen[bytes]
    folder: Path
    log: Path

    def query(self, sql: str) -> list[tuple]:
        """Rows of Airflow's database; none while it is being made."""
        path = self.folder / "airflow" / "airflow.db"
        if not path.exists():
            return []
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
                return database.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []

    def runs(self) -> dict[str, list[str]]:
        """States of the runs of each DAG, in order."""
        found: dict[str, list[str]] = {}
        for dag, state in self.query("select dag_id, state from dag_run order by id"):
            found.setdefault(dag, []).append(state)
        return found

    def wait(self, done, seconds: float) -> dict[str, list[str]]:
        """Waits until ``done(runs)``; says what changes meanwhile; fails with the log's end."""
        stop_at, before = time.monotonic() + seconds, None
        while time.monotonic() < stop_at and self.process.poll() is None:
            now = self.runs()
            if now != before:
                print(f"{seconds - (stop_at - time.monotonic()):5.0f} s  {now}", flush=True)
                before = now
            if done(now):
                return now
            time.sleep(1)
        tail = "\n".join(line[:200] for line in self.log.read_text(errors="replace").splitlines()[-25:])
        tasks = self.query("select dag_id, task_id, map_index, state from task_instance")
        raise AssertionError(f"not done after {seconds:.0f} s: {before}, tasks {tasks}\n{tail}")


@contextmanager
def up(folder: Path, environment: dict[str, str]) -> Iterator[Running]:
    """Runs the installation; nothing of it is left when the block ends."""
    log = folder / "up.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.up"], env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            yield Running(process, folder, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            finally:
                process.kill()
