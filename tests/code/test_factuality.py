"""Why a trigger is no act."""

from __future__ import annotations

import pytest

from etl.annotate import annotate
from etl.code.reading import read_acts
from etl.model import Article


def reason(text: str) -> str:
    """The reason of the first act of a text; "" where it counts."""
    article = Article("a/1", text, None, "2024-05-10", None, None, None)
    _, found = read_acts(article, annotate(text))
    return found[0].why_not


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Rebels killed two soldiers near Gao on Thursday.", ""),
        ("Rebels did not kill two soldiers near Gao on Thursday.", "negated"),
        ("Nobody fired a shot in Gao on Thursday, soldiers said.", "negated"),
        ("Rebels threatened to kill two soldiers near Gao.", "threat"),
        ("Soldiers will attack rebels near Gao on Monday.", "planned"),
        ("Two men were charged with killing three soldiers near Gao on Thursday.", "judicial"),
        ("Gunmen tried to attack the residence of a judge in Gao on Thursday.", ""),
        ("Rebels killed two soldiers near Gao in 2019.", "background_only"),
        ("The army denied that soldiers had killed two farmers near Gao on Thursday.", "denied"),
    ],
)
def test_reasons(text, wanted):
    assert reason(text) == wanted
