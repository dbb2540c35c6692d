"""Whether the service in this container is well; exits 0 or 1. The container's health check."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request

import psutil

API = "http://127.0.0.1:8080/api/v2/monitor/health"
# What the API server reports about the other services, by the word in their command line.
PARTS = {"scheduler": "scheduler", "dag-processor": "dag_processor", "triggerer": "triggerer"}


def service(command_lines: list[list[str]]) -> str:
    """Which service runs here, by the processes' command lines; ``sample`` where it is none of Airflow's.

    >>> service([["python3", "/opt/eventwire/bin/airflow", "scheduler"]])
    'scheduler'
    >>> service([["python3", "-m", "deploy.run_bundled"]])
    'sample'
    """
    words = {word for line in command_lines if any("airflow" in part for part in line) for word in line}
    for name in ("api-server", *PARTS, "worker"):
        if name in words:
            return name
    return "sample"


def healthy(name: str) -> bool:
    """Whether that service is well: the API answers, or the service's own job has a heartbeat in the database."""
    if name == "api-server":
        try:
            with urllib.request.urlopen(API, timeout=10) as answer:
                return bool(json.load(answer)["metadatabase"]["status"] == "healthy")
        except (urllib.error.URLError, ValueError, KeyError, OSError):
            return False
    if name in PARTS:
        return _heartbeat(name)
    return True


def _heartbeat(name: str) -> bool:
    from airflow.jobs.job import most_recent_job

    kinds = {"scheduler": "SchedulerJob", "dag-processor": "DagProcessorJob", "triggerer": "TriggererJob"}
    job = most_recent_job(kinds[name])
    return bool(job and job.is_alive())


if __name__ == "__main__":
    lines = [p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"])]
    sys.exit(0 if healthy(service(lines)) else 1)
