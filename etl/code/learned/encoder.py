"""Run the encoder: a text in, a probability for each type and for "none" out, and the words of an event's roles.

One text at a time on one thread: the integers that the network counts in depend on what else stands in a batch, and the
same text must have the same answer in every run. Does not decide what follows from the answer (``judge``, ``stage``,
``parts``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
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
EVEN = 0.5
MAYBE = 0.3
"""Share from which a word belongs to a phrase that a surer word makes one."""
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
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


@dataclass(frozen=True)
class Phrase:
    """Words that have a role in an event.

    Attributes:
        start, end: offsets into the passage that was read.
        share: probability of the word that is surest to have the role.
    """

    start: int
    end: int
    share: float


@dataclass(frozen=True)
class Reading:
    """What the encoder makes of one event: its type, and the words of each role (``Encoder.roles``), in text order."""

    opinion: Opinion
    phrases: dict[str, tuple[Phrase, ...]]


class Encoder:
    """The network and its words, read from one folder."""

    def __init__(self, folder: Path) -> None:
        """Load both; half a second, 60 MB.

        Args:
            folder: holds ``model.onnx``, ``tokenizer.json`` and ``model.yml`` (classes and roles in order, longest
                input).
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
        self.roles: tuple[str, ...] = tuple(facts["roles"])
        self.thresholds: dict[str, float] = {str(k): float(v) for k, v in facts["thresholds"].items()}
        self.read = lru_cache(maxsize=KEPT)(self._read)
        self.event = lru_cache(maxsize=KEPT)(self._event)

    def _read(self, text: str) -> Opinion:
        """What a text as a whole reports."""
        scores, _, _ = self._run(text, None)
        return self._opinion(scores)

    def _event(self, text: str, start: int, end: int) -> Reading:
        """The event that the words from ``start`` to ``end`` tell of: its type, and who and what has which role."""
        scores, roles, offsets = self._run(text, (start, end))
        found = {}
        for n, role in enumerate(self.roles):
            found[role] = tuple(_phrases(text, roles, n, offsets))
        return Reading(self._opinion(scores), found)

    def _run(self, text: str, asked: tuple[int, int] | None) -> tuple[Any, Any, list[tuple[int, int]]]:
        import numpy as np

        # Half of a surrogate pair is a letter to Python and none to the tokenizer; "?" keeps the offsets.
        whole = text.encode("utf-8", "replace").decode("utf-8")
        words = self._words.encode(whole)
        ids = np.array([words.ids], dtype=np.int64)
        kinds = np.zeros_like(ids)
        if asked is not None:
            for n, (low, high) in enumerate(words.offsets):
                kinds[0, n] = low < asked[1] and asked[0] < high
        scores, roles = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids), "kinds": kinds})
        return scores[0], roles[0], list(words.offsets)

    def _opinion(self, scores: Any) -> Opinion:
        top = max(scores)
        powers = [math.exp(float(s - top)) for s in scores]
        total = sum(powers)
        return Opinion({c: p / total for c, p in zip(self.classes, powers, strict=True)})


def _share(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(float(score), -30.0), 30.0)))


def _phrases(text: str, rows: Any, role: int, offsets: list[tuple[int, int]]) -> Iterator[Phrase]:
    """Runs of words that may be in a role, of which one at least is likelier in it than not; cut where one begins anew.

    The network counts pieces of words; a word has the mean of its pieces, so that rare names stay whole.
    """
    run: list[tuple[int, int, float]] = []
    for word in _words(text, rows, role, offsets):
        low, high, share, begins = word
        if run and (share < MAYBE or begins):
            yield from _phrase(run)
            run = []
        if share >= MAYBE:
            run.append((low, high, share))
    if run:
        yield from _phrase(run)


def _words(text: str, rows: Any, role: int, offsets: list[tuple[int, int]]) -> Iterator[tuple[int, int, float, bool]]:
    """Each word with its share of a role, and whether it begins a phrase."""
    pieces = [n for n, (low, high) in enumerate(offsets) if high > low]
    at = 0
    for word in _WORD.finditer(text):
        within = []
        while at < len(pieces) and offsets[pieces[at]][0] < word.end():
            if offsets[pieces[at]][1] > word.start():
                within.append(pieces[at])
            at += 1
        if within:
            share = sum(_share(rows[n][2 * role]) for n in within) / len(within)
            yield word.start(), word.end(), share, _share(rows[within[0]][2 * role + 1]) >= EVEN


def _phrase(run: list[tuple[int, int, float]]) -> Iterator[Phrase]:
    """The phrase of a run."""
    if max(share for *_, share in run) < EVEN:
        return
    yield Phrase(run[0][0], run[-1][1], max(share for *_, share in run))


@cache
def encoder() -> Encoder | None:
    """The bundled encoder, loaded at the first call; None where it is switched off or not there."""
    if not settings().learned or not (MODEL / "model.onnx").is_file():
        return None
    return Encoder(MODEL)
