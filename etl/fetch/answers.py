"""What came of a request, and what a status means to us.

A wall is recorded, never climbed: 401, 403, 407, 429, 451 and marked bot challenges are ``blocked``, 402 is
``paywalled``. Whether a page that came back shows its text is decided by extract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

Headers = tuple[tuple[str, str], ...]

BLOCKED = frozenset({401, 403, 407, 418, 429, 451})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Worth another try within the same run.
TRANSIENT_STATUS = frozenset({429, 500, 502, 503, 504})
TRANSIENT_REASONS = frozenset(
    {"connect_timeout", "connect_failed", "read_timeout", "connection_lost", "incomplete_body"}
)
# Reasons of attempts that never reached the host: they say nothing about the page and count as no try.
NOT_ASKED = frozenset({"batch_time_over", "circuit_open", "host_busy", "retry_after"})
# A host with these is counted as down by the circuit breaker.
OUTAGES = TRANSIENT_REASONS | {"name_not_resolved", "tls_error", "deadline"}


@dataclass(frozen=True)
class Answer:
    """How one request ended, redirects and retries included.

    Attributes:
        outcome: one of the ``page_outcome`` values.
        reason: lower snake case; None where ``stored``.
        headers: of the last response, as sent.
        body: content encodings taken off; empty unless ``stored``.
        raw: body as it was sent, for the archive; of redirects and error pages the beginning.
        cut: whether ``raw`` is only the beginning.
        request_headers: as we sent them.
        hops: addresses that redirected, first to last.
        trail: what each of them answered.
    """

    url: str
    final_url: str
    outcome: str
    reason: str | None = None
    status: int | None = None
    phrase: str = ""
    headers: Headers = ()
    body: bytes = b""
    raw: bytes = b""
    request_headers: Headers = ()
    hops: tuple[str, ...] = ()
    trail: tuple[Answer, ...] = ()
    cut: bool = False

    def header(self, name: str) -> str | None:
        """First value of a response header, or None."""
        return next((v for k, v in self.headers if k.lower() == name), None)

    @property
    def transient(self) -> bool:
        """Whether the same request may work a little later."""
        return self.reason in TRANSIENT_REASONS or self.status in TRANSIENT_STATUS


def judge(status: int, headers: Headers) -> tuple[str, str | None]:
    """Outcome and reason of a status.

    >>> judge(200, ()), judge(403, ()), judge(404, ())
    (('stored', None), ('blocked', 'http_403'), ('failed', 'http_404'))
    """
    names = {k.lower(): v for k, v in headers}
    if names.get("cf-mitigated", "").lower() == "challenge":
        return "blocked", "bot_challenge"
    if status == 200:
        return "stored", None
    if status == 304:
        return "unchanged", "not_modified"
    if status == 402:
        return "paywalled", "http_402"
    return "blocked" if status in BLOCKED else "failed", f"http_{status}"


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for; None where it is missing or unreadable.

    >>> retry_after("120")
    120.0
    """
    text = (value or "").strip()
    if text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
