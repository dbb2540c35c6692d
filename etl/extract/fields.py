"""Language and address of an article."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import py3langid

from etl.extract.model import Page

# Shorter text gives the language guesser nothing to go by.
_ENOUGH_FOR_LANGUAGE = 20
# More letters take longer and named no other language on 500 pages.
_SAMPLE = 2000


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
        return str(py3langid.classify(text[:_SAMPLE])[0])
    label = str(page.tree.get("lang") or page.meta.get("og:locale") or "")[:2].lower()
    return str(label) if re.fullmatch(r"[a-z]{2}", label) else None
