"""Airflow on this machine: the newsroom, the scheduler and the web interface, until Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys

from deploy.airflow_home import AIRFLOW, DEFAULT_PORT, ROOT, laptop_environment, prepare
from etl.errors import EventwireError
from etl.newsroom import Newsroom

LOG = ROOT / "var" / "logs" / "airflow.log"


def main() -> int:
    """Runs ``airflow standalone`` with the bundled outlets; ends with it."""
    port = int(os.environ.get("EVENTWIRE_NEWSROOM_PORT", DEFAULT_PORT))
    environment = laptop_environment(port)
    try:
        with Newsroom(port=port):
            prepare(environment, LOG)
            print(
                f"Newsroom at {environment['EVENTWIRE_NEWSROOM']}; Airflow opens at http://127.0.0.1:8080 in a minute."
            )
            print("Stop with Ctrl-C.", flush=True)
            return subprocess.run([AIRFLOW, "standalone"], env=environment, cwd=ROOT, check=False).returncode  # noqa: S603
    except subprocess.CalledProcessError:
        print(f"Airflow could not be set up; see {LOG}, then run again.", file=sys.stderr)
        return 1
    except EventwireError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
