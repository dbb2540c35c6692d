"""A small fixed sample of the measuring corpora, where they are on the machine: their scorer's rows as figures.

The corpora's texts belong to others and are no part of the project. ``EVENTWIRE_MEASURING`` names a folder that holds
``corpora/`` and ``score/score.py``; by default ``shared`` beside the project.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from etl.settings import ROOT

FOLDER = Path(os.environ.get("EVENTWIRE_MEASURING", ROOT.parent / "shared"))
# Documents of each corpus: about a minute of work, and enough for each row to rest on dozens of decisions.
SAMPLE = 60
ROWS = {
    "muc4": ("all templates F", "relevance F1", "type F", "date F", "location F", "perp_org F", "target F"),
    "case2021_task2": ("sub-event weighted F1",),
    "geo": (
        "gwn recognition exact + nationalities F1",
        "gwn Acc@161km given recognised",
        "lgl Acc@161km given recognised",
        "trnews Acc@161km given recognised",
    ),
}


def absent() -> str:
    """Why the corpora cannot be measured here, or "" where they can."""
    missing = [p for p in (FOLDER / "score" / "score.py", *map(_file, ROWS)) if not p.is_file()]
    return f"there is no {missing[0]}; EVENTWIRE_MEASURING can name another folder" if missing else ""


def sha256(corpus: str) -> str:
    """The hash of a corpus file."""
    return hashlib.sha256(_file(corpus).read_bytes()).hexdigest()


@cache
def measure() -> dict[str, dict[str, float]]:
    """The scorer's rows on the sample: corpus -> metric -> value."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.json"
        subprocess.run(
            [
                *(sys.executable, str(FOLDER / "score" / "score.py"), str(FOLDER / "corpora")),
                *("--only", ",".join(ROWS), "--split", "dev", "--limit", str(SAMPLE), "--brief", "--json", str(out)),
                *("--system", f"{sys.executable} -m etl.cli code {{in}} -o {{out}}"),
            ],
            check=True,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    values = {(row["corpus"], row["metric"]): row["value"] for row in rows}
    return {corpus: {name: float(values[corpus, name]) for name in names} for corpus, names in ROWS.items()}


def _file(corpus: str) -> Path:
    return FOLDER / "corpora" / f"{corpus}.jsonl"
