"""What a clause must hold beside a trigger of more than one meaning ("charged a crowd", "took possession").

Answers the ``needs`` of ``schemas/lexicon/triggers.yml`` that ask for more than a class of noun: a crowd that acts,
ground that an armed party takes, weapons that are found. Does not read roles (``roles``) nor parties (``parties``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from etl.code.lexicon import nouns, words
from etl.code.parties import ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS, STATE_KINDS, Party
from etl.code.roles import Frame
from etl.code.words import norm

_STATE_GROUPS = frozenset({"police", "military", "state"})
_MANY = words("needs_many")
_BODIES = words("needs_bodies")
_NO_CROWD = frozenset({"man", "member", "person", "rider", "relative", "other"})
"""Words for people that stand as often for a handful of gunmen; with a number they can be a crowd."""
_FLIGHT = frozenset({"flee", "cross", "wade", "trek", "uproot", "take"})
_FOUND = frozenset({"exhume", "dig", "unearth", "find", "discover", "uncover", "come", "pull"})
_LAND = words("where_settled") | words("acts_held")
_CAUSE = re.compile(
    r"\b(?:demand\w*|against|protest\w*|slogans?|placards?|banners?|chant\w*|justice|denounc\w+|oppos\w+|rights|wages|"
    r"grievances?|petition\w*|call(?:ed|ing|s)? for|reject\w*|unpaid|reopening|resign\w*)\b",
    re.I,
)
_DEMO = re.compile(
    r"\b(?:protest\w*|demonstrat\w+|rall(?:y|ies|ied)|march(?:ed|ers?|ing)?|sit-?ins?|vigils?|pickets?|picketing|dharna|"
    r"slogans?|banners?|placards?|procession|flash mob|squatting|hunger strike|assembled|gathering|gathered)\b",
    re.I,
)
_POLICE = re.compile(
    r"\b(?:police\w*|officers?|gendarmes?|constables?|soldiers|troops|agents|security (?:men|forces))\b", re.I
)
_DRIVEN_OUT = re.compile(
    r"\b(?:fight\w*|shell\w*|clash\w*|attack\w*|violence|advanc\w+|raids?|border|displac\w+|leaflets?|war|bomb\w*|"
    r"ahead of|for fear|on foot|homes|threat\w*|gunfire|massacre\w*|insecurity|drew near)\b",
    re.I,
)
_UNIFORM = re.compile(
    r"\b(?:officers?|colonels?|generals?|soldiers?|army|military|junta|mutin\w+|guards?|troops|putsch\w*|captains?)\b",
    re.I,
)
_PRISON = re.compile(r"\b(?:prison\w*|jail\w*|inmates?|detainees?|detention|cells?)\b", re.I)


@dataclass(frozen=True)
class Clause:
    """One trigger's clause: its head, who was read in which role, and the places of the text by token."""

    token: Any
    roles: Frame
    agents: list[Party]
    patients: list[Party]
    partners: list[Party]
    places: dict[int, Any]
    nominal: bool

    @property
    def armed(self) -> bool:
        """Whether an armed party acts."""
        return any(p.side == ARMED for p in self.agents)

    @property
    def unsaid(self) -> bool:
        """Whether it is told in the passive and nobody is said to have acted."""
        return self.roles.passive and not self.agents

    @property
    def said(self) -> str:
        """The sentence."""
        return str(self.token.sent.text)


def person_patient(c: Clause) -> bool:
    """People suffer it."""
    return any(p.side in (CIVILIANS, PROTESTERS, RIOTERS) or p.people for p in c.patients) or any(
        p.side == ARMED and p.group not in ("platform", "weapon") for p in c.patients
    )


def crowd_agent(c: Clause) -> bool:
    """Several people act who are no armed party."""
    if c.armed or not any(p.people or p.side in (PROTESTERS, RIOTERS, CIVILIANS) for p in c.agents):
        return False
    heads = [t for t in c.roles.agents if norm(t) not in _NO_CROWD or any(x.like_num for x in t.lefts)]
    return any(t.tag_ in ("NNS", "NNPS") or norm(t) in _MANY or t.like_num for t in heads)


def state_agent(c: Clause) -> bool:
    """Forces of a state take people, or nobody is named but the police."""
    if c.nominal:
        return _POLICE.search(c.said) is not None
    if norm(c.token) == "be":
        return any(p.side == CIVILIANS for p in c.agents)
    people = person_patient(c)
    if any(p.side == ARMED and (p.group in _STATE_GROUPS or p.kind in STATE_KINDS | {"state"}) for p in c.agents):
        return people
    return people and c.unsaid and _POLICE.search(c.said) is not None


def state_crowd(c: Clause) -> bool:
    """Forces of a state act on people who demonstrate."""
    start = max(0, c.token.sent.start - 60)
    if not _DEMO.search(c.token.doc[start : c.token.sent.end].text):
        return False
    placards = any(norm(t) in ("placard", "banner", "poster") for t in c.roles.patients)
    acted_on = person_patient(c) or placards or any(_DEMO.fullmatch(t.text) for t in c.roles.patients)
    forces = any(p.side == ARMED and p.group in _STATE_GROUPS for p in c.agents)
    return acted_on and (forces or (c.unsaid and _POLICE.search(c.said) is not None))


def weapon_patient(c: Clause) -> bool:
    """Weapons are what it is done to."""
    arms = nouns()["weapon"] | nouns()["platform"] | nouns()["projectile"]
    if c.nominal:
        return True
    people = (CIVILIANS, PROTESTERS, RIOTERS)
    if any(p.side in people or (p.side == ARMED and p.group != "platform") for p in c.patients):
        return False
    held = {t.i: t for head in c.roles.patients for t in head.subtree}
    if not held and norm(c.token) in ("lay", "come", "stumble", "make", "render"):
        held = {t.i: t for t in c.token.sent if t.i > c.token.i}
    return any(norm(t) in arms and t.pos_ in ("NOUN", "PROPN") for t in held.values()) and not any(
        p.side in (PROTESTERS, RIOTERS) for p in c.agents
    )


def territory(c: Clause) -> bool:
    """Ground is what it is about, and an armed party, or nobody named, takes it."""
    named = any(t.pos_ == "PROPN" and t.dep_ in ("dobj", "obj", "nsubjpass") for t in c.roles.patients)
    ground = named or any(t.i in c.places or norm(t) in _LAND for t in c.token.sent)
    if norm(c.token) in ("be", "lie", "fall"):
        return (ground and any(norm(t) in _LAND or t.i in c.places for t in c.roles.agents)) or (c.armed and ground)
    return c.armed and ground


def looter(c: Clause) -> bool:
    """An armed party takes or breaks things."""
    arms = any(p.group in ("weapon", "platform") for p in c.patients)
    things = any(p.side in (OBJECT, CIVILIANS) or p.group == "" for p in c.patients) or bool(c.roles.patients)
    if c.nominal:
        return c.armed or any(p.side == OBJECT for p in c.patients)
    if norm(c.token) in ("help", "make", "walk", "cart", "carry", "break", "rifle"):
        return c.armed and not any(p.side == CIVILIANS for p in c.patients)
    return (c.armed or c.unsaid) and things and not arms


def deal(c: Clause) -> bool:
    """Armed parties, or communities that feud, come to terms."""
    everybody = [*c.agents, *c.patients, *c.partners]
    return any(p.side == ARMED or p.named for p in everybody) or (
        not c.nominal and any(norm(t) in ("elder", "clan", "community", "tribe", "chief") for t in c.roles.agents)
    )


def armed_party(c: Clause) -> bool:
    """An armed party takes part, in whatever role."""
    return any(p.side == ARMED or p.named for p in [*c.agents, *c.patients, *c.partners])


def from_the_air(c: Clause) -> bool:
    """Aircraft act."""
    craft = nouns()["platform"]
    heads = [*c.roles.agents, *(x for t in c.roles.agents for x in t.lefts if x.dep_ == "compound")]
    if norm(c.token) == "drop":
        return any(norm(t) in craft for t in c.token.sent)
    return any(norm(t) in craft for t in heads) or any(p.head in craft for p in c.agents)


def upheaval(c: Clause) -> bool:
    """People flee, prisoners break out, officers seize power, or the dead are dug up."""
    lemma = norm(c.token)
    if c.nominal:
        return not lemma.startswith("burial") or any(norm(t) in _BODIES for t in c.token.sent)
    if lemma in _FLIGHT:
        moved = c.patients if lemma == "uproot" else c.agents
        many = any(p.side in (CIVILIANS, PROTESTERS, RIOTERS) or p.people for p in moved)
        crowd = any(t.like_num or norm(t) in _MANY for t in c.token.sent)
        return many and crowd and not c.armed and (lemma == "uproot" or _DRIVEN_OUT.search(c.said) is not None)
    if lemma in ("break", "escape"):
        return _PRISON.search(c.said) is not None and not c.armed
    if lemma in _FOUND:
        return any(norm(t) in _BODIES for t in c.token.sent) and any(
            norm(t) in ("grave", "pit", "burial") or t.like_num or norm(t) in _MANY for t in c.token.sent
        )
    if lemma == "evacuate":
        return c.armed
    return c.armed or _UNIFORM.search(c.said) is not None


def cause(c: Clause) -> bool:
    """The sentence says what people gather for or against."""
    return _CAUSE.search(c.said) is not None


MET = {
    "person_patient": person_patient,
    "crowd_agent": crowd_agent,
    "state_agent": state_agent,
    "state_crowd": state_crowd,
    "weapon_patient": weapon_patient,
    "territory": territory,
    "looter": looter,
    "deal": deal,
    "armed_party": armed_party,
    "armed_agent": lambda c: c.armed,
    "from_the_air": from_the_air,
    "upheaval": upheaval,
    "cause": cause,
}
"""The need's name in the lexicon, and how it is met."""
