"""Prepares Airflow's home folder: database, pools, and the environment of the bundled outlets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from etl.errors import Misconfigured

ROOT = Path(__file__).resolve().parent.parent
NEWSROOM_PORT = 8765
AIRFLOW_PORT = 8080
AIRFLOW = str(Path(sys.executable).parent / "airflow")


def port_setting(name: str, default: int) -> int:
    """A port from the environment.

    Raises:
        Misconfigured: it is no port number.
    """
    value = os.environ.get(name) or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise Misconfigured(f"{name} is {value!r}; give a port number from 1 to 65535.")
    return int(value)


def must_be_free(port: int, setting: str) -> None:
    """Raises Misconfigured where another process listens on that port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Misconfigured(
                f"port {port} of this machine is in use ({error.strerror}). Stop what listens there, or set {setting} "
                "to a free port."
            ) from error


def laptop_environment(newsroom_port: int = NEWSROOM_PORT, airflow_port: int = AIRFLOW_PORT) -> dict[str, str]:
    """The environment for the bundled outlets on this machine; what the user has set already wins."""
    site = f"http://127.0.0.1:{airflow_port}"
    found = {
        "AIRFLOW_HOME": str(ROOT / "var" / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__API__PORT": str(airflow_port),
        "AIRFLOW__API__BASE_URL": site,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{site}/execution/",
        "EVENTWIRE_LAKE": str(ROOT / "var" / "lake"),
        "EVENTWIRE_RELEASE": str(ROOT / "var" / "release"),
        "EVENTWIRE_CACHE": str(ROOT / "var" / "cache"),
        "EVENTWIRE_OUTLETS": str(ROOT / "etl" / "newsroom" / "outlets"),
        "EVENTWIRE_NEWSROOM": f"http://127.0.0.1:{newsroom_port}",
        "EVENTWIRE_FAILURES": str(ROOT / "var" / "failures.jsonl"),
        "GX_ANALYTICS_ENABLED": "false",
    }
    lines = (ROOT / "deploy" / "airflow.env").read_text(encoding="utf-8").splitlines()
    found |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    # ``airflow standalone`` starts its parts by name, and tasks import ``dags`` and ``etl`` from the project.
    paths = {
        "PATH": os.pathsep.join(filter(None, (str(Path(sys.executable).parent), os.environ.get("PATH")))),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
    }
    return found | os.environ | paths


def prepare(environment: dict[str, str], log: Path) -> None:
    """Creates or upgrades Airflow's database and its pools; the commands' own words go to ``log``.

    A task whose pool is missing would wait for ever without a word, so pools are imported before anything starts.

    Raises:
        subprocess.CalledProcessError: one of the commands failed; ``log`` says why.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    pools = str(ROOT / "deploy" / "pools.json")
    with open(log, "a", encoding="utf-8") as out:
        for command in ([AIRFLOW, "db", "migrate"], [AIRFLOW, "pools", "import", pools]):
            subprocess.run(command, env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=True)  # noqa: S603
