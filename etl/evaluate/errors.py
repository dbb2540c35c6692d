"""One error each: what was wanted, what was given, and why it is wrong.

A gold event and a mention that tell of the same happening are set against each other slot by slot; a gold event without
one is missed, a mention without one invented. Decides nothing about which errors weigh more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from etl import schema
from etl.evaluate.gold import Gold
from etl.evaluate.match import CIVILIANS, CLOSE_ENOUGH, likeness, pairs, same_actors, same_day, same_place, same_type
from etl.model import Coding, Mention

CAUSES = ("missed", "invented", "wrong type", "wrong day", "wrong place", "wrong actor", "wrong toll")

KINDS = (
    ("protesters", re.compile(r"^Protesters\b")),
    ("rioters", re.compile(r"^Rioters\b")),
    ("civilians", re.compile(r"^Civilians\b")),
    ("unidentified", re.compile(r"^Unidentified\b")),
    ("military", re.compile(r"^(?:Mutiny of )?Military Forces of\b")),
    ("police", re.compile(r"^Police Forces of\b")),
    ("government", re.compile(r"^Government of\b")),
    ("communal militia", re.compile(r"\b(?:Ethnic|Communal|Clan) (?:Militia|Group)\b")),
)


@dataclass(frozen=True)
class Error:
    """One difference from the gold.

    Attributes:
        sub_event_type: of the gold event; of the mention where it was invented.
        actor: the gold's name that is missing, for ``wrong actor``.
        quote: the words of the act, from the gold or, where invented, from the mention.
    """

    text_id: str
    part: str
    cause: str
    sub_event_type: str
    region: str
    style: str
    wanted: str
    given: str
    quote: str
    actor: str = ""


@dataclass(frozen=True)
class Aligned:
    """What of one text belongs together: gold event and mention, one of them None where it stands alone."""

    event: Mapping[str, Any] | None
    mention: Mention | None


def align(one: Gold, coding: Coding) -> list[Aligned]:
    """Gold events and mentions of one text, side by side."""
    both = pairs(coding.mentions, one.events, likeness, CLOSE_ENOUGH)
    found = [Aligned(one.events[j], coding.mentions[i]) for i, j in both]
    found += [Aligned(e, None) for j, e in enumerate(one.events) if all(j != b for _, b in both)]
    return found + [Aligned(None, m) for i, m in enumerate(coding.mentions) if all(i != a for a, _ in both)]


def errors_of(one: Gold, coding: Coding, rows: list[Aligned]) -> Iterator[Error]:
    """What is wrong with the answer to one text."""
    for row in rows:
        if row.event is None and row.mention is not None:
            kind, region = row.mention.sub_event_type, region_of(row.mention.iso3)
            said = one.reason or ("coded" if one.events else "no event")
            yield _error(one, "invented", kind, region, said, told(row.mention), words_of(row.mention))
        elif row.event is not None:
            yield from _against(one, coding, row.event, row.mention)


def _against(one: Gold, coding: Coding, event: Mapping[str, Any], mention: Mention | None) -> Iterator[Error]:
    kind, region = event["sub_event_type"], region_of(event["iso3"])
    quote = event.get("quotes", {}).get("event_type", "")

    def wrong(cause: str, wanted: object, given: object, words: str = quote, actor: str = "") -> Error:
        return _error(one, cause, kind, region, str(wanted), str(given), words, actor)

    if mention is None:
        yield wrong("missed", wanted_of(event), coding.reason or coding.outcome)
        return
    if not same_type(mention, event):
        yield wrong("wrong type", kind, mention.sub_event_type)
    if not same_day(mention, event):
        day = event.get("event_date")
        yield wrong("wrong day", day, mention.event_date, event.get("quotes", {}).get("event_date", quote))
    if not same_place(mention, event):
        names = " / ".join(event.get("locations") or ()) or "no place"
        given = f"{mention.location}, {mention.country} ({mention.latitude}, {mention.longitude})"
        where = event.get("quotes", {}).get("location", quote)
        yield wrong("wrong place", f"{names}, {event.get('country')}", given, where)
    if not same_actors(mention, event):
        for slot, name in missing_actors(mention, event):
            given = " / ".join(filter(None, (mention.actor1, mention.actor2)))
            yield wrong("wrong actor", name or "nobody", given, event.get("quotes", {}).get(slot, quote), name or "")
    if mention.fatalities != event["fatalities"]:
        toll = f"{event['fatalities']} ({event['fatalities_basis']})"
        given = f"{mention.fatalities} ({mention.fatalities_basis})"
        yield wrong("wrong toll", toll, given, event.get("quotes", {}).get("fatalities", quote))


def _error(
    one: Gold, cause: str, kind: str, region: str, wanted: str, given: str, quote: str, actor: str = ""
) -> Error:
    return Error(one.article.doc_id, one.part, cause, kind, region, one.style, wanted, given, quote, actor)


def missing_actors(mention: Mention, event: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """The gold's actors, with their column, that a mention with wrong actors does not have where they belong."""
    gold = [("actor1", event.get("actor1")), ("actor2", event.get("actor2"))]
    if event["event_type"] == CIVILIANS:
        lacking = [(slot, name) for slot, name in gold if getattr(mention, slot) != name]
    else:
        left = [mention.actor1, mention.actor2]
        lacking = []
        for slot, name in gold:
            if name in left:
                left.remove(name)
            else:
                lacking.append((slot, name))
    return lacking or gold[:1]


def kind_of(name: str | None) -> str:
    """The kind of actor that a name is, for counting.

    >>> kind_of("Police Forces of India (2014-)"), kind_of("PIJ: Palestinian Islamic Jihad"), kind_of(None)
    ('police', 'named group', 'nobody')
    """
    if not name:
        return "nobody"
    return next((kind for kind, pattern in KINDS if pattern.search(name)), "named group")


def region_of(iso3: str | None) -> str:
    """The world region of a country."""
    row = schema.country_by_iso3(iso3) if iso3 else None
    return row["region"] if row else "nowhere"


def told(mention: Mention) -> str:
    """A mention in one line."""
    actors = " / ".join(filter(None, (mention.actor1, mention.actor2)))
    return f"{mention.sub_event_type}, {mention.event_date}, {mention.location or mention.country}: {actors}"


def wanted_of(event: Mapping[str, Any]) -> str:
    """A gold event in one line."""
    place = (event.get("locations") or [event.get("country")])[0]
    actors = " / ".join(filter(None, (event.get("actor1"), event.get("actor2"))))
    return f"{event['sub_event_type']}, {event.get('event_date')}, {place}: {actors}"


def words_of(mention: Mention) -> str:
    """The words that a mention takes for its act."""
    return next((e.quote for e in mention.evidence if e.slot == "event_type"), "")
