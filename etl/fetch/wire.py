"""Between the client and the wire: addresses that can be sent, responses as records, failures as reasons."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import httpcore

from etl.discover.urls import normalise_url
from etl.errors import Misconfigured
from etl.fetch.addresses import AddressRefused, DeadlinePassed, NameNotResolved
from etl.fetch.answers import Answer


def clean_contact(contact: str | None) -> str | None:
    """The contact for the user agent, or None where there is none.

    Raises:
        Misconfigured: it is no mail or web address, or would break the header.
    """
    if contact is None or not contact.strip():
        return None
    contact = contact.strip()
    if not re.fullmatch(r"[\x21-\x7e]{3,200}", contact) or not re.search(r"@|https?://", contact):
        raise Misconfigured(
            f"EVENTWIRE_CONTACT is {contact!r}. Set it to one mail address or one http(s) address, without blanks."
        )
    return contact


def redirect_target(current: str, location: str) -> str | None:
    """Where a Location header leads: UTF-8 as most servers mean it, blanks encoded, no fragment."""
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(current, location.strip().replace(" ", "%20")).partition("#")[0]
    except ValueError:
        return None


def fetchable(url: str) -> bool:
    """An http(s) address without login and without characters that break a request line."""
    if normalise_url(url) is None or re.search(r"[\x00-\x20\x7f]", url):
        return False
    return not urlsplit(url).username


def with_head(answer: Answer, response: httpcore.Response) -> Answer:
    """The answer with the status and headers of a response."""
    headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers)
    phrase = bytes(response.extensions.get("reason_phrase", b""))
    return replace(answer, status=response.status, headers=headers, phrase=phrase.decode("latin-1"))


def reason_of(error: Exception, started: bool) -> str | None:
    """Reason of a failure on the wire; None where it is a fault of ours."""
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (AddressRefused, "address_refused"),
        (NameNotResolved, "name_not_resolved"),
        (DeadlinePassed, "deadline"),
        (httpcore.ConnectTimeout, "connect_timeout"),
        (httpcore.TimeoutException, "read_timeout"),
        (httpcore.RemoteProtocolError, "incomplete_body" if started else "protocol_error"),
        (httpcore.ProtocolError, "protocol_error"),
        (httpcore.UnsupportedProtocol, "bad_url"),
        (httpcore.ConnectError, "connect_failed"),
        (httpcore.NetworkError, "connection_lost"),
        (OSError, "connection_lost"),
    )
    if not started and isinstance(error, httpcore.RemoteProtocolError) and "disconnected" in str(error):
        # A kept connection that the server closes just as it is used again; the next try opens a new one.
        return "connection_lost"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls_error"
        cause = cause.__cause__ or cause.__context__
    with suppress(StopIteration):
        return next(reason for kind, reason in kinds if isinstance(error, kind))
    return None
