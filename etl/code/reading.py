"""Everything that is read from one article before events are formed.

Annotation's names, places, days and figures, and every act with its parties, day, place and the reason for which it
does not count. Does not join acts into events.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from etl.annotate import once
from etl.code import acts as acts_of
from etl.code import chronology, placenames, scene, triggers, where
from etl.code.actors import registry
from etl.code.acts import Act
from etl.code.cast import Cast
from etl.code.counts import tolls
from etl.code.dates import anchor_date, date_expressions
from etl.code.factuality import setting
from etl.code.fields import SHORT, field_of, manner_of
from etl.code.general import in_general
from etl.code.long_texts import legible
from etl.code.material import Material
from etl.code.one_day import share_day
from etl.code.parties import ARMED
from etl.code.presence import join_crowds
from etl.code.triggers import Trigger
from etl.geocode import gazetteer, nationalities, recognise
from etl.model import Article


def read_acts(article: Article, doc: Any, more: Trigger | None = None) -> tuple[Material, list[Act]]:
    """Everything that is read from an article before events are formed.

    Args:
        more: words that report an act although the lexicon does not say so; they take the place of what they overlap.
    """
    text = article.text
    published = anchor_date(article.published_at, "")
    anchor = anchor_date(article.published_at, text)
    gaz, reg = gazetteer(), registry()
    triggers.join_hyphens(doc)
    spans = reg.find(doc, None, anchor)
    home = scene.groups_home(reg, spans) or scene.peoples_home(doc)
    places = recognise(doc, gaz, home)
    sents = list(doc.sents)
    material = Material(
        doc,
        text,
        sents,
        [text[s.start_char : s.end_char] for s in sents],
        places,
        date_expressions(text, anchor),
        once(doc, "tolls", lambda: tolls(doc)),
        anchor,
        published,
        gaz,
        reg,
    )
    known = [(s.start, s.end) for s in spans] + [(w.start, w.end) for w in material.whens]
    if not any(p.country for p in places):
        places = material.places = sorted([*places, *placenames.bare(doc, text, known, gaz)], key=lambda p: p.start)
    material.dateline = scene.dateline_place(text, places)
    if material.dateline is None:
        scene.opening_town(material, known)
        places = material.places
    nations = [iso3 for *_, iso3 in nationalities(doc)]
    material.country = (
        scene.main_country(material.places, material.dateline, nations) or scene.actors_home(reg, spans) or home
    )
    if home is not None and scene.is_weak(material, home):
        material.country = home
    spans = scene.namesakes(reg, spans, material.country, [*nations, *(p.country for p in places if p.country)])
    at_home = placenames.at_home(places, gaz, material.country, nations)
    material.spots = placenames.completed(doc, text, at_home, known, gaz, material.country)
    material.titles = scene.titles(material, article.title)
    named = [
        (s.start, s.end)
        for s in spans
        if s.named and s.kind in ("group", "mission", "agency", "monitor", "state_media", "party_outlet")
    ]
    found_triggers = [t for t in triggers.find(doc) if not any(low <= t.token.idx < high for low, high in named)]
    if more is not None:
        apart = [t for t in found_triggers if t.end <= more.start or t.start >= more.end]
        found_triggers = sorted([*apart, more], key=lambda t: t.start)
    numbers = {t.i: n for n, s in enumerate(sents) for t in s}
    found_triggers = legible(found_triggers, numbers)
    cast = Cast(doc, text, spans, (t.token.i for t in found_triggers), scene.capitals(doc, places, reg))
    material.cast = cast
    by_token = where.by_token(
        doc,
        [
            *placenames.capitals(doc, text, gaz),
            *(
                p
                for p in material.spots
                if p is not material.dateline and not any(low <= p.start < high for low, high in named)
            ),
        ],
    )
    material.spans = tuple(spans)
    field = field_of(text, len(sents))
    countries = frozenset({p.country for p in places if p.feature == "country" and p.country} | set(nations))
    often = Counter(p.country for p in places if p.country)
    countries |= {c for c, times in often.items() if times > 1}
    if material.dateline is not None and material.dateline.country:
        countries |= {material.dateline.country}
    found: list[Act] = []
    for trigger in found_triggers:
        n = numbers[trigger.token.i]
        told = any(a.family == "violence" and not a.why_not for a in found)
        act = acts_of.read(trigger, cast, text, n, n in material.titles, by_token, told)
        if act is None:
            continue
        if field and not act.why_not and ((len(sents) <= SHORT and field != "finance") or not _hard(act)):
            act.why_not = field
        act.places, act.own_place = where.of_act(
            trigger.token, by_token, text, countries, act.family == "demonstration"
        )
        if material.dateline is not None and where.is_here(trigger.token):
            act.places, act.own_place = [material.dateline], True
        act.when = chronology.of_act(trigger.token, material.whens)
        if act.when is not None and act.when.precision == 1 and not act.when.background:
            act.day = act.when.best
        act.why_not = act.why_not or setting(
            material.texts[n], act.day is not None, act.family == "demonstration", n <= scene.body_start(material)
        )
        if (
            not act.why_not
            and act.name == "fight"
            and not trigger.nominal
            and act.when is None
            and n > scene.body_start(material)
            and not any(a.family == "violence" and not a.why_not and n - a.sentence <= 1 for a in found)
            and not (act.own_place and any(p.feature == "populated" for p in act.places))
        ):
            act.why_not = "background_only"
        if not act.why_not and act.family not in ("demonstration", "arrest"):
            act.why_not = manner_of(text, material.texts[n], len(sents), act.day is not None)
        if not act.why_not and act.when is not None and act.when.planned:
            act.why_not = "planned"
        if (
            not act.why_not
            and act.family == "violence"
            and act.when is None
            and act.name != "grenade_hit"
            and n > scene.body_start(material)
            and len(sents) > 3
            and in_general(trigger.token, trigger.nominal)
        ):
            act.why_not = "generic"
        if (
            not act.why_not
            and chronology.is_old(act.when, anchor)
            and not (n == scene.body_start(material) and _told(trigger.token))
        ):
            act.why_not = "background_only"
        if not act.why_not and act.when is not None and act.when.precision is None and act.when.low is not None:
            act.why_not = "background_only"
        if not act.why_not and act.when is None and _goes_on(act, found, material):
            act.why_not = "background_only"
        found.append(act)
    _same_crowd(found)
    _described(found)
    share_day(found, material)
    join_crowds(found)
    material.told = frozenset(a.sentence for a in found if a.family in ("violence", "demonstration", "riot"))
    return material, found


def _same_crowd(found: list[Act]) -> None:
    """Such as "killing two demonstrators and wounding nine": whom the same force hits in one sentence is one crowd."""
    for act in found:
        if act.family == "violence" and not act.why_not and not any(p.side == ARMED for p in act.patients):
            if any(
                o.family == "demonstration"
                and o.name in ("kill", "harm", "attack", "disperse")
                and o.sentence == act.sentence
                and {p.key for p in o.agents} == {p.key for p in act.agents}
                for o in found
            ):
                act.family = "demonstration"


def _described(found: list[Act]) -> None:
    """Such as "the party of the recently murdered senator": what only describes somebody beside what is told."""
    for act in found:
        if act.token.dep_ == "amod" and act.name in ("kill", "abduct") and not act.trigger.nominal and not act.why_not:
            if any(
                o.sentence == act.sentence and o.family == act.family and o.token.dep_ != "amod" and not o.why_not
                for o in found
            ):
                act.why_not = "background_only"


def _told(token: Any) -> bool:
    """Whether a trigger stands in what its sentence tells, and not in a clause that describes somebody."""
    node = token
    while node.head.i != node.i:
        if node.dep_ in ("relcl", "acl", "appos"):
            return False
        node = node.head
    return True


def _goes_on(act: Act, before: list[Act], material: Material) -> bool:
    """Whether an undated act carries on an old story of the sentence before it, in the same paragraph."""
    old = next((a for a in reversed(before) if a.sentence < act.sentence), None)
    if (
        old is None
        or old.why_not != "background_only"
        or act.sentence - old.sentence > 1
        or any(a.sentence == act.sentence and not a.why_not for a in before)
    ):
        return False
    if old.when is None or not chronology.is_old(old.when, material.anchor):
        return False
    if all(a.why_not for a in before if a.sentence not in material.titles):
        return True
    return "\n\n" not in material.text[old.trigger.end : act.trigger.start]


def _hard(act: Act) -> bool:
    return any(p.named or p.group in ("military", "rebels", "militants", "police") for p in act.parties())
