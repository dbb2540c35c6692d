"""Decide which acts of speech are about one event.

An act is linked only with a reason: its content holds the event's own words, points back at them ("the attack", "the
footage"), is an answer beside them, or follows an act that is linked. What an act claims is ``etl/code/claims.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from etl.annotate import letters
from etl.code.blame import INVOLVED, THEY, TRACES
from etl.code.meaning import ABSENT, IDLE, SpeechAct, any_of_ours, gives_up, nobody_armed, nobody_there
from etl.code.speakers import lexicon
from etl.code.voices import negated

# Acts that answer an accusation without repeating it.
ANSWERS = {"deny", "deny_knowledge", "decline_comment", "retract"}
# Who fights: what they say of any act of force beside the event is an answer.
ARMED_WORDS = {"army", "military", "junta", "forces", "rebels", "rebel", "navy", "militia", "defence", "defense"}
# What a fight is told with beside the verbs of force.
FIGHTS = {"fight", "engage", "battle", "respond", "return"}
# What may follow the accused where nothing is said of the deed.
BARE = {"responsible", "accountable", "for", "it", "this"}
PERSONAL = {"he", "she", "they", "him", "her", "them"}
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# What an answer answers, and the few characters that may lie between the two sentences.
ANSWERED = {"charge", "accusation", "allegation", "claim", "report", "account"}
NEXT = 5
# A reply to a story stands within this many characters of it (about four paragraphs); further off it is another's.
REACH = 1500


@dataclass(frozen=True)
class Words:
    """A stretch of the text and the value it stands for."""

    start: int
    end: int
    value: str


@dataclass(frozen=True)
class EventFacts:
    """What the coder has read about one event before claims are linked. Spans count characters of the text.

    Attributes:
        triggers: spans of the words that tell of the event.
        others: spans of triggers of other events and of background.
        perpetrators: registry names of who is named or suspected.
        targets: registry names of ``actor2`` and the associated actors.
        deadly: whether the dead of the text can be its own; a find of graves or an agreement kills nobody.
        actor2, places, weapons, damage, tolls: the words and values of these slots.
        counted: other figures of people, with "kind number" as their values.
    """

    triggers: tuple[tuple[int, int], ...]
    others: tuple[tuple[int, int], ...] = ()
    perpetrators: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    actor2: tuple[Words, ...] = ()
    places: tuple[Words, ...] = ()
    deadly: bool = True
    weapons: tuple[Words, ...] = ()
    damage: tuple[Words, ...] = ()
    tolls: tuple[Words, ...] = ()
    counted: tuple[Words, ...] = ()


def _other_year(act: SpeechAct, doc: Any, on: date | None) -> bool:
    """Whether the sentence names a year that is not the event's."""
    years = {int(y) for y in YEAR.findall(letters(doc)[act.unit_start : act.unit_end])}
    return on is not None and bool(years) and on.year not in years


def linked_acts(acts: Sequence[SpeechAct], facts: EventFacts, doc: Any, on: date | None) -> list[SpeechAct]:
    """The acts about the event; an answer right after a linked act ("rejected the charge") goes with it."""
    out: list[SpeechAct] = []
    for act in acts:
        if _other_year(act, doc, on):
            continue
        words = doc[slice(*act.content_tokens)]
        answers = act.act in ANSWERS and any(
            t.lemma_.lower() in ANSWERED or t.lower_ in {"it", "this", "that"} for t in words
        )
        last = out[-1] if out else None
        follows = last is not None and last.act not in ANSWERS and 0 <= act.unit_start - last.unit_end <= NEXT
        goes_on = follows or (last is not None and last.act == "deny" and 0 <= act.unit_start - last.unit_end <= NEXT)
        own_version = goes_on and last is not None and _same_words(act, last) and _fought(words)
        recounts = counts_otherwise(act, out, facts.counted)
        if _linked(act, facts, doc, acts) or (answers and follows) or own_version or recounts:
            out.append(act)
    return out


def inside(act: SpeechAct, spans: Sequence[Words]) -> list[Words]:
    """The spans that begin inside what an act says."""
    return [w for w in spans if act.content_start <= w.start < act.content_end]


def counts_otherwise(act: SpeechAct, before: Sequence[SpeechAct], counted: Sequence[Words]) -> bool:
    """Whether an act counts the arrested, abducted or hurt in another number than somebody else before it.

    Args:
        counted: spans of the figures, with "kind number" as their values.
    """

    def read(a: SpeechAct) -> set[tuple[str, str]]:
        pairs = (re.split(r"\s", w.value) for w in inside(a, counted))
        return {(kind, many) for kind, many in pairs}

    heard = {x for a in before if a.claimant_start != act.claimant_start for x in read(a)}
    return any(kind == k and many != m for kind, many in read(act) for k, m in heard)


def _same_words(act: SpeechAct, other: SpeechAct) -> bool:
    """Whether two acts are by a claimant that stands at the same words ("he" for whom was named before)."""
    return (act.claimant_start, act.claimant_end) == (other.claimant_start, other.claimant_end)


def _fought(words: Sequence[Any]) -> bool:
    """Whether words tell of an act of force or a fight."""
    force = lexicon()["act_verbs"] | FIGHTS
    return any(t.pos_ == "VERB" and t.lemma_.lower() in force for t in words)


def tells_of_force(words: Sequence[Any]) -> bool:
    """Whether words tell of violence or of what was seen and heard of it: "was hit in the neck"."""
    verbs = lexicon()["act_verbs"] - lexicon()["light"]
    return perceived(words) or any(t.pos_ == "VERB" and t.lemma_.lower() in verbs and not negated(t) for t in words)


def perceived(words: Sequence[Any]) -> bool:
    """Whether words tell what was seen and heard of violence: "they heard gunfire", "watched the planes turn"."""
    lex = lexicon()
    felt = any(t.lemma_.lower() in lex["perceiving"] for t in words)
    seen = lex["act_nouns"] | lex["craft"]
    marks = any(t.pos_ == "NOUN" and t.lemma_.lower() in lex["traces"] for t in words)
    return marks or (felt and any(t.lemma_.lower() in seen for t in words))


def says_who_they_were(words: Sequence[Any]) -> bool:
    """Whether words say what those who were hit had been: "the youths belonged to", "both were members of"."""
    for t in words:
        if t.lemma_ == "belong" or (
            t.lemma_ == "be" and any(c.dep_ == "attr" and c.lemma_ == "member" for c in t.children)
        ):
            return any(c.dep_ == "nsubj" for c in t.children)
    return False


def _denied_thing(act: SpeechAct, doc: Any, acts: Sequence[SpeechAct], facts: EventFacts) -> bool:
    """Whether a denial names, with "the", a thing that the words it answers name: "denied that the base had fallen"."""
    named = {
        t.lemma_.lower()
        for t in doc[slice(*act.content_tokens)]
        if t.pos_ == "NOUN" and any(c.lower_ in {"the", "this", "that"} for c in t.children)
    }
    for s, e in facts.triggers:
        if s < act.start:
            told = next((a for a in acts if a.content_start <= s and e <= a.content_end), None)
            if told is not None and any(t.lemma_.lower() in named for t in doc[slice(*told.content_tokens)]):
                return True
    return False


def _linked(act: SpeechAct, facts: EventFacts, doc: Any, acts: Sequence[SpeechAct]) -> bool:
    """Whether an act is about the event."""
    low, high = act.content_start, act.content_end

    def inside(spans: Sequence[tuple[int, int]]) -> bool:
        return any(s < high and e > low for s, e in spans)

    words = list(doc[act.content_tokens[0] : act.content_tokens[1]])
    if inside(facts.triggers):
        return not (act.act == "assert" and _only_opinion(act, words))
    if inside(facts.others) and act.act not in ANSWERS:
        return False
    lex = lexicon()
    points_back = any(t.lower_ in lex["anaphora"] and _definite(t) for t in words)
    tells = any(
        t.lemma_.lower() in lex["act_nouns"] or (t.pos_ == "VERB" and t.lemma_.lower() in lex["act_verbs"])
        for t in words
    )
    details = any(w.start < high and w.end > low for w in (*facts.tolls, *facts.weapons, *facts.actor2))
    away = ABSENT - {"forces", "part", "hand"} | IDLE | {"ours"}
    absent = any(t.lower_ in away or (t.lower_ == "no" and nobody_there(t.head, None)) for t in words)
    toll = any(low <= w.start < high for w in facts.tolls)
    if act.act == "deny":
        bare = all(t.pos_ in {"PRON", "ADV", "PUNCT", "DET"} for t in words)
        dead = act.claimant_head.lower() in lex["kin"] and any(t.lower_ in PERSONAL for t in words)
        unharmed = any(t.lemma_ == "civilian" for t in words)
        held = any(gives_up(t) or nobody_armed(t) or any_of_ours(t) for t in words)
        said = points_back or unharmed or tells or absent or bare or dead or held
        about = said or _denied_thing(act, doc, acts, facts)
        return about and _nearest_is_ours(act, facts)
    if act.act == "confirm":
        return _nearest_is_ours(act, facts)
    if act.act == "decline_comment" and _own_matter(words):
        return False
    if act.act in {"decline_comment", "deny_knowledge", "retract"}:
        return _nearest_is_ours(act, facts)
    if act.act == "accuse":
        bare = act.accused is not None and not any(
            t.idx >= act.accused[2] and t.is_alpha and t.lower_ not in BARE for t in words
        )
        return act.accused is not None and (points_back or tells or bare) and _nearest_is_ours(act, facts)
    if act.act == "claim_responsibility" and _of_it(words):
        return _nearest_is_ours(act, facts)
    if act.act in {"claim_responsibility", "contradict", "partly_confirm"}:
        return (points_back or tells or absent or act.act == "partly_confirm") and _nearest_is_ours(act, facts)
    if _only_opinion(act, words) and not details:
        return False
    forces = set(re.findall(r"\w+", f"{act.claimant} {act.organisation or ''}".lower())) & ARMED_WORDS
    was = says_who_they_were(words) or any(t.lower_ in TRACES for t in words) or act.cue.lower().startswith("identif")
    accuses = act.accused is not None and (
        tells or act.accused[0].lower() in THEY or any(t.lower_ in INVOLVED for t in words)
    )
    saw = tells_of_force(words) and not inside(facts.others)
    beside = details and (tells or _answers_unit(act, acts))
    told = points_back or accuses or saw or toll or was or (tells and forces) or beside
    return told and _nearest_is_ours(act, facts)


def _of_it(words: Sequence[Any]) -> bool:
    """Whether the deed is only "it", or left out: "took credit for it", "said it was behind this"."""
    deeds = lexicon()["responsibility_nouns"]
    things = [t for t in words if t.pos_ in {"NOUN", "PROPN", "VERB"} and t.ent_type_ not in {"DATE", "TIME"}]
    return all(t.lemma_.lower() in deeds or t.lower_ in INVOLVED | {"online"} for t in things)


def _own_matter(words: Sequence[Any]) -> bool:
    """Whether a question is about the claimant's own affairs ("about their next steps") and not about the event."""
    events = lexicon()["act_nouns"] | lexicon()["anaphora"]
    return any(
        t.dep_ == "pobj"
        and t.head.lower_ in {"about", "on", "over"}
        and t.lemma_.lower() not in events
        and any(c.dep_ == "poss" and c.pos_ == "PRON" for c in t.children)
        for t in words
    )


def _only_opinion(act: SpeechAct, words: list[Any]) -> bool:
    """Whether somebody condemns, hopes or demands, and claims nothing."""
    verbs = [t for t in words if t.pos_ == "VERB" and t.dep_ in {"ROOT", "ccomp", "conj"}]
    if not verbs:
        return False
    ahead = any(c.dep_ == "aux" and c.lower_ in {"will", "would", "'ll", "should", "must"} for c in verbs[0].children)
    return ahead or verbs[0].lemma_.lower() in lexicon()["no_claim"]


def _definite(token: Any) -> bool:
    """Whether a noun points at something already told: "the attack", "its claims"; "an attack" does not."""
    return not any(
        c.lower_ in {"a", "an", "any", "other", "previous", "earlier", "several", "many", "another", "recent", "past"}
        for c in token.children
    ) or token.lower_ in {"involvement"}


def _answers_unit(act: SpeechAct, acts: Sequence[SpeechAct]) -> bool:
    """Whether another act stands in the same sentence, so that both speak of the same thing."""
    return any(a is not act and a.unit_start == act.unit_start for a in acts)


def _nearest_is_ours(act: SpeechAct, facts: EventFacts) -> bool:
    """Whether the trigger told last before the act, or else first after it, is the event's."""
    spans = [(s, e, True) for s, e in facts.triggers] + [(s, e, False) for s, e in facts.others]
    before = [x for x in spans if x[0] < (act.start if act.act in ANSWERS else act.end)]
    near = (
        max(before, key=lambda x: (x[0], x[2])) if before else min(spans, key=lambda x: (x[0], not x[2]), default=None)
    )
    return near is not None and near[2] and abs(near[0] - act.start) <= REACH
