"""Prepares Airflow's home folder: database, pools, and the environment of the bundled outlets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_PORT = 8765
AIRFLOW = str(Path(sys.executable).parent / "airflow")


def laptop_environment(port: int = DEFAULT_PORT) -> dict[str, str]:
    """The environment for the bundled outlets on this machine; what the user has set already wins."""
    home = os.environ.get("AIRFLOW_HOME", str(ROOT / "var" / "airflow"))
    found = {
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "PYTHONPATH": str(ROOT),
        "EVENTWIRE_LAKE": str(ROOT / "var" / "lake"),
        "EVENTWIRE_RELEASE": str(ROOT / "var" / "release"),
        "EVENTWIRE_CACHE": str(ROOT / "var" / "cache"),
        "EVENTWIRE_OUTLETS": str(ROOT / "etl" / "newsroom" / "outlets"),
        "EVENTWIRE_NEWSROOM": f"http://127.0.0.1:{port}",
        "EVENTWIRE_FAILURES": str(ROOT / "var" / "failures.jsonl"),
        "GX_ANALYTICS_ENABLED": "false",
    }
    lines = (ROOT / "deploy" / "airflow.env").read_text(encoding="utf-8").splitlines()
    found |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    # ``airflow standalone`` starts its parts by name.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return found | os.environ | {"PATH": path}


def prepare(environment: dict[str, str], log: Path) -> None:
    """Creates or upgrades Airflow's database and its pools; the commands' own words go to ``log``.

    Raises:
        subprocess.CalledProcessError: one of the commands failed; ``log`` says why.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    pools = str(ROOT / "deploy" / "pools.json")
    with open(log, "a", encoding="utf-8") as out:
        for command in ([AIRFLOW, "db", "migrate"], [AIRFLOW, "pools", "import", pools]):
            subprocess.run(command, env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=True)  # noqa: S603
