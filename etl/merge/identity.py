"""Ids of events: country code and number, given once, never reused; and which event keeps which.

The rules stand in docs/codebook.md, "Ids of events".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from etl.merge.match import MATCH, score, without_place
from etl.merge.records import Report

ID = re.compile(r"([A-Z]{3})([0-9]+)")
# What a corrected article says is told of the event its earlier version stood in unless it clearly tells of another.
STICKY = 0.15


@dataclass(frozen=True)
class Names:
    """Which id each event bears.

    Attributes:
        of: id by place in the list of events, None for a new event.
        merged: ids that stand no more because their mentions are in another event: place of that event.
        empty: ids that no mention stands for any more.
    """

    of: list[str | None]
    merged: dict[str, int]
    empty: frozenset[str]


def carry_over(
    found: Sequence[Sequence[Report]], event_of: Mapping[str, str], lost: Mapping[str, Sequence[Report]]
) -> Names:
    """The ids that stand, laid on the events found now.

    The oldest id chooses first: it stays with the event that holds most of its mentions and bears no id yet. An event
    that has lost all its mentions to corrections stays with what the same articles say now, if it is like it.

    Args:
        found: mentions by event, as ``cluster`` found them.
        event_of: id of the event that a mention stood in, by mention.
        lost: mentions that count no more, by the id of their event.
    """
    held: dict[str, Counter[int]] = {event_id: Counter() for event_id in lost}
    for i, reports in enumerate(found):
        for r in reports:
            if r.key in event_of:
                held.setdefault(event_of[r.key], Counter())[i] += 1
    of: list[str | None] = [None] * len(found)
    merged: dict[str, int] = {}
    empty = set()
    for event_id in sorted(held, key=age):
        mine = held[event_id]
        free = [i for i in mine if of[i] is None]
        if free:
            of[min(free, key=lambda i: (-mine[i], i))] = event_id
        elif mine:
            merged[event_id] = min(mine, key=lambda i: (-mine[i], i))
        else:
            empty.add(event_id)
    for event_id in sorted(empty, key=age):
        fits = [(_succeeds(lost.get(event_id, ()), reports, event_of), -i) for i, reports in enumerate(found)]
        fit, last = max((f for f in fits if f[0] > 0), default=(0.0, 0))
        if fit > 0:
            empty.discard(event_id)
            if of[-last] is None:
                of[-last] = event_id
            else:
                merged[event_id] = -last
    return Names(of, merged, frozenset(empty))


def _succeeds(lost: Sequence[Report], now: Sequence[Report], event_of: Mapping[str, str]) -> float:
    """How well new mentions of the same articles continue lost ones; 0 where they tell of something else.

    An article that moves its one event to another town of the country has corrected it, not told of another.
    """
    best = 0.0
    for old in lost:
        for new in now:
            if new.article_id != old.article_id or new.key in event_of:
                continue
            like = score(old, new, same_article=True)
            if like.total > 0 and like.total + STICKY >= MATCH:
                best = max(best, 1 + like.total)
            elif without_place(like) >= MATCH:
                best = max(best, without_place(like))
    return best


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
