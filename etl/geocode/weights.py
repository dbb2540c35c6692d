"""The weights of the observations on names, fitted once (see ``schemas/gazetteer/README.md``)."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from functools import cache

from etl.errors import Misconfigured
from etl.settings import SCHEMAS

PATH = SCHEMAS / "gazetteer" / "name_weights.csv"
SURE = 0.02
"""Weights smaller than this are left out of the table; fifty of them would not change a decision."""


def weigh(observations: Iterable[str], tagged: bool) -> float:
    """How much speaks for a place's name, as the logarithm of the odds.

    Args:
        observations: as ``Evidence.of`` gives them.
        tagged: whether the text has been tagged; an untagged one has weights of its own.
    """
    table = _tables()[tagged]
    # Exact, so that the order in which a set gives its members does not matter.
    return math.fsum((table[""], *(table.get(key, 0.0) for key in observations)))


@cache
def _tables() -> tuple[dict[str, float], dict[str, float]]:
    """Weights without and with the tagger."""
    try:
        with PATH.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        plain = {row["observation"]: float(row["plain"]) for row in rows if row["plain"]}
        return plain, {row["observation"]: float(row["tagged"]) for row in rows if row["tagged"]}
    except (OSError, KeyError, ValueError) as error:
        raise Misconfigured(f"cannot read {PATH}: restore the file from the repository and run again.") from error
