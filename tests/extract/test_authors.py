"""Who wrote it: descriptions, meta elements and bylines hold persons, outlets and menu items."""

from __future__ import annotations

import json
from typing import Any

import pytest

from etl.extract import FeedHints
from etl.extract.authors import authors_of
from etl.extract.page import load


def authors(*, graph: list[dict[str, Any]] | None = None, head: str = "", body: str = "<p>x</p>") -> tuple[str, ...]:
    script = f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>' if graph else ""
    site = '<meta property="og:site_name" content="The Courier">'
    page = load(
        f"<html><head>{script}{site}{head}</head><body>{body}</body></html>".encode(), "https://courier.example/a"
    )
    return authors_of(page, FeedHints(authors=("Feed Reader",)))


ARTICLE = {"@type": "NewsArticle", "headline": "Talks end"}


def test_a_reference_to_a_person_is_followed():
    graph = [ARTICLE | {"author": {"@id": "#p1"}}, {"@type": "Person", "@id": "#p1", "name": "Mira Stone"}]
    assert authors(graph=graph) == ("Mira Stone",)


def test_a_name_in_two_parts_is_put_together():
    person = {"@type": "Person", "givenName": "Mira Anna", "familyName": "Stone"}
    assert authors(graph=[ARTICLE | {"author": [person]}]) == ("Mira Anna Stone",)


def test_meta_elements_that_name_more_authors_go_first():
    head = '<meta name="author" content="Mira Stone, Ali Reza">'
    assert authors(graph=[ARTICLE | {"author": {"name": "Mira Stone"}}], head=head) == ("Mira Stone", "Ali Reza")


def test_every_meta_element_of_authors_is_read():
    head = '<meta name="author" content="The Courier"><meta name="author" content="Mira Stone">'
    assert authors(head=head) == ("Mira Stone",)


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="byline">By Mira Stone</p>',
        '<a rel="author" href="/a/ms">Mira Stone</a>',
        '<span itemprop="author">Text: Mira Stone</span>',
        '<div class="article__author">Von Mira Stone, Orsk</div>',
        '<div class="post-author">Posted by Mira Stone</div>',
        '<div class="meta-author">Politics By Mira Stone</div>',
        '<p class="author">Auteur Mira Stone</p>',
    ],
)
def test_a_marked_byline_is_read(byline: str):
    assert authors(body=f"<article><h1>Talks end</h1>{byline}<p>x</p></article>") == ("Mira Stone",)


def test_all_names_of_one_byline_are_read():
    links = '<a rel="author" href="/1">Mira Stone</a> <a rel="author" href="/2">Ali Reza</a>'
    assert authors(body=f"<article><p>{links}</p></article>") == ("Mira Stone", "Ali Reza")


@pytest.mark.parametrize(
    "marked",
    [
        '<div id="comments"><b class="author">Angry Reader</b></div>',
        '<figure><span class="author">Lens Holder</span></figure>',
        '<aside><a rel="author">Other Writer</a></aside>',
        '<div class="teaser"><p class="byline">Other Writer</p></div>',
        '<p class="author">About the author</p>',
        '<p class="byline">Twitter Facebook</p>',
        '<p class="author">Courier Media GmbH</p>',
        '<p class="author">Ann Reader says</p>',
        '<p class="author">Menu</p>',
    ],
)
def test_marks_of_others_name_no_author(marked: str):
    assert authors(body=f"<article><p>x</p></article>{marked}") == ("Feed Reader",)


def test_a_name_written_in_one_piece_is_a_name():
    assert authors(head='<meta name="author" content="김하늘 기자">') == ("김하늘",)


def test_the_outlet_is_nobody_but_a_writers_own_site_is():
    told = {"author": {"@type": "Person", "name": "The Courier"}}
    assert authors(graph=[ARTICLE | told]) == ("Feed Reader",)
    own = told | {"publisher": {"@type": ["Person", "Organization"], "name": "The Courier"}}
    assert authors(graph=[ARTICLE | own]) == ("The Courier",)
