"""Read sitemaps, sitemap indexes and news sitemaps.

The document is streamed through expat by defusedxml with every document type declaration refused, so there are no
entities and nothing outside is read. Of an index the newest sitemaps come first: an archive of ten years is not
walked to find today's articles.
"""

from __future__ import annotations

import io
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from etl.discover.inflate import GZIP_MAGIC, BadEncoding, OverLimit, gunzip
from etl.discover.records import Item, Parsed
from etl.discover.times import as_given, moment

# The protocol's own limit for one sitemap is 50,000 addresses and 50 MB; news sitemaps are limited to 1,000.
MAX_URLS = 50_000
MAX_BYTES = 52_428_800
# A sitemap is three levels deep; anything much deeper is built to break parsers.
MAX_DEPTH = 20


def parse_sitemap(body: bytes, max_items: int = MAX_URLS) -> Parsed:
    """The addresses of a sitemap, or the sitemaps that an index names, newest first.

    >>> parse_sitemap(b"<urlset><url><loc>http://a.org/1</loc></url></urlset>").items[0].url
    'http://a.org/1'
    """
    if body.startswith(GZIP_MAGIC):
        try:
            body = gunzip(body, MAX_BYTES)
        except OverLimit:
            return Parsed(reason="decompressed_over_limit")
        except BadEncoding:
            return Parsed(reason="bad_gzip")
    if not body.strip():
        return Parsed(reason="empty_sitemap")
    items: list[Item] = []
    nested: list[tuple[str, str | None]] = []
    capped = 0
    depth = 0
    root: Any = None
    try:
        for event, element in iterparse(io.BytesIO(body.lstrip()), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                depth += 1
                if root is None:
                    root = element
                    if _name(root) not in ("urlset", "sitemapindex"):
                        return Parsed(reason="not_a_sitemap")
                if depth > MAX_DEPTH:
                    return Parsed(reason="xml_too_deep")
                continue
            depth -= 1
            if depth != 1:
                continue
            fields = _fields(element)
            if "loc" in fields and _name(element) == "sitemap":
                nested.append((fields["loc"], fields.get("lastmod")))
            elif "loc" in fields and _name(element) == "url":
                if len(items) >= max_items:
                    capped += 1
                else:
                    items.append(_item(fields))
            root.clear()
    except DefusedXmlException:
        return Parsed(reason="xml_entities")
    except (ParseError, ValueError, LookupError):
        if not items and not nested:
            return Parsed(reason="not_xml")
        return Parsed(tuple(items), _newest_first(nested), capped, reason="xml_broken")
    return Parsed(tuple(items), _newest_first(nested), capped)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _fields(element: Any) -> dict[str, str]:
    """First text of each named descendant, by local name."""
    fields: dict[str, str] = {}
    for child in element.iter():
        text = (child.text or "").strip()
        if text and child is not element:
            fields.setdefault(_name(child), text)
    return fields


def _item(fields: dict[str, str]) -> Item:
    published = as_given(fields.get("publication_date"))
    return Item(
        url=fields["loc"],
        title=fields.get("title"),
        published_at=published,
        updated_at=as_given(fields.get("lastmod")),
    )


def _newest_first(nested: list[tuple[str, str | None]]) -> tuple[str, ...]:
    """Dated sitemaps newest first, then the undated in the index's order."""

    def newest(entry: tuple[str, str | None]) -> float:
        when = moment(as_given(entry[1]))
        return -when.timestamp() if when else 0.0

    return tuple(url for url, _ in sorted(nested, key=newest))
