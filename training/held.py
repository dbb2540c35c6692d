"""``python -m training.held MODEL [LIMIT=VALUE ...]``: the coder with a network, on reports that it has not seen.

MODEL is a folder that ``training.train MODEL --fold 0`` wrote; the reports are those of the gold's train part that the
fold held back. Limits (``odds=8``, see the model's file) stand in for the model's own. A folder without a network
("rules") leaves it out. The rules were written beside all of the train part: their own figures flatter them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from etl.code.learned import encoder, judge
from etl.evaluate.run import run
from training.samples import GOLD, part

FOLD = 0


def main() -> None:
    """Measure and print."""
    model, *asked = sys.argv[1:]
    limits = {name: float(value) for name, _, value in (a.partition("=") for a in asked)}
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "open"
        held.mkdir()
        rows = (GOLD / "reports.jsonl").read_text(encoding="utf-8").splitlines()
        kept = [r for r in rows if (one := json.loads(r))["split"] == "train" and part(one["text"], "cv") == FOLD]
        (held / "reports.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
        (held / "articles.jsonl").write_text("", encoding="utf-8")

        def limit(self: judge.Judge, name: str) -> float:
            return limits.get(name, self.encoder.thresholds[name])

        with (
            patch.object(encoder, "MODEL", Path(model)),
            patch.object(judge.Judge, "limit", limit),
        ):
            print("\n".join(run("train", Path(folder)).lines(errors=False)))


if __name__ == "__main__":
    main()
