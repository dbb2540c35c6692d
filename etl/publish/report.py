"""The quality report: one HTML file that opens offline and runs no code.

Shows what went in and what was set aside at each step, every rule and how it held, what the events are, how disputed
they are, and drift. Everything that came from a page is escaped; there is no script and no external resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from etl.publish.tables import count_by
from etl.validate import Audit, StateAudit, Step, books, coverage

EXAMPLES = 20


@cache
def template(name: str) -> Template:
    """A page of ``templates/``; whatever is put into it is escaped."""
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def flow(tables: Mapping[str, pa.Table], state: StateAudit) -> list[Step]:
    """The books of one state of the lake, and the step that the audit adds to them."""
    steps = [step for step in books(tables).steps if step.came_in or step.problems]
    kept_out = [r for r in tables["quarantine"].to_pylist() if r["table_name"] == "events"]
    kept_out += [r for r in state.quarantine if r["table_name"] == "events"]
    keys = {r["row_key"]: ", ".join(r["rules"]) for r in kept_out}
    events = set(tables["events"]["event_id_cnty"].to_pylist())
    reasons: dict[str, int] = {}
    for key in events - set(state.good["events"]["event_id_cnty"].to_pylist()):
        reasons[keys.get(key, "unknown")] = reasons.get(keys.get(key, "unknown"), 0) + 1
    return [*steps, Step("validate", len(events), state.good["events"].num_rows, reasons)]


def _bars(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    top = max(counts.values(), default=1) or 1
    return [{"label": str(k), "count": v, "share": round(100 * v / top, 1)} for k, v in counts.items()]


def quality_report(
    version: str, created: str, tables: Mapping[str, pa.Table], released: Mapping[str, pa.Table], state: StateAudit
) -> str:
    """The report as HTML.

    Args:
        version: version of the release.
        created: moment of the release, ISO 8601.
        tables: the lake's tables as they were audited.
        released: the released tables.
        state: the audit.
    """
    events = released["events"]
    disputes = {
        column.removeprefix("dispute_"): count_by(events, column)
        for column in events.schema.names
        if column.startswith("dispute_")
    }
    examples = state.quarantine[:EXAMPLES]
    return template("quality_report.html").render(
        version=version,
        created=created,
        steps=flow(tables, state),
        coverage=coverage(tables),
        audits=[_audit(a) for a in state.audits],
        types=_bars(count_by(events, "sub_event_type")),
        countries=_bars(dict(list(count_by(events, "country").items())[:EXAMPLES])),
        basis=_bars(count_by(events, "fatalities_basis")),
        disputes=disputes,
        quarantine=examples,
        quarantined=len(state.quarantine),
        sources=_bars(dict(list(count_by(released["event_reports"], "outlet_name").items())[:EXAMPLES])),
        counts={name: table.num_rows for name, table in released.items()},
    )


def _audit(outcome: Audit) -> dict[str, Any]:
    """An audit with what needs attention (not held, not checked) apart from what is fine."""
    attention = [r for r in outcome.results if not r.held]
    attention.sort(key=lambda r: (r.held is None, r.severity != "critical", r.rule))
    fine = [r for r in outcome.results if r.held]
    return {"table": outcome.table, "rows": outcome.rows, "attention": attention, "fine": fine}
