"""Who the unnamed parties of an event are, where another sentence of the article says it.

Puts names to "the militants" and "both men" (the only armed group named, or the one that a later sentence says they
belonged to), finds the other side of a fight that a clause leaves out, and the people a later sentence shows at it.
Does not decide types, and takes nothing from sentences that tell another event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from etl.code import presence
from etl.code.actors import Registry
from etl.code.acts import Act
from etl.code.cast import Cast
from etl.code.cluster import Cluster
from etl.code.lexicon import nouns, word_set, words
from etl.code.parties import ARMED, CIVILIANS, OBJECT, UNARMED, Party
from etl.code.roles import subjects
from etl.code.words import norm, pobjs

_DESCRIBED = words("identities_described")
_ASSAILANTS = words("identities_assailants")
_ANYBODY = words("identities_anybody")
_MEMBERSHIP = frozenset({"belong"})
_NAMING = frozenset({"identify", "describe", "name", "mourn", "claim"})
_GROUND = frozenset({"clash", "fight", "ambush", "capture", "recapture"})
_STATE = frozenset({"military", "police"})
_BLASTS = frozenset({"suicide", "explosive", "explosion"})
_MEETING = frozenset({"agreement", "transfer"})
"""Acts that two sides do together."""
OFTEN, MOST = 4, 0.8
"""Times, and share of all such names, from which one group among several is what an article is about."""
AFTER = 4
"""Sentences behind an event's last act in which a report still says who the people in it were."""


@dataclass(frozen=True)
class Reader:
    """What is needed to read parties anywhere in one article."""

    cast: Cast
    sentences: Sequence[Any]
    registry: Registry


def complete(clusters: list[Cluster], found: list[Act], reader: Reader) -> None:
    """Complete the parties of every violent event in place.

    Args:
        clusters: the events of one article, in text order.
        found: all its acts, real or not; sentences with old or unreal acts say nothing of the events.
    """
    only = only_group(reader.cast, reader.registry)
    for one in clusters:
        if one.names() & _MEETING:
            _oppose(one, [*_reach(one, reader, 0)], reader)
        if one.family != "violence":
            continue
        other = {a.sentence for c in clusters if c is not one for a in c.acts}
        other |= {a.sentence for a in found if a.why_not == "background_only"}
        _identify(one, [n for n in _reach(one, reader, AFTER) if n not in other], reader)
        _show_assailants(one, [n for n in _reach(one, reader, 1) if n not in other], reader)
        if only is not None:
            _name(one, only)
        _oppose(one, [n for n in _reach(one, reader, 1) if n not in other], reader)
        near = range(max(0, one.acts[0].sentence - 2), one.last + 1)
        _at_post(one, [n for n in near if n not in other], reader)
    presence.complete(clusters, reader.cast, reader.sentences)


def _reach(one: Cluster, reader: Reader, after: int) -> range:
    return range(one.acts[0].sentence, min(one.last + after + 1, len(reader.sentences)))


def only_group(cast: Cast, registry: Registry) -> Any:
    """The registry span of the armed group that the article names alone, or nearly alone; None without one."""
    spans = [s for s in cast.spans if s.named and s.kind == "group" and s.actor_id not in UNARMED]
    times = Counter(_whole(s.actor_id, spans, registry) for s in spans)
    (most, often), *_ = times.most_common(1) or [("", 0)]
    if len(times) > 1 and (often < OFTEN or often < MOST * times.total()):
        return None
    return next((s for s in spans if s.actor_id == most), None)


def _whole(actor_id: str, spans: Sequence[Any], registry: Registry) -> str:
    """The group, or the one that it is a part of where the article names that too."""
    actor = registry.actors.get(actor_id)
    parent = actor.parent if actor is not None else None
    return parent if parent and any(s.actor_id == parent for s in spans) else actor_id


def _name(one: Cluster, span: Any) -> None:
    """Such as "the militants" in an article that names one group."""
    if any(p.actor_id == span.actor_id for a in one.acts for p in a.parties()):
        return
    side = ""
    for act in one.acts:
        for name, role in (("agents", act.agents), ("others", act.patients), ("others", act.partners)):
            for n, p in enumerate(role):
                if p.named or p.off_duty or p.side not in (ARMED, OBJECT) or not described(p) or side not in ("", name):
                    continue
                side = name
                group = p.group if p.side == OBJECT else "group"
                role[n] = replace(p, actor_id=span.actor_id, kind="group", named=True, group=group)


def described(p: Party) -> bool:
    """Whether a party is called by what a group is called where its name is known: "the militants", "rebels"."""
    return p.head in _DESCRIBED or p.group == "rebels" or "paramilitar" in p.text.lower()


def _identify(one: Cluster, numbers: list[int], reader: Reader) -> None:
    """Such as "both were members of X", "the youths belonged to X": who suffered was of a group."""
    for whom, group in _memberships(numbers, reader):
        heads = {p.head for a in one.acts for p in [*a.patients, *a.partners, *a.agents]}
        word = norm(whom)
        if group.key in {p.key for a in one.acts for p in a.parties()} or (word not in _ANYBODY and word not in heads):
            continue
        for act in one.acts:
            for n, p in enumerate(act.agents):
                if p.side == ARMED and not p.named and p.group not in _STATE and p.start <= whom.idx < p.end:
                    act.agents[n] = replace(p, group="group", actor_id=group.actor_id, kind=group.kind, named=True)
            for n, p in enumerate(act.patients):
                plain = p.side == CIVILIANS and (p.head in _ANYBODY or p.head == word or p.group == "number")
                if plain or (p.side == ARMED and not p.named and p.head in _DESCRIBED):
                    act.patients[n] = replace(
                        p, side=ARMED, group="group", actor_id=group.actor_id, kind=group.kind, named=True
                    )


def _memberships(numbers: list[int], reader: Reader) -> Iterator[tuple[Any, Party]]:
    for n in numbers:
        for token in reader.sentences[n]:
            if token.dep_ == "attr" and token.pos_ in ("NOUN", "PROPN") and norm(token.head) == "be":
                yield from _pairs(subjects(token.head), [token], reader)
            elif norm(token) in _MEMBERSHIP:
                of = [o for p in token.children if p.lower_ == "to" for o in pobjs(p)]
                yield from _pairs(_belonging(token), of, reader)
            elif norm(token) in _NAMING and token.pos_ == "VERB":
                named = [o for p in token.children if p.dep_ == "prep" and p.lower_ == "as" for o in pobjs(p)]
                yield from _pairs([c for c in token.children if c.dep_ in ("dobj", "nsubjpass")], named, reader)


def _belonging(verb: Any) -> list[Any]:
    """Who belongs: the noun just before "belonging to", else the verb's subject."""
    if verb.tag_ == "VBG":
        before = [t for t in verb.doc[verb.sent.start : verb.i] if t.pos_ in ("NOUN", "PROPN")]
        between = verb.doc[before[-1].i + 1 : verb.i] if before else ()
        if before and all(t.is_punct or t.pos_ == "ADV" for t in between):
            return before[-1:]
    return subjects(verb)


def _pairs(whom: list[Any], groups: list[Any], reader: Reader) -> Iterator[tuple[Any, Party]]:
    for g in groups:
        party = reader.cast.look(g)
        if party is not None and party.side == ARMED and party.kind == "group":
            yield from ((w, party) for w in whom)


def _show_assailants(one: Cluster, numbers: list[int], reader: Reader) -> None:
    """Such as "A mayor was killed. Three armed men fired at his car": who is shown at an act nobody else did."""
    if any(p.side == ARMED for a in one.acts for p in a.agents) or any(a.pattern.two_way for a in one.acts):
        return
    held = {p.start for a in one.acts for p in a.parties()}
    for n in numbers:
        for token in reader.sentences[n]:
            verb = _shown_by(token)
            if verb is None or norm(verb) in word_set("speech_verbs") or any(c.dep_ == "neg" for c in verb.children):
                continue
            party = reader.cast.look(token)
            if party is None or party.side != ARMED or party.off_duty or party.start in held:
                continue
            if norm(token) in _ASSAILANTS or (party.kind == "group" and verb.i != token.head.i):
                one.acts[0].agents.append(party)
                return


def _shown_by(token: Any) -> Any:
    """The verb in the past that a noun does: as its subject, or behind "by" ("left by guerrillas")."""
    if token.dep_ == "nsubj" and token.head.tag_ in ("VBD", "VBN"):
        return token.head
    if token.dep_ == "pobj" and token.head.lower_ == "by" and token.head.head.tag_ == "VBN":
        return token.head.head
    return None


def _oppose(one: Cluster, numbers: list[int], reader: Reader) -> None:
    """The other side of a fight: armed parties that the event's sentences name outside its clauses."""
    meeting = bool(one.names() & _MEETING)
    if not meeting and not one.names() & _GROUND:
        return
    armed = [p for a in one.acts for p in a.parties() if p.side == ARMED and not p.off_duty]
    sides = {_camp(p) for p in armed}
    if len(sides) != 1 or not (meeting or armed[0].named or "state" in sides):
        return
    taken = bool(one.names() & {"capture", "recapture"})
    best: tuple[int, Party] | None = None
    for n in numbers:
        for token in reader.sentences[n]:
            if token.pos_ not in ("NOUN", "PROPN") or token.dep_ in ("compound", "appos"):
                continue
            party = reader.cast.look(token)
            if party is None or party.side != ARMED or party.off_duty or _camp(party) in sides:
                continue
            if not (party.named or party.group in _STATE or ((taken or meeting) and party.group == "state")):
                continue
            if meeting and party.kind == "mission":  # it looks on
                continue
            if token.dep_ == "nsubj" and norm(token.head) in word_set("speech_verbs"):
                continue
            points = (2 if party.named or (party.actor_id and ":" in party.actor_id) else 1) - (n > one.last)
            if best is None or points > best[0]:
                best = points, party
    if best is not None:
        one.acts[0].partners.append(best[1])


def _at_post(one: Cluster, numbers: list[int], reader: Reader) -> None:
    """Such as "a bomb went off in the yard of the police headquarters": whose post it is, where nobody else is hit."""
    if not one.names() & _BLASTS or any(p.group != "weapon" for a in one.acts for p in [*a.patients, *a.partners]):
        return
    for n in numbers:
        for token in reader.sentences[n]:
            if token.dep_ not in ("pobj", "dobj") or norm(token) not in nouns()["military_object"]:
                continue
            party = reader.cast.look(token)
            if party is not None and party.side in (ARMED, OBJECT):
                one.acts[0].patients.append(party)
                return


def _camp(p: Party) -> str:
    """Sides that cannot be each other's enemy in one country: all of a state's forces are one."""
    if p.named:
        return p.key
    if p.actor_id and ":" in p.actor_id:
        return p.actor_id.partition(":")[2].partition("/")[0]
    return "state" if p.group in ("military", "police", "state", "platform") else "other"
