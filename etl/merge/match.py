"""How likely two mentions report one event.

Four questions, each answered between 0 and 1 and kept so that a person can see why: the days, the place, the type and
the actors. One zero ends it. Words are not compared: two reports of one event share few of them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from etl.merge.records import Report, Row

# Radius in which the true place lies, by geo_precision, where the mention names none: a town with its outskirts; the
# surroundings that "near" a town covers; a province (half the mean diameter of the world's first-level units).
RADIUS_KM = {1: 6.0, 2: 30.0, 3: 90.0}
PROVINCE = 3  # geo_precision of a first-level unit
WITHIN = 0.5  # two places of one province, one of which is the province: between the nearest and the farthest
MATCH = (
    0.62  # least score of one event; two reports that agree on day and town and are vague on type and actors reach it
)
WEIGHTS = {"days": 0.25, "place": 0.3, "type": 0.2, "actors": 0.25}

UNCOUNTED = ("not_mentioned", "casualties_only")  # bases of a toll that nobody gave
VIOLENCE = frozenset({"Battles", "Explosions/Remote violence", "Violence against civilians"})
CROWDS = frozenset({"Protests", "Riots"})
EARTH_KM = 6371.0


@dataclass(frozen=True)
class Score:
    """Why two mentions are or are not one event; ``total`` is 0 where one part is."""

    days: float
    place: float
    type: float
    actors: float

    @property
    def total(self) -> float:
        """Weighted mean of the parts."""
        parts = (self.days, self.place, self.type, self.actors)
        return 0.0 if min(parts) <= 0 else sum(w * part for w, part in zip(WEIGHTS.values(), parts, strict=True))


def without_place(found: Score) -> float:
    """Weighted mean of days, type and actors; 0 where one of them is."""
    parts = {name: getattr(found, name) for name in WEIGHTS if name != "place"}
    return 0.0 if min(parts.values()) <= 0 else sum(WEIGHTS[n] * p for n, p in parts.items()) / (1 - WEIGHTS["place"])


def score(a: Report, b: Report, same_article: bool = False) -> Score:
    """Compares two mentions.

    Args:
        a: one mention.
        b: another one.
        same_article: allow mentions of one article, which otherwise never match: an article that tells of two events
            has told them apart.
    """
    if a.article_id == b.article_id and not same_article:
        return Score(0, 0, 0, 0)
    return Score(
        days(a, b), place(a.mention, b.mention), types(a.mention, b.mention), actor_pairs(a.mention, b.mention)
    )


def total(a: Report, b: Report) -> float:
    """The total of ``score(a, b)``; most pairs are of two places, and nothing else of them is compared."""
    if a.article_id == b.article_id:
        return 0.0
    where = place(a.mention, b.mention)
    what = types(a.mention, b.mention) if where > 0 else 0.0
    if what <= 0:
        return 0.0
    return Score(days(a, b), where, what, actor_pairs(a.mention, b.mention)).total


def days(a: Report, b: Report) -> float:
    """Overlap of the two intervals of days, as a share of the shorter one, less for wide ones."""
    (low_a, high_a), (low_b, high_b) = a.days, b.days
    common = (min(high_a, high_b) - max(low_a, low_b)).days + 1
    if common <= 0:
        return 0.0
    widest = max((high_a - low_a).days, (high_b - low_b).days) + 1
    return 1.0 if widest == 1 else max(0.3, 1.0 - math.log10(widest) * 0.5)


def place(a: Row, b: Row) -> float:
    """1 for one gazetteer entry, else by distance within the sum of both radii; another country is another place.

    A place that is only known by its province is compared by province.
    """
    if a["iso3"] != b["iso3"]:
        return 0.0
    if a["geonameid"] is not None and a["geonameid"] == b["geonameid"]:
        return 1.0
    if PROVINCE in (a["geo_precision"], b["geo_precision"]) and a["admin1"] and b["admin1"]:
        # A province holds its towns, however far they are from the point that stands for it.
        return WITHIN if a["admin1"] == b["admin1"] else 0.0
    reach = radius_km(a) + radius_km(b)
    apart = distance_km(a["latitude"], a["longitude"], b["latitude"], b["longitude"])
    return 0.0 if apart > reach else max(0.35, 0.9 - 0.6 * apart / reach)


def radius_km(mention: Row) -> float:
    """Radius around the point that holds the true place."""
    return float(mention["uncertainty_km"] or RADIUS_KM[mention["geo_precision"] or 3])


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance in kilometres.

    >>> round(distance_km(33.34, 44.40, 36.34, 43.13))
    353
    """
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half = math.sin((phi_b - phi_a) / 2) ** 2
    half += math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def types(a: Row, b: Row) -> float:
    """How far two types can be two readings of one act."""
    if a["sub_event_type"] == b["sub_event_type"]:
        return 1.0
    one, other = a["event_type"], b["event_type"]
    if one == other:
        return 0.0 if one == "Strategic developments" else 0.8
    if {one, other} <= VIOLENCE or {one, other} <= CROWDS:
        return 0.55
    lethal = "Excessive force against protesters"
    if lethal in (a["sub_event_type"], b["sub_event_type"]) and {one, other} & VIOLENCE:
        return 0.45
    return 0.0


def actor_pairs(a: Row, b: Row) -> float:
    """Best agreement of the two pairs of actors, in either order."""
    straight = _both(compatible(a, 1, b, 1), compatible(a, 2, b, 2))
    crossed = _both(compatible(a, 1, b, 2), compatible(a, 2, b, 1)) if a["actor2"] and b["actor2"] else 0.0
    return max(straight, crossed)


def _both(first: float, second: float) -> float:
    return 0.0 if min(first, second) <= 0 else (first + second) / 2


CROWD = ("Protesters", "Rioters")


def compatible(a: Row, slot_a: int, b: Row, slot_b: int) -> float:
    """How far two actors can be one: the same, one a part of the other, or one of them not identified."""
    one, other = a[f"actor{slot_a}"], b[f"actor{slot_b}"]
    if one is None and other is None:
        return 1.0
    if one is None or other is None:
        return 0.5
    if spelling(one) == spelling(other):
        return 1.0
    inter_one, inter_other = a[f"inter{slot_a}"], b[f"inter{slot_b}"]
    if inter_one in CROWD and inter_other in CROWD:
        return 0.8
    if {inter_one, inter_other} & {"Civilians", *CROWD}:
        return 0.6 if inter_one == inter_other else 0.0
    if part_of(one, other):
        return 0.85
    for generic, specific, row, slot in ((one, other, a, slot_a), (other, one, b, slot_b)):
        if unidentified(generic):
            if slot == 1 and specific in (row["alleged_actor1"] or ()):
                return 0.8
            military = generic.startswith("Unidentified Military")
            return 0.6 if not military or re.match(r"(?:Military|Unidentified)", specific) else 0.4
    return 0.0


def unidentified(name: str) -> bool:
    """Whether nobody in particular is named.

    >>> unidentified("Unidentified Armed Group (Mali)"), unidentified("M23: March 23 Movement")
    (True, False)
    """
    return name.startswith("Unidentified ")


def counted(m: Row) -> int | None:
    """The dead that a mention tells of; None where it tells of no number."""
    return None if m["fatalities_basis"] in UNCOUNTED else int(m["fatalities"])


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """The name without its years, so that a change of government does not make two actors.

    >>> plain("Military Forces of Syria (2000-2024) Tiger Forces")
    'Military Forces of Syria Tiger Forces'
    """
    return re.sub(r" \(\d{4}[- ](?:\d{4})?\)", "", name)


@lru_cache(maxsize=100_000)
def spelling(name: str) -> str:
    """The words of a name without years, brackets, accents and case.

    >>> spelling("Islamic State (Mozambique)") == spelling("Islamic State Mozambique")
    True
    """
    decomposed = unicodedata.normalize("NFKD", plain(name).casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in decomposed if not unicodedata.combining(c))))


@lru_cache(maxsize=100_000)
def part_of(one: str, other: str) -> bool:
    """Whether one actor is a unit, wing or parent of the other.

    >>> part_of("MILITARY FORCES OF SYRIA (2000 2024)", "Military Forces of Syria (2000-2024) Tiger Forces")
    True
    """
    a, b = sorted((spelling(one), spelling(other)), key=len)
    return b.startswith(a + " ") or plain(one) in _parents(plain(other)) or plain(other) in _parents(plain(one))


def name_in_common(a: Row, b: Row) -> bool:
    """Whether both name the same identified actor who acts: armed, or a crowd."""
    ones, others = acting(a), acting(b)
    return any(spelling(x) == spelling(y) or part_of(x, y) for x in ones for y in others)


def acting(m: Row) -> list[str]:
    """The identified actors of a mention that act: armed ones and crowds."""
    slots = ((m["actor1"], m["inter1"]), (m["actor2"], m["inter2"]))
    return [name for name, inter in slots if name and inter != "Civilians" and not unidentified(name)]


@cache
def _parents(name: str) -> Collection[str]:
    ids, names = _family()
    found: set[str] = set()
    actor = ids.get(name)
    while actor and (actor := names(actor)):
        above = next((n for n, i in ids.items() if i == actor), None)
        if above is None or above in found:
            break
        found.add(above)
    return found


@cache
def _family() -> tuple[dict[str, str], Callable[[str], str | None]]:
    from etl.code.actors import registry

    actors: Any = registry().actors
    return {plain(a.name): i for i, a in actors.items()}, lambda i: actors[i].parent if i in actors else None
