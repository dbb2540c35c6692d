"""Who and what the words of damage around an event name.

"A bomb went off in the centre. Two shops were destroyed and a watchman was injured": what was hit stands in clauses
that tell no act of their own. Does not decide to which event a sentence belongs (``targets`` asks for its sentences).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.code.lexicon import words
from etl.code.words import norm, pobjs

_THINGS = words("harmed_things")
_PEOPLE = words("harmed_people")
_CAUSES = words("harmed_causes") | {"it", "which", "that"}


def harmed(sentence: Any) -> Iterator[Any]:
    """Heads of the noun phrases a sentence says were damaged, hurt or killed, in order.

    Args:
        sentence: a spaCy span.
    """
    for token in sentence:
        lemma = norm(token)
        if lemma == "damage" and token.pos_ == "NOUN":
            yield from (o for c in token.children if c.lower_ in ("to", "in") for o in pobjs(c))
        elif lemma == "target" and token.dep_ == "attr" and any(c.lower_ == "of" for c in token.children):
            yield from (c for c in token.head.children if c.dep_ == "nsubj")
        elif token.pos_ == "VERB" and lemma in _THINGS | _PEOPLE and not _unreal(token):
            for noun in _suffers(token, lemma):
                relative = noun.lower_ in ("which", "that", "who") and token.dep_ == "relcl"
                yield token.head if relative else noun


def _unreal(verb: Any) -> bool:
    return any(c.dep_ == "neg" or (c.dep_ == "aux" and c.tag_ in ("MD", "TO")) for c in verb.children)


def _suffers(verb: Any, lemma: str) -> Iterator[Any]:
    passive = [c for c in verb.children if c.dep_ == "nsubjpass"]
    if lemma in ("die", "perish"):
        yield from (c for c in verb.children if c.dep_ == "nsubj")
        return
    if verb.dep_ == "conj" and verb.tag_ == "VBN" and not passive and verb.head.pos_ == "VERB":
        passive = [c for c in verb.head.children if c.dep_ == "nsubjpass"]
    if passive:
        yield from passive
        return
    objects = [c for c in verb.children if c.dep_ == "dobj"]
    doers = [w for c in verb.children if c.dep_ == "nsubj" for w in (norm(c), c.lower_)]
    if objects and (verb.tag_ == "VBG" or any(d in _CAUSES for d in doers)):
        yield from objects
    elif not objects and not doers and verb.tag_ == "VBN" and verb.dep_ in ("acl", "relcl"):
        yield verb.head
