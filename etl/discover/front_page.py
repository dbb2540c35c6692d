"""Find article links on an outlet's front page.

For outlets without feeds. Decides by the shape of an address alone whether it looks like an article; the page is
never judged here. Measured on the addresses of 504 pages of public extraction benchmarks: newspaper's own test keeps
74 % and wants a suffix list from the web, courlan's keeps 99 % but also 12 of 17 section and service pages. So:
courlan's filters against navigation, then a slug, a number or a date in the path: 92 %, and none of the 17.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from courlan import is_navigation_page, is_not_crawlable
from lxml import html

from etl.discover.records import Item, Parsed
from etl.discover.urls import normalise_url

# Front pages link 50 to 400 articles; more is a sitemap in disguise.
MAX_LINKS = 500
# Words of a headline in an address: "cookie-policy" has two, headlines from three on.
MIN_SLUG_WORDS = 3

_FILE = re.compile(r"\.(?:jpe?g|png|gif|svg|webp|ico|css|js|json|xml|rss|pdf|zip|mp[34]|m4a|webm|docx?|xlsx?)$", re.I)
_SERVICE = re.compile(
    r"^(?:about|account|advert\w*|apps?|archives?|authors?|careers?|categor\w+|contact|cookies?|donate|faq|help|jobs"
    r"|legal|log-?in|newsletters?|policies|privacy|profile|register|search|shop|sign-?(?:in|up)|subscri\w+|tags?"
    r"|terms|topics?|users?|wp-\w+)\b",
    re.I,
)
_DATED = re.compile(r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2]|[a-z]{3})[/-]?(?:\d{1,2})?(?:/|-|$)", re.I)
_NUMBERED = re.compile(r"(?:^|[-/._a-z])\d{5,}(?:\D|$)", re.I)


def looks_like_article(url: str) -> bool:
    """Whether an address has the shape of an article.

    >>> looks_like_article("https://example.org/world/three-killed-in-market-attack")
    True
    >>> looks_like_article("https://example.org/privacy-policy-and-cookie-notice")
    False
    """
    parts = urlsplit(url)
    chunks = [c for c in parts.path.split("/") if c]
    if _FILE.search(parts.path) or is_navigation_page(url) or is_not_crawlable(url):
        return False
    if any(_SERVICE.match(c) for c in chunks[:2]):
        return False
    # Some systems put a short id after the headline, so the last two parts of the path count.
    for slug in chunks[-2:]:
        words = [w for w in re.split(r"[-_]+|%20|\+", re.sub(r"\.\w{2,5}$", "", slug)) if len(w) > 1 or w.isdigit()]
        if len(words) >= MIN_SLUG_WORDS or (slug.startswith("%") and len(slug) > 30):
            return True
    if (_DATED.search(parts.path) and len(chunks) > 2) or _NUMBERED.search(parts.path):
        return True
    return bool(re.search(r"(?:^|&)\w*(?:id|no|p|aid)=\d{3,}|^\d{4,}$", parts.query, re.I))


def parse_front_page(body: bytes, url: str, include: Sequence[str] = (), max_items: int = MAX_LINKS) -> Parsed:
    """Links of the page that look like articles, in page order, the longest anchor text as title.

    Args:
        body: the page.
        url: its address, for relative links.
        include: regular expressions of the outlet's article addresses; where there are any, they alone decide.
        max_items: links beyond this are counted in ``capped``.
    """
    try:
        tree = html.fromstring(body, parser=html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True))
    except (ValueError, AssertionError, html.etree.ParserError, html.etree.XMLSyntaxError):
        return Parsed(reason="not_html")
    bases = tree.xpath("//base/@href")
    base = normalise_url(bases[0], url) if bases else None
    titles: dict[str, str] = {}
    patterns = [re.compile(p) for p in include]
    for anchor in tree.iter("a"):
        link = normalise_url(anchor.get("href") or "", base or url)
        if not link or not (any(p.search(link) for p in patterns) if patterns else looks_like_article(link)):
            continue
        text = " ".join(anchor.text_content().split())
        if len(text) > len(titles.get(link, "")) or link not in titles:
            titles[link] = text
    found = [Item(url=link, title=text[:500] or None) for link, text in titles.items()]
    if not found:
        return Parsed(reason="no_article_links")
    return Parsed(items=tuple(found[:max_items]), capped=max(0, len(found) - max_items))
