"""The place columns of an event, from the places of its acts.

Picks among the acts' places, and takes the chief town of an area. Which places an act has is ``where``'s question.
"""

from __future__ import annotations

from typing import Any

from etl.code import where
from etl.code.cluster import Cluster
from etl.code.hierarchy import Verdict
from etl.code.material import Material
from etl.model import Place
from etl.schema import country_by_iso3


def located_of(cluster: Cluster, material: Material) -> where.Located | None:
    """Clause, sentence, the event's other sentences, dateline, title, and last the article's own country."""
    options = []
    for rank, act in enumerate([*cluster.acts, *cluster.denied]):
        if act.places:
            found = where.choose(act.places, material.text, "clause" if act.own_place else "sentence")
            if found is not None:
                fine = 1.6 if found.place.feature == "natural" else where.rank(found.place)
                options.append((fine + 1.2 * act.own_place - 0.05 * rank, found))
    if options:
        best = max(options, key=lambda o: o[0])[1]
        if best.place.feature != "country":
            return best
        near = _neighbour(cluster, material)
        if near is not None and near.place.country in (None, best.place.country) and where.rank(near.place) > 2.5:
            return near
        if (
            material.dateline is not None
            and material.dateline.country == best.place.country
            and not any(a.own_place for a in cluster.acts)
        ):
            return where.Located(material.dateline, False, "dateline")
        return best
    near = _neighbour(cluster, material)
    if near is not None:
        return near
    if material.dateline is not None:
        return where.Located(material.dateline, False, "dateline")
    if material.country is not None:
        place = next((p for p in material.places if p.country == material.country), None)
        if place is not None:
            return where.Located(place, False, "article")
    return None


def _neighbour(cluster: Cluster, material: Material) -> where.Located | None:
    """A town in the sentence after or before the event's first."""
    first = cluster.acts[0].sentence
    for n in (first + 1, first - 1):
        if 0 <= n < len(material.sentences):
            low, high = material.sentences[n].start_char, material.sentences[n].end_char
            found = [
                p
                for p in material.spots
                if low <= p.start < high
                and (p.feature in ("populated", "admin2", "admin1") or where.rank(p) > 1)
                and p is not material.dateline
                and not where.of_speaker(material.doc, p)
            ]
            if found:
                return where.choose(found, material.text, "event")
    return None


def spot_of(located: where.Located | None, verdict: Verdict, material: Material) -> dict[str, Any]:
    """The place's columns; an area is coded at its chief town, a country alone has no point."""
    empty: dict[str, Any] = dict.fromkeys(
        ("country", "iso3", "admin1", "admin2", "location", "latitude", "longitude", "geo_precision", "geonameid")
    )
    place = located.place if located else None
    iso3 = (place.country if place else None) or _home(verdict, material)
    row = country_by_iso3(iso3) if iso3 else None
    if row is None:
        return empty
    spot = {**empty, "country": row["country"], "iso3": iso3}
    if place is None or place.feature == "country" or located is None:
        return spot
    precision = 2 if located.near or place.feature in ("admin2", "natural", "other") else 1
    if place.feature == "other" and not located.near:
        precision = 1 if place.geonameid else 2
    name, latitude, longitude, geonameid, admin2 = (
        place.name,
        place.latitude,
        place.longitude,
        place.geonameid,
        place.admin2,
    )
    if place.feature == "admin1":
        precision = 3
        chief = material.gazetteer.capital(iso3, place.admin1 or place.name) if iso3 else None
        if chief is not None:
            name, latitude, longitude, geonameid, admin2 = (
                chief.name,
                chief.latitude,
                chief.longitude,
                chief.geonameid,
                chief.admin2,
            )
    if latitude is None or longitude is None or name is None:
        return {**spot, **_unlisted(place, located, iso3, material)}
    if place.country is None and iso3 and not material.gazetteer.in_country(iso3, latitude, longitude):
        return {**spot, "location": name}  # waters and deserts far from the country whose forces act
    return {
        **spot,
        "admin1": place.admin1 or (place.name if place.feature == "admin1" else None),
        "admin2": admin2 if place.admin1 else None,
        "location": name,
        "latitude": round(latitude, 4),
        "longitude": round(longitude, 4),
        "geo_precision": precision,
        "geonameid": geonameid,
    }


def _unlisted(place: Place, located: where.Located, iso3: str | None, material: Material) -> dict[str, Any]:
    """A town that no gazetteer has: its name, at the chief town of the province or at the town its sentence names."""
    name = " ".join(place.text.split())
    low = material.text.rfind("\n\n", 0, place.start) + 1
    high = material.text.find("\n\n", place.end)
    province = next(
        (
            p
            for p in material.places
            if p.feature == "admin1"
            and p.country == iso3
            and low <= p.start < (high if high >= 0 else len(material.text))
        ),
        None,
    )
    around = province or next(
        (p for p in material.places if p.country == iso3 and p.admin1 and where.lies_in(material.text, place, p)), None
    )
    if around is None:
        return {"location": name}
    chief: Any = around
    if province is not None and iso3:
        chief = material.gazetteer.capital(iso3, province.admin1 or province.name)
    if chief is None or chief.latitude is None:
        return {"location": name}
    return {
        "location": name,
        "admin1": around.admin1 or around.name,
        "latitude": round(chief.latitude, 4),
        "longitude": round(chief.longitude, 4),
        "geo_precision": 3,
    }


def _home(verdict: Verdict, material: Material) -> str | None:
    """Without any place: the only country whose forces take part, else the one the article is about."""
    homes = {
        p.actor_id.partition(":")[2].partition("/")[0]
        for p in (*verdict.first, *verdict.second)
        if p.actor_id and ":" in p.actor_id and p.kind in ("military", "police", "security", "nationality", "state")
    }
    homes.discard("")
    if len(homes) == 1 and material.country is None:
        return homes.pop()
    return material.country
