"""The steps over the lake that the command line and the DAGs both call.

Each is idempotent and resumable, and returns its counts.
"""

from __future__ import annotations

from etl.pipeline.build import build
from etl.pipeline.reconcile import Reconciliation, reconcile
from etl.pipeline.steps import (
    audit_events,
    code_articles,
    ingest_articles,
    merge_mentions,
    publish_release,
    waiting_for_code,
)
from etl.pipeline.web import discover_outlet, extract_pages, fetch_outlet, outlet_named, waiting_for_fetch

__all__ = [
    "Reconciliation",
    "audit_events",
    "build",
    "code_articles",
    "discover_outlet",
    "extract_pages",
    "fetch_outlet",
    "ingest_articles",
    "merge_mentions",
    "outlet_named",
    "publish_release",
    "reconcile",
    "waiting_for_code",
    "waiting_for_fetch",
]
