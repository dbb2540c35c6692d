"""Read the publication time of a feed entry, as given.

Gives ISO 8601 with the offset that the feed names; where it names none, none is added. A time that cannot be read is
None: the entry is kept, and its date is left to the page.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from time import struct_time
from typing import Any


def as_given(raw: str | None, parsed: struct_time | None = None) -> str | None:
    """The time as ISO 8601, offset kept.

    Args:
        raw: the feed's own words.
        parsed: the same in UTC as the feed reader understood it, used where the words follow no standard.

    >>> as_given("Tue, 14 Sep 2021 23:30:00 +0300")
    '2021-09-14T23:30:00+03:00'
    >>> as_given("2021-09-14")
    '2021-09-14'
    """
    text = (raw or "").strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text if _iso(text) else None
    moment = _iso(text) or _mail(text)
    if moment is None and parsed is not None:
        try:
            moment = datetime(*parsed[:6], tzinfo=UTC)
        except ValueError:
            return None
    return moment.isoformat() if moment else None


def moment(text: str | None) -> datetime | None:
    """The same as a moment in UTC for comparing; a time without offset counts as UTC."""
    found = _iso(text or "")
    if found is None:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        found: Any = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if isinstance(found, datetime) else datetime.combine(date.fromisoformat(text), datetime.min.time())


def _mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
