"""Whom a stretch of an article names: the step from somebody's words to parties, wherever those words were found.

The rules come to parties from the acts they read (``acts``); a reader that marks words instead ("these letters are who
did it") comes to the same parties here, so that names, nationalities, nouns and references mean the same. What a party
is called on a day and in a country is ``casting``. Does not decide who did what.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from etl.annotate import letters
from etl.code.actors import Registry
from etl.code.cast import Cast
from etl.code.identities import described, only_group
from etl.code.lexicon import nouns
from etl.code.parties import ARMED, MEMBERS, OBJECT, OTHER, STATE_KINDS, UNARMED, Party
from etl.code.words import coordinated, norm

_NOMINAL = frozenset({"NOUN", "PROPN", "NUM", "PRON"})
_OWNERS = frozenset({"military", "police", "rebels", "militants"})
_FORCES = frozenset().union(
    *(nouns()[n] for n in ("military", "police", "militants", "rebels", "military_object", "platform", "weapon")),
    {"negotiator", "government", "regime", "junta", "ruler", "proxy", "fire", "shelling", "strike"},
)
_STATES = STATE_KINDS | {"state", "nationality"}
_JOINED = re.compile(r"\s*(?:and|&|/|,|,? and|with|or)\s+(?:the\s+)?")
"""What stands between two groups that are named together."""
_SIGNATURE = 100
"""Characters from the beginning or the end of a communique within which stands who speaks."""
_GUARDS = frozenset({"guard", "security guard", "watchman"})
_PRIVATE = re.compile(r"\b(?:private|company|firm|estate|mine|plantation)\b", re.I)
_GROUPS = frozenset({"group", "movement", "faction", "organization", "organisation", "militia", "outfit"})
_KIN = re.compile(r"\b(?:from|of) (?:the )?([A-Z][\w'-]+) (?:village|clan|tribe|line|lineage|hamlet)\b")
_NOT_THEIRS = frozenset({"against", "from", "by", "on", "anti", "victim", "relative", "prisoner"})
"""Words after which a group's name is not whose the people are."""


def parties_at(
    cast: Cast, registry: Registry, start: int, end: int, agent: bool, against: Sequence[Party] = ()
) -> list[Party]:
    """The parties that the characters ``[start, end)`` of an article name, in text order; none where they name nobody.

    Args:
        cast: everybody the article names, after its acts have been read (``Material.cast``).
        agent: whether they act (a country's name then stands for its forces) or suffer (it is a place).
        against: parties on the other side; "the militants" are not they.

    Hand them to ``hierarchy.Verdict`` as ``first`` or ``second``, and ``casting.fill`` names the actors by type, day
    and country; ``casting.Stage.resolve`` names a single one.
    """
    span = cast.doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        return []
    groups = [
        s
        for s in cast.spans
        if s.named and s.kind in ("group", "mission") and s.actor_id not in UNARMED and start <= s.start < end
    ]
    found: list[Party] = []
    for token in _heads(span):
        for party in _read(token, span, groups, cast, registry, agent, against):
            if (party.side != OTHER or party.named) and all(party.key != f.key for f in found):
                found.append(party)
    return found


def _heads(span: Any) -> list[Any]:
    """The nouns that a stretch is about: its root with the nouns joined to it, or else its last noun."""
    root = span.root
    if root.pos_ not in _NOMINAL:
        inner = [t for t in span if t.pos_ in ("NOUN", "PROPN")]
        root = inner[-1] if inner else root
    if root.like_num or root.lower_ in ("one", "some", "several", "dozens", "many"):
        of = [o for p in root.children if p.lower_ == "of" for o in p.children if o.dep_ == "pobj" and o.i < span.end]
        root = of[0] if of and of[0].pos_ != "PRON" else root
    return [t for t in coordinated(root) if span.start <= t.i < span.end] or [root]


def _read(
    token: Any, span: Any, groups: list[Any], cast: Cast, registry: Registry, agent: bool, against: Sequence[Party]
) -> list[Party]:
    """The parties of one noun of a stretch; the stretch's other words say whose people or things they are."""
    party = cast.refer(token, agent)
    if party is not None and party.key in {p.key for p in against} and not groups:
        party = None
    if party is None:
        party = cast.look(token) or _plain(token, span, cast)
    party = _ours(token, span, cast, party) or party
    several = cast.nations(token) if party.side == ARMED and not party.named else []
    if several:
        return several
    if party.named or (party.kind in _STATES and ":" in (party.actor_id or "")):
        part = _part(party, groups, cast, registry)
        return [part, *_together(part, groups, cast)]
    people = party.side == ARMED or agent or norm(token) in MEMBERS
    theirs = [g for g in groups if letters(cast.doc)[: g.start].split()[-1:] not in ([w] for w in _NOT_THEIRS)]
    if people and theirs:
        member = _part(_of_group(party, theirs[0]), groups, cast, registry)
        return [member, *_together(member, groups, cast)]
    if norm(token) in _GUARDS and _PRIVATE.search(span.text):
        return [replace(party, side=ARMED, group="", actor_id="private-security", kind="generic", people=frozenset())]
    nation = _nation(token, span, cast, agent)
    if nation is not None and party.side not in (ARMED,):
        return [replace(party, side=ARMED, group=_force(token), actor_id=nation, kind="state", people=frozenset())]
    kin = _KIN.search(span.text)
    if kin and not party.actor_id and (party.side == ARMED or agent):
        return [replace(party, side=ARMED, group="communal", actor_id=f"communal:{kin[1]}", kind="generic")]
    if party.side == OBJECT and not agent:
        owner = _owner(token, span, cast)
        if owner is not None:
            return [owner]
    if party.kind not in STATE_KINDS and ":" not in (party.actor_id or ""):
        group = _meant(party, token, cast, registry, against)
        if group is not None:
            return [_of_group(party, group)]
    return [party]


def _meant(party: Party, token: Any, cast: Cast, registry: Registry, against: Sequence[Party]) -> Any:
    """The group that "the militants" or "the group" means: the article's only one, or else the one named last."""
    others = {p.actor_id for p in against}
    only = only_group(cast, registry)
    if party.side == ARMED and described(party) and only is not None and only.actor_id not in others:
        return only
    if norm(token) not in _GROUPS or not any(t.lower_ in ("the", "same", "this", "that") for t in token.lefts):
        return None
    before = [
        s
        for s in cast.spans
        if s.named and s.kind == "group" and s.end <= token.idx and s.actor_id not in UNARMED | others
    ]
    return before[-1] if before else None


def _plain(token: Any, span: Any, cast: Cast) -> Party:
    return Party(OTHER, "", span.start_char, span.end_char, span.text, norm(token), cast.sentence_of(token))


def _of_group(party: Party, group: Any) -> Party:
    return replace(
        party, side=ARMED, group="group", actor_id=group.actor_id, kind=group.kind, named=True, people=frozenset()
    )


def _together(party: Party, groups: list[Any], cast: Cast) -> list[Party]:
    """Groups that are named beside a party's own: "Amal and Hezbollah fighters"."""
    joined = []
    for one, other in pairwise(groups):
        if _JOINED.fullmatch(cast.text[one.end : other.start]):
            joined += [_of_group(party, g) for g in (one, other)]
    return [p for p in joined if p.actor_id != party.actor_id]


def _part(party: Party, groups: list[Any], cast: Cast, registry: Registry) -> Party:
    """The more exact of two names: "the UN mission, MINUSCA", "mujahideen of JNIM"."""
    for one, other in pairwise(groups):
        actor = registry.actors.get(other.actor_id)
        between = cast.text[one.end : other.start].strip()
        if one.actor_id == party.actor_id and actor is not None:
            if actor.parent == party.actor_id or (between in ("of", "of the") and one.text.islower()):
                return _of_group(party, other)
    return party


def _ours(token: Any, span: Any, cast: Cast, party: Party) -> Party | None:
    """Whose "our men" are: whoever signs or opens a communique."""
    if not any(t.lower_ in ("our", "we", "ours") for t in span) or party.named or ":" in (party.actor_id or ""):
        return None
    bodies = [
        s
        for s in cast.spans
        if (s.named and s.kind == "group" and s.actor_id not in UNARMED)
        or (s.kind in ("military", "police", "state") and ":" in s.actor_id)
    ]
    signed = [s for s in reversed(bodies) if s.end >= len(cast.text.rstrip()) - _SIGNATURE]
    opened = [s for s in bodies if s.start <= _SIGNATURE]
    voice = min([*signed, *opened], key=lambda s: s.kind != "group", default=None)
    if voice is None:
        return None
    if voice.kind == "group":
        return _of_group(party, voice)
    return replace(party, side=ARMED, group="military", actor_id=voice.actor_id, kind=voice.kind, people=frozenset())


def _nation(token: Any, span: Any, cast: Cast, agent: bool) -> str | None:
    """The state of a bare "Russian" (shelling, positions), and of "Kiev's" before a force."""
    for t in span:
        iso3 = cast.nation_of(t)
        if iso3 is None:
            continue
        bare = len([w for w in span if w.is_alpha and w.lower_ not in ("the", "a", "an")]) == 1
        theirs = t.dep_ == "poss" and t.head.pos_ != "PROPN" and norm(t.head) in _FORCES
        if theirs or (bare and (agent or norm(t.head) in _FORCES)):
            return f"state:{iso3}"
    return None


def _force(token: Any) -> str:
    return "police" if norm(token.head) in nouns()["police"] else "military"


def _owner(token: Any, span: Any, cast: Cast) -> Party | None:
    """Whose a thing is that was hit: "a lorry of the border regiment", "the soldiers' tent"."""
    for t in span:
        if t.i != token.i and t.pos_ in ("NOUN", "PROPN"):
            found = cast.look(t)
            if found is not None and found.side == ARMED and (found.named or found.group in _OWNERS):
                return found
    return None
