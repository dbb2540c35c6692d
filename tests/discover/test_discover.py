"""Which entries of an outlet's feeds become candidates."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.discover import discover, normalise_url
from etl.discover.urls import site_of
from etl.schema import table

NOW = datetime(2024, 5, 3, 12, tzinfo=UTC)
FEED = "https://www.example.org/feed"


def rss(*entries):
    items = "".join(f"<item><link>{u}</link><pubDate>{d}</pubDate></item>" for u, d in entries)
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


def on(day):
    return f"{day:02d} May 2024 10:00:00 GMT"


def test_new_entries_become_candidates_and_the_rest_is_counted(web, make_outlet):
    web.pages[FEED] = rss(
        ("https://www.example.org/a?utm_source=rss", on(3)),
        ("https://example.org/b", on(3)),
        ("https://www.example.org/a", on(3)),
        ("https://elsewhere.net/c", on(3)),
        ("https://www.example.org/seen", on(3)),
        ("https://www.example.org/old", on(1)),
        ("https://www.example.org/sport/d", on(3)),
        ("javascript:void(0)", on(3)),
    )
    outlet = make_outlet(filters={"exclude": ["/sport/"]})
    found = discover(
        outlet, web, seen={"https://www.example.org/seen"}, watermark=datetime(2024, 5, 5, tzinfo=UTC), now=NOW
    )
    assert [c.url for c in found] == ["https://www.example.org/a", "https://example.org/b"]
    (report,) = found.reports
    assert report.outcome == "ok"
    assert report.found == 8 == report.kept + sum(report.dropped.values())
    assert report.dropped == {
        "duplicate": 1, "other_host": 1, "seen": 1, "old": 1, "excluded": 1, "bad_url": 1,
    }  # fmt: skip


def test_a_candidate_is_a_row_of_its_table(web, make_outlet):
    web.pages[FEED] = rss(("https://www.example.org/a", on(3)))
    row = discover(make_outlet(), web, now=NOW)[0].row("run-1")
    assert set(row) == {c.name for c in table("candidates").columns}
    assert row["feed_published_at"] == "2024-05-03T10:00:00+00:00"


def test_entries_within_the_lag_window_are_kept(web, make_outlet):
    web.pages[FEED] = rss(("https://www.example.org/late", on(1)), ("https://www.example.org/undated", ""))
    found = discover(make_outlet(), web, watermark=datetime(2024, 5, 3, tzinfo=UTC), now=NOW)
    assert len(found) == 2


def test_the_watermark_moves_on_and_not_into_the_future(web, make_outlet):
    web.pages[FEED] = rss(("https://www.example.org/a", on(2)), ("https://www.example.org/b", on(30)))
    assert discover(make_outlet(), web, now=NOW).watermark == datetime(2024, 5, 2, 10, tzinfo=UTC)


def test_an_entry_changed_after_its_last_fetch_comes_again(web, make_outlet):
    web.pages[FEED] = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/a"/>
    <updated>2024-05-03T10:00:00Z</updated></entry></feed>"""
    url = "https://www.example.org/a"
    assert len(discover(make_outlet(), web, seen={url: datetime(2024, 5, 3, 9, tzinfo=UTC)}, now=NOW)) == 1
    assert len(discover(make_outlet(), web, seen={url: datetime(2024, 5, 3, 11, tzinfo=UTC)}, now=NOW)) == 0


def test_a_feed_that_fails_costs_only_itself(web, make_outlet):
    web.pages["https://www.example.org/html"] = b"<html>moved</html>"
    web.pages[FEED] = rss(("https://www.example.org/a", on(3)))
    outlet = make_outlet(
        ("https://www.example.org/html", "rss"), ("https://www.example.org/none", "atom"), (FEED, "rss")
    )
    found = discover(outlet, web, now=NOW)
    assert [(r.outcome, r.reason) for r in found.reports] == [
        ("failed", "not_a_feed"),
        ("failed", "http_404"),
        ("ok", None),
    ]
    assert len(found) == 1


def test_a_sitemap_index_is_walked_newest_first_and_stays_on_the_site(web, make_outlet):
    index = "https://www.example.org/sitemap.xml"
    entries = [f"<sitemap><loc>https://www.example.org/{n}.xml</loc><lastmod>2024-04-{n:02d}</lastmod></sitemap>"
               for n in range(1, 10)]  # fmt: skip
    entries.append("<sitemap><loc>https://elsewhere.net/x.xml</loc><lastmod>2024-05-01</lastmod></sitemap>")
    web.pages[index] = f"<sitemapindex>{''.join(entries)}</sitemapindex>".encode()
    for n in range(1, 10):
        web.pages[f"https://www.example.org/{n}.xml"] = (
            f"<urlset><url><loc>https://www.example.org/a{n}</loc></url></urlset>".encode()
        )
    found = discover(make_outlet((index, "sitemap")), web, now=NOW)
    assert [c.url[-2:] for c in found] == ["a9", "a8", "a7", "a6", "a5"]
    assert all(c.found_in == index for c in found)
    assert "https://elsewhere.net/x.xml" not in web.asked


def test_a_second_feed_completes_what_the_first_left_open(web, make_outlet):
    web.pages["https://www.example.org/s.xml"] = b"<urlset><url><loc>https://www.example.org/a</loc></url></urlset>"
    web.pages[FEED] = rss(("https://www.example.org/a", on(3)))
    found = discover(make_outlet(("https://www.example.org/s.xml", "sitemap"), (FEED, "rss")), web, now=NOW)
    assert [(c.url[-2:], c.feed_published_at) for c in found] == [("/a", "2024-05-03T10:00:00+00:00")]


def test_an_outlet_that_names_its_article_addresses_is_believed(web, make_outlet):
    home = "https://www.example.org/"
    web.pages[home] = b"<html><a href='/nota.php?id=7'>Clash</a><a href='/a-long-headline-here'>x</a></html>"
    outlet = make_outlet((home, "front_page"), filters={"include": [r"nota\.php\?id="]})
    assert [c.url for c in discover(outlet, web, now=NOW)] == ["https://www.example.org/nota.php?id=7"]


def test_further_hosts_of_an_outlet_are_named_in_its_file(web, make_outlet):
    web.pages[FEED] = rss(("https://www.example.net/a", on(3)))
    assert len(discover(make_outlet(), web, now=NOW)) == 0
    assert len(discover(make_outlet(hosts=["example.net"]), web, now=NOW)) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://Example.org", "https://example.org/"),
        ("http://example.org:80/a#x", "http://example.org/a"),
        ("https://example.org/a?b=2&a=1&utm_medium=x&fbclid=y", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?source=rss", "https://example.org/a"),
        ("https://example.org/a?source=77", "https://example.org/a?source=77"),
        ("https://example.org/?p=12345", "https://example.org/?p=12345"),
        ("https://example.org/show?12345", "https://example.org/show?12345"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/%D8%AE%D8%A8%D8%B1", "https://example.org/%D8%AE%D8%A8%D8%B1"),
        ("https://example.org/خبر", "https://example.org/%D8%AE%D8%A8%D8%B1"),
        ("https://пример.рф/a", "https://xn--e1afmkfd.xn--p1ai/a"),
        ("https://example.org/a&amp;b=1", "https://example.org/a&b=1"),
        ("https://web.archive.org/web/2020/https://a.org/b", "https://web.archive.org/web/2020/https:/a.org/b"),
        ("https://user:pw@example.org/a", "https://example.org/a"),
    ],
)
def test_one_address_has_one_spelling(given, expected):
    assert normalise_url(given) == expected
    assert normalise_url(expected) == expected


@pytest.mark.parametrize("given", ["", "mailto:a@b.org", "//", "http://", "http://a b/", "https://a.org/" + "x" * 3000])
def test_what_is_no_address(given):
    assert normalise_url(given) is None


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text(max_size=80).map("https://example.org/".__add__)))
def test_a_normalised_address_stays_as_it_is(text):
    once = normalise_url(text)
    assert once is None or (normalise_url(once) == once and once.isascii())


@pytest.mark.parametrize("tail", ["{" * 50_000, "?" + "a&" * 50_000, "../" * 30_000, "http://" * 9_000])
def test_long_addresses_cost_nothing(tail):
    start = time.monotonic()
    assert normalise_url("https://example.org/" + tail) is None
    assert time.monotonic() - start < 0.5


def test_sites():
    assert site_of("https://news.bbc.co.uk/a") == "bbc.co.uk"
    assert site_of("http://127.0.0.1:81/") != site_of("http://127.0.0.1:82/")
