"""Where an act took place.

Chooses among the recognised places of one article: those of the act's own clause, then its sentence, then the event's
other sentences, the dateline, the title (docs/codebook.md, "place of the act"). Places that belong to somebody's name,
to a speaker or to an origin are no place of the act. Does not resolve names; that is done before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from etl.code.lexicon import word_set, words
from etl.code.placenames import PRESENTED
from etl.code.words import norm
from etl.geocode.lexicon import NAME_WORDS
from etl.model import Place

_RANK = {"populated": 3.0, "natural": 2.2, "other": 2.4, "admin2": 2.0, "admin1": 1.5, "country": 0.5}
_RANK_BARE = 2.8
"""A name that no gazetteer lists, where the wording makes it a place: most are villages."""
_WITHIN = re.compile(
    r"(?:\s+(?:village|town|district|commune|hamlet|quarter|camp))?(?:\s*,\s*(?:in\s+)?|\s+in\s+)(?:the\s+)?|"
    r"\s+(?:village|town|district|commune|hamlet|quarter)\s+of\s+|\s*\(\s*"
)
_DISTRICT_OF = re.compile(r"\s+(?:district|commune)\s+of\s+")
_OWNS = re.compile(r"['\u2019]s\s+")
_QUARTER = re.compile(
    r"(?:\s+\w+)?\s+(?:quarter|estate|neighbou?rhood|slum|barrio|street|road|square|section|suburb)\b", re.I
)
_LOCATIVE = words("where_locative")
_SETTLED = words("where_towns")
_AWAY = frozenset({"from", "to", "via", "towards", "toward", "for", "by", "than", "with", "about"})
_CAUSES = frozenset({"against", "over", "about"})
_ANSWERS = words("acts_answered")
"""Nouns that tie an act to an earlier one, whose places they carry: "in reprisal for the bombing of X"."""
_NEAR = re.compile(
    r"\b(?:near|(?<!in )(?<!at )nearby|outside|(?:the )?outskirts of|close to|not far from|(?:the )?vicinity of|"
    r"around|suburbs? of|adjacent to|next to|approaching"
    r"|(?:km|kms|kilomet\w+|miles?|met(?:er|re)s?)\b[^.;]{0,30}\b(?:from|of)|(?:north|south|east|west)\w*\s+of)\s+"
    r"(?:the\s+)?(?:(?:[\w-]+\s+){0,3}(?:town|city|village|district|capital|settlement|port|"
    r"camp|border)\s+(?:of\s+|with\s+)?)?$",
    re.IGNORECASE,
)
OWN_CLAUSE = 6.0
"""Points for standing in the trigger's own clause: more than any difference between kinds of places."""


@dataclass(frozen=True)
class Located:
    """A place of the act with what its words say of precision.

    Attributes:
        near: the text says "near" it, not "in" it.
        source: ``clause``, ``sentence``, ``event``, ``dateline``, ``title`` or ``article``.
    """

    place: Place
    near: bool
    source: str


def by_token(doc: Any, places: Iterable[Place]) -> dict[int, Place]:
    """Places by the index of each token they cover."""
    found: dict[int, Place] = {}
    for place in places:
        span = doc.char_span(place.start, place.end, alignment_mode="expand")
        for token in span or ():
            found[token.i] = place
    return found


def is_near(text: str, place: Place) -> bool:
    """Whether the words before a place say that the act was not in it.

    >>> from etl.model import Place
    >>> is_near("A blast near Gao killed two.", Place(13, 16, "Gao"))
    True
    """
    return _NEAR.search(text[max(0, place.start - 60) : place.start]) is not None


def is_here(token: Any) -> bool:
    """Whether the trigger's clause says "here" or "in this market town", which is the place of the dateline."""
    for t in token.sent:
        word = t.lower_
        if (word == "here" and t.pos_ == "ADV") or (word == "this" and norm(t.head) in _SETTLED):
            if token.i in {c.i for c in _ascend(t)}:
                return True
    return False


def of_act(
    token: Any, places: dict[int, Place], text: str, countries: frozenset[str], crowd: bool = False
) -> tuple[list[Place], bool]:
    """Places of the sentence for an act, best first, and whether the best stands in its own clause.

    Args:
        token: the trigger's head.
        places: from ``by_token``.
        countries: ISO3 of the countries the article names; a town elsewhere is most often a wrong reading.
        crowd: the act is a protest, whose cause ("against the dam on the Nile") names places of its own.
    """
    scored: dict[int, tuple[float, Place]] = {}
    near_by = False
    for t in token.sent:
        place = places.get(t.i)
        if place is None or (t.i + 1 < len(t.doc) and places.get(t.i + 1) is place):
            continue
        points = _points(t, token, place, text)
        if crowd and points is not None and any(c.dep_ == "prep" and c.lower_ in _CAUSES for c in _ascend(t)):
            points -= OWN_CLAUSE
        if points is None or (
            countries and place.country and place.feature != "country" and place.country not in countries
        ):
            continue
        if place.start not in scored or scored[place.start][0] < points:
            scored[place.start] = (points, place)
    ranked = sorted(scored.values(), key=lambda s: (-s[0], s[1].start))
    if ranked:
        near_by = ranked[0][0] >= OWN_CLAUSE
    return [p for _, p in ranked], near_by


def _points(t: Any, trigger: Any, place: Place, text: str) -> float | None:
    if text.startswith("-bound", place.end):
        return None
    points = rank(place)
    chain = _ascend(t)
    prep = next((c.lower_ for c in chain if c.dep_ == "prep"), "")
    if t.dep_ in ("amod", "compound", "poss", "nmod") and place.feature == "country":
        points -= 1.5
    if t.dep_ == "nsubj" and (
        norm(t.head) in word_set("speech_verbs")
        or norm(t.head) in ("deny", "reject", "decline", "accuse", "vow", "respond")
    ):
        return None
    if any(c.dep_ == "nsubj" and norm(c.head) in word_set("speech_verbs") and c.head.i != trigger.i for c in chain[1:]):
        if place.feature in ("country", "admin1"):
            return None
        points -= 4.0
    if t.dep_ in ("nsubj", "nsubjpass"):
        points -= 2.5 if place.feature == "country" else 0.5
    if prep in _LOCATIVE:
        points += 1.5
    near = is_near(text, place)
    if prep in _AWAY and not (near and prep == "to"):  # "close to"
        points -= 2.0
    if prep in ("to", "from", "towards", "toward", "via") and place.feature != "country" and not near:
        return None
    if any(c.lower_ == "according" for c in chain):
        points -= 4.0
    attached = {c.i for c in chain}
    if _answered(chain, trigger):
        return None
    speech = next(
        (c for c in chain if c.pos_ == "VERB" and norm(c) in word_set("speech_verbs") and c.i != trigger.i), None
    )
    if trigger.i in attached:
        points += OWN_CLAUSE
    else:
        above = {c.i for c in _ascend(trigger)[:3]}
        common = next((c for c in chain if c.i in above), None)
        # "The strikes came on the day when X was in Y": what a relative clause tells happened elsewhere.
        if common is not None and any(c.dep_ == "relcl" for c in chain[: chain.index(common)]):
            return None
        if common is not None and not (speech is not None and speech.i == common.i):
            points += OWN_CLAUSE - 1.5
    if speech is not None and trigger.i not in attached and chain.index(speech) <= 3:
        points -= 4.0
    if near:
        points -= 2.5
    return points - 0.05 * float(abs(t.i - trigger.i))


def of_answered(doc: Any, place: Place) -> bool:
    """Whether a place belongs to what an act answers ("in reprisal for the bombing of houses in Kidal")."""
    span = doc.char_span(place.start, place.end, alignment_mode="expand")
    return span is not None and _answered(_ascend(span.root))


def _answered(chain: Sequence[Any], trigger: Any = None) -> bool:
    return any(norm(c) in _ANSWERS and (trigger is None or c.i != trigger.i) for c in chain[1:])


def of_speaker(doc: Any, place: Place) -> bool:
    """Whether a place belongs to who speaks ("a doctor in Goma said", "according to police in Goma")."""
    span = doc.char_span(place.start, place.end, alignment_mode="expand")
    if span is None:
        return False
    chain = _ascend(span.root)
    return any(
        c.lower_ == "according" or (c.dep_ == "nsubj" and norm(c.head) in word_set("speech_verbs")) for c in chain
    )


def _ascend(token: Any) -> list[Any]:
    chain, node = [token], token
    while node.head.i != node.i and len(chain) < 25:
        node = node.head
        chain.append(node)
    return chain


def rank(place: Place) -> float:
    """How precisely a place says where an act was: a town more than its province, a bare name by its wording."""
    if place.latitude is None and place.feature != "country":
        return _RANK_BARE if place.confidence >= PRESENTED else -0.5
    return _RANK.get(place.feature or "", 1.0)


def _part_of_town(text: str, inner: Place, outer: Place) -> bool:
    """Whether a name without an entry is a quarter or street of a listed town, which then stands for it."""
    if inner.latitude is not None or outer.feature not in ("populated", "admin2"):
        return False
    if _DISTRICT_OF.match(text, inner.end):
        return True
    if outer.feature == "admin2":
        return False
    last = inner.text.split()[-1].lower()
    if outer.end <= inner.start or last in NAME_WORDS["streets"]:
        return True
    return _QUARTER.match(text, inner.end) is not None


def lies_in(text: str, inner: Place, outer: Place) -> bool:
    """Such as "Gwa, Rakhine", "Gwa in Rakhine", "Rakhine's Gwa"."""
    if inner.end <= outer.start:
        return _WITHIN.fullmatch(text[inner.end : outer.start]) is not None
    return _OWNS.fullmatch(text[outer.end : inner.start]) is not None


def choose(candidates: Sequence[Place], text: str, source: str) -> Located | None:
    """The most specific place among those that agree with the best one.

    Args:
        candidates: places of one clause or sentence, best first.
    """
    if not candidates:
        return None
    best = candidates[0]
    if best.latitude is None and best.confidence < PRESENTED:
        placed = [p for p in candidates if p.latitude is not None and rank(p) >= _RANK["admin2"]]
        best = placed[0] if placed else best
    for other in candidates[1:]:
        quarter = lies_in(text, best, other) and _part_of_town(text, best, other)
        town = rank(other) >= _RANK_BARE and lies_in(text, other, best) and not _part_of_town(text, other, best)
        if quarter or town:
            best = other
    if best.latitude is None:
        return Located(best, is_near(text, best), source)
    for other in candidates[1:]:
        finer = rank(other) > rank(best) + 0.3
        inside = best.country == other.country and (
            best.feature == "country" or (best.feature in ("admin1", "admin2") and best.admin1 == other.admin1)
        )
        if finer and inside and other.geonameid is not None:
            best = other
    return Located(best, is_near(text, best), source)
