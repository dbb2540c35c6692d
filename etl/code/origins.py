"""Whose word a claim is: the source at the end of its chain of attribution.

Decides when two claims are one source's word, in one report or in several. Who counts as independent, and what follows
from how many there are, is decided by ``attribution``. The rules stand in docs/claims.md, "Whose word it is".
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from etl.code.speakers import FOR_WHOM, lexicon, strip_article
from etl.model import Claim
from etl.settings import SCHEMAS

# "Name (organisation)"; the years of a registry name are no organisation.
_PERSON = re.compile(r"(.+?) \((\D.*)\)")
# What follows the head of a phrase: "mayor of the town", "residents and a councillor".
_AFTER_HEAD = FOR_WHOM | {"and", "or", "to", "near", "on", "by"}


def origin_of(claim: Claim, report: str = "report") -> str:
    """The independent origin of a claim, in lower case.

    A claimant with a name is one origin wherever quoted; so is a body such as the police, the holder of an office, and
    whoever speaks for one of these. The word of everybody else is that of whoever passed it on ("told Reuters"), the
    last one with a name; where nobody did, of the report: "residents" of two reports are two origins, those of one
    report one.

    Args:
        claim: who says something, and who passed it on.
        report: the origin of the report that quotes it.

    >>> told = [("residents", ()), ("an official", ("AFP", "an official")), ("police spokesman", ())]
    >>> claims = [Claim(who, "witness", "assert", "actor1", None, False, 0, 0, "", chain) for who, chain in told]
    >>> [origin_of(c, "story-7") for c in claims]
    ['story-7/resident', 'afp', 'police']
    """
    if name := _one_voice(claim.claimant):
        return name
    passed_on = (_one_voice(link) for link in reversed(claim.chain[:-1]))
    unnamed = f"{report.casefold()}/{_singular(_head(strip_article(claim.claimant).casefold()))}"
    return next((name for name in passed_on if name), unnamed)


def _one_voice(who: str) -> str | None:
    """The name of a source that is the same whoever quotes it; None for residents, officials and the like."""
    if person := _PERSON.fullmatch(who):
        return _one_voice(person[2]) or person[1].casefold()
    if agency := agency_in(who):
        return agency.casefold()
    lex = lexicon()
    words = [strip_article(w) for w in strip_article(who).split()]
    behind = [w for w in words if w.casefold() not in lex["spokespeople"]]
    speaks_for = 0 < len(behind) < len(words)
    while speaks_for and len(behind) > 1 and behind[0].casefold() in FOR_WHOM | {"the"}:
        behind = behind[1:]
    phrase = " ".join(behind).casefold()
    if any(w[:1].isupper() and not _common(w.casefold()) for w in behind):
        return phrase
    head = _head(phrase)
    if speaks_for or head in lex["bodies"] | lex["one_voice"]:
        return phrase[: phrase.find(head) + len(head)]
    return None


def _common(word: str) -> bool:
    """Whether a word in lower case is no name, though a sentence may begin with it."""
    lex = lexicon()
    known = (
        lex[kind] for kind in ("speakers", "witnesses", "authorities", "bodies", "one_voice", "anonymous", "counts")
    )
    return any(word in kind for kind in known)


def _head(phrase: str) -> str:
    """The noun that the phrase is about, the last one before a preposition.

    >>> _head("two residents and a local councillor")
    'residents'
    """
    words = re.findall(r"[^\s,]+", phrase)
    end = next((i for i, w in enumerate(words) if i and w in _AFTER_HEAD), len(words))
    return words[end - 1] if words else phrase


def _singular(noun: str) -> str:
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def agency_in(words: str) -> str | None:
    """The news agency that some words name, as ``schemas/vocabularies/agencies.yml`` writes it; None where they do not.

    >>> agency_in("the Agence France-Presse")
    'AFP'
    """
    return next((name for name, pattern in _agencies() if pattern.search(words)), None)


@cache
def _agencies() -> tuple[tuple[str, re.Pattern[str]], ...]:
    listed: list[dict[str, Any]] = yaml.safe_load((SCHEMAS / "vocabularies/agencies.yml").read_text(encoding="utf-8"))
    return tuple(
        (a["name"], re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(a["words"], key=len))) + r")(?!\w)"))
        for a in listed
    )
