"""A backfill from the names of archives to articles in the lake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.errors import EventwireError, GiveUp, Misconfigured
from etl.fetch.download import download, needs_contact
from etl.pipeline.backfill.engines import Engine, read_all
from etl.pipeline.backfill.report import Status, drop_problem, keep_plan, keep_problem, status
from etl.pipeline.backfill.unit import Job, Recorder, changed_since, drop_parts, finished, marker, was_read
from etl.pipeline.backfill.units import Unit, archive_units, moment_of
from etl.pipeline.extraction import withdraw
from etl.settings import settings
from etl.store import Lake

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Options:
    """What to read of archives, and how.

    Attributes:
        base: what the lines of a listing are relative to.
        since: first day, as the archives' names say.
        until: last day.
        hosts: only pages of these hosts or registrable domains.
        languages: only pages in these languages, ISO 639-1.
        workers: processes to read with.
        scheduler: address of a Dask scheduler; a local cluster where None.
    """

    base: str | None = None
    since: date | None = None
    until: date | None = None
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    engine: Engine = "serial"
    workers: int = 2
    scheduler: str | None = None


def plan_units(lake: Lake, paths: Sequence[str], options: Options) -> list[Unit]:
    """The units of a run, newest first, noted in the lake.

    Raises:
        Misconfigured: nothing is named, or what is named is no archive.
    """
    allow = [a for a in [settings().newsroom] if a]
    needs_contact(paths, allow)

    def fetched(url: str) -> Path:
        return download(url, allow)

    archives = archive_units(paths, options.base, options.since, options.until, fetched)
    needs_contact(archives, allow)
    if not archives:
        raise Misconfigured("no archive is named, or none is of the days asked for. Name WARC files or folders.")
    hosts = tuple(sorted({h.lower() for h in options.hosts}))
    languages = tuple(sorted({name.lower() for name in options.languages}))
    units = [Unit(a, moment_of(a), hosts, languages) for a in archives]
    with lake.writing():  # parts are written beside the tables before there are any
        keep_plan(lake, units)
    return units


def unfinished(lake: Lake, units: Iterable[Unit]) -> list[Unit]:
    """Those that have no marker, or whose archive has another size than it had."""
    left = []
    for unit in units:
        told = finished(lake, unit.key)
        if told is not None and changed_since(unit.archive, told):
            lake.files.delete(marker(unit.key))
            told = None
        if told is None:
            left.append(unit)
        elif was_read(lake, unit.key):
            drop_parts(lake, unit.key)  # killed between the marker and this
    return left


def backfill(
    lake: Lake, paths: Sequence[str], run_id: str, options: Options | None = None, progress: Progress | None = None
) -> Status:
    """Reads archives into the lake: pages, and the articles on them.

    Killed at any moment and run again it goes on with the archives that are not finished. An archive that cannot be
    read holds up no other one.

    Args:
        lake: the lake.
        paths: as ``archive_units``.
        run_id: names the run.
        options: what to read, and how.
        progress: called with the number of archives done.

    Returns:
        The report of the archives that were named.
    """
    options = options or Options()
    units = plan_units(lake, paths, options)
    left = unfinished(lake, units)
    if progress and len(units) > len(left):
        progress(len(units) - len(left))
    at = lake.head().number
    jobs = [Job(lake.url, u.archive, u.hosts, u.languages, at) for u in left]
    waiting = [job for job in jobs if not was_read(lake, job.key)]
    answers = read_all(waiting, options.engine, options.workers, options.scheduler)
    recorder = Recorder(lake, run_id)
    for job, problem in _with_those_read(jobs, waiting, answers):
        _record(lake, recorder, job, problem)
        if progress:
            progress(1)
    withdraw(lake, recorder.versions, run_id)
    return status(lake, units)


def read_units(lake: Lake, units: Iterable[Unit]) -> list[str]:
    """Reads archives one after the other and records none; gives those that failed, with the reason."""
    at, problems = lake.head().number, []
    jobs = [Job(lake.url, u.archive, u.hosts, u.languages, at) for u in unfinished(lake, units)]
    for job, told in read_all(jobs, "serial", 1):
        if isinstance(told, EventwireError):
            keep_problem(lake, job.key, str(told), _is_missing(told))
            problems.append(f"{job.archive}: {told}")
    return problems


def record_units(lake: Lake, units: Iterable[Unit], run_id: str) -> Status:
    """Records the archives that were read, in their order; gives the report of all."""
    wanted = list(units)
    recorder = Recorder(lake, run_id)
    for unit in unfinished(lake, wanted):
        if was_read(lake, unit.key):
            _record(lake, recorder, Job(lake.url, unit.archive, unit.hosts, unit.languages, 0), None)
    withdraw(lake, recorder.versions, run_id)
    return status(lake, wanted)


def _with_those_read(
    jobs: Sequence[Job], waiting: Sequence[Job], answers: Iterator[tuple[Job, dict[str, int] | EventwireError]]
) -> Iterator[tuple[Job, EventwireError | None]]:
    """All jobs in their order, whether they were read now or by a run that was killed."""
    asked = {job.key for job in waiting}
    for job in jobs:
        told = next(answers)[1] if job.key in asked else None
        yield job, told if isinstance(told, EventwireError) else None


def _record(lake: Lake, recorder: Recorder, job: Job, problem: EventwireError | None) -> None:
    if isinstance(problem, Misconfigured):
        raise problem
    if problem is None:
        try:
            recorder.record(job.key)
            drop_problem(lake, job.key)
            return
        except GiveUp as error:
            drop_parts(lake, job.key)
            problem = error
    keep_problem(lake, job.key, str(problem), _is_missing(problem))


def _is_missing(problem: EventwireError) -> bool:
    return isinstance(problem, GiveUp) and ("there is no file" in str(problem) or "is not there" in str(problem))
