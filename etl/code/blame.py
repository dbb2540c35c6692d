"""Find who is said to have done it: the agent of an act of force, the owner of what struck, whom the traces name.

Decides the words for the accused in a stretch of speech. Whether a saying with an accused accuses is
``etl/code/meaning.py``, which registry actor is meant ``etl/code/claimants.py``.
"""

from __future__ import annotations

from typing import Any

from etl.code.speakers import Speaker, lexicon, phrase, surface
from etl.code.voices import SUBJECTS, agent, can_act, is_self

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
INVOLVED = {"behind", "responsible", "involved", "liable"}


def blamed_in(tokens: list[Any], speaker: Speaker | None) -> tuple[str, int, int] | None:
    """The first agent of an act of force in the stretch that is not the speaker, named ones before unnamed ones."""
    lex = lexicon()
    inside = {t.i for t in tokens}
    agents = []
    for t in tokens:
        lemma = t.lemma_.lower()
        involved = lemma == "be" and any(c.lower_ in INVOLVED for c in t.children)
        downed = lemma in {"shoot", "bring"} and any(c.lower_ == "down" for c in t.children)
        force = lemma in lex["act_verbs"] - PUBLIC_ORDER - TERRITORY and not downed
        if t.pos_ in {"VERB", "AUX"} and (force or involved):
            agents.append(agent(t))
        if lemma == "come" and any(c.dep_ in SUBJECTS and c.lemma_.lower() in ORDNANCE for c in t.children):
            agents += [o for c in t.children if c.lower_ == "from" for o in c.children if o.dep_ == "pobj"]
        if t.lower_ in TRACES and t.head.lemma_ == "bear":
            agents += [o for c in t.children if c.lower_ == "of" for o in c.children if o.dep_ == "pobj"]
        deed = t.head.lemma_.lower() in lex["act_verbs"] | lex["act_nouns"]
        if t.lower_ == "by" and t.dep_ in {"agent", "prep"} and deed:
            agents += [o for o in t.children if o.dep_ == "pobj"]
    fit = [a for a in agents if a is not None and a.i in inside and not is_self(a, speaker) and can_act(a)]
    spans = [_span(a) for a in fit]
    named = [x for x in spans if any(t.ent_type_ in NAMED or t.pos_ == "PROPN" for t in tokens[0].doc[slice(*x)])]
    unnamed = [x for x, a in zip(spans, fit, strict=True) if a.lemma_.lower() not in lex["act_nouns"] | lex["anaphora"]]
    best = (named or unnamed)[:1]
    return surface(tokens[0].doc, *best[0]) if best else None


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
