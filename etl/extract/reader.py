"""Read one page: every field by its ladder, within a time limit.

Puts the other modules of this room together; decides only in which order they are asked and what stops them.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from types import FrameType

from etl.errors import Misconfigured, SetAside
from etl.extract import fields, gate, times
from etl.extract.authors import authors_of, people
from etl.extract.headline import strip_site, title_of
from etl.extract.model import Extraction, FeedHints, Page
from etl.extract.page import load
from etl.extract.text import article_text, without_headline

ENGINES = ("ladder", "newspaper")
LADDER = f"ladder/trafilatura-{version('trafilatura')}"

# The limits on size keep hostile pages below 6 s where measured; this ends what they let through.
TIME_LIMIT = 20.0


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """End the work inside after some seconds of processor time, so that a busy machine changes no answer.

    In threads other than the main one only the limits on size hold.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        raise SetAside("timeout", f"reading the page took more than {seconds:g} seconds of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def extract(html: bytes, url: str | None, feed: FeedHints | None = None, engine: str = "ladder") -> Extraction:
    """Read an article from the bytes of its page.

    Args:
        html: the page as it came over the wire, decompressed.
        url: where it was read, None where that is unknown.
        feed: what the feed or sitemap said of it.
        engine: ``ladder`` or ``newspaper`` (its text and title; dates and all else stay with the ladder).

    Raises:
        SetAside: the page is no article; ``reason`` is ``empty``, ``not_html``, ``too_large``, ``timeout``,
            ``soft_404``, ``blocked``, ``withdrawn``, ``consent_wall``, ``paywalled``, ``gallery``, ``video_page``,
            ``index_page``, ``no_text`` or ``reader_failed``.
        Misconfigured: an unknown engine.
    """
    if engine not in ENGINES:
        raise Misconfigured(f"unknown extraction engine {engine!r}: use one of {', '.join(ENGINES)}")
    with _time_limit(TIME_LIMIT):
        return _read(load(html, url), feed, engine)


def _read(page: Page, feed: FeedHints | None, engine: str) -> Extraction:
    if engine == "newspaper":
        from etl.extract import newspaper_engine  # takes seconds and 90 MB to load, for outlets that ask for it only

        reading = newspaper_engine.read(page)
        text, name = reading.text, newspaper_engine.NAME
        title = strip_site(reading.title, page) or title_of(page, feed)
        authors = people(list(reading.authors), page, keep_single=False)
    else:
        try:
            text = article_text(page)
        except SetAside:
            raise
        except Exception as error:  # hostile markup may trip any of the parsers below
            raise SetAside("reader_failed", f"the page could not be read ({type(error).__name__})") from error
        name = LADDER
        title = title_of(page, feed)
        authors = authors_of(page, feed)
    text = without_headline(text, title)
    kind = gate.kind_of(page, title)
    access, reasons = gate.check(page, title, text, kind)
    published_at, basis, refused = times.published(page, feed)
    reasons += [kind] * (kind != "article") + sorted(set(refused)) + ["truncated"] * page.truncated
    return Extraction(
        title=title,
        text=text,
        authors=authors,
        published_at=published_at,
        published_basis=basis,
        published_confidence=times.CONFIDENCE[basis],
        modified_at=times.modified(page, feed),
        language=fields.language_of(page, text),
        canonical_url=fields.canonical_of(page),
        access=access,
        extractor=name,
        kind=kind,
        reasons=tuple(reasons),
    )
