"""Whether words of violence speak of acts at large and not of one act.

Reads number, article and clause of a trigger: "terrorist attacks have grown", "they have killed many people". Decides
nothing about acts that are told with a day; whether a single act happened is ``factuality``'s question.
"""

from __future__ import annotations

from typing import Any

from etl.code.lexicon import word_set, words
from etl.code.words import norm

_MANY = frozenset({"many", "countless", "most"})
_COUNTS = words("general_counts")
_OCCUR = words("general_occur")


def in_general(token: Any, nominal: bool) -> bool:
    """Whether a trigger without a day speaks of acts at large: "terrorist attacks on pipelines", "has killed many".

    Nouns in the plural or of a mass, bare of article, number and owner, tell of one event only where their clause says
    that it came about ("clashes broke out", "launched attacks on").
    """
    if nominal:
        mass = norm(token) in word_set("mass_nouns")
        if token.tag_ not in ("NNS", "NNPS") and not mass:
            return False
        marks = [c for c in token.lefts if c.dep_ in ("det", "nummod", "poss", "predet") or c.tag_ in ("CD", "PDT")]
        if any(c.lower_ not in ("all", "any", "many", "most", "such", "more", "much") for c in marks) or (
            token.dep_ == "pobj" and token.head.lower_ == "of" and norm(token.head.head) in _COUNTS
        ):
            return False
        return not _came_about(token)
    perfect = token.tag_ == "VBN" and any(
        c.dep_ == "aux" and c.lower_ in ("have", "has", "'ve") for c in token.children
    )
    if token.tag_ == "VBN" and _customary(token):
        return True
    ongoing = token.tag_ == "VBG" and _has_aux(token, ("are", "is", "'re", "been"))
    if not (perfect or ongoing):
        return False
    hit = [c for c in token.children if c.dep_ in ("dobj", "nsubjpass")]
    return ongoing or any(_uncounted(noun) for noun in hit)


def _has_aux(verb: Any, forms: tuple[str, ...]) -> bool:
    return any(c.dep_ == "aux" and c.lower_ in forms for c in verb.children)


def _customary(verb: Any) -> bool:
    """Such as "people are kidnapped", "bombings are carried out": a passive in the present."""
    return any(c.dep_ == "auxpass" and c.tag_ in ("VBP", "VBZ") for c in verb.children)


def _uncounted(noun: Any) -> bool:
    """Such as "nuns and priests", "many people", "thousands": nobody in particular."""
    if noun.lower_ in ("thousands", "hundreds", "many") or any(c.lower_ in _MANY for c in noun.lefts):
        return True
    told = any(
        c.dep_ in ("det", "poss", "nummod", "compound") or c.tag_ == "CD" or c.lower_ in ("several", "some")
        for c in noun.lefts
    )
    return noun.tag_ in ("NN", "NNS") and not told


def _came_about(noun: Any) -> bool:
    """Whether the clause of a noun says that what it names happened, or who did it when."""
    top = noun
    while top.dep_ in ("conj", "appos", "compound") and top.head.pos_ in ("NOUN", "PROPN"):
        top = top.head
    verb = top.head
    lemma = norm(verb)
    if verb.pos_ == "ADP":
        told = verb.head.tag_ in ("VBD", "VBN") and verb.lower_ in ("in", "during", "after", "following", "amid")
        return told or verb.head.lower_ == "result"
    if verb.pos_ not in ("VERB", "AUX"):
        return False
    if verb.tag_ in ("VB", "VBP", "VBZ", "VBG") and lemma not in ("be", "continue", "rage"):
        return False
    if top.dep_ in ("nsubj", "nsubjpass"):
        return lemma in _OCCUR and not (_customary(verb) and lemma not in ("hear", "register", "report"))
    if top.dep_ in ("dobj", "attr"):
        return verb.tag_ in ("VBD", "VBN") and (lemma in word_set("light_verbs") or lemma == "be")
    return False
