"""Title, authors, language and address of an article: a ladder of readers per field, best measured first."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import py3langid

from etl.extract.model import FeedHints, Page

_SEPARATOR = re.compile(r"\s+[|–—·•»:‹›«\-]{1,2}\s+")
_DAY = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_ADDRESS = re.compile(r"https?://\S*|www\.\S+")
_TAG = re.compile(r"<[^<>]{1,200}>")
# Shorter text gives the language guesser nothing to go by.
_ENOUGH_FOR_LANGUAGE = 20


def plain(value: Any) -> str:
    """One line of text from a field that may hold entities or markup; empty for anything else."""
    if not isinstance(value, str):
        return ""
    return " ".join(_TAG.sub("", unescape(unescape(value))).split())


def site_names(page: Page) -> set[str]:
    """What the outlet calls itself, in lower case."""
    publisher = page.node.get("publisher")
    publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
    names = {
        plain(page.meta.get("og:site_name")),
        plain(page.meta.get("application-name")),
        plain(publisher.get("name") if isinstance(publisher, dict) else publisher),
    }
    host = urlsplit(page.url or page.meta.get("og:url", "")).hostname or ""
    parts = host.removeprefix("www.").split(".")
    names |= {host.removeprefix("www."), parts[0], parts[-2] if len(parts) > 1 else ""}
    return {n.lower() for n in names if n}


def _letters(words: str) -> str:
    return re.sub(r"[\W_]+", "", words.lower())


def strip_site(title: str, page: Page) -> str:
    """Cut the outlet's name off a title, behind or before a separator."""
    names = {_letters(n) for n in site_names(page)}
    heads = {" ".join(h.text_content().split()) for h in list(page.tree.iter("h1"))[:5]}
    while True:
        cuts = list(_SEPARATOR.finditer(title))
        if not cuts or title in heads:
            return title
        last, first = cuts[-1], cuts[0]
        tail, head = _letters(title[last.end() :]), _letters(title[: first.start()])
        if (
            tail in names
            or _DAY.fullmatch(title[last.end() :])
            or (tail and any(tail in n or n in tail for n in names if len(n) > 3 and len(tail) > 3) and len(tail) < 30)
            or title[: last.start()] in heads
        ):
            title = title[: last.start()].strip()
        elif head in names:
            title = title[first.end() :].strip()
        else:
            return title


def title_of(page: Page, document_title: str | None, feed: FeedHints | None) -> str | None:
    """Headline: JSON-LD, then Open Graph, then the reader's own, then the first heading, then the feed's."""
    heading = next((" ".join(h.text_content().split()) for h in page.tree.iter("h1") if h.text_content().strip()), "")
    described, shared = plain(page.node.get("headline")), plain(page.meta.get("og:title"))
    if described.endswith(("...", "…")) and heading.startswith(described.rstrip(".… ")):
        described = heading
    title_tag = next((" ".join((t.text or "").split()) for t in page.tree.iter("title")), "")
    candidates = [described, shared, plain(document_title), heading, title_tag, plain(feed.title if feed else None)]
    sites = {_letters(n) for n in site_names(page)}
    candidates = [c.strip(" -–—|") for c in candidates]
    usable = [c for c in candidates if len(c) > 2]
    title = next((c for c in usable if _letters(c) not in sites), usable[0] if usable else "")
    return strip_site(title, page) or None


_NO_PERSON = re.compile(
    r"https?:|www\.|@|\.(?:com|org|net|de|co)\b|^\W*$|\d{2,}|^(?:admin|administrator|editor|staff|author|redaktion"
    r"|redaction|webmaster|"
    r"unknown|none|null|anonymous|guest|user|news ?desk|newsroom|team|default|super ?user|press release|agencies"
    r"|agency|"
    r"view all posts.*|read more.*|contributor|correspondent|comments?|facebook|twitter|instagram|share|email"
    r"|about.*|follow.*|"
    r"click.*|posted.*|published.*|updated.*|written.*|online ?desk|web ?desk|web team|.{0,30}\b(?:writer"
    r"|correspondent|reporter|bureau|editor)|.{0,20}staff|editorial(?: board| team)?|.{0,20}redaktion)$",
    re.IGNORECASE,
)
_SPLIT_NAMES = re.compile(r"\s*(?:;|\||/|,\s|\s&\s|\s(?:and|und|et|y|e|og|och|en)\s)\s*")
_PREFIX = re.compile(
    r"^(?:written by|story by|reported by|by|von|par|por|di|de la rédaction de|text|texte)\b:?\s+", re.IGNORECASE
)
# Names of people have at most five words; longer strings are biographies or sentences.
_NAME_WORDS = 5


def people(raw: list[str], page: Page, *, keep_single: bool) -> tuple[str, ...]:
    """Names of persons among strings that may hold several, or none.

    Args:
        raw: strings as the page gives them.
        page: where they stand; its outlet's names are no persons.
        keep_single: believe one-word names ("Voltaire"), which outside JSON-LD are mostly menu items.
    """
    sites = {_letters(n) for n in site_names(page)}
    names: list[str] = []
    for entry in raw:
        for part in _SPLIT_NAMES.split(_ADDRESS.sub("", plain(entry)[:400])):
            name = _PREFIX.sub("", part).strip(" ,.-–—•*()[]\"'")
            words = name.split()
            if not words or len(words) > _NAME_WORDS or len(name) > 60 or _NO_PERSON.search(name):
                continue
            if (
                _letters(name) in sites
                or _letters(name).removeprefix("www").removesuffix("com") in sites
                or (len(words) == 1 and not keep_single)
            ):
                continue
            name = name.title() if name.isupper() and len(words) > 1 else name
            if name.lower() not in (n.lower() for n in names):
                names.append(name)
    return tuple(names[:20])


def authors_of(page: Page, document_author: str | None, feed: FeedHints | None) -> tuple[str, ...]:
    """Authors: JSON-LD, then the reader's own with what is no person filtered, then the feed's."""
    described = page.node.get("author") or page.node.get("creator")
    raw = []
    for author in described if isinstance(described, list) else [described]:
        if isinstance(author, str):
            raw.append(author)
        elif isinstance(author, dict):
            name = author.get("name")
            raw.extend(n for n in (name if isinstance(name, list) else [name]) if isinstance(n, str))
    names = people(raw, page, keep_single=True)
    if not names:
        names = people((document_author or "").split(";"), page, keep_single=False)
    return names or people(list(feed.authors) if feed else [], page, keep_single=False)


def canonical_of(page: Page) -> str | None:
    """Address the page names as its own; its front page is none."""
    links = [e.get("href") for e in page.tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split()]
    for raw in (*links, page.meta.get("og:url")):
        if not raw or len(raw) > 2000:
            continue
        try:
            address = urljoin(page.url or "", raw.strip())
            parts = urlsplit(address)
        except ValueError:
            continue
        front = parts.path in ("", "/") and not parts.query and urlsplit(page.url or "").path not in ("", "/")
        if parts.scheme in ("http", "https") and parts.hostname and not front:
            return str(address)
    return page.url if (page.url or "").startswith("http") else None


def language_of(page: Page, text: str) -> str | None:
    """ISO 639-1 code read from the text itself; the page's own label only where there is too little text."""
    if len(text) >= _ENOUGH_FOR_LANGUAGE:
        return str(py3langid.classify(text[:5000])[0])
    label = str(page.tree.get("lang") or page.meta.get("og:locale") or "")[:2].lower()
    return str(label) if re.fullmatch(r"[a-z]{2}", label) else None
