"""What the modules of the command line share: options, progress bars, the lake they work on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from etl.errors import Misconfigured

if TYPE_CHECKING:
    from etl.store import Lake

LAKE = click.option("--lake", metavar="DIR", help="Folder or s3:// URL of the lake. Default: EVENTWIRE_LAKE, var/lake.")
AS_OF = click.option("--as-of", metavar="TIME", help="As the lake knew it then (ISO date or date-time).")
RUN_ID = click.option("--run-id", default=None, help="Name of the run in the rows it writes. Default: from the clock.")


class Bars:
    """Progress bars on a terminal; silent elsewhere."""

    def __init__(self, progress: Any = None) -> None:
        self._progress = progress

    def step(self, name: str, total: int | None = None) -> Callable[[int], None] | None:
        """A new bar; the function returned moves it."""
        if self._progress is None:
            return None
        task = self._progress.add_task(name, total=total)
        return lambda done: self._progress.advance(task, done)


@contextmanager
def bars() -> Iterator[Bars]:
    """The bars of one command."""
    if not sys.stderr.isatty():
        yield Bars()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bars(progress)


def opened(lake: str | None, must_exist: bool = False) -> Lake:
    """The lake that a command works on."""
    from etl.store import open_lake

    return open_lake(lake, must_exist)


def run_name(step: str) -> str:
    """The name of a run that was given none."""
    from etl.settings import settings

    return f"{step}-{settings().clock():%Y%m%dT%H%M%S}"


def moment_of(text: str | None, option: str = "--as-of") -> datetime | None:
    """The moment that an option names; None where it was not given."""
    from etl.merge.records import moment

    found = moment(text)
    if text and found is None:
        raise Misconfigured(f"{option} {text} is no ISO date or date-time, for example 2024-05-03T00:00:00Z.")
    return found
