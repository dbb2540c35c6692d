"""Find the stretch of a sentence that a reporting word reports, and the claimants that close a sentence.

Decides from the order of words and the parse where what is said begins and ends. Does not read it: see
``etl/code/meaning.py``.
"""

from __future__ import annotations

from typing import Any

from etl.code.cues import ADDRESSED, Cue
from etl.code.quotes import Unit
from etl.code.speakers import phrase
from etl.code.voices import subject

# Tokens that may follow the verb in a closing attribution ("said in a statement on Thursday evening").
TAIL = 12
# A person's name is not longer.
NAME_WORDS = 4


def content(doc: Any, unit: Unit, cue: Cue, head: Any, cues: list[Cue]) -> tuple[int, int]:
    """Tokens of what is said: right of the verb, left of it, or the whole sentence around it."""
    t = cue.token
    who_low, who_high = phrase(head)
    for child in head.children:
        if child.dep_ == "appos" and head.i > t.i:
            who_high = max(who_high, child.right_edge.i + 1)
    begin = min(t.i, who_low) if who_low >= unit.low else t.i
    if cue.whole:
        stop = max(who_high, t.i + 2)
        if t.i <= unit.low + 1:
            return stop, unit.high
        return (unit.low, t.i) if rest_is_empty(doc, stop, unit.high) else (unit.low, unit.high)
    if cue.act == "decline_comment" and cue.token.pos_ not in {"VERB", "AUX"}:
        return t.i + 1, unit.high
    barrier = unit.high
    for other in cues:
        o = other.token
        if o.i <= t.i:
            continue
        other_head = (
            other.who
            if other.who is not None
            else next((c for c in o.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
        )
        linked = any(
            c.dep_ == "mark" and c.lower_ in {"as", "while", "although", "though", "whereas"} for c in o.children
        )
        inside = any(a.i == t.i for a in o.ancestors)
        clause = o.dep_ == "conj" and (o.head.i == t.i or (not inside and other_head is not None))
        aside = _is_aside(o) and o.head.i == t.i and cue.act != "contradict"
        if linked or clause or aside or (not inside and other_head is not None):
            edge = min(o.i, other_head.left_edge.i) if other_head is not None else o.i
            marks = [c.i for c in o.children if c.dep_ == "mark"]
            edge = min([edge, *marks])
            if edge > t.i:
                barrier = min(barrier, edge)
    if cue.act == "deny":
        asides = [x.i for x in t.children if x.tag_ == "VBG" and x.dep_ == "advcl" and doc[x.i - 1].text == ","]
        barrier = min([barrier, *(i for i in asides if i > t.i)])
    while barrier - 1 > t.i and (doc[barrier - 1].dep_ == "cc" or doc[barrier - 1].text in {",", ";"}):
        barrier -= 1
    as_rebels = any(c.dep_ == "mark" and c.lower_ == "as" for c in t.children) or (
        begin > unit.low and doc[begin - 1].lower_ == "as"
    )
    if t.lemma_ == "speak":
        marks = [x.i for x in doc[t.i : barrier] if x.text == '"'][:2]
        return (marks[0], marks[1] + 1) if len(marks) > 1 else (t.i + 1, barrier)
    inverted = head.i > t.i and head.i < unit.high and cue.who is None
    right = [
        c
        for c in t.children
        if t.i < c.i < barrier
        and (
            c.dep_ in {"ccomp", "xcomp", "dobj", "oprd"}
            or (c.dep_ == "prep" and cue.act in {"accuse", "claim_responsibility", "decline_comment", "deny_knowledge"})
        )
    ]
    if t.lemma_.lower() in ADDRESSED:
        right = [c for c in right if c.dep_ not in {"dobj"}] or (
            list(right) if doc[t.i + 1 : barrier].text.count('"') else []
        )
    if inverted or as_rebels:
        left_end = t.i if inverted else (begin - 1 if doc[begin - 1].lower_ == "as" else begin)
        lower = max(
            [_after_that(c.token, left_end) for c in cues if as_rebels and c.token.i < t.i and c.act == "deny"],
            default=unit.low,
        )
        tail = who_high
        if (
            inverted
            and not rest_is_empty(doc, tail, unit.high)
            and any(x.text in {'"', "“"} for x in doc[tail : unit.high])
        ):
            return lower, unit.high
        return lower, left_end
    if t.lemma_.lower() in ADDRESSED and any(c.dep_ in {"dobj", "dative"} and c.i > t.i for c in t.children):
        aim = next(c for c in t.children if c.dep_ in {"dobj", "dative"} and c.i > t.i)
        edge = phrase(aim)[1]
        if any(x.pos_ in {"VERB", "AUX"} or x.text == '"' for x in doc[edge:barrier]):
            return max(edge, _after_that(t, barrier)), barrier
    if right or (
        t.i + 1 < unit.high and (doc[t.i + 1].lower_ in {"that", ":"} or doc[t.i + 1].text in {'"', "“", ":"})
    ):
        return _after_that(t, barrier), barrier
    comma_before = begin > unit.low and doc[begin - 1].text in {",", '"', "”", "—", "–", "-"}
    if comma_before:
        return (unit.low, begin) if rest_is_empty(doc, t.i + 1, barrier) else (unit.low, barrier)
    return (_after_that(t, barrier), barrier)


def _is_aside(token: Any) -> bool:
    """Whether a participle behind a comma opens a saying of its own: "the police said, blaming rebels"."""
    return token.tag_ == "VBG" and token.dep_ in {"advcl", "xcomp"} and token.i > 0 and token.nbor(-1).text == ","


def _after_that(t: Any, barrier: int) -> int:
    """Where the clause begins that a verb of saying opens with "that", past "in a statement on Monday"."""
    for child in t.children:
        if child.dep_ == "ccomp" and t.i < child.i < barrier:
            marks = [c.i for c in child.children if c.dep_ == "mark" and c.lower_ == "that"]
            if marks and not any(x.text == '"' for x in t.doc[t.i : marks[0]]):
                return int(marks[0])
    for x in t.doc[t.i + 1 : barrier]:
        if x.dep_ == "mark" and x.lower_ == "that":
            return int(x.i)
        if x.pos_ in {"VERB", "AUX"} or x.text == '"':
            break
    return int(t.i + 1)


def rest_is_empty(doc: Any, low: int, high: int) -> bool:
    """Whether nothing but adjuncts of the attribution ("on Monday", "in a statement") stands in a span."""
    return (
        not any(
            x.pos_ in {"VERB", "AUX"}
            and x.dep_ not in {"acl", "amod", "relcl", "advcl", "pcomp", "xcomp", "aux", "auxpass", "ccomp"}
            for x in doc[low:high]
        )
        and '"' not in doc[low:high].text[1:]
    )


def closing_claimants(t: Any, cue: Cue, unit: Unit) -> Any | None:
    """The claimants of a sentence that ends ", rescuers and a rebel group said" or ", the mayor, Ana Paz, said".

    Only where the parse is lost on the way to the comma, and nothing is said after the verb.
    """
    doc = t.doc
    if (
        cue.who is not None
        or cue.act not in {"assert", "confirm"}
        or any(c.dep_ == "ccomp" and c.i > t.i for c in t.children)
    ):
        return None
    high = t.i
    low = _nominal_run(doc, unit.low, high)
    if low == high and _is_name(doc, low := _nominal_run(doc, unit.low, high - 1), high - 1):
        high = low - 1
        low = _nominal_run(doc, unit.low, high)
    run = doc[low:high]
    who = subject(t)
    lost = who is None or phrase(who)[0] > low or who.i < low
    several = any(x.lower_ == "and" for x in run)
    if not (several or lost) or low <= unit.low + 3 or doc[low - 1].text != "," or not len(run):
        return None
    if doc[low].pos_ in {"CCONJ", "SCONJ", "ADV"} or not any(x.pos_ in {"NOUN", "PROPN"} for x in run):
        return None
    if not any(x.pos_ in {"VERB", "AUX"} for x in doc[unit.low : low]):
        return None
    empty = rest_is_empty(doc, t.i + 1, unit.high)
    return run if empty and unit.high - t.i < TAIL else None


def _nominal_run(doc: Any, lower: int, high: int) -> int:
    """Where the words before ``high`` begin that hold no comma, mark of quotation or verb."""
    low = high
    while low > lower and doc[low - 1].text not in {",", '"'} and doc[low - 1].pos_ not in {"VERB", "AUX"}:
        low -= 1
    return int(low)


def _is_name(doc: Any, low: int, high: int) -> bool:
    """Whether a name alone stands between two commas, as an apposition."""
    run = doc[low:high]
    return 0 < len(run) <= NAME_WORDS and doc[high].text == "," and all(x.text[:1].isupper() for x in run)
