"""Fit ``schemas/gazetteer/name_weights.csv`` to texts with marked place names.

Run ``python -m bench.fit_names FILE.jsonl [FILE.jsonl ...]``; a line holds ``text`` and ``places``, a list of
``start`` and ``end``. Our own short reports (``name_examples.txt``) come on top. Logistic regression by Newton's
method, once with the tagger's observations and once without, so that the same texts give the same table. The texts stay
where they are; only the weights are kept.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from etl.annotate import annotate
from etl.geocode import gazetteer
from etl.geocode.builder import FACTS
from etl.geocode.evidence import Evidence
from etl.geocode.stretches import Words, stretches, unparsed
from etl.geocode.weights import PATH, SURE

LEAST = 6
"""An observation made less often is left out: its weight would be about single names."""
PENALTY = 3.0
"""Weight of the squared weights; 1 to 5 differ by less than a point of F1 on texts left out."""
STEPS = 12
"""Newton steps; the last changes no weight by more than a thousandth."""

Row = tuple[frozenset[str], bool]


def own_reports() -> list[dict[str, Any]]:
    """The reports of ``name_examples.txt``, without the brackets that mark their places."""
    lines = (FACTS / "name_examples.txt").read_text(encoding="utf-8").split("\n\n")
    reports = []
    for report in lines[1:]:
        text, places = "", []
        for piece in re.split(r"(\[\[.*?\]\])", report.strip()):
            name = piece.removeprefix("[[").removesuffix("]]")
            if name != piece:
                places.append({"start": len(text), "end": len(text) + len(name)})
            text += name
        reports.append({"text": text, "places": places})
    return reports


def observe(lines: Iterable[dict[str, Any]], tagged: bool) -> list[Row]:
    """Observations on every stretch of the texts, and whether it is marked."""
    gaz, rows = gazetteer(), []
    for line in lines:
        words = Words(annotate(line["text"]) if tagged else unparsed(line["text"]))
        marked = {(p["start"], p["end"]) for p in line["places"]}
        found = stretches(words, gaz)
        evidence = Evidence(words, found, gaz)
        rows += [(evidence.of(k), words.offsets(k) in marked) for k in found]
    return rows


def fit(rows: list[Row]) -> dict[str, float]:
    """The weight of each observation; the empty key is the constant."""
    counts = Counter(key for seen, _ in rows for key in seen)
    keys = ["", *sorted(k for k, n in counts.items() if n >= LEAST)]
    column = {k: i for i, k in enumerate(keys)}
    x = np.zeros((len(rows), len(keys)), dtype=np.float32)
    x[:, 0] = 1
    for i, (seen, _) in enumerate(rows):
        x[i, [column[k] for k in seen if k in column]] = 1
    y = np.array([marked for _, marked in rows], dtype=np.float32)
    penalty = np.full(len(keys), PENALTY)
    penalty[0] = 1e-6
    weights = np.zeros(len(keys))
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-(x @ weights)))
        slope = x.T @ (p - y) + penalty * weights
        curve = (x * (p * (1 - p))[:, None].astype(np.float32)).T @ x + np.diag(penalty)
        weights -= np.linalg.solve(curve, slope)
    return dict(zip(keys, (float(w) for w in weights), strict=True))


def main(paths: list[str]) -> int:
    """Fits, writes the table, prints its size; 0."""
    lines = own_reports()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            lines += [json.loads(line) for line in file]
    tables = [fit(observe(lines, tagged)) for tagged in (True, False)]
    with PATH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("observation", "tagged", "plain"))
        for key in sorted({*tables[0], *tables[1]}):
            row = [f"{t[key]:.2f}" if key in t and abs(t[key]) >= SURE else "" for t in tables]
            if any(row):
                out.writerow((key, *row))
    print(f"{len(lines)} texts, {len(tables[0])} and {len(tables[1])} weights: {PATH}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
