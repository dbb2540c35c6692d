"""Find the words that name a nationality: "Syrian", "South Koreans".

They are no places. The coder takes them for actors' origins, the resolver for a hint at the countries an article
speaks of. Parts of a geographic name ("Indian Ocean") are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc

from etl.annotate import letters, once
from etl.geocode.lexicon import GROUNDS, demonyms

GEOGRAPHIC = frozenset({"Ocean", "Sea", "Channel", "Columbia", "Virgin", "Samoa", "Polynesia", "Guiana", "Territory"})
"""Words after which an adjective of nationality is the beginning of a place's name."""

LANDS = {"English": "England", "Scottish": "Scotland", "Welsh": "Wales"}
"""Adjectives that name a part of the country that they count to."""


OPENING = 2
"""Letters of the shortest demonym."""
_WORD = re.compile(r"(?<!\w)\w")


@dataclass(frozen=True)
class Nationality:
    """An adjective or name of a nationality and the country it belongs to.

    Attributes:
        locates: it stands before a noun for a stretch of ground and so says where ("the Syrian coast").
    """

    start: int
    end: int
    text: str
    iso3: str
    locates: bool = False


def nationalities(doc: Doc) -> list[tuple[int, int, str, str]]:
    """Adjectives and names of nationality: start, end, the letters, ISO 3166-1 alpha-3 of the country.

    >>> from etl.annotate import annotate
    >>> nationalities(annotate("A South African man and two Syrians met."))
    [(2, 15, 'South African', 'ZAF'), (28, 35, 'Syrians', 'SYR')]
    """
    return [(n.start, n.end, n.text, n.iso3) for n in nationality_spans(doc)]


def nationality_spans(doc: Doc) -> list[Nationality]:
    """As ``nationalities``, as records."""
    return once(doc, "nationalities", lambda: _spans(doc))


def _spans(doc: Doc) -> list[Nationality]:
    source, text = source_text(doc), letters(doc)
    found = []
    for match in _demonyms_in(text):
        after = text[match.end() : match.end() + 20].split()
        if after[:1] and re.sub(r"\W", "", after[0]) in GEOGRAPHIC:
            continue
        iso3 = demonyms()[match.group()]
        locates = _ground_pattern().match(text, match.end()) is not None
        found.append(Nationality(match.start(), match.end(), source[match.start() : match.end()], iso3, locates))
    return found


def _demonyms_in(text: str) -> Iterator[re.Match[str]]:
    """The longest demonym at each start of a word, none overlapping."""
    patterns, end = _demonym_patterns(), 0
    for word in _WORD.finditer(text):
        start = word.start()
        pattern = patterns.get(text[start : start + OPENING]) if start >= end else None
        match = pattern.match(text, start) if pattern else None
        if match:
            end = match.end()
            yield match


@cache
def _demonym_patterns() -> dict[str, re.Pattern[str]]:
    """Patterns by the first letters of what they find: one for all of them would be tried at every letter."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(demonyms(), key=len, reverse=True):
        groups[name[:OPENING]].append(re.escape(name))
    return {opening: re.compile(rf"(?:{'|'.join(names)})(?!\w)") for opening, names in groups.items()}


@cache
def _ground_pattern() -> re.Pattern[str]:
    """What follows an adjective that says where: perhaps a second one or a word in small letters, then the noun."""
    other = r"(?:(?:[-\u2013]| and )(?:" + "|".join(map(re.escape, demonyms())) + "))?"
    return re.compile(other + r"[ ](?:[a-z]+[ ])?(?:" + "|".join(sorted(GROUNDS)) + r")\b")


def source_text(doc: Doc) -> str:
    """The article's own letters (the document may differ from them in case and quotes)."""
    return str(doc._.source) if Doc.has_extension("source") and doc._.source else doc.text
