"""Which day of a sentence is the day of an act."""

from __future__ import annotations

import pytest

from etl.annotate import annotate
from etl.code.reading import read_acts
from etl.model import Article

_REST = " Shops were open. Buses ran. Schools had lessons. Nobody spoke of it. It rained. The river rose."


def days(text: str) -> list[str]:
    """The day of each act that counts, "" without one; the text is long enough not to be a report of one day."""
    article = Article("a/1", text + _REST, None, "2024-05-10", None, None, None)
    _, found = read_acts(article, annotate(article.text))
    return [a.day.isoformat() if a.day else "" for a in found if not a.why_not and a.family == "violence"]


@pytest.mark.parametrize(
    "text",
    [
        "The bishop of Cali yesterday condemned the murder of Senator Pedro Ruiz.",
        "The judges of Cali resigned yesterday over the murder of Senator Pedro Ruiz.",
        "Rebels of the ELN yesterday claimed responsibility for the attack on a police post near Cali.",
        "The president yesterday wrote to the widow of Senator Ruiz, who was murdered in Cali.",
    ],
)
def test_the_day_of_an_answer_is_no_day_of_the_act(text):
    assert days(text) == [""]


@pytest.mark.parametrize(
    "text",
    [
        "Six soldiers were hurt yesterday in a rebel attack on a convoy near Cali.",
        "Rebels yesterday launched the attack on a police post near Cali.",
        "The judges of Cali resigned over the murder of Senator Pedro Ruiz on 9 May.",
    ],
)
def test_the_day_of_the_deed_is(text):
    assert set(days(text)) == {"2024-05-09"}


def test_the_day_somebody_came_free_is_no_day_of_his_abduction():
    assert "2024-05-09" not in days("Two nurses who were kidnapped in Cali and freed yesterday are well.")[:1]
