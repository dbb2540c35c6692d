"""Shortcuts through spaCy's model: the same values to the last bit, with less work.

What the model makes of a word without its neighbours (its embedding; its part of speech, form and lemma once tag and
dependency are known) is made once and kept. Named entities are found with the model's weights and moves, but for all
words at once: what the model says of a word outside an entity hangs on no earlier answer. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from spacy.attrs import DEP, IS_SPACE, LEMMA, MORPH, ORTH, POS, SENT_START, TAG
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span
from thinc.api import Model, Ragged, chain

KEPT_WORDS = 12_000
"""Words whose embedding is kept, at 384 bytes each for each of the two embedders; news reuses nine words in ten."""
KEPT_FORMS = 20_000
"""Words with tag and dependency whose form is kept, at some 300 bytes each."""
_READ = [ORTH, TAG, DEP]
_WRITTEN = [TAG, POS, MORPH, LEMMA, DEP]
_LEMMA = _WRITTEN.index(LEMMA)


def shorten(nlp: Language) -> None:
    """Put the shortcuts into a loaded English model, which then reads about a third faster."""
    for name in ("tok2vec", "ner"):
        for node in nlp.get_pipe(name).model.walk():  # type: ignore[attr-defined]
            if node.name.startswith("extract_features>>list2ragged") and node.name.endswith(")>>ragged2list"):
                _keep_embeddings(node)
    nlp.add_pipe("eventwire_forms", after="parser")
    nlp.add_pipe("eventwire_names", after="ner")
    for name in ("attribute_ruler", "lemmatizer", "ner"):
        nlp.disable_pipe(name)


def _keep_embeddings(embedder: Model[Any, Any]) -> None:
    """Let an embedder (features, ragged, hashed, mixed, list) compute each word once."""
    features, ragged, hashed, mixed, listed = embedder.layers
    kept: Model[Any, Any] = Model("kept_embeddings", _Embeddings(chain(hashed, mixed)).forward)
    embedder._layers = [features, ragged, kept, listed]


class _Embeddings:
    """The rows that the embedding layers give for words seen before.

    Every row is computed from its own word alone, whatever stands beside it (blis multiplies each row in the same
    order), so a kept row is the row that would be computed.
    """

    def __init__(self, layers: Model[Any, Any]) -> None:
        self.layers = layers
        self.rows: dict[bytes, int] = {}
        self.table: Any = np.zeros((0, 0), dtype=np.float32)

    def forward(self, _: Model[Any, Any], words: Ragged, is_train: bool) -> tuple[Ragged, Any]:
        """The embedding of each word; there is no way back, as nothing is trained."""
        data: Any = np.ascontiguousarray(words.data)
        width = data.dtype.itemsize * data.shape[1]
        raw = data.tobytes()
        names = [raw[n : n + width] for n in range(0, len(raw), width)]
        if len(self.rows) > KEPT_WORDS:
            self.rows = {}
        new: dict[bytes, int] = {}
        for n, name in enumerate(names):
            if name not in self.rows and name not in new:
                new[name] = n
        if new:
            fresh = data[list(new.values())]
            alone: Any = np.array([len(fresh)], dtype=np.int32)
            made = self.layers.predict(Ragged(fresh, alone)).dataXd
            start = len(self.rows)
            self.table = np.concatenate([self.table[:start], made]) if start else made
            self.rows.update(zip(new, range(start, start + len(new)), strict=True))
        found: Any = self.table[[self.rows[name] for name in names]] if names else data.astype(np.float32)[:, :0]
        return Ragged(found, words.lengths), lambda _: words


@Language.factory("eventwire_forms")
class Forms:
    """Part of speech, form and lemma of each token by its letters, tag and dependency.

    The model's rules for them look at one token, but for a few that look at two ("there is", "let's"); a token that one
    of these meets is asked for together with its neighbours.
    """

    def __init__(self, nlp: Language, name: str) -> None:
        self.nlp: Any = nlp
        self.parts: list[Any] = [nlp.get_pipe("attribute_ruler"), nlp.get_pipe("lemmatizer")]
        self.pairs = Matcher(nlp.vocab)
        for n, rule in enumerate(self.parts[0].patterns):
            for pattern in rule["patterns"]:
                if len(pattern) > 1:
                    self.pairs.add(str(n), [pattern])
        self.kept: dict[tuple[int, ...], list[int]] = {}
        self.lemmas: dict[int, str] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Write the values into a tagged and parsed document."""
        if not len(doc):
            return doc
        if len(self.kept) > KEPT_FORMS:
            self.kept, self.lemmas = {}, {}
            self.parts[1].cache.clear()
        keys = list(map(tuple, doc.to_array(_READ).tolist()))
        rows = [self.kept.get(key) or self._kept(key) for key in keys]
        for _, start, end in self.pairs(doc, allow_missing=True):
            rows[start:end] = self._made(keys[start:end])
        values: Any = np.array(rows, dtype=np.uint64)
        for lemma in self.lemmas.keys() & set(values[:, _LEMMA].tolist()):
            self.nlp.vocab.strings.add(self.lemmas[lemma])
        doc.from_array(_WRITTEN, values)
        return doc

    def _kept(self, key: tuple[int, ...]) -> list[int]:
        row = self.kept[key] = self._made([key])[0]
        # What the vocabulary learns for one batch it forgets with it, the lemmas of kept forms too.
        if self.nlp.vocab.in_memory_zone:
            self.lemmas[row[_LEMMA]] = self.nlp.vocab.strings[row[_LEMMA]]
        return row

    def _made(self, keys: list[tuple[int, ...]]) -> list[list[int]]:
        """What the model's components make of tokens that stand alone."""
        texts = self.nlp.vocab.strings
        doc = Doc(
            self.nlp.vocab,
            words=[texts[orth] for orth, _, _ in keys],
            tags=[texts[tag] for _, tag, _ in keys],
            deps=[texts[dep] for _, _, dep in keys],
            heads=[0] * len(keys),
        )
        for part in self.parts:
            doc = part(doc)
        rows: list[list[int]] = doc.to_array(_WRITTEN).tolist()
        return rows


@Language.factory("eventwire_names")
class Names:
    """Named entities, by the weights and moves of the model's own component (``spacy/pipeline/_parser_internals``).

    A move is scored by three words: the next one, the first of the open entity and the one before the next. With no
    entity open the last two are none, so that these scores are made for all words in one product. Entities then grow
    one word a round, all of the batch together.
    """

    def __init__(self, nlp: Language, name: str) -> None:
        ner: Any = nlp.get_pipe("ner")
        self.vectors, self.lower, upper = ner.model.layers
        self.weights, self.bias = upper.get_param("W"), upper.get_param("b")
        moves = [ner.moves.get_class_name(n) for n in range(ner.moves.n_moves)]
        named = [move.partition("-") for move in moves]
        self.labels = [label for *_, label in named]
        self.begins = np.array([kind == "B" for kind, *_ in named])
        # "U-" marks words that somebody else has barred from entities; here nobody has.
        self.allowed = np.array([kind in "BO" or (kind == "U" and label != "") for kind, _, label in named])
        number = {move: n for n, move in enumerate(moves)}
        self.inside = np.array([number.get(f"I-{label}", -1) for label in self.labels])
        self.last = np.array([number.get(f"L-{label}", -1) for label in self.labels])
        self.spaces = self.allowed & np.array([kind == "O" for kind, *_ in named])
        if ner.cfg["beam_width"] != 1 or ner.model.attrs["unseen_classes"] or self.lower.get_dim("nF") != 3:
            raise ValueError("this model finds names in another way: leave its own component in place")

    def __call__(self, doc: Doc) -> Doc:
        """Write the entities into a parsed document."""
        self._write([doc])
        return doc

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 16) -> Iterator[Doc]:
        """The same for many documents, in order."""
        waiting = iter(docs)
        while read := list(islice(waiting, batch_size)):
            self._write(read)
            yield from read

    def _write(self, docs: Sequence[Doc]) -> None:
        lengths = [len(doc) for doc in docs]
        if not any(lengths):
            return
        ends = np.cumsum(lengths)
        moves, stops = self._moves(docs, ends)
        for doc, low, high in zip(docs, ends - lengths, ends, strict=True):
            entities, n = [], low
            while n < high:
                if stops[n]:
                    label = self.labels[moves[n]]
                    entities.append(Span(doc, n - low, stops[n] - low, label=label))
                n = max(n + 1, stops[n])
            doc.set_ents(entities, default="outside")

    def _moves(self, docs: Sequence[Doc], ends: Any) -> tuple[Any, Any]:
        """For each word of the batch the best move with no entity open, and where the entity it opens ends (or 0)."""
        read = np.concatenate([doc.to_array([SENT_START, IS_SPACE]) for doc in docs]).astype(np.int64)
        count = len(read)
        final = np.zeros(count, dtype=bool)  # no entity goes on behind this word
        final[:-1] = read[1:, 0] == 1
        final[ends[ends > 0] - 1] = True
        features = self.lower.predict(self.vectors.predict(docs))
        none, features = features[0], features[1:]
        scores = self._scores(features[:, 0] + none[1] + none[2])
        scores[:, ~self.allowed] = -np.inf
        scores[np.ix_(final, self.begins)] = -np.inf
        scores[np.ix_(read[:, 1] == 1, ~self.spaces)] = -np.inf
        moves = scores.argmax(axis=1)
        stops = np.where([bool(label) for label in self.labels], 1, 0)[moves] * np.arange(1, count + 1)
        first = np.flatnonzero(self.begins[moves])
        word = first + 1
        while len(first):
            goes_on = ~final[word]
            stops[first[~goes_on]] = word[~goes_on] + 1
            first, word = first[goes_on], word[goes_on]
            if not len(first):
                break
            scores = self._scores(features[word, 0] + features[first, 1] + features[word - 1, 2])
            rows, opened = np.arange(len(first)), moves[first]
            inside, last = self.inside[opened], self.last[opened]
            longer, ended = scores[rows, inside], scores[rows, last]
            # Of equal scores the move that the model lists first is made.
            grows = (longer > ended) | ((longer == ended) & (inside < last))
            stops[first[~grows]] = word[~grows] + 1
            first, word = first[grows], word[grows] + 1
        return moves, stops

    def _scores(self, summed: Any) -> Any:
        hidden = (summed + self.lower.get_param("b")).max(axis=-1)
        return self.lower.ops.gemm(np.ascontiguousarray(hidden), self.weights, trans2=True) + self.bias
