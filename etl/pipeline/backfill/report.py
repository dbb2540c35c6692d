"""What a backfill has done and has not: units, records by reason, and the gaps between.

What was asked is kept in the lake as a plan for each choice of hosts and languages, to which later runs add; what was
done is in the markers of the units. So the report is the same after a kill, and on another machine.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from etl.pipeline.backfill.records import ASIDE
from etl.pipeline.backfill.unit import FOLDER, finished, was_read
from etl.pipeline.backfill.units import Unit, moment_of, newest_first, skipped_serials
from etl.store import Lake, stable_id

# Gaps that are named one by one.
MOST_NAMED = 20


@dataclass(frozen=True)
class Status:
    """The books of all backfills of a lake.

    Attributes:
        units: number asked for; the sum of ``finished``, ``unfinished`` and ``missing``.
        missing: archives that were named and are not there.
        problems: why archives that are neither finished nor missing are not, as last told.
        read: of the unfinished ones those that only wait to be recorded.
        skipped: archives that the numbering of CC-NEWS promises and that were never named.
        records: records of the finished units by what became of them.
        bad_records: archive, offset and reason, the first of each archive.
    """

    units: int
    finished: int
    unfinished: tuple[str, ...]
    missing: tuple[str, ...]
    problems: Mapping[str, str]
    read: int
    skipped: tuple[str, ...]
    records: Mapping[str, int]
    articles: Mapping[str, int]
    bad_records: tuple[Mapping[str, Any], ...] = ()
    days: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether nothing that was asked for is left to do."""
        return not self.unfinished and not self.missing

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"complete": self.complete}

    def lines(self) -> list[str]:
        """The report for people."""
        total = sum(self.records.values())
        span = f", {self.days['from']} to {self.days['to']}" if self.days.get("from") else ""
        lines = [
            f"archives   {self.units:>9,}{span}",
            f"  finished {self.finished:>9,}",
            f"  waiting  {len(self.unfinished):>9,}" + (f"  ({self.read:,} read, not recorded)" if self.read else ""),
            f"  missing  {len(self.missing):>9,}",
            f"records    {total:>9,}",
            *(f"  {name:14} {self.records[name]:>9,}" for name in ("stored", *ASIDE) if self.records.get(name)),
            *(f"  of stored: {name:9} {n:>6,}" for name, n in self.articles.items() if n),
        ]
        for title, names in (("missing", self.missing), ("not in the listings", self.skipped)):
            lines += [f"{title}: {name}" for name in names[:MOST_NAMED]]
            lines += [f"{title}: {len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else []
        lines += [f"unfinished: {name}: {why}" for name, why in list(self.problems.items())[:MOST_NAMED]]
        lines += [f"bad record: {b['archive']} at {b['offset']}: {b['why']}" for b in self.bad_records[:MOST_NAMED]]
        return lines


def keep_plan(lake: Lake, units: Iterable[Unit]) -> None:
    """Adds units to what was asked of a lake."""
    by_filter: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = {}
    for unit in units:
        by_filter.setdefault((unit.hosts, unit.languages), set()).add(unit.archive)
    for (hosts, languages), archives in by_filter.items():
        name = f"{FOLDER}/plans/{stable_id('plan', *hosts, None, *languages)}.json"
        raw = lake.files.read(name)
        before = set(json.loads(raw)["archives"]) if raw else set()
        if archives - before or not raw:
            plan = {"hosts": hosts, "languages": languages, "archives": sorted(archives | before)}
            lake.files.write(name, json.dumps(plan).encode())


def keep_problem(lake: Lake, key: str, problem: str, missing: bool) -> None:
    """Notes why a unit could not be finished."""
    lake.files.write(f"{FOLDER}/problems/{key}.json", json.dumps({"why": problem, "missing": missing}).encode())


def drop_problem(lake: Lake, key: str) -> None:
    """The unit is finished now."""
    lake.files.delete(f"{FOLDER}/problems/{key}.json")


def planned(lake: Lake) -> list[Unit]:
    """All units that were ever asked for."""
    found = []
    for name in lake.files.names(f"{FOLDER}/plans"):
        plan = json.loads(lake.files.read(f"{FOLDER}/plans/{name}") or b"{}")
        hosts, languages = tuple(plan.get("hosts", ())), tuple(plan.get("languages", ()))
        found += [Unit(a, moment_of(a), hosts, languages) for a in plan.get("archives", ())]
    return found


def status(lake: Lake, units: Iterable[Unit] | None = None) -> Status:
    """The gap report.

    Args:
        lake: the lake.
        units: only these; all that were ever asked for where None.
    """
    by_archive: dict[str, list[Unit]] = {}
    for unit in planned(lake) if units is None else units:
        by_archive.setdefault(unit.archive, []).append(unit)
    wanted = [unit for archive in newest_first(by_archive) for unit in by_archive[archive]]
    records: Counter[str] = Counter()
    articles: Counter[str] = Counter()
    unfinished, missing, bad = [], [], []
    problems: dict[str, str] = {}
    read = 0
    for unit in wanted:
        told = finished(lake, unit.key)
        if told is not None:
            records.update({name: told.get(name, 0) for name in ("stored", *ASIDE)})
            articles.update({name: told.get(name, 0) for name in ("extracted", "set_aside", "unchanged")})
            bad += [{"archive": unit.archive, **b} for b in told.get("bad_records", ())]
            continue
        raw = lake.files.read(f"{FOLDER}/problems/{unit.key}.json")
        problem = json.loads(raw) if raw else {}
        if problem.get("missing"):
            missing.append(unit.archive)
            continue
        unfinished.append(unit.archive)
        read += was_read(lake, unit.key)
        if problem:
            problems[unit.archive] = problem["why"]
    moments = sorted(u.moment.date().isoformat() for u in wanted if u.moment)
    return Status(
        units=len(wanted),
        finished=len(wanted) - len(unfinished) - len(missing),
        unfinished=tuple(unfinished),
        missing=tuple(missing),
        problems=problems,
        read=read,
        skipped=tuple(skipped_serials(u.archive for u in wanted)),
        records={name: n for name, n in records.items() if n},
        articles=dict(articles),
        bad_records=tuple(bad),
        days={"from": moments[0] if moments else None, "to": moments[-1] if moments else None},
    )
