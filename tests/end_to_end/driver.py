"""``build`` in a process of its own, with a coder that knows its articles: what the kill tests start and kill.

Arguments: the articles, the lake, the release folder, and ``tables`` to stop before publishing.
"""

from __future__ import annotations

import importlib
import json
import sys
from datetime import date
from pathlib import Path

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


if __name__ == "__main__":
    source, lake, release, upto = sys.argv[1:]
    # The package exports a function of the module's name.
    build_module = importlib.import_module("etl.pipeline.build")
    if upto == "tables":

        class Unpublished:
            version, path = "none", ""

        build_module.publish_release = lambda *_: Unpublished
    print(json.dumps(build_module.build(Path(source), open_lake(lake), release, coder=HandCoder(TOLD))))
