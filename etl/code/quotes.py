"""Cut a text into the units that speech is read from, and find what stands between quotation marks.

Decides where one sentence ends for the reading of speech (a closing mark belongs to the sentence it closes, a blank
line always ends one) and which units are headings. Does not decide who speaks: see ``etl/code/speech.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from etl.annotate import letters

# Opening to closing mark. The straight mark closes itself; a paragraph's end closes what was left open.
PAIRS = {'"': '"', "“": "”", "«": "»", "„": "“"}
PARAGRAPH = re.compile(r"\n\s*\n|\n")
# A headline rarely runs longer; a longer line without a full stop is a clipped sentence.
HEADING_WORDS = 25
# Share of longer words with a capital from which a line counts as set in title case.
TITLE_SHARE = 0.7


@dataclass(frozen=True)
class Unit:
    """One sentence or heading: tokens ``[low, high)``, and the same in characters."""

    low: int
    high: int
    start: int
    end: int
    heading: bool
    paragraph: int


def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """Spans between quotation marks, without the marks, in order.

    >>> text = 'He said: "We did it." They "denied'
    >>> [text[a:b] for a, b in quotations(text)]
    ['We did it.', 'denied']
    """
    found: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        opened: int | None = None
        closing = ""
        for i in range(start, end):
            char = text[i]
            if opened is None and char in PAIRS:
                opened, closing = i + 1, PAIRS[char]
            elif opened is not None and char == closing:
                if i > opened:
                    found.append((opened, i))
                opened = None
        if opened is not None and end > opened:
            found.append((opened, end))
    return tuple(found)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Character spans of the paragraphs, blank ones left out."""
    spans = []
    start = 0
    for gap in [*PARAGRAPH.finditer(text), None]:
        end = gap.start() if gap else len(text)
        if text[start:end].strip():
            lead = len(text[start:end]) - len(text[start:end].lstrip())
            spans.append((start + lead, start + len(text[start:end].rstrip())))
        start = gap.end() if gap else end
    return spans


def source_text(doc: Any) -> str:
    """The article's own characters behind an annotated text, as far as it was analysed."""
    kept = doc._.source if doc.has_extension("source") and doc._.source else letters(doc)
    return str(kept[: len(letters(doc))])


def is_title_case(line: str) -> bool:
    """Whether most longer words of a line are capitalised, as in many headlines.

    >>> is_title_case("Army Denies Strike on Village Market")
    True
    >>> is_title_case("The army denied a strike on the market")
    False
    """
    words = re.findall(r"[^\W\d_]{4,}", line)
    return len(words) > 1 and sum(w[0].isupper() for w in words) / len(words) >= TITLE_SHARE


def units(doc: Any) -> tuple[Unit, ...]:
    """The sentences and headings of an annotated text, in order, without white space at either end."""
    text = letters(doc)
    paragraphs = _paragraphs(text)
    closers = {end for _, end in quotations(source_text(doc))}
    cuts = {s.start for s in doc.sents}
    found: list[Unit] = []
    token = 0
    for number, (start, end) in enumerate(paragraphs):
        while token < len(doc) and doc[token].idx < start:
            token += 1
        first = token
        while token < len(doc) and doc[token].idx < end:
            token += 1
        bounds = [first]
        for i in range(first + 1, token):
            shifted = i in cuts and doc[i].idx not in closers
            after_closer = (
                i - 1 in cuts and doc[i - 1].idx in closers and not doc[i].is_punct and not doc[i].text[:1].islower()
            )
            if shifted or after_closer:
                bounds.append(i)
        bounds.append(token)
        line = text[start:end]
        heading = (
            line[-1:] not in ".!?\"”»:;,'’)"
            and len(line.split()) <= HEADING_WORDS
            and (len(paragraphs) > 1 or is_title_case(line))
        )
        for low, high in pairwise(bounds):
            while high > low and doc[high - 1].is_space:
                high -= 1
            while low < high and doc[low].is_space:
                low += 1
            if low < high:
                last = doc[high - 1]
                found.append(Unit(low, high, doc[low].idx, last.idx + len(last), heading, number))
    return tuple(found)
