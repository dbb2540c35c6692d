"""Small questions about spaCy tokens that several steps of the coder ask.

Decides how a word is reduced to the form the lexicon is written in, and what a phrase's span is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from spacy.symbols import ADJ, NOUN, PROPN

_IRREGULAR = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "people": "people",
    "policemen": "policeman",
    "gunmen": "gunman",
    "troops": "troop",
    "forces": "force",
    "wives": "wife",
    "wounded": "wounded",
    # forms that the lemmatizer takes for those of another verb ("rap", "stag")
    "raped": "rape",
    "raping": "rape",
    "staged": "stage",
    "staging": "stage",
    "rebranded": "rebrand",
    "rebranding": "rebrand",
    "gheraoed": "gherao",
    "retook": "retake",
    "overran": "overrun",
    "knifed": "knife",
    "knifing": "knife",
    "manned": "man",
}
_LETTERS = re.compile("[a-z]+")
_BRACKETS = frozenset('[]()"')
CLAUSE_DEPS = frozenset({"ROOT", "ccomp", "advcl", "relcl", "acl", "conj", "xcomp", "parataxis", "pcomp", "csubj"})


def norm(token: Any) -> str:
    """Lemma in lower case; names get their plural ending cut too, since taggers leave names alone.

    Args:
        token: a spaCy token.
    """
    return _norm(token.lower_, token.lemma_, token.pos)


@lru_cache(maxsize=20_000)
def _norm(lower: str, lemma: str, pos: int) -> str:
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    lemma = lemma.lower()
    if pos in (PROPN, NOUN, ADJ) and lemma == lower and lower.endswith("s") and len(lower) > 3:
        if lower.endswith("ies"):
            return lower[:-3] + "y"
        if lower.endswith(("shes", "ches", "sses", "xes")):
            return lower[:-2]
        if not lower.endswith(("ss", "us", "is")):
            return lower[:-1]
    return lemma


@lru_cache(maxsize=4)
def small_words(text: str) -> frozenset[str]:
    """Every run of the letters a to z in the small form of a text."""
    return frozenset(_LETTERS.findall(text.lower()))


def clause_head(token: Any) -> Any:
    """The verb (or root) of the innermost clause that holds a token."""
    while token.dep_ not in CLAUSE_DEPS or (token.dep_ == "conj" and token.pos_ not in ("VERB", "AUX")):
        if token.head.i == token.i:
            break
        token = token.head
    return token


def coordinated(token: Any) -> list[Any]:
    """A noun and the nouns joined to it by "and", in text order."""
    found, queue = [token], [token]
    while queue:
        for child in queue.pop().children:
            if child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN", "PRON", "NUM", "ADJ"):
                found.append(child)
                queue.append(child)
    return sorted(found, key=lambda t: t.i)


def phrase(token: Any) -> tuple[int, int]:
    """Token span [first, last] of a noun with its left modifiers and one "of" phrase, without an article before it."""
    first = token.i
    for child in token.lefts:
        if (
            child.dep_ in ("amod", "compound", "nmod", "poss", "nummod", "quantmod", "det", "advmod")
            and child.dep_ != "det"
            and not (child.dep_ == "amod" and any(c.dep_ == "nsubj" for c in child.children))
        ):
            first = min(first, child.left_edge.i)
    last = token.i
    for child in token.rights:
        if child.dep_ == "prep" and child.lower_ == "of" and child.i == last + 1:
            for inner in child.children:
                if inner.dep_ == "pobj":
                    last = phrase(inner)[1]
            break
    doc = token.doc
    paired = sum(doc[i].text == '"' for i in range(first, token.i)) == 2
    for i in range(token.i, first - 1, -1):
        if paired and doc[i].text == '"':
            continue
        if doc[i].text in _BRACKETS or any(b in doc[i].text for b in "[]()"):
            first = i + 1
            break
    while first < token.i and (
        doc[first].lower_ in ("the", "a", "an", "'s", ",", "-") or (doc[first].text == '"' and not paired)
    ):
        first += 1
    return first, last


def pobjs(prep: Any) -> Iterator[Any]:
    """Objects of a preposition with their coordinated nouns."""
    for child in prep.children:
        if child.dep_ == "pcomp" and child.pos_ == "VERB":
            for inner in child.children:
                if inner.dep_ == "nsubj":
                    yield from coordinated(inner)
        elif child.dep_ in ("pobj", "pcomp"):
            yield from coordinated(child)
        elif child.dep_ == "prep":
            yield from pobjs(child)
