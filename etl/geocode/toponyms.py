"""Recognise the place names of an article and have them resolved together.

Decides which stretches of text name a place: what the tagger calls a place, what the gazetteer knows and the wording
treats as a place, what a kind word makes one ("Anbar province"). Adjectives of nationality are no places; they have
their own function. What each name means is decided in ``resolve.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from etl.geocode.gazetteer import Entry, Gazetteer
from etl.geocode.lexicon import (
    BETWEEN,
    COMMON,
    COMPASS,
    INNER,
    KIND_AFTER,
    KIND_BEFORE,
    KIND_NAMES,
    LOCATIVE,
    NAMES_AS_PERSONS,
    NO_PLACE,
    PUBLIC_BODIES,
    STRUCK,
    TITLES,
    US_STATES,
)
from etl.geocode.names import name_key
from etl.geocode.nationalities import nationality_spans, source_text
from etl.geocode.resolve import Candidate, resolve
from etl.model import Place

LONGEST_NAME = 6
"""Words of the longest place name that is looked for ("Democratic Republic of the Congo")."""

KNOWN_WELL = 4.0
"""Importance (10,000 people) from which a name alone is taken for a place; below, the wording has to support it."""


KNOWN_STRIPPED = 3.0
"""Importance (1,000 people) that what is left of a name without its compass or kind word must have ("West Wing")."""


def recognise(doc: Doc, gaz: Gazetteer, context_country: str | None = None) -> list[Place]:
    """Every place name of an article, resolved as far as the article supports.

    Args:
        doc: the annotated article (``etl.annotate.annotate``).
        gaz: the gazetteer to resolve against.
        context_country: ISO 3166-1 alpha-3 of where the outlet reports from, if known.

    Returns:
        Places in text order, not overlapping; ``text[start:end] == place.text`` in the article's own text.
    """
    source = source_text(doc)
    spoken = nationality_spans(doc)
    candidates = _trim_overlaps([*_find(doc, gaz, {(n.start, n.end) for n in spoken})], source)
    chosen = resolve(candidates, source, gaz, [n.iso3 for n in spoken], context_country)
    return [_place(c, source, *answer) for c, answer in zip(candidates, chosen, strict=True) if answer is not None]


def _place(candidate: Candidate, source: str, entry: Entry | None, confidence: float) -> Place:
    start, end = candidate.start, candidate.end
    if entry is None:
        return Place(start, end, source[start:end], confidence=confidence)
    admin1 = None if entry.feature == "country" else entry.admin1
    admin2 = entry.admin2 if entry.feature in {"populated", "admin2"} else None
    return Place(start, end, source[start:end], entry.geonameid, entry.name, entry.country, admin1, admin2,
                 entry.latitude, entry.longitude, entry.feature, confidence)  # fmt: skip


def _find(doc: Doc, gaz: Gazetteer, spoken: set[tuple[int, int]]) -> Iterator[Candidate]:
    """Candidates from the tagger and from the gazetteer; overlapping ones are settled by the caller."""
    surnames = _surnames(doc, gaz)
    home = _home(doc, gaz)
    adjectives = {i for start, end in spoken for i in range(start, end)}
    blocked: set[int] = set()
    for ent in doc.ents:
        if ent.label_ in {"GPE", "LOC", "FAC"}:
            yield from _from_entity(ent, gaz, adjectives)
        elif ent.label_ in {"PERSON", "ORG", "WORK_OF_ART", "PRODUCT", "EVENT", "LAW", "DATE", "TIME"}:
            yield from _from_other(ent, gaz, adjectives, home, surnames)
            if ent.label_ in {"PERSON", "ORG", "WORK_OF_ART", "EVENT"}:
                blocked.update(range(ent.start, ent.end))
    yield from _from_gazetteer(doc, gaz, adjectives, blocked, surnames, home)


def _tidy(span: Span) -> Span | None:
    """Without article, possessive, kind word in lower case, quotes and blanks at the ends."""
    start, end = span.start, span.end
    doc = span.doc
    while start < end and (
        doc[start].is_space
        or doc[start].is_punct
        or (doc[start].lower_ in COMPASS and not doc[start].text[0].isupper())
        or doc[start].lower_ == "the"
    ):
        start += 1
    while start < end and (doc[end - 1].is_space or doc[end - 1].is_punct or doc[end - 1].text in {"'s", "'"}
                           or (doc[end - 1].lower_ in KIND_AFTER and doc[end - 1].is_lower)):  # fmt: skip
        end -= 1
    if start < end and doc[end - 1].text.endswith("."):
        return doc[start:end]
    return doc[start:end] if start < end else None


def _candidate(span: Span, gaz: Gazetteer, sure: bool) -> Candidate:
    doc = span.doc
    before = doc[span.start - 1] if span.start else None
    after = doc[span.end] if span.end < len(doc) else None
    hint = None
    if after is not None and after.lower_ in KIND_AFTER:
        hint = KIND_AFTER[after.lower_]
    elif span[-1].lower_ in KIND_NAMES and len(span) > 1:
        hint = KIND_NAMES[span[-1].lower_]
    elif before is not None and before.lower_ == "of" and span.start > 1 and doc[span.start - 2].lower_ in KIND_BEFORE:
        hint = KIND_BEFORE[doc[span.start - 2].lower_]
    elif before is not None and before.lower_ in KIND_BEFORE:
        hint = KIND_BEFORE[before.lower_]
    return Candidate(span.start_char, span.end_char, span.text, _entries(span.text, gaz), hint, sure)


def _entries(text: str, gaz: Gazetteer) -> tuple[Entry, ...]:
    plain = text.replace("\n", " ")
    found: list[Entry] = []
    if plain.rstrip(".") in US_STATES:
        state = US_STATES[plain.rstrip(".")]
        found.extend(e for e in gaz.lookup(state) if e.feature == "admin1" and e.country == "USA")
        return tuple(found)
    for form in _forms(plain):
        least = 0.0 if form == plain else KNOWN_STRIPPED
        found.extend(e for e in gaz.lookup(form) if e.importance >= least)
        if found:
            break
    return tuple(found)


def _forms(text: str) -> Iterator[str]:
    """The name as it stands and as the gazetteer may have it: without city or kind word, saints written out."""
    yield text
    for short, full in (
        ("St. ", "Saint "),
        ("St ", "Saint "),
        ("Ft. ", "Fort "),
        ("Mt. ", "Mount "),
        ("Ste. ", "Sainte "),
    ):
        if text.startswith(short):
            yield full + text[len(short) :]
    words = text.split()
    if len(words) > 1:
        if words[-1].lower() in KIND_NAMES or words[-1].lower() in KIND_AFTER:
            yield " ".join(words[:-1])
        if words[0].lower() in COMPASS:
            yield " ".join(words[1:])
        if (
            words[0].lower() in {"city", "province", "state", "town", "village", "district", "governorate"}
            and words[1] == "of"
        ):
            yield " ".join(words[2:])


def _from_entity(ent: Span, gaz: Gazetteer, adjectives: set[int]) -> Iterator[Candidate]:
    span = _tidy(ent)
    if span is None or (span.start_char in adjectives and span.end_char - 1 in adjectives):
        return
    if name_key(span.text) in NO_PLACE or not any(c.isalpha() for c in span.text):
        return
    pieces = _pieces(span, gaz)
    for piece in pieces:
        known = bool(_entries(piece.text, gaz))
        if ent.label_ == "FAC" and not known:
            continue
        if not known and (not piece.text[0].isupper() or any(t.like_num for t in piece)):
            continue
        if piece.start_char in adjectives and piece.end_char - 1 in adjectives:
            continue
        yield _candidate(piece, gaz, sure=ent.label_ != "FAC")


def _pieces(span: Span, gaz: Gazetteer) -> list[Span]:
    """The span, or its parts where the tagger ran "Kirkuk, Iraq" together."""
    if _entries(span.text, gaz) or not any(t.text in {",", "and", "/", "\u2014", "("} for t in span):
        return [span]
    parts, start = [], span.start
    for token in span:
        if token.text in {",", "and", "/", "\u2014", "(", ")"}:
            if token.i > start:
                parts.append(span.doc[start : token.i])
            start = token.i + 1
    if start < span.end:
        parts.append(span.doc[start : span.end])
    return [p for p in (_tidy(p) for p in parts) if p is not None]


def _from_other(
    ent: Span, gaz: Gazetteer, adjectives: set[int], home: frozenset[str], surnames: frozenset[str]
) -> Iterator[Candidate]:
    """Places that the tagger took for a person or an organisation, and places that open a public body's name."""
    span = _tidy(ent)
    if span is None or name_key(span.text) in NO_PLACE:
        return
    doc = span.doc
    entries = _entries(span.text, gaz)
    if (
        entries
        and span.text not in US_STATES
        and span.start_char not in adjectives
        and ent.label_ in {"PERSON", "ORG", "PRODUCT"}
    ):
        followed = span.end < len(doc) and doc[span.end].text == ","
        best = max(e.importance for e in entries)
        if any(e.feature == "country" and e.main and e.country not in NAMES_AS_PERSONS for e in entries):
            yield _candidate(span, gaz, sure=False)
            return
        if _locative(span) and best >= (3.0 if ent.label_ == "PERSON" else 3.5) and name_key(span.text) not in COMMON:
            yield _candidate(span, gaz, sure=False)
            return
        if name_key(span.text) not in COMMON | surnames and _at_home(entries, home):
            yield _candidate(span, gaz, sure=False)
            return
        contained = followed and _contained(span, gaz, entries)
        if contained or (
            best >= 5.5
            and len(span) == 1
            and span.text[0].isupper()
            and not span.text.isupper()
            and ent.label_ == "ORG"
        ):
            yield _candidate(span, gaz, sure=False)
            return
    if ent.label_ in {"ORG", "EVENT"}:
        for length in range(min(4, len(span) - 1), 0, -1):
            head = doc[span.start : span.start + length]
            rest = doc[span.start + length]
            if head.start_char in adjectives:
                break
            if rest.lower_.rstrip("s") in PUBLIC_BODIES or (rest.text == "'s" and length):
                known = _entries(head.text, gaz)
                if known and max(e.importance for e in known) >= KNOWN_WELL and name_key(head.text) not in COMMON:
                    yield _candidate(head, gaz, sure=False)
                    break


def _contained(span: Span, gaz: Gazetteer, entries: tuple[Entry, ...]) -> bool:
    doc = span.doc
    for length in (3, 2, 1):
        unit = doc[span.end + 1 : span.end + 1 + length].text
        unit = US_STATES.get(unit.rstrip("."), unit)
        if unit and unit[0].isupper() and gaz.containing(entries, unit):
            return True
    return False


def _from_gazetteer(
    doc: Doc, gaz: Gazetteer, adjectives: set[int], blocked: set[int], surnames: frozenset[str], home: frozenset[str]
) -> Iterator[Candidate]:
    """Names in capitals that the gazetteer knows and the wording supports; longest first."""
    position = 0
    while position < len(doc):
        token = doc[position]
        if not _opens_name(token) or token.i in blocked or token.idx in adjectives:
            position += 1
            continue
        taken = 1
        for length in range(min(LONGEST_NAME, len(doc) - position), 0, -1):
            span = doc[position : position + length]
            if not _may_be_name(span, blocked, adjectives):
                continue
            if _supported(span, gaz, surnames, home):
                yield _candidate(span, gaz, sure=False)
                taken = length
                break
        position += taken


def _opens_name(token: Token) -> bool:
    return token.text[0].isupper() and token.is_alpha | ("-" in token.text) | ("'" in token.text) | ("." in token.text)


def _may_be_name(span: Span, blocked: set[int], adjectives: set[int]) -> bool:
    last = span[-1]
    if not (
        last.text[0].isupper() or (last.text[0].isdigit() is False and last.text.isalpha() and last.text[0].isupper())
    ):
        return False
    for token in span:
        if token.i in blocked or token.idx in adjectives or token.is_space or (token.is_punct and token.text != "-"):
            return False
        if not token.text[0].isupper() and token.lower_ not in INNER and token.text != "-":
            return False
    return True


def _supported(span: Span, gaz: Gazetteer, surnames: frozenset[str], home: frozenset[str]) -> bool:
    key = name_key(span.text)
    if key in NO_PLACE or (len(span.text) < 3 and span.text not in {"US", "UK"}):
        return False
    entries = _entries(span.text, gaz)
    if not entries:
        return False
    doc = span.doc
    after = doc[span.end] if span.end < len(doc) else None
    before = doc[span.start - 1] if span.start else None
    if before is not None and (before.text.rstrip(".") in TITLES or before.ent_type_ == "PERSON" or before.text == "@"):
        return False
    if after is not None and after.ent_type_ == "PERSON" and after.ent_iob_ == "B" and not _locative(span):
        return False
    best = max(entries, key=lambda e: e.importance + e.main)
    kind = after is not None and after.lower_ in KIND_AFTER
    locative = _locative(span)
    if key in surnames and not kind and not (locative and best.importance >= KNOWN_WELL):
        return False
    if kind or (after is not None and after.text == "," and _contained(span, gaz, entries)):
        return key not in COMMON or kind
    if best.feature == "country" or (len(span) > 1 and best.main and best.importance >= KNOWN_WELL):
        return True
    if span.text in US_STATES:
        return before is not None and before.text == ","
    if key in COMMON or (len(span) == 1 and span[0].is_sent_start and span[0].pos_ != "PROPN"):
        return False
    if after is not None and after.text[0].isupper() and after.is_alpha and not locative:
        return False
    if locative:
        return best.importance >= 2.5 if best.main else best.importance >= KNOWN_WELL
    if _at_home(entries, home):
        return True
    return best.importance >= 5.3 and best.main and span[0].pos_ == "PROPN"


def _locative(span: Span) -> bool:
    """Whether the words before treat the span as a place ("in", "near the town of", "northern")."""
    doc, i = span.doc, span.start - 1
    while i >= 0 and doc[i].lower_ in BETWEEN and span.start - i < 4:
        if doc[i].lower_ == "of" and i and doc[i - 1].lower_ in KIND_BEFORE:
            return True
        i -= 1
    if i < 0:
        return False
    if doc[i].lower_ in LOCATIVE or (doc[i].pos_ == "VERB" and doc[i].lemma_.lower() in STRUCK):
        return True
    joined = i < span.start - 1 and doc[span.start - 1].lower_ in {"and", ",", "or"}
    owns = span.end + 1 < len(doc) and doc[span.end].text == "'s" and doc[span.end + 1].lower_ in KIND_AFTER
    return owns or (joined and doc[i].ent_type_ in {"GPE", "LOC"})


def _home(doc: Doc, gaz: Gazetteer) -> frozenset[str]:
    """Countries that the article names outright, by nationality, or by a province of theirs ("Kachin State")."""
    named = {
        e.country for ent in doc.ents if ent.label_ == "GPE" for e in gaz.lookup(ent.text)[:1] if e.feature == "country"
    }
    for token in doc[1:]:
        if KIND_AFTER.get(token.lower_) == "admin1" and doc[token.i - 1].text[0].isupper():
            units = {e.country for e in gaz.lookup(doc[token.i - 1].text) if e.feature == "admin1" and e.main}
            named |= units if len(units) == 1 else set()
    return frozenset({c for c in named if c} | {n.iso3 for n in nationality_spans(doc)}) - NAMES_AS_PERSONS


def _at_home(entries: tuple[Entry, ...], home: frozenset[str]) -> bool:
    """Whether a name that could be anything is a town of 10,000 or more of a country the article names."""
    return any(e.country in home and e.importance >= KNOWN_WELL and e.feature != "country" for e in entries)


def _surnames(doc: Doc, gaz: Gazetteer) -> frozenset[str]:
    """Last words of full person names: the same word alone is the person again."""
    names = set()
    for ent in doc.ents:
        if ent.label_ == "PERSON":
            words = [t.text for t in ent if t.is_alpha or "-" in t.text]
            if len(words) > 1 and not gaz.has(ent.text):
                names.add(name_key(words[-1]))
    return frozenset(names)


def _trim_overlaps(candidates: list[Candidate], source: str) -> list[Candidate]:
    """One candidate for each stretch of text: known to the gazetteer before unknown, then the longer one."""
    ranked = sorted(candidates, key=lambda c: (not c.entries, -(c.end - c.start), not c.sure))
    kept: list[Candidate] = []
    for c in ranked:
        if c.end <= len(source) and all(c.end <= k.start or c.start >= k.end for k in kept):
            kept.append(c)
    return sorted(kept, key=lambda c: c.start)
