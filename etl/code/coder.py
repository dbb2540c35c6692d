"""The deterministic coder: one article in, its events out.

Runs the steps in their order: relevance, annotation, triggers, factuality, roles, dates, places, numbers, clusters,
hierarchy, claims, attribution. Every step decides in its own module; here they are put in order, and an article without
an event gets its reason.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol

from etl.annotate import annotate_many, passing
from etl.code import cluster, identities, where
from etl.code.acts import Act
from etl.code.assemble import Draft, draft, noted
from etl.code.entities import entities
from etl.code.gate import gate, without_background
from etl.code.learned import SURE_ACT, Judge, judge_of, sure_trigger
from etl.code.long_texts import parts, together
from etl.code.material import Material
from etl.code.reading import read_acts
from etl.code.relevance import CODED_LANGUAGE, language_of, may_hold_event
from etl.code.scene import body_start
from etl.code.shares import PART_OF_ANOTHER, heir_of, share_tolls
from etl.code.sourcing import alleged_by_others, with_claims
from etl.code.version import coder_version
from etl.geocode import gazetteer, recognise, recognise_unparsed
from etl.model import Article, Coding, Place, Sentence
from etl.settings import settings

BATCH = 32
"""Articles parsed together: enough to keep the parser busy, few enough that a batch fits in memory beside it."""


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

    def __init__(self, attribution: str | None = None) -> None:
        """Load nothing yet; models load with the first article.

        Args:
            attribution: preset of ``etl.code.attribution``; by default the setting.
        """
        self.preset = attribution or settings().attribution
        self.version = coder_version()

    def code(self, articles: Iterable[Article]) -> Iterator[Coding]:
        """One coding for each article, in order; one that cannot be read is ``failed`` with its reason."""
        waiting: deque[tuple[Article, list[int]]] = deque()
        told = self._batches(_parts_of(articles, waiting))
        for first in told:
            article, offsets = waiting.popleft()
            yield together(article, [first, *islice(told, len(offsets) - 1)], offsets)

    def _batches(self, articles: Iterator[Article]) -> Iterator[Coding]:
        while batch := list(islice(articles, BATCH)):
            with passing():
                told = list(self._batch(batch))
            yield from told

    def _batch(self, batch: Sequence[Article]) -> Iterator[Coding]:
        reasons = [_unread(a) for a in batch]
        waiting = [a for a, (reason, _) in zip(batch, reasons, strict=True) if reason is None]
        docs = annotate_many(a.text for a in waiting)
        for article, (reason, language) in zip(batch, reasons, strict=True):
            doc = next(docs) if reason is None else None
            try:
                if doc is None:
                    yield self._empty(article, "abstained", reason or "no_event", language)
                else:
                    yield self._read(article, doc, language)
            except Exception as error:  # one article must never stop a run; the class names what to look for
                yield self._empty(article, "failed", f"error_{type(error).__name__.lower()}", language)

    def _empty(self, article: Article, outcome: str, reason: str, language: str | None) -> Coding:
        places = recognise_unparsed(article.text, gazetteer()) if reason == "no_event" else []
        return Coding(article.doc_id, outcome, reason, language, self.name, self.version, places=tuple(places))

    def _read(self, article: Article, doc: Any, language: str | None) -> Coding:
        text = article.text
        material, found = read_acts(article, doc)
        alleged = alleged_by_others(found, doc)
        for act in alleged:
            act.why_not = ""
        material, found, events, reason = self._judged(article, doc, material, found, bool(alleged))
        spans = material.spans
        return Coding(
            article.doc_id,
            "coded" if events else "abstained",
            None if events else reason,
            language,
            self.name,
            self.version,
            tuple(d.mention for d in events),
            every_place(doc, material),
            entities(doc, text, spans),
            sentences(doc, events, text),
        )

    def _judged(
        self, article: Article, doc: Any, material: Material, found: list[Act], alleged: bool
    ) -> tuple[Material, list[Act], list[Draft], str]:
        """The events by the rules; of a short text none, or one more, where the learned stage is sure of it.

        Args:
            alleged: one side says that an act happened, the other denies it; that is the rules' to weigh.
        """
        judge = judge_of(article.text)
        if judge is not None and judge.refuses() and not alleged:
            refused = Counter(a.why_not for a in found if a.why_not)
            return material, found, [], refused.most_common(1)[0][0] if refused else "no_event"
        events, reason = self._events(material, found, judge)
        if judge is None or events or not judge.sure():
            return material, found, events, reason
        more = sure_trigger(judge, found, material.sentences)
        if more is None:
            return material, found, events, reason
        material, found = read_acts(article, doc, more)
        for act in (a for a in found if a.name == SURE_ACT):
            act.why_not = ""
        return material, found, *self._events(material, found, judge)

    def _events(self, material: Material, found: list[Act], judge: Judge | None) -> tuple[list[Draft], str]:
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
        shares = share_tolls(clusters, found, material)
        if judge is not None:
            judge.single = len(clusters) == 1
        doubtful: list[Draft] = []
        left: list[Draft] = []
        for n, one in enumerate(clusters):
            made = draft(one, shares[n], _leads(one, clusters, material), material, judge)
            reason = gate(made, _leads(one, clusters, material), material)
            if reason:
                refused[reason] += 1
                doubtful.append(made)
                left += [made] if reason in PART_OF_ANOTHER else []
                continue
            drafts.append(made)
        drafts = without_background(drafts, refused)
        if judge is not None and not drafts and judge.sure():
            drafts = doubtful[:1]
        if judge is not None and len(drafts) > 1:
            kept = _apart(drafts, judge)
            left += [d for d in drafts if d not in kept]
            drafts = kept
        for lost in left:
            heir = heir_of(lost, drafts)
            if heir is not None:
                one, own = drafts[heir].cluster, [*drafts[heir].tolls, *lost.tolls]
                drafts[heir] = draft(one, own, _leads(one, clusters, material), material, judge)
        drafts = with_claims(drafts, found, material, self.preset)
        drafts = [replace_mention(d, material) for d in drafts]
        return drafts, refused.most_common(1)[0][0] if refused else "no_event"


def _parts_of(articles: Iterable[Article], waiting: deque[tuple[Article, list[int]]]) -> Iterator[Article]:
    """What is read one after the other; ``waiting`` learns which whole article comes next and where its parts begin."""
    for article in articles:
        read = parts(article)
        waiting.append((article, [offset for _, offset in read]))
        yield from (part for part, _ in read)


def _leads(one: cluster.Cluster, clusters: list[cluster.Cluster], material: Material) -> bool:
    """Whether a text opens with an event."""
    return one is clusters[0] and one.acts[0].sentence <= body_start(material) + 2


def _apart(drafts: list[Draft], judge: Judge) -> list[Draft]:
    """Several events of one text: each once, and of those of one place and day only types that the judge lets stand."""
    spots = Counter((d.mention.location, d.mention.event_date) for d in drafts)
    kept: dict[object, Draft] = {}
    for one in drafts:
        m = one.mention
        if judge.stands(m.sub_event_type) or spots[m.location, m.event_date] == 1:
            kept.setdefault((m.sub_event_type, m.event_date, m.iso3, m.location, m.actor1, m.actor2), one)
    told = [one for one in kept.values() if not any(_told_better(other, one) for other in kept.values())]
    return told or drafts[:1]


def _told_better(other: Draft, one: Draft) -> bool:
    """Whether another event has the type, day and place of one, and names everybody whom that names and more."""
    m, o = one.mention, other.mention
    if (m.sub_event_type, m.event_date, m.iso3, m.location) != (o.sub_event_type, o.event_date, o.iso3, o.location):
        return False
    pairs = [(m.actor1, o.actor1, other.one), (m.actor2, o.actor2, other.two)]
    vague = [
        a != b
        and b is not None
        and bool(slot.parties)
        and (a or "Unidentified").startswith(("Unidentified", "Civilians"))
        for a, b, slot in pairs
    ]
    return any(vague) and all(v or a == b for v, (a, b, _) in zip(vague, pairs, strict=True))


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


def every_place(doc: Any, material: Material) -> tuple[Place, ...]:
    """Every place name of a text: those an act may be coded at, and those within other names."""
    placed = {i for p in material.places for i in range(p.start, p.end)}
    others = (p for p in recognise(doc, material.gazetteer, nested=True) if placed.isdisjoint(range(p.start, p.end)))
    return tuple(sorted((*material.places, *others), key=lambda p: p.start))


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
