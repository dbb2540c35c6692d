"""What all DAGs share: retry by error class, pools, assets, the failure callback, and how work is cut into batches."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule

ARTICLES = Asset("eventwire://lake/articles", extra={"table": "articles"})
EVENTS = Asset("eventwire://lake/events", extra={"table": "events"})

# Fetching shares the web's patience; coding shares the machine's memory (about 600 MB a process).
FETCH_POOL = "eventwire_fetch"
CODE_POOL = "eventwire_code"

# Two for each slot of the pool, so that a slow outlet delays few others; a task costs seconds of imports.
FETCH_TASKS = 16

# The scheduler slows down noticeably beyond about a hundred mapped tasks a run.
MOST_MAPPED = 100

# What an error class means is said once, in etl/errors.py; this is its translation for Airflow.
RETRY_BY_ERROR = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception="etl.errors.RetryLater",
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=2),
            reason="passing trouble; the same call may work later",
        ),
        RetryRule(exception="etl.errors.GiveUp", action=RetryAction.FAIL, reason="trying again cannot help"),
        RetryRule(exception="etl.errors.SetAside", action=RetryAction.FAIL, reason="the input is unusable"),
        RetryRule(exception="etl.errors.Misconfigured", action=RetryAction.FAIL, reason="a person has to change it"),
    ]
)


def tell_failure(context: dict[str, Any]) -> None:
    """Writes one line a failed task into ``var/failures.jsonl`` (or EVENTWIRE_FAILURES) and into the log."""
    instance = context["task_instance"]
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "dag": instance.dag_id,
        "task": instance.task_id,
        "map_index": getattr(instance, "map_index", -1),
        "run": instance.run_id,
        "error": str(context.get("exception") or ""),
    }
    logging.getLogger("eventwire").error("task failed: %s", line)
    path = Path(os.environ.get("EVENTWIRE_FAILURES", "var/failures.jsonl"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as out:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")


DEFAULTS: dict[str, Any] = {
    "owner": "eventwire",
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_policy": RETRY_BY_ERROR,
    "execution_timeout": timedelta(hours=1),
    "on_failure_callback": tell_failure,
}


def cut(items: list[str], most: int = MOST_MAPPED) -> list[list[str]]:
    """Cuts items into at most ``most`` lists of nearly equal length, in order.

    >>> cut(["a", "b", "c"], 2)
    [['a', 'b'], ['c']]
    """
    size = -(-len(items) // most) if items else 1
    return [items[i : i + size] for i in range(0, len(items), size)]
