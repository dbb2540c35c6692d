"""What a run ends with: the events, what was set aside and why, and where everything is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow.parquet as pq
from rich import box
from rich.console import Console
from rich.table import Table

from etl.publish import latest_release
from etl.settings import settings
from etl.store import open_lake

# As many rows as fit on a screen without hiding the counts below them.
MOST_EVENTS = 60


@dataclass(frozen=True)
class Column:
    """One column of the table of events.

    Attributes:
        from_width: the terminal's width in characters from which it is shown.
        share: of the width left over by columns that have no share.
    """

    title: str
    value: Callable[[dict[str, Any]], str]
    from_width: int = 0
    share: int = 0
    justify: Literal["left", "right"] = "left"


def _deaths(event: dict[str, Any]) -> str:
    return "–" if event["fatalities_basis"] == "not_mentioned" else str(event["fatalities"])


COLUMNS = (
    Column("id", lambda e: e["event_id_cnty"]),
    Column("day", lambda e: str(e["event_date"])),
    Column("what", lambda e: e["sub_event_type"], share=4),
    Column("where", lambda e: e["location"], share=3),
    Column("country", lambda e: e["country"], from_width=120, share=3),
    Column("who", lambda e: e["actor1"], from_width=70, share=4),
    Column("whom", lambda e: e["actor2"] or "", from_width=120, share=4),
    Column("deaths", _deaths, justify="right"),
    Column("reports", lambda e: f"{e['reports']} ({e['independent_origins']})", from_width=100, justify="right"),
    Column("who did it is", lambda e: e["dispute_actor1"].replace("_", " "), from_width=150),
)


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
    console.print(_events(events, console.width))
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


def _events(events: list[dict[str, Any]], width: int) -> Table:
    """One line an event, whatever the terminal's width: narrow ones show less of each, wide ones more columns."""
    table = Table(title="Events", header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    columns = [c for c in COLUMNS if width >= c.from_width]
    for column in columns:
        table.add_column(
            column.title, justify=column.justify, no_wrap=True, overflow="ellipsis", ratio=column.share or None
        )
    for e in sorted(events, key=lambda e: (e["event_date"], e["event_id_cnty"]))[:MOST_EVENTS]:
        table.add_row(*(column.value(e) for column in columns))
    return table


def _flow(reconciliation: Any) -> Table:
    table = Table(title="Read, and set aside", header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("step", "in", "went on", "set aside", "why"):
        table.add_column(name, justify="right" if name in ("in", "went on", "set aside") else "left")
    for step in reconciliation.steps:
        most = sorted(step.set_aside.items(), key=lambda item: (-item[1], item[0]))
        why = ", ".join(f"{reason.removeprefix('abstained: ').replace('_', ' ')} {count}" for reason, count in most)
        table.add_row(step.name, str(step.came_in), str(step.went_on), str(sum(step.set_aside.values())), why)
    return table
