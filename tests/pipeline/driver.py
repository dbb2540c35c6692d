"""Collecting, reading archives and replaying in processes of their own: what the kill tests start and kill.

Started once, it imports everything and then forks one process for each line of its standard input, so that dozens of
killed runs pay for the imports once. A line is a JSON object with ``do``, ``lake``, ``environment``, ``said`` (the file
for what the run prints) and what the work needs; the answer is a line with the exit status as ``subprocess`` tells it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from typing import Any

from etl.fetch import Client
from etl.pipeline import backfill, web
from etl.pipeline.replay import replay_pages
from etl.settings import settings
from etl.store import open_lake

# What the steps import late.
for late in ("etl.discover.outlets", "etl.extract", "etl.merge.reading", "deltalake", "etl.pipeline.backfill"):
    importlib.import_module(late)


def work(wanted: dict[str, Any]) -> None:
    """One run."""
    lake = open_lake(wanted["lake"])
    if wanted["do"] == "backfill":
        told = backfill.backfill(lake, wanted["archives"], "run", backfill.Options(engine=wanted["engine"]))
        print(json.dumps(told.as_dict()))
    elif wanted["do"] == "replay":
        print(json.dumps(replay_pages(lake, "replay")))
    else:
        with Client(allow=[wanted["newsroom"]], delay=0) as client:
            outlet = web.outlet_named(wanted["outlet"], wanted["newsroom"])
            web.discover_outlet(lake, outlet, client, "run")
            web.fetch_outlet(lake, outlet, client, "run")
        web.extract_pages(lake, "run")


def forked(wanted: dict[str, Any]) -> int:
    """Exit status of one run in a process of its own; minus the signal where one killed it."""
    child = os.fork()
    if child == 0:
        said = os.open(wanted["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.environ.update(wanted["environment"])
        settings.cache_clear()
        status = 1
        try:
            work(wanted)
            status = 0
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line in sys.stdin:
        print(forked(json.loads(line)), flush=True)
