"""When an answer is right: days, places, actors, claims.

A place is right where it is the same gazetteer entry, or has one of the gold's names in the gold's country, or lies
within ``NEAR_KM`` of the gold's point. Actors are right where both names are, in any order except for violence against
civilians. Counts nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from etl.geocode import distance_km, gazetteer
from etl.model import Claim, Mention

NEAR_KM = 10.0
"""Two gazetteers put the same town at most about this far apart; towns that news names are further apart."""

SAME_NAME_KM = 50.0
"""Farther apart than this, two places of one name are two places, whatever a gazetteer's list of names says."""

CLOSE_ENOUGH = 3
"""Likeness from which an answer and a gold event are about the same happening: see ``likeness``."""

CIVILIANS = "Violence against civilians"


def harmonic_mean(precision: float, recall: float) -> float:
    """F1 of the two; 0 where both are 0."""
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


@dataclass
class Rate:
    """Right answers, answers given, answers wanted."""

    right: int = 0
    given: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        """Share of the answers given that are right; 1 where none was given."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """Share of the answers wanted that were given; 1 where none was wanted."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return harmonic_mean(self.precision, self.recall)

    def as_dict(self) -> dict[str, float | int]:
        """Counts and figures, as JSON writes them."""
        shown = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {"right": self.right, "given": self.given, "wanted": self.wanted} | {
            k: round(v, 4) for k, v in shown.items()
        }


def same_type(mention: Mention, event: Mapping[str, Any]) -> bool:
    """Whether the sub-event type is the gold's."""
    return bool(mention.sub_event_type == event["sub_event_type"])


def same_day(mention: Mention, event: Mapping[str, Any]) -> bool:
    """Whether the day is the gold's; where the gold has none, none is right."""
    wanted = event.get("event_date")
    return (str(mention.event_date) if mention.event_date else None) == (str(wanted) if wanted else None)


def same_place(mention: Mention, event: Mapping[str, Any]) -> bool:
    """Whether the place is the gold's; an event without a named place matches on the country."""
    if not event.get("locations"):
        return bool(mention.iso3 == event.get("iso3"))
    if event.get("geonameid") is not None and mention.geonameid == event["geonameid"]:
        return True
    names = {fold(n) for n in event["locations"]}
    if mention.iso3 == event.get("iso3"):
        if mention.location is not None and fold(mention.location) in names:
            return True
        if mention.geonameid is not None and mention.geonameid in _entries(tuple(event["locations"]), mention.iso3):
            return _km(mention, event, SAME_NAME_KM, unknown=True)
    return _km(mention, event, NEAR_KM, unknown=False)


def _km(mention: Mention, event: Mapping[str, Any], limit: float, unknown: bool) -> bool:
    if mention.latitude is None or mention.longitude is None or event.get("latitude") is None:
        return unknown
    gold = (float(event["latitude"]), float(event["longitude"]))
    return distance_km((mention.latitude, mention.longitude), gold) <= limit


@lru_cache(maxsize=4096)
def _entries(names: tuple[str, ...], iso3: str | None) -> frozenset[int]:
    found = (entry for name in names for entry in gazetteer().lookup(name))
    return frozenset(e.geonameid for e in found if e.country == iso3 and e.geonameid is not None)


def same_actors(mention: Mention, event: Mapping[str, Any]) -> bool:
    """Whether both actors are the gold's."""
    mine, gold = (mention.actor1, mention.actor2), (event.get("actor1"), event.get("actor2"))
    return mine == gold or (mention.event_type != CIVILIANS and mine[::-1] == gold)


def same_event(mention: Mention, event: Mapping[str, Any], strict: bool = True) -> bool:
    """Whether type, day and place of a mention are those of a gold event.

    Args:
        strict: compare the sub-event type, not only the event type.
    """
    column = "sub_event_type" if strict else "event_type"
    return bool(getattr(mention, column) == event[column]) and same_day(mention, event) and same_place(mention, event)


def likeness(mention: Mention, event: Mapping[str, Any]) -> int:
    """How much of a mention is a gold event's: 0 to 10; from ``CLOSE_ENOUGH`` on they tell of the same happening."""
    shared = {mention.actor1, mention.actor2} & {event.get("actor1"), event.get("actor2")} - {None}
    kind = 4 if same_type(mention, event) else 2 if mention.event_type == event["event_type"] else 0
    return kind + 2 * same_day(mention, event) + 2 * same_place(mention, event) + len(shared)


def pairs(
    mentions: Sequence[Mention],
    events: Sequence[Mapping[str, Any]],
    score: Callable[[Mention, Mapping[str, Any]], float],
    least: float,
) -> list[tuple[int, int]]:
    """Numbers of mentions and events that belong together, best first, each at most once."""
    ranked = sorted(
        ((score(m, e), -m.confidence, i, j) for i, m in enumerate(mentions) for j, e in enumerate(events)),
        key=lambda row: (-row[0], *row[1:]),
    )
    found: list[tuple[int, int]] = []
    for value, _, i, j in ranked:
        if value >= least and all(i != a and j != b for a, b in found):
            found.append((i, j))
    return found


def same_claim(claim: Claim, gold: Mapping[str, Any]) -> bool:
    """Whether a claim is the gold's: speech act, slot, and half of the shorter quote's words."""
    return bool(claim.speech_act == gold["speech_act"] and claim.slot == gold["slot"]) and overlap(
        gold["quote"], claim.quote
    )


def overlap(one: str, other: str) -> bool:
    """Whether two quotes share at least half of the shorter one's words."""
    a, b = set(fold(one).split()), set(fold(other).split())
    return len(a & b) >= 0.5 * min(len(a), len(b)) if a and b else False


def fold(text: str) -> str:
    """A name without case, accents, hyphens and apostrophes.

    >>> fold("Al-Qā'im")
    'al qaim'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().replace("-", " ").replace("'", "").replace("\u2019", "").split())
