"""Pages of old make: tables for layout, letters that nobody can read."""

from __future__ import annotations

import pytest

from etl.extract import extract

PARAGRAPHS = [
    f"The council met on the {n}th day and spoke for hours about the bridge, the toll and the tax."
    for n in (4, 5, 6, 7)
]


def page(body: str) -> bytes:
    return f"<html><head><title>Bridge talks</title></head><body>{body}</body></html>".encode()


def test_an_article_in_a_layout_table_keeps_its_paragraphs():
    cell = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    html = page(f"<table><tr><td><a href='/'>Home</a></td><td>{cell}</td></tr></table>")
    text = extract(html, "https://example.org/a").text
    assert all(p in text.split("\n\n") for p in PARAGRAPHS)
    assert "|" not in text


def test_a_table_of_figures_stays_a_table():
    rows = "".join(f"<tr><td>Town {n}</td><td>{n * 11}</td></tr>" for n in range(4))
    html = page("".join(f"<p>{p}</p>" for p in PARAGRAPHS) + f"<table>{rows}</table>")
    assert "Town 3" in extract(html, "https://example.org/a").text


@pytest.mark.parametrize("reference", ["&#1;", "&#x1b;", "&#0027;", "&#8"])
def test_references_to_control_letters_do_no_harm(reference):
    html = page("".join(f"<p>{p} Tom{reference} said it&#39;s over.</p>" for p in PARAGRAPHS))
    text = extract(html, "https://example.org/a").text
    assert "it's over" in text
    assert not any(ord(c) < 32 and c != "\n" for c in text)
