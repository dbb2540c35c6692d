"""Pins how accurate the coder has to be on the bundled gold, and which gold that is.

    python -m tests.gold.pin                             after the coder has improved, or the gold has changed
    EVENTWIRE_LOWER_FLOOR=1 python -m tests.gold.pin     to lower a floor; CHANGELOG.md must name it first

Decides where a floor stands and when it may go down; measures with ``etl.evaluate`` only.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path

import yaml

from etl.evaluate import Report, evaluate, newsroom_gold
from etl.newsroom.content import ROOM
from etl.settings import ROOT

HERE = Path(__file__).resolve().parent
GOLD = HERE / "newsroom"
FLOORS = HERE / "floors.yml"
CHANGELOG = ROOT / "CHANGELOG.md"
FLAG = "EVENTWIRE_LOWER_FLOOR"
# One of about 60 mentions is 1.7 points: one may be lost to a change that is better elsewhere, two may not.
MARGIN = 0.02
HEAD = """# Least figures of the coder on the bundled gold, and the hash of that gold and its articles.
# Written by `python -m tests.gold.pin`; to lower one set EVENTWIRE_LOWER_FLOOR=1 and name it in CHANGELOG.md.
"""


class Refused(Exception):
    """A floor would go down without the flag or without a line in the changelog."""


@dataclass(frozen=True)
class Pinned:
    """What floors.yml holds."""

    gold_sha256: str
    floors: Mapping[str, float]


def measure() -> dict[str, float]:
    """The coder's figures on the gold, each between 0 and 1, more is better."""
    from etl.code.coder import RuleCoder

    wanted = newsroom_gold(GOLD)
    report = evaluate(wanted, RuleCoder().code(g.article for g in wanted))
    return figures(report, sum(1 for g in wanted if not g.events))


def figures(report: Report, eventless: int) -> dict[str, float]:
    """The figures that have a floor; ``eventless`` is the number of articles that report no event."""
    return {
        "mention_precision": report.strict.precision,
        "mention_recall": report.strict.recall,
        "mention_precision_lenient": report.lenient.precision,
        "mention_recall_lenient": report.lenient.recall,
        "claims_f1": report.claims.f1,
        "eventless_articles_left_alone": 1 - len(report.false_alarms) / eventless if eventless else 1.0,
    }


def gold_hash(folders: tuple[Path, ...] = (GOLD, ROOM / "articles")) -> str:
    """SHA-256 over names and bytes of the gold and of the articles it is about."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".yml", ".md")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def load(path: Path = FLOORS) -> Pinned:
    """The pinned floors."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Pinned(raw["gold_sha256"], raw["floors"])


def named_in_changelog(name: str, value: float, changelog: Path = CHANGELOG) -> bool:
    """Whether a line of the changelog says that this floor went down to this value."""
    text = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
    return re.search(rf"^.*\b{re.escape(name)}\b.*\b{value:.2f}\b.*$", text, re.MULTILINE) is not None


def floors_for(
    measured: Mapping[str, float], old: Mapping[str, float], lower: bool, changelog: Path = CHANGELOG
) -> dict[str, float]:
    """New floors: ``MARGIN`` below what was measured, never below the old ones but on purpose.

    Raises:
        Refused: a figure fell below its floor and the flag or the line of the changelog is missing.
    """
    new = {}
    for name, value in measured.items():
        wanted = max(0.0, floor((value - MARGIN) * 100 + 1e-9) / 100)
        was = old.get(name, 0.0)
        if value >= was:
            new[name] = max(wanted, was)
            continue
        if not lower:
            raise Refused(f"{name} is {value:.3f}, below its floor {was:.2f}. Make the coder better, or set {FLAG}=1.")
        if not named_in_changelog(name, wanted, changelog):
            raise Refused(f"write a line in {changelog.name} that says why the floor {name} goes down to {wanted:.2f}.")
        new[name] = wanted
    return new


def write(gold_sha256: str, floors: Mapping[str, float], path: Path = FLOORS) -> None:
    """Write floors.yml."""
    body = yaml.safe_dump({"gold_sha256": gold_sha256, "floors": dict(floors)}, sort_keys=False)
    path.write_text(HEAD + body, encoding="utf-8")


def main() -> int:
    """Measure and pin; exit code 1 where that is refused."""
    measured = measure()
    old = load().floors if FLOORS.is_file() else {}
    try:
        new = floors_for(measured, old, os.environ.get(FLAG) == "1")
    except Refused as why:
        print(why, file=sys.stderr)
        return 1
    write(gold_hash(), new)
    for name, value in measured.items():
        print(f"{name:32} measured {value:.3f}  floor {old.get(name, 0.0):.2f} -> {new[name]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
