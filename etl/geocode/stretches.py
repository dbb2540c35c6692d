"""Find the stretches of a text that may name a place.

Offers, decides nothing: every capitalised stretch that the gazetteer knows, that ends like a facility, road or natural
feature, that is a whole run of capitalised words, or that the tagger calls a name where there is a tagger. Which of
them name a place is decided in ``toponyms.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from spacy.attrs import IDX, ORTH, SENT_START
from spacy.tokens import Doc, Span

from etl.annotate import letters
from etl.geocode.gazetteer import Entry, Gazetteer
from etl.geocode.lexicon import COMPASS, INNER, KIND_AFTER, KIND_NAMES, NAME_WORDS, NO_PLACE, PROVINCES, US_STATES
from etl.geocode.names import name_key
from etl.geocode.nationalities import nationality_spans, source_text

Bounds = tuple[int, int]
Stretches = Mapping[Bounds, tuple[Entry, ...]]

LONGEST_NAME = 6
"""Words of the longest place name that is looked for ("Democratic Republic of the Congo")."""
LONGEST_RUN = 4
"""Words up to which a run of capitalised words that nothing knows may be a name as a whole."""
JOINING = INNER | {"-", "'s", "&", "+", "'"}
"""Tokens within a run of capitalised words."""
SHORT_NAMES = frozenset({"US", "UK"})
SAINTS = {"st": "Saint", "ste": "Sainte", "ft": "Fort", "mt": "Mount"}
NUMBERED = frozenset({"highway", "route", "interstate", "road", "us", "u.s.", "ky", "fm", "cr", "sr", "i"})
"""Words and codes before the number of a road."""
BEFORE_NUMBERED = frozenset({"state", "county", "u.s.", "us", "old", "highway", "interstate", "route"})
PERSISTENT = frozenset({"GPE", "LOC", "FAC", "ORG", "PERSON", "PRODUCT", "EVENT", "WORK_OF_ART"})
"""The tagger's labels that may stand on a place's name."""

ROAD = re.compile(r"(?:[AMB]\d{1,4}|I-\d{1,3}|[A-Z]{2}-\d{1,3})$")
_ENDS_SENTENCE = frozenset({".", "!", "?"})
_CLOSES = frozenset({'"', "'", ")", "]"})
_SPLITS = frozenset({",", "and", "/", "\u2014", "(", ")"})


class Words:
    """The tokens of one article, with what the layout and the capitals tell about them.

    Attributes:
        low: tokens in small letters.
        run: for each token the run of capitalised words it stands in ("University of Kansas Hospital"), or None.
        opens: whether a token opens a sentence.
    """

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.source = source_text(doc)
        self.letters = letters(doc)
        self.tagged = doc.has_annotation("ENT_IOB")
        names = doc.vocab.strings
        rows = doc.to_array([ORTH, IDX, SENT_START]).tolist()
        self.text: list[str] = [names[orth] for orth, _, _ in rows]
        self.low = [t.lower() for t in self.text]
        self.start: list[int] = [start for _, start, _ in rows]
        self.capital = [t[:1].isupper() for t in self.text]
        self.opens = [opens == 1 for *_, opens in rows] if self.tagged else list(self._sentence_starts())
        self.runs = list(self._runs())
        self.run: list[Bounds | None] = [None] * len(self.text)
        for a, b in self.runs:
            self.run[a:b] = [(a, b)] * (b - a)

    def span(self, bounds: Bounds) -> str:
        """The letters of a stretch as the parser reads them."""
        return self.letters[self.start[bounds[0]] : self.end(bounds[1])]

    def end(self, token: int) -> int:
        """Offset behind the token before ``token``."""
        return self.start[token - 1] + len(self.text[token - 1])

    def offsets(self, bounds: Bounds) -> Bounds:
        """Offsets in the article, with the full stop that belongs to an abbreviation ("Pa.", "N.D.")."""
        start, end = self.start[bounds[0]], self.end(bounds[1])
        name = self.source[start:end]
        if self.source[end : end + 1] == "." and _abbreviated(name):
            end += 1
        return start, end

    def _sentence_starts(self) -> Iterator[bool]:
        fresh = True
        for text in self.text:
            yield fresh and not text.isspace()
            if text in _ENDS_SENTENCE or (text.isspace() and "\n" in text):
                fresh = True
            elif not (fresh and (text in _CLOSES or text.isspace())):
                fresh = False

    def _runs(self) -> Iterator[Bounds]:
        i, n = 0, len(self.text)
        while i < n:
            if not self.capital[i]:
                i += 1
                continue
            last, j = i, i + 1
            while j < n and j - last <= 4:  # "Mazar-i-Sharif" has three tokens between its capitals
                saint = self.text[j - 1] == "." and self.low[j - 2] in SAINTS
                if self.opens[j] and not saint:
                    break
                numbered = last == j - 1 and self.text[j][0].isdigit() and self.low[last] in NUMBERED
                if self.capital[j] or numbered:
                    last = j
                elif self.low[j] not in JOINING and not (self.text[j] == "." and self.low[j - 1] in SAINTS):
                    break
                j += 1
            yield i, last + 1
            i = last + 1


def _abbreviated(name: str) -> bool:
    newspaper = (name in US_STATES or name in PROVINCES) and not (len(name) == 2 and name.isupper())
    return newspaper or ("." in name and len(name) < 6)


def stretches(words: Words, gaz: Gazetteer) -> dict[Bounds, tuple[Entry, ...]]:
    """Stretches of tokens that may name a place, with the entries that bear the name (none for unlisted names)."""
    found: dict[Bounds, tuple[Entry, ...]] = {}
    for a, b in words.runs:
        _listed(words, gaz, a, b, found)
        for unlisted in (*_roads(words, a, b), *_whole(words, a, b)):
            found.setdefault(unlisted, ())
    if words.tagged:
        for span in _tagged(words.doc, gaz):
            if span.text[0].isupper() or span.text[0].isdigit():
                found.setdefault((span.start, span.end), known(span.text, gaz))
    spoken = {i for n in nationality_spans(words.doc) for i in range(n.start, n.end)}
    countries = [k for k, entries in found.items() if k[1] - k[0] > 1 and any(e.feature == "country" for e in entries)]
    return {
        k: entries
        for k, entries in found.items()
        if not (words.start[k[0]] in spoken and words.end(k[1]) - 1 in spoken)
        and name_key(words.span(k)) not in NO_PLACE
        and not any(a <= k[0] and k[1] <= b and (a, b) != k for a, b in countries)
    }


def _listed(words: Words, gaz: Gazetteer, a: int, b: int, found: dict[Bounds, tuple[Entry, ...]]) -> None:
    """Stretches of one run that the gazetteer knows or that end like a place's name."""
    for s in range(a, b):
        if not words.capital[s]:
            continue
        for e in range(min(b, s + LONGEST_NAME), s, -1):
            if not words.capital[e - 1] and not words.text[e - 1][0].isdigit():
                continue
            if e - s == 1 and words.low[s] in NAME_WORDS["openers"]:
                continue
            if e - s > 1 and _english_article(words.low[s], words.low[s + 1]):
                continue
            entries = known(words.span((s, e)), gaz)
            if entries or (e - s > 1 and _like_a_place(words.low[s], words.low[e - 1].rstrip("."))):
                found[s, e] = entries
    after = words.run[b + 1] if b + 1 < len(words.text) and words.text[b] == "," else None
    if after and after[0] == b + 1 and after[1] - after[0] <= 2:  # "Washington, D.C."
        for s in range(a, b):
            entries = gaz.lookup(words.span((s, after[1])))
            if any(e.main for e in entries):
                found[s, after[1]] = entries


def _english_article(first: str, second: str) -> bool:
    """Whether "an", "as" or "at" is English: as an Arabic article it has the next word's letter ("An Najaf")."""
    return first in {"an", "as", "at"} and second != "-" and second[0] != first[-1]


def _like_a_place(first: str, last: str) -> bool:
    return (
        any(last in NAME_WORDS[kind] for kind in ("streets", "facilities", "features"))
        or last in KIND_NAMES
        or first in NAME_WORDS["leads"]
    )


def _roads(words: Words, a: int, b: int) -> Iterator[Bounds]:
    """Numbered roads: "A12", "Route 7", "County Road 40"."""
    for s in range(a, b):
        if ROAD.match(words.text[s]):
            yield s, s + 1
        if words.low[s] in NUMBERED:
            number = s + 1 + (s + 1 < len(words.text) and words.text[s + 1] == "-")
            if number < len(words.text) and words.text[number].isdigit():
                first = s
                while first > a and words.low[first - 1] in BEFORE_NUMBERED:
                    first -= 1
                yield first, number + 1


def _whole(words: Words, a: int, b: int) -> Iterator[Bounds]:
    """A run as a whole, and its parts at a possessive or hyphen."""
    first = a
    while first < b - 1 and words.low[first] in NAME_WORDS["openers"]:
        first += 1
    opener = words.low[first] in NAME_WORDS["openers"] or ROAD.match(words.text[first])
    if b - first <= LONGEST_RUN and not opener and not words.text[first].isupper():
        yield first, b
    for k in range(a + 1, b - 1):
        if words.text[k] in {"'s", "-"}:
            for s, e in ((first, k), (k + 1, b)):
                if s < e and e - s <= LONGEST_RUN and words.low[s] not in NAME_WORDS["openers"]:
                    yield s, e


def _tagged(doc: Doc, gaz: Gazetteer) -> Iterator[Span]:
    for ent in doc.ents:
        span = _tidy(ent) if ent.label_ in PERSISTENT else None
        if span is not None:
            yield from _pieces(span, gaz)


def known(name: str, gaz: Gazetteer) -> tuple[Entry, ...]:
    """Entries that bear a name as a text writes it: state abbreviations and saints written out."""
    plain = name.replace("\n", " ")
    if len(plain) < 3 and plain not in US_STATES and plain not in SHORT_NAMES:
        return ()
    short = plain.replace(" ", "").rstrip(".")
    country, state = PROVINCES.get(short, ("USA", US_STATES.get(short, "")))
    if state:
        return tuple(e for e in gaz.lookup(state) if e.feature == "admin1" and e.country == country)
    entries = gaz.lookup(plain)
    if not entries and "-i-" in plain:  # one sound, written both ways: "Mazar-i-Sharif", "Mazar-e-Sharif"
        entries = gaz.lookup(plain.replace("-i-", "-e-"))
    if not entries:
        first, _, rest = plain.partition(" ")
        full = SAINTS.get(first.rstrip(".").lower())
        if full and rest:
            entries = gaz.lookup(f"{full} {rest.removeprefix('. ')}")
    return entries


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
    return doc[start:end] if start < end else None


def _pieces(span: Span, gaz: Gazetteer) -> Iterable[Span]:
    """The span, or its parts where the tagger ran "Kirkuk, Iraq" together."""
    if len(span) > 1 and ROAD.match(span[0].text):  # "the A12 Norwich junction"
        return [span[:1], span[1:]]
    if known(span.text, gaz) or not any(t.text in _SPLITS for t in span):
        return [span]
    parts, start = [], span.start
    for token in span:
        if token.text in _SPLITS:
            if token.i > start:
                parts.append(span.doc[start : token.i])
            start = token.i + 1
    if start < span.end:
        parts.append(span.doc[start : span.end])
    return [p for p in (_tidy(p) for p in parts) if p is not None]
