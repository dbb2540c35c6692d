"""Numbers written in figures or in English words.

Reads one number phrase; what is counted, and whether it is a lower bound, is the concern of ``counts``.
"""

from __future__ import annotations

import re
from typing import Any

from etl.annotate import letters

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_UNITS += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS: dict[str, int] = (
    {w: i for i, w in enumerate(_UNITS)}
    | {w: 10 * i for i, w in enumerate(_TENS, 2)}
    | {"a": 1, "an": 1, "couple": 2, "pair": 2, "dozen": 12}
)
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_FIGURE = re.compile(r"\d{1,3}(?:[,.  ]\d{3})+|\d{1,12}")


def number(phrase: str) -> int | None:
    """The whole number a phrase stands for, None where it is none.

    Args:
        phrase: figures ("40,000", "1.200", "12") or words ("twenty-one", "a hundred and five", "3 thousand").

    >>> number("forty-two"), number("a hundred and five"), number("40,000"), number("two thousand"), number("soon")
    (42, 105, 40000, 2000, None)
    """
    words = re.split(r"[\s-]+", phrase.strip().lower())[:12]
    total = current = 0
    seen = False
    for word in words:
        if word in ("and", "of", ""):
            continue
        if word in WORDS:
            current = current * WORDS[word] if word == "dozen" and current else current + WORDS[word]
        elif word in _SCALES:
            scale = _SCALES[word]
            current = max(current, 1) * scale
            if scale > 100:
                total, current = total + current, 0
        elif _FIGURE.fullmatch(word):
            current += int(re.sub(r"\D", "", word))
        else:
            return None
        seen = True
    return total + current if seen else None


def source_text(doc: Any) -> str:
    """The characters that offsets count: the article's own text where the parser was given a tidied one.

    Args:
        doc: a spaCy ``Doc`` or ``Span`` (``etl.annotate`` keeps the article's text in ``doc._.source``), or a ``str``.
    """
    if isinstance(doc, str):
        return doc
    whole = getattr(doc, "doc", doc)
    kept = whole._.source if whole.has_extension("source") else None
    text = kept if isinstance(kept, str) and len(kept) >= len(letters(whole)) else letters(whole)
    return text[doc.start_char : doc.end_char] if hasattr(doc, "start_char") else text
