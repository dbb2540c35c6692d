"""Pins how accurate the coder has to be on the gold, and which gold that is.

    python -m tests.gold.pin                             newsroom and train part: after the coder has improved, or the
                                                         gold has changed
    python -m tests.gold.pin --part test                 the closed part: once a version, after its last change
    python -m tests.gold.pin --part corpora              the measuring corpora, where they are on the machine
    EVENTWIRE_LOWER_FLOOR=1 python -m tests.gold.pin     to lower a floor; CHANGELOG.md must name it first

Decides where a floor stands and when it may go down; measures with ``etl.evaluate`` and, on the corpora, with their own
scorer.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor
from pathlib import Path
from typing import Any

import yaml

from etl.evaluate import Part, Report, evaluate, measure, newsroom_gold, open_gold
from etl.newsroom.content import ROOM
from etl.settings import ROOT
from tests.gold import corpora

HERE = Path(__file__).resolve().parent
GOLD = HERE / "newsroom"
OPEN = HERE / "open"
PARTS = ("train", "test")
FLOORS = HERE / "floors.yml"
CHANGELOG = ROOT / "CHANGELOG.md"
FLAG = "EVENTWIRE_LOWER_FLOOR"
# One of about 60 mentions is 1.7 points: one may be lost to a change that is better elsewhere, two may not.
MARGIN = 0.02
# What must hold for every answer has no margin once it does.
ALWAYS = frozenset({"quotes_to_the_letter", "rules_kept", "texts_read"})
# A corpus sample gives a figure some dozens of decisions: one of thirty may go.
CORPUS_MARGIN = 0.04
HEAD = """# Least figures of the coder on the gold and on samples of measuring corpora, and the hashes of these texts.
# Written by `python -m tests.gold.pin`; to lower one set EVENTWIRE_LOWER_FLOOR=1 and name it in CHANGELOG.md.
"""


class Refused(Exception):
    """A floor would go down without the flag or without a line in the changelog."""


@dataclass(frozen=True)
class Pinned:
    """What floors.yml holds.

    Attributes:
        gold_sha256: hash of the newsroom's gold and articles; ``floors`` belong to it.
        open_sha256: hash of the open gold; ``parts`` holds the floors of those of its parts that are pinned.
        corpora: by corpus its hash and its floors.
    """

    gold_sha256: str
    floors: Mapping[str, float]
    open_sha256: str = ""
    parts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    corpora: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def all_floors(self) -> dict[str, float]:
        """Every floor by its full name: ``claims_f1``, ``train.claims_f1``, ``muc4.relevance F1``."""
        found = dict(self.floors)
        for part, floors in self.parts.items():
            found |= {f"{part}.{name}": value for name, value in floors.items()}
        for corpus, pinned in self.corpora.items():
            found |= {f"{corpus}.{name}": value for name, value in pinned["floors"].items()}
        return found


def measure_part(part: str) -> dict[str, float]:
    """The coder's figures on a part of the open gold."""
    from etl.code.coder import RuleCoder

    wanted = open_gold(OPEN, part)
    found: Part = measure(part, wanted, list(RuleCoder().code(g.article for g in wanted)))
    return found.figures()


def measure_newsroom() -> dict[str, float]:
    """The coder's figures on the newsroom's gold, each between 0 and 1, more is better."""
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


def gold_hash(
    folders: tuple[Path, ...] = (GOLD, ROOM / "articles"), suffixes: tuple[str, ...] = (".yml", ".md")
) -> str:
    """SHA-256 over names and bytes of the gold, by default the newsroom's and of the articles it is about."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in suffixes):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def load(path: Path = FLOORS) -> Pinned:
    """The pinned floors."""
    return read(path.read_text(encoding="utf-8"))


def read(text: str) -> Pinned:
    """What a floors.yml of this or an earlier commit pins."""
    raw = yaml.safe_load(text)
    opened = raw.get("open", {})
    return Pinned(
        raw["gold_sha256"], raw["floors"], opened.get("sha256", ""), opened.get("parts", {}), raw.get("corpora", {})
    )


def open_hash() -> str:
    """The hash of the open gold's texts and labels."""
    return gold_hash((OPEN,), (".jsonl",))


def named_in_changelog(name: str, value: float, changelog: Path = CHANGELOG) -> bool:
    """Whether a line of the changelog says that this floor went down to this value."""
    text = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
    return re.search(rf"^.*(?<![\w.]){re.escape(name)}(?!\w).*\b{value:.2f}\b.*$", text, re.MULTILINE) is not None


def floors_for(
    measured: Mapping[str, float],
    old: Mapping[str, float],
    lower: bool,
    changelog: Path = CHANGELOG,
    margin: float = MARGIN,
    prefix: str = "",
) -> dict[str, float]:
    """New floors: ``margin`` below what was measured, never below the old ones but on purpose.

    Raises:
        Refused: a figure fell below its floor and the flag or the line of the changelog is missing.
    """
    new = {}
    for name, value in measured.items():
        wanted = 1.0 if name in ALWAYS and value == 1 else max(0.0, floor((value - margin) * 100 + 1e-9) / 100)
        was = old.get(name, 0.0)
        if value >= was:
            new[name] = max(wanted, was)
            continue
        if not lower:
            raise Refused(
                f"{prefix}{name} is {value:.3f}, below its floor {was:.2f}. Make the coder better, or set {FLAG}=1."
            )
        if not named_in_changelog(prefix + name, wanted, changelog):
            raise Refused(
                f"write a line in {changelog.name} that says why the floor {prefix}{name} goes down to {wanted:.2f}."
            )
        new[name] = wanted
    return new


def write(pinned: Pinned, path: Path = FLOORS) -> None:
    """Write floors.yml."""
    body: dict[str, Any] = {"gold_sha256": pinned.gold_sha256, "floors": dict(pinned.floors)}
    if pinned.parts:
        body["open"] = {
            "sha256": pinned.open_sha256,
            "parts": {n: dict(pinned.parts[n]) for n in PARTS if n in pinned.parts},
        }
    if pinned.corpora:
        body["corpora"] = {name: dict(one) for name, one in sorted(pinned.corpora.items())}
    path.write_text(HEAD + yaml.safe_dump(body, sort_keys=False), encoding="utf-8")


def pin(wanted: list[str], old: Pinned, lower: bool) -> Pinned:
    """The floors anew for some of ``newsroom``, ``train``, ``test`` and ``corpora``; the others stay.

    Raises:
        Refused: a floor would go down without leave.
    """
    gold, floors, parts, samples = old.gold_sha256, dict(old.floors), dict(old.parts), dict(old.corpora)
    if "newsroom" in wanted:
        gold, floors = gold_hash(), _told("", measure_newsroom(), old.floors, lower)
    for part in PARTS:
        if part in wanted:
            parts[part] = _told(f"{part}.", measure_part(part), old.parts.get(part, {}), lower)
    if "corpora" in wanted:
        for corpus, found in corpora.measure().items():
            was = samples.get(corpus, {}).get("floors", {})
            new = _told(f"{corpus}.", found, was, lower, CORPUS_MARGIN)
            samples[corpus] = {"sha256": corpora.sha256(corpus), "sample": corpora.SAMPLE, "floors": new}
    return Pinned(gold, floors, open_hash() if parts else "", parts, samples)


def _told(
    prefix: str, measured: Mapping[str, float], old: Mapping[str, float], lower: bool, margin: float = MARGIN
) -> dict[str, float]:
    new = floors_for(measured, old, lower, margin=margin, prefix=prefix)
    for name, value in measured.items():
        print(f"{prefix + name:44} measured {value:.3f}  floor {old.get(name, 0.0):.2f} -> {new[name]:.2f}")
    return new


def main() -> int:
    """Measure and pin; exit code 1 where that is refused."""
    arguments = argparse.ArgumentParser(description="Pin the floors of the accuracy gate.")
    arguments.add_argument("--part", action="append", choices=["newsroom", *PARTS, "corpora"])
    wanted = arguments.parse_args().part or ["newsroom", "train"]
    if "corpora" in wanted and corpora.absent():
        print(corpora.absent(), file=sys.stderr)
        return 1
    old = load() if FLOORS.is_file() else Pinned("", {})
    try:
        write(pin(wanted, old, os.environ.get(FLAG) == "1"))
    except Refused as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
