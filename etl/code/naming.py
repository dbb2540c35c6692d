"""What a party is called on a day in a country.

Turns a party into its registry name: a group, a state's forces and their units, the one group that a country's
"separatists" are, or an unnamed kind of actor of the event's country. Does not decide which slot it fills.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from etl.code.actors import Registry, Resolved
from etl.code.lexicon import words
from etl.code.parties import ARMED, CIVILIANS, PROTESTERS, RIOTERS, Party

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
ARMED_INTERS = words("casting_armed_inters")
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
_POLICE = re.compile(r"(?<!military )\bpolice\b|\b(?:anti-?)?riot squad|\bplain-?clothes", re.I)
_GANG = re.compile(r"\b(?:of|from|in) .*\b(?:gang|cartel)s?\b", re.I)
_MUTINY = re.compile(r"\bmutin", re.I)
_BYWORD_GROUPS = frozenset({"rebels", "militants", "group", "militia", "coalition"})
_ENEMY = re.compile(r"\b(?:enemy|junta|regime)\b", re.I)
"""Whose aircraft are those of the state that a group fights."""
_FORCES = frozenset({"military", "police"})
_SPLIT = re.compile(r"\b(?:dissident|splinter|breakaway|renegade)", re.I)


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
        if party.side == ARMED and not party.named and (party.actor_id == "mutineers" or _MUTINY.search(party.text)):
            return self.generic("mutineers")
        if party.named and party.kind == "group" and party.actor_id:
            return self._safe(self._offshoot(party))
        if party.side == ARMED and (party.kind != "generic" or not party.actor_id) and party.actor_id:
            if (byword := self._byword(party)) is not None and party.group not in _BYWORD_GROUPS:
                return byword
            actor_id = party.actor_id.replace("nationality:", "military:").replace("state:", "military:")
            if party.group == "police" and actor_id == "military":
                actor_id = "police"
            if party.group == "police" and actor_id.startswith("military:") and "/" not in actor_id:
                actor_id = actor_id.replace("military:", "police:")
            if actor_id.startswith("police") and "military police" in party.text.lower():
                actor_id = actor_id.replace("police", "military", 1)
            elif actor_id == "military" and party.group == "military" and _POLICE.search(party.text):
                actor_id = "police"
            if actor_id == "security" and _SECURITY_MEN.search(party.text):
                actor_id = "police"
            if actor_id.startswith("military") and ":" not in actor_id and self.iso3 is None:
                return self.registry.unidentified_military(None, None)
            if actor_id == "unidentified-military" and _ENEMY.search(party.text):
                return self.forces("military")
            unit = self._unit(party, actor_id)
            if unit is not None:
                return unit
            if ":" not in actor_id and self.iso3 is not None:
                if actor_id == "military" and self.iso3 in _HELD_BY:
                    return self.registry.state_forces(
                        _HELD_BY[self.iso3], self.day or self.anchor, "military", self.iso3
                    )
            return self._safe(actor_id)
        if party.group == "military" and not party.actor_id and _POLICE.search(party.text):
            return self.forces("police")
        byword = self._byword(party)
        if byword is not None:
            return byword
        unit = self._unit(party, "military")
        if unit is not None and party.side != CIVILIANS:
            return unit
        if party.group in ("military", "state", "police", "military_object"):
            return self.forces("police" if party.group == "police" or _POLICE.search(party.text) else "military")
        if (
            party.side == ARMED
            and not party.named
            and party.group in ("militants", "group")
            and _GANG.search(party.text)
        ):
            return self.generic("gangs")
        if party.actor_id and party.kind == "generic":
            found = self._safe(party.actor_id)
            if party.side == ARMED and (found.inter in ARMED_INTERS or party.actor_id == "settlers"):
                return found
            if party.side != ARMED and (party.side != CIVILIANS or found.inter == "Civilians"):
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

    def _unit(self, party: Party, actor_id: str) -> Resolved | None:
        """Such as "gendarmes": a force with a name of its own in its own country, or in the event's."""
        if not actor_id.startswith(("military", "police", "security")) or "/" in actor_id:
            return None
        state = self.registry.owner(actor_id.partition(":")[2] or self.iso3 or "")
        if state is None:
            return None
        words = party.text.lower()
        name = next((n for mark, n in _UNIT_MARKS.items() if mark in words), None)
        unit = self.registry.unit_in(party.text, state.iso3) or next(
            (u for u in state.units if name and u.name.startswith(name)), None
        )
        if unit is None:
            return None
        return self.registry.state_forces(state.iso3, self.day or self.anchor, unit.of, self.iso3, unit.unit_id)

    def _byword(self, party: Party) -> Resolved | None:
        """Such as "separatists" where a country's separatists are of one group."""
        home = (party.actor_id or "").partition(":")[2]
        if party.side != ARMED or party.group not in _BYWORD_GROUPS | _FORCES or (home.isupper() and home != self.iso3):
            return None
        found = self.registry.byword(party.text, self.iso3, self.day or self.anchor)
        return self._safe(found) if found else None

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
        if kind == "settlers":
            if self.iso3 not in ("PSE", "ISR"):
                return self.registry.generic("civilians", self.iso3 or self.country, self.day)
            return self.registry.generic(kind, "ISR", self.day)
        return self.registry.generic(kind, self.iso3 or self.country, self.day)
