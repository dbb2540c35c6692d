"""Read who speaks: the noun phrase behind a verb of saying, and for whom that person speaks.

Decides the claimant's words, head, personal name and organisation. Does not decide what the claimant does with words
(``etl/code/speech.py``) nor which registry actor it is (``etl/code/claimants.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from etl.annotate import letters
from etl.settings import SCHEMAS

# Parts of a noun phrase that describe its head and are not needed to know who it is.
PRUNED = {"relcl", "acl", "appos", "advcl", "ccomp", "parataxis", "dep"}
PRONOUNS = {"he", "she", "it", "they", "who", "which", "that", "i", "we", "this", "these", "those"}
# Of what, for whom: the prepositions that lead from a speaker to an organisation.
FOR_WHOM = {"for", "of", "from", "at", "with", "in"}
# Bodies that a speaker noun can follow: "army spokesman", "rebel commander".
FORCES = {
    "army",
    "military",
    "navy",
    "police",
    "pentagon",
    "coalition",
    "government",
    "hospital",
    "ministry",
    "defence",
    "defense",
    "security",
    "un",
    "intelligence",
}
REBELS = {"rebel", "rebels", "militant", "insurgent", "separatist", "opposition", "militia"}
# What shows something and is not who says it: who drew it up is.
DOCUMENTS = {"list", "contract", "document", "documents", "records", "data", "figures", "map", "survey"}
# Whose: these point back at who spoke last.
OWNERS = {"its", "their", "his", "her"}
# "Its forces" speak for whoever spoke last.
OWN = {"forces", "troops", "units", "fighters", "soldiers", "men", "jets", "aircraft"}
# Titles that by themselves say nothing of rank ("army spokesman" names the army, "Army Colonel" a rank).
NEUTRAL = {"spokesman", "spokeswoman", "spokesperson", "commander", "chief", "minister", "commissioner", "deputy"}


@cache
def lexicon() -> dict[str, Any]:
    """The words of ``schemas/lexicon/speech.yml``, lists as frozen sets."""
    raw = yaml.safe_load((SCHEMAS / "lexicon" / "speech.yml").read_text(encoding="utf-8"))

    def freeze(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: freeze(v) for k, v in value.items()}
        return frozenset(str(v) for v in value)

    return {k: freeze(v) for k, v in raw.items() if k != "seats"}


@dataclass(frozen=True)
class Speaker:
    """Somebody who says something.

    Attributes:
        text: the noun phrase as it stands in the text, ``[start, end)`` in characters.
        head: its head word ("Morotto" of "Army Colonel Wayne Morotto").
        person: the personal name without titles, None where no person is named.
        organisation: on whose behalf ("the army" of "a spokesman for the army"), None where none is named.
        pronoun: True where the words only point back ("he", "the statement").
    """

    text: str
    start: int
    end: int
    head: str
    person: str | None = None
    organisation: str | None = None
    pronoun: bool = False


def phrase(token: Any) -> tuple[int, int]:
    """Tokens ``[low, high)`` of the noun phrase of a head, without relative clauses and appositions."""
    out: set[int] = set()

    def walk(t: Any, top: bool) -> None:
        out.add(t.i)
        for child in t.children:
            if child.dep_ in PRUNED or child.is_space or child.text in {",", '"', "“", "”", ";", ":"}:
                continue
            if (
                child.dep_ in {"cc", "conj"}
                and top
                and child.i > t.i
                and any(c.text == "," for c in t.doc[t.i : child.i])
            ):
                continue
            if child.dep_ == "prep" and child.lower_ not in FOR_WHOM | {"on", "to", "near", "and"}:
                continue
            walk(child, top and child.dep_ in {"conj"})

    walk(token, True)
    low = high = token.i
    while low - 1 in out:
        low -= 1
    while high + 1 in out:
        high += 1
    return low, high + 1


def _clean(doc: Any, low: int, high: int) -> tuple[int, int]:
    """The token span without punctuation or articles left hanging at its ends."""
    while (
        high - 1 > low
        and (doc[high - 1].is_punct or doc[high - 1].is_space or doc[high - 1].dep_ == "cc")
        and doc[high - 1].text != ")"
    ):
        high -= 1
    while low < high - 1 and (doc[low].is_punct or doc[low].is_space):
        low += 1
    return low, high


def surface(doc: Any, low: int, high: int) -> tuple[str, int, int]:
    """Text and character offsets of a token span."""
    low, high = _clean(doc, low, high)
    start, end = doc[low].idx, doc[high - 1].idx + len(doc[high - 1])
    return letters(doc)[start:end], start, end


def strip_article(text: str) -> str:
    """The phrase without a leading article or possessive mark.

    >>> strip_article("the army's")
    'army'
    """
    words = text.split()
    while len(words) > 1 and words[0].lower() in {"the", "a", "an", "its", "their", "his", "her"}:
        words = words[1:]
    out = " ".join(words)
    return out[:-2] if out.endswith(("'s", "’s")) else out


def _organisation(token: Any) -> str | None:
    """The organisation a speaker noun speaks for: "a spokesman for X", "X's spokesman", "X spokesman"."""
    doc = token.doc
    lex = lexicon()
    heads = [token, *(c for c in token.children if c.dep_ == "appos")]
    heads += [c for c in token.children if c.dep_ == "compound" and c.lower_ in lex["speakers"]]
    heads += [n for c in token.children if c.dep_ in {"relcl", "acl"} for n in _styled(c)]
    for head in heads:
        if head.lower_ not in lex["speakers"]:
            if head.dep_ == "relcl":
                return _object_of(head, "for")
            continue
        for child in head.children:
            if child.dep_ == "prep" and child.lower_ in {"for", "of", "from", "at", "with"}:
                for obj in child.children:
                    if obj.dep_ == "pobj":
                        return strip_article(surface(doc, *phrase(obj))[0])
            if child.dep_ == "poss" and child.lower_ not in OWNERS | {"our", "my"}:
                return strip_article(surface(doc, *phrase(child))[0])
        before = (
            [t for t in doc[phrase(token)[0] : head.i] if t.dep_ not in {"det", "punct"}] if head.i <= token.i else []
        )
        while before and (before[0].lower_ in lex["titles"] and before[0].lower_ not in FORCES):
            before = before[1:]
        named = [
            b
            for b in before
            if b.ent_type_ in {"ORG", "NORP", "GPE"} or b.lower_ in FORCES | REBELS | lex["authorities"]
        ]
        if named and (head.lower_ not in lex["titles"] or head.lower_ in NEUTRAL):
            return strip_article(surface(doc, named[0].i, before[-1].i + 1)[0])
    return None


def _styled(verb: Any) -> list[Any]:
    """What a clause makes of a speaker: "a man who described himself as an officer of X", "who speaks for X"."""
    if verb.lemma_ == "speak" and _object_of(verb, "for"):
        return [verb]
    if not any(c.lower_ in {"himself", "herself", "themselves"} for c in verb.children):
        return []
    return [o for c in verb.children if c.lower_ == "as" for o in c.children if o.dep_ == "pobj"]


def _object_of(verb: Any, preposition: str) -> str | None:
    """The noun phrase behind a verb's preposition."""
    for c in verb.children:
        for o in c.children if c.lower_ == preposition else ():
            if o.dep_ == "pobj":
                return strip_article(surface(o.doc, *phrase(o))[0])
    return None


def _person(token: Any, low: int, high: int) -> str | None:
    """A personal name inside the phrase or in an apposition to it, titles taken off."""
    doc = token.doc
    titles = lexicon()["titles"]
    beside = [phrase(c) for c in token.children if c.dep_ == "appos"]
    body = token.lower_ in FORCES | lexicon()["authorities"] | lexicon()["outlets"]
    spans = beside if body else [(low, high), *beside]
    for first, last in spans:
        for ent in doc.ents:
            if doc[ent.end - 1].dep_ == "poss" or (ent.end < last and doc[ent.end].text == "'s"):
                continue
            if ent.label_ == "PERSON" and ent.start < last and ent.end > first and ent.start >= first - 1:
                words = list(doc[max(ent.start, first) : min(ent.end, last)])
                while words and words[0].lower_ in titles:
                    words = words[1:]
                if words and words[-1].text in {"'s", "’s"}:
                    words = words[:-1]
                if words:
                    return str(letters(doc)[words[0].idx : words[-1].idx + len(words[-1])])
    if token.lower_ in lexicon()["speakers"]:
        # A person's name that the parser takes for another kind of name.
        for first, last in beside:
            if doc[first - 1].text == "," and all(t.pos_ == "PROPN" for t in doc[first:last]) and first > token.i:
                return str(doc[first:last].text)
    if body:
        return None
    run = [t for t in doc[low : token.i + 1] if t.pos_ == "PROPN"]
    if token.pos_ == "PROPN" and any(t.lower_ in titles for t in run):
        while run and run[0].lower_ in titles:
            run = run[1:]
        if run:
            return str(letters(doc)[run[0].idx : token.idx + len(token)])
    return None


def _on_behalf(unit_tokens: Any) -> str | None:
    """The phrase after "on behalf of"."""
    words = [t.lower_ for t in unit_tokens]
    for k in range(len(words) - 3):
        if words[k : k + 3] == ["on", "behalf", "of"]:
            for obj in unit_tokens[k + 2].children:
                if obj.dep_ == "pobj":
                    return strip_article(surface(obj.doc, *phrase(obj))[0])
    return None


def speaker(token: Any, unit_tokens: Any) -> Speaker | None:
    """The speaker whose head is ``token``, or None for what cannot speak.

    Args:
        token: head of the subject (or of the phrase after "by", "according to").
        unit_tokens: span of the sentence, searched for "on behalf of".
    """
    doc = token.doc
    lex = lexicon()
    if token.lower_ in {"nobody", "none", "no"} or any(
        c.lower_ in {"no", "neither"} and c.dep_ in {"det", "preconj"} for c in token.children
    ):
        return None
    if token.lower_ == "another":
        text, start, end = surface(doc, token.i, token.i + 1)
        return Speaker(text, start, end, token.text)
    some = [o for c in token.children if c.lower_ == "of" for o in c.children if o.dep_ == "pobj"]
    if token.lower_ in {"one", "two"} and some and some[0].lower_ in lex["speakers"] | lex["witnesses"]:
        beside = next((c for c in token.children if c.dep_ == "appos" and c.lower_ in lex["speakers"]), None)
        text, start, end = surface(doc, *phrase(beside or token))
        return Speaker(text, start, end, (beside or some[0]).text)
    if token.pos_ == "PRON" or token.lower_ in PRONOUNS:
        back = token.lower_ in {"he", "she", "it", "they", "we", "i", "who", "which", "him", "her", "them"}
        text, start, end = surface(doc, token.i, token.i + 1)
        return Speaker(text, start, end, token.text, pronoun=True) if back else None
    if token.pos_ not in {"NOUN", "PROPN", "ADJ", "NUM"} and not token.ent_type_:
        return None
    if token.lower_ in DOCUMENTS:
        behind = [c for c in token.children if c.dep_ == "conj"]
        behind += [o for c in token.subtree if c.dep_ == "conj" and c.lower_ in lexicon()["witnesses"] for o in (c,)]
        behind += [
            s
            for c in token.subtree
            if c.dep_ == "relcl"
            for s in c.children
            if s.dep_ == "nsubj" and s.pos_ in {"NOUN", "PROPN"}
        ]
        return speaker(behind[0], unit_tokens) if behind else None
    own = any(c.dep_ == "poss" and c.lower_ in {"its", "their"} for c in token.children)
    if own and token.lower_ in OWN:
        return Speaker(token.text, token.idx, token.idx + len(token), token.text, pronoun=True)
    low, high = phrase(token)
    if token.lemma_.lower() in lex["speech_nouns"] and token.pos_ == "NOUN":
        for child in token.children:
            if child.dep_ in {"prep", "agent"} and child.lower_ in {"from", "by", "of"}:
                for obj in child.children:
                    if obj.dep_ == "pobj":
                        return speaker(obj, unit_tokens)
            if child.dep_ == "poss" and child.pos_ != "PRON":
                return speaker(child, unit_tokens)
        named = [
            c
            for c in token.children
            if c.dep_ in {"compound", "amod", "nmod"}
            and (c.pos_ == "PROPN" or c.lower_ in lex["authorities"] or c.lower_ in {"army", "military"})
        ]
        if named:
            text, start, end = surface(doc, min(c.left_edge.i for c in named), token.i + 1)
            return Speaker(
                text,
                start,
                end,
                named[-1].text,
                organisation=strip_article(doc[min(c.i for c in named) : token.i].text),
            )
        text, start, end = surface(doc, low, high)
        return Speaker(text, start, end, token.text, pronoun=True)
    if (
        token.ent_type_ in {"DATE", "TIME", "MONEY", "CARDINAL", "PERCENT", "QUANTITY"}
        and token.lemma_.lower() not in lex["witnesses"] | lex["speakers"]
    ):
        return None
    text, start, end = surface(doc, low, high)
    person = _person(token, low, high)
    organisation = _organisation(token) or (
        _on_behalf(unit_tokens) if person or token.lower_ in lex["speakers"] else None
    )
    return Speaker(text, start, end, token.text, person, organisation)
