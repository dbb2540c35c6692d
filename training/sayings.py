"""Measure weights that would change the rules' claims: ``python -m training.sayings [--newsroom]``.

Learnt from the train articles of the open gold and the passages of ``sayings.jsonl``; with ``--newsroom`` from the
bundled articles too. The coder reads each text by its rules; every act of speech beside an event becomes one row of
traits (``training.traits``) with the pairs of act and slot that the gold has for it. Train articles are held back in
folds, thresholds chosen without them. The test part of the gold set is never read. What came out, and why the coder
does without: docs/decisions/011-learned-claims.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from etl.annotate import passing
from etl.code import coder, sourcing
from etl.code.claims import Heard, heard_about
from etl.evaluate.errors import Aligned, align
from etl.evaluate.gold import ARTICLE_STYLE, Gold
from etl.evaluate.match import harmonic_mean, overlap, same_claim
from etl.evaluate.run import gold_of
from etl.model import Article, Claim, Coding
from training.reheard import SHARED, Asked, Pair, asked, claimed, weighed

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold"
PASSAGES = "passages"
FOLDS, INNER = 5, 4
DAY = "2024-05-03"
"""Passages bear no date; any day will do."""
FRESH = 5
"""Articles of a writer from this number on were read less while the rules were written."""
ADD = (0.2, 0.25, 0.3, 0.35, 0.4)
DROP = (0.0, 0.05, 0.1, 0.15)
STRENGTH = 8.0
"""Penalty on the squares of weights; 4 to 16 do alike."""
ROUNDS = 120
SEEN = 2
"""Texts that must show a trait, and rows that must have a pair, before either is learnt."""
LEAST = 6
RULED = ("rule:", "would:", "dropped:", "elsewhere:", "heard:", "linked")
"""Beginnings of traits that the rules' answers give; without them the weights stand alone."""


@dataclass
class Text:
    """One text as the rules read it, and what is wanted.

    Attributes:
        gold: the text with its events; of a passage, which has none, an empty one.
        told: what the rules made of each event.
        rows: the acts weighed.
        labels: for each row, the pairs that are wanted; None where that is not known.
        aligned: gold events and mentions side by side.
    """

    gold: Gold
    coding: Coding
    told: list[Heard]
    rows: list[Asked]
    labels: list[set[Pair] | None]
    aligned: list[Aligned]


def texts_of(golds: Iterable[Gold], passages: Mapping[str, list[dict[str, Any]]]) -> list[Text]:
    """The texts as the rules read them.

    Args:
        golds: what is read.
        passages: the claims of texts whose events are not known, by their id; there even a doubtful event counts.
    """
    found = []
    for gold in golds:
        coding, told, mentions, acts = _read(gold)
        passage = passages.get(gold.article.doc_id)
        if passage is not None and not mentions:
            with patch.object(coder, "gate", lambda *_: None):
                coding, told, mentions, acts = _read(gold)
        rows = asked(told, mentions, acts)
        wanted = _wanted(gold, coding) if passage is None else [list(passage) for _ in mentions]
        labels: list[set[Pair] | None] = [set() if passage is None or "home" in r.traits else None for r in rows]
        for n, heard in enumerate(told):
            _label(gold.article.text, heard, n, rows, wanted[n], labels)
        found.append(Text(gold, coding, told, rows, labels, align(gold, coding)))
    return found


def _read(gold: Gold) -> tuple[Coding, list[Any], list[Any], list[Any]]:
    """The coding by the rules, and what stood behind its claims."""
    heard: list[Heard] = []
    drafts: list[Any] = []

    def hear(*about: Any) -> tuple[Claim, ...]:
        heard.append(heard_about(*about))
        return heard[-1].claims

    def told(made: list[Any], *others: Any) -> list[Any]:
        drafts[:], heard[:] = made, []
        return sourcing.with_claims(made, *others)

    with patch.object(sourcing, "claims_about", hear), patch.object(coder, "with_claims", told):
        coding = next(coder.RuleCoder().code([gold.article]))
    if len(drafts) != len(coding.mentions):
        raise RuntimeError(f"{gold.article.doc_id} was read in parts; only whole texts can be learnt from")
    kept = [h.with_only(m.claims) for h, m in zip(heard, coding.mentions, strict=True)]
    return coding, kept, [d.mention for d in drafts], list(heard[0].case.acts) if heard else []


def _wanted(gold: Gold, coding: Coding) -> list[list[Mapping[str, Any]]]:
    """The gold's claims for each mention."""
    mine = {id(r.mention): list(r.event.get("claims") or ()) for r in align(gold, coding) if r.event and r.mention}
    return [mine.get(id(m), []) for m in coding.mentions]


def _label(
    text: str,
    heard: Heard,
    event: int,
    rows: Sequence[Asked],
    wanted: Sequence[Mapping[str, Any]],
    labels: list[set[Pair] | None],
) -> None:
    """Put the pairs wanted to the rows: every gold claim belongs to the one act whose words carry it best."""
    for claim in wanted:
        pair = (claim["speech_act"], claim["slot"])
        spans = [(m.start(), m.end()) for m in re.finditer(re.escape(claim["quote"]), text)]
        if "at" in claim:
            spans = [(claim["at"], claim["at"] + len(claim["quote"]))]
        best: tuple[float, set[Pair]] | None = None
        for one, label in zip(rows, labels, strict=True):
            make = one.make
            shared = max((_common(make.act, s) for s in spans), default=0)
            if one.event != event or label is None or not shared:
                continue
            ruled = any(a is make.act and same_claim(c, claim) for a, c in heard.kept)
            could = one.would.get(pair) or claimed(make, pair)
            fits = could is not None and overlap(claim["quote"], could.quote)
            score = 4.0 * ruled + 2.0 * fits + shared / (1 + len(claim["quote"]))
            if (fits or ruled or shared > len(claim["quote"]) / 2) and (best is None or score > best[0]):
                best = (score, label)
        if best is not None:
            best[1].add(pair)


def _common(act: Any, span: tuple[int, int]) -> int:
    """Characters that an act shares with a span."""
    own = [(act.start, act.end), (act.content_start, act.content_end)] + ([act.own_words] if act.own_words else [])
    return max(max(0, min(span[1], e) - max(span[0], s)) for s, e in own)


class Learner:
    """Rows as matrices, and the regressions over them: one for each pair, and what all pairs share."""

    def __init__(self, texts: Sequence[Text], alone: bool = False) -> None:
        """Number traits and pairs.

        Args:
            alone: leave out what the rules made.
        """
        seen = Counter(t for text in texts for t in {t for one in text.rows for t in one.traits})
        names = sorted(t for t, n in seen.items() if n >= SEEN)
        self.names = [t for t in names if not (alone and (t.startswith(RULED) or "&" in t))]
        wanted = Counter(p for text in texts for labels in text.labels for p in labels or ())
        self.pairs = sorted(p for p, n in wanted.items() if n >= LEAST)
        self.alone, self.texts = alone, texts
        at = {t: n for n, t in enumerate(self.names)}
        self.matrix = [self._matrix(t, at) for t in texts]
        self.answers = [self._table([labels or () for labels in t.labels], len(t.rows)) for t in texts]
        self.known = [np.array([label is not None for label in t.labels], dtype=float) for t in texts]
        self.states = [self._states(t) for t in texts]
        self.free = np.array([float(t != "always") for t in self.names])[:, None]

    def _matrix(self, text: Text, at: Mapping[str, int]) -> Any:
        marked = [(n, at[t]) for n, one in enumerate(text.rows) for t in one.traits if t in at]
        where = ([n for n, _ in marked], [column for _, column in marked])
        return sparse.csr_matrix((np.ones(len(marked)), where), shape=(len(text.rows), len(at)))

    def _table(self, rows: Sequence[Collection[Pair]], length: int) -> Any:
        return np.array([[p in row for p in self.pairs] for row in rows], float).reshape(length, len(self.pairs))

    def _states(self, text: Text) -> list[Any]:
        """For each of ``SHARED``, where it holds."""
        made = self._table([() if self.alone else one.made for one in text.rows], len(text.rows))
        would = self._table([() if self.alone else one.would for one in text.rows], len(text.rows)) * (1 - made)
        return [made, would, (1 - made) * (1 - would)]

    def fit(self, some: Iterable[int]) -> Any:
        """Weights (traits by pairs and ``SHARED``) from some of the texts."""
        some = [n for n in some if self.texts[n].rows]
        x = sparse.vstack([self.matrix[n] for n in some]).tocsr()
        back = x.T.tocsr()
        y = np.vstack([self.answers[n] for n in some])
        states = [np.vstack([self.states[n][k] for n in some]) for k in range(len(SHARED))]
        known = np.concatenate([self.known[n] for n in some])[:, None]
        shape = (len(self.names), len(self.pairs) + len(SHARED))

        def loss(flat: Any) -> tuple[float, Any]:
            table = flat.reshape(shape)
            z = _scores(x @ table, states)
            wrong = known * (1 / (1 + np.exp(-z)) - y)
            shared = [(wrong * state).sum(axis=1, keepdims=True) for state in states]
            value = (known * (np.logaddexp(0, z) - y * z)).sum() + STRENGTH / 2 * (self.free * table**2).sum()
            return float(value), (back @ np.hstack([wrong, *shared]) + STRENGTH * self.free * table).ravel()

        how = {"maxiter": ROUNDS, "ftol": 1e-6}
        return minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options=how).x.reshape(shape)

    def shares(self, n: int, table: Any) -> Any:
        """The probabilities of a text's rows."""
        return 1 / (1 + np.exp(-_scores(self.matrix[n] @ table, self.states[n])))

    def held_back(self, some: Sequence[int], always: Sequence[int], parts: int, salt: str) -> dict[int, Any]:
        """The probabilities of some texts, each from weights that did not see it."""
        found = {}
        for k in range(parts):
            held = [n for n in some if part(self.texts[n].gold.article.doc_id, parts, salt) == k]
            if held:
                table = self.fit([*(n for n in some if n not in held), *always])
                found |= {n: self.shares(n, table) for n in held}
        return found

    def decided(self, n: int, shares: Any, add: float, drop: float) -> list[tuple[Claim, ...]]:
        """A text's claims, given the probabilities of its rows."""
        told = [replace(h, kept=()) for h in self.texts[n].told] if self.alone else self.texts[n].told
        rows = [
            (
                one._replace(made=frozenset(), would={}) if self.alone else one,
                {p: s for p, s in zip(self.pairs, row, strict=True) if s >= add or p in one.made},
            )
            for one, row in zip(self.texts[n].rows, shares, strict=True)
        ]
        return weighed(told, rows, add, drop)

    def limits(self, shares: Mapping[int, Any]) -> tuple[float, float]:
        """The two thresholds with the best F1 on texts whose probabilities come from others."""
        scores = {}
        for add, drop in product(ADD, DROP[:1] if self.alone else DROP):
            count = Counted()
            for n, rows in shares.items():
                count.add(self.texts[n], self.decided(n, rows, add, drop))
            scores[add, drop] = count.f1
        return max(scores, key=lambda k: (scores[k], k))


def _scores(sums: Any, states: Sequence[Any]) -> Any:
    """The score of each pair: its own sum and what its state shares."""
    pairs = sums.shape[1] - len(states)
    return sums[:, :pairs] + sum(state * sums[:, pairs + k, None] for k, state in enumerate(states))


class Counted:
    """Claims right, given and wanted, as ``eventwire evaluate`` counts them."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self.right = self.given = self.wanted = 0

    def add(self, text: Text, told: Sequence[Sequence[Claim]]) -> None:
        """Count one text's claims; which mention is which gold event is settled by the rules' reading."""
        number = {id(m): n for n, m in enumerate(text.coding.mentions)}
        for row in text.aligned:
            left = list(row.event.get("claims") or ()) if row.event else []
            mine = told[number[id(row.mention)]] if row.mention else ()
            self.wanted += len(left)
            self.given += len(mine)
            for claim in mine:
                hit = next((c for c in left if same_claim(claim, c)), None)
                if hit is not None:
                    left.remove(hit)
                    self.right += 1

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return harmonic_mean(self.right / max(self.given, 1), self.right / max(self.wanted, 1))

    def __str__(self) -> str:
        return f"F1 {self.f1:.3f} ({self.right} of {self.given} given, {self.wanted} wanted)"


def part(text_id: str, parts: int, salt: str) -> int:
    """Which part of several a text belongs to."""
    return int(hashlib.sha256((salt + text_id).encode()).hexdigest(), 16) % parts


def load() -> list[Text]:
    """Every text: the train articles, the newsroom, the passages."""
    lines = (Path(__file__).with_name("sayings.jsonl")).read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    golds = [g for g in gold_of("train", GOLD) if g.style == ARTICLE_STYLE] + gold_of("newsroom", GOLD)
    golds += [Gold(Article(p["id"], p["text"], published_at=DAY), "coded", (), part=PASSAGES) for p in told]
    return texts_of(golds, {p["id"]: p["claims"] for p in told})


def main() -> None:
    """Print the figures of the rules, of weights alone and of both, each on articles that were held back."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--newsroom", action="store_true", help="learn from the bundled articles too")
    known = {"train", PASSAGES, *(["newsroom"] if parser.parse_args().newsroom else [])}
    with passing():  # what the rules read is asked again later
        measure(load(), known)


def measure(texts: Sequence[Text], known: AbstractSet[str]) -> None:
    """Print the figures.

    Args:
        known: parts that may be learnt from.
    """
    parts = {name: [n for n, t in enumerate(texts) if t.gold.part == name] for name in ("train", "newsroom")}
    others = [n for n, t in enumerate(texts) if t.gold.part in known - {"train"}]
    every = [*parts["train"], *parts["newsroom"]]
    claims = {"rules": {n: [h.claims for h in texts[n].told] for n in every}}
    for name, alone in (("learned alone", True), ("combined", False)):
        claims[name] = held_back(Learner(texts, alone), parts["train"], parts["newsroom"], others)
    fresh = [n for n in parts["train"] if int(texts[n].gold.article.doc_id[3:]) >= FRESH]
    for label, some in (
        ("train", parts["train"]),
        (f"train from {FRESH:02} on", fresh),
        ("newsroom", parts["newsroom"]),
    ):
        for name, told in claims.items():
            count = Counted()
            for n in some:
                count.add(texts[n], told[n])
            print(f"{label}, {name}: {count}", flush=True)


def held_back(
    learner: Learner, articles: Sequence[int], room: Sequence[int], others: Sequence[int]
) -> dict[int, list[tuple[Claim, ...]]]:
    """The claims of train articles by weights and thresholds from other texts, and the newsroom's by those from all.

    Args:
        articles: the train articles.
        room: the bundled articles.
        others: what is always learnt from.
    """

    def answers(learnt: Sequence[int], wanted: Sequence[int]) -> dict[int, list[tuple[Claim, ...]]]:
        limits = learner.limits(learner.held_back(learnt, others, INNER, "inner"))
        table = learner.fit([*learnt, *others])
        print(f"add from {limits[0]}, drop below {limits[1]}", flush=True)
        return {n: learner.decided(n, learner.shares(n, table), *limits) for n in wanted}

    found = answers(articles, room)
    for k in range(FOLDS):
        held = [n for n in articles if part(learner.texts[n].gold.article.doc_id, FOLDS, "fold") == k]
        found |= answers([n for n in articles if n not in held], held)
    return found


if __name__ == "__main__":
    main()
