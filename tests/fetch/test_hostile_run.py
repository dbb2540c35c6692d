"""One collecting run among hostile servers: each ends in its recorded outcome, and the rest of the run is unharmed.

Every case has a host name of its own (under ``.test``, given to one loopback server), so that what one of them does to
the shared state of hosts stays its own affair.
"""

from __future__ import annotations

import gzip
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import brotli
import pytest

from etl.discover.outlets import Outlet
from etl.fetch import Client, Limits
from etl.fetch.addresses import NameNotResolved
from etl.pipeline import web
from etl.settings import settings
from etl.store import Lake, open_lake
from tests.fetch.conftest import Site

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIMITS = Limits(sent=3_000_000, decoded=6_000_000, connect=2, read=0.8, total=1.5, attempts=1, patience=1)
PROSE = "".join(
    f"<p>Shells fell on quarter {n} of the town on Sunday evening, and the people there went down to their cellars.</p>"
    for n in range(6)
)
ARTICLE = f"<html><head><title>Shells fall on the town</title></head><body><article>{PROSE}</article></body></html>"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"

Make = Callable[[Site, str], Any]


def page(body: bytes | str = ARTICLE, status: int = 200, **headers: str) -> Make:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda site, path: site.page(path, body, status, fields)


def raw(*pieces: bytes, pause: float = 0.0) -> Make:
    return lambda site, path: site.raw(path, *pieces, pause=pause)


def to(target: str, status: int = 302) -> Make:
    return lambda site, path: site.redirect(path, target.replace("PORT", str(site.server.server_port)), status)


def endless(site: Site, path: str) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(OK + b"\r\n")
        handler.close_connection = True
        for _ in range(2000):
            handler.wfile.write(b"<p>and so on</p>" * 500)

    site.replies[path] = reply


def reset(site: Site, path: str) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    site.replies[path] = reply


def reset_midway(site: Site, path: str) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(OK + b"Content-Length: 9999\r\n\r\n<html>")
        handler.wfile.flush()
        time.sleep(0.05)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    site.replies[path] = reply


ZEROS = b"\0" * 30_000_000
# Name of the case, what the server does, and how its page ends: outcome and reason.
PAGES: list[tuple[str, Make, tuple[str, str | None]]] = [
    ("slow-body", raw(OK + b"Content-Length: 900\r\n\r\n", *[b"x"] * 60, pause=0.1), ("failed", "deadline")),
    ("slow-head", raw(*[bytes([c]) for c in OK], pause=0.1), ("failed", "deadline")),
    ("silence", raw(b"", pause=3), ("failed", "read_timeout")),
    ("endless", endless, ("too_large", "body_over_limit")),
    ("declared-huge", raw(OK + b"Content-Length: 99999999999\r\n\r\nx"), ("too_large", "declared_over_limit")),
    ("gzip-bomb", page(gzip.compress(ZEROS), Content_Encoding="gzip"), ("too_large", "decompressed_over_limit")),
    ("gzip-twice", page(gzip.compress(gzip.compress(ZEROS)), Content_Encoding="gzip, gzip"),
     ("too_large", "decompressed_over_limit")),
    ("brotli-bomb", page(brotli.compress(ZEROS), Content_Encoding="br"), ("too_large", "decompressed_over_limit")),
    ("deflate-bomb", page(zlib.compress(ZEROS), Content_Encoding="deflate"),
     ("too_large", "decompressed_over_limit")),
    ("gzip-cut", page(gzip.compress(ARTICLE.encode())[:-20], Content_Encoding="gzip"), ("failed", "bad_encoding")),
    ("gzip-lie", page(ARTICLE, Content_Encoding="gzip"), ("failed", "bad_encoding")),
    ("unknown-encoding", page(ARTICLE, Content_Encoding="zstd"), ("failed", "bad_encoding")),
    ("short-body", raw(OK + b"Content-Length: 500\r\n\r\nshort"), ("failed", "incomplete_body")),
    ("negative-length", raw(OK + b"Content-Length: -5\r\n\r\nx"), ("failed", "protocol_error")),
    ("two-lengths", raw(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), ("failed", "protocol_error")),
    ("bad-chunk", raw(OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n"), ("failed", "incomplete_body")),
    ("huge-head", raw(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 1_000_000 + b"\r\n\r\nx"),
     ("failed", "protocol_error")),
    ("no-http", raw(b"220 mail.example ESMTP\r\n\r\n"), ("failed", "protocol_error")),
    ("hang-up", raw(b""), ("failed", "connection_lost")),
    ("reset", reset, ("failed", "connection_lost")),
    ("reset-midway", reset_midway, ("failed", "connection_lost")),
    ("redirect-loop", to("/redirect-loop"), ("failed", "redirect_loop")),
    ("redirect-nowhere", page(b"", 302), ("failed", "redirect_without_target")),
    ("redirect-file", to("file:///etc/passwd"), ("failed", "redirect_to_other_scheme")),
    ("redirect-script", to("javascript:alert(1)"), ("failed", "redirect_to_other_scheme")),
    ("redirect-broken", to("//[bad"), ("failed", "bad_redirect")),
    ("to-loopback", to("http://127.0.0.1:1/secret"), ("failed", "address_refused")),
    ("to-loopback-v6", to("http://[::1]:1/secret"), ("failed", "address_refused")),
    ("to-loopback-decimal", to("http://2130706433:1/secret"), ("failed", "address_refused")),
    ("to-loopback-hex", to("http://0x7f000001:1/secret"), ("failed", "address_refused")),
    ("to-loopback-mapped", to("http://[::ffff:127.0.0.1]:1/secret"), ("failed", "address_refused")),
    ("to-metadata", to("http://169.254.169.254/latest/meta-data"), ("failed", "address_refused")),
    ("to-private", to("http://10.0.0.8/"), ("failed", "address_refused")),
    ("to-inside-name", to("http://inside.example/"), ("failed", "address_refused")),
    ("to-mapped-name", to("http://mapped.example/"), ("failed", "address_refused")),
    ("to-no-name", to("http://nobody.example/"), ("failed", "name_not_resolved")),
    ("to-bad-tls", to("https://plain.hostile.test:PORT/x"), ("failed", "tls_error")),
    ("http-401", page("no", 401), ("blocked", "http_401")),
    ("http-402", page("no", 402), ("paywalled", "http_402")),
    ("http-403", page("no", 403), ("blocked", "http_403")),
    ("http-410", page("no", 410), ("failed", "http_410")),
    ("http-429", page("no", 429), ("blocked", "http_429")),
    ("http-451", page("no", 451), ("blocked", "http_451")),
    ("http-500", page("no", 500), ("failed", "http_500")),
    ("retry-next-century", page("no", 503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"), ("failed", "http_503")),
    ("bot-challenge", page(ARTICLE, cf_mitigated="challenge"), ("blocked", "bot_challenge")),
    ("film", page(b"\0\0\0\x20ftyp", Content_Type="video/mp4"), ("failed", "media_type_not_wanted")),
    ("empty", page(b""), ("failed", "empty_body")),
]  # fmt: skip
HEAD = "<html><head><title>Shells fall</title></head><body><article>"
# Pages that arrive, and what reading them gives: "extracted" or the reason for which they are set aside.
READ: list[tuple[str, Make, str]] = [
    ("good-first", page(), "extracted"),
    ("good-last", page(), "extracted"),
    ("unknown-charset", page(ARTICLE, Content_Type="text/html; charset=utf-99"), "extracted"),
    ("lying-charset", page(ARTICLE.replace("town", "Жёлтые").encode("utf-8"), Content_Type="text/html; charset=ascii"),
     "extracted"),
    ("null-bytes", page(ARTICLE.replace("<p>", "<p>\0\0").encode()), "extracted"),
    ("hundred-thousand-paragraphs", page(HEAD + "<p>x</p>" * 100_000), "no_text"),
    ("ten-thousand-deep", page(HEAD + "<div>" * 10_000 + PROSE), "no_text"),
    ("only-null", page(b"\0" * 5000), "empty"),
    ("entities", page('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ARTICLE.replace("town", "&x;")),
     "extracted"),
    ("picture", page(b"\x89PNG\r\n\x1a\n" + b"\0" * 99, Content_Type="text/html"), "not_html"),
    ("cookies", page(ARTICLE, Set_Cookie="id=1; Max-Age=99999999"), "extracted"),
    ("future", page(ARTICLE, Last_Modified="Fri, 01 Jan 2100 00:00:00 GMT", Date="Fri, 01 Jan 2100 00:00:00 GMT"),
     "extracted"),
]  # fmt: skip
BOMB = (
    b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss version='2.0'><channel><item><link>&j;</link></item></channel></rss>"
)
XXE = b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
ITEM = b"<item><link>http://good-first.hostile.test/%d</link></item>"
# Feeds that cannot be read, with the reason that stands in quarantine.
FEEDS: list[tuple[str, str, Make, str]] = [
    ("feed-bomb", "rss", page(BOMB), "xml_entities"),
    ("feed-outside", "rss", page(XXE + b"<rss version='2.0'><channel>&x;</channel></rss>"), "xml_entities"),
    ("map-outside", "sitemap", page(XXE + b"<urlset><url><loc>&x;</loc></url></urlset>"), "xml_entities"),
    ("map-bomb", "sitemap", page(gzip.compress(b"\0" * 60_000_000)), "decompressed_over_limit"),
    ("feed-huge", "rss", page(b"<rss version='2.0'><channel>" + b" " * 50_000_000), "declared_over_limit"),
    ("feed-deep", "rss", page(b"<rss version='2.0'><channel>" + b"<a>" * 60_000), "xml_too_deep"),
    ("feed-page", "rss", page("<!doctype html><html><body>Just a moment</body></html>"), "not_a_feed"),
    ("feed-loop", "rss", to("/feed-loop"), "redirect_loop"),
    ("feed-inside", "rss", to("http://169.254.169.254/feed"), "address_refused"),
    ("feed-drip", "rss", raw(OK + b"Content-Length: 900\r\n\r\n", *[b"x"] * 60, pause=0.1), "deadline"),
]


def address(site: Site, name: str) -> str:
    return f"http://{name}.hostile.test:{site.server.server_port}/{name}"


def resolve(host: str, port: int) -> list[str]:
    """The names of the cases are on loopback; the others are what an attacker's name server says."""
    if host.endswith(".test"):
        return ["127.0.0.1"]
    if host == "inside.example":
        return ["169.254.169.254"]
    if host == "mapped.example":
        return ["::ffff:10.0.0.8", "64:ff9b::7f00:1"]
    if host == "nobody.example":
        raise NameNotResolved(host)
    return [host.strip("[]")] if ":" in host or host[0].isdigit() else ["127.0.0.1"]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def lake(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """The lake after one run over all cases."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    cases = [(name, make) for name, make, _ in PAGES] + [(name, make) for name, make, _ in READ]
    listed = sorted(cases, key=lambda case: (case[0] == "good-last", case[0] != "good-first"))
    for name, make in [*listed, *((name, make) for name, _, make, _ in FEEDS)]:
        make(site, f"/{name}")
    links = "".join(f"<item><link>{address(site, name)}</link></item>" for name, _ in listed)
    long = f"<item><link>{address(site, 'long')}/{'a' * 1_000_000}</link></item>"
    site.page("/feed", f"<rss version='2.0'><channel>{links}{long}</channel></rss>")
    site.page("/hundred-thousand", b"<rss version='2.0'><channel>" + ITEM * 100_000 % tuple(range(100_000)))
    feeds = [{"url": address(site, "feed"), "kind": "rss"}]
    feeds += [{"url": address(site, name), "kind": kind} for name, kind, _, _ in FEEDS]
    base = f"http://feed.hostile.test:{site.server.server_port}"
    about: dict[str, Any] = {
        "id": "hostile",
        "name": "Hostile",
        "country": "INT",
        "language": "en",
        "reach": "International",
    }
    names = [n for n, _ in listed] + [n for n, *_ in FEEDS] + ["feed", "plain", "long"]
    about |= {"url": base, "feeds": feeds, "hosts": [f"{n}.hostile.test" for n in names]}
    outlet = Outlet.model_validate(about | {"politeness": {"delay_seconds": 0}})
    allow = [f"{'https' if n == 'plain' else 'http'}://{n}.hostile.test:{site.server.server_port}" for n in names]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENTWIRE_NOW", NOW.isoformat())
        patch.setenv("EVENTWIRE_OUTLETS", str(folder / "none"))
        settings.cache_clear()
        made = open_lake(folder / "lake")
        with Client("desk@example.org", allow, folder / "cache", LIMITS, resolve=resolve) as client:
            web.discover_outlet(made, outlet, client, "run")
            web.fetch_outlet(made, outlet, client, "run")
        web.extract_pages(made, "run")
        yield made
    settings.cache_clear()


@pytest.fixture(scope="module")
def pages(lake: Lake) -> dict[str, dict[str, Any]]:
    return {row["url"].rpartition("/")[2]: row for row in lake.rows("pages")}


def test_there_are_at_least_forty_cases():
    assert len(PAGES) + len(READ) - 2 + len(FEEDS) >= 40


@pytest.mark.parametrize(("name", "ended"), [(name, ended) for name, _, ended in PAGES])
def test_a_hostile_page_ends_in_its_outcome(pages: dict[str, dict[str, Any]], name: str, ended: tuple[str, str]):
    assert (pages[name]["page_outcome"], pages[name]["reason"]) == ended


@pytest.mark.parametrize(("name", "ended"), [(name, ended) for name, _, ended in READ])
def test_an_odd_page_is_read_or_set_aside(lake: Lake, pages: dict[str, dict[str, Any]], name: str, ended: str):
    assert pages[name]["page_outcome"] == "stored"
    (read,) = lake.rows("extractions", filters=[("page_id", "=", pages[name]["page_id"])])
    assert (read["reason"] or read["extraction_outcome"]) == ended


@pytest.mark.parametrize(("name", "reason"), [(name, reason) for name, _, _, reason in FEEDS])
def test_a_hostile_feed_costs_only_itself(lake: Lake, site: Site, name: str, reason: str):
    aside = {row["row_key"]: row["rules"] for row in lake.rows("quarantine", filters=[("table_name", "=", "feeds")])}
    assert aside[address(site, name)] == [reason]


def test_nothing_is_lost_nothing_was_reached_inside_and_no_file_was_read(lake: Lake, site: Site):
    asked = {row["url"] for row in lake.rows("candidates")}
    assert asked == {row["url"] for row in lake.rows("pages")}
    assert len(asked) == len(PAGES) + len(READ)  # the address of a megabyte is none
    assert not any(path.startswith("/secret") for path in site.paths())
    assert not any("cookie" in headers for _, headers in site.asked)
    assert not any("root:" in row["text"] for row in lake.rows("articles"))


def test_robots_that_change_hold_until_they_expire(site: Site, tmp_path: Path):
    base = f"http://robots.hostile.test:{site.server.server_port}"
    now = [NOW.timestamp()]
    site.page("/robots.txt", "User-agent: *\nDisallow: /closed\n", headers={"Content-Type": "text/plain"})
    site.page("/closed", ARTICLE)
    try:
        with Client("desk@example.org", [base], tmp_path, LIMITS, resolve=resolve) as client:
            client._state._clock = lambda: now[0]
            assert client.get(f"{base}/closed").outcome == "robots_denied"
            site.page("/robots.txt", "User-agent: *\nDisallow:\n", headers={"Content-Type": "text/plain"})
            assert client.get(f"{base}/closed").outcome == "robots_denied"
            now[0] += 2 * 86_400
            assert client.get(f"{base}/closed").outcome == "stored"
            now[0] -= 10 * 86_400  # the clock jumps back: pacing must not wait for days
            started = time.monotonic()
            client.get(f"{base}/closed")
            assert time.monotonic() - started < 5
    finally:
        del site.replies["/robots.txt"]
