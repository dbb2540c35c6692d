"""Collecting, reading archives and replaying in processes of their own: what the kill tests start and kill.

A run is told what to ``do``, the ``lake``, and what the work needs.
"""

from __future__ import annotations

import importlib
import json
from typing import Any

from etl.fetch import Client
from etl.pipeline import backfill, web
from etl.pipeline.replay import replay_pages
from etl.store import open_lake
from tests.forking import serve

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


if __name__ == "__main__":
    serve(work)
