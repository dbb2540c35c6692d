"""Whom and what events hit, and who is shown at them."""

from __future__ import annotations

import pytest

from etl.annotate import annotate, prepare
from tests.code.only_event import mention


def test_everybody_of_a_list_with_descriptions_is_a_target():
    found = mention(
        "Luis Roa, an employee of the coffee fund; Pedro Diaz Leon, a spokesman for the ministry; and a driver "
        "were kidnapped by guerrillas near Pasto in Colombia on Tuesday."
    )
    assert {"Luis Roa", "Pedro Diaz Leon", "driver"} <= set(found.targets)


def test_including_and_appositions_name_victims():
    found = mention(
        "Rebels killed nine people, including union leader Maria Gomez, and two bodyguards, Luis Roa and Pedro Diaz, "
        "in San Miguel, El Salvador, on Monday."
    )
    assert {"nine people", "union leader Maria Gomez", "Luis Roa", "Pedro Diaz"} <= set(found.targets)


def test_things_of_any_name_are_targets_but_days_and_spots_are_not():
    found = mention(
        "Rebels destroyed two water kiosks and a cable winch in the area of Soyapango in El Salvador on Monday night."
    )
    assert {"two water kiosks", "cable winch"} <= set(found.targets)
    assert not any("night" in t or t == "area" for t in found.targets)


def test_where_a_bomb_was_laid_is_its_target():
    found = mention("Unidentified persons planted a bomb in front of the tax bureau in Lima, Peru, on Monday.")
    assert found.targets == ("tax bureau",)
    assert any(e.slot == "actor1" and e.quote == "Unidentified persons" for e in found.evidence)


@pytest.mark.usefixtures("rules_alone")
def test_a_participle_between_commas_has_its_subject_as_victim():
    found = mention("Businessman Michael Reyes, kidnapped eleven days ago in Medellin, Colombia, was rescued today.")
    assert any("Michael Reyes" in t for t in found.targets)


def test_the_owner_of_a_murder_is_its_victim():
    found = mention(
        "The bishop's murder in San Salvador, El Salvador, on Monday was carried out by guerrillas.\n\n"
        "Shops in the old town stayed shut, and the bells of all churches rang at noon."
    )
    assert found.targets == ("bishop",)


def test_urban_commandos_are_irregulars():
    found = mention("Urban commandos attacked a police station in San Salvador, El Salvador, on Monday, killing two.")
    assert not found.actor1.startswith("Military Forces")


def test_editorial_notes_are_no_words_of_a_sentence_in_capitals():
    text = "VINA DEL MAR, 27 JUL 89 (EFE) -- [TEXT] THE MANUEL RODRIGUEZ PATRIOTIC FRONT, FPMR, HAS CLAIMED A BOMBING."
    assert "The Manuel Rodriguez Patriotic Front, FPMR, has claimed" in prepare(text)
    assert "[" not in prepare(text)
    assert [s.text.split()[0] for s in annotate(text).sents] == ["Vina", "The"]


def test_a_village_of_a_common_name_lies_in_the_country_of_the_report():
    found = mention(
        "SAN SALVADOR, 8 May (EFE) -- Guerrillas of the FMLN killed three soldiers in San Ramon on Monday. Clashes "
        "in Apopa and Soyapango, near San Salvador, followed, El Salvador's army said. The U.S. embassy was closed."
    )
    assert found.country == "El Salvador"


@pytest.mark.usefixtures("rules_alone")
def test_a_name_that_one_country_bears_tells_where_a_text_without_other_places_plays():
    found = mention("Two women who got out of Tal Afar said fighters had raped them in a school last week.")
    assert found.country == "Iraq"


def test_a_camp_of_the_displaced_is_civilian():
    found = mention("Gunmen attacked a displaced people's camp in Jonglei, South Sudan, on Monday, killing 13.")
    assert found.civilian_targeting and found.fatalities == 13


def test_people_told_of_again_are_one_target():
    found = mention(
        "Gunmen killed six Jesuit priests in San Salvador on Tuesday. The murdered priests taught there, "
        "and the killers who murdered the priests fled."
    ).targets
    assert list(found) == ["six Jesuit priests"]


def test_what_only_calls_a_named_person_by_his_office_is_that_person():
    found = mention(
        "Senator Pablo Rivas Mena was shot dead in Bogota on Tuesday. Two men murdered the senator, police said."
    ).targets
    assert len(found) == 1 and "Rivas" in found[0]


def test_a_department_is_where_and_not_what_was_hit():
    found = mention(
        "Jets bombed a mill in the Morazan department on Tuesday and struck the outskirts of Corinto."
    ).targets
    assert not any("department" in t or "outskirts" in t for t in found)
