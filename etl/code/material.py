"""What has been read of one article before its events are put together.

Holds it and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from etl.code.actors import Registry
from etl.code.cast import Cast
from etl.code.counts import Toll
from etl.geocode import Gazetteer
from etl.model import Place


@dataclass
class Material:
    """What has been read of one article before its events are put together.

    Attributes:
        places: every recognised place; ``spots`` are the same as places of acts, without wrong readings abroad.
    """

    doc: Any
    text: str
    sentences: list[Any]
    texts: list[str]
    places: list[Place]
    whens: list[Any]
    tolls: list[Toll]
    anchor: date | None
    published: date | None
    gazetteer: Gazetteer
    registry: Registry
    dateline: Place | None = None
    country: str | None = None
    titles: set[int] = field(default_factory=set)
    spans: tuple[Any, ...] = ()
    cast: Cast | None = None
    told: frozenset[int] = frozenset()
    spots: list[Place] = field(default_factory=list)
