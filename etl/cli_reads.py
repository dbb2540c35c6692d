"""Commands that only read: ``audit``, ``show``, ``status`` and ``diff``, each of now or of an earlier moment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from etl.cli_common import AS_OF, LAKE, moment_of, opened


@click.command()
@click.argument("path")
@click.option("--table", default="events", show_default=True, help="Which table the rows are.")
@click.option("--json", "out", metavar="OUT.json", type=click.Path(path_type=Path), help="Write all results there.")
@AS_OF
def audit(path: str, table: str, out: Path | None, as_of: str | None) -> None:
    """Audit a Parquet file or folder, a CSV, a release or a lake.

    Exit 0: nothing critical failed; 1: something did; 2: unreadable.
    """
    from etl.validate import audit_path

    outcome = audit_path(path, table, moment_of(as_of))
    if out:
        out.write_text(
            json.dumps(outcome.as_dict(), ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8"
        )
    for r in outcome.results:
        if r.held is False:
            click.echo(f"{r.rule:24} {r.severity:9} {r.failed} of {r.checked} rows: {r.detail or r.description}")
    unchecked = sum(1 for r in outcome.results if r.held is None)
    held = sum(1 for r in outcome.results if r.held)
    click.echo(f"{table}: {outcome.rows} rows, {held} rules held, {unchecked} could not be checked.")
    sys.exit(0 if outcome.ok else 1)


@click.command()
@click.argument("event_id")
@LAKE
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@AS_OF
def show(event_id: str, lake: str | None, as_json: bool, as_of: str | None) -> None:
    """One event: its columns and the quotes they stand on, claims, reports, revisions."""
    from etl import show as cards

    card = cards.event_card(opened(lake, True), event_id, moment_of(as_of))
    click.echo(cards.as_json(card) if as_json else cards.as_text(card))


@click.command()
@LAKE
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@AS_OF
def status(lake: str | None, as_json: bool, as_of: str | None) -> None:
    """What the lake holds: rows by table, the books of every step, and why rows were set aside."""
    from etl import schema
    from etl.pipeline import reconcile

    within = opened(lake, True)
    at = within.as_of(moment_of(as_of))
    rows = {t: within.read(t, as_of=at, columns=[schema.table(t).key[0]]).num_rows for t in schema.table_names()}
    books = reconcile(within, at=at).as_dict()
    last = at.recorded_at.isoformat() if at.recorded_at else None
    if as_json:
        click.echo(json.dumps({"lake": within.url, "batches": at.number, "last": last, "rows": rows, "steps": books}))
        return
    click.echo(f"{within.url}: {at.number} batches, last {last}")
    for name, count in rows.items():
        click.echo(f"  {name:15} {count:>10,}")
    for name, step in books.items():
        click.echo(f"{name:10} in {step['in']}, out {step['out']}, waiting {step['waiting']}")
        for reason, count in sorted(dict(step["set_aside"]).items()):  # type: ignore[call-overload]
            click.echo(f"{'':10}   {count:>8,} {reason}")


@click.group("corrections")
def corrections_group() -> None:
    """Corrections by people, laid on the events at every merge; the file is a setting."""


@corrections_group.command("check")
@LAKE
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def corrections_check(lake: str | None, as_json: bool) -> None:
    """Try every correction against the lake without changing it.

    Each is applied, waiting for its reports, not needed any more, or broken because what it was written against has
    changed. Exit code 1 where one is broken: the next merge that meets it stops.
    """
    from etl.merge import check_corrections

    found = check_corrections(opened(lake, True))
    told = [
        {"id": f.correction.id, "action": f.correction.action, "event": f.correction.event, "state": f.state}
        | {"author": f.correction.author, "detail": f.detail}
        for f in found
    ]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"{len(told)} corrections")
        for t in told:
            click.echo(f"{t['state']:11} {t['id']}  {t['action']} {t['event']}  {t['author']}: {t['detail']}")
    sys.exit(1 if any(f.state == "broken" for f in found) else 0)


@click.command()
@click.argument("before", metavar="V1")
@click.argument("after", metavar="V2")
@LAKE
@click.option("--json", "out", metavar="FILE", type=click.Path(path_type=Path), help="Write all changes there.")
@click.option(
    "--html", "page", metavar="FILE", type=click.Path(path_type=Path), help="Write a page that opens offline."
)
def diff(before: str, after: str, lake: str | None, out: Path | None, page: Path | None) -> None:
    """What changed between two releases, or between two moments of the lake.

    V1 and V2 are each a folder or s3:// URL of a release, an ISO date or date-time, or `now`. Lists events added,
    revised (with the reason of every change), withdrawn, merged and split.
    """
    from etl.publish import diff as diffs

    found = diffs.compare(diffs.state(before, lake), diffs.state(after, lake))
    for path, text in ((out, diffs.as_json), (page, diffs.as_html)):
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(found), encoding="utf-8")
    click.echo(diffs.as_text(found))
