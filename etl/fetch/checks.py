"""See whether outlets answer, and propose an outlet file for a new one.

Reads only what a visitor may: robots.txt, the feeds, the terms page. Judges nothing about content or licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import yaml
from lxml import html

from etl.discover.feeds import parse_feed
from etl.discover.front_page import parse_front_page
from etl.discover.outlets import Feed, Outlet
from etl.discover.records import Parsed
from etl.discover.sitemaps import parse_sitemap
from etl.discover.urls import normalise_url
from etl.errors import GiveUp
from etl.fetch.client import Client
from etl.schema import countries

# Different hosts; most of the time is spent waiting for them.
CHECKED_AT_A_TIME = 16

_WORDS = {
    "name_not_resolved": "unreachable: name not resolved",
    "connect_failed": "unreachable: connection refused",
    "connect_timeout": "unreachable: no connection in time",
    "read_timeout": "unreachable: no answer in time",
    "deadline": "unreachable: answer too slow",
    "tls_error": "unreachable: certificate or encryption refused",
    "circuit_open": "left alone: too many failures just now",
    "robots_disallow": "not allowed by robots.txt",
}
_MEDIA_KINDS = {
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "jsonfeed",
    "application/rdf+xml": "rdf",
}
# Where feeds lie on common systems when the page does not name them.
_USUAL_PLACES = (
    ("/feed/", "rss"),
    ("/rss.xml", "rss"),
    ("/rss", "rss"),
    ("/feed.json", "jsonfeed"),
    ("/news-sitemap.xml", "news_sitemap"),
    ("/sitemap.xml", "sitemap"),
)


@dataclass(frozen=True)
class Reached:
    """One address of an outlet: whether it answered, in words, and how many entries it had."""

    what: str
    url: str
    ok: bool
    said: str
    entries: int | None = None


@dataclass(frozen=True)
class OutletCheck:
    """What came of checking one outlet."""

    outlet: str
    results: tuple[Reached, ...]

    @property
    def ok(self) -> bool:
        """Whether robots.txt answered and at least one feed can be read."""
        feeds = [r.ok for r in self.results if r.what == "feed"]
        return any(feeds) and all(r.ok for r in self.results if r.what == "robots")

    @property
    def said(self) -> str:
        """One line for a table."""
        bad = [f"{r.what}: {r.said}" for r in self.results if not r.ok]
        return "reachable" if not bad else "; ".join(dict.fromkeys(bad))


def check_outlets(outlets: Iterable[Outlet], client: Client) -> list[OutletCheck]:
    """For each outlet whether robots.txt, its feeds and its terms page can be reached.

    A host that does not answer is asked once, not once for each address. Outlets are checked side by side, each host
    at its own pace.

    Raises:
        Misconfigured: no contact is set.
    """
    with ThreadPoolExecutor(CHECKED_AT_A_TIME) as pool:
        return list(pool.map(lambda outlet: _check(outlet, client), outlets))


def _check(outlet: Outlet, client: Client) -> OutletCheck:
    results = []
    down: dict[str, str] = {}
    robots = urljoin(outlet.url, "/robots.txt")
    allowed, reason = client.robots_verdict(outlet.url)
    reached = allowed or (reason or "").startswith("robots_")
    results.append(Reached("robots", robots, reached, "read" if reached else _words(reason)))
    if not reached:
        down[urlsplit(outlet.url).netloc] = _words(reason)
    targets: list[tuple[str, str, str]] = [("feed", f.url, f.kind) for f in outlet.feeds]
    if outlet.terms:
        targets.append(("terms", outlet.terms, ""))
    for what, url, kind in targets:
        host = urlsplit(url).netloc
        if host in down:
            results.append(Reached(what, url, False, down[host]))
            continue
        answer = client.get_feed(url, delay=outlet.politeness.delay_seconds)
        if answer.outcome != "stored":
            said = _words(answer.reason)
            if said.startswith("unreachable"):
                down[host] = said
            results.append(Reached(what, url, False, said))
        elif what == "terms":
            results.append(Reached(what, url, True, "read"))
        else:
            parsed = _parse(answer.body, answer.final_url, kind, outlet.filters.include)
            count = len(parsed.items) or len(parsed.nested)
            said = "read" if count else (parsed.reason or "no entries").replace("_", " ")
            results.append(Reached(what, url, bool(count), said, count))
    return OutletCheck(outlet.id, tuple(results))


def _words(reason: str | None) -> str:
    text = reason or "no answer"
    return _WORDS.get(text) or text.replace("robots_http_", "robots.txt: HTTP ").replace("_", " ")


def _parse(body: bytes, url: str, kind: str, include: Sequence[str] = ()) -> Parsed:
    if kind == "front_page":
        return parse_front_page(body, url, include)
    if kind in ("sitemap", "news_sitemap"):
        return parse_sitemap(body)
    return parse_feed(body, url, kind)


@dataclass(frozen=True)
class Proposal:
    """An outlet as far as its front page tells, and what a person has to fill in or check."""

    outlet: Outlet
    to_check: tuple[str, ...]

    def to_yaml(self) -> str:
        """The outlet file, with what to check as comments on top."""
        data = self.outlet.model_dump(mode="json", exclude_defaults=True) | {"verified": False}
        notes = "".join(f"# check: {line}\n" for line in self.to_check)
        return notes + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def propose_outlet(url: str, client: Client) -> Proposal:
    """Look at a front page and write down what an outlet file needs.

    Args:
        url: address of the front page.
        client: the polite client.

    Raises:
        GiveUp: the page cannot be read, or neither feeds nor article links were found.
        Misconfigured: no contact is set.
    """
    start = normalise_url(url if "://" in url else f"https://{url}")
    if start is None:
        raise GiveUp(f"{url} is no http or https address. Give the address of the outlet's front page.")
    answer = client.get(start)
    if answer.outcome != "stored":
        raise GiveUp(f"{start}: {_words(answer.reason)}. Check the address and the network, then try again.")
    home = answer.final_url
    tree = html.fromstring(answer.body, parser=html.HTMLParser(no_network=True))
    feeds = _named_feeds(tree, home, client) or _usual_feeds(home, client)
    if not feeds and parse_front_page(answer.body, home).items:
        feeds = [Feed(url=home, kind="front_page")]
    if not feeds:
        raise GiveUp(f"{home} names no feed or sitemap and links no articles. Write the outlet file by hand.")
    name = _first(tree, "//meta[@property='og:site_name']/@content") or _first(tree, "//title/text()") or home
    language = (_first(tree, "/html/@lang") or "").split("-")[0].lower()
    country = _country(home)
    to_check = ["orientation and licence_note are empty", "reach is a guess"]
    if not re.fullmatch(r"[a-z]{2,3}", language):
        language = "en"
        to_check.append("the page names no language")
    if country == "INT":
        to_check.append("country could not be read from the address")
    host = (urlsplit(home).hostname or "").removeprefix("www.")
    outlet = Outlet(
        id=re.sub(r"[^a-z0-9]+", "_", host.lower()).strip("_"),
        name=name[:100],
        url=home,
        feeds=tuple(feeds),
        country=country,
        language=language,
        reach="International" if country == "INT" else "National",
    )
    return Proposal(outlet, tuple(to_check))


def _named_feeds(tree: html.HtmlElement, home: str, client: Client) -> list[Feed]:
    """Feeds that the page names and that can be read, three at most."""
    found: dict[str, str] = {}
    for link in tree.xpath("//link[@rel='alternate'][@href]"):
        kind = _MEDIA_KINDS.get((link.get("type") or "").lower())
        target = normalise_url(link.get("href"), home)
        if kind and target and "comment" not in target:
            found.setdefault(target, kind)
    return [f for f in (_readable(u, k, client) for u, k in list(found.items())[:3]) if f]


def _usual_feeds(home: str, client: Client) -> list[Feed]:
    for path, kind in _USUAL_PLACES:
        feed = _readable(urljoin(home, path), kind, client)
        if feed:
            return [feed]
    return []


def _readable(url: str, kind: str, client: Client) -> Feed | None:
    answer = client.get_feed(url)
    if answer.outcome != "stored":
        return None
    parsed = _parse(answer.body, answer.final_url, kind)
    return Feed.model_validate({"url": url, "kind": kind}) if parsed.items or parsed.nested else None


def _first(tree: html.HtmlElement, path: str) -> str | None:
    return next((" ".join(str(t).split()) for t in tree.xpath(path) if str(t).strip()), None)


def _country(url: str) -> str:
    """Country of a national top-level domain, else ``INT``."""
    ending = (urlsplit(url).hostname or "").rpartition(".")[2].upper()
    iso2 = {"UK": "GB"}.get(ending, ending)
    return next((c["iso3"] for c in countries() if c["iso2"] == iso2), "INT")
