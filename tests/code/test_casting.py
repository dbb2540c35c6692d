"""Names of the actors of an event."""

from __future__ import annotations

from dataclasses import replace
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


HOUTHIS = party(ARMED, "group", "Houthis", actor_id="houthis", kind="group", named=True)
MEN = party(ARMED, "militants", "armed men", actor_id="unidentified-armed", kind="generic")
TROOPS = party(ARMED, "military", "troops", actor_id="military", kind="military")
CROWD = party(PROTESTERS, "protesters", "protesters", people=frozenset({PROTESTERS}))


def cast(kind: str, first: tuple[Party, ...], second: tuple[Party, ...] = (), **more: bool) -> tuple[str | None, ...]:
    one, two, _ = fill(Verdict(kind, first, second, **more), STAGE)
    return one.name, two.name


def test_a_known_group_goes_before_the_unknown_men_beside_it():
    one, _, _ = fill(Verdict("Attack", (MEN, JNIM), (FARMERS,)), STAGE)
    assert one.name == STAGE.resolve(JNIM).name and one.assoc == []


def test_a_change_of_activity_has_one_actor_unless_somebody_goes_over():
    camp = party(OBJECT, "military_object", "army camp", actor_id="military:MLI", kind="military")
    assert cast("Change to group/activity", (TROOPS,), (camp,))[1] is None
    assert cast("Change to group/activity", (TROOPS,), (SOLDIERS,))[1] is None
    assert cast("Change to group/activity", (JNIM,), (HOUTHIS,))[1] == "Houthis"


def test_people_who_found_a_movement_under_arms_are_an_armed_group():
    assert cast("Change to group/activity", (FARMERS,))[0] == "Unidentified Armed Group (Mali)"


def test_ground_that_a_group_takes_over_was_the_states():
    one, two = cast("Non-violent transfer of territory", (JNIM,))
    assert one == STAGE.resolve(JNIM).name and two == STAGE.forces("military").name


def test_who_hands_over_and_who_takes_over_are_two_sides():
    one, two = cast("Non-violent transfer of territory", (TROOPS, JNIM))
    assert (one, two) == (STAGE.forces("military").name, STAGE.resolve(JNIM).name)


def test_two_forces_of_one_state_are_one_side_of_a_deal():
    police = party(ARMED, "police", "policemen", actor_id="police", kind="police")
    assert cast("Agreement", (TROOPS, police), (JNIM,)) == (STAGE.forces("military").name, STAGE.resolve(JNIM).name)


def test_security_forces_who_arrest_are_police_and_officers_who_agree_are_soldiers():
    security = party(ARMED, "military", "security forces", actor_id="security", kind="security")
    assert cast("Arrests", (security,), (FARMERS,))[0] == STAGE.forces("police").name
    officers = party(ARMED, "police", "officers", actor_id="police", kind="police")
    assert cast("Agreement", (JNIM, officers)) == (STAGE.resolve(JNIM).name, STAGE.forces("military").name)


def test_former_fighters_of_a_group_speak_for_it_where_they_give_up():
    former = party(ARMED, "group", "former fighters", actor_id="jnim", kind="group", named=True, off_duty=True)
    assert cast("Agreement", (former,), yields=True) == (STAGE.resolve(JNIM).name, STAGE.forces("military").name)


def test_who_steps_in_at_a_protest_unnamed_is_police_and_who_shoots_is_unknown():
    assert cast("Protest with intervention", (CROWD,))[1] == STAGE.forces("police").name
    assert cast("Excessive force against protesters", (CROWD,))[1] == "Unidentified Armed Group (Mali)"


def test_a_stranger_whom_a_mob_beats_is_a_civilian():
    mob = party(PROTESTERS, "rioters", "mob", people=frozenset({PROTESTERS}))
    assert cast("Mob violence", (mob,), (party(ARMED, "militants", "stranger"),))[1] == "Civilians (Mali)"


@pytest.mark.parametrize(
    ("iso3", "country", "day", "name"),
    [
        ("YEM", "Yemen", date(2018, 3, 1), "Operation Restoring Hope"),
        ("SYR", "Syria", date(2018, 3, 1), "Global Coalition Against Daesh"),
        ("SYR", "Syria", date(2012, 3, 1), "Unidentified Coalition Forces"),
    ],
)
def test_the_coalition_is_the_one_at_war_in_the_country(iso3, country, day, name):
    coalition = party(ARMED, "coalition", "coalition jets", actor_id="coalition", kind="generic")
    assert Stage(registry(), day, iso3, country, day).resolve(coalition).name == name


def test_settlers_are_a_party_where_they_settle_and_people_elsewhere():
    settlers = party(ARMED, "militants", "settlers", actor_id="settlers", kind="generic")
    day = date(2024, 5, 10)
    assert Stage(registry(), day, "PSE", "Palestine", day).resolve(settlers).name == "Settlers (Israel)"
    assert STAGE.resolve(settlers).name == "Civilians (Mali)"


@pytest.mark.parametrize(
    ("iso3", "group", "words", "name"),
    [
        (
            "IRN",
            "state",
            "men of the intelligence ministry",
            "Military Forces of Iran (1989-) Ministry of Intelligence",
        ),
        ("HND", "police", "military police", "Police Forces of Honduras (2022-2026) Military Police of Public Order"),
        ("SYR", "police", "Free Police officers", "Opposition Rebels (Syria)"),
        ("MLI", "military", "an enemy drone", "Military Forces of Mali (2021-)"),
    ],
)
def test_forces_are_called_what_they_are_called_at_home(iso3, group, words, name):
    kind = "unidentified-military" if "drone" in words else group if group != "state" else "military"
    found = Stage(registry(), date(2023, 5, 10), iso3, None, None).resolve(
        party(ARMED, group, words, actor_id=kind, kind="generic" if "drone" in words else kind)
    )
    assert found.name == name


POLICE = party(ARMED, "police", "police", actor_id="police", kind="police")


def test_soldiers_who_act_on_nobody_but_the_state_have_its_government_before_them():
    assert cast("Other", (TROOPS,))[1] == STAGE.government().name
    assert cast("Other", (TROOPS,), (FARMERS,))[1] == "Civilians (Mali)"


@pytest.mark.parametrize(
    ("words", "name"),
    [("three individuals", "Civilians (Mali)"), ("three gunmen", "Unidentified Armed Group (Mali)")],
)
def test_somebody_arrested_is_a_civilian_unless_he_bears_arms(words, name):
    who = party(ARMED, "militants", words, actor_id="unidentified-armed", kind="generic")
    assert cast("Arrests", (POLICE,), (replace(who, head=words.split()[-1].removesuffix("s")),))[1] == name


def test_clans_that_make_peace_are_militias():
    elders = party(CIVILIANS, "civilians", "elders of two clans", people=frozenset({CIVILIANS}))
    assert cast("Agreement", (elders,))[0] == "Unidentified Communal Militia (Mali)"


def test_police_beside_unknown_attackers_look_into_the_case():
    assert cast("Attack", (POLICE, MEN), (FARMERS,))[0] == "Unidentified Armed Group (Mali)"


def test_people_whom_rioters_hurt_are_the_other_side():
    assert cast("Violent demonstration", (CROWD,), (FARMERS,))[1] == "Civilians (Mali)"
