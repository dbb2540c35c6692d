"""What the top and the whole of an article say of where it plays.

Finds headlines, the dateline's town, the country the text is about, and capitals that speak for their states. Does not
place any event.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import yaml

from etl.annotate import dateline, letters
from etl.code import placenames
from etl.code.actors import Registry
from etl.code.material import Material
from etl.geocode.geometry import within_outline
from etl.model import Place
from etl.settings import SCHEMAS

NATIONALITY = 0.5
"""What "Salvadoran" counts against a place in El Salvador: people are often abroad."""
NATIONALITY_ALONE = 0.3
"""The same where nothing else speaks of the country: less than a name that one country's places bear (0.5)."""
_PEOPLE = re.compile(
    r"(?:^|[^\w\s-]\s*|\b[a-z]+\s|\b(?:The|An?|Ethnic|Both)\s)(?!(?:The|An?|Ethnic|Both)\b)([A-Z][a-z]+)\b"
)
"""Capitalised words that no other one stands before: "Tal Afar" is no Afar."""
_TOWN_OPENS = re.compile(r"\s*([A-Z][A-Z'. -]{2,30}[A-Z]):\s+(?=[A-Z\"\u201c])")
"""The dateline of papers that set the town in capitals before a colon."""
_NAME_OPENS = re.compile(
    rf"[\s\-.\"'\u201c]*(?P<name>{placenames.NAME})(?:,\s{placenames.NAME}|\s\([^)\n]*\))?"
    r"(?=:\s|\s[-\u2013\u2014]{1,2}\s|,\s\d{1,2}\s[A-Z][a-z]{2})"
)
"""A name before a colon, dash or day at the top: the place of the report, where it is a town's."""


def capitals(doc: Any, places: Sequence[Place], reg: Registry) -> dict[int, str]:
    """ISO3 by the token of each capital named, as "Kyiv said" is Ukraine speaking."""
    found = {}
    for place in places:
        if (
            place.feature == "populated"
            and place.country
            and reg.country_of(place.name, capitals=True) == place.country
        ):
            span = doc.char_span(place.start, place.end, alignment_mode="expand")
            found.update({t.i: place.country for t in span or ()})
    return found


def dateline_place(text: str, places: list[Place]) -> Place | None:
    """The place that opens wire copy."""
    span = dateline(text)
    if span is None:
        return None
    return next((p for p in places if p.start < span[1] and p.latitude is not None), None)


def opening_town(material: Material, taken: Iterable[tuple[int, int]]) -> None:
    """Take "LAHORE: Police ..." for a dateline, with the town of that name in the country the text is about.

    Args:
        material: what has been read; its dateline and places are completed.
        taken: spans of actors and days.
    """
    text = material.text
    capitals = None if text.isupper() else _TOWN_OPENS.match(text)
    found = capitals or _NAME_OPENS.match(letters(material.doc))
    if found is None:
        return
    start, end = found.span(1)
    place = next((p for p in material.places if p.start == start), None)
    if place is None or place.latitude is None:
        if any(s < end and start < e for s, e in taken):
            return
        if capitals is None and not placenames.may_name(material.doc, start, end):
            return
        country = main_country(material.places, None)
        town = placenames.listed(start, end, text, material.gazetteer, country)
        if town.latitude is None:
            return
        material.places = [town, *(p for p in material.places if p.start >= town.end)]
        place = town
    material.dateline = place


def main_country(places: list[Place], opening: Place | None, spoken: Iterable[str] = ()) -> str | None:
    """The country most places lie in; the dateline and words of nationality speak for theirs."""
    counts: defaultdict[str, float] = defaultdict(float)
    for p in places:
        if p.country:
            counts[p.country] += 1.0 if p.feature == "country" else (1 + p.confidence) / 2
    for iso3 in spoken if counts else ():
        counts[iso3] += NATIONALITY if iso3 in counts else NATIONALITY_ALONE
    if opening is not None and opening.country:
        counts[opening.country] += 2
    if not counts:
        return None
    return max(counts, key=lambda iso3: counts[iso3])


def actors_home(reg: Registry, spans: Sequence[Any]) -> str | None:
    """Where no place is known: the home of most of the actors named."""
    homes: Counter[str] = Counter()
    for span in spans:
        actor = reg.actors.get(span.actor_id.partition("/")[0])
        home = (
            actor.home
            if actor is not None
            else span.actor_id.partition(":")[2].partition("/")[0]
            if span.named
            else None
        )
        if home and len(home) == 3:
            homes[home] += 1
    return homes.most_common(1)[0][0] if homes else None


def namesakes(registry: Registry, spans: Sequence[Any], country: str | None, named: Iterable[str]) -> list[Any]:
    """The spans, each of a name that several actors have given to the one the article can mean.

    That is the one at home in the article's country; else, where the name was given to the forces of a state that the
    article never names, a group of that name ("ADF" in a report from Uganda).

    Args:
        named: ISO3 of every country the article names.
    """
    known = {country, *named}
    return [_namesake(registry, span, country, known) if span.alternatives else span for span in spans]


def _namesake(registry: Registry, span: Any, country: str | None, known: set[str | None]) -> Any:
    ids = (span.actor_id, *span.alternatives)
    homes = {i: registry.actors[i].home if i in registry.actors else i.partition(":")[2][:3] for i in ids}
    best = next((i for i in ids if homes[i] == country), None)
    if best is None and span.actor_id not in registry.actors and homes[span.actor_id] not in known:
        best = next((i for i in ids if i in registry.actors), None)
    if best is None or best == span.actor_id:
        return span
    kind = registry.actors[best].kind if best in registry.actors else best.partition(":")[0]
    return replace(span, actor_id=best, kind=kind, alternatives=tuple(i for i in ids if i != best))


def groups_home(reg: Registry, spans: Sequence[Any]) -> str | None:
    """The country in which most of the armed groups named are at home: names of towns beside them lie there first."""
    homes = Counter(
        actor.home for s in spans if s.named and s.kind == "group" and (actor := reg.actors.get(s.actor_id)) is not None
    )
    (home, times), *_ = homes.most_common(1) or [(None, 0)]
    return home if home and 3 * times >= 2 * homes.total() else None


def peoples_home(doc: Any) -> str | None:
    """The country where most of the peoples named are at home ("the Fulani and Dogon of Koro"); None where none is."""
    homes: defaultdict[str, float] = defaultdict(float)
    for name in set(_PEOPLE.findall(letters(doc))):
        known = _peoples().get(name) or _peoples().get(name.removesuffix("s"), ())
        for iso3 in known:
            homes[iso3] += 1 / len(known)
    ranked = sorted(homes, key=lambda iso3: (-homes[iso3], iso3))
    tie = len(ranked) > 1 and homes[ranked[0]] == homes[ranked[1]]
    return ranked[0] if ranked and not tie else None


@cache
def _peoples() -> dict[str, tuple[str, ...]]:
    """Countries by people, from ``schemas/vocabularies/peoples.yml``."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    path = SCHEMAS / "vocabularies" / "peoples.yml"
    for iso3, names in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for name in names:
            found[name].append(iso3)
    return {name: tuple(homes) for name, homes in found.items()}


def is_weak(material: Material, home: str) -> bool:
    """Whether only names of many bearers speak for the country of a text, and its groups for another.

    The names must have a bearer in the groups' country, or lie far from it: groups also act across a border.
    """
    rivals = [p for p in material.places if p.country == material.country]
    return (
        material.country not in (None, home)
        and material.dateline is None
        and all(p.country != home for p in material.places)
        and all(p.confidence < placenames.SURE and p.feature != "country" for p in rivals)
        and (any(_at_home(p, material, home) for p in rivals) or not any(_beside(p, home) for p in rivals))
    )


def _at_home(place: Place, material: Material, home: str) -> bool:
    return placenames.listed(place.start, place.end, material.text, material.gazetteer, home).country == home


def _beside(place: Place, country: str) -> bool:
    """Whether a place lies in a country or no further from it than armies and groups go."""
    if place.latitude is None or place.longitude is None:
        return False
    return bool(within_outline(country, place.latitude, place.longitude, placenames.FAR_KM))


def titles(material: Material, title: str | None) -> set[int]:
    """Sentences at the top that are headlines: short, without a full stop, alone in their paragraph."""
    found = set()
    opening = dateline(material.text)
    for n, s in enumerate(material.texts[:8]):
        if opening is not None and material.sentences[n].end_char <= opening[1] + 1:
            found.add(n)
            continue
        words = s.strip()
        end = material.sentences[n].end_char
        alone = (
            material.text[end - (len(s) - len(s.rstrip())) :][:2].count("\n") > 0
            or material.text[end : end + 2].strip() == ""
        )
        if (title and words == title.strip()) or (
            len(words.split()) <= 20 and words[-1:].isalnum() and alone and len(material.texts) > 1
        ):
            found.add(n)
    return found


def body_start(material: Material) -> int:
    """Number of the first sentence that is no headline."""
    return next((n for n in range(len(material.texts)) if n not in material.titles), 0)
