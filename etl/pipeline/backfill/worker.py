"""A process that reads archives for a backfill: a line of JSON on its standard input is a job, one it prints an answer.

A process of its own rather than a thread or a task: its main thread can end a page that takes too long, what a parser
leaks goes with it, and it can be killed without harm. It ends by itself when it has grown or has read enough, and when
nobody asks any more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import IO, Any

from etl.errors import EventwireError, GiveUp, Misconfigured, RetryLater
from etl.pipeline.backfill.unit import Job, read_unit

# Importing the readers takes two seconds; an archive of CC-NEWS takes a quarter of an hour.
UNITS_EACH = 20
# Reading takes 250 MB; what is above it is leaked or held for no use.
MOST_BYTES = 800_000_000
_KINDS: dict[str, type[EventwireError]] = {kind.__name__: kind for kind in (GiveUp, Misconfigured, RetryLater)}


class WorkerDied(RetryLater):
    """The process that read an archive was killed or crashed; the archive can be read again."""


def answer(line: str) -> dict[str, Any]:
    """What came of one job."""
    try:
        return {"counts": read_unit(Job.from_json(line))}
    except EventwireError as error:
        return tell(error)


def tell(error: EventwireError) -> dict[str, Any]:
    """An error as JSON, by the class that says what to do next."""
    kind = next((name for name, known in _KINDS.items() if isinstance(error, known)), "GiveUp")
    return {"error": kind, "message": str(error)}


def raise_told(told: dict[str, Any]) -> dict[str, int]:
    """The counts of an answer, or the error that it tells of."""
    if "error" in told:
        raise _KINDS[told["error"]](told["message"])
    return dict(told["counts"])


class Worker:
    """A process that reads archives, started when first asked and again when it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._busy = threading.Lock()
        self._stopped = False

    def read(self, job: Job) -> dict[str, int]:
        """As ``read_unit``.

        Raises:
            WorkerDied: the process ended without an answer.
        """
        with self._busy:
            return self._read(job)

    def _read(self, job: Job) -> dict[str, int]:
        if self._stopped:
            raise RetryLater(f"{job.archive} was not read, because the run ended. Run the same command again.")
        process = self._process
        if process is None or process.poll() is not None:
            command = [sys.executable, "-c", "from etl.pipeline.backfill.worker import main; main()"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
            self._process = process
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(job.as_json() + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            status = process.wait()
            self._process = None
            raise WorkerDied(f"the process that read {job.archive} died (status {status}). Run the same command again.")
        told = json.loads(line)
        if told.pop("last", False):
            self.close()
        return raise_told(told)

    def close_if_idle(self) -> None:
        """End the process unless it reads."""
        if self._busy.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._busy.release()

    def stop(self) -> None:
        """End the process at once and for good; what it read in part is read again by the next run."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process when it has answered."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None and process.stdout is not None
            try:
                process.stdin.close()
                process.wait(30)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                process.kill()
                process.wait()
            process.stdout.close()


def serve(questions: IO[str], answers: IO[str]) -> None:
    """Answer jobs until there are no more, or it is time for a new process."""
    import psutil

    own = psutil.Process()
    for number, line in enumerate(questions, 1):
        told = answer(line)
        told["last"] = number >= UNITS_EACH or own.memory_info().rss > MOST_BYTES
        answers.write(json.dumps(told) + "\n")
        answers.flush()
        if told["last"]:
            return


def main() -> None:
    """Standard output is the answers' alone: what a library prints goes to standard error."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        serve(sys.stdin, answers)
