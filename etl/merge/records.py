"""What the merge reads: one mention together with the article that carries it, and groups of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from etl.model import Claim

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """One mention with what its article says about itself.

    Attributes:
        mention: a row of ``mentions``.
        claims: the speech acts about it.
        story_id: group of near-identical texts.
        origin: the credited agency, else the story.
        known_at: publication, else fetch time.
    """

    mention: Row
    article_id: str
    url: str
    outlet: str
    outlet_name: str
    published_at: str | None
    known_at: datetime
    story_id: str
    origin: str
    claims: tuple[Claim, ...] = ()

    @property
    def key(self) -> str:
        """The mention's id."""
        return str(self.mention["mention_id"])

    @property
    def days(self) -> tuple[date, date]:
        """First and last day it may have happened."""
        day = self.mention["event_date"]
        return self.mention["event_date_low"] or day, self.mention["event_date_high"] or day

    def says_itself(self, slot: str) -> bool:
        """Whether the article states the slot in its own voice: no claim carries it."""
        return not any(c.slot == slot for c in self.claims)


def moment(text: str | None) -> datetime | None:
    """An ISO date or date-time as a moment in UTC; None where it is none.

    >>> moment("2024-05-03")
    datetime.datetime(2024, 5, 3, 0, 0, tzinfo=datetime.timezone.utc)
    >>> moment("last week") is None
    True
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def claim_from_row(row: Row) -> Claim:
    """A row of ``claims`` as the record that the attribution rules take."""
    return Claim(
        claimant=row["claimant"],
        claimant_role=row["claimant_role"],
        speech_act=row["speech_act"],
        slot=row["slot"],
        value=row["value"],
        hedged=row["hedged"],
        start=row["start"],
        end=row["end"],
        quote=row["quote"],
        chain=tuple(row["chain"] or ()),
    )
