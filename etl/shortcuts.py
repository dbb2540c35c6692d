"""Shortcuts through spaCy's model: the same values to the last bit, with less work.

What the model makes of a word without its neighbours (its embedding; its part of speech, form and lemma once tag and
dependency are known) is made once and kept. Decides nothing: whatever is kept was made by the model's own components.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from spacy.attrs import DEP, LEMMA, MORPH, ORTH, POS, TAG
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc
from thinc.api import Model, Ragged, chain

KEPT_WORDS = 20_000
"""Words whose embedding is kept, at 384 bytes each for each of the two embedders; news reuses nine words in ten."""
KEPT_FORMS = 50_000
"""Words with tag and dependency whose form is kept, at some 300 bytes each."""
_READ = [ORTH, TAG, DEP]
_WRITTEN = [TAG, POS, MORPH, LEMMA, DEP]


def shorten(nlp: Language) -> None:
    """Put the shortcuts into a loaded English model, which then reads about a third faster."""
    for name in ("tok2vec", "ner"):
        for node in nlp.get_pipe(name).model.walk():  # type: ignore[attr-defined]
            if node.name.startswith("extract_features>>list2ragged") and node.name.endswith(")>>ragged2list"):
                _keep_embeddings(node)
    nlp.add_pipe("eventwire_forms", after="parser")
    for name in ("attribute_ruler", "lemmatizer"):
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
        self.nlp = nlp
        self.parts: list[Any] = [nlp.get_pipe("attribute_ruler"), nlp.get_pipe("lemmatizer")]
        self.pairs = Matcher(nlp.vocab)
        for n, rule in enumerate(self.parts[0].patterns):
            for pattern in rule["patterns"]:
                if len(pattern) > 1:
                    self.pairs.add(str(n), [pattern])
        self.kept: dict[tuple[int, ...], list[int]] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Write the values into a tagged and parsed document."""
        if not len(doc):
            return doc
        if len(self.kept) > KEPT_FORMS:
            self.kept = {}
        keys = list(map(tuple, doc.to_array(_READ).tolist()))
        rows = [self.kept.get(key) or self._kept(key) for key in keys]
        for _, start, end in self.pairs(doc, allow_missing=True):
            rows[start:end] = self._made(keys[start:end])
        values: Any = np.array(rows, dtype=np.uint64)
        doc.from_array(_WRITTEN, values)
        return doc

    def _kept(self, key: tuple[int, ...]) -> list[int]:
        self.kept[key] = self._made([key])[0]
        return self.kept[key]

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
