"""The codebook's rules about how rows hang together: events, their reports, words, claims and revisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from etl import schema
from expectations.rules import WARNING, Context, rule

# Columns that share evidence: a quote for one of a group supports the slot.
EVIDENCE_SLOTS = {
    "event_type": {"event_type", "sub_event_type"},
    "location": {"location", "admin1", "admin2", "country", "iso3", "latitude", "longitude", "geonameid"},
    "actor1": {"actor1", "assoc_actor_1", "alleged_actor1"},
    "actor2": {"actor2", "assoc_actor_2"},
    "fatalities": {"fatalities", "fatalities_low", "fatalities_high"},
}
UNCOUNTED = {"not_mentioned", "casualties_only"}


def _filled(row: dict[Any, Any]) -> set[str]:
    """Slots of an event or mention that are not at their default."""
    slots = {"event_type"}
    if isinstance(row.get("location"), str):
        slots.add("location")
    for column in ("actor1", "actor2"):
        name = row.get(column)
        if isinstance(name, str) and not name.startswith("Unidentified"):
            slots.add(column)
    if row.get("fatalities"):
        slots.add("fatalities")
    return slots


def _evidenced(frame: pd.DataFrame, present: dict[object, set[str]], key: str) -> pd.Series:
    rows = frame.to_dict("records")
    return pd.Series(
        [all(present.get(row[key], set()) & EVIDENCE_SLOTS[s] for s in _filled(row)) for row in rows],
        index=frame.index,
        dtype=bool,
    )


@rule(
    "V37",
    "every value that is not a default points at words of a report",
    "event_id_cnty event_type location actor1 actor2 fatalities",
    frames="event_reports evidence",
)
def event_evidenced(frame: pd.DataFrame, context: Context) -> pd.Series:
    event_of = context.frames["event_reports"].set_index("mention_id").event_id_cnty
    evidence = context.frames["evidence"]
    present = evidence.slot.groupby(evidence.mention_id.map(event_of)).agg(set).to_dict()
    return _evidenced(frame, present, "event_id_cnty")


@rule(
    "V37",
    "every value that is not a default points at words of the article",
    "mention_id event_type location actor1 actor2 fatalities",
    table="mentions",
    frames="evidence",
)
def mention_evidenced(frame: pd.DataFrame, context: Context) -> pd.Series:
    evidence = context.frames["evidence"]
    return _evidenced(frame, evidence.slot.groupby(evidence.mention_id).agg(set).to_dict(), "mention_id")


def _to_the_letter(frame: pd.DataFrame, context: Context) -> pd.Series:
    texts = context.frames["articles"].set_index("doc_id").text.to_dict()
    rows = zip(frame.doc_id, frame.start, frame.end, frame.quote, strict=True)
    return pd.Series([texts.get(d, "")[s:e] == q for d, s, e, q in rows], index=frame.index, dtype=bool)


for _table in ("evidence", "claims"):
    rule("V37", "quote equals the article's letters", "doc_id start end quote", table=_table, frames="articles")(
        _to_the_letter
    )


@rule(
    "V35",
    "parts of a divided toll add up to the reported total",
    "mention_id doc_id fatalities fatalities_basis",
    table="mentions",
    frames="evidence",
)
def split_adds_up(frame: pd.DataFrame, context: Context) -> pd.Series:
    evidence = context.frames["evidence"]
    tolls = evidence[evidence.slot == "fatalities"].drop_duplicates("mention_id").set_index("mention_id")
    parts = frame[frame.fatalities_basis == "split"]
    if parts.empty:
        return pd.Series(True, index=frame.index)
    span = parts.mention_id.map(tolls.start)
    total = pd.to_numeric(parts.mention_id.map(tolls.value), errors="coerce")
    summed = parts.fatalities.groupby([parts.doc_id, span]).transform("sum")
    return (summed == total).reindex(frame.index, fill_value=True)


@rule(
    "V36.order",
    "each revision is recorded after the one before",
    "event_id_cnty revision recorded_at",
    table="revisions",
)
def revisions_ordered(frame: pd.DataFrame, context: Context) -> pd.Series:
    last = frame.groupby(["event_id_cnty", "revision"]).recorded_at.max().sort_index()
    later = last.groupby(level=0).diff().fillna(pd.Timedelta(seconds=1)) > pd.Timedelta(0)
    keys = pd.MultiIndex.from_frame(frame[["event_id_cnty", "revision"]])
    return pd.Series(later.reindex(keys).to_numpy(), index=frame.index, dtype=bool)


@rule(
    "V38",
    "fatalities is the lowest number its reports support, or set by a person",
    "event_id_cnty fatalities fatalities_basis corrected",
    frames="event_reports mentions",
)
def lowest_toll(frame: pd.DataFrame, context: Context) -> pd.Series:
    event_of = context.frames["event_reports"].set_index("mention_id").event_id_cnty
    mentions = context.frames["mentions"]
    counted = mentions[~mentions.fatalities_basis.isin(UNCOUNTED)]
    lowest = counted.fatalities.groupby(counted.mention_id.map(event_of)).min()
    by_person = frame.corrected.map(lambda names: hasattr(names, "__iter__") and "fatalities" in names)
    return by_person | (frame.event_id_cnty.map(lowest).fillna(0) == frame.fatalities)


@rule(
    "V39",
    "a denied slot has a denial among its claims",
    "event_id_cnty dispute_occurrence dispute_actor1",
    frames="event_reports claims",
)
def denial_exists(frame: pd.DataFrame, context: Context) -> pd.Series:
    event_of = context.frames["event_reports"].set_index("mention_id").event_id_cnty
    claims = context.frames["claims"]
    denials = claims[claims.speech_act.isin({"deny", "contradict", "retract", "deny_knowledge"})]
    denied = set(denials.mention_id.map(event_of).dropna())
    slots = [c for c in frame.columns if c.startswith("dispute_")]
    says_denied = (frame[slots] == "attributed_denied").any(axis=1)
    return ~says_denied | frame.event_id_cnty.isin(denied)


# Drift: measures whose mean over the current events should stay within three standard deviations of earlier runs.
def _share(event_type: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: (frame.event_type == event_type).astype(float)


DRIFT_MEASURES: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    **{f"share {name}": _share(name) for name in dict.fromkeys(p["event_type"] for p in schema.event_types())},
    "share geo_precision 3": lambda frame: (frame.geo_precision == 3).astype(float),
    "share unidentified": lambda frame: frame.actor1.astype("string").str.startswith("Unidentified").astype(float),
    "reports per event": lambda frame: frame.reports.astype(float),
}
DRIFT_COLUMNS = ("event_type", "geo_precision", "actor1", "reports")
DRIFT_SEVERITY = WARNING
# Fewer runs than this give a standard deviation that means nothing.
DRIFT_MINIMUM_HISTORY = 8
