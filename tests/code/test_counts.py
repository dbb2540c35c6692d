"""Figures of harmed people: which, of whom, how sure; and what they come to for one event."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.annotate import annotate
from etl.code.counts import CountPhrase, Toll, crowd_size, divide, lower_bound, read_count, tolls
from etl.code.totals import combine


def brief(text: str) -> list[tuple[str, int]]:
    return [(t.kind, t.low) for t in tolls(annotate(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The army killed 12 and wounded 30 in Mosul.", [("killed", 12), ("injured", 30)]),
        ("A soldier was killed and three others wounded.", [("killed", 1), ("injured", 3)]),
        ("30 people, 12 of whom died, were hit.", [("killed", 12)]),
        ("The blast left 5 dead and dozens injured.", [("killed", 5), ("injured", 12)]),
        ("12 dead, 30 wounded", [("killed", 12), ("injured", 30)]),
        ("Two policemen and a civilian died.", [("killed", 2), ("killed", 1)]),
        ("Gunmen kidnapped three teachers.", [("abducted", 3)]),
        ("Police arrested 20 protesters.", [("arrested", 20)]),
        ("Hundreds of people were displaced.", [("displaced", 100)]),
        ("Several civilians were killed.", [("killed", 3)]),
        ("Gunmen shot dead a journalist.", [("killed", 1)]),
        ("Five of the six hostages were killed.", [("killed", 5)]),
        ("A 12-year-old boy was killed.", [("killed", 1)]),
        ("The murder of six Jesuit priests shocked the city.", [("killed", 6)]),
        ("THE GUERRILLAS KILLED FIVE SOLDIERS AND WOUNDED 10 OTHERS.", [("killed", 5), ("injured", 10)]),
        ("The explosion resulted in the deaths of at least seven people.", [("killed", 7)]),
        ("No one was killed in the attack.", [("killed", 0)]),
        ("Rebels threatened to kill 12 hostages.", []),
        ("The bomb could have killed hundreds.", []),
        ("The drought killed 40 cows.", []),
        (
            "At least four farmhands and two guards lost their lives; the mayor wants answers.",
            [("killed", 4), ("killed", 2)],
        ),
        ("The mine took the lives of seven herders.", [("killed", 7)]),
        ("The police put the dead at 19.", [("killed", 19)]),
        ("A driver bled to death before help came.", [("killed", 1)]),
        ("The crowd beat two brothers to death.", [("killed", 2)]),
        ("Three patients did not survive the gas.", [("killed", 3)]),
        ("Three patients survived the gas.", []),
        ("The battalion lost nine men near the bridge.", [("killed", 9)]),
        ("The battalion lost nine trucks near the bridge.", []),
        ("A shell killed a baker.", [("killed", 1)]),
        ("The rocket killed a married couple.", [("killed", 2)]),
        ("A strike on 8 August 2022 left four fighters dead.", [("killed", 4)]),
        ("25 Oct 2019 - Ajin: 7 fighters killed.", [("killed", 7)]),
    ],
)
def test_figures_are_read_with_what_happened(text, expected):
    assert brief(text) == expected


def test_a_part_is_told_from_the_whole():
    found = tolls(annotate("At least 14 people, two of them children, were killed."))
    assert [(t.low, t.subset, t.who) for t in found] == [(14, False, "people"), (2, True, "children")]


def test_a_sum_over_years_is_not_the_toll_of_the_event():
    assert tolls(annotate("Since October, 40,000 have been killed."))[0].cumulative
    assert not tolls(annotate("It was the deadliest attack since 2015, killing 12."))[0].cumulative


def test_a_day_earlier_is_no_rate():
    assert not tolls(annotate("A day earlier, a drone killed five shepherds."))[0].cumulative
    assert tolls(annotate("Snipers kill two people a day."))[0].cumulative


def toll(low: int, who: str, said_by: str = "", own: bool = False) -> Toll:
    return Toll("killed", low, low, "exact", low, low + 1, str(low), who, cue=low, said_by=said_by, own=own)


@pytest.mark.parametrize(
    ("figures", "deaths"),
    [
        (
            [toll(9, "men", "army", own=True), toll(40, "soldiers", "front"), toll(12, "bodies", "nurse")],
            (9, "conflicting_low"),
        ),
        ([toll(2, "fighters", "front", own=True), toll(7, "soldiers", "army", own=True)], (9, "exact")),
        ([toll(11, "men", "spokesman"), toll(2, "soldiers", "spokesman")], (13, "exact")),
        ([toll(3, "soldiers"), toll(2, "civilians")], (5, "exact")),
        ([toll(3, "civilians"), toll(5, "rebels", "army"), toll(4, "rebels", "front")], (7, "conflicting_low")),
        ([toll(6, "people"), toll(8, "people", "mayor")], (6, "conflicting_low")),
    ],
)
def test_each_who_speaks_gives_one_account_and_the_lowest_counts(figures, deaths):
    number, _, _, basis = combine(figures)
    assert (number, basis) == deaths


def test_an_unknown_plural_counts_ten_where_the_text_tells_of_a_massacre():
    found = tolls(annotate("Many villagers were killed."), mass_violence=True)
    assert [(t.low, t.basis) for t in found] == [(10, "vague_10")]
    assert tolls(annotate("Many villagers were killed in the massacre."))[0].basis == "vague_10"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The strike killed 12 people, including three children. The toll later rose to 14.", (14, 14, 14, "exact")),
        ("Activists said 12 people were killed. The army said 14 people were killed.", (12, 12, 14, "conflicting_low")),
        ("12 soldiers and five rebels were killed.", (17, 17, 17, "exact")),
        ("Two policemen were killed and three others died later.", (5, 5, 5, "exact")),
        ("Between 12 and 15 people died.", (12, 12, 15, "range_low")),
        ("Dozens were killed.", (12, 12, 12, "word_map")),
        ("The attack killed 14 people. The commander was killed.", (14, 14, 14, "exact")),
        ("The strike caused casualties.", (0, None, None, "casualties_only")),
        ("There were no casualties.", (0, 0, 0, "reported_none")),
        ("There were no reports of casualties.", (0, None, None, "not_mentioned")),
        ("Three people were injured.", (0, None, None, "not_mentioned")),
        ("Since October, 40,000 have been killed.", (0, None, None, "not_mentioned")),
        ("The minister and two guards were killed.", (3, 3, 3, "exact")),
        ("The minister was shot dead. His driver died in the attack.", (2, 2, 2, "exact")),
        (
            "Six priests and two women were killed. The murder of the six priests and two cooks shocked the town.",
            (8, 8, 8, "exact"),
        ),
    ],
)
def test_the_figures_of_one_article_come_to_one_number(text, answer):
    assert combine(tolls(annotate(text))) == answer


@pytest.mark.parametrize(
    ("phrase", "low"),
    [
        ("at least 14", 14),
        ("dozens", 12),
        ("hundreds", 100),
        ("tens", 10),
        ("12 to 15", 12),
        ("12-15", 12),
        ("several", 3),
        ("more than 300", 300),
        ("up to 20", 3),
        ("two dozen", 24),
        ("half a dozen", 6),
        ("a couple of", 2),
        ("40,000", 40000),
        ("twenty-one", 21),
        ("tens of thousands", 10000),
        ("no one", 0),
        ("a soldier", 1),
        ("a 12-year-old", 1),
    ],
)
def test_the_lowest_number_a_phrase_supports(phrase, low):
    assert lower_bound(CountPhrase(phrase)) == low


def test_a_sum_is_divided_with_the_rest_first():
    assert (divide(12, 3), divide(5, 3), divide(1, 3)) == ([4, 4, 4], [2, 2, 1], [1, 0, 0])
    with pytest.raises(ValueError, match="at least one row"):
        divide(3, 0)


@given(st.integers(0, 10**6), st.integers(1, 400))
def test_the_parts_add_up_to_the_sum(total, n):
    parts = divide(total, n)
    assert sum(parts) == total
    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= 1


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Hundreds of people marched in Kyiv.", "hundreds"),
        ("About a dozen people gathered.", "about a dozen"),
        ("5,000 demonstrators took to the streets.", "5,000"),
        ("A crowd of 300 gathered.", "300"),
        ("A small group of students protested.", "small"),
        ("Students protested; police killed 12 protesters.", "no report"),
        ("A protest was held.", "no report"),
    ],
)
def test_the_crowd_size_keeps_the_words_of_the_text(text, size):
    assert crowd_size(annotate(text)) == size


PIECES = (
    "at least 14 people were killed and wounded dozens several the toll rose to 12 dead no one was of them including"
    " three between - , . ' children died injured up a soldier since 40,000 casualties could"
    " have"
)
WORDS = st.sampled_from(PIECES.split(" "))


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join)))
def test_any_text_gives_exact_offsets_and_ordered_numbers(text):
    for doc in (text, annotate(text)) if len(text) < 60 else (text,):
        found = tolls(doc)
        for toll in found:
            assert text[toll.start : toll.end] == toll.text
            assert 0 <= toll.low <= toll.high
        number, low, high, _ = combine(found)
        assert (low is None) == (high is None)
        assert low is None or low <= number <= high
        crowd_size(doc)


@given(st.text(max_size=40))
def test_any_phrase_gives_an_ordered_count_or_none(phrase):
    count = read_count(CountPhrase(phrase))
    assert count is None or 0 <= count.low <= count.high


@pytest.mark.parametrize("unit", ["12 ", "killed ", "killed 12 ", "a", "toll to ", "1,000", "dozens of people and "])
def test_time_grows_with_the_length_of_the_text(unit):
    text = (unit * (20_000 // len(unit) + 1))[:20_000]
    start = time.perf_counter()
    tolls(text)
    crowd_size(text)
    assert time.perf_counter() - start < 4


def test_offsets_of_a_span_count_characters_of_its_document():
    doc = annotate("It was quiet. The army killed 12 men.")
    span = list(doc.sents)[-1]
    found: list[Toll] = tolls(span)
    assert doc.text[found[0].start : found[0].end] == found[0].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Judges met after Carlos Ruiz's murder.", [("killed", 1)]),
        ("The mayor was found murdered today.", [("killed", 1)]),
    ],
)
def test_a_murder_without_a_figure_is_one_death(text: str, expected: list[tuple[str, int]]):
    assert brief(text) == expected


def test_those_who_also_died_count_beside_who_was_named():
    text = "Minister Pedro Ruiz was shot dead. Two members of his escort were also killed."
    assert combine(tolls(annotate(text)))[0] == 3
