"""Find who is said to have done it: the agent of an act of force, the owner of what struck, whom the traces name.

Decides the words for the accused in a stretch of speech. Whether a saying with an accused accuses is
``etl/code/meaning.py``, which registry actor is meant ``etl/code/claimants.py``.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from etl.code.speakers import Speaker, lexicon, phrase, surface
from etl.code.voices import SUBJECTS, agent, can_act, is_self, negated, quoted

NAMED = {"ORG", "GPE", "NORP", "PERSON"}
PUBLIC_ORDER = {"disperse", "arrest", "detain", "free"}
# Deeds that change who holds what: whose they are is not in doubt, whether they happened is.
TERRITORY = {
    "capture",
    "recapture",
    "seize",
    "take",
    "hold",
    "overrun",
    "liberate",
    "repel",
    "enter",
    "cross",
    "move",
    "retake",
}
# What comes from the positions of whoever fired it.
ORDNANCE = {"shell", "fire", "shot", "rocket", "missile", "bullet", "round", "mortar", "drone", "gunfire"}
# "The bomb bore the hallmarks of the front".
TRACES = {"hallmark", "hallmarks", "signature", "stamp", "fingerprints", "mark", "marks"}
IT = {"it", "that", "this", "they", "these", "those"}
THEY = {"they", "their", "theirs"}
DIRECTIONS = {"east", "west", "north", "south", "south-east", "south-west", "north-east", "north-west"}
INVOLVED = {"behind", "responsible", "involved", "liable"}


def blamed_in(tokens: list[Any], speaker: Speaker | None) -> tuple[str, int, int] | None:
    """Who is said to have done it: the first agent that is not the speaker, named ones before unnamed ones.

    Where only "they" did it, that word itself: whom it means is known where one suspect is.
    """
    inside = {t.i for t in tokens}
    agents = [a for t in tokens for a in _agents(t) if a is not None and a.i in inside]
    fit = [a for a in agents if not is_self(a, speaker)]
    spans = [(_span(a), a) for a in (_meant(a, tokens) for a in fit) if can_act(a) and a.lower_ not in DIRECTIONS]
    lex = lexicon()
    named = [x for x, _ in spans if any(t.ent_type_ in NAMED or t.pos_ == "PROPN" for t in tokens[0].doc[slice(*x)])]
    unnamed = [x for x, a in spans if a.lemma_.lower() not in lex["act_nouns"] | lex["anaphora"]]
    best = (named or unnamed)[:1] or [(a.i, a.i + 1) for a in fit if a.lower_ in THEY and quoted(a)][:1]
    return surface(tokens[0].doc, *best[0]) if best else None


def _agents(t: Any) -> list[Any]:
    """Whom one word of the stretch makes the doer: of a deed, of what struck, of traces, of "it was"."""
    lemma, low = t.lemma_.lower(), t.lower_
    found: list[Any] = []
    if (
        t.pos_ in {"VERB", "AUX"}
        and t.dep_ not in {"aux", "auxpass"}
        and _acts(t, lemma)
        and not negated(t)
        and not _nobody(t)
    ):
        found.append(agent(t))
    if lemma == "come" and _by_subject(t, ORDNANCE):
        found += _objects(t, "from")
    if lemma == "belong" and _by_subject(t, ORDNANCE | lexicon()["craft"]):
        found += _objects(t, "to")
    if low in TRACES and t.head.lemma_ in {"bear", "carry", "have", "show"}:
        found += _objects(t, "of")
    if lemma == "be":
        found += _it_was(t)
    if low == "by" and t.dep_ in {"agent", "prep"} and _is_deed(t.head.lemma_.lower()):
        found += [o for o in t.children if o.dep_ == "pobj"]
    return found


def _nobody(t: Any) -> bool:
    """Whether a deed is said to have hit nobody, which blames nobody: "had killed nobody"."""
    return any(c.dep_ == "dobj" and c.lower_ in {"nobody", "none", "noone"} for c in t.children)


def _acts(t: Any, lemma: str) -> bool:
    """Whether a verb is one of force, or "be" with "behind it"."""
    if lemma == "be" and any(c.lower_ in INVOLVED for c in t.children):
        return True
    force = lemma in lexicon()["act_verbs"] and lemma not in PUBLIC_ORDER and lemma not in TERRITORY
    return force and not (lemma in {"shoot", "bring"} and any(c.lower_ == "down" for c in t.children))


def _is_deed(lemma: str) -> bool:
    return lemma in lexicon()["act_verbs"] or lemma in lexicon()["act_nouns"]


def _by_subject(t: Any, lemmas: Set[str]) -> bool:
    return any(c.dep_ in SUBJECTS and c.lemma_.lower() in lemmas for c in t.children)


def _objects(t: Any, preposition: str) -> list[Any]:
    """What stands behind a preposition of a word, "from A, that is, from B" included."""
    return [o for c in t.subtree if c.lower_ == preposition for o in c.children if o.dep_ == "pobj"]


def _it_was(t: Any) -> list[Any]:
    """Whom "it was the police", "they were soldiers", "it was the army's plane" or "it is theirs" makes the doer."""
    if negated(t) or not any(c.dep_ in {"nsubj", "expl"} and c.lower_ in IT for c in t.children):
        return []
    found: list[Any] = []
    lex = lexicon()
    for c in t.children:
        if c.dep_ not in {"attr", "acomp"} or c.i < t.i:
            continue
        if c.lower_ == "theirs":
            return [c]
        if not quoted(t) and not any(r.dep_ == "relcl" and r.lemma_.lower() in lex["act_verbs"] for r in c.children):
            continue
        owner = next((o for o in c.children if o.dep_ == "poss"), None)
        if owner is not None:
            found.append(owner)
        elif c.lemma_.lower() in ORDNANCE | lex["craft"] | lex["doers"] or c.ent_type_ in NAMED:
            found.append(c)
    return found


def _meant(token: Any, tokens: list[Any]) -> Any:
    """What "it" or "they" stands for within the stretch: the first thing told of before it."""
    if token.lower_ not in {"it", "they"}:
        return token
    before = (t for t in tokens if t.i < token.i and t.dep_ in SUBJECTS and t.pos_ in {"NOUN", "PROPN"})
    return next(before, token)


def _span(token: Any) -> tuple[int, int]:
    """The agent's words: up to its head, and what follows "of" ("gunmen of the front"), not where or whom it hit."""
    low, high = phrase(token)
    if token.i + 1 < len(token.doc) and token.nbor(1).pos_ == "PROPN" and token.pos_ != "PROPN":
        # "the armed coalition Viv Ansanm": the name stands behind the noun.
        last = token.i + 1
        while last < len(token.doc) and token.doc[last].pos_ == "PROPN":
            last += 1
        return low, last
    of = next((c for c in token.children if c.lower_ == "of" and c.i < high), None)
    return low, (high if of is not None and of.i == token.i + 1 else token.i + 1)
