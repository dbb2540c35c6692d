"""What a released quote may show: at most 280 characters, and no names of private persons.

A person is taken as public where an office stands beside the name ("President", "Colonel", "spokesman") or the name is
one that the gazetteer of actors knows; everyone else is a private person: witnesses, victims, relatives. Masking
errs on the side of hiding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# A quotation of this length is lawful in most places and enough to check a value by.
LONGEST_QUOTE = 280
MASK = "[name]"
OFFICES = re.compile(
    r"\b(?:president|prime|minister|secretary|governor|mayor|senator|congress\w*|deputy|ambassador|envoy|judge|"
    r"prosecutor|general|gen|colonel|col|lieutenant|lt|major|maj|captain|capt|sergeant|sgt|brigadier|brig|admiral|"
    r"commander|commandant|commissioner|superintendent|inspector|chief|leader|head|director|chairman|chairwoman|"
    r"chair|spokesman|spokeswoman|spokesperson|official|officer|king|queen|prince|sheikh|pope|bishop|archbishop|"
    r"cardinal|ayatollah|chancellor|premier|speaker|representative|coordinator|warlord|emir)\b\.?",
    re.IGNORECASE,
)
# How far an office may stand from the name it belongs to.
OFFICE_REACH = 40


def shorten(quote: str, limit: int = LONGEST_QUOTE) -> str:
    """A quote of at most ``limit`` characters, cut at a word, with an ellipsis where it was cut.

    >>> shorten("one two three", 9)
    'one two…'
    """
    if len(quote) <= limit:
        return quote
    cut = quote[: limit - 1]
    whole_word = cut[-1].isspace() or quote[limit - 1].isspace()
    return (cut.rstrip() if whole_word or " " not in cut else cut.rsplit(None, 1)[0]) + "…"


def mask_persons(quotes: Iterable[str], public: Iterable[str] = ()) -> dict[str, str]:
    """Each distinct quote with the names of private persons replaced by ``[name]``.

    Args:
        quotes: texts to show.
        public: names known to be places, actors or people who spoke for an office; taggers take many for persons.
    """
    from etl.annotate import annotate_many
    from etl.code.actors import registry
    from etl.geocode import gazetteer, recognise

    known = {name.casefold() for name in public}
    distinct = list(dict.fromkeys(q for q in quotes if q))
    masked = {}
    for quote, doc in zip(distinct, annotate_many(distinct), strict=True):
        persons = [e for e in doc.ents if e.label_ == "PERSON"]
        text = quote
        if persons:
            named = [(p.start, p.end) for p in recognise(doc, gazetteer())]
            named += [(a.start, a.end) for a in registry().find(doc)]
        for span in reversed(persons):
            start, end = span.start_char, span.end_char
            around = quote[max(0, start - OFFICE_REACH) : end + OFFICE_REACH]
            name = quote[start:end].casefold().removesuffix("'s").removesuffix("\u2019s")
            is_public = name in known or OFFICES.search(around)
            if not is_public and not any(start < e and s < end for s, e in named):
                text = text[:start] + MASK + text[end:]
        masked[quote] = text
    return masked
