"""The flow as a whole: steps over the lake, and one call for each task of a DAG.

``steps`` and ``web`` hold the steps, which take a lake; ``jobs``, exported here, are the same for a scheduler: they
open the lake of the settings. ``build`` runs everything from article lines to a release; ``reconcile``, the books of
every step, is that of ``etl.validate``.
Each step is idempotent and resumable and returns its counts.
"""

from __future__ import annotations

from etl.pipeline.build import build
from etl.pipeline.jobs import (
    add_up,
    audit_events,
    backfill_plan,
    backfill_read,
    backfill_record,
    code_articles,
    collect_outlets,
    maintain_lake,
    merge_mentions,
    outlet_ids,
    publish_release,
    uncoded_batches,
)
from etl.validate.reconcile import Reconciliation, reconcile

__all__ = [
    "Reconciliation",
    "add_up",
    "audit_events",
    "backfill_plan",
    "backfill_read",
    "backfill_record",
    "build",
    "code_articles",
    "collect_outlets",
    "maintain_lake",
    "merge_mentions",
    "outlet_ids",
    "publish_release",
    "reconcile",
    "uncoded_batches",
]
