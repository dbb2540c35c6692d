"""What the discover room takes and hands on.

A ``Getter`` is anything that fetches politely (``etl.fetch.Client``); this room never opens a connection itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, overload


class Answer(Protocol):
    """What came of one request; ``outcome`` is a ``page_outcome``, ``reason`` is set unless it is ``stored``."""

    @property
    def final_url(self) -> str:
        """Address after redirects."""

    @property
    def outcome(self) -> str:
        """How the request ended."""

    @property
    def reason(self) -> str | None:
        """Machine-readable reason."""

    @property
    def status(self) -> int | None:
        """HTTP status; None where no answer came."""

    @property
    def body(self) -> bytes:
        """Body with content encodings taken off; empty unless ``outcome`` is ``stored``."""


class Getter(Protocol):
    """Fetches a feed politely: robots, pacing, limits. Never raises for what a server does."""

    def get_feed(self, url: str, *, delay: float | None = None, concurrency: int = 1) -> Answer:
        """The feed at that address; an unchanged one comes from the local cache as ``stored``."""


@dataclass(frozen=True)
class Item:
    """One entry of a feed, sitemap or front page, before any filter.

    Attributes:
        published_at: ISO 8601 as given, offset kept; None where the feed has none.
        updated_at: time of the last change as given.
    """

    url: str
    title: str | None = None
    published_at: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True)
class Parsed:
    """What a feed's bytes held.

    Attributes:
        items: entries in the feed's order.
        nested: addresses of further sitemaps.
        capped: entries left out because the feed has more than the cap.
        reason: why nothing could be read, or None.
    """

    items: tuple[Item, ...] = ()
    nested: tuple[str, ...] = ()
    capped: int = 0
    reason: str | None = None


@dataclass(frozen=True)
class Candidate:
    """One URL that an outlet's feed, sitemap or front page named: a row of ``candidates`` but for the run."""

    url: str
    outlet: str
    found_in: str
    found_at: datetime
    feed_title: str | None = None
    feed_published_at: str | None = None

    def row(self, run_id: str) -> dict[str, Any]:
        """The row of the ``candidates`` table."""
        return {
            "url": self.url,
            "outlet": self.outlet,
            "found_in": self.found_in,
            "found_at": self.found_at,
            "feed_title": self.feed_title,
            "feed_published_at": self.feed_published_at,
            "run_id": run_id,
        }


@dataclass(frozen=True)
class FeedReport:
    """What one feed gave: ``found`` = kept + the sum of ``dropped``; ``capped`` were never looked at.

    Attributes:
        outcome: ``ok`` or ``failed``.
        reason: machine-readable, None where ok.
        dropped: entries left out, by reason (``seen``, ``old``, ``other_host``, ``excluded``, ``not_included``,
            ``bad_url``, ``duplicate``).
    """

    url: str
    kind: str
    outcome: str
    reason: str | None = None
    found: int = 0
    kept: int = 0
    capped: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Discovery(Sequence[Candidate]):
    """The candidates of one outlet, usable as a list, with a report per feed.

    Attributes:
        watermark: newest publication time seen so far, to hand to the next call.
    """

    candidates: tuple[Candidate, ...]
    reports: tuple[FeedReport, ...]
    watermark: datetime | None = None

    def __len__(self) -> int:
        return len(self.candidates)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.candidates)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Candidate]: ...
    def __getitem__(self, index: int | slice) -> Candidate | Sequence[Candidate]:
        return self.candidates[index]
