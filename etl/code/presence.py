"""Who is at an event although its own clauses do not say so.

Joins what forces do to a crowd with the demonstration it belongs to, finds the police of a protest or a riot, the two
sides of a fight told without them, and the group to which a short report lays an attack. Takes nothing from sentences
of other events. Does not weigh claims against denials (``attribution``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from etl.code.acts import Act
from etl.code.cast import Cast
from etl.code.cluster import Cluster
from etl.code.lexicon import word_set
from etl.code.parties import ARMED, Party
from etl.code.words import norm

_HARMFUL = frozenset(
    {"kill", "harm", "attack", "abduct", "abduct_hint", "airstrike", "grenade", "explosive", "shelling"}
)
_FORCES = frozenset({"police", "military", "state"})
_IDLE = frozenset({"watch", "look", "stand", "observe", "say", "tell", "escort", "guard", "stay", "estimate", "put"})
"""What forces do who are there but take no part."""
_GATHERED = re.compile(
    r"\b(?:protest\w*|demonstrat\w+|rall(?:y|ies)|march(?:ers?|ing)?|sit-?(?:in|down)|vigil|picket\w*|procession|"
    r"sitting on the road|blocking the|slogans?|crowd\w*|strikers|assembled|gathered|placards?|banners?)\b",
    re.I,
)
_AT_CROWD = re.compile(
    r"\b(?:on|at|into|among|over|charg\w+|met)\s+(?:[\w'-]+\s+){0,5}(?:crowd|march\w*|procession|protest\w*|"
    r"demonstrat\w*|rall\w+|"
    r"sit-?(?:in|down)|vigil|pickets?|strikers)\b|\b(?:fire[d]?|firing|shots|rounds)\b[^.]{0,40}\b(?:on|at|"
    r"into)\b[^.]{0,40}"
    r"\b(?:blocking|marching|sitting|demanding|chanting|seated)\b",
    re.I,
)
_LAID_TO = re.compile(
    r"\b(?:claim(?:s|ed|ing)?|credit|responsib\w+|behind (?:it|the|this|both)|was behind|were behind|blam\w+|"
    r"attribut\w+|"
    r"its man|was them|had sent|sent (?:her|him|them|the)|owned up|suspect\w*|believed|thought to|hallmarks?|"
    r"photograph\w*|"
    r"pamphlets|leaflets|only group|trained on|sown|laid by|planted by|left by|left behind|names?|named|"
    r"points? (?:at|to)|"
    r"pointing|accus\w+|martyr\w*|soldiers of|hold\w* responsible|operates?|active (?:there|in))\b",
    re.I,
)
_OPEN = re.compile(
    r"\b(?:den(?:y|ies|ied)|no (?:group|one|claim|organi[sz]ation)|nobody|not known|unknown|not yet|could not tell|"
    r"looked into|unclear|disput\w+|reject\w+|cannot be|anybody's guess|unidentified)\b",
    re.I,
)
SHORT = 7
"""Sentences up to which a text tells of so few events that a group named anywhere in it belongs to them."""


def join_crowds(found: Sequence[Act]) -> None:
    """Give what armed parties do to people who demonstrate to the family of demonstrations.

    Args:
        found: the acts of one text, in order.
    """
    crowds = [a for a in found if a.family == "demonstration" and not a.why_not]
    for act in found:
        if act.family != "violence" or act.why_not or act.name not in _HARMFUL or _fights(act):
            continue
        if act.name in ("abduct", "abduct_hint") and not any(p.group in _FORCES for p in act.agents):
            continue
        told = _GATHERED.search(act.token.sent.text) is not None
        near = [c for c in crowds if c.sentence == act.sentence or (0 < act.sentence - c.sentence <= 1)]
        for crowd in near:
            beside = crowd.sentence == act.sentence or (not act.own_place and act.day is None and _by_forces(act))
            if beside and (told or crowd.sentence != act.sentence) and crowd.name != "mob":
                act.family = "demonstration"
        if not near and _by_forces(act) and told:
            heads = " ".join(t.text for p in act.patients for t in _span(act, p))
            if _GATHERED.search(heads) or _AT_CROWD.search(act.token.sent.text):
                act.family = "demonstration"
                for other in found:
                    if other.sentence == act.sentence and other.family == "violence" and not _fights(other):
                        other.family = "demonstration"


def _span(act: Act, p: Party) -> list[Any]:
    span = act.token.doc.char_span(p.start, p.end, alignment_mode="expand")
    return list(span.root.subtree) if span is not None else []


def _fights(act: Act) -> bool:
    return any(p.side == ARMED for p in [*act.patients, *act.partners])


def _by_forces(act: Act) -> bool:
    return any(p.side == ARMED and p.group in _FORCES for p in act.agents)


def complete(clusters: Sequence[Cluster], cast: Cast, sentences: Sequence[Any]) -> None:
    """Complete the sides of events whose clauses leave them out, in place.

    Args:
        clusters: the events of one text, in order.
        sentences: its sentences.
    """
    for one in clusters:
        others = {a.sentence for c in clusters if c is not one for a in c.acts}
        reach = range(one.acts[0].sentence, min(one.last + 2, len(sentences)))
        numbers = [n for n in reach if n not in others or n in {a.sentence for a in one.acts}]
        if one.family == "demonstration":
            _forces_at(one, cast, [sentences[n] for n in numbers])
        elif one.family in ("transfer", "disrupt", "loot") and len(sentences) <= SHORT:
            _left_to(one, clusters, cast)
        elif one.family == "violence":
            if one.names() & {"clash"} and not any(p.side == ARMED for a in one.acts for p in a.parties()):
                _two_sides(one, cast, [sentences[n] for n in numbers])
            elif len(sentences) <= SHORT:
                _laid_to(one, clusters, cast, sentences)


def _forces_at(one: Cluster, cast: Cast, sentences: Sequence[Any]) -> None:
    """The police or troops that a demonstration's own sentences show at it."""
    if any(p.side == ARMED for a in one.acts for p in a.parties()):
        return
    for sentence in sentences:
        for token in sentence:
            if token.pos_ not in ("NOUN", "PROPN") or token.dep_ in ("compound", "poss", "appos", "amod"):
                continue
            verb = token.head if token.head.pos_ in ("VERB", "AUX") else token.head.head
            if norm(verb) in _IDLE or norm(verb) in word_set("speech_verbs"):
                continue
            party = cast.look(token)
            if party is not None and party.side == ARMED and party.group in _FORCES and not party.off_duty:
                one.acts[0].partners.append(party)
                return


def _two_sides(one: Cluster, cast: Cast, sentences: Sequence[Any]) -> None:
    """Such as "Clashes pitted A against B": the armed parties of a fight's sentence."""
    held: list[Party] = []
    for token in sentences[0] if sentences else ():
        if token.pos_ not in ("NOUN", "PROPN") or token.dep_ in ("compound", "poss", "appos"):
            continue
        party = cast.look(token)
        if party is not None and party.side == ARMED and all(party.key != h.key for h in held):
            held.append(party)
    if held:
        one.acts[0].agents.append(held[0])
        one.acts[0].partners.extend(held[1:2])


def _left_to(one: Cluster, clusters: Sequence[Cluster], cast: Cast) -> None:
    """The only group of a short report beside whom an act names: who left the ground or owned the weapons."""
    held = {p.key for a in one.acts for p in a.parties()}
    spans = [s for s in cast.spans if s.named and s.kind == "group"]
    others = {s.actor_id for s in spans} - held
    if len(clusters) > 2 or len(others) != 1 or any(p.named for a in one.acts for p in a.patients):
        return
    span = next(s for s in spans if s.actor_id in others)
    text = cast.text[span.start : span.end]
    party = Party(
        ARMED, "group", span.start, span.end, text, text.lower(), one.last, span.actor_id, span.kind, named=True
    )
    one.acts[0].patients.append(party)


def _laid_to(one: Cluster, clusters: Sequence[Cluster], cast: Cast, sentences: Sequence[Any]) -> None:
    """The only armed group of a short report, where a sentence lays the act to it and none disputes that."""
    doers = [p for a in one.acts for p in a.agents if p.side == ARMED]
    if any(p.named or (p.actor_id and ":" in p.actor_id) or p.group in _FORCES for p in doers):
        return
    if any(p.side == ARMED and p.named for a in one.acts for p in [*a.patients, *a.partners]) or len(clusters) > 2:
        return
    spans = [s for s in cast.spans if s.named and s.kind == "group"]
    if len({s.actor_id for s in spans}) != 1:
        return
    for span in spans:
        sentence = next((s for s in sentences if s.start_char <= span.start < s.end_char), None)
        if sentence is None or not _LAID_TO.search(sentence.text):
            continue
        if any(_OPEN.search(s.text) for s in sentences):
            return
        text = cast.text[span.start : span.end]
        act = next((a for a in one.acts if not a.effect), one.acts[0])
        number = sentences.index(sentence) if isinstance(sentences, list) else act.sentence
        party = Party(
            ARMED, "group", span.start, span.end, text, text.lower(), number, span.actor_id, span.kind, named=True
        )
        act.agents = [party, *(p for p in act.agents if p.side != ARMED)]
        for other in one.acts:
            other.agents = [p if p.side != ARMED else replace(party) for p in other.agents]
        return


__all__ = ["complete", "join_crowds"]
