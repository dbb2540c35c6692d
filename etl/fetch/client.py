"""Fetch one address as a guest: robots, pacing, conditional requests, limits, walls respected.

Whatever a server does ends in an ``Answer`` with an outcome and a reason; the caller never sees an exception for it.
The only error raised is ``Misconfigured``: without a contact in the user agent nothing but the bundled newsroom is
fetched. Cookies are not kept, proxies of the environment are not used, certificates are verified.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

import httpcore
import httpx
from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt, wait_random_exponential

from etl.discover.inflate import BadEncoding, OverLimit, inflate
from etl.errors import Misconfigured
from etl.fetch.addresses import (
    Deadline,
    GuardedBackend,
    Resolver,
    allowed_origins,
)
from etl.fetch.answers import OUTAGES, REDIRECTS, Answer, Headers, judge, retry_after
from etl.fetch.robots import MAX_BYTES as MAX_ROBOTS
from etl.fetch.robots import Robots
from etl.fetch.state import HostState, KeptFeed, NoTurn
from etl.fetch.wire import clean_contact, fetchable, reason_of, redirect_target, with_head

# Seconds between two requests to a host whose outlet file says nothing.
DEFAULT_DELAY = 2.0
# What a 429 without Retry-After is taken to ask for.
DEFAULT_BACKOFF = 60.0
# Error pages and redirects are not read further than this.
MAX_OTHER_BODY = 65_536
PAGE_MEDIA = frozenset({"text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"})


@dataclass(frozen=True)
class Limits:
    """What one request may cost.

    Attributes:
        sent: bytes of a body as sent. News pages are 50 kB to 3 MB; ten leaves room.
        decoded: bytes after decompression. HTML packs 5 to 10 times; more is a bomb or no article.
        connect: seconds to open a connection.
        read: seconds between two reads.
        total: seconds for one hop, from the request to the last byte, so that a slow drip ends.
        redirects: hops to follow; browsers take 20, honest sites need 3.
        attempts: tries in all.
        patience: longest wait in seconds for a turn or a Retry-After.
    """

    sent: int = 10_000_000
    decoded: int = 20_000_000
    connect: float = 10.0
    read: float = 20.0
    total: float = 60.0
    redirects: int = 5
    attempts: int = 3
    patience: float = 60.0


# Sitemaps may hold 50 MB by their protocol.
FEED_BYTES = (20_000_000, 52_428_800)


@dataclass(frozen=True)
class _Ask:
    """One request as the caller wants it."""

    url: str
    extra: Headers
    delay: float | None
    concurrency: int
    robots: bool
    media: frozenset[str] | None
    sent: int
    decoded: int


class Client:
    """A polite HTTP client for many hosts, shared by threads.

    Args:
        contact: address or page in the user agent; ``settings().contact`` where None.
        allow: base addresses of loopback servers that may be fetched, for example the bundled newsroom.
        cache: folder of the state that processes share; ``settings().cache`` where None.
        limits: what one request may cost.
        delay: seconds between requests to a host where the caller names none.
        resolve: finds the addresses of a name (the machine's resolver where None); they are checked all the same.
    """

    def __init__(
        self,
        contact: str | None = None,
        allow: Iterable[str] = (),
        cache: Path | None = None,
        limits: Limits | None = None,
        delay: float = DEFAULT_DELAY,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolver | None = None,
    ) -> None:
        from etl.settings import settings

        self.limits = limits or Limits()
        self._contact = clean_contact(contact if contact is not None else settings().contact)
        self._allow = allowed_origins(allow)
        self._delay, self._sleep, self._resolve = delay, sleep, resolve
        self._state = HostState((cache or settings().cache) / "fetch.sqlite", sleep=sleep)
        self._deadline = Deadline()
        self._lock = threading.Lock()
        self._pool: httpcore.ConnectionPool | None = None
        self._robots = Robots(self._get_robots, self._state)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close open connections; the client can be used again."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    @property
    def user_agent(self) -> str:
        """How we introduce ourselves."""
        try:
            number = version("eventwire")
        except PackageNotFoundError:
            number = "0"
        return f"eventwire/{number} (+{self._contact})" if self._contact else f"eventwire/{number}"

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        delay: float | None = None,
        concurrency: int = 1,
        media: frozenset[str] | None = PAGE_MEDIA,
    ) -> Answer:
        """Fetch a page.

        Args:
            url: http or https address.
            etag: validators of the last answer, for a conditional request.
            last_modified: the same.
            delay: seconds between requests to this host; robots.txt can only lengthen it.
            concurrency: requests to this host at a time, over all processes of this machine.
            media: media types wanted; None takes all.

        Raises:
            Misconfigured: no contact is set and the address is not the bundled newsroom's.
        """
        extra = tuple(
            (name, value)
            for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified))
            if value and value.isprintable() and value.isascii()
        )
        ask = _Ask(url, extra, delay, concurrency, True, media, self.limits.sent, self.limits.decoded)
        return self._retrying(ask)

    def get_feed(self, url: str, *, delay: float | None = None, concurrency: int = 1) -> Answer:
        """Fetch a feed, sitemap or front page; an unchanged one comes from the cache as ``stored``."""
        kept = self._state.feed(url)
        pairs = (("If-None-Match", kept and kept.etag), ("If-Modified-Since", kept and kept.last_modified))
        extra = tuple((name, value) for name, value in pairs if value)
        answer = self._retrying(_Ask(url, extra, delay, concurrency, True, None, *FEED_BYTES))
        if answer.outcome == "unchanged" and kept:
            return replace(answer, outcome="stored", reason=None, body=kept.body, final_url=kept.final_url)
        if answer.outcome == "stored":
            fresh = KeptFeed(answer.final_url, answer.header("etag"), answer.header("last-modified"), answer.body)
            self._state.keep_feed(url, fresh)
        return answer

    def robots_verdict(self, url: str) -> tuple[bool, str | None]:
        """Whether robots.txt lets us read an address, and the reason where not."""
        self._needs_contact(url)
        verdict = self._robots.verdict(url)
        return verdict.allowed, verdict.reason or None

    def _get_robots(self, url: str) -> Answer:
        ask = _Ask(url, (), None, 1, False, None, MAX_ROBOTS * 4, MAX_ROBOTS * 4)
        return self._attempt(ask)

    def _needs_contact(self, url: str) -> None:
        if not self._contact and not self._is_allowed(url):
            raise Misconfigured(
                f"no contact is set, so {url} is not fetched. Set EVENTWIRE_CONTACT to a mail address "
                "or a page where the people who run a site can reach you."
            )

    def _is_allowed(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            return (parts.hostname or "", parts.port or 0) in self._allow
        except ValueError:
            return False

    def _retrying(self, ask: _Ask) -> Answer:
        self._needs_contact(ask.url)

        def pause(state: RetryCallState) -> float:
            answer: Answer | None = state.outcome.result() if state.outcome else None
            asked = retry_after(answer.header("retry-after")) if answer else None
            # The host's own wait is kept by the shared state; on top only a little jitter.
            return wait_random_exponential(multiplier=0.5, max=8)(state) if asked is None else 0.0

        run = Retrying(
            stop=stop_after_attempt(self.limits.attempts),
            wait=pause,
            retry=retry_if_result(self._worth_retrying),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
            sleep=self._sleep,
        )
        answer: Answer = run(self._attempt, ask)
        return answer

    def _worth_retrying(self, answer: Answer) -> bool:
        asked = retry_after(answer.header("retry-after"))
        if answer.status == 429 and asked is None:
            return False
        return answer.transient and (asked is None or asked <= self.limits.patience)

    def _attempt(self, ask: _Ask) -> Answer:
        """One try: the address and the redirects it leads to, each hop checked."""
        current = ask.url
        hops: list[str] = []
        trail: list[Answer] = []
        while True:
            if not fetchable(current):
                return Answer(ask.url, current, "failed", "bad_url", hops=tuple(hops), trail=tuple(trail))
            if hops and not self._contact and not self._is_allowed(current):
                return Answer(ask.url, current, "failed", "address_refused", hops=tuple(hops), trail=tuple(trail))
            answer = self._hop(ask, current)
            answer = replace(answer, url=ask.url, hops=tuple(hops), trail=tuple(trail))
            location = answer.header("location")
            if answer.status not in REDIRECTS:
                return answer
            if not location:
                return replace(answer, outcome="failed", reason="redirect_without_target")
            hops.append(current)
            target = redirect_target(current, location)
            if target is None:
                return replace(answer, outcome="failed", reason="bad_redirect", hops=tuple(hops))
            if target in hops:
                return replace(answer, outcome="failed", reason="redirect_loop", hops=tuple(hops))
            if len(hops) > self.limits.redirects:
                return replace(answer, outcome="failed", reason="too_many_redirects", hops=tuple(hops))
            if not target.lower().startswith(("http://", "https://")):
                return replace(answer, outcome="failed", reason="redirect_to_other_scheme", hops=tuple(hops))
            trail.append(replace(answer, url=current, trail=()))
            current = target

    def _hop(self, ask: _Ask, url: str) -> Answer:
        """One request on the wire, with robots before and bookkeeping after it."""
        delay = ask.delay if ask.delay is not None else (0.0 if self._is_allowed(url) else self._delay)
        if ask.robots:
            verdict = self._robots.verdict(url)
            if not verdict.allowed:
                return Answer(url, url, verdict.outcome, verdict.reason)
            delay = max(delay, verdict.delay)
        host = urlsplit(url).netloc.lower()
        try:
            with self._state.turn(host, delay, ask.concurrency, max(self.limits.patience, 2 * delay)):
                answer = self._send(ask, url)
        except NoTurn as no:
            return Answer(url, url, "failed", no.reason)
        down = answer.reason in OUTAGES or (answer.status or 0) >= 500
        if answer.reason != "address_refused":
            self._state.result(host, not down)
        if answer.status in (429, 503):
            asked = retry_after(answer.header("retry-after"))
            if asked is None and answer.status == 429:
                asked = DEFAULT_BACKOFF
            if asked is not None:
                self._state.wait(host, asked)
        return answer

    def _send(self, ask: _Ask, url: str) -> Answer:
        answer = Answer(url, url, "failed")
        try:
            target = httpx.URL(url)
            wire = httpcore.URL(
                scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
            )
        except (httpx.InvalidURL, ValueError):
            return replace(answer, reason="bad_url")
        headers = (
            ("Host", target.netloc.decode("ascii")),
            ("User-Agent", self.user_agent),
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"),
            ("Accept-Encoding", "gzip, deflate, br"),
            *ask.extra,
        )
        answer = replace(answer, request_headers=headers)
        timeouts = {"connect": self.limits.connect, "read": self.limits.read, "write": 10.0, "pool": 30.0}
        with self._deadline.within(self.limits.total):
            try:
                with self._connections().stream(
                    "GET", wire, headers=list(headers), extensions={"timeout": timeouts}
                ) as response:
                    answer = with_head(answer, response)
                    return self._receive(ask, answer, response)
            except Exception as error:
                reason = reason_of(error, started=answer.status is not None)
                if reason is None:
                    raise
                if reason in ("read_timeout", "connect_timeout") and self._deadline.passed:
                    reason = "deadline"
                return replace(answer, outcome="failed", reason=reason, body=b"", raw=b"")

    def _receive(self, ask: _Ask, answer: Answer, response: httpcore.Response) -> Answer:
        """Read the body within the limits and take its encodings off."""
        status = answer.status or 0
        outcome, reason = judge(status, answer.headers)
        wanted = outcome == "stored"
        kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
        if wanted and ask.media is not None and kind and kind not in ask.media:
            return replace(answer, outcome="failed", reason="media_type_not_wanted")
        limit = ask.sent if wanted else MAX_OTHER_BODY
        declared = answer.header("content-length") or ""
        if wanted and declared.isdigit() and int(declared[:18]) > limit:
            return replace(answer, outcome="too_large", reason="declared_over_limit")
        raw = bytearray()
        for piece in response.iter_stream():
            raw += piece
            if len(raw) > limit:
                if wanted:
                    return replace(answer, outcome="too_large", reason="body_over_limit")
                break
        if not wanted:
            kept = bytes(raw[:limit])
            return replace(answer, outcome=outcome, reason=reason, raw=kept, cut=len(raw) > limit)
        encodings = tuple(
            v for k, values in answer.headers if k.lower() == "content-encoding" for v in values.split(",")
        )
        try:
            body = inflate(bytes(raw), encodings, ask.decoded)
        except OverLimit:
            return replace(answer, outcome="too_large", reason="decompressed_over_limit")
        except BadEncoding:
            return replace(answer, outcome="failed", reason="bad_encoding")
        if not body:
            return replace(answer, outcome="failed", reason="empty_body")
        return replace(answer, outcome="stored", reason=None, body=body, raw=bytes(raw))

    def _connections(self) -> httpcore.ConnectionPool:
        with self._lock:
            if self._pool is None:
                self._pool = httpcore.ConnectionPool(
                    ssl_context=httpx.create_ssl_context(),
                    max_connections=32,
                    max_keepalive_connections=8,
                    keepalive_expiry=15.0,
                    network_backend=GuardedBackend(self._allow, self._deadline, self._resolve),
                )
            return self._pool
