"""How sure a mention is, as a number.

A logistic function over a handful of features of how the mention was read. The weights are in
``schemas/lexicon/confidence.yml`` so that calibration on gold data changes a file and no code.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import yaml

from etl.settings import SCHEMAS


@cache
def weights() -> dict[str, float]:
    """Weight of each feature, ``bias`` included."""
    raw: dict[str, Any] = yaml.safe_load((SCHEMAS / "lexicon" / "confidence.yml").read_text(encoding="utf-8"))
    return {str(k): float(v) for k, v in raw["weights"].items()}


def confidence(features: dict[str, float]) -> float:
    """Probability that a mention is a real event of its type.

    Args:
        features: name -> value, 0 to 1; names are those of the file.

    >>> 0 < confidence({}) < confidence({"dated": 1.0, "placed": 1.0}) < 1
    True
    """
    known = weights()
    total = known["bias"] + sum(known[name] * value for name, value in features.items())
    return round(1 / (1 + math.exp(-total)), 4)
