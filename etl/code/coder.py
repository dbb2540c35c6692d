"""The deterministic coder: one article in, its events out.

Runs the steps in their order: relevance, annotation, triggers, factuality, roles, dates, places, numbers, clusters,
hierarchy, claims, attribution. Every step decides in its own module; here they are put in order, and an article without
an event gets its reason.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, Protocol

from etl import __version__
from etl.annotate import annotate_many, dateline, once
from etl.code import acts as acts_of
from etl.code import chronology, cluster, identities, triggers, where
from etl.code.actors import Registry, registry
from etl.code.acts import Act
from etl.code.assemble import Draft, Material, draft, noted
from etl.code.counts import Toll, tolls
from etl.code.dates import anchor_date, date_expressions
from etl.code.factuality import setting
from etl.code.gate import gate
from etl.code.lexicon import domains, nouns
from etl.code.parties import ARMED, Cast
from etl.code.relevance import CODED_LANGUAGE, language_of, may_hold_event
from etl.code.sourcing import with_claims
from etl.code.words import norm
from etl.geocode import gazetteer, nationalities, recognise
from etl.model import Article, Coding, Entity, Place, Sentence
from etl.settings import settings

BATCH = 32
"""Articles parsed together: enough to keep the parser busy, few enough that a batch fits in memory beside it."""
_NOT_NOW = frozenset({"background_only", "commemoration", "hypothetical", "planned", "threat"})
"""Figures beside an act of another time, or of none, are not the event's."""
NATIONALITY = 0.5
"""What "Salvadoran" counts against a place in El Salvador: people are often abroad."""
DOMAIN_SHARE = 2.0
"""Words of another field per 100 words above which the whole article belongs to it."""


class Coder(Protocol):
    """Anything that reads articles and says what happened; its quotes are checked letter by letter."""

    name: str
    version: str

    def code(self, articles: Iterable[Article]) -> Iterator[Coding]:
        """One coding for each article, in order."""
        ...


class RuleCoder:
    """The engine that runs offline and explains itself."""

    name = "rules"
    version = __version__

    def __init__(self, attribution: str | None = None) -> None:
        """Load nothing yet; models load with the first article.

        Args:
            attribution: preset of ``etl.code.attribution``; by default the setting.
        """
        self.preset = attribution or settings().attribution

    def code(self, articles: Iterable[Article]) -> Iterator[Coding]:
        """One coding for each article, in order; one that cannot be read is ``failed`` with its reason."""
        stream = iter(articles)
        while batch := list(islice(stream, BATCH)):
            yield from self._batch(batch)

    def _batch(self, batch: Sequence[Article]) -> Iterator[Coding]:
        reasons = [_unread(a) for a in batch]
        waiting = [a for a, (reason, _) in zip(batch, reasons, strict=True) if reason is None]
        docs = annotate_many(a.text for a in waiting)
        for article, (reason, language) in zip(batch, reasons, strict=True):
            if reason is not None:
                yield self._empty(article, "abstained", reason, language)
                continue
            doc = next(docs)
            try:
                yield self._read(article, doc, language)
            except Exception as error:  # one article must never stop a run; the class names what to look for
                yield self._empty(article, "failed", f"error_{type(error).__name__.lower()}", language)

    def _empty(self, article: Article, outcome: str, reason: str, language: str | None) -> Coding:
        return Coding(article.doc_id, outcome, reason, language, self.name, self.version)

    def _read(self, article: Article, doc: Any, language: str | None) -> Coding:
        text = article.text
        material, found = read_acts(article, doc)
        events, reason = self._events(material, found)
        spans = material.spans
        return Coding(
            article.doc_id,
            "coded" if events else "abstained",
            None if events else reason,
            language,
            self.name,
            self.version,
            tuple(d.mention for d in events),
            tuple(material.places),
            entities(doc, text, spans),
            sentences(doc, events, text),
        )

    def _events(self, material: Material, found: list[Act]) -> tuple[list[Draft], str]:
        real = [a for a in found if not a.why_not]
        body = [a for a in real if a.sentence not in material.titles]
        real = body if any(not a.effect for a in body) else real
        refused = Counter(a.why_not for a in found if a.why_not)
        drafts: list[Draft] = []
        clusters = cluster.absorb(cluster.join(real, material.texts))
        cluster.lend_days(clusters)
        cluster.hear_denials(clusters, [a for a in found if a.why_not in ("denied", "negated")], material.texts)
        if material.cast is not None:
            identities.complete(
                clusters, found, identities.Reader(material.cast, material.sentences, material.registry)
            )
        shares = _share_tolls(clusters, found, material)
        for n, one in enumerate(clusters):
            lead = n == 0 and one.acts[0].sentence <= _body_start(material) + 2
            made = draft(one, shares[n], lead, material)
            reason = gate(made, lead, material)
            if reason:
                refused[reason] += 1
                continue
            drafts.append(made)
        drafts = with_claims(drafts, found, material, self.preset)
        drafts = [replace_mention(d, material) for d in drafts]
        return drafts, refused.most_common(1)[0][0] if refused else "no_event"


def replace_mention(made: Draft, material: Material) -> Draft:
    """The draft with its note written, now that actors and disputes are settled."""
    place = next((e for e in made.mention.evidence if e.slot == "location"), None)
    near = place is not None and where.is_near(material.text, Place(place.start, place.end, place.quote))
    return replace(made, mention=replace(made.mention, notes=noted(made.mention, near)))


def _unread(article: Article) -> tuple[str | None, str | None]:
    """Reason for which an article is not parsed at all, and its language."""
    if not article.text.strip():
        return "no_text", article.language
    language = language_of(article.text, article.language)
    if language != CODED_LANGUAGE:
        return ("no_event" if language == "und" else "unsupported_language"), None if language == "und" else language
    if not may_hold_event(article.text):
        return "no_event", language
    return None, language


def read_acts(article: Article, doc: Any) -> tuple[Material, list[Act]]:
    """Everything that is read from an article before events are formed."""
    text = article.text
    published = anchor_date(article.published_at, "")
    anchor = anchor_date(article.published_at, text)
    gaz, reg = gazetteer(), registry()
    triggers.join_hyphens(doc)
    places = recognise(doc, gaz)
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
    material.dateline = _dateline_place(text, places)
    if material.dateline is None:
        _opening_town(material)
    nations = [iso3 for *_, iso3 in nationalities(doc)]
    spans = reg.find(doc, None, anchor)
    material.country = _main_country(material.places, material.dateline, nations) or _actors_home(reg, spans)
    material.titles = _titles(material, article.title)
    named = [
        (s.start, s.end)
        for s in spans
        if s.named and s.kind in ("group", "mission", "agency", "monitor", "state_media", "party_outlet")
    ]
    found_triggers = [t for t in triggers.find(doc) if not any(low <= t.token.idx < high for low, high in named)]
    cast = Cast(doc, text, spans, (t.token.i for t in found_triggers), _capitals(doc, places, reg))
    material.cast = cast
    known = [(s.start, s.end) for s in spans] + [(w.start, w.end) for w in material.whens]
    by_token = where.by_token(
        doc,
        [
            *where.unlisted(doc, text, places, known, gaz, material.country),
            *where.capitals(doc, text, gaz),
            *(
                p
                for p in places
                if p is not material.dateline and not any(low <= p.start < high for low, high in named)
            ),
        ],
    )
    material.spans = tuple(spans)
    numbers = {t.i: n for n, s in enumerate(sents) for t in s}
    field = _field(text)
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
        if field and not act.why_not and not _hard(act):
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
            material.texts[n], act.day is not None, act.family == "demonstration", n <= _body_start(material)
        )
        if (
            not act.why_not
            and act.name == "fight"
            and not trigger.nominal
            and act.when is None
            and n > _body_start(material)
            and not any(a.family == "violence" and not a.why_not and n - a.sentence <= 1 for a in found)
            and not (act.own_place and any(p.feature == "populated" for p in act.places))
        ):
            act.why_not = "background_only"
        if not act.why_not and act.when is not None and act.when.planned:
            act.why_not = "planned"
        if (
            not act.why_not
            and chronology.is_old(act.when, anchor)
            and not (n == _body_start(material) and _told(trigger.token))
        ):
            act.why_not = "background_only"
        if not act.why_not and act.when is not None and act.when.precision is None and act.when.low is not None:
            act.why_not = "background_only"
        if not act.why_not and act.when is None and _goes_on(act, found, material):
            act.why_not = "background_only"
        found.append(act)
    _same_crowd(found)
    material.told = frozenset(a.sentence for a in found)
    return material, found


def _capitals(doc: Any, places: Sequence[Place], reg: Registry) -> dict[int, str]:
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


def _field(text: str) -> str:
    """The field that an article as a whole belongs to ("sport"), or ""."""
    words = max(len(text.split()), 1)
    for reason, pattern in domains():
        if reason in ("sport", "fiction", "finance", "exercise"):
            hits = pattern.findall(text)
            if len({h.lower() for h in hits}) >= 3 and 100 * len(hits) / words >= DOMAIN_SHARE:
                return reason
    return ""


def _dateline_place(text: str, places: list[Place]) -> Place | None:
    span = dateline(text)
    if span is None:
        return None
    return next((p for p in places if p.start < span[1] and p.latitude is not None), None)


_TOWN_OPENS = re.compile(r"\s*([A-Z][A-Z'. -]{2,30}[A-Z]):\s+(?=[A-Z\"\u201c])")
"""The dateline of papers that set the town in capitals before a colon."""


def _opening_town(material: Material) -> None:
    """Take "LAHORE: Police ..." for a dateline, with the town of that name in the country the text is about."""
    found = _TOWN_OPENS.match(material.text)
    if found is None or material.text.isupper():
        return
    place = next((p for p in material.places if p.start == found.start(1)), None)
    if place is None or place.latitude is None:
        country = _main_country(material.places, None)
        town = where.listed(found.start(1), found.end(1), material.text, material.gazetteer, country)
        if town.latitude is None:
            return
        material.places = [town, *(p for p in material.places if p.start >= town.end)]
        place = town
    material.dateline = place


def _main_country(places: list[Place], opening: Place | None, spoken: Iterable[str] = ()) -> str | None:
    """The country most places lie in; the dateline and words of nationality speak for theirs."""
    counts: defaultdict[str, float] = defaultdict(float, Counter(p.country for p in places if p.country))
    for iso3 in spoken:
        if iso3 in counts:
            counts[iso3] += NATIONALITY
    if opening is not None and opening.country:
        counts[opening.country] += 2
    if not counts:
        return None
    return max(counts, key=lambda iso3: counts[iso3])


def _actors_home(reg: Registry, spans: Sequence[Any]) -> str | None:
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


def _titles(material: Material, title: str | None) -> set[int]:
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


def _body_start(material: Material) -> int:
    """Number of the first sentence that is no headline."""
    return next((n for n in range(len(material.texts)) if n not in material.titles), 0)


def _share_tolls(clusters: list[cluster.Cluster], found: list[Act], material: Material) -> list[list[Toll]]:
    """Figures by the event they belong to: its sentence's, the nearest trigger's, else the event told last."""
    shares: list[list[Toll]] = [[] for _ in clusters]
    if not clusters:
        return shares
    bounds = [(s.start_char, s.end_char) for s in material.sentences]
    for toll in material.tolls:
        n = next((i for i, (low, high) in enumerate(bounds) if low <= toll.start < high), -1)
        if any(w.start <= toll.start and toll.end <= w.end for w in material.whens):
            continue
        near = min((a for a in found if a.sentence == n), key=lambda a: abs(a.trigger.start - toll.cue), default=None)
        if near is not None and near.why_not in _NOT_NOW:
            continue
        here = [
            (abs(a.trigger.start - toll.cue), i)
            for i, c in enumerate(clusters)
            for a in c.acts
            if a.sentence == n and c.family in ("violence", "demonstration", "riot")
        ]
        if here:
            share = shares[min(here)[1]]
            if toll.added and _reckoned(toll, share, material.text):
                toll = replace(toll, subset=True)
            share.append(toll)
            continue
        before = [
            (a.sentence, i)
            for i, c in enumerate(clusters)
            for a in c.acts
            if a.sentence < n and c.family in ("violence", "demonstration", "riot")
        ]
        if before and not toll.named:
            last, index = max(before)
            if n - last <= 3:
                shares[index].append(toll)
    return shares


def _reckoned(toll: Toll, before: list[Toll], text: str) -> bool:
    """Such as "killed six people after two more bodies were found": the new figure is in the first."""
    return any(
        t.kind == toll.kind
        and t.end < toll.start
        and re.fullmatch(r"[^.;]*\b(?:after|as)\b[^.;]*", text[t.end : toll.start]) is not None
        for t in before
    )


def entities(doc: Any, text: str, spans: Sequence[Any]) -> tuple[Entity, ...]:
    """Actor-like names, weapons and platforms of a text, none overlapping."""
    found: list[Entity] = []
    taken: set[int] = set()

    def add(start: int, end: int, label: str, actor_id: str | None) -> None:
        if start < end and not taken & set(range(start, end)):
            taken.update(range(start, end))
            found.append(Entity(start, end, text[start:end], label, actor_id))

    for span in spans:
        if span.kind == "generic" and not span.named:
            continue
        add(span.start, span.end, "nationality" if span.kind == "nationality" else "organisation", span.actor_id)
    for ent in doc.ents:
        label = {"PERSON": "person", "ORG": "organisation", "NORP": "nationality"}.get(ent.label_)
        if label:
            add(ent.start_char, ent.end_char, label, None)
    for t in doc:
        lemma = norm(t)
        if t.pos_ in ("NOUN", "PROPN") and lemma in nouns()["platform"] | nouns()["weapon"]:
            add(t.idx, t.idx + len(t), "platform" if lemma in nouns()["platform"] else "weapon", None)
    return tuple(sorted(found, key=lambda e: e.start))


def sentences(doc: Any, events: Sequence[Draft], text: str) -> tuple[Sentence, ...]:
    """Every sentence with the types of the events whose triggers stand in it."""
    types: dict[int, list[str]] = {}
    for event in events:
        for act in event.cluster.acts:
            types.setdefault(act.sentence, []).append(event.mention.event_type)
    found = []
    for n, s in enumerate(doc.sents):
        end = min(s.end_char, len(text))
        if text[s.start_char : end].strip():
            found.append(Sentence(s.start_char, end, tuple(dict.fromkeys(types.get(n, ())))))
    return tuple(found)


def day_of(value: str | None) -> date | None:
    """The calendar day of an ISO date or date-time, or None."""
    return anchor_date(value, "")
