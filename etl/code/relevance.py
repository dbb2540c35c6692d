"""Whether an article is worth parsing.

A cheap look at the letters: its language, and whether any word of the lexicon stands in it. Never decides that there is
an event, only that there can be none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from etl.code.lexicon import OPENING, stems

CODED_LANGUAGE = "en"
SURE_LETTERS = 120
"""Below this many letters a language guess is worth little: Latin script then counts as English unless the
guess is sure, or English all but ruled out."""
SURE = 0.9
MAY_BE = 0.005
"""Probability of English from which a short text in doubt is read as English: headlines full of foreign names have
more, headlines in Spanish less."""
SAMPLE = 4000
"""Characters that the guess is made on; more changes nothing and costs time."""
_WORD = re.compile(r"[^\W\d_]+")
_CASELESS = {0x130: "i", 0x131: "i", 0x17F: "s"}
"""Letters of which the small form is no letter of the lexicon although they are read as one."""
_LETTER = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, given: str | None) -> str:
    """ISO 639-1 of a text: the given one, else a guess; "und" without letters.

    >>> language_of("La policía dispersó a los manifestantes en la plaza mayor de la ciudad ayer por la tarde", None)
    'es'
    """
    if given:
        return given.lower().split("-")[0]
    letters = _LETTER.findall(text[:SAMPLE])
    if not letters:
        return "und"
    latin = sum("a" <= c.lower() <= "z" or "\u00c0" <= c <= "\u024f" for c in letters)
    guess, probability = _identifier().classify(text[:SAMPLE].lower())
    unsure = latin >= 0.8 * len(letters) and len(letters) < SURE_LETTERS and probability < SURE
    if guess != CODED_LANGUAGE and unsure and dict(_identifier().rank(text[:SAMPLE].lower()))[CODED_LANGUAGE] >= MAY_BE:
        return CODED_LANGUAGE
    return str(guess)


def may_hold_event(text: str) -> bool:
    """Whether any stem of the lexicon stands in the text.

    >>> may_hold_event("The bakery sells bread."), may_hold_event("Two men were killed.")
    (False, True)
    """
    low = text.translate(_CASELESS).lower()
    known = stems()
    for word in _WORD.finditer(low):
        start = word.start()
        found = known.get(low[start : start + OPENING])
        if found is not None and low.startswith(found, start):
            return True
    return False
