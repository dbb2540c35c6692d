"""Small helpers of the tests on claims: facts about an event from words of a text."""

from __future__ import annotations

from datetime import date

from etl.annotate import annotate
from etl.code.actors import registry
from etl.code.claimants import names_in
from etl.code.claims import EventFacts, Words, claims_about
from etl.code.speech import speech_acts
from etl.model import Claim


def spans(text: str, *wanted: str) -> tuple[tuple[int, int], ...]:
    """First occurrence of each phrase."""
    return tuple((text.index(w), text.index(w) + len(w)) for w in wanted)


def words(text: str, *wanted: str) -> tuple[Words, ...]:
    """First occurrence of each phrase, standing for itself."""
    return tuple(Words(a, b, text[a:b]) for a, b in spans(text, *wanted))


def claims_of(
    text: str,
    triggers: tuple[str, ...],
    others: tuple[str, ...] = (),
    on: date = date(2024, 5, 3),
    where: str | None = None,
    targets: tuple[str, ...] = (),
    perpetrators: tuple[str, ...] = (),
    **slots: tuple[str, ...],
) -> tuple[Claim, ...]:
    """The claims about the event that ``triggers`` tell of; checks that every quote stands in the text."""
    doc = annotate(text)
    facts = EventFacts(
        triggers=spans(text, *triggers),
        others=spans(text, *others),
        targets=frozenset(targets),
        perpetrators=frozenset(perpetrators),
        **{slot: words(text, *wanted) for slot, wanted in slots.items()},
    )
    found = claims_about(facts, doc, speech_acts(doc), names_in(doc, registry(), on, where), text)
    assert all(text[c.start : c.end] == c.quote and c.quote for c in found)
    return found


def short(claims: tuple[Claim, ...]) -> set[tuple[str, str, str]]:
    """Claimant, act and slot of each claim."""
    return {(c.claimant, c.speech_act, c.slot) for c in claims}
