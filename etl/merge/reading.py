"""What of the lake one merge needs: which mentions count now, and the events near the new ones.

Narrow columns are read over the whole history, whole rows only for what may change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from etl.merge.records import Report, Row, claim_from_row, moment
from etl.merge.stories import StoryArticle, credited_agency, group_stories
from etl.store import Lake, Snapshot

STORY_DAYS = 10  # reprints appear within hours; weekly papers and late archives within days
EVENT_DAYS = 31  # widest interval of days an event may have (a month), so that no overlapping event is missed
# Reasons that the lake's later states can undo: a coder is gone back to, an article is put online again.
PASSING = frozenset({"recoded", "superseded", "report_withdrawn"})


@dataclass(frozen=True)
class Standing:
    """Which mentions count, and why the others do not.

    Attributes:
        todo: ids of current mentions that are in no event and were not set aside.
        stale: mentions that stand in an event and count no more: id to reason.
        past: mentions that count no more and are kept nowhere yet: id to reason.
    """

    todo: frozenset[str]
    stale: dict[str, str]
    past: dict[str, str]


def standing(lake: Lake, at: Snapshot, replay: bool = False) -> Standing:
    """Sorts all mentions of the lake into those that count and those that do not.

    Args:
        lake: the lake.
        at: the state to look at.
        replay: look again at what earlier merges set aside.
    """
    articles = lake.rows("articles", as_of=at, columns=["doc_id", "article_id", "version", "withdrawn"])
    newest: dict[str, Row] = {}
    for row in articles:
        if row["article_id"] not in newest or row["version"] > newest[row["article_id"]]["version"]:
            newest[row["article_id"]] = row
    article_of = {row["doc_id"]: row["article_id"] for row in articles}
    coder: dict[str, tuple[datetime, str]] = {}
    for row in lake.rows("codings", as_of=at, columns=["doc_id", "coder_version", "recorded_at"]):
        this = (row["recorded_at"], row["coder_version"])
        coder[row["doc_id"]] = max(coder.get(row["doc_id"], this), this)

    def why_not(mention: Row) -> str | None:
        article = newest[article_of[mention["doc_id"]]]
        if article["withdrawn"]:
            return "report_withdrawn"
        if article["doc_id"] != mention["doc_id"]:
            return "superseded"
        return None if coder[mention["doc_id"]][1] == mention["coder_version"] else "recoded"

    mentions = lake.rows("mentions", as_of=at, columns=["mention_id", "doc_id", "coder_version"])
    reasons = {m["mention_id"]: why_not(m) for m in mentions}
    reported = {r["mention_id"] for r in lake.rows("event_reports", as_of=at, columns=["mention_id"])}
    ruled = set_aside_mentions(lake, at)
    aside = {m for m, rule in ruled.items() if rule not in PASSING or reasons.get(m) == rule}
    gone = {m: reason for m, reason in reasons.items() if reason}
    fresh = {m for m, reason in reasons.items() if reason is None and m not in reported and (replay or m not in aside)}
    return Standing(
        todo=frozenset(fresh),
        stale={m: r for m, r in gone.items() if m in reported},
        past={m: r for m, r in gone.items() if m not in reported and m not in aside},
    )


def set_aside_mentions(lake: Lake, at: Snapshot) -> dict[str, str]:
    """The mentions that the merge has set aside, with the rule."""
    filters = [("table_name", "=", "mentions")]
    rows = lake.rows("quarantine", as_of=at, filters=filters, columns=["row_key", "rules"])
    return {q["row_key"]: q["rules"][0] for q in rows}


def rows_in(lake: Lake, at: Snapshot, table: str, column: str, values: Collection[Any]) -> list[dict[str, Any]]:
    """Rows whose column holds one of the values."""
    return lake.rows(table, as_of=at, filters=[(column, "in", sorted(values))]) if values else []


def articles_by_id(lake: Lake, at: Snapshot, doc_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Whole article rows; files without one of them are not opened, for their texts are long."""
    if not doc_ids:
        return {}
    index = lake.rows("articles", as_of=at, columns=["doc_id", "recorded_at"])
    times = sorted({r["recorded_at"] for r in index if r["doc_id"] in doc_ids})
    filters = [("recorded_at", "in", times), ("doc_id", "in", sorted(doc_ids))]
    return {r["doc_id"]: r for r in lake.rows("articles", as_of=at, filters=filters)} if times else {}


def near_events(lake: Lake, at: Snapshot, new: Iterable[Row], also: Collection[str]) -> list[dict[str, Any]]:
    """Events that a new mention may belong to, and those named."""
    spans: dict[str, tuple[date, date]] = {}
    for m in new:
        low, high = m["event_date_low"] or m["event_date"], m["event_date_high"] or m["event_date"]
        a, b = spans.get(m["iso3"], (low, high))
        spans[m["iso3"]] = (min(a, low), max(b, high))
    found: dict[str, dict[str, Any]] = {}
    margin = timedelta(days=EVENT_DAYS)
    for iso3, (low, high) in sorted(spans.items()):
        near = [("event_date", ">=", low - margin), ("event_date", "<=", high + margin), ("iso3", "=", iso3)]
        found.update({e["event_id_cnty"]: e for e in lake.rows("events", as_of=at, filters=near)})
    missing = set(also) - set(found)
    found.update({e["event_id_cnty"]: e for e in rows_in(lake, at, "events", "event_id_cnty", missing)})
    return list(found.values())


def known_at(article: Row) -> datetime:
    """Publication, else fetch time."""
    fetched: datetime = article["fetched_at"]
    return moment(article["published_at"]) or fetched.astimezone(UTC)


def told_stories(lake: Lake, at: Snapshot, doc_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """The given articles with ``story_id`` set, and those whose story changed by them."""
    new = articles_by_id(lake, at, doc_ids)
    if not new:
        return {}
    columns = ["doc_id", "published_at", "fetched_at", "story_id"]
    days = sorted(known_at(a) for a in new.values())
    margin = timedelta(days=STORY_DAYS)
    near = {
        r["doc_id"]
        for r in lake.rows("articles", as_of=at, columns=columns)
        if r["story_id"] and days[0] - margin <= known_at(r) <= days[-1] + margin
    }
    known = new | articles_by_id(lake, at, near - set(new))
    stories = group_stories(
        [StoryArticle(a["doc_id"], a["text"], a["canonical_url"], a["story_id"]) for a in known.values()]
    )
    return {
        doc_id: {**row, "story_id": stories[doc_id]}
        for doc_id, row in known.items()
        if doc_id in new or row["story_id"] != stories[doc_id]
    }


def make_reports(
    lake: Lake, at: Snapshot, mentions: Iterable[Row], articles: dict[str, dict[str, Any]]
) -> list[Report]:
    """Mentions joined with their articles and claims."""
    listed = list(mentions)
    missing = {m["doc_id"] for m in listed} - set(articles)
    articles = articles | articles_by_id(lake, at, missing)
    claims: dict[str, list[Row]] = {}
    for row in rows_in(lake, at, "claims", "mention_id", {m["mention_id"] for m in listed}):
        claims.setdefault(row["mention_id"], []).append(row)
    out = []
    for m in listed:
        a = articles[m["doc_id"]]
        story = a["story_id"] or a["doc_id"]
        agency = credited_agency(a["text"], a["authors"])
        out.append(
            Report(
                mention=m,
                article_id=a["article_id"],
                url=a["url"],
                outlet=a["outlet"],
                outlet_name=a["outlet_name"],
                published_at=a["published_at"],
                known_at=known_at(a),
                story_id=story,
                origin=agency or story,
                claims=tuple(claim_from_row(c) for c in claims.get(m["mention_id"], ())),
            )
        )
    return out
