"""Find who says what: every act of reported speech in a text, with exact offsets.

Decides the claimant's words, what is said, what the saying does (asserts, denies, accuses, ...), who passed it on and
how sure it is worded. Does not decide which event is meant, nor the claimant's role: see ``etl/code/claims.py``.
Statements in the outlet's own voice are no speech acts.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from etl.annotate import letters, once
from etl.code.cues import COUNTS, Cue, cue_at
from etl.code.folding import NEGATIVE, blamed, cited, reconcile, spoken_to
from etl.code.headlines import heading_acts
from etl.code.meaning import Meaning, SpeechAct, read, unknowing
from etl.code.own_words import with_own_words
from etl.code.quotes import Unit, is_title_case, quotations, source_text, units
from etl.code.speakers import Speaker, lexicon, phrase, speaker, strip_article, surface
from etl.code.stretch import closing_claimants, content
from etl.code.voices import quoted, subject

__all__ = ["SpeechAct", "speech_acts"]

CLOSING = {",", ";", ":", ".", '"', "-", "\u2014"}
# About two sentences: "he" means nobody who was told of before.
LOOK_BACK = 60
OPENING = {",", ":", '"', "-", "\u2014"}


def speech_acts(doc: Any) -> list[SpeechAct]:
    """Every act of reported speech of an annotated text, in order of the text.

    Args:
        doc: the text as ``etl.annotate.annotate`` returns it.

    Returns:
        The acts; the words of one act are exactly ``doc.text[act.start:act.end]``.
    """
    return once(doc, "speech acts", lambda: _read(doc))


def _read(doc: Any) -> list[SpeechAct]:
    quotes = quotations(source_text(doc))
    found: list[SpeechAct] = []
    previous: Unit | None = None
    waiting: list[Unit] = []
    for unit in units(doc):
        if unit.heading and is_title_case(letters(doc)[unit.start : unit.end]):
            found += heading_acts(doc, unit)
            continue
        if _goes_on(unit, quotes):
            waiting.append(unit)
            continue
        acts = _sentence(doc, unit, quotes, found)
        named = acts[0] if acts else None
        for early in waiting:
            found += _said_by(doc, early, named) if named else _continued(doc, early, quotes, found, previous)
            previous = early if not named else previous
        waiting = []
        if not acts:
            acts = _continued(doc, unit, quotes, found, previous)
        found += acts
        previous = unit
    return with_own_words(doc, found)


def _sentence(doc: Any, unit: Unit, quotes: tuple[tuple[int, int], ...], before: list[SpeechAct]) -> list[SpeechAct]:
    tokens = doc[unit.low : unit.high]
    cues = [c for t in tokens if (c := cue_at(t)) is not None]
    acts: list[tuple[Cue, SpeechAct]] = []
    for cue in cues:
        acts += [(cue, act) for act in _acts(doc, unit, cue, cues, quotes, [*before, *(a for _, a in acts)])]
    kept = reconcile(doc, acts)
    # "Said the air force was responsible and counted 21 bodies": who is accused counts nothing.
    accused = {a.accused[1] for a in kept if a.accused}
    return [a for a in kept if a.claimant_start not in accused or a.cue.lower() not in COUNTS]


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
    closing = closing_claimants(t, cue, unit)
    if closing is not None:
        head = next((c.root for c in closing.noun_chunks), closing[-1])
    named = speaker(head, doc[unit.low : unit.high]) if head is not None else None
    if named is not None and closing is not None and not named.pronoun:
        text, start, end = surface(doc, closing.start, closing.end)
        named = replace(named, text=text, start=start, end=end)
    if head is None or named is None:
        return []
    who = None if named.pronoun and quoted(t) else _resolved(named, before, doc, unit)
    if who is None:
        return []
    bounds = (unit.low, closing.start) if closing is not None else content(doc, unit, cue, head, cues)
    words = _trim(doc[slice(*bounds)])
    said = strip_article(who.text)
    addressee = spoken_to(t)
    chain = cue.chain or cited(t) or ((addressee,) if addressee and addressee[:1].isupper() else ())
    first = min(t.i, head.left_edge.i) if unit.low <= head.i < unit.high else t.i
    last = max(t.i, phrase(head)[1] - 1) if t.i < head.i < unit.high else t.i
    out = []
    for part, meaning in _clauses(words, cue.act, who):
        low, high = (part[0].i, part[-1].i + 1) if part else (t.i, t.i)
        begin, end = (low, high - 1) if part and part[0].i != words[0].i else (first, last)
        begin, end = (min(begin, low), max(end, high - 1)) if part else (first, last)
        spot = (part[0].idx, part[-1].idx + len(part[-1])) if part else (t.idx + len(t), t.idx + len(t))
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
                content_start=spot[0],
                content_end=spot[1],
                content_tokens=(low, high),
                quotes=tuple(q for q in quotes if q[0] < spot[1] and q[1] > spot[0]),
                hedged=meaning.hedged,
                negated=meaning.act in NEGATIVE,
                chain=(*chain, said) if chain and chain[-1] != said else chain,
                accused=blamed(t) if cue.act == "accuse" else meaning.accused,
                addressee=addressee,
                cue=t.text,
                unit_start=unit.start,
                unit_end=unit.end,
                heading=unit.heading,
            )
        )
    return out


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
        if x.dep_ == "conj" and x.pos_ in {"VERB", "AUX"} and (x.head.i in inside or unknowing(x, who)):
            own = next((c for c in x.children if c.dep_ in {"nsubj", "nsubjpass", "expl"}), None)
            if own is None and unknowing(x, who):
                cuts.append(next(k for k, w in enumerate(words) if w.i >= min(c.i for c in (x, *x.children))))
            elif own is not None:
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


def _resolved(who: Speaker, before: list[SpeechAct], doc: Any, unit: Unit) -> Speaker | None:
    """A pronoun's speaker is the last one named; without one there is no claimant."""
    if not who.pronoun:
        return who
    personal = who.head.lower() in {"he", "she"}
    if personal and (giver := _giver(doc, unit, who)) is not None:
        return giver
    told = _told_of(doc, unit, personal) if personal or who.head.lower() == "it" else None
    for act in reversed(before):
        if personal and act.person is None and not _human(act.claimant_head):
            continue
        if told is not None and told.start > act.claimant_start:
            return told
        return _speaker_of(act)
    return told


def _speaker_of(act: SpeechAct) -> Speaker:
    return Speaker(act.claimant, act.claimant_start, act.claimant_end, act.claimant_head, act.person, act.organisation)


def _human(head: str) -> bool:
    """Whether the head of a claimant's words is one person and no body of people."""
    lex = lexicon()
    if head.lower() in lex["speakers"] | lex["witnesses"]:
        return True
    return head.islower() and not head.endswith("s") and head not in lex["bodies"] | lex["authorities"] | lex["outlets"]


def _giver(doc: Any, unit: Unit, who: Speaker) -> Speaker | None:
    """Whose account "he" goes on with in one sentence: "An officer gave another account: it was, he said"."""
    for t in doc[unit.low : unit.high]:
        if t.idx >= who.start:
            return None
        given = any(c.dep_ == "dobj" and c.lemma_.lower() in lexicon()["speech_nouns"] for c in t.children)
        one = next((c for c in t.children if c.dep_ == "nsubj" and c.tag_ in {"NN", "NNP"}), None)
        if t.lemma_ in {"give", "offer"} and given and one is not None and not quoted(t):
            return speaker(one, doc[unit.low : unit.high])
    return None


def _told_of(doc: Any, unit: Unit, personal: bool) -> Speaker | None:
    """Whom the sentences of the paragraph before this one tell of last: "The head of the clinic came. He said ..."."""
    lex = lexicon()
    people = lex["speakers"] | lex["witnesses"] | lex["authorities"] - lex["bodies"] if personal else lex["bodies"]
    kinds = {"PERSON"} if personal else {"ORG"}
    for t in reversed(doc[max(unit.low - LOOK_BACK, 0) : unit.low]):
        if "\n" in t.text:
            return None
        one = t.tag_ in {"NN", "NNP"} and t.dep_ == "nsubj" and t.head.dep_ == "ROOT"
        if one and not quoted(t) and (t.lower_ in people or t.ent_type_ in kinds):
            return speaker(t, doc[unit.low : unit.high])
    return None


def _neighbour(t: Any, unit: Unit) -> Any | None:
    """The noun phrase right before or after a reporting verb, where the parse gives it no subject."""
    if t.tag_ not in {"VBD", "VBZ", "VBP", "VBN", "MD", "VB"} or t.dep_ == "acl":
        return None
    for chunk in t.doc[unit.low : unit.high].noun_chunks:
        if chunk.end == t.i or (chunk.start == t.i + 1 and t.i > unit.low and t.nbor(-1).text in {",", '"', "”"}):
            return chunk.root
    return None


def _goes_on(unit: Unit, quotes: tuple[tuple[int, int], ...]) -> bool:
    """Whether a sentence opens a quotation that is still open at its end: who says it is told after its last one."""
    return any(abs(start - unit.start) <= 1 and end > unit.end for start, end in quotes)


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
    return _said_by(doc, unit, last)


def _said_by(doc: Any, unit: Unit, last: SpeechAct) -> list[SpeechAct]:
    """A quoted sentence as an act of whoever spoke in another one."""
    who = _speaker_of(last)
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
