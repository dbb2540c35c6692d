"""What a run ends with: the events, what was set aside and why, and where everything is."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from etl.publish import latest_release
from etl.settings import settings
from etl.store import open_lake

# As many rows as fit on a screen without hiding the counts below them.
MOST_EVENTS = 60


def print_summary(console: Console, seconds: float) -> None:
    """Prints the summary of the current release and lake."""
    from etl.pipeline import reconcile

    root = settings().release
    known = latest_release(root)
    if known is None:
        console.print("No release was made: nothing to publish yet.")
        return
    folder = f"{root}/{known['version']}"
    events = pq.read_table(f"{folder}/events.parquet").to_pylist()
    console.print(_events(events))
    if len(events) > MOST_EVENTS:
        console.print(f"… and {len(events) - MOST_EVENTS} more")
    console.print(_flow(reconcile(open_lake())))
    console.print(f"{len(events)} events in {seconds:.0f} s.")
    for what, where in (
        ("release", folder),
        ("latest", f"{root}/latest"),
        ("quality report", f"{folder}/quality_report.html"),
        ("DuckDB", f"{folder}/eventwire.duckdb"),
        ("lake", settings().lake),
    ):
        console.print(f"  {what:15} {where}", soft_wrap=True, highlight=False)


def _events(events: list[dict[str, Any]]) -> Table:
    table = Table(title="Events", header_style="bold")
    for name in ("id", "day", "what", "where", "who", "whom", "deaths", "reports", "who did it"):
        table.add_column(name, justify="right" if name in ("deaths", "reports") else "left")
    for e in sorted(events, key=lambda e: (e["event_date"], e["event_id_cnty"]))[:MOST_EVENTS]:
        silent = e["fatalities_basis"] == "not_mentioned"
        table.add_row(
            e["event_id_cnty"],
            str(e["event_date"]),
            e["sub_event_type"],
            f"{e['location']}, {e['country']}",
            e["actor1"],
            e["actor2"] or "",
            "–" if silent else str(e["fatalities"]),
            f"{e['reports']} ({e['independent_origins']})",
            e["dispute_actor1"],
        )
    return table


def _flow(reconciliation: Any) -> Table:
    table = Table(title="Read, and set aside", header_style="bold")
    for name in ("step", "in", "went on", "set aside", "why"):
        table.add_column(name, justify="right" if name in ("in", "went on", "set aside") else "left")
    for step in reconciliation.steps:
        why = ", ".join(f"{reason} {count}" for reason, count in step.set_aside.items())
        table.add_row(step.name, str(step.came_in), str(step.went_on), str(sum(step.set_aside.values())), why)
    return table
