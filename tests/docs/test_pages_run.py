"""The code on the pages runs: every block under ``<!-- run -->``, in its order, on small releases made here."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from etl.newsroom import load_pieces, piece_text
from etl.settings import ROOT

pytestmark = pytest.mark.slow

BLOCK = re.compile(r"<!-- run -->\n```(shell|python|sql)\n(.*?)^```", re.M | re.S)
# A strike that is denied, and one more country: enough for every query of the pages to have something to say.
PIECES = (
    "sahel-ledger/niafunke-market-strike",
    "lantern-monitor/niafunke-attack-on-market",
    "left-bank-post/kharkiv-missile-strike",
)


def blocks(page: str) -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


def run(kind: str, code: str, folder: Path) -> str:
    """Output of one block, run in ``folder``; fails with what it printed."""
    if kind == "sql":
        with duckdb.connect(str(folder / "var/release/latest/eventwire.duckdb"), read_only=True) as db:
            db.execute(f"SET file_search_path = '{folder}'")
            answers = [db.execute(statement).fetchall() for statement in db.extract_statements(code)]
        return "\n".join(str(a) for a in answers)
    command = ["bash", "-euo", "pipefail", "-c", code] if kind == "shell" else [sys.executable, "-c", code]
    paths = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    own = {k: v for k, v in os.environ.items() if k not in ("EVENTWIRE_LAKE", "EVENTWIRE_RELEASE")}
    done = subprocess.run(command, cwd=folder, env=own | paths, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake and a release of a few articles of the newsroom."""
    folder = tmp_path_factory.mktemp("loading")
    wanted = [p for p in load_pieces() if p.key in PIECES]
    assert len(wanted) == len(PIECES)
    lines = [
        {
            "doc_id": p.key,
            "text": piece_text(p),
            "title": p.title,
            "published_at": p.published,
            "source": p.outlet,
            "url": f"https://example.org/{p.key}",
        }
        for p in wanted
    ]
    (folder / "articles.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    run("shell", "eventwire build articles.jsonl --lake var/lake --release var/release", folder)
    return folder


@pytest.mark.parametrize("number", range(len(blocks("docs/loading.md"))))
def test_the_code_on_loading_runs(number: int, released: Path):
    kind, code = blocks("docs/loading.md")[number]
    assert run(kind, code, released).strip()


def test_the_tutorial_runs_and_ends_where_it_says(tmp_path: Path):
    said = [run(kind, code, tmp_path) for kind, code in blocks("docs/tutorial.md")]
    assert "Unidentified Military Forces" not in said[0] and "revision 1" in said[0]
    assert "Unidentified Military Forces" in said[1] and "revision 2" in said[1]
    assert "attributed_denied" in said[1]
    friday = said[3]
    assert "Military Forces of Mali (2021-)" in friday and "Unidentified" not in friday
    assert "actor1" in said[4]
    assert "revised 1" in said[5] and "dispute_changed" in said[5] and said[5].endswith("MLI1  revision 1\n")
    assert "unidentified_not_claimed" in said[6]
    assert "rules held" in said[7]
