"""Find the words that name a nationality: "Syrian", "South Koreans".

They are no places. The coder takes them for actors' origins, the resolver for a hint at the countries an article
speaks of. Parts of a geographic name ("Indian Ocean") are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc

from etl.annotate import letters, once
from etl.geocode.lexicon import demonyms

GEOGRAPHIC = frozenset({"Ocean", "Sea", "Channel", "Columbia", "Virgin", "Samoa", "Polynesia", "Guiana", "Territory"})
"""Words after which an adjective of nationality is the beginning of a place's name."""


@dataclass(frozen=True)
class Nationality:
    """An adjective or name of a nationality and the country it belongs to."""

    start: int
    end: int
    text: str
    iso3: str


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
    source, pattern, text = source_text(doc), _demonym_pattern(), letters(doc)
    found = []
    for match in pattern.finditer(text):
        after = text[match.end() : match.end() + 20].split()
        if after[:1] and re.sub(r"\W", "", after[0]) in GEOGRAPHIC:
            continue
        iso3 = demonyms()[match.group()]
        found.append(Nationality(match.start(), match.end(), source[match.start() : match.end()], iso3))
    return found


@cache
def _demonym_pattern() -> re.Pattern[str]:
    words = sorted(map(re.escape, demonyms()), key=len, reverse=True)
    return re.compile(r"(?<![\w])(?:" + "|".join(words) + r")(?![\w])")


def source_text(doc: Doc) -> str:
    """The article's own letters (the document may differ from them in case and quotes)."""
    return str(doc._.source) if Doc.has_extension("source") and doc._.source else doc.text
