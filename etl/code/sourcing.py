"""Who says what about each event, and what follows for its actors.

Hands the facts of one event to ``claims`` and their answer to ``attribution``, and puts perpetrator, suspects and
dispute into the mention. Decides neither itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from etl.code.acts import Act
from etl.code.assemble import Draft
from etl.code.attribution import Candidate, attribute, dispute_status
from etl.code.claimants import names_in
from etl.code.claims import EventFacts, Words, claims_about
from etl.code.material import Material
from etl.code.naming import Stage
from etl.code.speech import speech_acts
from etl.model import DISPUTE_SLOTS, Claim, Evidence, Mention
from etl.schema import interaction_label


def with_claims(drafts: list[Draft], found: list[Act], material: Material, preset: str) -> list[Draft]:
    """The drafts with claims, dispute, and a perpetrator named or not by the preset.

    Args:
        drafts: events of one article.
        found: all acts of it, real or not.
        preset: of ``etl.code.attribution``.
    """
    if not drafts:
        return drafts
    speech = speech_acts(material.doc)
    told = [_claims(d, drafts, found, speech, material) for d in drafts]
    triggers = [[(a.trigger.start, a.trigger.end) for a in d.cluster.acts] for d in drafts]
    told = apart(told, triggers)
    return [_one(d, claims, speech, material, preset) for d, claims in zip(drafts, told, strict=True)]


def _claims(
    made: Draft, drafts: list[Draft], found: list[Act], speech: list[Any], material: Material
) -> tuple[Claim, ...]:
    mention = made.mention
    names = names_in(material.doc, material.registry, mention.event_date or material.anchor, mention.iso3)
    return claims_about(_facts(made, drafts, found), material.doc, speech, names, material.text)


def apart(told: list[tuple[Claim, ...]], triggers: list[list[tuple[int, int]]]) -> list[tuple[Claim, ...]]:
    """The claims of an article's events, each where it belongs.

    A claim made of two events stays with those whose words stand in its quote; where none does, with the event told
    last before it.

    Args:
        told: the claims of each event.
        triggers: the spans of the words that tell of each event, in the same order.
    """

    def mine(claim: Claim, n: int) -> bool:
        same = (claim.start, claim.end, claim.claimant, claim.speech_act, claim.slot)
        holders = [
            k
            for k, claims in enumerate(told)
            if any((c.start, c.end, c.claimant, c.speech_act, c.slot) == same for c in claims)
        ]
        inside = [k for k in holders if any(claim.start <= s < claim.end for s, _ in triggers[k])]
        if inside or len(holders) < 2:
            return n in (inside or holders)
        before = {k: max((s for s, _ in triggers[k] if s < claim.start), default=-1) for k in holders}
        return n == max(holders, key=lambda k: (before[k], -k))

    return [tuple(c for c in claims if mine(c, n)) for n, claims in enumerate(told)]


def _one(made: Draft, claims: tuple[Claim, ...], speech: list[Any], material: Material, preset: str) -> Draft:
    mention = made.mention
    if mention.event_type in ("Protests", "Riots", "Strategic developments") or (
        mention.actor1.startswith("Unidentified") and not claims
    ):
        mention = replace(mention, claims=claims, dispute=_dispute(claims, mention, bool(made.one.parties), made))
        return replace(made, mention=mention)
    spoken = any(c.slot == "actor1" and c.value == mention.actor1 for c in claims)
    own_voice = (
        [Candidate(mention.actor1)]
        if (_own_voice(made, speech) or not spoken) and not mention.actor1.startswith("Unidentified")
        else []
    )
    verdict = attribute(own_voice, claims, preset)
    evidence = list(mention.evidence)
    alleged = tuple(
        a for a in verdict.alleged if not a.startswith(("Unidentified", "Civilians", "Protesters", "Rioters"))
    )
    changed: dict[str, Any] = {"attribution_rule": verdict.rule, "alleged_actor1": alleged, "claims": claims}
    doubted = verdict.rule in ("unidentified_denied", "unidentified_not_claimed", "unidentified_not_independent")
    if verdict.actor1 is None and not mention.actor1.startswith("Unidentified") and doubted and made.one.parties:
        changed |= _unidentified(made, material)
        if not alleged:
            changed["alleged_actor1"] = (*alleged, mention.actor1)
    elif verdict.actor1 is not None and mention.actor1.startswith("Unidentified"):
        changed |= _named(verdict.actor1, mention, material)
    evidence += [
        Evidence("alleged_actor1", c.value, c.start, c.end, c.quote) for c in claims if c.slot == "actor1" and c.value
    ]
    if changed["alleged_actor1"] and not any(e.slot in ("actor1", "alleged_actor1") for e in evidence):
        evidence += [
            Evidence("alleged_actor1", made.one.name, p.start, p.end, material.text[p.start : p.end])
            for p in made.one.parties[:2]
        ]
    mention = replace(mention, **changed, evidence=tuple(evidence))
    return replace(made, mention=replace(mention, dispute=_dispute(claims, mention, bool(own_voice), made)))


def _facts(made: Draft, drafts: list[Draft], found: list[Act]) -> EventFacts:
    elsewhere = {id(a) for d in drafts if d is not made for a in d.cluster.acts}
    elsewhere -= {id(a) for a in made.cluster.acts}
    mention = made.mention
    perpetrators = {mention.actor1} if not mention.actor1.startswith("Unidentified") else set()
    targets = {n for n in (mention.actor2, *(mention.assoc_actor_2 or "").split("; ")) if n}

    def words(slot: str) -> tuple[Words, ...]:
        return tuple(Words(e.start, e.end, e.value or e.quote) for e in mention.evidence if e.slot == slot)

    denied = [a for a in found if a.why_not == "denied" and a.family == made.cluster.family]
    return EventFacts(
        triggers=tuple((a.trigger.start, a.trigger.end) for a in [*made.cluster.acts, *denied]),
        others=tuple(
            (a.trigger.start, a.trigger.end)
            for a in found
            if a not in denied and (a.why_not == "background_only" or id(a) in elsewhere)
        ),
        perpetrators=frozenset(perpetrators),
        targets=frozenset(targets),
        deadly=mention.event_type != "Strategic developments",
        actor2=words("actor2"),
        places=words("location"),
        weapons=words("weapons"),
        damage=words("targets"),
        tolls=words("fatalities"),
    )


def _own_voice(made: Draft, speech: list[Any]) -> bool:
    """Whether the report itself names the perpetrator somewhere, under nobody's word."""
    spans = [(s.start, s.end) for s in speech] + [(s.unit_start, s.unit_end) for s in speech if s.act == "deny"]
    spots = list(made.one.parties)
    return any(not any(low <= p.start < high for low, high in spans) for p in spots)


def _dispute(claims: tuple[Any, ...], mention: Mention, own: bool, made: Draft) -> dict[str, str]:
    filled = {
        "occurrence": True,
        "actor1": own or bool(mention.alleged_actor1),
        "actor2": mention.actor2 is not None,
        "location": mention.location is not None,
        "weapon": bool(mention.weapons),
        "fatalities": mention.fatalities > 0,
    }
    found = {}
    for slot in DISPUTE_SLOTS:
        spoken = any(c.slot == slot for c in claims)
        if spoken or filled[slot]:
            found[slot] = dispute_status(slot, claims, own_voice=() if spoken and not own else ("report",))
    return found


def _unidentified(made: Draft, material: Material) -> dict[str, Any]:
    """The fitting unidentified actor in place of one whom nobody who counts names."""
    mention = made.mention
    stage = Stage(material.registry, mention.event_date, mention.iso3, mention.country, material.anchor)
    forces = mention.actor1.startswith(("Military", "Police")) or mention.sub_event_type == "Air/drone strike"
    home = (made.one.actor_id or "").partition(":")[2].partition("/")[0] or None
    found = (
        material.registry.unidentified_military(home, mention.iso3) if forces else stage.generic("unidentified-armed")
    )
    return {
        "actor1": found.name,
        "inter1": found.inter,
        "interaction": interaction_label(found.inter, mention.inter2),
        "assoc_actor_1": None,
    }


def _named(name: str, mention: Mention, material: Material) -> dict[str, Any]:
    """The perpetrator whom claims name, with its type."""
    for span in names_in(material.doc, material.registry, mention.event_date or material.anchor, mention.iso3).spans:
        if (
            span.known.name == name
            and span.known.inter
            and span.known.inter not in ("Civilians", "Protesters", "Rioters")
            and name != mention.actor2
        ):
            return {
                "actor1": name,
                "inter1": span.known.inter,
                "interaction": interaction_label(span.known.inter, mention.inter2),
                "assoc_actor_1": _without(mention.assoc_actor_1, name),
                "assoc_actor_2": _without(mention.assoc_actor_2, name),
            }
    return {}


def _without(associated: str | None, name: str) -> str | None:
    """The associated actors of a column but the one who is a main actor now."""
    return "; ".join(a for a in (associated or "").split("; ") if a and a != name) or None


def alleged_by_others(found: list[Act], doc: Any) -> list[Act]:
    """The denied acts that somebody else says happened: "denied that its jets had bombed it, as rebels claimed".

    Args:
        found: all acts of an article.
        doc: the annotated article.
    """
    denied = [a for a in found if a.why_not == "denied"]
    accusing = [s for s in speech_acts(doc) if s.act == "accuse"] if denied else []
    return [a for a in denied if any(s.content_start <= a.trigger.start < s.content_end for s in accusing)]
