"""What counts as a report of violence, what is talk of violence at large, and whom one deed hit."""

from __future__ import annotations

from collections import Counter

import pytest

from etl.annotate import annotate
from etl.code import code_article
from etl.code.cluster import join
from etl.code.gate import without_background
from etl.code.reading import read_acts
from etl.code.relevance import language_of
from etl.model import Article

pytestmark = pytest.mark.usefixtures("rules_alone")
LEAD = "LIMA, 10 May 2024 -- The senate met again. It spoke for two hours of the budget. The debate went on. "


def read(text: str) -> tuple[object, list]:
    article = Article("a/1", text, None, "2024-05-10", None, None, None)
    return read_acts(article, annotate(text))


def reasons(text: str) -> dict[str, str]:
    """The reason of each act by its words; "" where it counts."""
    _, found = read(text)
    return {text[a.trigger.start : a.trigger.end]: a.why_not for a in found}


def events(text: str) -> list[list[str]]:
    """The triggers of each event of a text."""
    material, found = read(text)
    real = [a for a in found if not a.why_not]
    return [[text[a.trigger.start : a.trigger.end] for a in c.acts] for c in join(real, material.texts)]


def coded(text: str) -> list[str]:
    article = Article("a/1", text, None, "2024-05-10", None, None, None)
    return [m.sub_event_type for m in code_article(article).mentions]


@pytest.mark.parametrize(
    ("sentence", "word", "wanted"),
    [
        ("Oil sales have dropped due to rebel attacks on pipelines.", "attacks", "generic"),
        ("Rebel attacks on two pipelines near Talara killed a guard.", "attacks", ""),
        ("Gunmen have murdered judges and reporters.", "murdered", "generic"),
        ("Gunmen have murdered two judges in Cusco.", "murdered", ""),
        ("Soldiers are shelling villages.", "shelling", "generic"),
        ("Many traders are kidnapped by common criminals.", "kidnapped", "generic"),
        ("The admiral harshly attacked the president of the senate.", "attacked", "metaphor"),
        ("He had the mission of assassinating Senator Luis Gomez.", "assassinating", "hypothetical"),
    ],
)
def test_acts_at_large_are_no_report(sentence: str, word: str, wanted: str) -> None:
    assert reasons(LEAD + sentence)[word] == wanted


@pytest.mark.parametrize(
    ("sentence", "word", "wanted"),
    [
        ("Police will investigate the murder of Senator Luis Gomez in Cali on Thursday.", "murder", ""),
        ("The mayor can explain this attack on two farmers in Cali on Thursday.", "attack", ""),
        ("Police will prevent the murder of Senator Luis Gomez in Cali.", "murder", "prevented"),
        ("A court sentenced two men for their part in the murder of Senator Luis Gomez.", "murder", "judicial"),
    ],
)
def test_a_definite_act_is_a_fact_for_who_speaks_of_it(sentence: str, word: str, wanted: str) -> None:
    assert reasons(sentence)[word] == wanted


def test_dynamite_that_is_only_handed_over_is_no_bomb() -> None:
    assert "dynamite" not in reasons("On Thursday rebels delivered dynamite to the soldiers in Cali, Colombia.")
    assert reasons("On Thursday a car full of dynamite exploded in Cali, Colombia.")["dynamite"] == ""


def test_who_owns_a_murder_is_its_victim() -> None:
    _, found = read("The senator's murder in Cali on Thursday shocked the country.")
    assert [p.text for p in found[0].patients] == ["senator"] and not found[0].agents


def test_bombs_at_homes_are_another_deed_than_a_shooting() -> None:
    text = (
        "Daniel Soto, a party secretary, was shot dead by gunmen near Cali on Thursday. "
        "Rebels bombed the houses of two officials on Thursday."
    )
    assert len(events(text)) == 2


def test_taking_people_is_another_deed_than_hitting_things() -> None:
    text = "Rebels attacked an oil well near Cali last night. The rebels later abducted two engineers of a company."
    assert len(events(text)) == 2


def test_a_titled_name_is_nobody_of_another_title() -> None:
    text = (
        "A worker was kidnapped near Cali, Colombia, on Thursday. It was raining. "
        "Landowner Samuel Plazas was kidnapped by guerrillas."
    )
    assert len(events(text)) == 2


def test_who_is_only_described_makes_no_event() -> None:
    text = "A bomb exploded in Cali on Thursday at the office of the recently murdered senator Luis Gomez."
    assert reasons(text)["murdered"] == "background_only"


def test_a_thing_and_who_was_in_it_are_hit_by_one_deed() -> None:
    text = "Gunmen attacked a bus near Cali on Thursday. The attackers shot the driver."
    assert len(events(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Luis Gomez, a senator of the opposition, was shot in Cali, Colombia, on Thursday.",
        "The murder of Luis Gomez in a quiet neighborhood of Cali, Colombia, on Thursday shocked the senate.",
        "A man fired at a senator in Cali, Colombia, on Thursday.",
    ],
)
def test_violence_against_an_office_is_political_without_a_named_attacker(text: str) -> None:
    assert coded(text) == ["Attack"]


def test_violence_that_hits_nobody_at_no_time_is_talk() -> None:
    assert coded(LEAD + "The rebels' offensive in Colombia was discussed.") == []


def test_nothing_left_out_is_no_reason() -> None:
    refused: Counter[str] = Counter()
    assert without_background([], refused) == [] and not refused


def test_a_hate_crime_between_private_people_is_crime() -> None:
    text = (
        "Police are investigating as a hate crime the assault of a man by two neighbours in Lyon, France, on Thursday."
    )
    assert coded(text) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ORGANIZAN PROTESTA GREMIAL CONTRA PLAN ECONOMICO", "es"),
        ("Los paramilitares ejecutaron a cuatro campesinos", "es"),
        ("Rebels kill two soldiers at Ouagadougou checkpoint", "en"),
        ("Boko Haram raid on Chibok: 4 dead", "en"),
        ("CHILPANCINGO: 3 dead", "en"),
    ],
)
def test_headlines_are_told_apart_by_their_language(text, language):
    assert language_of(text, None) == language
