"""Fit the weights of ``confidence`` on the train part of the open gold, and write them with what they are worth.

    python -m etl.evaluate.calibrate      or  make calibrate

A mention is right where its sub-event type, day and place are. The weights are those of a logistic regression on the
features that the coder gives; how hard it is held back is chosen by cross-validation over texts, and the figures in
the file are those of mentions that the weights were not fitted on. Run it after the coder has changed. Decides nothing
about which features there are.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
import yaml

from etl.code import assemble
from etl.code.coder import RuleCoder
from etl.code.learned import judge
from etl.evaluate.gold import open_gold
from etl.evaluate.match import pairs, same_event
from etl.evaluate.measure import reliability
from etl.settings import ROOT, SCHEMAS

FILE = SCHEMAS / "lexicon" / "confidence.yml"
GOLD = ROOT / "tests" / "gold" / "open"
FOLDS = 5
HOLDS = (0.3, 1.0, 3.0, 10.0, 30.0)
"""Strengths of the pull towards nought that are tried: from next to none to that of a few dozen mentions."""
STEPS = 50
"""Newton's method needs about eight."""

HEAD = """# Weights of the logistic function in etl/code/confidence.py. Features are 0 or 1 except "acts": the share
# of five acts that tell of it. Written by `python -m etl.evaluate.calibrate`; "fitted" says on what, and how well it
# holds for mentions that were left out of the fit: docs/codebook.md, "Confidence".
"""


Floats = npt.NDArray[np.float64]


def observations() -> tuple[list[dict[str, float]], list[bool], list[str]]:
    """The features of every mention of the train part, whether it is right, and the text it is from."""
    seen: list[dict[str, float]] = []

    def number(features: dict[str, float]) -> float:
        """Stands in for the function of the coder, which passes a confidence on untouched: the place in the list."""
        seen.append(features)
        return float(len(seen) - 1)

    golds = open_gold(GOLD, "train")
    features, right, texts = [], [], []
    # The learned stage knows these texts by heart; the rules alone are as often right on them as both are on others.
    with patch.object(assemble, "confidence", number), patch.object(judge, "encoder", lambda: None):
        codings = list(RuleCoder().code(g.article for g in golds))
    for one, coding in zip(golds, codings, strict=True):
        hits = {i for i, _ in pairs(coding.mentions, one.events, lambda m, e: float(same_event(m, e)), 1.0)}
        for i, mention in enumerate(coding.mentions):
            features.append(seen[int(mention.confidence)])
            right.append(i in hits)
            texts.append(one.article.doc_id)
    return features, right, texts


def fit(x: Floats, y: Floats, hold: float) -> Floats:
    """Weights, the bias first, of a logistic regression whose weights (not the bias) are pulled towards nought.

    >>> x = np.array([[0.0], [0.0], [1.0], [1.0]])
    >>> w = fit(x, np.array([0.0, 0.0, 1.0, 1.0]), 1.0)
    >>> bool(w[0] < 0 < w[1])
    True
    """
    full = np.hstack([np.ones((len(x), 1)), x])
    pull = np.diag([1e-6, *[hold] * x.shape[1]])
    w: Floats = np.zeros(full.shape[1])
    for _ in range(STEPS):
        p = _sure(full, w)
        step = np.linalg.solve((full * (p * (1 - p))[:, None]).T @ full + pull, full.T @ (y - p) - pull @ w)
        w = w + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return w


def _sure(full: Floats, w: Floats) -> Floats:
    p: Floats = 1 / (1 + np.exp(-np.clip(full @ w, -30, 30)))
    return p


def left_out(x: Floats, y: Floats, texts: Sequence[str], hold: float) -> Floats:
    """The confidence of every mention by weights fitted on the other folds; a text is in one fold."""
    fold = np.array([int(hashlib.sha256(f"fold {t}".encode()).hexdigest(), 16) % FOLDS for t in texts])
    told: Floats = np.zeros(len(y))
    full = np.hstack([np.ones((len(x), 1)), x])
    for n in range(FOLDS):
        inside = fold == n
        if inside.any():
            told[inside] = _sure(full[inside], fit(x[~inside], y[~inside], hold))
    return told


def surprise(p: Floats, y: Floats) -> float:
    """Mean negative log likelihood."""
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


def calibrate(features: Sequence[dict[str, float]], right: Sequence[bool], texts: Sequence[str]) -> dict[str, Any]:
    """What ``confidence.yml`` holds after the fit."""
    names = sorted(features[0])
    x = np.array([[f[n] for n in names] for f in features], dtype=np.float64)
    y = np.array(right, dtype=np.float64)
    tried = {hold: left_out(x, y, texts, hold) for hold in HOLDS}
    hold = min(HOLDS, key=lambda h: surprise(tried[h], y))
    bins, error = reliability(list(zip(tried[hold].tolist(), map(bool, right), strict=True)))
    weights = dict(zip(["bias", *names], (round(float(v), 3) for v in fit(x, y, hold)), strict=True))
    base = np.full(len(y), y.mean())
    return {
        "weights": weights,
        "fitted": {
            "on": "train part of the open gold",
            "mentions": len(right),
            "right": round(float(y.mean()), 4),
            "held_back": hold,
            "calibration_error": round(error, 4),
            "log_loss": round(surprise(tried[hold], y), 4),
            "log_loss_of_the_mean": round(surprise(base, y), 4),
            "reliability": [
                {
                    "from": b.low,
                    "mentions": b.mentions,
                    "confidence": round(b.confidence, 3),
                    "right": round(b.right, 3),
                }
                for b in bins
            ],
        },
    }


def write(found: dict[str, Any], path: Path = FILE) -> None:
    """Write the file."""
    path.write_text(HEAD + yaml.safe_dump(found, sort_keys=False), encoding="utf-8")


def main() -> int:
    """Fit and write; 0."""
    found = calibrate(*observations())
    write(found)
    print(yaml.safe_dump(found, sort_keys=False))
    print(f"written: {FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
