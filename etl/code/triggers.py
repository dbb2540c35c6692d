"""Find the words that report an act.

Matches the patterns of ``schemas/lexicon/triggers.yml`` on an annotated text, the most specific one for each word, and
says what each match needs. Whether the act is real is ``factuality``'s question, who takes part ``roles``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from etl.annotate import letters
from etl.code.lexicon import Pattern, hyphenated, patterns
from etl.code.words import norm

# An adjective or a noun may be tagged as a verb and the other way round, above all in headlines and restored capitals.
_VERBAL = frozenset({"VERB", "AUX"})
_NOMINAL = frozenset({"NOUN", "PROPN", "ADJ", "X"})


@dataclass(frozen=True)
class Trigger:
    """A word (or words) that may report an act.

    Attributes:
        token: the head, a spaCy token.
        options: the patterns that fit, best first; ``needs`` decides which one holds.
        start: first character; ``end`` one behind the last.
    """

    token: Any
    nominal: bool
    options: tuple[Pattern, ...]
    start: int
    end: int


def join_hyphens(doc: Any) -> None:
    """Make one token of each hyphenated word that the lexicon knows ("sit-in"); offsets of characters stay."""
    if "-" not in letters(doc):
        return
    spans, taken = [], -1
    for token in doc[1:-1]:
        if token.text != "-" or token.whitespace_ or doc[token.i - 1].whitespace_ or token.i - 1 <= taken:
            continue
        word = f"{doc[token.i - 1].lower_}-{doc[token.i + 1].lower_}"
        if word in hyphenated():
            spans.append(doc[token.i - 1 : token.i + 2])
            taken = token.i + 1
    with doc.retokenize() as merger:
        for span in spans:
            merger.merge(span, attrs={"LEMMA": span.text.lower(), "POS": "NOUN", "TAG": "NN"})


def find(doc: Any) -> list[Trigger]:
    """All triggers of a text, in order; of overlapping nouns the longest stays.

    Args:
        doc: an annotated text.
    """
    found: list[Trigger] = []
    taken: set[int] = set()
    lemmas = [norm(t) for t in doc]
    for token in doc:
        if token.is_space or token.is_punct:
            continue
        if token.pos_ in _VERBAL or token.tag_ in ("VBG", "VBN", "VBD"):
            options = _verb_options(token, lemmas)
            if options:
                found.append(Trigger(token, False, options, *_verb_span(token, options[0])))
        if token.pos_ in _NOMINAL or token.tag_ == "VBG":
            one = _noun(token, lemmas)
            if one is not None:
                found.append(one)
    found.sort(key=lambda t: (-(t.end - t.start) if t.nominal else 0, t.start))
    kept = []
    for trigger in found:
        indices = (
            {t.i for t in trigger.token.doc.char_span(trigger.start, trigger.end, alignment_mode="expand")}
            if trigger.nominal
            else {trigger.token.i}
        )
        if indices & taken:
            continue
        taken |= indices
        kept.append(trigger)
    return sorted(kept, key=lambda t: t.start)


def _verb_options(token: Any, lemmas: list[str]) -> tuple[Pattern, ...]:
    fitting = []
    near: _Near | None = None
    for p in patterns().get((False, lemmas[token.i]), ()):
        if len(p.words) > 1 and lemmas[max(0, token.i - len(p.words) + 1) : token.i + 1] != list(p.words):
            continue
        if p.particle and not any(
            c.lower_ == p.particle and c.dep_ in ("prt", "advmod", "prep") for c in token.children
        ):
            continue
        if p.objects and not _has_object(token, p.objects, lemmas):
            continue
        if p.around:
            near = near or _Near(token)
            if not near.holds(p.around):
                continue
        fitting.append(p)
    return tuple(fitting)


def _has_object(verb: Any, allowed: frozenset[str], lemmas: list[str]) -> bool:
    heads = [c for c in verb.children if c.dep_ in ("dobj", "obj", "nsubjpass", "attr", "oprd")]
    if verb.dep_ in ("acl", "relcl") and verb.tag_ == "VBN":
        heads.append(verb.head)
    if verb.dep_ == "conj" and not heads and verb.tag_ == "VBN":
        heads = [c for c in verb.head.children if c.dep_ == "nsubjpass"]
    for head in heads:
        group = [head, *head.conjuncts]
        group += [
            o
            for h in group
            for p in h.children
            if p.lower_ in ("of", "with", "containing")
            for o in p.children
            if o.dep_ == "pobj"
        ]
        for one in group:
            if lemmas[one.i] in allowed or (one.i > 0 and f"{lemmas[one.i - 1]} {lemmas[one.i]}" in allowed):
                return True
            if any(
                c.dep_ == "compound"
                and lemmas[c.i] in allowed
                and lemmas[one.i] in ("cache", "stash", "depot", "fire", "attack", "round", "haul")
                for c in one.children
            ):
                return True
    return False


class _Near:
    """The words about a verb: its dependents, the next eight words, and the rest of its sentence."""

    def __init__(self, verb: Any) -> None:
        self.after = verb.doc[verb.i + 1 : verb.sent.end]
        forms = [(t.lower_, t.lemma_.lower()) for t in self.after[:8]]
        self.words = {form for both in forms for form in both} | {c.lemma_.lower() for c in verb.children}
        self._verb = verb

    @cached_property
    def own(self) -> set[str]:
        """Its objects."""
        return {c.lower_ for c in self._verb.children if c.dep_ in ("dobj", "obj")}

    @cached_property
    def rest(self) -> set[str]:
        return {form for t in self.after for form in (t.lower_, t.lemma_.lower())}

    def holds(self, wanted: tuple[str, ...]) -> bool:
        """Whether all of the words are there; one with ">" anywhere in the rest of the sentence."""
        for word in wanted:
            far = word.startswith(">")
            if word.endswith(("self", "selves")) and not far and word not in self.own:
                return False
            if not any(one in (self.rest if far else self.words) for one in word.removeprefix(">").split("|")):
                return False
        return True


def _verb_span(token: Any, p: Pattern) -> tuple[int, int]:
    start = token.doc[max(0, token.i - len(p.words) + 1)].idx
    end = token.idx + len(token)
    for child in token.children:
        if p.particle and child.lower_ == p.particle and child.i == token.i + 1:
            end = child.idx + len(child)
        if p.objects and child.dep_ in ("dobj", "obj") and 0 < child.i - token.i <= 3:
            end = max(end, child.idx + len(child))
    return start, end


def _noun(token: Any, lemmas: list[str]) -> Trigger | None:
    options = []
    head = token
    for p in patterns().get((True, lemmas[token.i]), ()):
        n = len(p.words)
        if token.i - n + 1 < 0 or lemmas[token.i - n + 1 : token.i + 1] != list(p.words):
            # "prisoners' exchange", "land-mine": hyphens and possessives split words
            if "-" in token.lower_ and p.words == (token.lower_,):
                pass
            else:
                continue
        options.append(p)
        if "of" in p.words and len(options) == 1:
            head = token.doc[token.i - n + 1]
    if not options:
        return None
    if token.tag_ == "VBG" and token.pos_ not in _NOMINAL and not any(len(p.words) > 1 for p in options):
        if not any(c.dep_ in ("det", "amod", "poss", "compound") for c in token.children):
            return None
    first = token.doc[token.i - len(options[0].words) + 1]
    return Trigger(head, True, tuple(options), first.idx, token.idx + len(token))
