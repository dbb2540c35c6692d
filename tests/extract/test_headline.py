"""Which of a page's wordings of its headline is the editors' own."""

from __future__ import annotations

import json

import pytest

from etl.extract import FeedHints
from etl.extract.headline import strip_site, title_of
from etl.extract.page import load

URL = "https://courier.example/world/4711"


def title(
    *headings: str,
    told: str = "",
    shared: str = "",
    tag: str = "",
    site: str = "The Courier",
    feed: FeedHints | None = None,
) -> str | None:
    node = json.dumps({"@type": "NewsArticle", "headline": told}) if told else ""
    head = f'<script type="application/ld+json">{node}</script>' if node else ""
    head += f'<meta property="og:title" content="{shared}">' if shared else ""
    head += f'<meta property="og:site_name" content="{site}"><title>{tag}</title>'
    return title_of(load(f"<html><head>{head}</head><body>{''.join(headings)}</body></html>".encode(), URL), feed)


def test_the_described_headline_goes_before_another_wording_of_the_title_element():
    found = title(
        "<h1>Bridge: three held after blast</h1>",
        told="Three held after bridge blast",
        shared="Bridge: three held after blast",
        tag="Bridge: three held after blast | The Courier",
    )
    assert found == "Three held after bridge blast"


def test_a_shown_headline_goes_before_one_that_only_search_engines_are_told():
    found = title(
        "<h1>Bridge blast suspects arrested in Orsk</h1><h2>The night the bridge fell</h2>",
        told="Bridge blast suspects arrested in Orsk",
        shared="The night the bridge fell",
        tag="Bridge blast suspects arrested in Orsk - The Courier",
    )
    assert found == "The night the bridge fell"


def test_a_wording_that_nobody_sees_is_no_headline():
    found = title(
        "<h1>Bridge blast suspects arrested in Orsk</h1>",
        told="Bridge blast suspects arrested in Orsk",
        shared="You will not believe this",
        tag="Bridge blast suspects arrested in Orsk - The Courier",
    )
    assert found == "Bridge blast suspects arrested in Orsk"


def test_a_heading_of_the_same_story_goes_before_search_wording_alone():
    found = title(
        "<h1>Three held after blast on the bridge over the Ural</h1>",
        shared="Three held after bridge blast",
        tag="Three held after bridge blast",
    )
    assert found == "Three held after blast on the bridge over the Ural"


def test_a_heading_of_another_story_is_not_taken():
    assert title("<h1>Our newsletters</h1>", shared="Three held after bridge blast") == "Three held after bridge blast"


def test_a_kicker_inside_the_heading_stays_out():
    found = title("<h1><span>Orsk</span>Three held after blast</h1>", shared="Three held after blast", tag="Orsk: x")
    assert found == "Three held after blast"


def test_a_kicker_that_the_page_shows_apart_is_cut_off():
    found = title("<h1>Three held after blast</h1>", shared="Bridge in Orsk: Three held after blast")
    assert found == "Three held after blast"


def test_quotation_marks_are_those_of_the_heading():
    found = title("<h1>“We heard it” – a night in Orsk</h1>", shared='"We heard it" - a night in Orsk')
    assert found == "“We heard it” – a night in Orsk"


def test_a_heading_of_the_second_level_serves_where_the_title_element_repeats_it():
    found = title("<h1>The Courier</h1><h2>Three held after blast</h2>", tag="The Courier » Three held after blast")
    assert found == "Three held after blast"


@pytest.mark.parametrize(
    "cut", ["Three held after blast on the bridge over...", "Three held after blast on the bridge o"]
)
def test_a_headline_cut_short_is_made_whole(cut: str):
    whole = "Three held after blast on the bridge over the Ural"
    assert title(f"<h1>{whole}</h1>", told=cut, shared=whole, tag=whole) == whole


@pytest.mark.parametrize(
    ("told", "site"),
    [
        ("Talks end | The Courier", "The Courier"),
        ("The Courier - Talks end", "The Courier"),
        ("会談が終了：東の新聞", "東の新聞"),
        ("Talks end » The Courier", "The Courier"),
        ("Talks end - 03.05.2024", "The Courier"),
    ],
)
def test_the_outlets_name_is_cut_off(told: str, site: str):
    head = f'<meta property="og:site_name" content="{site}">'
    page = load(f"<html><head>{head}</head><body><p>x</p></body></html>".encode(), URL)
    assert strip_site(told, page) in ("Talks end", "会談が終了")


def test_the_feed_names_a_page_that_names_nothing():
    assert title(feed=FeedHints(title="Three held after blast")) == "Three held after blast"


def test_headings_by_the_thousand_cost_nothing():
    assert title("<h3>Other news of the day</h3>" * 5000, shared="Three held") == "Three held"
