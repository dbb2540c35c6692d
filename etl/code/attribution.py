"""Decide who is named as the perpetrator, and how far the sources agree on each slot.

Pure functions over claims, used for one article by the coder and for several reports by the merge. They decide
``actor1``, ``alleged_actor1``, the rule that fired and the status of a slot; they read no text. The order of claims
and candidates never matters. The rules stand in docs/claims.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etl.code.origins import origin_of
from etl.code.speakers import lexicon
from etl.model import Claim

PRESETS = ("reported", "independent", "claimed")
# Acts by which a claimant puts a value into a slot.
SUPPORT = frozenset({"assert", "accuse", "confirm", "partly_confirm", "claim_responsibility", "contradict"})
# Roles whose word counts as independent: nobody in them took part or sides with a party.
NON_PARTY = frozenset({"authority", "witness", "outlet", "monitor"})
# Independent origins without which nobody is named in spite of a denial (docs/claims.md).
ORIGINS_AGAINST_DENIAL = 2
# Slots in which a denial answers an accusation; in the others it is a second version.
ACCUSABLE = frozenset({"actor1", "occurrence"})


@dataclass(frozen=True)
class Candidate:
    """A perpetrator whom a report names in its own voice, without saying who says so.

    Attributes:
        name: registry name valid on the day of the event.
        origin: the independent origin of the report (its story, or the agency it credits).
    """

    name: str
    origin: str = "report"


@dataclass(frozen=True)
class Attribution:
    """Who is named.

    Attributes:
        actor1: the registry name, None where the fitting ``Unidentified …`` actor has to stand instead.
        alleged: whom somebody names although ``actor1`` is None, sorted.
        rule: one of ``attribution_rule`` in ``schemas/vocabularies/other.yml``.
    """

    actor1: str | None
    alleged: tuple[str, ...]
    rule: str


def _identifiable(claim: Claim) -> bool:
    """Whether one could say who made a claim; "sources" and "reports" are nobody."""
    words = re.findall(r"\w+", claim.claimant.casefold())
    return bool(words) and not (len(words) <= 2 and words[-1] in lexicon()["anonymous"])


@dataclass(frozen=True)
class _Standing:
    """What is known about one suspect: who supports, who among them is independent, and what the suspect says."""

    name: str
    claimed: bool
    denied: bool
    supported: bool
    independent: frozenset[str]


def _standings(
    candidates: Iterable[Candidate], claims: Sequence[Claim], origins: Sequence[str]
) -> dict[str, _Standing]:
    taken_back = {(o, c.claimant) for c, o in zip(claims, origins, strict=True) if c.speech_act == "retract"}
    own_voice: dict[str, set[str]] = {}
    for candidate in candidates:
        own_voice.setdefault(candidate.name, set()).add(candidate.origin)
    about = [
        (c, o)
        for c, o in zip(claims, origins, strict=True)
        if c.slot == "actor1" and c.value and (o, c.claimant) not in taken_back
    ]
    names = set(own_voice) | {str(c.value) for c, _ in about if c.speech_act in SUPPORT | {"deny"}}
    out = {}
    for name in names:
        mine = [(c, o) for c, o in about if c.value == name]
        support = [(c, o) for c, o in mine if c.speech_act in SUPPORT and _identifiable(c)]
        independent = {o for c, o in support if c.claimant_role in NON_PARTY} | own_voice.get(name, set())
        out[name] = _Standing(
            name=name,
            claimed=any(c.speech_act == "claim_responsibility" for c, _ in mine),
            denied=any(c.speech_act == "deny" for c, _ in mine),
            supported=bool(support) or name in own_voice,
            independent=frozenset(independent),
        )
    return out


def attribute(
    candidates: Iterable[Candidate], claims: Sequence[Claim], preset: str, origins: Sequence[str] | None = None
) -> Attribution:
    """Who is named as the perpetrator under one preset.

    Args:
        candidates: whom reports name in their own voice.
        claims: all claims about the event; those about ``actor1`` carry the registry name as value.
        preset: ``reported``, ``independent`` or ``claimed`` (docs/claims.md).
        origins: the independent origin of each claim, in the same order; by default ``origin_of`` within one report.

    Returns:
        The name or None, the suspects, and the rule that fired.

    Raises:
        ValueError: for a preset that does not exist, or origins that do not match the claims in number.

    >>> attribute([Candidate("A")], [], "reported").rule
    'undisputed_report'
    """
    if preset not in PRESETS:
        raise ValueError(f"attribution preset {preset!r} does not exist; use one of {', '.join(PRESETS)}")
    if origins is None:
        origins = [origin_of(c) for c in claims]
    if len(origins) != len(claims):
        raise ValueError(f"{len(claims)} claims but {len(origins)} origins; give one origin for each claim")
    standings = _standings(candidates, claims, origins)
    passing = {s.name: rule for s in standings.values() if (rule := _passes(s, preset))}
    suspects = tuple(sorted(s.name for s in standings.values() if s.supported or s.denied or s.claimed))
    if not suspects:
        return Attribution(None, (), "unidentified_unknown")
    if passing:
        best = _rank(standings, passing)
        if best is None:
            return Attribution(None, suspects, "unidentified_unknown")
        return Attribution(best, (), passing[best])
    return Attribution(None, suspects, _why_not(standings, preset))


def _passes(s: _Standing, preset: str) -> str:
    """The rule by which a suspect is named, or an empty string."""
    if preset == "claimed":
        return "claim_of_responsibility" if s.claimed else ""
    if preset == "independent":
        if s.claimed:
            return "claim_of_responsibility"
        if s.denied:
            return "named_in_spite_of_denial" if len(s.independent) >= ORIGINS_AGAINST_DENIAL else ""
        return "undisputed_report" if s.independent else ""
    if s.denied:
        return "named_in_spite_of_denial" if len(s.independent) >= ORIGINS_AGAINST_DENIAL else ""
    if s.claimed:
        return "claim_of_responsibility"
    return "undisputed_report" if s.supported else ""


def _rank(standings: dict[str, _Standing], passing: dict[str, str]) -> str | None:
    """The best supported of those that may be named; None where two stand equal, for one of them would be a guess."""

    def weight(name: str) -> tuple[bool, int]:
        return (standings[name].claimed, len(standings[name].independent))

    ordered = sorted(passing, key=weight, reverse=True)
    if len(ordered) > 1 and weight(ordered[0]) == weight(ordered[1]):
        return None
    return ordered[0]


def _why_not(standings: dict[str, _Standing], preset: str) -> str:
    """The rule that kept every suspect unnamed."""
    if preset == "claimed":
        return "unidentified_not_claimed"
    if any(s.denied for s in standings.values()):
        return "unidentified_denied"
    return "unidentified_not_independent" if preset == "independent" else "unidentified_unknown"


def dispute_status(
    slot: str, claims: Sequence[Claim], origins: Sequence[str] | None = None, own_voice: Iterable[str] = ()
) -> str:
    """How far the sources agree on one slot.

    The first that holds: ``attributed_denied``, ``contested``, ``corroborated``, ``single_party_claim``,
    ``undisputed`` (a report says so in its own voice), ``single_source``.

    Args:
        slot: the slot's name; claims about other slots are ignored.
        claims: claims about the event.
        origins: the independent origin of each claim; by default ``origin_of`` within one report.
        own_voice: origins of the reports that state the slot in their own voice.

    >>> dispute_status("actor1", [], own_voice=["story-1"])
    'undisputed'
    """
    if origins is None:
        origins = [origin_of(c) for c in claims]
    taken_back = {(o, c.claimant) for c, o in zip(claims, origins, strict=True) if c.speech_act == "retract"}
    mine = [
        (c, o) for c, o in zip(claims, origins, strict=True) if c.slot == slot and (o, c.claimant) not in taken_back
    ]
    acts = {c.speech_act for c, _ in mine}
    support = [(c, o) for c, o in mine if c.speech_act in SUPPORT]
    voices = set(own_voice)
    if "deny" in acts and slot in ACCUSABLE:
        return "attributed_denied"
    if acts & {"deny", "contradict"} or not _compatible(slot, [c for c, _ in support]):
        return "contested"
    independent = {o for c, o in support if c.claimant_role in NON_PARTY} | voices
    if len(independent) >= ORIGINS_AGAINST_DENIAL:
        return "corroborated"
    if support and not independent:
        return "single_party_claim"
    if voices or not support:
        return "undisputed"
    return "single_source"


# A toll worded like this is met by any higher one.
AT_LEAST = re.compile(
    r"\b(?:at least|more than|over|no fewer than|upwards of|dozens|scores|hundreds|several|many)\b", re.I
)
NUMBER_WORDS = (
    "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
NUMBERS = {word: number for number, word in enumerate(NUMBER_WORDS.split(" "))}


def _toll(value: str) -> tuple[int, bool] | None:
    """Number and whether it is a lower bound, None where the words hold no number."""
    digits = re.search(r"\d[\d,]*", value)
    if digits:
        return int(digits.group().replace(",", "")), bool(AT_LEAST.search(value))
    for word in re.findall(r"[a-z]+", value.casefold()):
        if word in NUMBERS:
            return NUMBERS[word], bool(AT_LEAST.search(value))
    return None


def _compatible(slot: str, claims: Sequence[Claim]) -> bool:
    """Whether the values that different claimants give can all be true.

    Names of places and weapons differ in wording too often to tell a second version from a second name; there only a
    denial or a contradiction makes a dispute.
    """
    if slot == "actor1":
        return len({c.value for c in claims if c.value}) <= 1
    if slot != "fatalities":
        return True
    return tolls_agree([c.value for c in claims if c.value])


def tolls_agree(values: Sequence[str]) -> bool:
    """Whether tolls worded like these can all be true.

    >>> tolls_agree(["at least 5", "seven people"]), tolls_agree(["9 soldiers", "40"])
    (True, False)
    """
    tolls = {t for v in values if (t := _toll(v)) is not None}
    fixed = {n for n, lower in tolls if not lower}
    return len(fixed) <= 1 and all(n <= min(fixed) for n, lower in tolls if lower and fixed)
