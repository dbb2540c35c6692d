"""``build`` in a process of its own, with a coder that knows its articles: what the kill tests start and kill.

Started once, it imports everything and then forks one process for each line of its standard input, so that dozens of
killed runs pay for the imports once. A line is a JSON object with ``articles``, ``lake``, ``release``, ``upto``
(``tables`` stops before publishing), ``environment`` and ``said`` (the file for what the run prints); the answer is a
line with the exit status as ``subprocess`` tells it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

from etl.store import open_lake
from tests.merge.mentions import CITY, JETS, HandCoder, killed, line, mention, says

TOLD = {
    "a": [mention(**killed(5)), mention(where=CITY)],
    "b": [mention(**killed(3), claims=(says("the army", "party", "deny", "occurrence", None),))],
    "c": [mention(one=JETS, day=date(2024, 5, 2))],
    "d": [mention(day=None)],
}
LINES = [*(line(d) for d in "abcde"), {"doc_id": "broken"}]


def write_articles(path: Path) -> Path:
    """The articles that ``TOLD`` knows, one that reports nothing, and a line that is none."""
    path.write_text("".join(json.dumps(row) + "\n" for row in LINES), encoding="utf-8")
    return path


# The package exports a function of the module's name.
build_module = importlib.import_module("etl.pipeline.build")
# What a build imports late.
importlib.import_module("etl.publish")
importlib.import_module("expectations.suites")


def build(wanted: dict[str, Any]) -> None:
    """One run; prints what ``build`` prints."""
    if wanted["upto"] == "tables":

        class Unpublished:
            version, path = "none", ""

        build_module.publish_release = lambda *_: Unpublished
    lake = open_lake(wanted["lake"])
    print(json.dumps(build_module.build(Path(wanted["articles"]), lake, wanted["release"], coder=HandCoder(TOLD))))


def forked(wanted: dict[str, Any]) -> int:
    """Exit status of one run in a process of its own; minus the signal where one killed it."""
    child = os.fork()
    if child == 0:
        said = os.open(wanted["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.environ.update(wanted["environment"])
        status = 1
        try:
            build(wanted)
            status = 0
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    for line_ in sys.stdin:
        print(forked(json.loads(line_)), flush=True)
