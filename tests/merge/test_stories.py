"""Which articles are one text, and whose it is."""

from __future__ import annotations

import itertools

import pytest

from etl.merge.stories import StoryArticle, credited_agency, group_stories

WIRE = (
    "Four people were killed and twelve wounded when a car loaded with explosives blew up outside a bakery in the "
    "northern town on Friday morning, medics and residents said. Rescue workers pulled bodies from the rubble for "
    "hours while relatives waited at the hospital gate. Nobody has said who was behind the blast, the third this month."
)
CUT = WIRE.split(" Rescue")[0]
OTHER = (
    "A bomb in a parked vehicle left at least five dead near a bread shop on Friday, the town council announced. Its "
    "spokesman blamed a group that has fought for control of the border road since winter, and asked for ambulances."
)


def stories(*articles: StoryArticle) -> dict[str, str]:
    found = [group_stories(order) for order in itertools.permutations(articles)]
    assert all(f == found[0] for f in found), "the order of articles changed the stories"
    return found[0]


def test_a_reprint_is_the_same_story_and_a_rewrite_is_not():
    found = stories(
        StoryArticle("a", WIRE),
        StoryArticle("b", "Blast kills four\n\n" + WIRE),
        StoryArticle("c", CUT),
        StoryArticle("d", OTHER),
    )
    assert found["a"] == found["b"] == found["c"] != found["d"]


def test_one_canonical_address_is_one_story():
    found = stories(StoryArticle("a", WIRE, "https://x.example/1"), StoryArticle("b", OTHER, "https://x.example/1"))
    assert found["a"] == found["b"]


def test_a_story_keeps_the_id_it_was_given():
    assert stories(StoryArticle("a", WIRE), StoryArticle("z", WIRE, story_id="given"))["a"] == "given"


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("KYIV, March 3 (Reuters) - Shelling hit a depot.", "Reuters"),
        ("Shelling hit a depot. (AFP)", "AFP"),
        ("Shelling hit a depot, the governor told Reuters on Sunday.", None),
        ("Reuters reporters came under fire in the town on Sunday, the company said.", None),
        ("Shelling hit a depot.\n\n© Associated Press", "AP"),
    ],
)
def test_a_credit_is_not_a_quote(text: str, agency: str | None):
    assert credited_agency(text) == agency


def test_a_byline_credits_an_agency():
    assert credited_agency("Shelling hit a depot.", ["Thomson Reuters"]) == "Reuters"
