"""Merge: the same story, then the same event; one event, its id, its revisions.

``merge_batch`` is the room's door. ``stories`` says which articles are one text, ``match`` how likely two mentions are
one event, ``cluster`` groups them, ``resolve`` makes the row, ``revisions`` tells what changed.
"""

from __future__ import annotations

from etl.merge.batch import check_corrections, merge_batch
from etl.merge.match import Score, score
from etl.merge.records import Report
from etl.merge.resolve import resolve

__all__ = ["Report", "Score", "check_corrections", "merge_batch", "resolve", "score"]
