"""Runs that a test kills: one process imports everything, then forks a process for each run.

Dozens of killed runs so pay for the imports once. The forking side calls ``serve`` with the work that a run does; the
test's side asks through ``Stage``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.settings import ROOT, settings


@dataclass
class Run:
    """How one run ended (minus the signal where one killed it), and all that it printed."""

    returncode: int
    said: str


@dataclass
class Stage:
    """The process that forks the runs."""

    process: subprocess.Popen[str]

    def run(self, said: Path, environment: dict[str, str], **wanted: Any) -> Run:
        """One run.

        Args:
            said: file for what it prints.
            environment: set for this run only.
            wanted: what the work is told.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        line = json.dumps({"said": str(said), "environment": environment, **wanted})
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, "the process that forks the runs died"
        return Run(int(answer), said.read_text())


@contextmanager
def staged(module: str, now: str) -> Iterator[Stage]:
    """The stage of a module that calls ``serve``, at a fixed moment."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "EVENTWIRE_NOW": now}
    environment.pop("EVENTWIRE_KILL_AT", None)
    with subprocess.Popen(
        [sys.executable, "-m", module],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Stage(process)
        assert process.stdin is not None
        process.stdin.close()


def serve(work: Callable[[dict[str, Any]], None]) -> None:
    """Forks one run for each line of standard input and answers with its exit status."""
    for line in sys.stdin:
        print(_forked(work, json.loads(line)), flush=True)


def _forked(work: Callable[[dict[str, Any]], None], wanted: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        said = os.open(wanted["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.environ.update(wanted["environment"])
        settings.cache_clear()
        status = 1
        try:
            work(wanted)
            status = 0
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
