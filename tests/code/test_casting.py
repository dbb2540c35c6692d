"""Names of the actors of an event."""

from __future__ import annotations

from datetime import date

import pytest

from etl.code.actors import registry
from etl.code.casting import fill
from etl.code.hierarchy import Verdict
from etl.code.naming import Stage
from etl.code.parties import ARMED, CIVILIANS, OBJECT, PROTESTERS, Party

STAGE = Stage(registry(), date(2024, 5, 10), "MLI", "Mali", date(2024, 5, 10))


def party(side: str, group: str, words: str, **more: object) -> Party:
    return Party(side, group, 0, len(words), words, words.split()[-1].rstrip("s"), 0, **more)


SOLDIERS = party(ARMED, "military", "soldiers")
JNIM = party(ARMED, "group", "JNIM", actor_id="jnim", kind="group", named=True)
FARMERS = party(CIVILIANS, "civilians", "farmers", people=frozenset({CIVILIANS}))


def test_troops_without_a_nationality_are_the_countrys_own():
    found = STAGE.resolve(SOLDIERS)
    assert found.name.startswith("Military Forces of Mali") and found.inter == "State forces"


def test_soldiers_off_duty_are_civilians():
    assert STAGE.resolve(party(ARMED, "military", "captured soldiers", off_duty=True)).inter == "Civilians"


def test_a_fight_without_another_side_has_an_unidentified_one():
    one, two, targeting = fill(Verdict("Armed clash", (SOLDIERS,), ()), STAGE)
    assert one.name is not None and one.name.startswith("Military Forces of Mali")
    assert two.name == "Unidentified Armed Group (Mali)" and not targeting


def test_who_kills_civilians_unnamed_is_unidentified():
    one, two, targeting = fill(Verdict("Attack", (), (FARMERS,)), STAGE)
    assert one.name == "Unidentified Armed Group (Mali)"
    assert two.name == "Civilians (Mali)" and targeting


def test_a_strike_on_a_groups_base_hits_the_group():
    base = party(OBJECT, "military_object", "base", actor_id="jnim", kind="group", named=True)
    _, two, targeting = fill(Verdict("Air/drone strike", (SOLDIERS,), (base,)), STAGE)
    assert two.name == STAGE.resolve(JNIM).name and not targeting


@pytest.mark.parametrize("other", [JNIM, party(ARMED, "state", "government")])
def test_both_who_agree_are_actors(other):
    tuareg = party(ARMED, "group", "CMA", actor_id="cma", kind="group", named=True)
    first = tuareg if "cma" in STAGE.registry.actors else FARMERS
    if first is FARMERS:
        first = party(ARMED, "rebels", "rebels")
    one, two, _ = fill(Verdict("Agreement", (first, other), ()), STAGE)
    assert None not in (one.name, two.name) and one.name != two.name


def test_a_peaceful_protest_has_no_second_actor():
    crowd = party(PROTESTERS, "protesters", "protesters", people=frozenset({PROTESTERS}))
    one, two, _ = fill(Verdict("Peaceful protest", (crowd,), (SOLDIERS,)), STAGE)
    assert one.name == "Protesters (Mali)" and two.name is None
