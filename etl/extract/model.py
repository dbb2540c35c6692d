"""What one page gives: the records that the readers of a page hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class FeedHints:
    """What was known of a page before it was read.

    Attributes:
        published_at: publication time as the feed or sitemap gave it, ISO 8601.
        fetched_at: when the page was fetched; no publication time after it is believed. None means now.
    """

    published_at: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    fetched_at: datetime | None = None


@dataclass(frozen=True)
class Extraction:
    """One article as it was read from its page.

    Attributes:
        text: paragraphs separated by blank lines.
        published_at: ISO 8601, with the offset where the page gives one; None where the page gives no date.
        published_basis: ``json-ld``, ``meta``, ``feed``, ``url``, ``text`` or ``none``.
        published_confidence: 0 to 1, the share of pages for which this basis gave the right day when measured.
        access: ``open``, or ``paywalled`` where the page shows only the beginning.
        extractor: the reader and its version.
        kind: ``article``, ``live_blog``, ``gallery`` or ``video``.
        reasons: what was noticed on the way: ``live_blog``, ``paywalled``, ``truncated``, ``future_date_refused``, ...
    """

    title: str | None
    text: str
    authors: tuple[str, ...]
    published_at: str | None
    published_basis: str
    published_confidence: float
    modified_at: str | None
    language: str | None
    canonical_url: str | None
    access: str
    extractor: str
    kind: str = "article"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A decoded page and what its head says about it.

    Attributes:
        tree: the lxml tree; readers that change it take a copy.
        meta: ``property``, ``name`` or ``itemprop`` of the meta elements, in lower case, first value each.
        node: the article as the page describes it in JSON-LD, empty where it does not.
        kinds: all JSON-LD types of the page.
    """

    html: str
    tree: Any
    url: str | None
    meta: dict[str, str]
    node: dict[str, Any] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    truncated: bool = False
