"""Read RSS 0.9 to 2.0, Atom, RDF and JSON Feed from bytes that we fetched.

Decides which entries a feed has, their titles and times; not which of them are wanted. Nothing here fetches, opens
files, or expands entities: a document that declares entities is refused, because only attacks need them in a feed.
"""

from __future__ import annotations

import io
import json
import re
from typing import Any

import feedparser

from etl.discover.records import Item, Parsed
from etl.discover.times import as_given

# Feeds carry 10 to 200 entries; some outlets publish their whole archive. More than this is read by sitemap.
MAX_ITEMS = 1000
# JSON nested deeper than this exhausts Python's stack before it is parsed; JSON Feed needs 4.
MAX_JSON_DEPTH = 50

# Tags open at a time. Sound feeds need 10; unclosed HTML in titles adds some; feedparser takes 0.1 ms a level and more
# the deeper it gets, so that 200 kB of nothing but opening tags cost it 7 s.
MAX_OPEN_TAGS = 2000
# A hundred for each of a thousand entries; feedparser takes 0.1 ms for each.
MAX_TAGS = 100_000
# Feeds of more than this are an archive; only its first entries would be read anyway.
MAX_FEED_BYTES = 10_000_000

_TAG = re.compile(rb"<(?:!\[CDATA\[|!--|(/?)[A-Za-z])")
_ENTITY = re.compile(rb"<!\s*ENTITY", re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ITEM_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.I)
_ROOT = re.compile(rb"<([A-Za-z][\w.:-]*)[\s>]")
_HTML = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)


def parse_feed(body: bytes, url: str, kind: str = "rss", max_items: int = MAX_ITEMS) -> Parsed:
    """The entries of a feed; ``reason`` says why there are none where it is no feed.

    Args:
        body: the document, content encodings taken off.
        url: its address, for relative links.
        kind: ``jsonfeed`` reads JSON; anything else is recognised by content.
        max_items: entries beyond this are counted in ``capped`` and left out.

    >>> parse_feed(b'<rss version="2.0"><channel><item><link>http://a.org/1</link></item></channel></rss>',
    ...            "http://a.org/feed").items[0].url
    'http://a.org/1'
    >>> parse_feed(b"<!DOCTYPE html><html></html>", "http://a.org/feed").reason
    'not_a_feed'
    """
    body = _as_bytes_of_ascii(body)
    if not body.strip():
        return Parsed(reason="empty_feed")
    if kind == "jsonfeed" or body.lstrip()[:1] == b"{":
        return _json_feed(body, max_items)
    if _HTML.match(body[:4096]):
        return Parsed(reason="not_a_feed")
    if _ENTITY.search(body):
        return Parsed(reason="xml_entities")
    body, capped = _cut(body, max_items)
    if len(body) > MAX_FEED_BYTES:
        return Parsed(reason="feed_too_large")
    tags, open_tags = _count_tags(body)
    if open_tags > MAX_OPEN_TAGS:
        return Parsed(reason="xml_too_deep")
    if tags > MAX_TAGS:
        return Parsed(reason="xml_too_many_tags")
    # BytesIO, because feedparser takes a bare string for an address or a file name.
    feed = feedparser.parse(io.BytesIO(body), response_headers={"content-location": url}, sanitize_html=False)
    if not feed.entries and not feed.version:
        return Parsed(reason="not_a_feed")
    items = tuple(item for item in (_item(entry) for entry in feed.entries[:max_items]) if item)
    return Parsed(items=items, capped=capped + max(0, len(feed.entries) - max_items))


def _as_bytes_of_ascii(body: bytes) -> bytes:
    """UTF-16 and UTF-32 turned into UTF-8, so that markup can be looked for in bytes; anything else as it is."""
    if b"\x00" not in body[:64]:
        return body
    for codec in (
        ("utf-32", "utf-16") if body[:2] in (b"\xff\xfe", b"\xfe\xff", b"\x00\x00") else ("utf-16-le", "utf-16-be")
    ):
        try:
            text = body.decode(codec)
        except UnicodeDecodeError:
            continue
        if "<" in text:
            return _DECLARATION.sub("", text).encode("utf-8", "replace")
    return body.replace(b"\x00", b"")


def _cut(body: bytes, max_items: int) -> tuple[bytes, int]:
    """The document up to its ``max_items``-th entry, closed again, and how many entries were cut off."""
    ends = _ITEM_END.finditer(body)
    last = None
    for _ in range(max_items):
        last = next(ends, None)
        if last is None:
            return body, 0
    rest = sum(1 for _ in ends)
    if last is None or not rest:
        return body, 0
    root = next((m[1] for m in _ROOT.finditer(body)), b"rss")
    inside_channel = root.lower() == b"rss"
    return body[: last.end()] + (b"</channel>" if inside_channel else b"") + b"</" + root + b">", rest


def _count_tags(body: bytes) -> tuple[int, int]:
    """Opening tags, and how many are open at a time at most; comments and CDATA sections are stepped over."""
    tags = deepest = depth = at = 0
    while found := _TAG.search(body, at):
        at = found.end()
        if found[0] in (b"<![CDATA[", b"<!--"):
            at = body.find(b"]]>" if found[0] == b"<![CDATA[" else b"-->", at)
            if at < 0:
                break
            continue
        if found[1]:
            depth = max(0, depth - 1)
            continue
        tags += 1
        end = body.find(b">", at, at + 5000)
        if end < 0 or body[end - 1 : end] != b"/":
            depth += 1
            deepest = max(deepest, depth)
    return tags, deepest


def _item(entry: Any) -> Item | None:
    link = entry.get("feedburner_origlink") or entry.get("link") or ""
    if not link:
        link = next((other.get("href", "") for other in entry.get("links", [])), "")
    if not link and str(entry.get("id", "")).startswith(("http://", "https://")):
        link = entry["id"]
    if not link:
        return None
    # Past feedparser's own getter, which answers "updated" with "published" where there is none.
    given = dict(entry.items())
    published = as_given(given.get("published"), given.get("published_parsed"))
    updated = as_given(given.get("updated"), given.get("updated_parsed"))
    return Item(url=link, title=_title(entry.get("title")), published_at=published or updated, updated_at=updated)


def _title(text: Any) -> str | None:
    if not isinstance(text, str):
        return None
    plain = " ".join(re.sub(r"<[^>]{1,200}>", "", text).split())
    return plain or None


def _json_feed(body: bytes, max_items: int) -> Parsed:
    if _depth(body) > MAX_JSON_DEPTH:
        return Parsed(reason="json_too_deep")
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return Parsed(reason="not_json")
    entries = document.get("items") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return Parsed(reason="not_a_feed")
    items = []
    for entry in entries[:max_items]:
        link = isinstance(entry, dict) and (entry.get("url") or entry.get("external_url") or entry.get("id"))
        if not isinstance(link, str):
            continue
        items.append(
            Item(
                url=link,
                title=_title(entry.get("title")),
                published_at=as_given(_text(entry.get("date_published"))),
                updated_at=as_given(_text(entry.get("date_modified"))),
            )
        )
    return Parsed(items=tuple(items), capped=max(0, len(entries) - max_items))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _depth(body: bytes) -> int:
    """Deepest nesting of brackets, strings left out."""
    deepest = depth = 0
    for match in re.finditer(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', body):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token in (b"]", b"}"):
            depth -= 1
    return deepest
