"""Time expressions become intervals of days, never a borrowed publication date."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.code.dates import anchor_date, date_expressions

THURSDAY = date(2021, 9, 16)


def first(text: str, anchor: date | None = THURSDAY):
    return date_expressions(text, anchor)[0]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("in Al-Bukamal, Sept. 14, 2021.", date(2021, 9, 14)),
        ("on 14 September 2021", date(2021, 9, 14)),
        ("on the 14th of September, 2021", date(2021, 9, 14)),
        ("2021-09-14T03:00:00Z", date(2021, 9, 14)),
        ("14/09/2021", date(2021, 9, 14)),
        ("14.09.2021", date(2021, 9, 14)),
        ("ON 30 DECEMBER", date(2020, 12, 30)),
        ("ON 30\n   DECEMBER", date(2020, 12, 30)),
        ("September 14", date(2021, 9, 14)),
        ("Tuesday, Sept. 14", date(2021, 9, 14)),
        ("yesterday", date(2021, 9, 15)),
        ("the day before yesterday", date(2021, 9, 14)),
        ("on Tuesday", date(2021, 9, 14)),
        ("on Thursday", THURSDAY),
        ("last Thursday", date(2021, 9, 9)),
        ("Tuesday night", date(2021, 9, 14)),
        ("on Monday evening", date(2021, 9, 13)),
        ("this morning", THURSDAY),
        ("last night", date(2021, 9, 15)),
        ("two days ago", date(2021, 9, 14)),
        ("Tuesday of last week", date(2021, 9, 7)),
    ],
)
def test_a_day_is_resolved_with_precision_one(text, day):
    when = first(text)
    assert (when.low, when.high, when.best, when.precision) == (day, day, day, 1)


@pytest.mark.parametrize(
    ("text", "low", "high", "best", "precision"),
    [
        ("last week", date(2021, 9, 6), date(2021, 9, 12), date(2021, 9, 9), 2),
        ("over the weekend", date(2021, 9, 11), date(2021, 9, 12), date(2021, 9, 11), 2),
        ("from 3 to 5 May", date(2021, 5, 3), date(2021, 5, 5), date(2021, 5, 4), 2),
        ("1-5 March", date(2021, 3, 1), date(2021, 3, 5), date(2021, 3, 3), 2),
        ("March 1-5, 2021", date(2021, 3, 1), date(2021, 3, 5), date(2021, 3, 3), 2),
        ("from 28 April to 3 May", date(2021, 4, 28), date(2021, 5, 3), date(2021, 4, 30), 2),
        ("between Monday and Wednesday", date(2021, 9, 13), date(2021, 9, 15), date(2021, 9, 14), 2),
        ("in January", date(2021, 1, 1), date(2021, 1, 31), date(2021, 1, 15), 3),
        ("earlier this month", date(2021, 9, 1), THURSDAY, date(2021, 9, 15), 3),
        ("the past two weeks", date(2021, 9, 2), THURSDAY, date(2021, 9, 15), 3),
        ("the beginning of May", date(2021, 5, 1), date(2021, 5, 10), date(2021, 5, 1), 3),
        ("mid-June", date(2021, 6, 11), date(2021, 6, 20), date(2021, 6, 15), 3),
        ("late August", date(2021, 8, 21), date(2021, 8, 31), date(2021, 8, 31), 3),
        ("last year", date(2020, 1, 1), date(2020, 12, 31), None, None),
        ("in 2019", date(2019, 1, 1), date(2019, 12, 31), None, None),
    ],
)
def test_periods_take_the_day_of_the_codebook(text, low, high, best, precision):
    when = first(text)
    assert (when.low, when.high, when.best, when.precision) == (low, high, best, precision)


@pytest.mark.parametrize("text", ["on Tuesday", "yesterday", "last week", "two days ago", "on 14 September", "in May"])
def test_without_an_anchor_a_relative_expression_stays_unresolved(text):
    when = first(text, None)
    assert (when.low, when.high, when.best, when.precision) == (None, None, None, None)


def test_a_year_elsewhere_in_the_text_serves_where_there_is_no_anchor():
    whens = date_expressions("On 3 May 2014 shells fell. More fell on 5 May.", None)
    assert (whens[1].best, whens[1].basis) == (date(2014, 5, 5), "text_year")


@pytest.mark.parametrize(
    "text",
    [
        "a boy aged 14",
        "2021 people fled",
        "He may 3 times try",
        "they march 5 abreast",
        "every Friday",
        "Bloody Sunday",
        "on Fridays",
        "at 14:30",
        "31 February 2021",
        "14 per cent",
        "a 14-year-old",
    ],
)
def test_these_are_no_dates(text):
    assert date_expressions(text, THURSDAY) == []


def test_a_year_that_describes_something_is_background():
    assert first("the 2014 war").background
    assert first("since 2011, fighters").background
    assert first("on the anniversary of the 3 May 2014 attack").background
    assert not first("on Tuesday").background


def test_the_future_is_flagged():
    assert first("elections will be held on 20 September").planned
    assert first("elections will be held on 20 September").best == date(2021, 9, 20)
    assert first("next Tuesday").planned
    assert not first("on 14 September").planned


def test_an_ambiguous_numeric_date_is_an_interval():
    when = first("05/06/2021")
    assert (when.low, when.high, when.best) == (date(2021, 5, 6), date(2021, 6, 5), None)


def test_days_named_one_after_the_other_stand_for_themselves():
    assert [w.best for w in date_expressions("on 3 and 4 May", THURSDAY)] == [date(2021, 5, 3), date(2021, 5, 4)]


def test_the_next_day_counts_from_the_day_named_before():
    whens = date_expressions("On 5 May rebels came. The next day two died; two days later more.", THURSDAY)
    assert [w.best for w in whens] == [date(2021, 5, 5), date(2021, 5, 6), date(2021, 5, 7)]


@pytest.mark.parametrize(
    ("published", "text", "day"),
    [
        ("2021-09-15T10:00:00+00:00", "", date(2021, 9, 15)),
        (None, "SAN SALVADOR, 3 JAN 90 -- [TEXT] TODAY", date(1990, 1, 3)),
        ("2024-05-04", "KYIV, May 3 (Agency) - Shells fell on Tuesday.", date(2024, 5, 3)),
        ("2024-06-04", "KYIV, May 3 (Agency) - Shells fell on Tuesday.", date(2024, 6, 4)),
        (None, "Title\n\nUpdated: September 15th, 2021 03:50 PM IST\n\nThe strike", date(2021, 9, 15)),
        (None, "KYIV, May 3 (Agency) - Shells fell.", None),
        (None, "A bomb exploded on 3 January 1990.", None),
        ("soon", "nothing", None),
    ],
)
def test_the_anchor_is_only_what_the_article_supports(published, text, day):
    assert anchor_date(published, text) == day


def test_the_date_of_a_dateline_is_told_from_dates_of_events():
    whens = date_expressions("SAN SALVADOR, 3 JAN 90 (ACAN) -- A bomb exploded on 2 January.", date(1990, 1, 3))
    assert [w.basis for w in whens] == ["dateline", "explicit"]


PIECES = (
    "on in last the Tuesday week May 3 14 2021 , and - to from September Sept. ago two days 99 1 : / month year past"
    " of since 31 February yesterday may the next day later"
    " \n\n"
)
WORDS = st.sampled_from(PIECES.split(" "))


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join)), st.none() | st.dates())
def test_any_text_gives_ordered_expressions_with_exact_offsets(text, anchor):
    at = 0
    for when in date_expressions(text, anchor):
        assert text[when.start : when.end] == when.text
        assert at <= when.start < when.end
        at = when.end
        assert (when.low is None) == (when.high is None)
        if when.low is not None:
            assert when.low <= when.high
        if when.best is not None:
            assert when.low <= when.best <= when.high
        assert (when.best is None) == (when.precision is None)


@pytest.mark.parametrize("unit", ["3 May ", "1", "Tuesday ", "the ", "from 3 ", " ", "a", "may and "])
def test_time_grows_with_the_length_of_the_text(unit):
    text = unit * (40_000 // len(unit))
    start = time.perf_counter()
    date_expressions(text[:40_000], THURSDAY)
    assert time.perf_counter() - start < 4


def test_a_day_of_next_month_is_not_of_last_year():
    assert first("in the 19 March election", date(1989, 3, 15)).best == date(1989, 3, 19)
    assert first("on 19 December", date(1989, 3, 15)).best == date(1988, 12, 19)
