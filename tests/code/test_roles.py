"""Who does it and to whom, in one clause."""

from __future__ import annotations

import pytest

from etl.annotate import annotate
from etl.code.roles import frame, is_passive


def roles(text: str, word: str, nominal: bool = False):
    """The frame of the first token with this text, its roles as words."""
    token = next(t for t in annotate(text) if t.text == word)
    found = frame(token, nominal)
    return {role: [t.text for t in getattr(found, role)] for role in ("agents", "patients", "partners", "means")}


def test_active_and_passive_clauses_name_the_same_parties():
    active = roles("Rebels killed two soldiers in Gao.", "killed")
    passive = roles("Two soldiers were killed by rebels in Gao.", "killed")
    assert active["agents"] == ["Rebels"] and passive["agents"] == ["rebels"]
    assert active["patients"] == passive["patients"] == ["soldiers"]


def test_a_noun_has_its_parties_in_what_surrounds_it():
    found = roles("A rebel attack on a convoy killed five soldiers.", "attack", nominal=True)
    assert "rebel" in found["agents"]
    assert set(found["patients"]) == {"convoy", "soldiers"}


def test_between_names_both_sides():
    found = roles("Clashes between rebels and soldiers erupted in Gao.", "Clashes", nominal=True)
    assert found["agents"] == ["rebels"] and found["partners"] == ["soldiers"]


@pytest.mark.parametrize(
    ("text", "word", "partner"),
    [
        ("The army recaptured the town from the rebels.", "recaptured", "rebels"),
        ("A commander defected to the army on Monday.", "defected", "army"),
    ],
)
def test_from_whom_and_to_whom_are_parties(text, word, partner):
    assert roles(text, word)["partners"] == [partner]


def test_a_place_is_not_the_other_side():
    assert roles("A commander defected to Chad on Monday.", "defected")["partners"] == []


def test_an_agent_behind_the_day_is_found():
    assert roles("One soldier was killed on 2 May by Azerbaijani fire.", "killed")["agents"] == ["fire"]


def test_a_reduced_relative_is_passive():
    doc = annotate("The men killed by the rebels were farmers.")
    assert is_passive(next(t for t in doc if t.text == "killed"))


def test_a_subject_behind_the_day_is_the_subject():
    assert roles("On Tuesday rebels attacked Timbuktu.", "attacked")["agents"] == ["rebels"]
