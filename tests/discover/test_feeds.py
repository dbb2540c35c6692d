"""Feeds, sitemaps and front pages as bytes: what is read, and what is refused."""

from __future__ import annotations

import gzip
import time

import pytest

from etl.discover.feeds import parse_feed
from etl.discover.front_page import looks_like_article, parse_front_page
from etl.discover.sitemaps import parse_sitemap

URL = "https://example.org/feed"
BOMB = (
    b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
XXE = b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"

RSS = """<rss version="{0}"><channel><title>t</title><item><title>Two &lt;b&gt;killed&lt;/b&gt;</title>
<link>https://example.org/a</link><pubDate>Tue, 14 Sep 2021 23:30:00 +0300</pubDate></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Two killed</title>
<link rel="self" href="/self"/><link rel="alternate" href="/a"/><published>2021-09-14T23:30:00+03:00</published>
<updated>2021-09-15T08:00:00Z</updated></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"/><item rdf:about="https://example.org/a">
<title>Two killed</title><link>https://example.org/a</link><dc:date>2021-09-14T23:30:00+03:00</dc:date></item></rdf:RDF>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "https://example.org/a",
"title": "Two killed", "date_published": "2021-09-14T23:30:00+03:00"}]}"""


@pytest.mark.parametrize(
    "body",
    [*(RSS.format(v).encode() for v in ("0.91", "0.92", "2.0")), RSS.format("2.0").encode("utf-16"), ATOM, RDF, JSON],
)
def test_every_feed_format_gives_the_same_entry(body):
    (item,) = parse_feed(body, URL).items
    assert item.url == "https://example.org/a"
    assert item.title == "Two killed"
    assert item.published_at == "2021-09-14T23:30:00+03:00"


def test_a_permalink_in_the_guid_serves_where_there_is_no_link():
    body = b"<rss version='2.0'><channel><item><guid>https://example.org/a</guid></item></channel></rss>"
    assert parse_feed(body, URL).items[0].url == "https://example.org/a"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_feed"),
        (b"<!doctype html><html><body>Just a moment</body></html>", "not_a_feed"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "not_a_feed"),
        (b"plain words", "not_a_feed"),
        (b"{broken", "not_json"),
        (b"[" * 10, "not_a_feed"),
        (b'{"items":' + b"[" * 100_000, "json_too_deep"),
        (b'{"a": 1}', "not_a_feed"),
        (b"<rss version='2.0'><channel>" + b"<div>" * 40_000, "xml_too_deep"),
        (b"<rss version='2.0'><channel>" + b"<a " * 60_000, "xml_too_deep"),
        (b"<rss version='2.0'><channel>" + b"<b></b>" * 120_000, "xml_too_many_tags"),
        (b"<rss version='2.0'><channel><title>" + b"x" * 11_000_000, "feed_too_large"),
        (BOMB + b"<rss version='2.0'><channel><item><link>&j;</link></item></channel></rss>", "xml_entities"),
        (XXE + b"<rss version='2.0'><channel><item><title>&x;</title></item></channel></rss>", "xml_entities"),
        (XXE.decode().encode("utf-16"), "xml_entities"),
    ],
)
def test_what_is_no_feed_has_a_reason(body, reason):
    start = time.monotonic()
    assert parse_feed(body, URL).reason == reason
    assert time.monotonic() - start < 2


def test_a_feed_named_by_a_file_is_not_opened():
    assert parse_feed(b"/etc/passwd", URL).reason == "not_a_feed"


def test_a_broken_feed_gives_what_can_be_read():
    body = RSS.format("2.0").encode().replace(b"</channel></rss>", b"<item><link>https://example.org/b</li")
    assert parse_feed(body, URL).items[0].url == "https://example.org/a"


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (b"<rss version='2.0'><channel>", b"</channel></rss>"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"</feed>"),
    ],
)
def test_a_feed_of_a_hundred_thousand_entries_is_capped(head, tail):
    entry, link = (b"item", b"<link>http://e.org/%d</link>") if b"rss" in head else (b"entry", b"<link href='/%d'/>")
    entries = b"".join(b"<" + entry + b">" + link % n + b"</" + entry + b">" for n in range(100_000))
    start = time.monotonic()
    parsed = parse_feed(head + entries + tail, URL)
    assert (len(parsed.items), parsed.capped) == (1000, 99_000)
    assert time.monotonic() - start < 10


NEWS_SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.org/a</loc>
<lastmod>2021-09-15</lastmod><news:news><news:publication><news:name>E</news:name></news:publication>
<news:publication_date>2021-09-14T23:30:00+03:00</news:publication_date><news:title>Two killed</news:title></news:news>
</url></urlset>"""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_news_sitemap(pack):
    (item,) = parse_sitemap(pack(NEWS_SITEMAP)).items
    assert (item.url, item.title) == ("https://example.org/a", "Two killed")
    assert (item.published_at, item.updated_at) == ("2021-09-14T23:30:00+03:00", "2021-09-15")


def test_a_sitemap_index_names_the_newest_first():
    body = b"".join(
        b"<sitemap><loc>https://example.org/%d.xml</loc><lastmod>202%d-01-01</lastmod></sitemap>" % (n, n)
        for n in range(4)
    )
    nested = parse_sitemap(b"<sitemapindex>" + body + b"</sitemapindex>").nested
    assert nested[0].endswith("3.xml") and len(nested) == 4


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_sitemap"),
        (b"<html><body/></html>", "not_a_sitemap"),
        (b"no xml", "not_xml"),
        (BOMB + b"<urlset><url><loc>&j;</loc></url></urlset>", "xml_entities"),
        (XXE + b"<urlset><url><loc>&x;</loc></url></urlset>", "xml_entities"),
        (b"<urlset>" + b"<a>" * 100_000, "xml_too_deep"),
        (gzip.compress(b"\0" * 60_000_000, mtime=0), "decompressed_over_limit"),
        (gzip.compress(NEWS_SITEMAP, mtime=0)[:60], "bad_gzip"),
    ],
)
def test_what_is_no_sitemap_has_a_reason(body, reason):
    assert parse_sitemap(body).reason == reason


def test_a_sitemap_is_capped():
    body = b"<urlset>" + b"<url><loc>http://e.org/%d</loc></url>" * 100 % tuple(range(100)) + b"</urlset>"
    parsed = parse_sitemap(body, max_items=30)
    assert (len(parsed.items), parsed.capped) == (30, 70)


def test_a_front_page_gives_article_links_with_their_headlines():
    page = b"""<html><head><base href="https://example.org/"></head><body>
    <a href="world/three-killed-in-market-attack"><img></a>
    <a href="/world/three-killed-in-market-attack?utm_source=home">Three killed in market attack</a>
    <a href="/2024/05/03/protest">Protest</a> <a href="/story-1234567.html">Clash</a>
    <a href="/about-us-and-our-work">About</a> <a href="/sport">Sport</a> <a href="mailto:a@example.org">Mail</a>
    <a href="/tag/sudan-war-latest-news">Sudan</a></body></html>"""
    items = parse_front_page(page, "https://example.org/home").items
    assert [(i.url.removeprefix("https://example.org"), i.title) for i in items] == [
        ("/world/three-killed-in-market-attack", "Three killed in market attack"),
        ("/2024/05/03/protest", "Protest"),
        ("/story-1234567.html", "Clash"),
    ]


@pytest.mark.parametrize("body", [b"", b"\0\xff", b"<html><a href='/x'>x</a></html>"])
def test_a_page_without_articles_has_a_reason(body):
    assert parse_front_page(body, "https://example.org").reason in ("not_html", "no_article_links")


@pytest.mark.parametrize(
    "path", ["/", "/en", "/sport", "/world/africa/", "/author/jane-doe-reporter/", "/page/2", "/a-b-c.jpg", "/login"]
)
def test_sections_and_services_are_no_articles(path):
    assert not looks_like_article("https://example.org" + path)
