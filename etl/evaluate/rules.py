"""What must hold for every answer, right or wrong: quotes to the letter, and the codebook's rules about one row.

The rules are those of ``expectations/``, as far as they can be judged on one mention; rules about sources, several
rows or the moment of recording are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from etl import schema
from etl.evaluate.gold import Gold
from etl.model import Coding, Mention

BETWEEN_ROWS = frozenset({"V34"})
"""Rules about several rows: two texts may tell of one event."""

LATEST = date(2100, 1, 1)
"""No text is later; when a measurement runs says nothing about what it measures."""


def quotes_off(one: Gold, coding: Coding) -> tuple[int, int]:
    """Quotes of one answer that are not letters of the text, and all of them."""
    text = one.article.text
    spans = [(e.start, e.end, e.quote) for m in coding.mentions for e in m.evidence]
    spans += [(c.start, c.end, c.quote) for m in coding.mentions for c in m.claims]
    spans += [(p.start, p.end, p.text) for p in coding.places]
    spans += [(e.start, e.end, e.text) for e in coding.entities]
    return sum(text[start:end] != quote or start >= end for start, end, quote in spans), len(spans)


def broken_rules(golds: Sequence[Gold], codings: Sequence[Coding]) -> dict[str, dict[str, int]]:
    """How many mentions break which rule: severity -> rule -> number."""
    import pandas as pd

    from etl.geocode import gazetteer
    from etl.validate.context import stands_for_region
    from expectations.rules import Context, rules_of

    rows, reports = [], []
    for one, coding in zip(golds, codings, strict=True):
        for n, mention in enumerate(coding.mentions):
            key = f"{one.article.doc_id}#{n}"
            rows.append(_row(key, mention))
            reports.append({"event_id_cnty": key, "published_at": one.article.published_at})
    found: dict[str, Counter[str]] = {}
    if not rows:
        return {}
    frame = pd.DataFrame(rows)
    context = Context(
        run_date=LATEST,
        first_year=1900,
        frames={"event_reports": pd.DataFrame(reports)},
        in_country=gazetteer().in_country,
        stands_for_region=stands_for_region,
    )
    for rule in rules_of("events"):
        if rule.id in BETWEEN_ROWS or rule.missing(frame, context):
            continue
        judged = frame
        for column in ("event_date", "latitude", "iso", "geo_precision"):
            if column in rule.columns:
                judged = judged[judged[column].notna()]
        failed = int((~rule.check(judged.reset_index(drop=True), context).astype(bool)).sum()) if len(judged) else 0
        if failed:
            found.setdefault(rule.severity, Counter())[rule.id] += failed
    return {severity: dict(counts) for severity, counts in found.items()}


def _row(key: str, mention: Mention) -> dict[str, Any]:
    names = (
        *("event_date", "event_date_low", "event_date_high", "time_precision", "disorder_type", "event_type"),
        *("sub_event_type", "actor1", "assoc_actor_1", "inter1", "actor2", "assoc_actor_2", "inter2", "interaction"),
        *("civilian_targeting", "country", "iso3", "admin1", "admin2", "location", "latitude", "longitude"),
        *("geo_precision", "geonameid", "fatalities", "notes", "tags"),
    )
    row = {name: getattr(mention, name) for name in names}
    country = schema.country_by_iso3(mention.iso3) if mention.iso3 else None
    row |= {"event_id_cnty": key, "year": mention.event_date.year if mention.event_date else None, "admin3": None}
    return row | {
        "iso": int(country["iso"]) if country else None,
        "region": country["region"] if country else None,
    }
