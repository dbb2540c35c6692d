"""Find the figures of an event that differing claimants give: the dead, the arrested, the hurt.

Adds to ``etl.code.counts`` what only a saying puts as a figure ("put the losses at 40", "spoke of eleven enemies
fallen"), and decides whether two figures can both be true. Does not decide which is the event's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etl.annotate import once
from etl.code.attribution import AT_LEAST, tolls_agree
from etl.code.counts import tolls
from etl.code.cues import COUNTS
from etl.code.linking import YEAR, EventFacts, Words, inside
from etl.code.meaning import SpeechAct
from etl.code.numbers import number

# Figures whose difference makes two versions of an event; the dead have a slot of their own.
COUNTED = {"arrested", "captured", "abducted", "injured"}
# What is put at a number, and what the number then counts.
PUT = {
    **dict.fromkeys(("toll", "dead", "deaths", "loss", "losses", "casualties", "bodies"), "killed"),
    **dict.fromkeys(("killed", "fatalities"), "killed"),
    **dict.fromkeys(("arrests", "detentions", "detainees", "arrested", "detained"), "arrested"),
    **dict.fromkeys(("wounded", "injured", "injuries"), "injured"),
}
# Of longer times the number counts many events.
SPANS = {"year", "years", "since", "months", "decade", "decades"}
# What is done with the dead, and whom a side loses.
WITH_DEAD = {"bury", "wash", "shroud"}
PERSONS = {"man", "soldier", "fighter", "comrade", "people", "person", "civilian", "officer"}
# "Eleven enemies fallen", "14 people had been held".
DONE = {"fallen": "killed", "dead": "killed", "killed": "killed", "martyred": "killed"}
HELD = {"hold": "arrested", "detain": "arrested", "arrest": "arrested"}
VAGUE = {"dozens", "scores", "hundreds", "thousands", "several", "many", "no", "none", "nobody", "one", "more"}
# "Four of the dead were women" gives a part of the toll and no toll; how far behind the number that stands.
PART = re.compile(r"\bof the (?:dead|victims|killed|bodies)\b|\bvictims\b", re.IGNORECASE)
PART_REACH = 12
OWN_LOSS = re.compile(r"\b(?:its|his|her|our|ours|their|own)\b|\bloss(?:es)? of\b|\blost\b", re.IGNORECASE)
# How far before a number the words stand that make it a lower bound.
BOUND_REACH = 14


@dataclass(frozen=True)
class Figure:
    """A number of people at ``[start, end)`` of the text, and what happened to them."""

    kind: str
    value: int
    start: int
    end: int


def figures(doc: Any, acts: Sequence[SpeechAct]) -> list[Figure]:
    """The figures of a text, and those that its acts of speech alone show to be figures."""
    found = [Figure(t.kind, t.low, t.start, t.end) for t in once(doc, "tolls", lambda: tolls(doc)) if not t.cumulative]
    for act in acts:
        low, high = act.content_tokens
        words = doc[low:high]
        kind = (
            next((PUT[t.lower_] for t in words if t.lower_ in PUT), "killed" if _bare(words) else None)
            if act.cue.lower() in COUNTS and not any(t.lower_ in SPANS for t in words)
            else None
        )
        for t in words:
            many = number(t.text) if t.pos_ == "NUM" or t.like_num else None
            if many is None or (t.ent_type_ in {"DATE", "TIME"} and not (kind and t.head.lower_ == "at")):
                continue
            what = kind or _done(t) or _buried(t)
            if what and not any(f.start <= t.idx < f.end for f in found):
                found.append(Figure(what, many, t.idx, t.idx + len(t)))
    return found


def _bare(words: Any) -> bool:
    """Whether "the number" is put without a word of whom it counts: the dead, of whom the report told."""
    return any(t.lower_ in {"number", "figure"} and not any(c.lower_ == "of" for c in t.children) for t in words)


def _buried(token: Any) -> str | None:
    """What was done with a number of people that is done with the dead alone: "buried sixteen", "has washed 14"."""
    people = token if token.dep_ == "dobj" else token.head
    verb = people.head
    lost = verb.lemma_ == "lose" and people.lemma_ in PERSONS
    return "killed" if people.dep_ == "dobj" and (verb.lemma_ in WITH_DEAD or lost) else None


def _done(token: Any) -> str | None:
    """What is said to have happened to a number of people beside the number."""
    people = token.head
    for t in token.doc[token.i + 1 : token.i + 4]:
        if t.lower_ in DONE and (t.head.i in {people.i, token.i} or t.i in {people.i + 1, people.head.i}):
            return DONE[t.lower_]
    verb = people.head if people.dep_ == "nsubj" else token.head
    if verb.lemma_ in {"give", "lose"} and any(c.dep_ == "dobj" and c.lemma_ == "life" for c in verb.children):
        return "killed"
    if verb.lemma_ == "fall" and not any(c.dep_ in {"prep", "advmod", "prt", "acomp"} for c in verb.children):
        return "killed"
    if people.lower_ in {"bodies", "corpses"} and verb.lemma_ in {"count", "see", "receive", "register", "collect"}:
        return "killed"
    held = people.dep_ == "nsubjpass" or token.dep_ == "nsubjpass"
    by = people.head if people.dep_ == "nsubjpass" else people
    return HELD.get(by.lemma_.lower()) if held else None


def all_tolls(facts: EventFacts, found: Sequence[Figure], text: str) -> tuple[Words, ...]:
    """The event's tolls and every other figure of dead in the text; which of these are linked is decided by act."""
    if not facts.deadly:
        return ()
    told = [w for w in facts.tolls if not YEAR.fullmatch(w.value)]
    more = [Words(f.start, f.end, str(f.value)) for f in found if f.kind == "killed"]
    more = [m for m in more if not any(w.start < m.end and w.end > m.start for w in facts.tolls)]
    return tuple(w for w in (*told, *more) if not PART.search(text, w.start, w.end + PART_REACH))


def is_figure(words: str) -> bool:
    """Whether words for dead people say how many; "shoppers and porters" do not.

    >>> is_figure("two of his men"), is_figure("a boy"), is_figure("shoppers and porters")
    (True, True, False)
    """
    return any(number(w) is not None or w in VAGUE for w in re.findall(r"[\w-]+", words.casefold()))


def own_loss(text: str, start: int, end: int) -> bool:
    """Whether a toll is of the speaker's own side: "two of its men", "the loss of two servicemen"."""
    return OWN_LOSS.search(text, max(start - BOUND_REACH, 0), end + BOUND_REACH) is not None


def worded(toll: Words, text: str) -> str:
    """A toll with the words that make it a lower bound."""
    bound = AT_LEAST.search(text, max(toll.start - BOUND_REACH, 0), toll.end)
    return f"{bound.group()} {toll.value}" if bound else toll.value


def tolls_differ(linked: Sequence[SpeechAct], facts: EventFacts, text: str) -> bool:
    """Whether different claimants give tolls that cannot all be true."""
    given = [(a.claimant_start, worded(w, text)) for a in linked for w in inside(a, facts.tolls)]
    return len({who for who, _ in given}) > 1 and not tolls_agree([value for _, value in given])
