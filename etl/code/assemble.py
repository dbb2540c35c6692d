"""From the acts of one event to a mention.

Puts day, place, toll, type, actors, means and evidence of one cluster together, by the codebook's rules. What each slot
is decided by lies in the module of that slot; here they meet, and the cross-field rules hold by construction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from etl.code import chronology, where
from etl.code.actors import Registry
from etl.code.casting import Slot, Stage, fill
from etl.code.cluster import Cluster
from etl.code.confidence import confidence
from etl.code.counts import Toll, combine, crowd_size
from etl.code.hierarchy import Verdict, decide
from etl.code.lexicon import nouns, words
from etl.code.notes import compose
from etl.code.parties import ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS, Cast, Party
from etl.code.words import norm, phrase
from etl.geocode import Gazetteer
from etl.model import Evidence, Mention, Place
from etl.schema import country_by_iso3, interaction_label, sub_event

MAX_EVIDENCE = 8
"""Quotes of one slot: the first ones tell it, more only repeat."""
UNDATED = "not later than the report"
"""Value of the evidence of a day that only the report's own day limits."""
_NOT_MEANS = words("assemble_not_means")
_WOMEN = frozenset({"politician", "candidate", "activist", "official", "voter", "leader"})
_NO_DEATHS = frozenset({"Abduction/forced disappearance", "Protest with intervention", "Peaceful protest"})


@dataclass
class Material:
    """What has been read of one article before its events are put together."""

    doc: Any
    text: str
    sentences: list[Any]
    texts: list[str]
    places: list[Place]
    whens: list[Any]
    tolls: list[Toll]
    anchor: date | None
    published: date | None
    gazetteer: Gazetteer
    registry: Registry
    dateline: Place | None = None
    country: str | None = None
    titles: set[int] = field(default_factory=set)
    spans: tuple[Any, ...] = ()
    cast: Cast | None = None
    told: frozenset[int] = frozenset()


@dataclass
class Draft:
    """A mention with what claims and the final checks need to know."""

    mention: Mention
    cluster: Cluster
    one: Slot
    two: Slot
    verdict: Verdict
    tolls: list[Toll]


def draft(cluster: Cluster, own_tolls: list[Toll], lead: bool, material: Material) -> Draft:
    """The mention of one cluster, before claims.

    Args:
        own_tolls: the figures that belong to it.
        lead: whether the article opens with it.
    """
    text = material.text
    numbers = sorted({a.sentence for a in cluster.acts})
    words = " ".join(material.texts[n] for n in numbers)
    killed, low, high, basis = combine(own_tolls)
    hurt = [t for t in own_tolls if t.kind == "injured" and not t.cumulative and not t.subset]
    dated = _dated(cluster, lead, material)
    located = _located(cluster, material)
    home = located.place.country if located is not None else material.country
    verdict = decide(
        cluster, words, killed, max((t.low for t in hurt), default=0), home, _told_after(cluster, material)
    )
    spot = _spot(located, verdict, material)
    stage = Stage(material.registry, dated.day, spot["iso3"], spot["country"], material.anchor)
    one, two, targeting = fill(verdict, stage)
    kind = sub_event(verdict.sub_event_type)
    if killed and verdict.sub_event_type in _NO_DEATHS:
        verdict = _deadlier(verdict)
        kind = sub_event(verdict.sub_event_type)
        one, two, targeting = fill(verdict, stage)
    evidence = _evidence(cluster, one, two, dated, located, own_tolls, hurt, text)
    weapons = _weapons(cluster, material, evidence)
    targets = _targets(cluster, verdict, material, evidence)
    inter1 = one.inter or "Political militia"
    mention = Mention(
        event_type=kind["event_type"],
        sub_event_type=kind["sub_event_type"],
        disorder_type=kind["disorder_type"],
        actor1=one.name or "Unidentified Armed Group",
        inter1=inter1,
        interaction=interaction_label(inter1, two.inter),
        civilian_targeting=targeting,
        event_date=dated.day,
        event_date_low=dated.low,
        event_date_high=dated.high,
        time_precision=dated.precision,
        assoc_actor_1=one.assoc_text,
        actor2=two.name,
        assoc_actor_2=two.assoc_text if two.name else None,
        inter2=two.inter,
        **spot,
        fatalities=killed,
        fatalities_low=low,
        fatalities_high=high,
        fatalities_basis=basis,
        injured_low=sum(t.low for t in hurt[:1]) if hurt else None,
        injured_high=max(t.high for t in hurt) if hurt else None,
        tags=_tags(kind["event_type"], words, verdict, two),
        confidence=_confidence(cluster, dated, located, verdict, killed, lead),
        weapons=tuple(weapons),
        targets=tuple(targets),
        also_matched=verdict.also,
        rule_trace=verdict.trace,
        evidence=tuple(evidence),
    )
    return Draft(mention, cluster, one, two, verdict, own_tolls)


def _told_after(cluster: Cluster, material: Material) -> str:
    """The sentences between and behind an event's acts that tell of no other act."""
    others = material.told - {a.sentence for a in cluster.acts}
    reach = range(cluster.acts[0].sentence + 1, min(cluster.last + 3, len(material.texts)))
    return " ".join(material.texts[n] for n in reach if n not in others)


def noted(mention: Mention, near: bool) -> str:
    """The note of a finished mention."""
    disputes = tuple(
        s
        for s in ("occurrence", "actor1", "actor2", "location", "fatalities")
        if mention.dispute.get(s) in ("contested", "attributed_denied")
    )
    return compose(
        mention.sub_event_type,
        mention.actor1,
        mention.actor2,
        mention.event_date,
        mention.time_precision,
        near,
        (mention.location, mention.admin1, mention.country),
        mention.fatalities,
        mention.fatalities_basis,
        disputes,
    )


def _deadlier(verdict: Verdict) -> Verdict:
    """Types that allow no deaths give way to the one next to them that does."""
    instead = "Attack" if verdict.sub_event_type.startswith("Abduction") else "Excessive force against protesters"
    return Verdict(
        instead,
        verdict.first,
        verdict.second,
        (verdict.sub_event_type, *verdict.also),
        (*verdict.trace, "deaths were reported"),
    )


def _dated(cluster: Cluster, lead: bool, material: Material) -> chronology.Dated:
    own = [a.when for a in cluster.acts if a.when is not None] or [a.when for a in cluster.denied if a.when is not None]
    spoken = None
    for act in cluster.acts:
        spoken = spoken or chronology.said_on(act.token, material.whens)
    return chronology.of_event(own, spoken, material.anchor, material.published, lead)


def _located(cluster: Cluster, material: Material) -> where.Located | None:
    """Clause, sentence, the event's other sentences, dateline, title, and last the article's own country."""
    options = []
    for rank, act in enumerate([*cluster.acts, *cluster.denied]):
        if act.places:
            found = where.choose(act.places, material.text, "clause" if act.own_place else "sentence")
            if found is not None:
                fine = {"populated": 3, "natural": 2.5, "other": 2.5, "admin2": 2, "admin1": 1.5, "country": 0.4}.get(
                    found.place.feature or "", 0.2
                )
                options.append((fine + 1.2 * act.own_place - 0.05 * rank, found))
    if options:
        best = max(options, key=lambda o: o[0])[1]
        if best.place.feature != "country":
            return best
        near = _neighbour(cluster, material)
        if near is not None and near.place.country == best.place.country and near.place.feature == "populated":
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
                for p in material.places
                if low <= p.start < high
                and p.feature in ("populated", "admin2", "admin1")
                and p is not material.dateline
            ]
            if found:
                return where.choose(found, material.text, "event")
    return None


def _spot(located: where.Located | None, verdict: Verdict, material: Material) -> dict[str, Any]:
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
    """A town that no gazetteer has: its name, at the chief town of the province its sentence names."""
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
    chief = (
        material.gazetteer.capital(iso3, province.admin1 or province.name) if province is not None and iso3 else None
    )
    if province is None or chief is None:
        return {"location": name}
    return {
        "location": name,
        "admin1": province.admin1 or province.name,
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


def _quote(slot: str, value: str | None, start: int, end: int, text: str) -> Evidence:
    return Evidence(slot, value, start, end, text[start:end])


def _evidence(
    cluster: Cluster,
    one: Slot,
    two: Slot,
    dated: chronology.Dated,
    located: where.Located | None,
    own: list[Toll],
    hurt: list[Toll],
    text: str,
) -> list[Evidence]:
    found: list[Evidence] = []
    first = cluster.acts[0].trigger
    found.extend(
        _quote("event_type", act.name, act.trigger.start, act.trigger.end, text) for act in cluster.acts[:MAX_EVIDENCE]
    )
    if dated.when is not None:
        found.append(_quote("event_date", str(dated.day), dated.when.start, dated.when.end, text))
    elif dated.day is not None:
        found.append(_quote("event_date", UNDATED, first.start, first.end, text))
    if located is not None:
        found.append(_quote("location", located.place.name, located.place.start, located.place.end, text))
    for slot, name in ((one, "actor1"), (two, "actor2")):
        if slot.name is None:
            continue
        found.extend(_quote(name, slot.name, p.start, p.end, text) for p in slot.parties[:MAX_EVIDENCE])
        if not slot.parties and not slot.name.startswith("Unidentified"):
            found.append(_quote(name, slot.name, first.start, first.end, text))
    deaths = [t for t in own if t.kind in ("killed", "casualties")]
    found.extend(_quote("fatalities", str(t.low), t.start, t.end, text) for t in deaths)
    found.extend(_quote("injured_low", str(t.low), t.start, t.end, text) for t in hurt)
    return found


def _tidy(token: Any, material: Material) -> tuple[int, int, str]:
    first, last = phrase(token)
    doc = material.doc
    start, end = doc[first].idx, doc[last].idx + len(doc[last])
    return start, end, material.text[start:end]


def _weapons(cluster: Cluster, material: Material, evidence: list[Evidence]) -> list[str]:
    """Words for the means in the event's sentences, the trigger's own included ("car bomb")."""
    known = nouns()["small_arms"] | nouns()["projectile"] | nouns()["platform"]
    found: dict[str, tuple[int, int, str]] = {}
    for act in cluster.acts:
        tokens = [t for t in act.token.sent if t.pos_ in ("NOUN", "PROPN")]
        for t in tokens:
            lemma = norm(t)
            pair = f"{norm(t.nbor(-1))} {lemma}" if t.i and t.i - 1 >= t.sent.start else lemma
            if (lemma not in known and pair not in known) or (lemma in _NOT_MEANS and t not in act.means):
                continue
            if (
                t.dep_ == "compound"
                and t.head.i == t.i + 1
                and (norm(t.head) in known or norm(t.head) in ("bomber", "man", "squad", "station", "force", "fire"))
            ):
                continue
            start, end, words = _tidy(t, material)
            head = words.casefold()
            if not any(head in k or k in head for k in found):
                found[head] = (start, end, " ".join(words.split()))
        if len(found) >= 6:
            break
    for start, end, words in found.values():
        evidence.append(_quote("weapons", words, start, end, material.text))
    return [w for _, _, w in found.values()]


def _targets(cluster: Cluster, verdict: Verdict, material: Material, evidence: list[Evidence]) -> list[str]:
    """Words for whom and what was hit, in text order."""
    kind = sub_event(verdict.sub_event_type)["event_type"]
    if kind in ("Protests", "Strategic developments") and verdict.sub_event_type not in (
        "Looting/property destruction",
        "Excessive force against protesters",
        "Disrupted weapons use",
    ):
        return []
    found: dict[str, Party] = {}
    agents = {p.key for p in verdict.first if p.side == ARMED}
    for act in cluster.acts:
        for p in act.patients:
            if (
                p.side not in (ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS)
                or (p.side == ARMED and p.key in agents)
                or p.group == "weapon"
            ):
                continue
            if p.head in ("he", "she", "him", "her", "other", "those") or p.text.strip().isdigit():
                continue
            if any(pl.start <= p.start and p.end <= pl.end for pl in material.places):
                continue
            words = " ".join(p.text.split()).casefold()
            if (
                words
                and not any(words in k or k in words for k in found)
                and len(words) < 120
                and p.head not in ("other", "those")
            ):
                found[words] = p
    evidence.extend(
        _quote("targets", " ".join(p.text.split()), p.start, p.end, material.text) for p in list(found.values())[:8]
    )
    return [" ".join(p.text.split()) for p in list(found.values())[:8]]


def _tags(event_type: str, words: str, verdict: Verdict, two: Slot) -> str | None:
    tags = []
    if event_type in ("Protests", "Riots"):
        tags.append(f"crowd size={crowd_size(words)}".replace(";", ","))
        if re.search(r"\bcounter-?(?:protest|demonstrat)", words, re.I):
            tags.append("counter-demonstration")
    if event_type in ("Battles", "Riots") and re.search(r"\b(?:rape[ds]?|sexual)", words, re.I):
        tags.append("sexual violence")
    if re.search(
        r"\b(?:mayor|councill?or|village (?:chief|head)|governor)\b", " ".join(p.text for p in two.parties), re.I
    ):
        tags.append("local administrators")
    return "; ".join(tags) or None


def _confidence(
    cluster: Cluster, dated: chronology.Dated, located: where.Located | None, verdict: Verdict, killed: int, lead: bool
) -> float:
    return confidence(
        {
            "dated": float(dated.when is not None and dated.precision == 1),
            "placed": float(
                located is not None and located.source in ("clause", "sentence") and located.place.feature != "country"
            ),
            "lead": float(lead),
            "agent": float(any(p.side != OBJECT for p in verdict.first)),
            "patient": float(bool(verdict.second)),
            "toll": float(killed > 0),
            "specific": float(bool(cluster.names() - {"attack", "harm", "kill", "arrest", "change"})),
            "acts": min(len(cluster.acts), 5) / 5,
            "strategic": float(sub_event(verdict.sub_event_type)["event_type"] == "Strategic developments"),
        }
    )


__all__ = ["Draft", "Material", "draft", "noted"]
