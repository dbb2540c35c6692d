"""``build`` in a process of its own, with a coder that knows its articles: what the kill tests start and kill.

A run is told ``articles``, ``lake``, ``release`` and ``upto`` (``tables`` stops before publishing).
"""

from __future__ import annotations

import importlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from etl.store import open_lake
from tests.forking import serve
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


if __name__ == "__main__":
    serve(build)
