"""Which actors stand in the two slots of an event.

Fills the two actor slots with the names of parties (``naming``) as the codebook's types demand: battles have two armed
sides, civilians are always the second actor, the perpetrator nobody names is an "Unidentified ..." actor. Does
not decide who is believed (``attribution``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from etl.code.actors import Resolved
from etl.code.hierarchy import Verdict
from etl.code.lexicon import nouns
from etl.code.naming import ARMED_INTERS, Stage
from etl.code.parties import ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS, Party
from etl.schema import sub_event

_STATE_INTERS = frozenset({None, "State forces", "External/Other forces", "Civilians", "Protesters", "Rioters"})
_GOVERNMENT = frozenset({"government", "president", "authority", "administration", "negotiator", "regime"})
_RULERS = _GOVERNMENT | {"prime minister", "minister", "cabinet", "governor", "parliament", "premier"}
_SOLDIERLY = frozenset({"Other", "Non-violent transfer of territory", "Agreement"})
"""What officers of the army do rather than officers of the police: they seize power, they leave ground to others."""
_VAGUE = frozenset({"militants", "group"})
"""Classes of armed people whose words say nothing of who they are."""
_SOMEBODY = frozenset({"individual", "suspect", "person", "man", "subject", "youth"})
"""People whom an arrest makes suspects and nothing more."""
_CLANS = re.compile(r"\b(?:clans?|tribes?|sub-?clans?|communit(?:y|ies)|lines)\b", re.I)
_MEETING = frozenset({"Agreement", "Non-violent transfer of territory"})
"""What two sides do with each other, so that the second of those who act is the other side."""
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
    """Armed parties, those that the text says most about first: "armed men believed to be of X" are X."""
    found = [p for p in parties if p.side == ARMED]
    return sorted(found, key=lambda p: not p.named and p.group in _VAGUE)


def _culprits(parties: Sequence[Party]) -> list[Party]:
    """As ``_armed``, the police behind others: beside unknown attackers they look into the case."""
    return sorted(_armed(parties), key=lambda p: p.group == "police" and not p.named)


def _join(slot: Slot, found: Resolved, party: Party) -> None:
    """Put a party beside those of a slot; somebody unidentified beside a known one is that one."""
    if slot.name is not None and found.name.startswith("Unidentified"):
        slot.parties.append(party)
    else:
        _put(slot, found, party)


def _battle(verdict: Verdict, stage: Stage) -> tuple[Slot, Slot, bool]:
    one, two = Slot(), Slot()
    for p in _armed(verdict.first):
        found = stage.resolve(p)
        if found.inter not in ARMED_INTERS:
            continue
        if one.name is None or _same_camp(found, one):
            _put(one, found, p)
        elif found.name.startswith("Unidentified"):
            one.parties.append(p)
        elif not _armed(verdict.second) and (two.name is None or _same_camp(found, two)):
            _put(two, found, p)
    for p in verdict.second:
        if p.side == ARMED or p.group == "military_object":
            found = stage.resolve(p)
            if found.name == one.name or found.inter not in ARMED_INTERS:
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
        loser = stage.forces("military") if lost else _other_side(one, stage)
        _put(two, loser if loser.name != one.name else stage.generic("unidentified-armed"), None)
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
    mob = verdict.sub_event_type == "Mob violence"
    for p in sorted(verdict.second, key=lambda p: mob and p.side != CIVILIANS):
        if mob and two.name is not None and p.group == "police":
            continue  # they come to help whom the mob sets upon
        if p.side == ARMED or (p.side == CIVILIANS and kind == "Riots" and two.name is None):
            _put(two, stage.forces("police") if p.group == "state" and not p.actor_id else stage.resolve(p), p)
    if verdict.sub_event_type == "Peaceful protest":
        two = Slot()
    elif two.name is None and kind == "Protests":
        _put(two, stage.generic("unidentified-armed") if targeting else stage.forces("police"), None)
    if verdict.sub_event_type == "Mob violence":
        if two.name is None or two.name.startswith("Unidentified Armed Group"):
            two = Slot(parties=two.parties)  # "a stranger", whom a mob takes for somebody
            _put(two, stage.generic("civilians"), None)
        targeting = two.inter == "Civilians"
    _clean(one, two)
    return one, two, targeting


def _remote(verdict: Verdict, stage: Stage) -> tuple[Slot, Slot, bool]:
    one, two = Slot(), Slot()
    for p in _culprits(verdict.first):
        found = stage.resolve(p)
        if found.inter in ARMED_INTERS:
            _join(one, found, p)
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
    for p in _culprits(verdict.first):
        found = stage.resolve(p)
        if found.inter in ARMED_INTERS:
            _join(one, found, p)
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
    kind = verdict.sub_event_type
    arrests, change = kind == "Arrests", kind == "Change to group/activity"
    for p in _armed(verdict.first):
        found = _sworn(p, verdict, stage)
        both = kind in _MEETING and one.name not in (None, found.name) and not _same_camp(found, one)
        _join(two if both else one, found, p)
    if one.name is None and (arrests or kind == "Disrupted weapons use"):
        _put(one, stage.forces("police"), None)
    for p in verdict.second:
        if kind == "Other" and _governs(p) and one.inter == "State forces":
            _put(two, stage.government(), p)
        elif (p.side == ARMED and not (p.off_duty and not p.named and not arrests)) or p.named:
            found = _sworn(p, verdict, stage)
            if change and one.name is not None and (p.head in nouns()["military_object"] or _same_camp(found, one)):
                continue  # "the army moved two battalions into the barracks": one side alone changes
            if found.name != one.name:
                _put(one if one.name is None else two, found, p)
    if kind == "Agreement" and two.name is None and one.inter not in _STATE_INTERS:
        if any(p.side == ARMED for p in one.parties) and verdict.yields:
            _put(two, stage.forces("military"), None)
    if kind == "Non-violent transfer of territory" and two.name is None and one.inter != "State forces":
        _put(two, stage.forces("military"), None)
    if arrests and two.name is None:
        for p in verdict.second:
            if p.side in (CIVILIANS, PROTESTERS, RIOTERS):
                _put(two, stage.resolve(p) if p.side == CIVILIANS else stage.generic("civilians"), p)
    if (
        arrests
        and two.name == stage.generic("unidentified-armed").name
        and all(p.head in _SOMEBODY for p in two.parties)
    ):
        two = Slot(parties=two.parties)
        _put(two, stage.generic("civilians"), None)
    if kind == "Other" and two.name is None:
        for p in verdict.second:
            if p.side == CIVILIANS and (one.name is not None or not verdict.first):
                _put(two, stage.generic("civilians"), p)
        if two.name is not None and one.name is None:
            _put(one, stage.generic("unidentified-armed"), None)
        elif two.name is None and one.inter == "State forces":
            _put(two, stage.government(), None)  # they seize power
    if one.name is None:
        for p in [*verdict.first, *verdict.second]:
            if p.side in (CIVILIANS, PROTESTERS, RIOTERS):
                feud = kind == "Agreement" and _CLANS.search(p.text)
                _put(
                    one,
                    stage.generic("identity-militia" if feud else "unidentified-armed")
                    if change or feud
                    else stage.resolve(p),
                    p,
                )
                break
    if one.name is None:
        _put(one, stage.forces("military"), None)
    if kind == "Headquarters or base established":
        two = Slot()
    if kind == "Looting/property destruction" and two.name is None and one.inter != "Civilians":
        _put(two, stage.generic("civilians"), None)
    _clean(one, two)
    return one, two, False


def _sworn(p: Party, verdict: Verdict, stage: Stage) -> Resolved:
    """A party to a strategic development: former fighters are their group's, who governs is the government."""
    kind = verdict.sub_event_type
    if kind == "Agreement" and p.head in _GOVERNMENT and stage.owns(p):
        return stage.government()
    if p.off_duty and p.named:
        p = replace(p, off_duty=False)
    if kind == "Change to group/activity" and p.off_duty:
        return stage.generic("unidentified-armed")
    if kind == "Arrests" and (p.actor_id or "").startswith("security"):
        p = replace(p, actor_id=(p.actor_id or "").replace("security", "police", 1), kind="police", group="police")
    found = stage.resolve(p)
    if kind in _SOLDIERLY and p.head == "officer" and found.actor_id and found.actor_id.startswith("police:"):
        if "police" not in p.text.lower():
            return stage.resolve(replace(p, actor_id=found.actor_id.replace("police", "military"), group="military"))
    return found


def _governs(party: Party) -> bool:
    """Whether a party is who governs, as the target of a coup."""
    return party.head in _RULERS or "head of state" in party.text.lower()


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
