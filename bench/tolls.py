"""Ways to read how many died, side by side: ``python -m bench.tolls [IN OUT]``.

On the gold's train part and the newsroom, of the events whose type, day and place are found: how often the number of
dead is exact, where figures come from the parse alone, from fixed phrases alone, from both, and from both with the
figures of several speakers taken as accounts of one toll. With IN (articles as ``eventwire code`` reads them) and OUT
(a folder), instead: IN coded in each way, ``OUT/1.jsonl`` to ``OUT/4.jsonl``, for a scorer of gold by other hands.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.code import code_lines, counts, shares
from etl.evaluate.run import run
from etl.settings import ROOT

GOLD = ROOT / "tests" / "gold"


@contextmanager
def changed(module: Any, **values: Any) -> Iterator[None]:
    """Attributes of a module set for a while."""
    before = {name: getattr(module, name) for name in values}
    try:
        for name, value in values.items():
            setattr(module, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)


def main() -> None:
    """Print one line for each way."""
    attributed = shares._attributed

    def alone(toll: counts.Toll, *_: Any) -> counts.Toll:
        return replace(toll, said_by="")

    ways: dict[str, dict[Any, dict[str, Any]]] = {
        "parse alone": {counts: {"PHRASES": ()}, shares: {"_attributed": alone}},
        "phrases alone": {counts: {"CUES": {}}, shares: {"_attributed": alone}},
        "both": {counts: {}, shares: {"_attributed": alone}},
        "both, by who gives them": {counts: {}, shares: {"_attributed": attributed}},
    }
    for number, (name, changes) in enumerate(ways.items(), 1):
        with changed(counts, **changes[counts]), changed(shares, **changes[shares]):
            told = _coded(Path(sys.argv[1]), Path(sys.argv[2]), number) if len(sys.argv) > 2 else _gold()
        print(f"{name:26} {told}", flush=True)


def _gold() -> str:
    told = []
    for part in ("train", "newsroom"):
        found = run(part, GOLD).as_dict()["parts"][part]["tolls_found"]
        told.append(f"{part} {found['precision']:.3f} ({found['right']}/{found['given']})")
    return "   ".join(told)


def _coded(source: Path, folder: Path, number: int) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"{number}.jsonl"
    articles = (json.loads(line) for line in source.read_text(encoding="utf-8").splitlines())
    lines = (json.dumps(answer, ensure_ascii=False) for answer in code_lines(articles))
    output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(output)


if __name__ == "__main__":
    main()
