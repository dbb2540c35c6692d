"""Where an act took place.

Chooses among the recognised places of one article: those of the act's own clause, then its sentence, then the event's
other sentences, the dateline, the title (docs/codebook.md, "place of the act"). Places that belong to somebody's name,
to a speaker or to an origin are no place of the act. Does not resolve names; that is done before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from etl.code.lexicon import word_set, words
from etl.code.words import norm
from etl.geocode import Gazetteer, nationalities
from etl.geocode.gazetteer import Entry
from etl.geocode.geometry import distance_km
from etl.model import Place

_RANK = {"populated": 3.0, "natural": 2.2, "other": 2.4, "admin2": 2.0, "admin1": 1.5, "country": 0.5}
_LOCATIVE = words("where_locative")
_AWAY = frozenset({"from", "to", "via", "towards", "toward", "for", "by", "than", "with", "about"})
_CAUSES = frozenset({"against", "over", "about"})
_NEAR = re.compile(
    r"\b(?:near|nearby|outside|(?:the )?outskirts of|close to|not far from|(?:the )?vicinity of|"
    r"around|suburbs? of|adjacent to|next to|approaching"
    r"|(?:km|kms|kilomet\w+|miles?|met(?:er|re)s?)\b[^.;]{0,30}\b(?:from|of)|(?:north|south|east|west)\w*\s+of)\s+"
    r"(?:the\s+)?(?:(?:[\w-]+\s+){0,3}(?:town|city|village|district|capital|settlement|port|"
    r"camp|border)\s+(?:of\s+|with\s+)?)?$",
    re.IGNORECASE,
)
CERTAIN = 0.95
"""Confidence from which a resolved name needs no other name of its country beside it."""
SURE = 0.8
"""Confidence of a resolved name below which the home of the groups at work may read it anew."""
FAR_KM = 600.0
"""Beyond this a place is no neighbour of the country that the article is about."""
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


def capitals(doc: Any, text: str, gaz: Gazetteer) -> list[Place]:
    """Capitals that a text calls by their country ("the Georgian capital"), as places."""
    found = []
    for start, end, _, iso3 in nationalities(doc):
        rest = re.match(r"\s+capital\b", text[end : end + 12])
        entry = gaz.capital(iso3) if rest else None
        if rest and entry is not None:
            stop = end + rest.end()
            found.append(_as_place(start, stop, text, entry, 0.9))
    return found


_SETTLED = words("where_settled") | words("where_spots")
_NO_PLACE = words("where_no_place")
_TAKEN_VERBS = frozenset(
    {
        "capture",
        "seize",
        "retake",
        "recapture",
        "overrun",
        "liberate",
        "win",
        "enter",
        "leave",
        "vacate",
        "quit",
        "shell",
    }
    | {"storm", "raid", "pound", "occupy", "reach", "take", "besiege", "evacuate", "abandon", "hit"}
)
"""Verbs whose object, where it is an unknown name without an article, is a place."""
_AT = frozenset({"in", "at", "near", "outside", "around"})


def unlisted(
    doc: Any, text: str, known: Iterable[Place], names: Iterable[tuple[int, int]], gaz: Gazetteer, country: str | None
) -> list[Place]:
    """Names that stand where only a place can stand and that no gazetteer entry answers to ("the town of Gwa").

    Args:
        known: recognised places.
        names: spans of actors and others that are no places.
    """
    taken = [(p.start, p.end) for p in known] + list(names)
    found = []
    for token in doc:
        if not _may_name(token):
            continue
        first = token.i
        while (
            first > 0
            and doc[first - 1].dep_ == "compound"
            and doc[first - 1].head.i == token.i
            and doc[first - 1].pos_ == "PROPN"
        ):
            first -= 1
        if not _place_stands(doc, token, first):
            continue
        start, end = doc[first].idx, token.idx + len(token)
        if not text[start].isalpha() or any(s < end and start < e for s, e in taken):
            continue
        found.append(listed(start, end, text, gaz, country))
        taken.append((start, end))
    return found


def _may_name(token: Any) -> bool:
    """Whether a word is written like a name and is none of a day, a nation or a network."""
    return (
        token.text[:1].isupper()
        and token.pos_ in ("PROPN", "NOUN", "ADJ", "X")
        and token.ent_type_ not in ("NORP", "DATE", "TIME")
        and token.lower_ not in _NO_PLACE
    )


def _place_stands(doc: Any, token: Any, first: int) -> bool:
    """Whether a name stands where a place does: "at Gwa", "the town of Gwa", "Gwa village"."""
    before = doc[first - 1] if first else None
    if token.dep_ == "pobj":
        prep = token.head
        if prep.lower_ in _AT and token.ent_type_ in ("GPE", "LOC", "FAC", "ORG", "PERSON", ""):
            return token.ent_type_ != "PERSON" or (before is not None and before.lower_ in _AT)
        return prep.lower_ == "of" and norm(prep.head) in _SETTLED
    if token.dep_ in ("dobj", "nsubjpass") and norm(token.head) in _TAKEN_VERBS and token.tag_ == "NNP":
        return token.ent_type_ in ("GPE", "LOC", "FAC", "ORG", "") and not any(c.dep_ == "det" for c in token.lefts)
    if token.dep_ in ("compound", "nmod") and norm(token.head) in _SETTLED and token.head.i == token.i + 1:
        return token.head.text.islower() and token.tag_ in ("NNP", "NNPS")
    # a name that the parse hangs elsewhere ("at Gidan Goga, Zamfara State")
    return before is not None and before.lower_ in ("at", "near", "outside") and token.tag_ in ("NNP", "NNPS")


def listed(start: int, end: int, text: str, gaz: Gazetteer, country: str | None) -> Place:
    """The gazetteer's town of that name in the country the article is about, else the bare name."""
    name = " ".join(text[start:end].split())
    towns = [e for e in gaz.lookup(name) if e.feature in ("populated", "admin2")]
    if country is None and len({e.country for e in towns}) > 1:
        towns = []
    towns = [e for e in towns if country in (None, e.country)]
    if not towns:
        return Place(start, end, text[start:end])
    return _as_place(start, end, text, max(towns, key=lambda e: e.importance))


def _as_place(start: int, end: int, text: str, entry: Entry, confidence: float = 0.5) -> Place:
    return Place(
        start,
        end,
        text[start:end],
        entry.geonameid,
        entry.name,
        entry.country,
        entry.admin1,
        entry.admin2,
        entry.latitude,
        entry.longitude,
        entry.feature,
        confidence,
    )


def bare(doc: Any, text: str, names: Iterable[tuple[int, int]], gaz: Gazetteer) -> list[Place]:
    """Names that only one country's places bear, for a text in which nothing else was taken for a place.

    Args:
        names: spans of actors and days, which are no places.
    """
    taken = list(names)
    found: list[Place] = []
    for token in doc:
        if token.pos_ != "PROPN" or (found and token.idx < found[-1].end):
            continue
        for length in (3, 2, 1):
            span = doc[token.i : token.i + length]
            start, end = span.start_char, span.end_char
            if any(t.pos_ != "PROPN" for t in span) or any(s < end and start < e for s, e in taken):
                continue
            beside = [t for t in (doc[max(token.i - 1, 0)], doc[min(span.end, len(doc) - 1)]) if t not in span]
            if any(t.pos_ == "PROPN" and not t.is_punct for t in beside):
                continue
            bearers = gaz.lookup(text[start:end])
            country = bearers[0].country if bearers else None
            if country is not None and all(e.country == country for e in bearers):
                found.append(_as_place(start, end, text, max(bearers, key=lambda e: e.importance)))
                break
    return found


def at_home(places: Sequence[Place], gaz: Gazetteer, country: str | None, spoken: Iterable[str]) -> list[Place]:
    """The places with names that were read far abroad taken home: "San Ramon" in a report on El Salvador.

    A name of several bearers that alone speaks for its country, far from the country the article is about, is that
    country's place of the name; where the gazetteer has none there, it keeps only its words.

    Args:
        country: what the article is about.
        spoken: countries of the article's words of nationality.
    """
    mine = [p for p in places if p.country == country and p.latitude is not None]
    if country is not None and not mine:  # what it is about, no place says: the weak ones are read anew
        return [
            p
            if p.country is None or p.confidence >= SURE or p.feature == "country"
            else listed(p.start, p.end, " " * p.start + p.text, gaz, country)
            for p in places
        ]
    if country is None or 2 * len(mine) < len([p for p in places if p.country]):
        return list(places)
    named = {p.country for p in places if p.feature == "country"} | set(spoken)
    bearers = Counter(c for c, _ in {(p.country, p.text.casefold()) for p in places if p.feature != "country"})
    found = []
    for p in places:
        if p.country not in (None, country) and p.feature not in ("country", None) and p.confidence < CERTAIN:
            here = listed(p.start, p.end, " " * p.start + p.text, gaz, country)
            few = bearers[p.country] == 1 if p.country in named else bearers[p.country] < bearers[country]
            if few and (_far(p, mine) or (p.country not in named and here.latitude is not None)):
                p = here
        found.append(p)
    return found


def _far(place: Place, others: Iterable[Place]) -> bool:
    if place.latitude is None or place.longitude is None:
        return False
    here = (place.latitude, place.longitude)
    return all(
        distance_km(here, (o.latitude, o.longitude)) > FAR_KM
        for o in others
        if o.latitude is not None and o.longitude is not None and o.feature != "country"
    )


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
    """Whether the trigger's clause says "here", which is the place of the dateline."""
    return any(t.lower_ == "here" and t.pos_ == "ADV" and token.i in {c.i for c in _ascend(t)} for t in token.sent)


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
    points = _RANK.get(place.feature or "", 1.0)
    if place.geonameid is None and place.latitude is None:
        points -= 1.5
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
    elif prep in _AWAY:
        points -= 2.0
    if prep in ("to", "from", "towards", "toward", "via") and place.feature != "country":
        return None
    attached = {c.i for c in chain}
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
    if is_near(text, place):
        points -= 2.5
    return points - 0.05 * float(abs(t.i - trigger.i))


def _ascend(token: Any) -> list[Any]:
    chain, node = [token], token
    while node.head.i != node.i and len(chain) < 25:
        node = node.head
        chain.append(node)
    return chain


def choose(candidates: Sequence[Place], text: str, source: str) -> Located | None:
    """The most specific place among those that agree with the best one.

    Args:
        candidates: places of one clause or sentence, best first.
    """
    if not candidates:
        return None
    finest = max(_RANK.get(p.feature or "", 0.0) for p in candidates)
    if finest >= _RANK["admin2"]:
        candidates = [p for p in candidates if p.latitude is not None]
    else:
        candidates = sorted(candidates, key=lambda p: p.latitude is not None)
        if candidates[0].latitude is None:
            return Located(candidates[0], is_near(text, candidates[0]), source)
    best = candidates[0]
    for other in candidates[1:]:
        finer = _RANK.get(other.feature or "", 1.0) > _RANK.get(best.feature or "", 1.0) + 0.3
        inside = best.country == other.country and (
            best.feature == "country" or (best.feature in ("admin1", "admin2") and best.admin1 == other.admin1)
        )
        if finer and inside and other.geonameid is not None:
            best = other
    return Located(best, is_near(text, best), source)
