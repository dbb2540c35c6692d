"""Commands about what was collected: ``backfill`` from archives, ``replay`` from kept pages, ``coverage``."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from etl.cli_common import LAKE, RUN_ID, bars, opened, run_name

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("backfill")
def backfill_group() -> None:
    """Pages and articles from archives that others made."""


@backfill_group.command("warc")
@click.argument("paths", metavar="PATH_OR_URL...", nargs=-1, required=True)
@LAKE
@RUN_ID
@click.option("--base", metavar="URL", help="What the lines of a listing are relative to. Default: its own folder.")
@click.option("--from", "since", type=DAY, metavar="DATE", help="Only archives of that day or later, by their names.")
@click.option("--to", "until", type=DAY, metavar="DATE", help="Only archives of that day or before.")
@click.option("--host", "hosts", multiple=True, help="Only pages of this host or domain; may be repeated.")
@click.option("--language", "languages", multiple=True, help="Only pages in this language (ISO 639-1); repeatable.")
@click.option(
    "--engine",
    type=click.Choice(["serial", "pool", "dask"]),
    default="serial",
    show_default=True,
    help="Read in this process, in a pool of processes, or on Dask workers; the rows are the same.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that read.")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler, for example tcp://host:8786. Default: local.")
@AS_JSON
def backfill_warc(paths: tuple[str, ...], lake: str | None, run_id: str | None, **options: Any) -> None:
    """Read WARC archives: files, folders, s3:// or http(s) addresses, or listings of these (warc.paths.gz).

    The newest archive is read first. Each archive is a unit: a finished one is not read again, and the same command
    after a kill goes on with what is left. Exit code 1 where archives are left unfinished; the report names them.
    """
    from etl.pipeline import backfill

    as_json = options.pop("as_json")
    for name in ("since", "until"):
        day: datetime | None = options[name]
        options[name] = day.date() if day else None
    chosen = backfill.Options(**options)
    with bars() as shown:
        into = opened(lake)
        units = backfill.plan_units(into, paths, chosen)
        move = shown.step("archives", len(units))
        told = backfill.backfill(into, paths, run_id or run_name("backfill"), chosen, move)
    _tell(told, as_json)
    sys.exit(0 if told.complete else 1)


@backfill_group.command("status")
@LAKE
@AS_JSON
def backfill_status(lake: str | None, as_json: bool) -> None:
    """What all backfills of a lake have done, and the gaps they left."""
    from etl.pipeline import backfill

    _tell(backfill.status(opened(lake, must_exist=True)), as_json)


def _tell(told: Any, as_json: bool) -> None:
    click.echo(json.dumps(told.as_dict(), ensure_ascii=False) if as_json else "\n".join(told.lines()))


@click.command("coverage")
@LAKE
@click.option("--by-day", is_flag=True, help="A line for each outlet and day (UTC).")
@click.option("--outlet", "only", multiple=True, help="Only this outlet; may be repeated.")
@AS_JSON
def coverage_command(lake: str | None, by_day: bool, only: tuple[str, ...], as_json: bool) -> None:
    """What was collected of each outlet, how quickly, and which one went silent or yields less.

    Counts addresses found, pages fetched, unchanged, walled and failed, articles extracted, coded and abstained, with
    the median time from publication to fetch, and the reasons behind what is missing.
    """
    from etl.validate import lake_coverage
    from etl.validate.coverage import table_lines

    told = lake_coverage(opened(lake, must_exist=True), by_day)
    if only:
        told = told.of(only)
    click.echo(json.dumps(told.as_dict(), ensure_ascii=False) if as_json else "\n".join(table_lines(told)))


@click.command("replay")
@LAKE
@RUN_ID
@click.option("--from-warc", is_flag=True, required=True, help="Read the pages again that the lake keeps.")
@click.option("--outlet", "outlets", multiple=True, help="Only pages of this outlet; may be repeated.")
@click.option("--url", "urls", multiple=True, help="Only the pages of this address; may be repeated.")
@click.option("--since", type=DAY, metavar="DATE", help="Only pages fetched on that day or later (UTC).")
@click.option("--until", type=DAY, metavar="DATE", help="Only pages fetched on that day or before.")
@click.option("--no-code", is_flag=True, help="Stop after the articles.")
def replay_command(lake: str | None, run_id: str | None, from_warc: bool, no_code: bool, **chosen: Any) -> None:
    """Extract and code again from the pages that were kept, without the web.

    The same program changes nothing. A newer extractor makes new versions of articles that it reads otherwise, a newer
    coder codes all of them; a table of articles that was lost is built again as it was.
    """
    from etl.pipeline import replay, steps

    since, until = (d and d.replace(tzinfo=UTC) for d in (chosen["since"], chosen["until"]))
    picked = replay.Selection(
        outlets=frozenset(chosen["outlets"]) or None,
        urls=frozenset(chosen["urls"]) or None,
        since=since,
        until=until + timedelta(days=1) if until else None,
    )
    into, name = opened(lake, must_exist=True), run_id or run_name("replay")
    with bars() as shown:
        told: dict[str, Any] = replay.replay_pages(into, name, picked, shown.step("reading"))
        if not no_code:
            told["coding"] = steps.code_articles(into, run_id=name, progress=shown.step("coding"))
    click.echo(json.dumps(told))
