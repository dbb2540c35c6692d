"""When an act took place.

Gives each act the time expression of its own clause or sentence, and each event the most exact of its acts' days. A
day is never the publication date unless the words say so ("today", a weekday); an undated report of news is an
interval that ends with publication (docs/codebook.md, "time precision"). Does not read expressions (``dates``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from etl.code.dates import When
from etl.code.lexicon import patterns, word_set, words
from etl.code.words import norm

FRESH_DAYS = 2
"""News without a day tells of the two days before it, as a rule; older acts are given one."""
OLD_DAYS = 60
"""Older acts are background of a report, unless they are what it opens with."""


@dataclass(frozen=True)
class Dated:
    """Day and interval of an event; all None where nothing supports one."""

    day: date | None
    low: date | None
    high: date | None
    precision: int | None
    when: When | None


def of_act(token: Any, whens: Sequence[When]) -> When | None:
    """The expression that dates an act, out of those of its sentence.

    A day that hangs on a verb of saying ("said on Tuesday") tells when somebody spoke; it counts only where the
    trigger hangs on nothing nearer.

    Args:
        token: the trigger's head.
        whens: expressions of the whole text, in order.
    """
    sentence = token.sent
    low, high = sentence.start_char, sentence.end_char
    best: tuple[float, When] | None = None
    for when in whens:
        if not low <= when.start < high or when.basis in ("dateline", "byline"):
            continue
        points = _points(token, when)
        if points is not None and (best is None or points > best[0]):
            best = (points, when)
    return best[1] if best else None


def _points(trigger: Any, when: When) -> float | None:
    span = trigger.doc.char_span(when.start, when.end, alignment_mode="expand")
    if span is None:
        return None
    node = span.root
    chain = [node]
    while node.head.i != node.i and len(chain) < 25:
        node = node.head
        chain.append(node)
    points = {1: 2.0, 2: 1.0, 3: 0.8}.get(when.precision or 0, 0.0)
    verb = next((c for c in chain if c.pos_ in ("VERB", "AUX")), None)
    if trigger.i not in {c.i for c in chain} and _spoken_of(trigger, when, span):
        return None
    if verb is not None and verb.i > trigger.i and verb.dep_ == "conj" and verb.i < span.start and _ends(verb):
        return None  # "was kidnapped in Cali and freed today"
    spoken = verb is not None and verb.i != trigger.i and norm(verb) in word_set("speech_verbs") and span.start > verb.i
    if verb is not None and spoken and trigger.i not in {c.i for c in chain}:
        # "police said on Tuesday that ...": the day of the statement
        above = trigger
        under = False
        while above.head.i != above.i:
            above = above.head
            under = under or above.i == verb.i
        if under:
            return None
    if trigger.i in {c.i for c in chain}:
        points += 4.0
    elif verb is not None:
        above, steps = trigger, 0
        while above.i != verb.i and above.head.i != above.i and steps < 6:
            above, steps = above.head, steps + 1
        if above.i == verb.i:
            points += 3.0 - 0.4 * steps
    return points - 0.04 * float(abs(span.root.i - trigger.i))


ANSWERS = words("chronology_answers")
_SAME_TIME = frozenset({"in", "during", "at", "by", "when", "amid", "through", "with"})
"""Prepositions between a verb and an act that is part of what the verb tells; "over" and "after" mean an older one."""


def _spoken_of(act: Any, when: When, span: Any) -> bool:
    """Such as "today condemned the murder of the senator": the day of a verb that only speaks of an act or answers it.

    A definite noun that is the object of a verb which tells no act itself ("resigned today to protest the murder") has
    not that verb's day, unless the day stands behind the noun and is more than "today". The same holds for what a
    relative clause tells of somebody.
    """
    node, step = act, act.head
    if act.pos_ not in ("VERB", "AUX") and not _known(act):
        return False
    if act.pos_ in ("VERB", "AUX"):
        while node.dep_ == "conj" and node.head.pos_ in ("VERB", "AUX"):
            node = node.head
        if node.dep_ not in ("relcl", "acl") or node.head.i < span.root.i < act.i:
            return False
        step = node.head
    answered = False
    while step.pos_ in ("NOUN", "PROPN", "ADP", "ADJ", "PRON") and step.head.i != step.i:
        if step.pos_ == "ADP" and step.lower_ in _SAME_TIME:
            return False
        if step.dep_ in ("nsubj", "nsubjpass") and act.pos_ not in ("VERB", "AUX"):
            return False
        answered = answered or norm(step) in ANSWERS
        node, step = step, step.head
    if node.dep_ in ("nsubj", "nsubjpass") and act.pos_ not in ("VERB", "AUX"):
        return False
    if step.pos_ not in ("VERB", "AUX") or (_tells(step) and not answered):
        return False
    behind = span.start > act.i
    return not behind or when.text.lower().split()[0] in ("today", "tonight", "this")


def _known(act: Any) -> bool:
    """Such as "the murder", "this attack", "the senator's murder": an act that readers are taken to know of."""
    return any(c.lower_ in ("the", "this", "that") or c.dep_ == "poss" for c in act.lefts)


def _ends(verb: Any) -> bool:
    """Whether a verb tells what became of somebody later: freed, arrested, found."""
    return any(p.family in ("agreement", "arrest", "other") for p in patterns().get((False, norm(verb)), ()))


def _tells(verb: Any) -> bool:
    """Whether a verb tells that an act came about, and not only what somebody said or did because of it."""
    lemma = norm(verb)
    if lemma in word_set("light_verbs") | words("general_occur") | {"be", "die"}:
        return True
    return any(p.family in ("violence", "riot", "disrupt", "loot") for p in patterns().get((False, lemma), ()))


def said_on(token: Any, whens: Sequence[When]) -> When | None:
    """The day of the statement that reports an act, an upper limit for the act's own day."""
    low, high = token.sent.start_char, token.sent.end_char
    for when in whens:
        if (
            low <= when.start < high
            and when.precision == 1
            and not when.planned
            and not when.background
            and when.basis not in ("dateline", "byline")
        ):
            return when
    return None


def of_event(
    own: Sequence[When], spoken: When | None, anchor: date | None, published: date | None, lead: bool
) -> Dated:
    """Day of an event from the expressions of its acts.

    Args:
        own: expressions of its acts, in text order.
        spoken: the day somebody reported it, where its acts have no day.
        anchor: the day of the report.
        published: the day of publication, which no event of a report can follow.
        lead: whether the report opens with it.
    """
    limit = published or anchor
    known = [
        w for w in own if w.best is not None and w.precision is not None and not (limit and w.low and w.low > limit)
    ]
    if known:
        finest = min(w.precision or 3 for w in known)
        when = next(w for w in known if w.precision == finest)
        high = min(when.high, limit) if limit and when.high else when.high
        day = min(when.best, limit) if limit and when.best else when.best
        low = min(when.low, day) if when.low and day else when.low
        return Dated(day, low, max(high, day) if high and day else high, when.precision, when)
    upper = anchor or limit
    if spoken is not None and spoken.best is not None and (upper is None or spoken.best <= upper):
        return _before(spoken.best, spoken, 1)
    if upper is None:
        return Dated(None, None, None, None, None)
    return _before(upper, None, FRESH_DAYS)


def _before(last: date, when: When | None, days: int) -> Dated:
    """The days up to a statement, and as the day their middle (of two the later one: statements follow at once)."""
    return Dated(last - timedelta(days=days // 2), last - timedelta(days=days), last, 2, when)


def is_old(when: When | None, anchor: date | None) -> bool:
    """Whether an expression puts an act well before the report, or before any day at all ("in 2019")."""
    if when is None:
        return False
    if when.background or when.planned:
        return True
    if when.low is None:
        return False
    if when.precision is None:
        return anchor is None or when.low < anchor - timedelta(days=OLD_DAYS)
    return anchor is not None and when.high is not None and (anchor - when.high).days > OLD_DAYS
