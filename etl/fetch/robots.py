"""Ask robots.txt before anything else.

Decides whether an address may be read at all and how slowly. 401, 403, 429 and server errors deny everything, any
other 4xx allows everything (RFC 9309, stricter where the owner evidently does not want us).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from etl.fetch.answers import Answer
from etl.fetch.state import HostState

TOKEN = "eventwire"  # noqa: S105 - the product token that robots.txt files name, no secret
# RFC 9309 asks parsers to read at least 500 KiB; the rest is left out.
MAX_BYTES = 512_000
# A day is what RFC 9309 allows for a cached file; denials that may be passing are asked again sooner.
FRESH_SECONDS = 86_400.0
DENIED_SECONDS = 3_600.0
DOWN_SECONDS = 600.0
# A delay above an hour means "not by machine"; it is kept, but a typo must not stop an outlet for a month.
MAX_CRAWL_DELAY = 3_600.0


@dataclass(frozen=True)
class Verdict:
    """Whether an address may be read; ``outcome`` and ``reason`` say how the page row ends where not."""

    allowed: bool
    outcome: str = ""
    reason: str = ""
    delay: float = 0.0


class Robots:
    """robots.txt of many hosts, each fetched once and kept until it expires."""

    def __init__(self, fetch: Callable[[str], Answer], state: HostState) -> None:
        self._fetch, self._state = fetch, state
        self._parsed: dict[bytes, Protego] = {}

    def verdict(self, url: str) -> Verdict:
        """What the host's robots.txt says about an address."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        kept = self._state.robots(origin) or self._read(origin)
        verdict, body = kept
        if verdict == "allow":
            return Verdict(True)
        if verdict == "rules":
            rules = self._rules(body)
            delay = min(_delay(rules), MAX_CRAWL_DELAY)
            if rules.can_fetch(url, TOKEN):
                return Verdict(True, delay=delay)
            return Verdict(False, "robots_denied", "robots_disallow", delay)
        outcome, _, reason = verdict.partition(":")
        return Verdict(False, outcome, reason)

    def _rules(self, body: bytes) -> Protego:
        rules = self._parsed.get(body)
        if rules is None:
            if len(self._parsed) > 500:
                self._parsed.clear()
            rules = Protego.parse(body.decode("utf-8-sig", "replace").replace("\x00", ""))
            self._parsed[body] = rules
        return rules

    def _read(self, origin: str) -> tuple[str, bytes]:
        answer = self._fetch(f"{origin}/robots.txt")
        status = answer.status
        body, seconds = b"", FRESH_SECONDS
        if answer.outcome == "stored":
            verdict, body = "rules", answer.body[:MAX_BYTES]
        elif status in (401, 403, 429):
            verdict, seconds = f"robots_denied:robots_http_{status}", DENIED_SECONDS
        elif status is not None and 400 <= status < 500:
            verdict = "allow"
        elif status is not None and status >= 500:
            verdict, seconds = f"robots_denied:robots_http_{status}", DOWN_SECONDS
        elif answer.outcome == "too_large":
            verdict, seconds = "robots_denied:robots_too_large", DENIED_SECONDS
        else:
            # No answer: the page row says why the host was not reached, and nothing is read without the rules.
            return f"failed:{answer.reason}", b""
        self._state.keep_robots(origin, verdict, body, seconds)
        return verdict, body


def _delay(rules: Protego) -> float:
    """Seconds between requests that the rules ask for."""
    delay = rules.crawl_delay(TOKEN) or 0.0
    rate = rules.request_rate(TOKEN)
    if rate and rate.requests:
        delay = max(delay, rate.seconds / rate.requests)
    return float(delay)
