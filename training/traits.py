"""Traits of an act of speech beside one event, as plain words: what ``training.sayings`` learns from.

Deterministic and without a model: words of the cue, the claimant and what is said, what stands in it, where it stands,
and what the rules made of it. Decides nothing about claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from etl.annotate import letters
from etl.code.claimants import UNNAMED, known
from etl.code.claims import Heard, Maker
from etl.code.linking import Words
from etl.code.meaning import SpeechAct
from etl.code.speakers import lexicon
from etl.code.voices import negated
from etl.model import Mention

CLASSES = ("speakers", "witnesses", "authorities", "outlets", "monitors", "bodies", "kin", "anonymous")
"""Lists of the lexicon that a claimant's head can stand in."""
TOLD = ("act_verbs", "act_nouns", "anaphora", "harm", "falsity", "hedges", "no_claim", "traces", "perceiving", "craft")
"""Lists of the lexicon that a word of what is said can stand in."""
ASKED = ("culprit", "toll", "means", "status")
WORDS = frozenset({"NOUN", "VERB", "ADJ", "ADV", "AUX", "PRON", "SCONJ", "PART", "DET", "NUM"})
"""Parts of speech whose lemma is a trait; names say nothing beyond the text they stand in."""
CONTENT = frozenset({"NOUN", "VERB", "PROPN", "NUM", "ADJ"})
PLACES = frozenset({"GPE", "LOC", "FAC", "ORG", "PERSON"})
BACK = frozenset(
    {"year", "years", "month", "months", "since", "decade", "earlier", "previous", "previously", "past", "ago"}
)
"""Words of another time than the event's."""
MOST = 6
"""Triggers of one event whose sentences are read."""
LENGTHS = (0, 3, 6, 10, 16, 25)
FAR = (0, 200, 500, 1000, 1500, 2500)
"""Characters between an act and the event's words: a sentence, a paragraph, four paragraphs and more."""


def traits_of(act: SpeechAct, heard: Heard, make: Maker, acts: Sequence[SpeechAct], event: Sequence[str]) -> list[str]:
    """The traits of one act, each once, in a fixed order.

    Args:
        act: one of ``acts``.
        heard: what the rules made of the event.
        make: of this act and event.
        acts: all acts of speech of the article.
        event: ``event_traits`` of the event.
    """
    found = [*_ruled(act, heard), *_voice(act, heard, make), *_said(act, heard)]
    found += [*_stands(act, heard, acts), *_shared(act, heard), *event]
    pairs = {t for t in found if t.startswith(("act=", "rule:", "would:"))}
    beside = [
        t
        for t in found
        if t.startswith(("has:", "heard:", "role=", "quote", "linked", "blames", "suspect", "event", "home"))
    ]
    found += [f"{p}&{b}" for p in sorted(pairs) for b in beside]
    return list(dict.fromkeys(found))


def event_traits(mention: Mention, rank: int, events: int) -> list[str]:
    """What is known of the event before its claims: how sure it is, of what kind, which of how many."""
    return [
        f"event:{mention.event_type}",
        f"event-sure:{int(mention.confidence * 5)}",
        f"event-rank:{min(rank, 3)}",
        f"events:{min(events, 4)}",
        "event:deadly" if mention.fatalities else "event:bloodless",
        "event:unidentified" if mention.actor1.startswith("Unidentified") else "event:identified",
    ]


def _ruled(act: SpeechAct, heard: Heard) -> Iterator[str]:
    """What the rules read: the act, the claims made of it and kept."""
    yield "always"
    yield f"act={act.act}"
    kept = [c for a, c in heard.kept if a is act]
    made = [c for a, c in heard.case.made if a is act]
    for claim in kept:
        yield f"rule:{claim.speech_act}/{claim.slot}"
    for claim in made:
        if all(claim is not k for k in kept):
            yield f"dropped:{claim.speech_act}/{claim.slot}"
    if not kept:
        yield "rule:none"
    if any(a is act for a in heard.case.linked):
        yield "linked"


def _voice(act: SpeechAct, heard: Heard, make: Maker) -> Iterator[str]:
    """Who speaks, and with which word."""
    lex, facts = lexicon(), heard.case.facts
    head = act.claimant_head.casefold()
    yield f"cue={act.cue.casefold()}"
    yield f"head={head}"
    yield f"role={make.role}"
    for name in CLASSES:
        if head in lex[name]:
            yield f"claimant:{name}"
    if act.person:
        yield "claimant:person"
    if act.organisation:
        yield "claimant:organisation"
    who = known(act, heard.case.names)
    if who is not None:
        yield f"kind={who.kind}"
        if who.kind not in UNNAMED:
            for name, side in (
                ("suspect", heard.case.accused),
                ("perpetrator", facts.perpetrators),
                ("target", facts.targets),
            ):
                if who.name in side:
                    yield f"suspect:{name}" if name == "suspect" else f"claimant:{name}"


def _said(act: SpeechAct, heard: Heard) -> Iterator[str]:
    """What is said: its words, names, figures, and whether in the claimant's own words."""
    lex, facts = lexicon(), heard.case.facts
    low, high = act.content_start, act.content_end
    words = [t for t in heard.case.doc[slice(*act.content_tokens)] if t.is_alpha or t.like_num]
    yield f"long:{sum(len(words) > n for n in LENGTHS)}"
    if act.own_words:
        yield "quote:own"
    if act.quotes:
        yield "quote:some" if any(b - a < high - low - 4 for a, b in act.quotes) else "quote:whole"
    for name, flag in (("hedged", act.hedged), ("passed on", act.chain), ("told", act.addressee)):
        if flag:
            yield name
    if act.accused:
        yield "blames:name" if act.accused[0][:1].isupper() else "blames:somebody"
    for t in words:
        lemma = t.lemma_.lower()
        if t.pos_ in WORDS and not t.ent_type_:
            yield f"word={lemma}"
        if t.ent_type_:
            yield f"name:{t.ent_type_}"
        for name in TOLD:
            if lemma in lex[name] or t.lower_ in lex[name]:
                yield f"has:{name}"
        for name in ASKED:
            if t.lower_ in lex["questions"][name]:
                yield f"asks:{name}"
        if t.pos_ in {"VERB", "AUX"} and t.dep_ in {"ROOT", "ccomp", "conj", "parataxis"}:
            yield f"verb={lemma}{'-not' if negated(t) else ''}"
            yield from (f"subject={c.lower_}" for c in t.children if c.dep_.startswith("nsubj") and c.pos_ == "PRON")
            yield from (f"aux={c.lower_}" for c in t.children if c.dep_ == "aux")
    if words:
        yield f"first={words[0].lower_}"

    def inside(spans: Sequence[tuple[int, int]]) -> bool:
        return any(s < high and e > low for s, e in spans)

    def values(spans: Sequence[Words]) -> bool:
        return inside([(w.start, w.end) for w in spans])

    for name, flag in (
        ("trigger", inside(facts.triggers)),
        ("other", inside(facts.others)),
        ("toll", values(facts.tolls)),
        ("place", values(facts.places)),
        ("target", values(facts.actor2)),
        ("weapon", values(facts.weapons)),
        ("damage", values(facts.damage)),
        ("counted", values(facts.counted)),
        ("suspect", any(s.known.name in heard.case.accused for s in heard.case.names.spans if low <= s.start < high)),
    ):
        if flag:
            yield f"has:{name}"


def _stands(act: SpeechAct, heard: Heard, acts: Sequence[SpeechAct]) -> Iterator[str]:
    """Where it stands: in the article, beside the event's words, after which claims."""
    facts = heard.case.facts
    body = [a for a in acts if not a.heading]
    at = next(n for n, a in enumerate(body) if a is act)
    yield f"third:{3 * act.start // max(len(letters(heard.case.doc)), 1)}"
    yield f"nth:{min(at, 4)}"
    if at:
        yield f"before={body[at - 1].act}"
        if body[at - 1].unit_start == act.unit_start:
            yield "shares its sentence"
    if at + 1 < len(body):
        yield f"after={body[at + 1].act}"
    if any(a.claimant_start == act.claimant_start for a in body[:at]):
        yield "speaks again"
    if any(act.unit_start <= s < act.unit_end for s, _ in facts.triggers):
        yield "has:trigger in its sentence"
    first = min((s for s, _ in facts.triggers), default=0)
    near = min((abs(s - act.start) for s, _ in facts.triggers), default=0)
    yield f"far:{sum(near > n for n in FAR)}"
    if act.end <= first:
        yield "before the event"
    for other, claim in heard.kept:
        if other is not act and claim.start < act.start:
            yield f"heard:{claim.speech_act}/{claim.slot}"
            if claim.claimant.casefold() == act.claimant.casefold():
                yield f"heard:own {claim.speech_act}/{claim.slot}"


def _shared(act: SpeechAct, heard: Heard) -> Iterator[str]:
    """What the words said have in common with the sentences that tell of the event, and which time they tell of."""
    doc, facts = heard.case.doc, heard.case.facts
    words = doc[slice(*act.content_tokens)]
    told = _told(doc, facts.triggers, act)
    mine = {t.lemma_.lower() for t in words if t.pos_ in CONTENT}
    yield f"shares words:{min(len(mine & told), 3)}"
    names = {t.lower_ for t in words if t.ent_type_ in PLACES}
    if names:
        yield "shares its names" if names & told else "has:other names"
    if any(t.ent_type_ == "DATE" for t in words):
        yield "time:dated"
    if any(t.lower_ in BACK or (t.like_num and len(t) == 4) for t in words):
        yield "time:other"
    for t in words:
        if t.tag_ in {"VBD", "VBZ", "VBP", "MD"}:
            yield f"time:{t.tag_}"
            break
    paragraph = letters(doc).rfind("\n\n", 0, act.unit_start)
    if any(paragraph < s < act.unit_start for s, _ in facts.triggers):
        yield "shares its paragraph"
    if any(paragraph < s < act.unit_start for s, _ in facts.others):
        yield "has:other in its paragraph"


def _told(doc: Any, triggers: Sequence[tuple[int, int]], act: SpeechAct) -> set[str]:
    """The words of the sentences with the event's triggers, the act's own left aside."""
    found: set[str] = set()
    for start, end in triggers[:MOST]:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is not None and not act.unit_start <= start < act.unit_end:
            sentence = span[0].sent
            found |= {t.lemma_.lower() for t in sentence if t.pos_ in CONTENT}
            found |= {t.lower_ for t in sentence if t.ent_type_ in PLACES}
    return found
