"""Audits one whole state of the lake: every table that a release is made of, each with the others as context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.validate.audit import Audit, audit, quality_rows, quarantine_rows, split
from etl.validate.context import context_of

AUDITED = ("events", "mentions", "evidence", "claims", "event_reports", "revisions", "deletions")


@dataclass(frozen=True)
class StateAudit:
    """What an audit of a whole state found.

    Attributes:
        good: rows by table that broke no critical rule and belong to a good event.
        quarantine, quality: rows for the tables of those names.
    """

    audits: tuple[Audit, ...]
    good: dict[str, pa.Table]
    quarantine: list[dict[str, Any]]
    quality: list[dict[str, Any]]

    @property
    def set_aside(self) -> int:
        """Number of rows kept out."""
        return len(self.quarantine)


def audit_state(tables: Mapping[str, pa.Table], run_id: str, moment: datetime) -> StateAudit:
    """Audits the tables of one state.

    Args:
        tables: ``AUDITED`` tables, ``articles`` and ``quality`` (for drift), each as the lake holds it.
        run_id: names the rows of ``quality`` and ``quarantine``.
        moment: the moment of the run; recorded, and the limit for event dates.
    """
    context = context_of(tables, moment, run_id)
    audits, good, bad, measured = [], dict(tables), [], []
    for name in AUDITED:
        outcome = audit(name, tables[name], context)
        audits.append(outcome)
        good[name], _ = split(tables[name], outcome)
        bad += quarantine_rows(tables[name], outcome, run_id, moment)
        measured += quality_rows(outcome, run_id, moment)
    return StateAudit(tuple(audits), _belonging(good), bad, measured)


def _belonging(good: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Drops what hangs on an event that was kept out: its reports, and their words and claims."""
    kept = dict(good)
    events = kept["events"]["event_id_cnty"]
    kept["event_reports"] = _where(kept["event_reports"], "event_id_cnty", events)
    kept["revisions"] = kept["revisions"].filter(
        pc.or_(
            pc.is_in(kept["revisions"]["event_id_cnty"], value_set=_values(events)),
            pc.is_in(kept["revisions"]["event_id_cnty"], value_set=_values(kept["deletions"]["event_id_cnty"])),
        )
    )
    mentions = kept["event_reports"]["mention_id"]
    for name in ("evidence", "claims"):
        kept[name] = _where(kept[name], "mention_id", mentions)
    return kept


def _values(column: pa.ChunkedArray) -> pa.Array:
    return pa.array(column.to_pylist(), pa.string())


def _where(table: pa.Table, column: str, values: pa.ChunkedArray) -> pa.Table:
    return table.filter(pc.is_in(table[column], value_set=_values(values)))
