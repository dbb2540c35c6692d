"""Airflow on this machine: the newsroom, the scheduler and the web interface, until Ctrl-C.

Everyone who reaches the port is an administrator (``SIMPLE_AUTH_MANAGER_ALL_ADMINS`` in ``deploy/airflow.env``), which
is right for the loopback interface of a laptop and for nothing else.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from deploy.airflow_home import (
    AIRFLOW,
    AIRFLOW_PORT,
    NEWSROOM_PORT,
    ROOT,
    laptop_environment,
    must_be_free,
    port_setting,
    prepare,
)
from etl.errors import EventwireError
from etl.newsroom import Newsroom

LOGS = Path(os.environ.get("EVENTWIRE_LOGS", ROOT / "var" / "logs"))
# Airflow's parts need a few seconds to end their tasks; after that they are killed.
PATIENCE_SECONDS = 20


def main() -> int:
    """Runs ``airflow standalone`` with the bundled outlets; ends with it."""
    signal.signal(signal.SIGTERM, _interrupt)
    log = LOGS / "airflow.log"
    try:
        newsroom_port = port_setting("EVENTWIRE_NEWSROOM_PORT", NEWSROOM_PORT)
        airflow_port = port_setting("EVENTWIRE_AIRFLOW_PORT", AIRFLOW_PORT)
        must_be_free(newsroom_port, "EVENTWIRE_NEWSROOM_PORT")
        must_be_free(airflow_port, "EVENTWIRE_AIRFLOW_PORT")
        environment = laptop_environment(newsroom_port, airflow_port)
        with Newsroom(port=newsroom_port):
            print("Preparing Airflow's database ...", flush=True)
            prepare(environment, log)
            print(f"Newsroom: {environment['EVENTWIRE_NEWSROOM']}")
            print(f"Airflow:  http://127.0.0.1:{airflow_port} (in about a minute; collect starts by itself)")
            print("Stop with Ctrl-C.", flush=True)
            return _run([AIRFLOW, "standalone"], environment)
    except subprocess.CalledProcessError:
        print(f"Airflow could not be set up; see {log}, then run again.", file=sys.stderr)
        return 1
    except EventwireError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Runs a command in a process group of its own, so that no part of it outlives this process."""
    process = subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True)  # noqa: S603
    try:
        return process.wait()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(PATIENCE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
