"""The records that rooms hand to each other.

Frozen dataclasses only, no behaviour beyond small derived values. Column names are those of ``schemas/fields.yml``;
a record that goes into the lake has exactly the columns of its table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

DISPUTE_SLOTS = ("occurrence", "actor1", "actor2", "location", "weapon", "fatalities")


@dataclass(frozen=True)
class Article:
    """One version of one article, as the coder reads it.

    Attributes:
        doc_id: identifies this version; returned unchanged by every step.
        text: plain text, paragraphs separated by blank lines. All offsets count characters of this string.
        published_at: ISO 8601 date or date-time; None means unknown, never "today".
        language: ISO 639-1; None means "detect it".
    """

    doc_id: str
    text: str
    title: str | None = None
    published_at: str | None = None
    source: str | None = None
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Evidence:
    """The words one slot of one mention was read from: ``text[start:end] == quote``."""

    slot: str
    value: str | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Claim:
    """One speech act about one mention: who says what, to the letter.

    Attributes:
        claimant_role: ``party``, ``ally``, ``authority``, ``witness``, ``outlet`` or ``monitor``.
        speech_act: one of ``schemas/vocabularies/speech_acts.yml``.
        slot: the slot the claim is about, one of ``DISPUTE_SLOTS`` or another column's name.
        chain: who passed it on, outermost first ("Reuters", "a rebel spokesman").
    """

    claimant: str
    claimant_role: str
    speech_act: str
    slot: str
    value: str | None
    hedged: bool
    start: int
    end: int
    quote: str
    chain: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """One place name recognised in a text; the last six are None where it was not resolved.

    Attributes:
        feature: ``country``, ``admin1``, ``admin2``, ``populated``, ``natural`` or ``other``.
        country: ISO 3166-1 alpha-3 (``XKX`` for Kosovo).
        confidence: 0 to 1, how sure the choice between the candidates is.
    """

    start: int
    end: int
    text: str
    geonameid: int | None = None
    name: str | None = None
    country: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    feature: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True)
class Entity:
    """One actor-like name in a text; ``label`` is person, organisation, nationality, weapon or platform."""

    start: int
    end: int
    text: str
    label: str
    actor_id: str | None = None


@dataclass(frozen=True)
class Sentence:
    """One sentence and the event types whose trigger stands in it as a real act."""

    start: int
    end: int
    event_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mention:
    """One event as one article reports it. Columns as in ``docs/codebook.md``."""

    event_type: str
    sub_event_type: str
    disorder_type: str
    actor1: str
    inter1: str
    interaction: str
    civilian_targeting: bool
    event_date: date | None = None
    event_date_low: date | None = None
    event_date_high: date | None = None
    time_precision: int | None = None
    assoc_actor_1: str | None = None
    actor2: str | None = None
    assoc_actor_2: str | None = None
    inter2: str | None = None
    country: str | None = None
    iso3: str | None = None
    admin1: str | None = None
    admin2: str | None = None
    location: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    geo_precision: int | None = None
    geonameid: int | None = None
    fatalities: int = 0
    fatalities_low: int | None = None
    fatalities_high: int | None = None
    fatalities_basis: str = "not_mentioned"
    injured_low: int | None = None
    injured_high: int | None = None
    notes: str = ""
    tags: str | None = None
    confidence: float = 0.0
    weapons: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    alleged_actor1: tuple[str, ...] = ()
    attribution_rule: str = ""
    dispute: dict[str, str] = field(default_factory=dict)
    also_matched: tuple[str, ...] = ()
    rule_trace: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Coding:
    """What one coder made of one article: the answer line of ``eventwire code``.

    Attributes:
        outcome: ``coded``, ``abstained`` or ``failed``; ``reason`` is set unless coded.
    """

    doc_id: str
    outcome: str
    reason: str | None
    language: str | None
    coder: str
    coder_version: str
    mentions: tuple[Mention, ...] = ()
    places: tuple[Place, ...] = ()
    entities: tuple[Entity, ...] = ()
    sentences: tuple[Sentence, ...] = ()
