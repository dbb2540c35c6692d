"""What the words of damage around an event name as hit."""

from __future__ import annotations

import pytest

from etl.annotate import annotate
from etl.code import code_article
from etl.code.harmed import harmed
from etl.model import Article


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("Two shops were destroyed by the bomb.", ["shops"]),
        ("The blast damaged a bakery.", ["bakery"]),
        ("The fire caused damage to a school.", ["school"]),
        ("A watchman died in the fire.", ["watchman"]),
        ("A bank was the target of the attack.", ["bank"]),
        ("No shop would be damaged.", []),
        ("The army destroyed the idea.", []),
    ],
)
def test_words_of_damage(text, heads):
    assert [t.text for t in harmed(next(annotate(text).sents))] == heads


def test_damage_told_behind_a_bomb_is_its_target():
    text = "A bomb went off in Cali on Monday. Two bank buildings were badly damaged. The mayor spoke of peace."
    mention = code_article(Article("a", text, None, "2024-05-10")).mentions[0]
    assert mention.targets == ("Two bank buildings",)
