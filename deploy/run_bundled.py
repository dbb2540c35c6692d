"""The sample run: the DAGs collect, code and release on the bundled outlets, with progress and a summary.

Runs each DAG with ``airflow dags test``: the same DAG files and tasks as under the scheduler, one after the other in
one process, on SQLite and local folders. ``make up`` runs them under the scheduler.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.airflow_home import (
    AIRFLOW,
    NEWSROOM_PORT,
    ROOT,
    laptop_environment,
    must_be_free,
    port_setting,
    prepare,
)
from etl.errors import EventwireError, Misconfigured
from etl.newsroom import Newsroom

DAGS = ("collect", "code", "release")
STARTED = re.compile(r"\[DAG TEST\] starting task_id=(\S+)(?: map_index=(-?\d+))?")
LOGS = Path(os.environ.get("EVENTWIRE_LOGS", ROOT / "var" / "logs"))
Tell = Callable[[str], None]


def run_dag(name: str, environment: dict[str, str], tell: Tell) -> None:
    """Runs one DAG to its end; raises Misconfigured with the path of its log where it fails."""
    log = LOGS / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [AIRFLOW, "dags", "test", name]
    with open(log, "w", encoding="utf-8") as out:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            out.write(line)
            found = STARTED.search(line)
            if found:
                part = f" {int(found[2]) + 1}" if found[2] and int(found[2]) >= 0 else ""
                tell(f"{found[1]}{part}")
        status = process.wait()
    if status:
        raise Misconfigured(f"the DAG {name} failed; its log is {log}. Correct the cause and run 'make run' again.")


def main() -> int:
    """Runs everything and prints what came out; 0 where all went well."""
    console = Console()
    began = time.monotonic()
    steps: list[tuple[str, float]] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        port = port_setting("EVENTWIRE_NEWSROOM_PORT", NEWSROOM_PORT)
        must_be_free(port, "EVENTWIRE_NEWSROOM_PORT")
        environment = laptop_environment(port)
        os.environ.update(environment)
        with Newsroom(port=port), Progress(*columns, console=console) as progress:

            def step(title: str, work: Callable[[Tell], None]) -> None:
                line, start = progress.add_task(title, total=1), time.monotonic()
                work(lambda words: progress.update(line, description=f"{title}: {words}"))
                progress.update(line, description=title, completed=1)
                steps.append((title, time.monotonic() - start))
                if not console.is_terminal:
                    console.print(f"{title}: {steps[-1][1]:.0f} s")

            step("gazetteer", lambda tell: _gazetteer(tell))
            step("airflow", lambda tell: prepare(environment, LOGS / "airflow.log"))
            for name in DAGS:
                step(name, lambda tell, name=name: run_dag(name, environment, tell))
        from deploy.summary import print_summary

        print_summary(console, time.monotonic() - began)
    except subprocess.CalledProcessError:
        console.print(f"[red]Airflow could not be set up[/red]; see {LOGS / 'airflow.log'}, then run again.")
        return 1
    except EventwireError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return error.exit_code
    return 0


def _gazetteer(tell: Tell) -> None:
    from etl.geocode import gazetteer

    tell("building once from GeoNames")
    gazetteer()


if __name__ == "__main__":
    sys.exit(main())
