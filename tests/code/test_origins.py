"""Whose word a claim is, by its claimant and by who passed it on."""

from __future__ import annotations

import pytest

from etl.code.origins import origin_of
from etl.model import Claim


def origin(claimant: str, via: tuple[str, ...] = (), report: str = "paper") -> str:
    return origin_of(Claim(claimant, "witness", "assert", "actor1", None, False, 0, 0, "", (*via, claimant)), report)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the police", "Police"),
        ("police", "a police spokeswoman"),
        ("junta's spokesman", "spokesman for the junta"),
        ("Musa Bello (police)", "police spokesman"),
        ("Ana Ruiz (Ombudsman's Office of Colombia)", "Ombudsman's Office of Colombia"),
        ("the mayor of the town in the hills", "mayor"),
        ("Reuters", "the Reuters news agency"),
        ("AFP", "Agence France-Presse"),
        ("Radio Okapi", "Radio Okapi"),
    ],
)
def test_one_source_is_one_origin_in_two_reports(one: str, other: str):
    assert origin(one, report="a") == origin(other, report="b")


@pytest.mark.parametrize("claimant", ["residents", "Two residents", "a security official", "survivors of the attack"])
def test_people_without_a_name_are_one_origin_in_each_report(claimant: str):
    assert origin(claimant, report="a") != origin(claimant, report="b")


@pytest.mark.parametrize(
    ("one", "other"),
    [("police", "army"), ("interior ministry", "health ministry"), ("mayor", "governor"), ("residents", "a doctor"),
     ("Ana Ruiz", "Musa Bello"), ("Ana Ruiz (traders of the market)", "Musa Bello (traders of the market)")],
)  # fmt: skip
def test_two_sources_of_one_report_are_two_origins(one: str, other: str):
    assert origin(one) != origin(other)


def test_how_many_they_are_makes_no_second_origin():
    assert origin("two residents and a local councillor") == origin("residents") == origin("Local residents")


def test_what_somebody_told_an_agency_is_that_agency_s_word_in_every_paper():
    passed = {origin("an official", ("Reuters",), "a"), origin("security officials", ("Reuters news agency",), "b")}
    assert passed == {origin("Reuters", report="c")}


def test_of_several_who_passed_it_on_the_one_nearest_to_the_source_counts():
    assert origin("an official", ("Daily Bugle", "AFP", "a colleague")) == origin("AFP")


def test_a_claimant_with_a_name_is_himself_whoever_passed_it_on():
    assert origin("Musa Bello", ("Reuters",), "a") == origin("Musa Bello", ("AFP",), "b") == "musa bello"
