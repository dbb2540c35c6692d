"""Recognise the place names of an article and have them resolved together.

Decides which stretches of text name a place: their observations (``evidence.py``) are weighed, and of overlapping ones
the likeliest stays. Adjectives of nationality are no places, except where they say in which country a stretch of ground
lies ("the Syrian coast"). What each name means is decided in ``resolve.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from etl.annotate import once, tokens_only
from etl.geocode.evidence import Evidence
from etl.geocode.gazetteer import Entry, Gazetteer
from etl.geocode.lexicon import (
    COMMON,
    COMPASS,
    KIND_AFTER,
    KIND_BEFORE,
    KIND_NAMES,
    NAME_WORDS,
    PUBLIC_BODIES,
)
from etl.geocode.nationalities import LANDS, Nationality, nationality_spans, source_text
from etl.geocode.resolve import Answer, Candidate, resolve
from etl.geocode.stretches import ROAD, Bounds, Words, known, stretches
from etl.geocode.weights import weigh
from etl.model import Place

LEAST_ODDS = -0.45
"""Logarithm of the odds from which a stretch is taken for a place's name: a little below even, because what speaks for
most names is said more than once."""
MORE = 0.01
"""What puts a listed name with a comma before its parts; any small number would do."""
KNOWN_WELL = 4.0
"""Importance (10,000 people) that a place which opens a public body's name must have ("Kabul Police")."""
KNOWN_STRIPPED = 3.0
"""Importance (1,000 people) that what is left of a name without its compass or kind word must have ("West Wing")."""
SITE_REACH = 120
"""Characters from a street or building to the name of its town; sentences of news have 130 on average."""
SITE_SURE = 0.5
"""Share of the town's confidence that a site placed at its town keeps; towns read with less are its last resort."""
_ORGANISED = frozenset({"ORG", "EVENT", "WORK_OF_ART", "PRODUCT", "LAW", "PERSON"})
_SITES = ("streets", "facilities")
_TOWNS = frozenset({"populated", "admin2"})
_NOT_OF_TOWNS = NAME_WORDS["streets"] | NAME_WORDS["features"]
"""Last words of names that hold a town's name and lie anywhere ("Hampton Hills", unlike "Manila Cathedral")."""


@dataclass(frozen=True)
class _Name:
    """A stretch that names a place.

    Attributes:
        nested: it is part of a longer name that is no place ("Jamaica Cancer Society"), or an unlisted road or
            building: nowhere for an act to be coded at.
        site: an unlisted road, building or natural feature, which takes the point of a town.
    """

    candidate: Candidate
    nested: bool
    site: bool


def recognise(doc: Doc, gaz: Gazetteer, context_country: str | None = None, nested: bool = False) -> list[Place]:
    """Every place name of an article, resolved as far as the article supports.

    Args:
        doc: the annotated article (``etl.annotate.annotate``), or its bare tokens.
        gaz: the gazetteer to resolve against.
        context_country: ISO 3166-1 alpha-3 of where the outlet reports from, if known.
        nested: also names within the names of organisations and events, streets, buildings that no gazetteer lists,
            and adjectives of the country in which a stretch of ground lies.

    Returns:
        Places in text order, not overlapping; ``text[start:end] == place.text`` in the article's own text.
    """
    read = once(doc, f"places {context_country}", lambda: _read(doc, gaz, context_country))
    return [place for place, inner in read if nested or not inner]


def recognise_unparsed(text: str, gaz: Gazetteer, context_country: str | None = None) -> list[Place]:
    """As ``recognise`` with ``nested``, for a text that is not worth parsing."""
    return recognise(tokens_only(text), gaz, context_country, nested=True)


def _read(doc: Doc, gaz: Gazetteer, context: str | None) -> list[tuple[Place, bool]]:
    source = source_text(doc)
    names = once(doc, "place names", lambda: sorted(_names(Words(doc), gaz), key=lambda n: n.candidate.start))
    spoken = nationality_spans(doc)
    answers = resolve([n.candidate for n in names], source, gaz, [n.iso3 for n in spoken], context)
    placed = _sites_placed(names, answers)
    found = [(_place(n.candidate, source, *a), n.nested) for n, a in zip(names, placed, strict=True) if a]
    return sorted([*found, *_grounds(spoken, found, source, gaz)], key=lambda read: read[0].start)


def _grounds(
    spoken: Sequence[Nationality], found: Sequence[tuple[Place, bool]], source: str, gaz: Gazetteer
) -> Iterator[tuple[Place, bool]]:
    """The countries of adjectives that say where, as nested names, unless they stand within a name."""
    for one in spoken:
        if not one.locates:
            continue
        lands = (e for e in gaz.lookup(LANDS.get(one.text, "")) if e.feature == "admin1" and e.country == one.iso3)
        entry = next(lands, gaz.country(one.iso3))
        if entry and not any(p.start < one.end and one.start < p.end for p, _ in found):
            yield _place(Candidate(one.start, one.end, one.text, (entry,), None, True), source, entry, 1.0), True


def _place(candidate: Candidate, source: str, entry: Entry | None, confidence: float) -> Place:
    start, end = candidate.start, candidate.end
    if entry is None:
        return Place(start, end, source[start:end], confidence=confidence)
    admin1 = None if entry.feature == "country" else entry.admin1
    admin2 = entry.admin2 if entry.feature in {"populated", "admin2"} else None
    return Place(start, end, source[start:end], entry.geonameid, entry.name, entry.country, admin1, admin2,
                 entry.latitude, entry.longitude, entry.feature, confidence)  # fmt: skip


def _names(words: Words, gaz: Gazetteer) -> Iterator[_Name]:
    """The stretches that name a place, the likeliest of those that overlap."""
    found = stretches(words, gaz)
    evidence = Evidence(words, found, gaz)
    odds = {k: weigh(evidence.of(k), words.tagged) for k in found}
    with_comma = [k for k in found if found[k] and "," in words.text[slice(*k)]]
    for k in with_comma:  # "Washington, D.C." is likelier than either of its parts
        odds[k] = max(odds[inner] for inner in found if k[0] <= inner[0] and inner[1] <= k[1]) + MORE
    taken: set[int] = set()
    for k in sorted((k for k in found if odds[k] >= LEAST_ODDS), key=lambda k: (-odds[k], k)):
        if taken.isdisjoint(range(*k)) and words.offsets(k)[1] <= len(words.source):
            taken.update(range(*k))
            yield _name(words, k, found[k], gaz)


def _name(words: Words, stretch: Bounds, entries: tuple[Entry, ...], gaz: Gazetteer) -> _Name:
    s, e = stretch
    text = words.span(stretch)
    label = words.doc[e - 1].ent_type_
    ending = words.low[e - 1].rstrip(".")
    built = not entries and (ROAD.match(text) is not None or any(ending in NAME_WORDS[kind] for kind in _SITES))
    if not entries:
        entries = _stripped(text, gaz)
    unlisted = not entries
    if not entries and ending not in _NOT_OF_TOWNS:
        heads = (known(words.span((s, x)), gaz) for x in range(e - 1, s, -1))
        entries = next((head for head in heads if any(n.importance >= KNOWN_WELL for n in head)), ())
    nested = (
        built
        or (unlisted and words.tagged and label not in {"GPE", "LOC"})
        or (_part_of_other(words, stretch) and not _opens_public_body(words, stretch, entries))
    )
    start, end = words.offsets(stretch)
    hint = _hint(words, stretch)
    candidate = Candidate(start, end, text, entries, hint, label in {"GPE", "LOC"} or hint is not None)
    natural = unlisted and (ending in NAME_WORDS["features"] or words.low[s] in NAME_WORDS["leads"])
    return _Name(candidate, nested, built or natural)


def _stripped(text: str, gaz: Gazetteer) -> tuple[Entry, ...]:
    """Entries of a name without its city, kind or compass word, where they are of some size."""
    words = text.split()
    forms = []
    if len(words) > 1:
        kind = {**KIND_AFTER, **KIND_NAMES}.get(words[-1].lower(), "natural")
        if kind != "natural":  # the Kish River is no town called Kish
            forms.append(" ".join(words[:-1]))
        if words[0].lower() in COMPASS:
            forms.append(" ".join(words[1:]))
    for form in forms:
        entries = tuple(e for e in known(form, gaz) if e.importance >= KNOWN_STRIPPED)
        if entries:
            return entries
    return ()


def _hint(words: Words, stretch: Bounds) -> str | None:
    """The feature that a kind word beside or at the end of a name asks for."""
    s, e = stretch
    low = words.low
    if e < len(low) and low[e] in KIND_AFTER:
        return KIND_AFTER[low[e]]
    if e - s > 1 and low[e - 1] in KIND_NAMES:
        return KIND_NAMES[low[e - 1]]
    if s > 1 and low[s - 1] == "of" and low[s - 2] in KIND_BEFORE:
        return KIND_BEFORE[low[s - 2]]
    return KIND_BEFORE.get(low[s - 1]) if s else None


def _part_of_other(words: Words, stretch: Bounds) -> bool:
    """Whether a name stands within the name of an organisation, event or person."""
    s, e = stretch
    a, b = words.run[s] or stretch
    end = next((i for i in range(e, b) if words.low[i] == "and"), b)
    if end > e and words.low[end - 1] in NAME_WORDS["bodies"]:
        return True
    if s - 1 > a and words.low[s - 1] == "of" and words.low[s - 2] in NAME_WORDS["bodies"]:
        return True
    if e < end and words.low[e] not in PUBLIC_BODIES and _ends_like_a_name(words.low[end - 1]):
        return True
    doc = words.doc
    if not words.tagged or doc[s].ent_type_ not in _ORGANISED or doc[s].ent_type_ != doc[e - 1].ent_type_:
        return False
    inside_before = doc[s].ent_iob_ == "I" and words.low[s - 1] != "the"
    return inside_before or (e < len(doc) and doc[e].ent_iob_ == "I" and words.low[e] != "'s")


def _ends_like_a_name(word: str) -> bool:
    """Whether a run of names does not end in a kind of place ("Paris Saint-Germain", but not "Manila Cathedral")."""
    kinds = ("streets", "facilities", "features")
    return word not in KIND_NAMES and not any(word in NAME_WORDS[kind] for kind in kinds)


def _opens_public_body(words: Words, stretch: Bounds, entries: Sequence[Entry]) -> bool:
    """Such as "Kabul Police": the body acts where its name says."""
    s, e = stretch
    run = words.run[s]
    if run is None or s != run[0] or e >= len(words.low) or not entries or words.span(stretch).lower() in COMMON:
        return False
    body = words.low[e].rstrip("s") in PUBLIC_BODIES or words.text[e] == "'s"
    return body and max(x.importance for x in entries) >= KNOWN_WELL


def _sites_placed(names: Sequence[_Name], answers: Sequence[Answer | None]) -> list[Answer | None]:
    """The answers, with unlisted sites placed in the town they are called after or, where nested, the one beside them.

    Where no town stands near, the article's main town.
    """
    towns = [(n.candidate, *a) for n, a in zip(names, answers, strict=True) if a and a[0] and a[0].feature in _TOWNS]
    towns = [town for town in towns if town[2] >= SITE_SURE] or towns
    often = Counter(entry for _, entry, _ in towns)
    placed = list(answers)
    for i, name in enumerate(names):
        answer = answers[i]
        if not towns or not name.site or answer is None or answer[0] is not None:
            continue
        named = [t for t in towns if t[0].text in name.candidate.text]
        if not named and not name.nested:
            continue
        gaps = []
        for town, entry, confidence in named or towns:
            after = town.start - name.candidate.end
            gaps.append((after if after >= 0 else 2 * (name.candidate.start - town.end), entry, confidence))
        gap, entry, confidence = min(gaps, key=lambda found: found[0])
        if gap > SITE_REACH and not named:
            entry, confidence = often.most_common(1)[0][0], SITE_SURE
        placed[i] = entry, round(SITE_SURE * confidence, 3)
    return placed


__all__ = ["recognise", "recognise_unparsed"]
