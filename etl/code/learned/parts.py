"""Who and what has which part in the event of a short text, by the learned stage: the words of each role.

Turns words into parties as the rules do (``named``), so that names, nationalities and nouns mean the same. Does not
name the actors (``naming``), does not decide the type (``stage``), and leaves articles to the rules, which read them
better by measurement (docs/decisions/010-learned-roles.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from etl.code import placenames, where
from etl.code.cluster import Cluster
from etl.code.hierarchy import Verdict
from etl.code.learned.encoder import Phrase
from etl.code.learned.judge import Judge
from etl.code.lexicon import word_set
from etl.code.material import Material
from etl.code.named import parties_at
from etl.code.parties import ARMED, CIVILIANS, PROTESTERS, RIOTERS, Party
from etl.code.words import norm
from etl.model import Place
from etl.schema import sub_event

MOST_ACTS = 3
"""Triggers of one event that are asked; the first tell the most."""
SURE = 0.5
SURE_PLACE = 0.6
_NAME = re.compile(placenames.NAME)
_REFUSALS = frozenset({"deny", "reject", "decline", "disown", "refute", "dismiss", "condemn"})
_CROWDS = {"Protests": PROTESTERS, "Riots": RIOTERS}


Parts = dict[str, tuple[Phrase, ...]]
"""The phrases of each role (``Encoder.roles``), as offsets into the article's text, in text order."""


def parts_of(cluster: Cluster, material: Material, judge: Judge | None) -> Parts:
    """The roles of an event by its first triggers; empty where the rules decide alone.

    Args:
        judge: the judge of a short text, or None.
    """
    found: Parts = {}
    if judge is None:
        return found
    told = [a for a in cluster.acts if not a.effect] or cluster.acts
    own = {a.sentence for a in cluster.acts}
    other = [material.sentences[n] for n in material.told - own]
    for act in told[:MOST_ACTS]:
        reading = judge.encoder.event(material.text, act.trigger.start, act.trigger.end)
        for role, phrases in reading.phrases.items():
            if role == "agent":
                phrases = tuple(p for p in phrases if not _only_speaks(p, act.token, material))
            phrases = phrases if judge.single else _near(phrases, act.token.sent, other)
            if phrases:
                found.setdefault(role, phrases)
    return found


def _only_speaks(phrase: Phrase, trigger: Any, material: Material) -> bool:
    """Whether somebody only says something elsewhere: "The Arakan Army said it had no men near"."""
    span = material.doc.char_span(phrase.start, phrase.end, alignment_mode="expand")
    if span is None:
        return False
    noun = span.root
    while noun.dep_ in ("compound", "poss", "amod") and noun.head.i != noun.i:  # "TTP spokesmen"
        noun = noun.head
    if noun.dep_ != "nsubj":
        return False
    verb = noun.head
    if norm(verb) not in word_set("speech_verbs") | _REFUSALS:
        return False
    aside = noun in trigger.ancestors  # "spokesmen, who claimed another attack, said"
    return verb.i != trigger.i and (aside or verb not in trigger.ancestors)


def _near(phrases: tuple[Phrase, ...], sentence: Any, other: Sequence[Any]) -> tuple[Phrase, ...]:
    """Of a text that tells several events, the phrases beside the trigger, else those beside no other event's."""
    beside = tuple(p for p in phrases if p.share >= SURE and _within(p, sentence))
    return beside or tuple(p for p in phrases if not any(_within(p, o) for o in other))


def _within(phrase: Phrase, sentence: Any) -> bool:
    return bool(phrase.start < sentence.end_char and sentence.start_char < phrase.end)


def recast(verdict: Verdict, parts: Parts, material: Material) -> Verdict:
    """The verdict with the parties that the learned stage reads, where it reads any on a side."""
    agents = _parties(parts, "agent", "target", material, (), acting=True)
    acting = verdict.sub_event_type == "Agreement"  # both sides of a deal act
    targets = _parties(parts, "target", "agent", material, agents, acting)
    kind = sub_event(verdict.sub_event_type)["event_type"]
    if kind == "Strategic developments" and not acting:  # "staff dug up arms of X": X suffers it
        agents = [a for a in agents if all(a.key != t.key for t in targets)] or agents
    ruled = any(_particular(p) for p in (*verdict.first, *verdict.second))
    if kind == "Battles" and not (agents and targets) and (ruled or not any(map(_particular, (*agents, *targets)))):
        return verdict  # who fights whom is read whole, unless only one is named at all
    crowd = _CROWDS.get(kind)
    first, second = agents, targets
    if crowd:
        # Who acts is the crowd, but for the force that is used against protesters.
        everybody = [*agents, *targets]
        first = [p for p in everybody if p.side in (PROTESTERS, RIOTERS) or (crowd in p.people and p.side != ARMED)]
        others = everybody if crowd == PROTESTERS else targets
        second = [p for p in others if p not in first and p.side in (ARMED, CIVILIANS)]
    sides = _better(first, verdict.first), _better(second, verdict.second)
    if sides == (verdict.first, verdict.second):
        return verdict
    told = f"learned stage: {_told(sides[0])} / {_told(sides[1])}"
    return replace(verdict, first=sides[0], second=sides[1], trace=(*verdict.trace, told))


def _particular(party: Party) -> bool:
    return party.named or ":" in (party.actor_id or "")


def _better(read: Sequence[Party], ruled: Sequence[Party]) -> tuple[Party, ...]:
    """One side's parties: those that the stage reads, unless only the rules name somebody in particular."""
    particular = [any(map(_particular, side)) for side in (read, ruled)]
    return tuple(read) if read and particular != [False, True] else tuple(ruled)


def _told(parties: Sequence[Party]) -> str:
    return ", ".join(p.text for p in parties) or "-"


def placed(located: where.Located | None, parts: Parts, material: Material) -> where.Located | None:
    """The place of the act as the learned stage reads it, where it reads one.

    Of the places in its words the finest counts; words that no gazetteer knows are a place by their name.
    """
    found: list[Place] = []
    for phrase in sorted(parts.get("place", ()), key=lambda p: (-p.share, p.start)):
        if phrase.share < SURE_PLACE:
            continue
        inside = [p for p in material.spots if p.start < phrase.end and phrase.start < p.end]
        found += [p for p in inside or _unknown(phrase, material) if not where.of_answered(material.doc, p)]
    if not found or (located is not None and any(p.start == located.place.start for p in found)):
        return located
    read = where.choose(found, material.text, "clause")
    if read is None or (located is not None and _holds(read.place, located.place)):
        return located
    return read


def _holds(unit: Place, place: Place) -> bool:
    """Whether one is the country or the unit that the other lies in."""
    if unit.country != place.country or where.rank(unit) >= where.rank(place):
        return False
    return unit.feature == "country" or (unit.feature == "admin1" and unit.admin1 == place.admin1)


def _unknown(phrase: Phrase, material: Material) -> list[Place]:
    """A name without an entry: its capitalised words, at home in the country that the article is about."""
    name = _NAME.search(material.text, phrase.start, phrase.end)
    if name is None or not placenames.may_name(material.doc, *name.span()):
        return []
    return [placenames.listed(*name.span(), material.text, material.gazetteer, material.country)]


def _parties(
    parts: Parts, role: str, other: str, material: Material, against: Sequence[Party], acting: bool
) -> list[Party]:
    """The parties that the words of a role name; words that are surer in the other role are left to it."""
    found: list[Party] = []
    if material.cast is None:
        return found
    for phrase in parts.get(role, ()):
        rivals = [p for p in parts.get(other, ()) if p.start < phrase.end and phrase.start < p.end]
        if phrase.share < SURE or any(r.share > phrase.share for r in rivals):
            continue
        told = parties_at(material.cast, material.registry, phrase.start, phrase.end, acting, against)
        found += [p for p in told if all(p.key != f.key for f in found)]
    return found
