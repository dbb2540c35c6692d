"""Places that the gazetteer's recogniser leaves open.

Finds the names that a text itself presents as places although no gazetteer lists them ("at Gwa", "the town of Gwa",
"Gwa village"), and takes names that were read far abroad home to the country the article is about: to its own place of
the name or of a close spelling, else to the bare name. Gives no coordinates of its own. Which place an act has is
``where``'s question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from etl.annotate import letters
from etl.code.lexicon import words
from etl.code.words import norm
from etl.geocode import Gazetteer, nationalities
from etl.geocode.gazetteer import Entry
from etl.geocode.geometry import distance_km, within_outline
from etl.geocode.lexicon import COMMON, KIND_NAMES, NAME_WORDS, demonyms
from etl.geocode.names import name_key
from etl.model import Place

CERTAIN = 0.95
"""Confidence from which a resolved name needs no other name of its country beside it."""
SURE = 0.8
"""Confidence of a resolved name below which the home of the groups at work may read it anew."""
FAR_KM = 600.0
"""Beyond this a place is no neighbour of the country that the article is about."""
BORDER_KM = 60.0
"""Up to here a town across the border is looked for where the country has none of the name: rockets out of Gaza fall on
Sderot."""
CLOSE = 0.85
"""Least similarity of a spelling that no other evidence supports: "Tessalit" and "Tesalit", not "Umlazi" and
"Umlalazi"."""
SOME_SIZE = 3.0
"""Importance (1,000 people) from which an alternate name alone may tell where a text plays."""
PRESENTED = 0.3
"""Confidence of a name without an entry that the wording makes a place; others without an entry have none."""

_WORD = r"[^\W\d_a-zà-ÿ][\w\u2019']*"
_ARTICLE = r"(?:al|el|ad|an|ar|as|ash|at|az|ul|es|ez)"
_PARTICLE = r"(?:de|del|do|da|dos|la|las|los|y|e)"
_NEXT = rf"(?:[-\u2010\u2011](?:{_ARTICLE}[- ]|[ei]-)?|[ ](?:{_ARTICLE}-|{_PARTICLE}[ ]){{0,2}})(?=[A-Z\d])[\w\u2019']+"
NAME = rf"(?:(?:{_ARTICLE}-|al |el )(?=[A-Z]))?{_WORD}(?:{_NEXT}){{0,4}}"
"""A name as texts write places: capitalised words, with articles and particles between them."""
_SETTLED = words("where_settled") | words("where_spots")
_NO_PLACE = words("where_no_place")
_KINDS = "|".join(sorted(map(re.escape, _SETTLED), key=len, reverse=True))
_COMPASS = r"(?:(?:central|downtown|nearby|northern|southern|eastern|western|north|south|east|west|upper|lower)[- ])?"
_PRESENTED = re.compile(
    rf"\b(?:(?:[Ii]n|[Aa]t|[Nn]ear|nearby|[Oo]utside|around|inside|off)[ ]{_COMPASS}|"
    rf"(?:{_KINDS})s?[ ](?:of|at|near|around|above|outside|called|named)[ ]{_COMPASS})(?P<name>{NAME})"
)
"""Names that stand where only a place stands."""
_TOWN_AFTER = re.compile(rf"\b(?P<name>{NAME})(?=[ ](?:{'|'.join(sorted(words('where_towns')))})\b)")
_KIND_AFTER = re.compile(
    rf"\b(?:in|at|near|outside|around|from|on|inside|of|into|over|[Tt]he|towards?|to)[ ](?:the[ ])?(?P<name>{NAME})"
    rf"(?=[ ](?:{'|'.join(sorted(_SETTLED - words('where_loose')))})s?\b)"
)
_OWNED = re.compile(rf"(?:'s|\u2019s)[ ](?P<name>{NAME})")
_TAKEN_VERBS = words("where_taken")
"""Verbs whose object, where it is an unknown name without an article, is a place."""
_NOT_HERE = frozenset({"NORP", "DATE", "TIME", "LANGUAGE", "MONEY", "QUANTITY", "PERCENT"})
_LEAST_LETTERS = 3


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


def completed(
    doc: Any, text: str, known: Sequence[Place], names: Iterable[tuple[int, int]], gaz: Gazetteer, country: str | None
) -> list[Place]:
    """The recognised places with those that only the wording makes places ("the town of Gwa"), in text order.

    Args:
        known: recognised places; those without an entry are looked up again in the country.
        names: spans of actors and others that are no places.
        country: what the article is about.
    """
    resolved = [p for p in known if p.latitude is not None]
    taken = [(p.start, p.end) for p in resolved] + list(names)
    found: list[Place] = []
    for start, end in _presented(doc, known):
        for other in known:
            if other.latitude is None and other.start < end and start < other.end:
                start, end = min(start, other.start), max(end, other.end)
        if any(s < end and start < e for s, e in taken) or not may_name(doc, start, end):
            continue
        place = listed(start, end, text, gaz, country)
        found.append(place if place.latitude is not None else replace(place, confidence=PRESENTED))
        taken.append((start, end))
    rest = [p for p in known if p.latitude is None and not any(s < p.end and p.start < e for s, e in taken)]
    return sorted([*resolved, *found, *rest], key=lambda p: p.start)


def _presented(doc: Any, known: Sequence[Place]) -> Iterator[tuple[int, int]]:
    """Spans of the names that the wording makes places, the surest wording first."""
    read = letters(doc)
    for pattern in (_PRESENTED, _TOWN_AFTER, _KIND_AFTER):
        for match in pattern.finditer(read):
            yield _trimmed(read, *match.span("name"))
    for place in known:
        owned = _OWNED.match(read, place.end)
        if owned is not None:
            yield _trimmed(read, *owned.span("name"))
    for token in doc:
        if token.dep_ in ("dobj", "nsubjpass") and norm(token.head) in _TAKEN_VERBS and token.tag_ == "NNP":
            first = token.i
            while first and doc[first - 1].dep_ == "compound" and doc[first - 1].head.i == token.i:
                first -= 1
            if token.ent_type_ != "PERSON" and not any(c.dep_ == "det" for c in token.lefts):
                yield doc[first].idx, token.idx + len(token)


def _trimmed(read: str, start: int, end: int) -> tuple[int, int]:
    """Without the possessive at its end and what follows it."""
    owner = re.search(r"['\u2019]s\b|['\u2019]$", read[start:end])
    return (start, start + owner.start()) if owner else (start, end)


def may_name(doc: Any, start: int, end: int) -> bool:
    """Whether a stretch is written like a name and is none of a day, a nation or a network."""
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None or end - start < _LEAST_LETTERS:
        return False
    words_in = [t for t in span if t.is_alpha]
    if not words_in or all(t.ent_type_ in _NOT_HERE for t in words_in) or any(t.lower_ in _NO_PLACE for t in words_in):
        return False
    last = words_in[-1].lower_
    if last in NAME_WORDS["streets"] or (last in NAME_WORDS["bodies"] and last not in KIND_NAMES):
        return False
    name = letters(doc)[start:end]
    if len(words_in) == 1 and (name.lower() in COMMON or name in demonyms() or name.isupper()):
        return False
    return any(t.pos_ in ("PROPN", "NOUN", "ADJ", "X") for t in words_in) and not all(t.is_stop for t in words_in)


def listed(start: int, end: int, text: str, gaz: Gazetteer, country: str | None) -> Place:
    """The gazetteer's town of that name in the country the article is about, else of a close spelling, else the name.

    Without a country only a name that one country's towns bear is taken for listed.
    """
    name = " ".join(text[start:end].split())
    towns = [e for e in gaz.lookup(name) if e.feature in ("populated", "admin2")]
    if country is None:
        towns = [e for e in towns if e.main]
        if len({e.country for e in towns}) > 1:
            towns = []
    else:
        towns = (
            [e for e in towns if e.country == country]
            or [e for e in gaz.similar(name, country, CLOSE)[:1] if e.feature in ("populated", "admin2")]
            or [e for e in towns if within_outline(country, *e.point, BORDER_KM)]
        )
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
            if any(t.pos_ == "PROPN" and not t.is_punct for t in beside) or "-" in text[max(start - 1, 0) : end + 1]:
                continue
            if not may_name(doc, start, end):
                continue
            name = text[start:end]
            listed_so = gaz.lookup(name)
            bearers = [e for e in listed_so if name_key(e.name) == f"{name_key(name)} city"] or listed_so
            country = bearers[0].country if bearers else None
            weighty = any(e.main or e.importance >= SOME_SIZE for e in bearers)
            placed = token.i > 0 and doc[token.i - 1].pos_ == "ADP"
            if country is not None and all(e.country == country for e in bearers) and (weighty or placed):
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
