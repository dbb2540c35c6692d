"""Find who says what: every act of reported speech in a text, with exact offsets.

Decides the claimant's words, what is said, what the saying does (asserts, denies, accuses, ...), who passed it on and
how sure it is worded. Does not decide which event is meant, nor the claimant's role: see ``etl/code/claims.py``.
Statements in the outlet's own voice are no speech acts.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from etl.code.cues import ADDRESSED, PASSING, Cue, cue_at, plain_name
from etl.code.headlines import heading_acts
from etl.code.meaning import Meaning, SpeechAct, read, subject
from etl.code.quotes import Unit, is_title_case, quotations, source_text, units
from etl.code.speakers import Speaker, lexicon, phrase, speaker, strip_article, surface

__all__ = ["SpeechAct", "speech_acts"]

NEGATIVE = {"deny", "deny_knowledge"}
# Tokens that may follow the verb in a closing attribution ("said in a statement on Thursday evening").
TAIL = 12
CLOSING = {",", ";", ":", ".", '"', "-", "\u2014"}
OPENING = {",", ":", '"', "-", "\u2014"}


def speech_acts(doc: Any) -> list[SpeechAct]:
    """Every act of reported speech of an annotated text, in order of the text.

    Args:
        doc: the text as ``etl.annotate.annotate`` returns it.

    Returns:
        The acts; the words of one act are exactly ``doc.text[act.start:act.end]``.
    """
    quotes = quotations(source_text(doc))
    found: list[SpeechAct] = []
    previous: Unit | None = None
    for unit in units(doc):
        if unit.heading and is_title_case(doc.text[unit.start : unit.end]):
            found += heading_acts(doc, unit)
            continue
        acts = _sentence(doc, unit, quotes, found)
        if not acts:
            acts = _continued(doc, unit, quotes, found, previous)
        found += acts
        previous = unit
    return found


def _sentence(doc: Any, unit: Unit, quotes: tuple[tuple[int, int], ...], before: list[SpeechAct]) -> list[SpeechAct]:
    tokens = doc[unit.low : unit.high]
    cues = [c for t in tokens if (c := cue_at(t)) is not None]
    acts: list[tuple[Cue, SpeechAct]] = []
    for cue in cues:
        acts += [(cue, act) for act in _acts(doc, unit, cue, cues, quotes, [*before, *(a for _, a in acts)])]
    return _reconcile(doc, acts)


def _acts(
    doc: Any, unit: Unit, cue: Cue, cues: list[Cue], quotes: tuple[tuple[int, int], ...], before: list[SpeechAct]
) -> list[SpeechAct]:
    """The acts at a cue: none where no claimant can be named, several where the clauses said do different things."""
    t = cue.token
    head = cue.who if cue.who is not None else subject(t)
    if head is None or head.i == t.i:
        head = _neighbour(t, unit)
    if head is not None and head.lower_ in {"which", "who", "that"} and t.dep_ == "relcl":
        head = t.head
    closing = _closing(t, cue, unit)
    if closing is not None:
        head = next((c.root for c in closing.noun_chunks), closing[-1])
    named = speaker(head, doc[unit.low : unit.high]) if head is not None else None
    if named is not None and closing is not None and not named.pronoun:
        text, start, end = surface(doc, closing.start, closing.end)
        named = replace(named, text=text, start=start, end=end)
    if head is None or named is None:
        return []
    who = _resolved(named, before)
    if who is None:
        return []
    bounds = (unit.low, closing.start) if closing is not None else _content(doc, unit, cue, head, cues)
    words = _trim(doc[slice(*bounds)])
    said = strip_article(who.text)
    addressee = _addressee(t)
    chain = cue.chain or _cited(t) or ((addressee,) if addressee and addressee[:1].isupper() else ())
    first = min(t.i, head.left_edge.i) if unit.low <= head.i < unit.high else t.i
    last = max(t.i, phrase(head)[1] - 1) if t.i < head.i < unit.high else t.i
    out = []
    for part, meaning in _clauses(words, cue.act, who):
        low, high = (part[0].i, part[-1].i + 1) if part else (t.i, t.i)
        begin, end = (low, high - 1) if part and part[0].i != words[0].i else (first, last)
        begin, end = (min(begin, low), max(end, high - 1)) if part else (first, last)
        content = (part[0].idx, part[-1].idx + len(part[-1])) if part else (t.idx + len(t), t.idx + len(t))
        out.append(
            SpeechAct(
                act=meaning.act,
                claimant=said,
                claimant_start=who.start,
                claimant_end=who.end,
                claimant_head=who.head,
                person=who.person,
                organisation=who.organisation,
                start=doc[begin].idx,
                end=doc[end].idx + len(doc[end]),
                content_start=content[0],
                content_end=content[1],
                content_tokens=(low, high),
                quotes=tuple(q for q in quotes if q[0] < content[1] and q[1] > content[0]),
                hedged=meaning.hedged,
                negated=meaning.act in NEGATIVE,
                chain=(*chain, said) if chain and chain[-1] != said else chain,
                accused=_blamed(t) if cue.act == "accuse" else meaning.accused,
                addressee=addressee,
                cue=t.text,
                unit_start=unit.start,
                unit_end=unit.end,
                heading=unit.heading,
            )
        )
    return out


def _closing(t: Any, cue: Cue, unit: Unit) -> Any | None:
    """The claimants of a sentence that ends ", rescuers and a rebel group said on Thursday".

    Only where the parse is lost on the way to the comma, and nothing is said after the verb.
    """
    doc = t.doc
    if (
        cue.who is not None
        or cue.act not in {"assert", "confirm"}
        or any(c.dep_ == "ccomp" and c.i > t.i for c in t.children)
    ):
        return None
    low = t.i
    while low > unit.low and doc[low - 1].text not in {",", '"'} and doc[low - 1].pos_ not in {"VERB", "AUX"}:
        low -= 1
    run = doc[low : t.i]
    lost = subject(t) is None or phrase(subject(t))[0] > low
    several = any(x.lower_ == "and" for x in run)
    if not (several or lost) or low <= unit.low + 3 or doc[low - 1].text != "," or not len(run):
        return None
    if doc[low].pos_ in {"CCONJ", "SCONJ", "ADV"} or not any(x.pos_ in {"NOUN", "PROPN"} for x in run):
        return None
    return run if _rest_is_empty(doc, t.i + 1, unit.high) and unit.high - t.i < TAIL else None


def _trim(span: Any) -> list[Any]:
    """The words said, without marks at the ends and without the "that" before them."""
    words = [x for x in span if not x.is_space]
    while words and (words[-1].text in CLOSING or words[-1].dep_ in {"cc", "mark"}):
        words = words[:-1]
    while words and (words[0].text in OPENING or (words[0].dep_ == "mark" and words[0].lower_ == "that")):
        words = words[1:]
    return words


def _clauses(words: list[Any], base: str, who: Speaker) -> list[tuple[list[Any], Meaning]]:
    """The words said, cut between coordinated clauses wherever these do different things."""
    whole = [(words, read(base, words, who))]
    if base not in {"assert", "confirm"}:
        return whole
    inside = {x.i for x in words}
    cuts = []
    for x in words:
        if x.dep_ == "conj" and x.pos_ in {"VERB", "AUX"} and x.head.i in inside:
            own = next((c for c in x.children if c.dep_ in {"nsubj", "nsubjpass", "expl"}), None)
            if own is not None:
                cuts.append(next(k for k, w in enumerate(words) if w.i >= min(own.left_edge.i, x.i)))
    bounds = [0, *cuts, len(words)]
    parts = []
    for low, high in pairwise(bounds):
        part = words[low:high]
        while part and (part[-1].dep_ == "cc" or part[-1].is_punct) and part[-1].text != ")":
            part = part[:-1]
        if part:
            parts.append((part, read(base, part, who)))
    merged: list[tuple[list[Any], Meaning]] = []
    for part, meaning in parts:
        if merged and merged[-1][1].act == meaning.act:
            joined = [w for w in words if merged[-1][0][0].i <= w.i <= part[-1].i]
            merged[-1] = (joined, read(base, joined, who))
        else:
            merged.append((part, meaning))
    return merged if len(merged) > 1 else whole


def _addressee(t: Any) -> str | None:
    """To whom something was told."""
    if t.lemma_.lower() not in ADDRESSED:
        return None
    aim = next((c for c in t.children if c.dep_ in {"dobj", "dative"} and c.i > t.i), None)
    return plain_name(aim) if aim is not None and aim.pos_ in {"PROPN", "NOUN", "PRON"} else None


def _resolved(who: Speaker, before: list[SpeechAct]) -> Speaker | None:
    """A pronoun's speaker is the last one named; without one there is no claimant."""
    if not who.pronoun:
        return who
    personal = who.head.lower() in {"he", "she"}
    for act in reversed(before):
        if (
            personal
            and act.person is None
            and act.claimant_head.lower() not in lexicon()["speakers"] | lexicon()["witnesses"]
        ):
            continue
        return Speaker(
            act.claimant, act.claimant_start, act.claimant_end, act.claimant_head, act.person, act.organisation
        )
    return None


def _neighbour(t: Any, unit: Unit) -> Any | None:
    """The noun phrase right before or after a reporting verb, where the parse gives it no subject."""
    if t.tag_ not in {"VBD", "VBZ", "VBP", "VBN", "MD", "VB"} or t.dep_ == "acl":
        return None
    for chunk in t.doc[unit.low : unit.high].noun_chunks:
        if chunk.end == t.i or (chunk.start == t.i + 1 and t.i > unit.low and t.nbor(-1).text in {",", '"', "”"}):
            return chunk.root
    return None


def _blamed(t: Any) -> tuple[str, int, int] | None:
    """Who is accused by "accuse X", "blame X", "X was blamed by", "blame it on X"."""
    on = [o for c in t.children if c.dep_ == "prep" and c.lower_ == "on" for o in c.children if o.dep_ == "pobj"]
    target = on or [c for c in t.children if c.dep_ in {"dobj", "nsubjpass"}]
    if not target:
        target = [s for c in t.children if c.dep_ == "ccomp" for s in c.children if s.dep_ == "nsubj"]
    return surface(t.doc, *phrase(target[0])) if target and target[0].pos_ in {"NOUN", "PROPN"} else None


def _cited(t: Any) -> tuple[str, ...]:
    """Who is cited by the participle beside a verb of saying: "SANA, citing a military source, reported"."""
    for x in t.subtree:
        if x.lemma_.lower() in PASSING and x.tag_ == "VBG" and abs(x.i - t.i) < 25:
            source = next((c for c in x.children if c.dep_ == "dobj"), None)
            outer = subject(t)
            if source is not None and outer is not None and not any(c.lower_ == "as" for c in x.children):
                return (plain_name(outer), plain_name(source))
    return ()


def _content(doc: Any, unit: Unit, cue: Cue, head: Any, cues: list[Cue]) -> tuple[int, int]:
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
        return (unit.low, t.i) if _rest_is_empty(doc, stop, unit.high) else (unit.low, unit.high)
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
        clause = o.dep_ in {"conj"} and (o.head.i == t.i or not inside) and other_head is not None
        aside = o.tag_ == "VBG" and o.dep_ == "advcl" and o.head.i == t.i and cue.act != "contradict"
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
    inverted = head.i > t.i and head.i < unit.high and cue.who is None
    right = [
        c
        for c in t.children
        if c.i > t.i
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
            [c.token.i + 1 for c in cues if as_rebels and c.token.i < t.i and c.act == "deny"], default=unit.low
        )
        tail = who_high
        if (
            inverted
            and not _rest_is_empty(doc, tail, unit.high)
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
        return (unit.low, begin) if _rest_is_empty(doc, t.i + 1, barrier) else (unit.low, barrier)
    return (t.i + 1, barrier)


def _after_that(t: Any, barrier: int) -> int:
    """Where the clause begins that a verb of saying opens with "that", past "in a statement on Monday"."""
    for child in t.children:
        if child.dep_ == "ccomp" and t.i < child.i < barrier:
            marks = [c.i for c in child.children if c.dep_ == "mark" and c.lower_ == "that"]
            if marks and not any(x.text == '"' for x in t.doc[t.i : marks[0]]):
                return int(marks[0])
    return int(t.i + 1)


def _rest_is_empty(doc: Any, low: int, high: int) -> bool:
    """Whether nothing but adjuncts of the attribution ("on Monday", "in a statement") stands in a span."""
    return (
        not any(
            x.pos_ in {"VERB", "AUX"}
            and x.dep_ not in {"acl", "amod", "relcl", "advcl", "pcomp", "xcomp", "aux", "auxpass", "ccomp"}
            for x in doc[low:high]
        )
        and '"' not in doc[low:high].text[1:]
    )


def _reconcile(doc: Any, acts: list[tuple[Cue, SpeechAct]]) -> list[SpeechAct]:
    """One act for one saying: inner verbs with the same speaker are folded into the outer one."""
    kept: list[SpeechAct | None] = [a for _, a in acts]
    for i, (outer_cue, _) in enumerate(acts):
        for j, (inner_cue, inner) in enumerate(acts):
            outer = kept[i]
            if i == j or outer is None or kept[j] is None:
                continue
            o, n = outer_cue.token, inner_cue.token
            inside = any(a.i == o.i for a in n.ancestors) and outer.start <= n.idx < max(outer.end, outer.unit_end)
            if not inside:
                continue
            if outer.act == "contradict" and (
                _same(outer, inner) or (inner.chain and inner.chain[0] == outer.claimant)
            ):
                chain = inner.chain or outer.chain
                kept[i] = replace(
                    outer,
                    content_start=inner.content_start,
                    content_end=inner.content_end,
                    content_tokens=inner.content_tokens,
                    quotes=inner.quotes,
                    hedged=inner.hedged,
                    accused=inner.accused,
                    chain=chain,
                    end=max(outer.end, inner.end),
                )
                kept[j] = None
            elif outer.act == "deny" and n.dep_ == "advcl" and any(c.lower_ == "as" for c in n.children):
                blamed = (outer.claimant, outer.claimant_start, outer.claimant_end)
                kept[j] = replace(inner, act="accuse", accused=blamed)
            elif outer_cue.act in {"assert", "confirm"} and _same(outer, inner) and n.i >= outer.content_tokens[0]:
                act = inner.act if inner.act not in {"assert"} else outer.act
                kept[i] = replace(
                    outer,
                    act=act,
                    negated=act in NEGATIVE,
                    accused=inner.accused or outer.accused,
                    hedged=outer.hedged or inner.hedged,
                )
                kept[j] = None
            elif (
                outer_cue.act in {"assert", "confirm"}
                and n.dep_ == "ccomp"
                and n.head.i == o.i
                and n.i >= outer.content_tokens[0]
                and not _same(outer, inner)
            ):
                kept[j] = replace(inner, chain=inner.chain or (outer.claimant, inner.claimant))
                kept[i] = None
            elif (
                outer_cue.act == "deny"
                and _same(outer, inner)
                and inner.act in {"deny", "claim_responsibility", "accuse", "assert"}
                and inner_cue.token.dep_ in {"xcomp", "ccomp"}
            ):
                kept[j] = None
    out = [a for a in kept if a is not None]
    confirmed = {a.claimant for a in out if a.act == "confirm"}
    refused = {a.claimant for a in out if a.act == "deny"}
    return [
        replace(a, act="partly_confirm") if a.act == "confirm" and a.claimant in confirmed & refused else a for a in out
    ]


def _same(a: SpeechAct, b: SpeechAct) -> bool:
    return (a.claimant_start, a.claimant_end) == (b.claimant_start, b.claimant_end)


def _continued(
    doc: Any, unit: Unit, quotes: tuple[tuple[int, int], ...], before: list[SpeechAct], previous: Unit | None
) -> list[SpeechAct]:
    """A sentence that stands wholly inside quotation marks goes on with the last speaker."""
    inside = [q for q in quotes if q[0] <= unit.start + 1 and q[1] >= unit.end - 2]
    if not inside or not before or previous is None or unit.paragraph - previous.paragraph > 1:
        return []
    last = before[-1]
    if last.heading or not (last.unit_start == previous.start or last.unit_end == previous.end):
        return []
    who = Speaker(
        last.claimant, last.claimant_start, last.claimant_end, last.claimant_head, last.person, last.organisation
    )
    words = [t for t in doc[unit.low : unit.high] if t.text not in {'"', "“", "”"} and not t.is_space]
    if not words:
        return []
    meaning = read("assert", words, who)
    start, end = words[0].idx, words[-1].idx + len(words[-1])
    return [
        replace(
            last,
            act=meaning.act,
            hedged=meaning.hedged,
            accused=meaning.accused,
            negated=meaning.act in NEGATIVE,
            start=start,
            end=end,
            content_start=start,
            content_end=end,
            content_tokens=(words[0].i, words[-1].i + 1),
            quotes=((start, end),),
            unit_start=unit.start,
            unit_end=unit.end,
            cue="",
            addressee=None,
        )
    ]
