"""Pages become articles, or are set aside with a reason; nothing on a page stops the run."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import Misconfigured, SetAside
from etl.extract import Extraction, FeedHints, extract, extract_lines
from etl.extract.page import MAX_BYTES, decode
from etl.extract.text import clean
from etl.extract.times import iso

GOLDEN = Path(__file__).parent.parent / "golden" / "extract"
NAMES = sorted(p.stem for p in GOLDEN.glob("*.json"))
BODY = (
    "<p>Shells fell on the market of the town on Tuesday morning, two doctors at the hospital said, and five people"
    " died.</p>"
    "<p>The army denied that its guns had fired on the town and said that no unit had been active there since"
    " Sunday.</p>"
)


def page(head: str = "", body: str = BODY) -> bytes:
    return (
        f"<html><head><title>Five killed</title>{head}</head><body><article><h1>Five"
        f" killed</h1>{body}</article></body></html>"
    ).encode()


def read(head: str = "", body: str = BODY, url: str | None = None, feed: FeedHints | None = None) -> Extraction:
    return extract(page(head, body), url, feed)


@pytest.mark.parametrize("name", NAMES)
def test_golden_pages_read_as_written_down(name):
    expected = json.loads((GOLDEN / f"{name}.json").read_text())
    html = (GOLDEN / f"{name}.html").read_bytes()
    url = expected.pop("url")
    if "set_aside" in expected:
        with pytest.raises(SetAside) as aside:
            extract(html, url)
        assert aside.value.reason == expected["set_aside"]
        return
    found = extract(html, url)
    for field, value in expected.items():
        assert getattr(found, field) == (tuple(value) if isinstance(value, list) else value), field


def test_a_page_without_a_date_has_none():
    assert (read().published_at, read().published_basis) == (None, "none")


def test_a_date_after_the_fetch_is_refused():
    hints = FeedHints(fetched_at=datetime(2024, 5, 8, tzinfo=UTC))
    found = read('<meta property="article:published_time" content="2031-01-01T00:00:00Z">', feed=hints)
    assert found.published_at is None
    assert "future_date_refused" in found.reasons


def test_the_feed_dates_a_page_that_does_not():
    found = read(feed=FeedHints(published_at="2024-05-07T10:00:00Z"))
    assert (found.published_at, found.published_basis) == ("2024-05-07T10:00:00+00:00", "feed")


def test_a_date_in_the_address_names_its_basis():
    found = read(url="https://courier.example/2024/05/07/five-killed.html")
    assert (found.published_at, found.published_basis) == ("2024-05-07", "url")


@pytest.mark.parametrize("raw", ["0025-01-01", "2024-13-01", "yesterday", None, 5, "", "2024-05-07T99:00"])
def test_what_is_no_date_is_none(raw):
    assert iso(raw) is None


@pytest.mark.parametrize(
    "name", ["admin", "Staff", "https://x.example/a", "News Desk", "12345", "info@x.example", "The Courier"]
)
def test_what_is_no_person_is_no_author(name):
    assert (
        read(f'<meta property="og:site_name" content="The Courier"><meta name="author" content="{name}">').authors == ()
    )


def test_the_site_is_cut_off_the_title():
    head = (
        '<meta property="og:site_name" content="The Courier"><meta property="og:title" content="Talks end -'
        ' again | The Courier">'
    )
    assert read(head).title == "Talks end - again"


@pytest.mark.parametrize(
    "line",
    [
        "Read more",
        "Also read: Ten facts",
        "Top Tweets About The Story",
        "Share this article",
        "Advertisement",
        "Follow us on X",
        "Sign up for our newsletter",
        "Related articles",
        "Click here to subscribe",
    ],
)
def test_boilerplate_lines_are_cut(line):
    assert clean(f"Shells fell on Tuesday.\n{line}\nTwo people died.") == "Shells fell on Tuesday.\n\nTwo people died."


def test_prose_that_begins_like_boilerplate_stays():
    text = (
        "Share prices fell sharply after the attack on the refinery, and traders said that they expected worse"
        " to come soon."
    )
    assert clean(text) == text


def test_a_long_text_about_cookies_is_an_article():
    found = read(body="<h2>Cookie policy of the ministry</h2>" + BODY * 10)
    assert found.access == "open"


def test_text_handed_out_in_json_ld_serves_where_the_page_shows_none():
    node = {"@type": "NewsArticle", "headline": "Five killed", "articleBody": "Shells fell on the market. " * 20}
    found = read(f'<script type="application/ld+json">{json.dumps(node)}</script>', body="<div id=app></div>")
    assert found.text.startswith("Shells fell on the market.")


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
def test_a_declared_character_set_is_read(charset):
    declared = f'<meta charset="{charset}"><p>Киев, обстрел рынка</p>'
    assert "Киев, обстрел" in decode(declared.encode(charset))


def test_a_wrong_declaration_is_passed_over():
    assert "Київ" in decode('<meta charset="windows-1252"><p>Київ</p>'.encode())


def test_newspaper_reads_the_same_page_without_the_network():
    html = (GOLDEN / "json_ld.html").read_bytes()
    found = extract(html, "https://courier.example/a", engine="newspaper")
    assert found.extractor.startswith("newspaper4k/")
    assert found.title == "Five killed as shells hit market in Kafr Nabl"
    assert "two doctors" in found.text
    assert extract((GOLDEN / "arabic.html").read_bytes(), None, engine="newspaper").language == "ar"


def test_an_unknown_engine_is_a_mistake_of_the_caller():
    with pytest.raises(Misconfigured, match="use one of"):
        extract(page(), None, engine="magic")


P = b"<html><head><title>T</title></head><body><article><h1>T</h1>"
BROKEN = {
    "empty": b"",
    "blank": b" \n\t ",
    "nulls": b"\x00" * 5000,
    "nulls inside": page().replace(b"market", b"mar\x00ket"),
    "one byte": b"<",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "pdf": b"%PDF-1.7\n" + b"x" * 500,
    "jpeg": b"\xff\xd8\xff\xe0" + b"\x01" * 500,
    "zip": b"PK\x03\x04" + b"\x02" * 300,
    "json": b'{"a": 1}',
    "plain text": b"hello there",
    "feed": b"<?xml version='1.0'?><rss><channel><title>x</title></channel></rss>",
    "sitemap": b"<urlset><url/></urlset>",
    "random": bytes((i * 7919 + 13) % 256 for i in range(20000)),
    "doctype only": b"<!DOCTYPE html>",
    "head only": b"<html><head></head></html>",
    "no body": b"<html><head><title>T</title></head></html>",
    "unclosed": P + b"<p>" + b"word " * 50,
    "tag soup": b"</p></div><p><b><i></p>" * 500,
    "deep": b"<div>" * 10_000 + b"a text of some words" + b"</div>" * 10_000,
    "deep open": P + b"<b>" * 100_000,
    "lists": b"<ul><li>" * 10_000,
    "tables": b"<table><tr><td>" * 5000,
    "attributes": b"<p " + b"a=1 " * 200_000 + b">x",
    "long attribute": b'<p class="' + b"x" * 1_000_000 + b'">x',
    "entities": P + b"&lt;&#0;&#xFFFFFF;&bogus;" * 5000,
    "only lt": b"<html>" + b"<" * 1_000_000,
    "open scripts": P + b"<script>" * 30_000,
    "open comments": P + b"<!--" * 50_000,
    "bad utf-8": page().replace(b"market", b"mar\xffk\xfeet"),
    "bad charset": b"<meta charset=nonsense><p>\xff\xfe\xfd",
    "bom": b"\xef\xbb\xbf" + page(),
    "utf-16": page().decode().encode("utf-16"),
    "surrogates": P + b"<p>\xed\xa0\x80\xed\xb0\x80 abc</p>",
    "control": P + bytes(range(1, 32)) * 50,
    "broken json-ld": page('<script type="application/ld+json">{"@type": "NewsArticle", </script>'),
    "deep json-ld": P + b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
    "odd json-ld": page(
        '<script type="application/ld+json">[1, null, {"@type": 5, "author": [null, 3, {"name":'
        ' {}}], "headline": []}]</script>'
    ),
    "article json-ld of odd types": page(
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": 5, "author": {"name": [1]},'
        ' "publisher": ["x"], "datePublished": {}, "mainEntityOfPage": 1,'
        ' "articleBody": []}</script>'
    ),
    "meta without content": page("<meta><meta name><meta property=og:title><link rel=canonical href='http://[bad'>"),
    "frameset": b"<frameset><frame src=x></frameset>",
    "refresh": b'<html><meta http-equiv="refresh" content="0;url=http://localhost/">',
    "xml": b"<?xml version='1.0'?><a><b>c</b></a>",
    "too large": b"<p>" + b"x" * MAX_BYTES,
}


@pytest.mark.parametrize("engine", ["ladder", "newspaper"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_input_is_read_or_set_aside(name, engine):
    start = time.perf_counter()
    try:
        found = extract(BROKEN[name], "https://courier.example/a/b", engine=engine)
    except SetAside as aside:
        assert aside.reason
    else:
        assert "\x00" not in found.text
    assert time.perf_counter() - start < 25


def test_a_hundred_thousand_paragraphs_end_in_seconds():
    html = P + b"".join(
        b"<p>The army said that shell number %d fell on the town on Tuesday.</p>" % i for i in range(100_000)
    )
    start = time.perf_counter()
    found = extract(html, None)
    assert time.perf_counter() - start < 25
    assert "truncated" in found.reasons


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from(["<p>", "</p>", "<div", ">", "word ", "<script>", "&", '"', "<h1>", "\x00"]))
    .map("".join)
    .map(str.encode)
)
def test_any_bytes_are_read_or_set_aside(html):
    try:
        extract(html, None)
    except SetAside as aside:
        assert aside.reason


def test_lines_are_answered_in_order_and_bad_ones_say_why(tmp_path):
    (tmp_path / "a.html").write_bytes(page())
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(page()))
    (tmp_path / "c.html.gz").write_bytes(gzip.compress(page())[:40])
    lines = [
        '{"doc_id": "1", "html_path": "a.html"}',
        '{"doc_id": "2", "html_path": "b.html.gz", "url": "https://x.example/a"}',
        '{"doc_id": "3", "html_path": "c.html.gz"}',
        '{"doc_id": "4", "html_path": "missing.html"}',
        '{"doc_id": "5"}',
        "not json",
        "[]",
        "",
    ]
    answers = list(extract_lines(lines, tmp_path))
    assert [(a["doc_id"], a["outcome"], a["reason"]) for a in answers] == [
        ("1", "extracted", None),
        ("2", "extracted", None),
        ("3", "failed", "unreadable_file"),
        ("4", "failed", "unreadable_file"),
        ("5", "failed", "bad_input"),
        (None, "failed", "bad_input"),
        (None, "failed", "bad_input"),
    ]
    fields = {
        "doc_id",
        "outcome",
        "reason",
        "title",
        "text",
        "authors",
        "published_at",
        "published_basis",
        "modified_at",
        "language",
        "canonical_url",
        "access",
        "extractor",
    }
    assert all(fields <= set(a) for a in answers)
    json.dumps(answers)


def test_reading_twice_gives_the_same():
    assert read() == read()
