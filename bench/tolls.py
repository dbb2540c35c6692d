"""Ways to read how many died, side by side: ``python -m bench.tolls``.

On the gold's train part and the newsroom, of the events whose type, day and place are found: how often the number of
dead is exact, where figures come from the parse alone, from fixed phrases alone, from both, and from both with the
figures of several speakers taken as accounts of one toll.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from etl.code import counts, shares
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
    for name, changes in ways.items():
        told = []
        with changed(counts, **changes[counts]), changed(shares, **changes[shares]):
            for part in ("train", "newsroom"):
                found = run(part, GOLD).as_dict()["parts"][part]["tolls_found"]
                told.append(f"{part} {found['precision']:.3f} ({found['right']}/{found['given']})")
        print(f"{name:26} {'   '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
