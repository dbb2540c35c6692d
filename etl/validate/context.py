"""What rules may look at beside the rows they are about, put together from tables and the gazetteer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from etl.geocode import gazetteer
from etl.settings import settings
from etl.validate.audit import to_frame

if TYPE_CHECKING:
    from expectations.rules import Context

# Tables that rules about other tables look at.
LINEAGE = ("event_reports", "articles", "mentions", "evidence", "claims", "revisions")
# Rules of this prefix measure; their figures of earlier runs are the history that drift is judged by.
DRIFT = "V40."


def context_of(tables: Mapping[str, pa.Table], moment: datetime, run_id: str | None = None) -> Context:
    """The context that these tables give.

    Args:
        tables: any of ``LINEAGE`` and ``quality``; what is absent leaves the rules that need it unchecked.
        moment: the moment of the run.
        run_id: this run, whose own earlier figures are no history.
    """
    from expectations.rules import Context

    sources = pc.unique(tables["articles"]["outlet_name"]).to_pylist() if "articles" in tables else []
    return Context(
        run_date=moment.date(),
        first_year=settings().first_year,
        frames={name: to_frame(tables[name]) for name in LINEAGE if name in tables},
        in_country=gazetteer().in_country,
        stands_for_region=stands_for_region,
        known_sources=frozenset(sources) or None,
        history=_history(tables["quality"], run_id) if "quality" in tables else {},
    )


def _history(quality: pa.Table, run_id: str | None) -> dict[str, list[float]]:
    past = [r for r in quality.to_pylist() if r["rule"].startswith(DRIFT) and r["run_id"] != run_id]
    found: dict[str, list[float]] = {}
    for row in sorted(past, key=lambda r: (r["recorded_at"], r["run_id"])):
        if row["observed"] is not None:
            found.setdefault(row["rule"].removeprefix(DRIFT), []).append(row["observed"])
    return found


def stands_for_region(geonameid: int) -> bool:
    """Whether a place is a region, a natural feature, or the capital of its province or country."""
    gaz = gazetteer()
    entry = gaz.entry(geonameid)
    if entry is None or entry.feature != "populated":
        return entry is not None
    seats = [gaz.capital(entry.country or "", admin1) for admin1 in (entry.admin1, None)]
    return any(seat is not None and seat.id == entry.id for seat in seats)
