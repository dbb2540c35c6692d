"""One measurement: code the gold's texts, count, and write what came out.

Decides which parts are measured and in what order; the test part only where it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from etl.errors import Misconfigured
from etl.evaluate.clusters import merged
from etl.evaluate.gold import Gold, newsroom_gold, open_gold
from etl.evaluate.match import Rate
from etl.evaluate.measure import Part, measure
from etl.evaluate.report import Report, evaluate
from etl.model import Coding

PARTS = ("newsroom", "train", "test")
Bars = Callable[[str, int], Callable[[int], None] | None]


@dataclass
class Measured:
    """What one measurement found.

    Attributes:
        newsroom: the figures on columns of the newsroom's events, where that part was measured.
        eventless: how many of the newsroom's articles report no event.
    """

    coder_version: str
    parts: dict[str, Part] = field(default_factory=dict)
    newsroom: Report | None = None
    eventless: int = 0

    def lines(self, errors: bool) -> list[str]:
        """The figures as a person reads them; the differences from the gold after them where asked for."""
        told = [f"coder {self.coder_version}"]
        for part in self.parts.values():
            told += part.lines()
        if self.newsroom is not None:
            told += ["newsroom, by column:", *self.newsroom.lines()]
        if errors:
            for part in self.parts.values():
                told += [
                    f"{e.text_id}: {e.cause}: {e.given!r} for {e.wanted!r}" + (f" [{e.quote}]" if e.quote else "")
                    for e in part.errors
                ]
            told += self.newsroom.errors if self.newsroom else []
        return told

    def as_json(self) -> str:
        """Figures, breakdowns and errors as one JSON object."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """What ``as_json`` writes."""
        return {"coder_version": self.coder_version, "parts": {n: _part(p) for n, p in self.parts.items()}}

    def as_html(self) -> str:
        """The error report as one page."""
        from etl.evaluate.page import page

        return page(self.coder_version, self.parts)

    def write_readme(self, path: Path) -> None:
        """Rewrite the accuracy block of a page.

        Raises:
            Misconfigured: the newsroom's articles, which the block opens with, were not measured.
        """
        from etl import accuracy

        if self.newsroom is None:
            raise Misconfigured(
                "the block shows the newsroom's figures too. Measure with --part newsroom or --part all."
            )
        opened = {n: p for n, p in self.parts.items() if n != "newsroom"}
        articles = self.parts["newsroom"].texts
        accuracy.write(path, accuracy.block(self.newsroom, articles, self.eventless, opened))


def run(part: str, folder: Path, limit: int | None = None, bars: Bars | None = None) -> Measured:
    """Code gold texts with the bundled coder and measure its answers.

    Args:
        part: one of ``PARTS``, or ``all``.
        folder: the folder that holds ``newsroom`` and ``open``.
        limit: about so many texts of each part, evenly spread; None for all.
        bars: opens a progress bar of a name and a total.

    Raises:
        Misconfigured: there is no such gold.
    """
    from etl.code.coder import RuleCoder

    coder = RuleCoder()
    done = Measured(coder.version)
    for name in PARTS if part == "all" else (part,):
        golds = gold_of(name, folder)
        golds = golds[:: max(1, len(golds) // limit)] if limit else golds
        move = bars(name, len(golds)) if bars else None
        codings: list[Coding] = []
        for coding in coder.code(g.article for g in golds):
            codings.append(coding)
            if move:
                move(1)
        done.parts[name] = measure(name, golds, codings)
        if name == "newsroom":
            done.newsroom = evaluate(golds, codings)
            done.parts[name].clusters = merged(golds, codings)
            done.eventless = sum(1 for g in golds if not g.events)
    return done


def gold_of(part: str, folder: Path) -> list[Gold]:
    """The texts of one part."""
    newsroom = folder / "newsroom"
    if part == "newsroom":
        found = newsroom_gold(newsroom) if newsroom.is_dir() else []
    else:
        found = open_gold(folder / "open", part)
    if not found:
        raise Misconfigured(f"there is no gold in {folder}. Run in a clone of the repository, or name it with --gold.")
    return found


def _part(part: Part) -> dict[str, Any]:
    def table(rates: dict[str, Rate]) -> dict[str, Any]:
        return {name: rate.as_dict() for name, rate in sorted(rates.items())}

    return {
        "texts": part.texts,
        "events": part.events,
        "figures": {name: round(value, 4) for name, value in part.figures().items()},
        "levels": table(part.levels),
        "claims": part.claims.as_dict(),
        "tolls_found": part.tolls_found.as_dict(),
        "tolls_all": part.tolls_all.as_dict(),
        "left_alone": part.left_alone.as_dict(),
        "left_alone_by_reason": table(part.reasons),
        "quotes": part.quotes.as_dict(),
        "failed": dict(part.failed),
        "rules_broken": part.rules,
        "by": {dimension: table(rates) for dimension, rates in part.by.items()},
        "causes": dict(part.causes.most_common()),
        "confused": [{"wanted": a, "given": b, "times": n} for (a, b), n in part.confused.most_common()],
        "reliability": [asdict(b) for b in part.reliability],
        "calibration_error": round(part.calibration_error, 4),
        "clusters": part.clusters.as_dict() if part.clusters else None,
        "errors": [asdict(e) for e in part.errors],
    }
