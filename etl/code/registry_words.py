"""Cut a text into the words that names are compared by, and hold many names for quick lookup.

A word is compared folded (small letters, no accents, no dots or apostrophes); its offsets and its case are kept. Words
part where a name cannot go on: punctuation other than hyphens, a blank line.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from etl.annotate import is_capitals

T = TypeVar("T")

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’ʼ‘`´][^\W_]+)*['’]?")
_BREAK = re.compile(r"[^\s\-‐‑\u00ad]|\n\s*\n")
_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+")
_APOSTROPHE = re.compile(r"['’ʼ‘`´.]")
_OWNER = re.compile(r"['’ʼ´](?:[sS])?$")


class Word(NamedTuple):
    """One word of a text.

    Attributes:
        key: folded form; a possessive ``'s`` is taken off.
        case: ``upper``, ``title`` or ``lower``, or ``none`` where the text around has no case to go by.
        joined: nothing but blanks or a hyphen stands between it and the word before.
        hyphen: a hyphen does.
        owner: it ends in a possessive ``'s``.
        dotted: it is written with dots ("U.S.").
    """

    key: str
    start: int
    end: int
    case: str
    joined: bool
    hyphen: bool
    owner: bool
    dotted: bool


def fold(text: str) -> str:
    """Small letters without accents, dots and apostrophes.

    >>> fold("Sana'a"), fold("Bogotá"), fold("U.S.")
    ('sanaa', 'bogota', 'us')
    """
    if text.isascii():
        plain = text.lower()
    else:
        parts = unicodedata.normalize("NFKD", text.casefold())
        plain = "".join(c for c in parts if not unicodedata.combining(c))
    return _APOSTROPHE.sub("", plain)


def words(text: str) -> list[Word]:
    """The words of a text in order.

    >>> [(w.key, w.case) for w in words("Syria's M-19 and the U.S.-led force")][:4]
    [('syria', 'title'), ('m', 'upper'), ('19', 'lower'), ('and', 'lower')]
    """
    found = []
    small = not any(c.isupper() for c in text) and sum(c.islower() for c in text) > 40
    for paragraph in _PARAGRAPH.finditer(text):
        caseless = small or is_capitals(paragraph.group())
        last = paragraph.start()
        first = True
        for match in _WORD.finditer(text, paragraph.start(), paragraph.end()):
            key, length, case, owner, dotted = _shape(match.group())
            if not length:
                continue
            start = match.start()
            between = text[last:start]
            joined = not first and (between == " " or not _BREAK.search(between))
            hyphen = between != " " and any(c in between for c in "-‐‑")
            found.append(Word(key, start, start + length, "none" if caseless else case, joined, hyphen, owner, dotted))
            last, first = match.end(), False
    return found


@lru_cache(maxsize=20_000)
def _shape(raw: str) -> tuple[str, int, str, bool, bool]:
    """Of a word as it stands: key, length without the possessive, case, whether it has one, whether it is dotted."""
    dotted = raw.endswith(".")
    owner = None if dotted else _OWNER.search(raw)
    base = raw[: owner.start()] if owner else raw
    case = "upper" if base.isupper() else "title" if base[:1].isupper() else "lower"
    return fold(base), len(base), case, owner is not None, dotted


def keys(name: str) -> tuple[str, ...]:
    """The folded words of a name.

    >>> keys("Al-Qaeda in the Arabian Peninsula")[:3]
    ('al', 'qaeda', 'in')
    """
    return tuple(key for raw in _WORD.findall(name) if (key := fold(_base(raw))))


def _base(raw: str) -> str:
    """A word without its possessive."""
    owner = None if raw.endswith(".") else _OWNER.search(raw)
    return raw[: owner.start()] if owner else raw


def needed_case(name: str) -> str:
    """How a name has to be written to count: ``upper`` (acronyms), ``title`` (one capitalised word) or ``any``.

    >>> [needed_case(name) for name in ("IS", "M-19", "Hamas", "contras", "al-Shabaab", "Islamic State")]
    ['upper', 'upper', 'title', 'any', 'any', 'any']
    """
    letters = "".join(c for c in name if c.isalpha())
    if letters.isupper() and len(letters) <= 8:
        return "upper"
    if name[:1].isupper() and len(_WORD.findall(name)) == 1:
        return "title"
    return "any"


@dataclass
class Names(Generic[T]):
    """Many names, found by their first word and then longest first."""

    by_first: dict[str, list[tuple[tuple[str, ...], str, list[T]]]] = field(default_factory=dict)

    def add(self, name: str, value: T) -> None:
        """Hold ``value`` under ``name``; a name may hold several."""
        parts, case = keys(name), needed_case(name)
        if not parts:
            return
        bucket = self.by_first.setdefault(parts[0], [])
        for known, known_case, values in bucket:
            if known == parts and known_case == case:
                if value not in values:
                    values.append(value)
                return
        bucket.append((parts, case, [value]))

    def close(self) -> None:
        """Put the longest names first; call once after the last ``add``."""
        for bucket in self.by_first.values():
            bucket.sort(key=lambda item: -len(item[0]))

    def at(self, text: list[Word], index: int, common: frozenset[str] = frozenset()) -> tuple[int, list[T]] | None:
        """The longest name that starts at a word: the index after it and what it holds, or None."""
        for parts, case, values in self.by_first.get(text[index].key, ()):
            end = index + len(parts)
            if end > len(text) or any(
                text[index + step].key != part or not text[index + step].joined
                for step, part in enumerate(parts)
                if step
            ):
                continue
            if _written(text[index:end], case, common):
                return end, values
        return None


def _written(found: list[Word], case: str, common: frozenset[str]) -> bool:
    """Whether words are written as a name of that kind has to be."""
    if case == "any":
        return True
    if found[0].case == "none":
        return found[0].dotted or len(found) > 1 or found[0].key not in common
    if case == "title":
        return found[0].case != "lower"
    return all(word.case == "upper" or word.key.isdigit() or word.key[0].isdigit() for word in found)
