"""Whether who is hit, and how, sets one act apart from an event told before.

Compares names, roles and things among the victims of an act with those of an event's acts. Day, place and attackers are
weighed by ``cluster``, which asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from etl.code.acts import Act
from etl.code.lexicon import nouns
from etl.code.parties import CIVILIANS, OBJECT, Party
from etl.code.words import norm

_WAYS = {
    **dict.fromkeys(("abduct", "abduct_hint"), "taking"),
    **dict.fromkeys(("explosive", "explosion", "grenade", "grenade_hit", "suicide"), "bomb"),
    **dict.fromkeys(("kill", "harm"), "hand"),
    "airstrike": "air",
    "shelling": "guns",
}
"""Ways to hurt that are seldom one assault; a plain attack can be any of them."""
_ANYBODY = frozenset({"people", "person", "civilian", "man", "woman", "child", "victim", "life", "other", "casualty"})


def other_person(act: Act, told: Sequence[Act]) -> bool:
    """Such as "the murder of A" and "the murder of B": nouns that name one victim each."""
    mine = _person(act)
    others = {p for a in told if (p := _person(a))}
    return bool(mine and others) and not any(set(mine.split()) & set(o.split()) for o in others)


def other_name(act: Act, told: Sequence[Act]) -> bool:
    """Such as "Ruiz was kidnapped in Cali" after "Lopez was kidnapped": another person, told with a day or place."""
    if act.name not in _ONCE or act.trigger.nominal or not (act.own_place or act.day):
        return False
    mine, held = _surnames(act), {n for a in told if a.name == act.name for n in _surnames(a)}
    return bool(mine and held) and not mine & held


def same_victim(act: Act, told: Sequence[Act]) -> bool:
    """Such as "the murder of Senator Ruiz" after "Ruiz was shot": nobody is killed twice, nor taken twice in one text.

    The same surname, or the same number of the same kind of people where a definite noun comes back to them ("the
    massacre of the six nuns"); whatever day and place stand beside it are those of a later word about the deed.
    """
    if act.name not in _ONCE:
        return False
    others = [a for a in told if a.name == act.name]
    mine, held = _surnames(act), {n for a in others for n in _surnames(a)}
    if mine & held:
        return True
    if not act.trigger.nominal or not any(c.lower_ in ("the", "this", "that") for c in act.token.lefts):
        return False
    crowds = _crowds(act)
    return any(
        head == other and (number == count or not number or not count)
        for head, number in crowds
        for a in others
        for other, count in _crowds(a)
    )


def other_number(act: Act, told: Sequence[Act]) -> bool:
    """Such as "the massacre of 12 villagers on Wednesday" after "two leaders were shot": other people, told with a day.

    Numbers of one event differ from source to source, so both must name other kinds of people too.
    """
    if act.name not in _ONCE or act.day is None or any(a.day is not None for a in told):
        return False
    mine = _numbered(act)
    held = {one for a in told if a.name in _ONCE or a.effect for one in _numbered(a)}
    return bool(mine and held) and all(h != o and n != m for h, n in mine for o, m in held)


def _numbered(act: Act) -> set[tuple[str, str]]:
    found = set()
    for p in act.patients:
        span = act.token.doc.char_span(p.start, p.end, alignment_mode="expand")
        number = next((t.lower_ for t in span or () if t.pos_ == "NUM"), "")
        if p.side == CIVILIANS and number and p.group != "number":
            found.add((p.head, number))
    return found


_ONCE = frozenset({"kill", "abduct"})
_MANY_TIMES = frozenset(
    {"people", "person", "civilian", "man", "woman", "child", "victim", "other", "soldier", "policeman", "peasant"}
    | {"guerrilla", "rebel", "member", "officer", "leader", "worker", "resident", "citizen"}
)
"""Kinds of people of whom some are killed in one event and others in the next."""


def _surnames(act: Act) -> set[str]:
    """Names of the victims of an act without the first name of each, which many share."""
    found: set[str] = set()
    for p in act.patients:
        span = act.token.doc.char_span(p.start, p.end, alignment_mode="expand")
        if p.side != CIVILIANS or p.group == "number" or span is None:
            continue
        names: list[str] = []
        for t in reversed(span):  # the name ends the phrase; the parser often takes a surname for a place's
            if t.pos_ != "PROPN" or t.ent_type_ in _NO_NAMES or norm(t) in _RANKS | nouns()["civilians"]:
                break
            names.insert(0, t.lower_)
        found.update(names[1:] if len(names) > 1 else names)
    return {n for n in found if len(n) > 3}


_NO_NAMES = frozenset({"ORG", "NORP", "DATE", "FAC", "EVENT"})
_RANKS = frozenset({"general", "colonel", "major", "captain", "senator", "minister", "father", "monsignor", "msgr"})


def _crowds(act: Act) -> set[tuple[str, str]]:
    """Kinds of several people an act hits, each with its number ("" where none is given)."""
    found = set()
    for p in act.patients:
        span = act.token.doc.char_span(p.start, p.end, alignment_mode="expand")
        if p.side == CIVILIANS and span is not None and p.head not in _MANY_TIMES and span.root.tag_.endswith("S"):
            found.add((p.head, next((t.lower_ for t in span if t.pos_ == "NUM"), "")))
    return found


def _person(act: Act) -> str:
    """The name of the only victim of a killing or abduction that a noun tells, or ""."""
    if not act.trigger.nominal or act.name not in ("kill", "abduct") or len(act.patients) != 1:
        return ""
    victim = act.patients[0]
    span = act.token.doc.char_span(victim.start, victim.end, alignment_mode="expand")
    named = victim.side == CIVILIANS and span is not None and any(t.ent_type_ == "PERSON" for t in span)
    return " ".join(t.lower_ for t in span if t.ent_type_ == "PERSON") if named else ""


def another_deed(act: Act, told: Sequence[Act], actors: bool | None) -> bool:
    """Such as "bombs went off at two banks" after "the mayor was shot": somebody else was hit, in another way.

    Victims may be told twice ("a senator", "Galan"), so a name and a role can be one; two names, two roles, or a thing
    and a person are not. Where the same attackers go on and neither day nor place is given anew, only what cannot be
    one assault (an abduction, a bomb, an air strike) makes another event.
    """
    if act.effect or act.family != "violence" or act.pattern.two_way:
        return False
    mine = [p for p in act.patients if _countable(p)]
    held = [p for a in told for p in [*a.patients, *a.partners] if _countable(p)]
    ways = {_WAYS.get(a.name, "") for a in told} - {""}
    way = _WAYS.get(act.name, "")
    otherwise = bool(way and ways) and way not in ways
    if "taking" in ways | {way} and ways != {way}:
        otherwise = way == "taking" or act.name in ("attack", "kill", "harm")
    if not mine or not held or any(_may_be_one(m, h, act, otherwise) for m in mine for h in held):
        return False
    if otherwise:
        return True
    told_anew = act.own_place or act.when is not None or act.agents or act.trigger.nominal
    return actors is not True and bool(told_anew or act.sentence - told[-1].sentence > 1)


def _countable(p: Party) -> bool:
    return p.side in (CIVILIANS, OBJECT) and p.group not in ("number", "place", "weapon") and p.head not in _ANYBODY


def _may_be_one(one: Party, other: Party, act: Act, otherwise: bool) -> bool:
    """Whether two phrases can mean the same victim, or (unless harm was done otherwise) a thing and who was in it."""
    names = [_names(p, act) for p in (one, other)]
    if all(names):
        return bool(names[0] & names[1])
    if one.head == other.head:
        return True
    if (one.side == OBJECT) != (other.side == OBJECT):
        return not otherwise
    if names[0]:
        titles = _titles(one, act)
        return one.side != OBJECT and (not titles or other.head in titles)
    span = act.token.doc.char_span(one.start, one.end, alignment_mode="expand")
    before = act.token.doc[span.start - 1].lower_ if span is not None and span.start else ""
    first = span[0].lower_ if span is not None else ""
    return bool({before, first} & {"the", "this", "that", "these", "those", "his", "her", "their", "its"})


def _titles(p: Party, act: Act) -> set[str]:
    span = act.token.doc.char_span(p.start, p.end, alignment_mode="expand")
    return {lemma for t in span or () if (lemma := norm(t)) in nouns()["civilians"]}


def _names(p: Party, act: Act) -> set[str]:
    span = act.token.doc.char_span(p.start, p.end, alignment_mode="expand")
    return {t.lower_ for t in span if t.ent_type_ == "PERSON"} if span is not None else set()


def other_victims(act: Act, told: Sequence[Act]) -> bool:
    """Both name whom they hit, and it is nobody and nothing they share."""
    if act.name not in (
        "kill",
        "abduct",
        "harm",
        "explosive",
        "attack",
        "arrest",
        "release",
        "capture",
        "recapture",
        "loot",
    ):
        return False
    mine = {
        p.head
        for p in act.patients
        if p.side in (CIVILIANS, OBJECT)
        and p.head not in ("people", "person", "civilian", "man", "victim", "life", "other")
    }
    held = {p.head for a in told for p in a.patients if p.side in (CIVILIANS, OBJECT)}
    if not mine or not held or mine & held:
        return False
    return bool(act.own_place and act.day) or act.apart
