"""Run the encoder: a text in, a probability for each type and for "none" out.

One text at a time on one thread: the integers that the network counts in depend on what else stands in a batch, and the
same text must have the same answer in every run. Does not decide what follows from the answer (``judge``, ``stage``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from etl.errors import Misconfigured
from etl.settings import SCHEMAS, settings

MODEL = SCHEMAS / "models" / "event-types"
NONE = "none"
"""The class of texts that report no event of the codebook."""
KEPT = 4096
"""Answers kept: those of the articles in work; one is about 3 kB."""


@dataclass(frozen=True)
class Opinion:
    """What the encoder makes of one text: probability by sub-event type, and of ``NONE``; together 1."""

    shares: dict[str, float]

    @property
    def none(self) -> float:
        """Probability that no event is reported."""
        return self.shares[NONE]

    @property
    def best(self) -> str:
        """The likeliest sub-event type, ``NONE`` left aside."""
        return max((t for t in self.shares if t != NONE), key=lambda t: self.shares[t])

    def given_event(self, sub_event_type: str) -> float:
        """Probability of a type if there is an event at all."""
        return self.shares.get(sub_event_type, 0.0) / max(1.0 - self.none, 1e-9)


class Encoder:
    """The network and its words, read from one folder."""

    def __init__(self, folder: Path) -> None:
        """Load both; half a second, 60 MB.

        Args:
            folder: holds ``model.onnx``, ``tokenizer.json`` and ``model.yml`` (classes in order, longest input).
        """
        import onnxruntime
        from tokenizers import Tokenizer

        try:
            facts: dict[str, Any] = yaml.safe_load((folder / "model.yml").read_text(encoding="utf-8"))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            self._words = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # onnxruntime and tokenizers raise classes of their own
            raise Misconfigured(
                f"cannot read the model in {folder}: {error}. Restore it, or set EVENTWIRE_LEARNED=false."
            ) from error
        self._words.no_padding()
        self._words.enable_truncation(int(facts["longest"]))
        self.classes: tuple[str, ...] = tuple(facts["classes"])
        self.thresholds: dict[str, float] = {str(k): float(v) for k, v in facts["thresholds"].items()}
        self.read = lru_cache(maxsize=KEPT)(self._read)

    def _read(self, text: str) -> Opinion:
        import numpy as np

        # Half of a surrogate pair is a letter to Python and none to the tokenizer.
        whole = text.encode("utf-8", "replace").decode("utf-8")
        ids = np.array([self._words.encode(whole).ids], dtype=np.int64)
        scores = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})[0][0]
        top = max(scores)
        powers = [math.exp(float(s - top)) for s in scores]
        total = sum(powers)
        return Opinion({c: p / total for c, p in zip(self.classes, powers, strict=True)})


@cache
def encoder() -> Encoder | None:
    """The bundled encoder, loaded at the first call; None where it is switched off or not there."""
    if not settings().learned or not (MODEL / "model.onnx").is_file():
        return None
    return Encoder(MODEL)
