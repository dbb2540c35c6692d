"""What the parties of an event are called.

Turns parties into registry names valid on the day and in the country of the event, and fills the two actor slots as the
codebook's types demand: battles have two armed sides, civilians are always the second actor, the perpetrator nobody
names is an "Unidentified ..." actor. Does not decide who is believed (``attribution``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from etl.code.actors import Registry, Resolved
from etl.code.hierarchy import Verdict
from etl.code.lexicon import nouns, words
from etl.code.parties import ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS, Party
from etl.schema import sub_event

_GENERIC = {
    "rebels": "rebels",
    "militants": "militants",
    "gang": "gangs",
    "militia": "unidentified-armed",
    "communal": "identity-militia",
    "coalition": "coalition",
    "platform": "unidentified-military",
    "group": "unidentified-armed",
}
_STATE_INTERS = frozenset({None, "State forces", "External/Other forces", "Civilians", "Protesters", "Rioters"})
_ARMED_INTERS = words("casting_armed_inters")
_HELD_BY = {"PSE": "ISR"}
"""Territories without an army of their own, whose "troops" and "soldiers" are those of the state that holds them."""
_UNIT_MARKS = {
    "gendarm": "Gendarmer",
    "national guard": "National Guard",
    "coast guard": "Coast Guard",
    "coastguard": "Coast Guard",
    "border guard": "Border Guard",
    "frontier corps": "Frontier Corps",
}
_SECURITY_MEN = re.compile(r"\b(?:state security|homeland security|security (?:men|man|agents?|officers?))\b", re.I)
_GOVERNMENT = frozenset({"government", "president", "authority", "administration", "negotiator", "regime"})
_SPLIT = re.compile(r"\b(?:dissident|splinter|breakaway|renegade)", re.I)
_UNKNOWN_AIR = frozenset({"Air/drone strike"})


@dataclass
class Slot:
    """One actor slot: its name, type, associated actors, and the parties it was read from."""

    name: str | None = None
    inter: str | None = None
    assoc: list[str] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    actor_id: str | None = None

    @property
    def assoc_text(self) -> str | None:
        """Associated actors as the column carries them."""
        return "; ".join(self.assoc) or None


@dataclass
class Stage:
    """Where and when names have to be valid."""

    registry: Registry
    day: date | None
    iso3: str | None
    country: str | None
    anchor: date | None

    def resolve(self, party: Party, role: str = "") -> Resolved:
        """The registry entry of a party.

        Args:
            role: ``protesters``, ``rioters`` or ``civilians`` where the event makes people that.
        """
        if role:
            return self.generic(role)
        if party.off_duty and party.side == ARMED:
            return self.generic("civilians")
        if party.named and party.kind == "group" and party.actor_id:
            return self._safe(self._offshoot(party))
        if party.side == ARMED and (party.kind != "generic" or not party.actor_id) and party.actor_id:
            actor_id = party.actor_id.replace("nationality:", "military:").replace("state:", "military:")
            if party.group == "police" and actor_id == "military":
                actor_id = "police"
            if party.group == "police" and actor_id.startswith("military:") and "/" not in actor_id:
                actor_id = actor_id.replace("military:", "police:")
            if actor_id == "security" and _SECURITY_MEN.search(party.text):
                actor_id = "police"
            if actor_id.startswith("military") and ":" not in actor_id and self.iso3 is None:
                return self.registry.unidentified_military(None, None)
            if ":" not in actor_id and self.iso3 is not None:
                unit = self._unit(party)
                if unit is not None:
                    return unit
                if actor_id == "military" and self.iso3 in _HELD_BY:
                    return self.registry.state_forces(
                        _HELD_BY[self.iso3], self.day or self.anchor, "military", self.iso3
                    )
            return self._safe(actor_id)
        if party.group in ("military", "state", "police", "military_object"):
            return self.forces("police" if party.group == "police" or "police" in party.text.lower() else "military")
        if party.actor_id and party.kind == "generic":
            found = self._safe(party.actor_id)
            if party.side != ARMED or found.inter in _ARMED_INTERS:
                return found
        if party.group in _GENERIC:
            return self.generic(_GENERIC[party.group])
        if party.side == PROTESTERS:
            return self.generic("protesters")
        if party.side == RIOTERS:
            return self.generic("rioters")
        if party.side == CIVILIANS:
            kind = self.registry.generics.nouns.get(party.head, "civilians")
            found = self.generic(kind)
            return found if found.inter == "Civilians" else self.generic("civilians")
        return self.generic("unidentified-armed")

    def _unit(self, party: Party) -> Resolved | None:
        """Such as "gendarmes": a force that has a name of its own in the registry, in the country of the event."""
        state = self.registry.owner(self.iso3) if self.iso3 else None
        words = party.text.lower()
        name = next((n for mark, n in _UNIT_MARKS.items() if mark in words), None)
        unit = next((u for u in state.units if state and u.name.startswith(name)), None) if state and name else None
        if unit is None or self.iso3 is None:
            return None
        return self.registry.state_forces(self.iso3, self.day or self.anchor, unit.of, self.iso3, unit.unit_id)

    def owns(self, party: Party) -> bool:
        """Whether a party of state is of the event's own country."""
        home = (party.actor_id or "").partition(":")[2].partition("/")[0]
        return not party.named and (not home or home == self.iso3)

    def government(self) -> Resolved:
        """The country's government, as a party to talks or the target of a coup."""
        found = self.generic("officials")
        return replace(found, name=found.assoc or found.name, inter="State forces", assoc=None)

    def _offshoot(self, party: Party) -> str:
        """Such as "a dissident front of the FARC": its dissidents, where the registry has them."""
        actor_id = party.actor_id or ""
        other = f"{actor_id}-dissidents"
        return other if _SPLIT.search(party.text) and other in self.registry.actors else actor_id

    def _safe(self, actor_id: str) -> Resolved:
        if actor_id == "settlers":
            return self.generic(actor_id)
        return self.registry.resolve(actor_id, self.day, self.iso3, self.anchor)

    def forces(self, kind: str) -> Resolved:
        """The country's own forces, unidentified where the country is not known or has none."""
        if kind == "military" and self.iso3 in _HELD_BY:
            return self.registry.state_forces(_HELD_BY[self.iso3], self.day or self.anchor, kind, self.iso3)
        if self.iso3 is None or self.registry.owner(self.iso3) is None:
            return self.registry.unidentified_military(None, None)
        return self.registry.state_forces(self.iso3, self.day or self.anchor, kind, self.iso3)

    def generic(self, kind: str) -> Resolved:
        """An unnamed actor of the event's country; settlers come from the country that settles them."""
        if kind == "settlers" and self.iso3 == "PSE":
            return self.registry.generic(kind, "ISR", self.day)
        return self.registry.generic(kind, self.iso3 or self.country, self.day)


def fill(verdict: Verdict, stage: Stage) -> tuple[Slot, Slot, bool]:
    """Both actor slots and whether civilians are the target.

    Args:
        verdict: type and sides.
        stage: where and when.
    """
    kind = sub_event(verdict.sub_event_type)["event_type"]
    if kind == "Battles":
        return _battle(verdict, stage)
    if kind in ("Protests", "Riots"):
        return _crowd(verdict, stage, kind)
    if kind == "Explosions/Remote violence":
        return _remote(verdict, stage)
    if kind == "Violence against civilians":
        return _civilians(verdict, stage)
    return _strategic(verdict, stage)


def _put(slot: Slot, found: Resolved, party: Party | None) -> None:
    if party is not None and party not in slot.parties:
        slot.parties.append(party)
    if slot.name is None:
        slot.name, slot.inter, slot.actor_id = found.name, found.inter, found.actor_id
    elif found.name != slot.name and found.name not in slot.assoc:
        slot.assoc.append(found.name)
    if found.assoc and found.assoc != slot.name and found.assoc not in slot.assoc:
        slot.assoc.append(found.assoc)


def _armed(parties: Sequence[Party]) -> list[Party]:
    return [p for p in parties if p.side == ARMED]


def _battle(verdict: Verdict, stage: Stage) -> tuple[Slot, Slot, bool]:
    one, two = Slot(), Slot()
    for p in _armed(verdict.first):
        found = stage.resolve(p)
        if one.name is None or _same_camp(found, one):
            _put(one, found, p)
        elif found.name.startswith("Unidentified"):
            one.parties.append(p)
        elif not _armed(verdict.second) and (two.name is None or _same_camp(found, two)):
            _put(two, found, p)
    for p in verdict.second:
        if p.side == ARMED or p.group == "military_object":
            found = stage.resolve(p)
            if found.name == one.name:
                continue
            if one.name is None and two.name is not None and not _same_camp(found, two):
                _put(one, found, p)  # "a soldier and a rebel died as both sides traded fire"
                continue
            _put(two if two.name is None or _same_camp(found, two) or not _same_camp(found, one) else one, found, p)
    if one.name is None:
        _put(one, _other_side(two, stage), None)
    if two.name is None or two.name == one.name:
        two = Slot(parties=two.parties)
        lost = verdict.sub_event_type == "Non-state actor overtakes territory" and one.inter != "State forces"
        _put(two, stage.forces("military") if lost else _other_side(one, stage), None)
    _clean(one, two, drop="Civilians")
    return one, two, False


def _same_camp(found: Resolved, slot: Slot) -> bool:
    if slot.name == found.name:
        return True
    state = {"State forces"}
    return bool(slot.inter in state and found.inter in state)


def _other_side(known: Slot, stage: Stage) -> Resolved:
    armed = stage.generic("unidentified-armed")
    if known.name == armed.name:
        return stage.forces("military") if stage.iso3 else stage.registry.unidentified_military(None, None)
    return armed


def _crowd(verdict: Verdict, stage: Stage, kind: str) -> tuple[Slot, Slot, bool]:
    role = "protesters" if kind == "Protests" else "rioters"
    one, two = Slot(), Slot()
    _put(one, stage.generic(role), None)
    for p in verdict.first:
        if p.side in (PROTESTERS, RIOTERS) or p.people:
            one.parties.append(p)
            found = stage.resolve(p) if p.side == CIVILIANS or p.people else None
            if found is not None and found.assoc and found.assoc not in one.assoc:
                one.assoc.append(found.assoc)
        elif p.named:
            found = stage.resolve(p)
            if found.name not in one.assoc:
                one.assoc.append(found.name)
    targeting = verdict.sub_event_type == "Excessive force against protesters"
    for p in verdict.second:
        if p.side == ARMED or (p.side == CIVILIANS and verdict.sub_event_type == "Mob violence" and two.name is None):
            _put(two, stage.resolve(p), p)
    if verdict.sub_event_type == "Peaceful protest":
        two = Slot()
    if verdict.sub_event_type == "Mob violence":
        if two.name is None:
            _put(two, stage.generic("civilians"), None)
        targeting = two.inter == "Civilians"
    _clean(one, two)
    return one, two, targeting


def _remote(verdict: Verdict, stage: Stage) -> tuple[Slot, Slot, bool]:
    one, two = Slot(), Slot()
    for p in _armed(verdict.first):
        found = stage.resolve(p)
        if found.inter in _ARMED_INTERS:
            _put(one, found, p)
    if one.name is None:
        air = verdict.sub_event_type in _UNKNOWN_AIR
        _put(
            one,
            stage.registry.unidentified_military(None, stage.iso3) if air else stage.generic("unidentified-armed"),
            None,
        )
        one.parties.extend(_persons(verdict))
    targets = [p for p in verdict.second if p.side == ARMED or p.group == "military_object"]
    people = [p for p in verdict.second if p.side in (CIVILIANS, PROTESTERS, RIOTERS)]
    things = [p for p in verdict.second if p.side == OBJECT and p.group in ("civilian_object", "place")]
    for p in targets:
        found = stage.resolve(p)
        if found.name != one.name:
            _put(two, found, p)
    if two.name is None or (not any(p.side == ARMED for p in targets) and people):
        objects = two.parties
        two = Slot()
        for p in [*people, *things]:
            _put(two, stage.resolve(p) if p.side == CIVILIANS else stage.generic("civilians"), p)
        two.parties.extend(o for o in objects if o not in two.parties)
        if two.name is None and objects:
            two = Slot()
            for p in targets:
                if (found := stage.resolve(p)).name != one.name:
                    _put(two, found, p)
    elif people:
        for p in people:
            found = stage.resolve(p) if p.side == CIVILIANS else stage.generic("civilians")
            if found.name not in two.assoc:
                two.assoc.append(found.name)
    if two.name is None:
        _put(two, stage.generic("civilians"), None)
    _clean(one, two)
    return one, two, two.inter == "Civilians"


def _civilians(verdict: Verdict, stage: Stage) -> tuple[Slot, Slot, bool]:
    one, two = Slot(), Slot()
    for p in _armed(verdict.first):
        found = stage.resolve(p)
        if found.inter in _ARMED_INTERS:
            _put(one, found, p)
    if one.name is None:
        _put(one, stage.generic("unidentified-armed"), None)
        one.parties.extend(_persons(verdict))
    _put(two, stage.generic("civilians"), None)
    for p in verdict.second:
        found = stage.resolve(p) if p.side == CIVILIANS else stage.generic("civilians")
        _put(two, found, p)
    if verdict.sub_event_type == "Sexual violence":
        words = {w for p in two.parties for w in p.text.lower().split()} | {p.head for p in two.parties}
        men = words & nouns()["cohort_men"] or {w.rstrip("s") for w in words} & nouns()["cohort_men"]
        label = "men" if men and not any(w in ("woman", "women", "girl", "girls") for w in words) else "women"
        name = f"{label.capitalize()} ({stage.country})" if stage.country else label.capitalize()
        if name not in two.assoc:
            two.assoc.append(name)
    _clean(one, two)
    return one, two, True


def _persons(verdict: Verdict) -> list[Party]:
    """Such as "two unknown persons placed a bomb": nobody's name, but the words for whoever did it."""
    return [
        p
        for p in verdict.first
        if p.side == CIVILIANS and not p.named and all(p.key != v.key or p.group == "civilians" for v in verdict.second)
    ]


def _strategic(verdict: Verdict, stage: Stage) -> tuple[Slot, Slot, bool]:
    one, two = Slot(), Slot()
    arrests = verdict.sub_event_type == "Arrests"
    for p in verdict.first:
        if p.side == ARMED:
            found = stage.resolve(p)
            both = verdict.sub_event_type == "Agreement" and one.name not in (None, found.name)
            if verdict.sub_event_type == "Agreement" and p.head in _GOVERNMENT and stage.owns(p):
                found = stage.government()
            _put(two if both else one, found, p)
    if one.name is None and (arrests or verdict.sub_event_type == "Disrupted weapons use"):
        _put(one, stage.forces("police"), None)
    for p in verdict.second:
        if (p.side == ARMED and not (p.off_duty and not arrests)) or p.named:
            found = stage.resolve(p)
            if verdict.sub_event_type == "Agreement" and p.head in _GOVERNMENT and stage.owns(p):
                found = stage.government()
            if found.name != one.name:
                _put(one if one.name is None else two, found, p)
    if verdict.sub_event_type == "Agreement" and two.name is None and one.inter not in _STATE_INTERS:
        if any(p.side == ARMED for p in one.parties) and verdict.yields:
            _put(two, stage.forces("military"), None)
    if arrests and two.name is None:
        for p in verdict.second:
            if p.side in (CIVILIANS, PROTESTERS, RIOTERS):
                _put(two, stage.resolve(p) if p.side == CIVILIANS else stage.generic("civilians"), p)
    if one.name is None:
        for p in [*verdict.first, *verdict.second]:
            if p.side in (CIVILIANS, PROTESTERS, RIOTERS):
                _put(one, stage.resolve(p), p)
                break
    if one.name is None:
        _put(one, stage.forces("military"), None)
    if verdict.sub_event_type == "Headquarters or base established":
        two = Slot()
    if verdict.sub_event_type == "Looting/property destruction" and two.name is None and one.inter != "Civilians":
        _put(two, stage.generic("civilians"), None)
    _clean(one, two)
    return one, two, False


def _clean(one: Slot, two: Slot, drop: str = "") -> None:
    """No actor twice; with ``drop``, nobody whose name starts so among the associated."""
    if two.name == one.name:
        two.name, two.inter, two.actor_id = None, None, None
        two.assoc = []
    main = {one.name, two.name}
    seen: set[str] = set()
    for slot in (one, two):
        kept = []
        for a in slot.assoc:
            if a not in main and a not in seen and not (drop and a.startswith(drop)):
                kept.append(a)
                seen.add(a)
        slot.assoc = kept
