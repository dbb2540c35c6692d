"""Ids of events: country code and number, given once, never reused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

ID = re.compile(r"([A-Z]{3})([0-9]+)")


def highest_numbers(ids: Iterable[str]) -> dict[str, int]:
    """Highest number given so far by country.

    Args:
        ids: ids of all events that stand or ever stood, deleted ones included.

    >>> highest_numbers(["SYR2", "SYR10", "IRQ1"])
    {'SYR': 10, 'IRQ': 1}
    """
    found: dict[str, int] = {}
    for event_id in ids:
        if match := ID.fullmatch(event_id):
            found[match[1]] = max(found.get(match[1], 0), int(match[2]))
    return found


def next_id(iso3: str, highest: Mapping[str, int]) -> str:
    """The id after the highest one of a country; it stays when the place is later corrected to another country.

    >>> next_id("SYR", {"SYR": 10})
    'SYR11'
    """
    return f"{iso3}{highest.get(iso3, 0) + 1}"


def age(event_id: str) -> tuple[int, str]:
    """Sorts ids by when they were given within a country."""
    match = ID.fullmatch(event_id)
    return (int(match[2]), match[1]) if match else (0, event_id)
