"""What a phrase that counts people supports: lowest and highest number, and how it came about.

Codebook, "fatalities": the lowest number until something more reliable appears. Hedged figures ("at least 14") give the
figure, ranges their lower end, words for sizes a fixed number, an unspecified plural 3. Which people are counted and
what happened to them is the concern of ``counts``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from etl.code.numbers import WORDS, number, source_text

# Codebook: "dozens" is 12, "hundreds" 100, "tens" 10; the others continue its rule, one of the unit that is named.
SIZES = {"tens": 10, "dozens": 12, "scores": 20, "hundreds": 100, "thousands": 1000, "millions": 1_000_000}
# Codebook: a plural of unknown size is 3, or 10 where the text tells of mass violence.
VAGUE, VAGUE_MASS = 3, 10

_WORD = "|".join(sorted((w for w in WORDS if w not in ("a", "an", "couple", "pair", "dozen")), key=len, reverse=True))
_FIGURE = (
    r"(?<![\d.,:/$£€#-])(?:\d{1,3}(?:,\d{3})+|\d{1,7})(?:\s{1,4}(?:hundred|thousand|million"
    r"|dozen))?(?![\d%:/])(?![.,]\d)"
)
_SPELLED = (
    rf"(?:(?:a|{_WORD})\s{{1,4}}(?:hundred|thousand|million)(?:\s{{1,4}}(?:and\s{{1,4}})?(?:{_WORD})(?:-(?:{_WORD}))?)?"
    rf"|half\s{{1,4}}a\s{{1,4}}dozen|(?:a|two|three|four|five|six)\s{{1,4}}dozen|(?:{_WORD})(?:-(?:{_WORD}))?"
    rf"|a\s{{1,4}}(?:couple|pair))"
)
_NUMBER = (
    rf"(?:{_FIGURE}|\b{_SPELLED}\b)(?!-?\s?(?:year|month|week|day|hour|metre|meter|km|kilomet\w+|mile|percent"
    rf"|per\s?cent)s?\b)(?!-[a-z])"
)
_HEDGE = (
    r"(?:at\s{1,4}least|no\s{1,4}(?:fewer|less)\s{1,4}than|not\s{1,4}less\s{1,4}than|more\s{1,4}than|over"
    r"|upwards\s{1,4}of"
    r"|up\s{1,4}to|as\s{1,4}many\s{1,4}as|fewer\s{1,4}than|less\s{1,4}than|at\s{1,4}most"
    r"|an\s{1,4}estimated|some|about|around|approximately|nearly|almost|close\s{1,4}to|roughly"
    r"|a\s{1,4}total\s{1,4}of|as\s{1,4}few\s{1,4}as|between|from)"
)
_SIZE = (
    r"(?:(?:many|several|a\s{1,4}few|tens\s{1,4}of|hundreds\s{1,4}of)\s{1,4})?(?:dozens?|tens|scores|hundreds"
    r"|thousands|millions)"
)
_VAGUE = (
    r"(?:several|many|a\s{1,4}few|few|some|various|numerous|multiple|a\s{1,4}number\s{1,4}of"
    r"|an\s{1,4}(?:unknown|unspecified|undetermined)\s{1,4}number\s{1,4}of)"
)
COUNT = re.compile(
    rf"\b(?:(?P<hedge>{_HEDGE})\s{{1,4}})?(?:(?P<a>{_NUMBER})(?:(?:\s{{1,4}}(?:to|or|and)\s{{1,4}}"
    rf"|\s?[-–—]\s?)(?P<b>{_NUMBER.replace('#-]', '#]')}))?"
    rf"|(?P<size>\b{_SIZE}\b)|(?P<vague>\b{_VAGUE}\b))(?:\s{{1,4}}of\b(?!\s{{1,4}}(?:whom|them|which)))?",
    re.IGNORECASE,
)
_UPPER = re.compile(r"^(?:up\s+to|as\s+many\s+as|fewer|less|at\s+most)", re.IGNORECASE)


@dataclass(frozen=True)
class CountPhrase:
    """Words that count people; ``mass_violence`` tells that the context is a massacre or a large battle."""

    text: str
    mass_violence: bool = False


@dataclass(frozen=True)
class Count:
    """What a phrase supports: ``low <= high``; ``basis`` is one of the codebook's."""

    low: int
    high: int
    basis: str


def read_count(phrase: CountPhrase) -> Count | None:
    """Lowest and highest number a phrase gives; None where it holds no count.

    >>> read_count(CountPhrase("between 12 and 15"))
    Count(low=12, high=15, basis='range_low')
    >>> read_count(CountPhrase("up to 20")), read_count(CountPhrase("no one"))
    (Count(low=3, high=20, basis='vague_3'), Count(low=0, high=0, basis='reported_none'))
    """
    text = phrase.text.strip()
    if re.match(r"(?:no|none|nobody|zero|neither)\b(?!\s+(?:fewer|less|more)\b)", text, re.IGNORECASE):
        return Count(0, 0, "reported_none")
    m = COUNT.search(text)
    if m is None:
        one = re.match(r"(?:a|an|another|one|1)\b", text, re.IGNORECASE)
        return Count(1, 1, "exact") if one else None
    return count_of(m, phrase.mass_violence)


def count_of(m: re.Match[str], mass_violence: bool = False) -> Count | None:
    """The count of one match of ``COUNT``."""
    vague, basis = (VAGUE_MASS, "vague_10") if mass_violence else (VAGUE, "vague_3")
    if m["size"]:
        words = m["size"].lower().split()
        last = words[-1] if words[-1].endswith("s") else words[-1] + "s"
        size = SIZES[last] * (SIZES.get(words[0], 1) if len(words) > 2 else 1)
        return Count(size, size, "word_map")
    if m["vague"]:
        return Count(vague, vague, basis)
    first = _value(m["a"])
    if first is None:
        return None
    hedge = " ".join((m["hedge"] or "").lower().split())
    second = _value(m["b"]) if m["b"] else None
    joined_by_and = m["b"] is not None and re.search(r"\sand\s", m[0], re.IGNORECASE) is not None
    if second is not None and second >= first and not (joined_by_and and hedge != "between"):
        return Count(first, second, "range_low" if second > first else "exact")
    if _UPPER.match(hedge):
        low = min(vague, first)
        return Count(low, first, basis if low < first else "exact")
    return Count(first, first, "exact" if hedge in ("", "a total of", "from") else "range_low")


def _value(words: str) -> int | None:
    words = " ".join(words.lower().split())
    fixed = {"half a dozen": 6, "a couple": 2, "a pair": 2, "a dozen": 12}
    return fixed.get(words) or number(words)


def lower_bound(count: CountPhrase) -> int:
    """Lowest number of people that a phrase supports.

    Codebook: "dozens" is 12, "hundreds" 100, an unspecified plural 3 (10 where the text tells of mass violence); a
    range gives its lower end. A phrase that counts nobody gives 0.

    >>> lower_bound(CountPhrase("at least 14")), lower_bound(CountPhrase("dozens"))
    (14, 12)
    >>> lower_bound(CountPhrase("many", mass_violence=True)), lower_bound(CountPhrase("12-15"))
    (10, 12)
    """
    found = read_count(count)
    return found.low if found else 0


def divide(total: int, n: int) -> list[int]:
    """Spread a reported sum over the rows it belongs to: evenly, the remainder from the first row on.

    >>> divide(12, 3), divide(5, 3), divide(1, 3)
    ([4, 4, 4], [2, 2, 1], [1, 0, 0])
    """
    if n < 1 or total < 0:
        raise ValueError(f"cannot divide {total} over {n} rows: give a sum of at least 0 and at least one row")
    share, rest = divmod(total, n)
    return [share + (i < rest) for i in range(n)]


_CROWD = (
    r"(?:protest(?:e|o)rs?|demonstrators?|marchers?|people|persons|supporters|students|workers|residents|activists"
    r"|women|men"
    r"|teachers|farmers|villagers|members|citizens|migrants|employees|youths|citizens|locals|mourners|opponents"
    r"|rioters|parents"
    r"|doctors|nurses|drivers|lawyers|journalists|participants|settlers|worshippers|relatives|families|pensioners|fans)"
)
_CROWD_SIZE = re.compile(
    COUNT.pattern + rf"(?:\s{{1,4}}(?!killed|dead|arrested|injured|wounded)[\w'’-]{{1,20}}){{0,4}}?\s{{1,4}}{_CROWD}\b",
    re.IGNORECASE,
)
_CROWD_OF = re.compile(
    r"\b(?:crowd|group|gathering|rally|march|protest|demonstration)\s{1,4}of\s{1,4}(?=" + COUNT.pattern + ")", re.I
)
_SMALL = re.compile(
    r"\b(?P<s>small|large|huge|massive)\s{1,4}(?:crowds?|groups?\s{1,4}of\s{1,4}\w{1,20}|gathering|rally|protest"
    r"|demonstration)",
    re.I,
)
_STREET = re.compile(
    r"\b(?:protest\w*|demonstrat\w*|march\w*|rall(?:y|ies|ied)|gather\w*|street|streets|riot\w*|sit-in|assembl\w+"
    r"|picket\w*|crowd\w*|strike|turned out|attended|took part|blocked|chant\w*)\b",
    re.I,
)
_HARM_NEAR = re.compile(
    r"\b(?:killed|dead|died|injured|wounded|arrested|detained|killing|injuring|hurt|abducted|displaced)\b", re.I
)
_REACH = 45  # characters either side in which a number next to a harm word counts victims and not the crowd


def crowd_size(doc: Any) -> str:
    """Size of the crowd in the words of the text, for the tag ``crowd size=``; "no report" where none is given.

    Args:
        doc: a spaCy ``Doc`` or ``Span``, or a plain ``str``.

    >>> crowd_size("About a dozen people gathered in Pune."), crowd_size("A protest was held.")
    ('about a dozen', 'no report')
    """
    text = source_text(doc)
    if not _STREET.search(text):
        return "no report"
    for m in _CROWD_SIZE.finditer(text):
        if not _HARM_NEAR.search(text[max(0, m.start() - _REACH) : m.end() + _REACH].split(". ")[0]):
            return _words(m)
    for m in _CROWD_OF.finditer(text):
        inner = COUNT.match(text, m.end())
        if inner:
            return _words(inner)
    small = _SMALL.search(text)
    return small["s"].lower() if small else "no report"


def _words(m: re.Match[str]) -> str:
    end = max(m.end(g) for g in ("a", "b", "size", "vague"))
    phrase = " ".join(m.string[m.start() : end].split())
    if m["a"] and not m["hedge"] and m.string[m.start("a")].isdigit():
        return phrase
    return re.sub(r"\s+of$", "", phrase.lower())
