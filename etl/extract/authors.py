"""Who wrote an article: names of persons, from the page's description of itself or from its byline.

An outlet, an agency, a role or a menu item is nobody's name and is left out. Decides nothing about who is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from trafilatura.metadata import extract_author

from etl.errors import SetAside
from etl.extract.headline import letters, plain, site_names
from etl.extract.model import FeedHints, Page
from etl.extract.page import types_of

_ADDRESS = re.compile(r"https?://\S*|www\.\S+|\([^()]{0,40}\.[a-z]{2,6}\)")
_NO_PERSON = re.compile(
    r"https?:|www\.|@|\[at\]|\.(?:com|org|net|de|co)\b|^\W*$|\d{2,}|^(?:admin|administrator|editor|staff|author"
    r"|redaktion|redaction|webmaster|"
    r"unknown|none|null|no author|anonymous|guest|user|name|news ?desk|newsroom|team|default|super ?user"
    r"|press release|agencies|agency|"
    r"view all posts.*|read more.*|contributor|correspondent|comments?|facebook|twitter|instagram|share|email"
    r"|about.*|follow.*|"
    r"click.*|posted.*|published.*|updated.*|written.*|online ?desk|web ?desk|web team|.{0,30}\b(?:writer"
    r"|correspondent|reporter|bureau|editor|developer)|.{0,20}staff|editorial(?: board| team)?|.{0,20}redaktion)$"
    r"|©|\b(?:copyright|photos?|foto|bild|image|gmbh|e\.? ?v|ag|se|inc|ltd|llc|s\.?a|verlag|m[eé]dia|facebook|twitter"
    r"|news|online|zeitung|nachrichten|magazine|foundation|stiftung|verband|verein|institut)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:;|\||/|,\s|\s[-–—•·]\s|\s&\s|\s(?:and|und|et|y|e|og|och|en|im gespräch mit)\s)\s*", re.IGNORECASE
)
_PREFIX = re.compile(
    r"^(?:(?:(?:written|story|reported|posted|published|veröffentlicht|geschrieben|verfasst|publié|écrit|rédigé"
    r"|publicado|escrito|scritto) )?(?:by|von|vom|par|por|di|da|door|av|oleh)|de la rédaction de"
    r"|text(?:e|o)?(?: by| von)?"
    r"|aut(?:h?or(?:in|en|es|s|a)?|eure?s?|ore|ori))\b\s*:?\s+|^(?:by|von|aut(?:h?or|eur))\s*:\s*",
    re.IGNORECASE,
)
# A section before the byline, run together with it; a particle within a name is not written with a capital.
_SECTION = re.compile(r"^.{2,40}?\s(?:Von|By|Par|Por)\s+(?=[A-ZÀ-Þ])")
_ROLE_BEHIND = re.compile(r"\s(?:기자|記者|记者|특파원)$")
# Small words within names of persons, which are written without a capital.
_PARTICLES = frozenset(
    {"von", "van", "vom", "zu", "zur", "der", "den", "ter", "ten", "op", "de", "del", "della", "di", "da", "das", "do"}
    | {"dos", "du", "la", "le", "el", "al", "as", "ul", "bin", "ibn", "bint", "abu", "ben", "af", "av", "y", "e"}
)
# Names of people have at most five words; longer strings are biographies or sentences.
_NAME_WORDS = 5
_BYLINE = (
    './/*[@rel="author" or @itemprop="author"]',
    './/*[contains(@class, "byline") or contains(@class, "Byline") or contains(@class, "author")'
    ' or contains(@class, "Author") or contains(@class, "autor") or contains(@id, "author")]',
)
_META = frozenset(
    {"author", "article:author_name", "article:author", "og:article:author", "byl", "parsely-author"}
    | {"sailthru.author", "dc.creator", "dc:creator", "dcterms.creator", "articleauthor"}
)
# Around a comment, a teaser or a biography the same marks are used of others.
_ELSEWHERE = re.compile(
    r"comment|related|teaser|recommend|sidebar|widget|footer|nav\b|menu|popular|trending|card|promo|newsletter|bio\b",
    re.I,
)
# Elements that are looked at, and the longest text of one that is still a byline.
_MARKED, _LONGEST = 30, 120


def people(raw: list[str], page: Page, *, keep_single: bool, own_site: bool = False) -> tuple[str, ...]:
    """Names of persons among strings that may hold several, or none.

    Args:
        raw: strings as the page gives them.
        page: where they stand; its outlet's names are no persons.
        keep_single: believe one-word names ("Voltaire"), which are mostly menu items where nothing marks a name.
        own_site: believe a name of several words that is also the outlet's, as on a writer's own site.
    """
    sites = {letters(n) for n in site_names(page)}
    names: list[str] = []
    for entry in raw:
        for part in _SPLIT.split(_ADDRESS.sub("", plain(entry)[:400])):
            name = _SECTION.sub("", _ROLE_BEHIND.sub("", _PREFIX.sub("", part).strip()))
            name = name.strip(" ,.:-–—•*()[]\"'")
            words = name.split()
            if not words or len(words) > _NAME_WORDS or len(name) > 60 or _NO_PERSON.search(name):
                continue
            key = letters(name)
            if key in sites or key.removeprefix("www").removesuffix("com") in sites:
                if not (own_site and len(words) > 1):
                    continue
            elif not keep_single and not _like_a_name(words):
                continue
            name = name.title() if name.isupper() and len(words) > 1 else name
            if name.lower() not in (n.lower() for n in names):
                names.append(name)
    return tuple(names[:20])


def _like_a_name(words: list[str]) -> bool:
    """Whether there are several words and each is capitalised, without case, or a particle.

    >>> [_like_a_name(n.split()) for n in ("Anna de la Torre", "Anna Torre says", "Menu", "김하늘")]
    [True, False, False, True]
    """
    if len(words) == 1:
        return words[0].isalpha() and words[0].lower() == words[0].upper()  # scripts that write names in one piece
    return all(w in _PARTICLES or not (w[0].isalpha() and w[0].islower()) or "'" in w or "’" in w for w in words)


def authors_of(page: Page, feed: FeedHints | None) -> tuple[str, ...]:
    """Authors: JSON-LD, then the meta elements, then the visible byline, then the feed's."""
    names = people(list(_described(page)), page, keep_single=True, own_site=_is_a_writers(page))
    told = people(_told(page), page, keep_single=False)
    if names and len(told) > len(names) and {n.lower() for n in names} <= {n.lower() for n in told}:
        return told  # a description that holds one author of several
    names = names or told or _byline(page) or _guessed(page)
    return names or people(list(feed.authors) if feed else [], page, keep_single=False)


def _guessed(page: Page) -> tuple[str, ...]:
    """What trafilatura's own list of places holds, for bylines that are marked in no usual way."""
    try:
        found = extract_author(page.tree)
    except SetAside:
        raise
    except Exception:  # a second opinion only
        return ()
    return people((found or "").split(";"), page, keep_single=False)


def _is_a_writers(page: Page) -> bool:
    """Whether the site is one person's own; its name is then the author's."""
    publisher = page.node.get("publisher")
    return isinstance(publisher, dict) and "Person" in types_of(publisher)


def _described(page: Page) -> Iterator[str]:
    described: Any = page.node.get("author") or page.node.get("creator")
    for author in described if isinstance(described, list) else [described]:
        name = author
        if isinstance(author, dict):
            parts = [author.get("givenName"), author.get("familyName")]
            name = author.get("name") or " ".join(p for p in parts if isinstance(p, str))
        yield from (n for n in (name if isinstance(name, list) else [name]) if isinstance(n, str))


def _told(page: Page) -> list[str]:
    found = []
    for element in page.tree.iter("meta"):
        names = {(element.get(a) or "").strip().lower() for a in ("property", "name", "itemprop")}
        if names & _META:
            found.append(element.get("content") or "")
    if re.match(r"written by|by|author|verfasst|autor|escrito|écrit|auteur", page.meta.get("twitter:label1", ""), re.I):
        found.append(page.meta.get("twitter:data1", ""))
    return found


def _byline(page: Page) -> tuple[str, ...]:
    """Names in the first element marked as byline, and in its like beside it."""
    for path in _BYLINE:
        first: Any = None
        found: list[str] = []
        for element in page.tree.xpath(path)[:_MARKED]:
            words = plain(" ".join(element.itertext())) if isinstance(element.tag, str) else ""
            if not 2 < len(words) <= _LONGEST or _elsewhere(element):
                continue
            marked = element.get("rel") == "author" or "fn" in (element.get("class") or "").split()
            names = people([words], page, keep_single=marked)
            if names and first is None:
                first = element
            if names and _beside(first, element):
                found += names
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _elsewhere(element: Any) -> bool:
    marks = (f"{e.get('class') or ''} {e.get('id') or ''}" for e in (element, *element.iterancestors()))
    places = {e.tag for e in element.iterancestors()}
    return bool(places & {"footer", "nav", "aside", "figure", "figcaption"}) or any(
        _ELSEWHERE.search(m) for _, m in zip(range(6), marks, strict=False)
    )


def _beside(first: Any, element: Any) -> bool:
    near = [e for _, e in zip(range(3), first.iterancestors(), strict=False)]
    return element is first or (
        element.get("class") == first.get("class") and any(e in near for e in element.iterancestors())
    )
