"""Every page and feed of the invented outlets in one round: address -> answer.

Decides addresses, bodies, headers' facts (type, charset, last change) and which addresses redirect or are gone.
Decides nothing about a single request (conditions, compression, faults): that is ``server``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from etl.newsroom.content import Outlet, Piece, load_outlets, load_pieces

# Small enough for a test to wait for, large enough to be seen in the access log.
CRAWL_DELAY_SECONDS = 0.05
TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "jsonfeed": "application/feed+json",
    "sitemap": "application/xml",
    "news_sitemap": "application/xml",
}
ROBOTS = f"User-agent: *\nDisallow: /lantern-monitor/members/\nCrawl-delay: {CRAWL_DELAY_SECONDS}\n"
# Months in the genitive, as Russian dates have them.
MONTHS = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Answer:
    """What one address answers, before conditions and compression."""

    status: int
    body: bytes
    content_type: str
    last_modified: datetime | None = None
    location: str | None = None


def moment(piece: Piece) -> datetime:
    """When the article last changed; midnight UTC of its day where the outlet gives no time."""
    if piece.modified:
        return datetime.fromisoformat(piece.modified)
    return piece.published_time or datetime.combine(piece.published_day, time(), UTC)


def article_path(outlet: Outlet, piece: Piece) -> str:
    """Address of an article, from the root of the server."""
    if piece.kind == "members":
        return f"/{outlet.id}/members/{piece.slug}"
    day = piece.published_day
    place = outlet.path.format(
        year=f"{day:%Y}", month=f"{day:%m}", day=f"{day:%d}", slug=piece.slug, number=piece.number
    )
    return f"/{outlet.id}/{place}"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    env = Environment(
        loader=PackageLoader("etl.newsroom"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["rfc822"] = lambda value: format_datetime(value)
    return env


@lru_cache(maxsize=1)
def _content() -> tuple[dict[str, Outlet], tuple[Piece, ...]]:
    return load_outlets(), load_pieces()


def build(base: str, round_number: int) -> dict[str, Answer]:
    """All addresses (path with query) of one round.

    Args:
        base: address of the server without a slash at the end, as pages and feeds print it.
        round_number: 1 for the world as first seen, 2 for the world after corrections and withdrawals.
    """
    outlets, everything = _content()
    site = {"/robots.txt": Answer(200, ROBOTS.encode(), "text/plain; charset=utf-8")}
    for outlet in outlets.values():
        pieces = [
            shown for piece in everything if piece.outlet == outlet.id and (shown := piece.in_round(round_number))
        ]
        site.update(_outlet_pages(base, outlet, sorted(pieces, key=moment, reverse=True), round_number))
    listing = _templates().get_template("index.html").render(outlets=list(outlets.values()))
    site["/"] = Answer(200, listing.encode(), "text/html; charset=utf-8")
    return site


def _outlet_pages(base: str, outlet: Outlet, pieces: list[Piece], round_number: int) -> dict[str, Answer]:
    site: dict[str, Answer] = {}
    addresses = {piece.slug: article_path(outlet, piece) for piece in pieces}
    listed = [p for p in pieces if not (p.withdrawn == "gone" and round_number >= 2)]
    page = {"outlet": outlet, "base": base, "addresses": addresses, "home": f"/{outlet.id}/"}
    for position, piece in enumerate(pieces):
        related = [p for p in (*listed[position + 1 :], *listed[:position]) if p.slug != piece.slug][:4]
        site[addresses[piece.slug]] = _article(page, piece, related, round_number)
        if outlet.tracked_links:
            site[f"/{outlet.id}/go/{piece.number}"] = Answer(
                302, b"", "text/plain; charset=utf-8", None, addresses[piece.slug]
            )
        site.setdefault(
            f"/{outlet.id}/{piece.number}", Answer(301, b"", "text/plain; charset=utf-8", None, addresses[piece.slug])
        )
    latest = max((moment(p) for p in listed), default=None)
    front = _templates().get_template("front.html").render(**page, pieces=listed)
    site[f"/{outlet.id}/"] = _html(200, front, outlet.charset, latest)
    site[f"/{outlet.id}"] = Answer(301, b"", "text/plain; charset=utf-8", None, f"/{outlet.id}/")
    about = _templates().get_template("about.html").render(**page)
    site[f"/{outlet.id}/about"] = _html(200, about, outlet.charset, None)
    for number, section in enumerate(outlet.sections):
        inside = [p for p in listed if p.section == section]
        text = _templates().get_template("front.html").render(**page, pieces=inside)
        site[f"/{outlet.id}/section/{number}"] = _html(200, text, outlet.charset, latest)
    for name, kind in outlet.feeds.items():
        if kind != "front_page":
            site[f"/{outlet.id}/{name}"] = _feed(page, name, kind, listed, latest)
    if "sitemap" in outlet.feeds.values():
        text = _templates().get_template("sitemap.xml").render(**page, pieces=listed)
        site[f"/{outlet.id}/sitemap-2026.xml"] = Answer(200, text.encode(), "application/xml; charset=utf-8", latest)
    return site


def _html(status: int, text: str, charset: str, changed: datetime | None) -> Answer:
    return Answer(status, text.encode(charset, "xmlcharrefreplace"), f"text/html; charset={charset}", changed)


def _article(page: dict[str, Any], piece: Piece, related: list[Piece], round_number: int) -> Answer:
    outlet: Outlet = page["outlet"]
    name = {"consent_wall": "consent.html", "soft_404": "not_found.html", "missing": "not_found.html"}.get(
        piece.kind, f"{outlet.layout}.html"
    )
    status = 404 if piece.kind == "missing" else 200
    notice = None
    if piece.withdrawn and round_number >= 2:
        name = "withdrawn.html"
        status = 410 if piece.withdrawn == "gone" else 200
        notice = "This article has been withdrawn. It did not meet our standards."
    text = (
        _templates()
        .get_template(name)
        .render(
            **page,
            piece=piece,
            related=related,
            shown_date=_shown_date(outlet, piece),
            linked_data=_linked_data(page, piece) if piece.make == "json-ld" else None,
            blocks=piece.blocks[:2] if piece.kind == "paywall" else piece.blocks,
            notice=notice,
            address=page["base"] + page["addresses"][piece.slug],
        )
    )
    return _html(status, text, piece.charset, moment(piece))


def _shown_date(outlet: Outlet, piece: Piece) -> str:
    when, day = piece.published_time, piece.published_day
    if piece.lang == "ru":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year} г."
    if when is None:
        return f"{day:%d %B %Y}"
    return format(when.astimezone(UTC) if "GMT" in outlet.date_style else when, outlet.date_style)


def _linked_data(page: dict[str, Any], piece: Piece) -> str:
    outlet: Outlet = page["outlet"]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting" if piece.kind == "live_blog" else "NewsArticle",
        "headline": piece.title,
        "datePublished": piece.published,
        "dateModified": piece.modified or piece.published,
        "inLanguage": piece.lang,
        "mainEntityOfPage": page["base"] + page["addresses"][piece.slug],
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name},
        "isAccessibleForFree": piece.kind != "paywall",
    }
    if piece.author:
        data["author"] = [{"@type": "Person", "name": piece.author}]
    # "</script>" inside a string would end the block early.
    return json.dumps(data, ensure_ascii=False, indent=1).replace("</", "<\\/")


def _feed(page: dict[str, Any], name: str, kind: str, pieces: list[Piece], latest: datetime | None) -> Answer:
    outlet: Outlet = page["outlet"]
    base: str = page["base"]
    links = {
        p.slug: base + (f"/{outlet.id}/go/{p.number}" if outlet.tracked_links else page["addresses"][p.slug])
        for p in pieces
    }
    if kind == "jsonfeed":
        text = json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": outlet.name,
                "home_page_url": f"{base}/{outlet.id}/",
                "feed_url": f"{base}/{outlet.id}/{name}",
                "language": outlet.language,
                "items": [_json_item(p, links[p.slug]) for p in pieces],
            },
            ensure_ascii=False,
            indent=1,
        )
        return Answer(200, text.encode(), TYPES[kind], latest)
    template = "sitemap_index.xml" if kind == "sitemap" else f"{kind}.xml"
    text = (
        _templates()
        .get_template(template)
        .render(**page, pieces=pieces, links=links, latest=latest or datetime(2026, 2, 1, tzinfo=UTC), feed=name)
    )
    charset = outlet.charset
    return Answer(200, text.encode(charset, "xmlcharrefreplace"), f"{TYPES[kind]}; charset={charset}", latest)


def _json_item(piece: Piece, link: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": link,
        "url": link,
        "title": piece.title,
        "summary": piece.blocks[0][1][:200] if piece.blocks else "",
    }
    if piece.published_time:  # the format wants a time; an outlet that gives days only leaves the date out
        item["date_published"] = piece.published
    if piece.modified:
        item["date_modified"] = piece.modified
    return item
