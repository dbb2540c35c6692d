"""One call for one task of a DAG: opens the lake of the settings and runs the steps over it.

Arguments and results are plain lists, texts and numbers, because they travel through Airflow's database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from etl.errors import Misconfigured
from etl.merge.records import moment
from etl.pipeline import steps, web
from etl.settings import settings
from etl.store import open_lake

Tell = Callable[[str, str, Mapping[str, int]], None]


def outlet_ids(only: Sequence[str] | None = None) -> list[str]:
    """Ids of the outlets to collect, sorted.

    Raises:
        Misconfigured: ``only`` names one that does not exist.
    """
    from etl.discover.outlets import load_outlets

    known = [o.id for o in load_outlets(settings().outlets, settings().newsroom)]
    if unknown := set(only or ()) - set(known):
        raise Misconfigured(f"there is no outlet {', '.join(sorted(unknown))} in {settings().outlets}.")
    return sorted(only or known)


def collect_outlets(outlets: Sequence[str], run_id: str, tell: Tell | None = None) -> dict[str, int]:
    """Discover and fetch a batch of outlets, then extract what came.

    Args:
        outlets: their ids.
        run_id: names the run.
        tell: called with each outlet's id, the step and its counts.
    """
    from etl.fetch import Client

    lake = open_lake()
    allow = [settings().newsroom] if settings().newsroom else []
    counts = []
    with Client(allow=[a for a in allow if a]) as client:
        for name in outlets:
            outlet = web.outlet_named(name, settings().newsroom)
            for step, did in (("discovered", web.discover_outlet), ("fetched", web.fetch_outlet)):
                found = did(lake, outlet, client, run_id)
                counts.append({f"{step}_{k}": v for k, v in found.items()})
                if tell:
                    tell(name, step, found)
    read: dict[str, dict[str, int]] = {}
    counts.append({f"read_{k}": v for k, v in web.extract_pages(lake, run_id, outlets=outlets, by_outlet=read).items()})
    for name, found in read.items():
        if tell:
            tell(name, "read", found)
    return add_up(counts)


def add_up(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sums of counts by name.

    >>> add_up([{"a": 1}, {"a": 2, "b": 3}])
    {'a': 3, 'b': 3}
    """
    total: dict[str, int] = {}
    for one in counts:
        for name, number in one.items():
            total[name] = total.get(name, 0) + number
    return total


def uncoded_batches(size: int = 200, most: int = 100) -> list[list[str]]:
    """Ids of article versions that wait for the coder, in at most ``most`` batches of at least ``size``."""
    from etl.code.coder import RuleCoder

    waiting = steps.waiting_for_code(open_lake(), RuleCoder().version)
    size = max(size, -(-len(waiting) // most))
    return [waiting[i : i + size] for i in range(0, len(waiting), size)]


def code_articles(batch: Sequence[str], run_id: str) -> dict[str, int]:
    """Code a batch of article versions."""
    return steps.code_articles(open_lake(), batch, run_id)


def merge_mentions(run_id: str) -> dict[str, int]:
    """Merge everything that waits."""
    return steps.merge_mentions(open_lake(), run_id)


def audit_events(run_id: str) -> dict[str, int]:
    """Audit the current state without publishing it."""
    return steps.audit_events(open_lake(), run_id)


def publish_release(as_of: str | None = None) -> dict[str, Any]:
    """Audit and publish the lake under the release setting.

    Args:
        as_of: ISO date-time; None is now.
    """
    at = moment(as_of)
    if as_of and at is None:
        raise Misconfigured(f"as_of is {as_of!r}; give an ISO date-time, for example 2024-05-03T00:00:00Z.")
    done = steps.publish_release(open_lake(), settings().release, at)
    return {"version": done.version, "path": done.path, "changed": done.changed, "set_aside": dict(done.set_aside)}


def maintain_lake(keep_days: int | None = None) -> dict[str, int]:
    """Join small files; with ``keep_days`` drop older states.

    Where ``keep_pages_days`` is set the WARC files of older pages go too. Returns dropped files by table, ``warc``
    among them.
    """
    from etl.pipeline.retention import expire_pages

    lake = open_lake()
    dropped = lake.maintain(keep_days)
    if settings().keep_pages_days is not None:
        dropped["warc"] = expire_pages(lake, settings().keep_pages_days or 0)["files"]
    return dropped


def backfill_plan(paths: Sequence[str], **options: Any) -> list[str]:
    """The archives of a backfill that are not finished, newest first.

    Args:
        paths: as ``eventwire backfill warc``.
        options: ``base``, ``since``, ``until`` (ISO dates), ``hosts``, ``languages``.
    """
    from etl.pipeline import backfill

    lake = open_lake()
    units = backfill.plan_units(lake, paths, _backfill_options(options))
    return [unit.archive for unit in backfill.unfinished(lake, units)]


def backfill_read(archives: Sequence[str], **options: Any) -> list[str]:
    """Read a batch of archives; gives those that could not be read, with the reason."""
    from etl.pipeline import backfill

    return backfill.read_units(open_lake(), _units(archives, options))


def backfill_record(batches: Sequence[Sequence[str]], run_id: str, **options: Any) -> dict[str, Any]:
    """Record the archives that were read; gives the report."""
    from etl.pipeline import backfill

    archives = [archive for batch in batches for archive in batch]
    return backfill.record_units(open_lake(), _units(archives, options), run_id).as_dict()


def _backfill_options(options: Mapping[str, Any]) -> Any:
    from datetime import date

    from etl.pipeline.backfill import Options

    def day(name: str) -> date | None:
        return date.fromisoformat(options[name]) if options.get(name) else None

    return Options(
        base=options.get("base") or None,
        since=day("since"),
        until=day("until"),
        hosts=tuple(sorted({h.lower() for h in options.get("hosts") or ()})),
        languages=tuple(sorted({name.lower() for name in options.get("languages") or ()})),
    )


def _units(archives: Sequence[str], options: Mapping[str, Any]) -> Any:
    from etl.pipeline.backfill import Unit
    from etl.pipeline.backfill.units import moment_of

    chosen = _backfill_options(options)
    return [Unit(a, moment_of(a), chosen.hosts, chosen.languages) for a in archives]
