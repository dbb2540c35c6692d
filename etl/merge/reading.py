"""What of the lake one merge needs: which mentions count now, and the events near the new ones.

Looks at what came since the last merge, whose batch the lake remembers; at everything where it does not, after each
maintenance, and on replay. See docs/decisions/009-cost-follows-the-batch.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from etl.errors import GiveUp
from etl.merge.identity import highest_numbers, next_id
from etl.merge.records import Report, Row, claim_from_row, moment
from etl.merge.stories import DAYS, StoryArticle, credited_agency, group_stories
from etl.store import Lake, Snapshot

DAY = timedelta(days=1)
# What the lake remembers of the last merge (``Snapshot.marks``): its batch, and the highest number given by country.
MARK, NUMBERS = "merged", "highest_numbers"
GIVEN = ("events", "deletions")  # the tables that between them hold every id ever given
NEEDED = {
    "articles": ("doc_id", "article_id", "version", "withdrawn"),
    "codings": ("doc_id", "coder_version", "recorded_at"),
    "mentions": ("mention_id", "doc_id", "coder_version"),
    "event_reports": ("mention_id",),
    "quarantine": ("row_key", "table_name", "rules"),
}
REPORTED = (
    "article_id", "url", "outlet", "outlet_name", "published_at", "fetched_at", "story_id", "text", "authors",
)  # fmt: skip
# Reasons that the lake's later states can undo: a coder is gone back to, an article is put online again.
# What a person rejected is looked at again with every change, so that further reports of it are rejected too.
PASSING = frozenset({"recoded", "superseded", "report_withdrawn", "rejected_by_person"})


@dataclass(frozen=True)
class Standing:
    """Which mentions count, and why the others do not.

    Attributes:
        todo: ids of current mentions that are in no event and were not set aside.
        stale: mentions that stand in an event and count no more: id to reason.
        past: mentions that count no more and are kept nowhere yet: id to reason.
        since: the merge after which was looked; None where all mentions were.
    """

    todo: frozenset[str]
    stale: dict[str, str]
    past: dict[str, str]
    since: Snapshot | None = None


def merged_until(lake: Lake, at: Snapshot) -> Snapshot | None:
    """The state after the last merge, as the lake remembers it; None where it does not, and all is looked at."""
    mark = at.marks.get(MARK)
    if not mark or not 0 < mark["number"] <= at.number:
        return None
    last = lake.snapshot(mark["number"])
    return last if last.batch_id == mark["batch_id"] else None


def standing(
    lake: Lake, at: Snapshot, replay: bool = False, again: Collection[str] = (), always: bool = False
) -> Standing:
    """Sorts the mentions that may have changed since the last merge into those that count and those that do not.

    Args:
        lake: the lake.
        at: the state to look at.
        replay: look at all mentions, and again at what earlier merges set aside.
        again: article versions whose mentions are looked at again if there is anything else to do.
        always: look at these whether or not there is.
    """
    since = None if replay else merged_until(lake, at)
    if since is None:
        tables = {t: lake.changed(t, None, at, list(c)) for t, c in NEEDED.items()}
    else:
        docs = {
            doc
            for table in ("articles", "codings", "mentions")
            for doc in lake.changed(table, since, at, ["doc_id"])["doc_id"].to_pylist()
        }
        docs |= set(again) if docs or always else set()
        own = lake.lookup("articles", "doc_id", docs, at, ["article_id"])["article_id"].to_pylist()
        versions = lake.lookup("articles", "article_id", own, at, list(NEEDED["articles"]))
        docs |= set(versions["doc_id"].to_pylist())
        mentions = lake.lookup("mentions", "doc_id", docs, at, list(NEEDED["mentions"]))
        ids = mentions["mention_id"].to_pylist()
        tables = {
            "articles": versions,
            "codings": lake.lookup("codings", "doc_id", docs, at, list(NEEDED["codings"])),
            "mentions": mentions,
            "event_reports": lake.lookup("event_reports", "mention_id", ids, at, list(NEEDED["event_reports"])),
            "quarantine": lake.lookup("quarantine", "row_key", ids, at, list(NEEDED["quarantine"])),
        }
    todo, stale, past = set(), {}, {}
    for mention, reason, reported, aside in _sorted_out(tables, replay):
        if reason is None:
            todo.add(mention)
        elif reported:
            stale[mention] = reason
        elif not aside:
            past[mention] = reason
    return Standing(frozenset(todo), stale, past, since)


def _sorted_out(tables: dict[str, pa.Table], replay: bool) -> list[tuple[str, str | None, bool, bool]]:
    """Mentions with work: id, why it does not count, whether it is in an event, whether it was set aside for that."""
    import duckdb

    with duckdb.connect(":memory:") as db:
        for name, rows in tables.items():
            db.register(name, rows)
        found = db.execute(_STANDING, {"passing": sorted(PASSING), "replay": replay}).fetchall()
    if lost := sorted(row[0] for row in found if row[4]):
        raise GiveUp(
            f"{len(lost)} mentions have lost their article or coding, {lost[0]} the first. "
            "Look at eventwire status, and restore the lake from a backup."
        )
    return [row[:4] for row in found]


# Newest version of each article, last reader of each version, and what that makes of each mention.
_STANDING = """
WITH newest AS (
    SELECT article_id, arg_max(doc_id, version) AS doc_id, arg_max(withdrawn, version) AS withdrawn
    FROM articles GROUP BY article_id),
reader AS (
    SELECT doc_id, arg_max(coder_version, (recorded_at, coder_version)) AS coder_version FROM codings GROUP BY doc_id),
ruled AS (SELECT row_key, any_value(rules[1]) AS rule FROM quarantine WHERE table_name = 'mentions' GROUP BY row_key),
looked AS (
    SELECT m.mention_id, e.mention_id IS NOT NULL AS reported, q.rule AS rule,
        n.doc_id IS NULL OR r.coder_version IS NULL AS lost,
        CASE WHEN n.withdrawn THEN 'report_withdrawn' WHEN n.doc_id <> m.doc_id THEN 'superseded'
             WHEN r.coder_version <> m.coder_version THEN 'recoded' END AS reason
    FROM mentions m LEFT JOIN articles a USING (doc_id) LEFT JOIN newest n USING (article_id)
        LEFT JOIN reader r ON r.doc_id = m.doc_id LEFT JOIN event_reports e ON e.mention_id = m.mention_id
        LEFT JOIN ruled q ON q.row_key = m.mention_id),
sorted AS (
    SELECT *, rule IS NOT NULL AND (NOT list_contains($passing, rule) OR coalesce(reason = rule, false)) AS aside
    FROM looked)
SELECT mention_id, reason, reported, aside, lost FROM sorted
WHERE lost OR (reason IS NULL AND NOT reported AND ($replay OR NOT aside))
    OR (reason IS NOT NULL AND (reported OR NOT aside))
"""


def highest_given(lake: Lake, at: Snapshot, countries: Collection[str]) -> dict[str, int]:
    """Highest number given so far by country, as the lake remembers it or, where that is too low, from all ids.

    Args:
        lake: the lake.
        at: the state to look at.
        countries: where numbers are about to be given; the next one of each is looked up before it is believed.
    """
    known: dict[str, int] = dict(at.marks.get(NUMBERS) or {})
    first = [next_id(iso3, known) for iso3 in countries]
    if known and not any(len(lake.lookup(t, "event_id_cnty", first, at, ["event_id_cnty"])) for t in GIVEN):
        return known
    return highest_numbers(
        event_id for t in GIVEN for event_id in lake.changed(t, None, at, ["event_id_cnty"])[0].to_pylist()
    )


def rows_in(lake: Lake, at: Snapshot, table: str, column: str, values: Collection[Any]) -> list[dict[str, Any]]:
    """Rows whose column has one of the values."""
    return list(lake.lookup(table, column, values, at).to_pylist())


def articles_by_id(
    lake: Lake, at: Snapshot, doc_ids: Collection[str], columns: list[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Rows of ``articles`` by ``doc_id``."""
    asked = columns and [*dict.fromkeys(["doc_id", *columns])]
    return {r["doc_id"]: r for r in lake.lookup("articles", "doc_id", doc_ids, at, asked).to_pylist()}


def joined(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Spans of days, those that touch made one.

    >>> joined([(date(2024, 5, 1), date(2024, 5, 3)), (date(2024, 5, 2), date(2024, 5, 9))])
    [(datetime.date(2024, 5, 1), datetime.date(2024, 5, 9))]
    """
    out: list[tuple[date, date]] = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out


def known_at(article: Row) -> datetime:
    """Publication, else fetch time."""
    fetched: datetime = article["fetched_at"]
    return moment(article["published_at"]) or fetched.astimezone(UTC)


def told_stories(lake: Lake, at: Snapshot, doc_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """The given articles with ``story_id`` set, and those whose story changed by them."""
    new = articles_by_id(lake, at, doc_ids)
    if not new:
        return {}
    near = _articles_near(lake, at, [known_at(a) for a in new.values()])
    known = new | articles_by_id(lake, at, near - set(new))
    stories = group_stories(
        [StoryArticle(a["doc_id"], a["text"], a["canonical_url"], a["story_id"], known_at(a)) for a in known.values()]
    )
    # A story that another one has taken in may have articles further back than was looked.
    taken = {a["story_id"]: stories[d] for d, a in known.items() if a["story_id"] and a["story_id"] != stories[d]}
    for row in rows_in(lake, at, "articles", "story_id", set(taken)):
        if row["doc_id"] not in known:
            known[row["doc_id"]] = row
            stories[row["doc_id"]] = taken[row["story_id"]]
    return {
        doc_id: {**row, "story_id": stories[doc_id]}
        for doc_id, row in known.items()
        if doc_id in new or row["story_id"] != stories[doc_id]
    }


def _articles_near(lake: Lake, at: Snapshot, moments: Iterable[datetime]) -> set[str]:
    """Articles with a story that became known within days of some moments."""
    margin = timedelta(days=DAYS)
    days = {m.date() for m in moments}
    spans = joined((d - margin - DAY, d + margin + DAY) for d in days)
    limits = [(_at(d, 0) - margin, _at(d, 1) + margin) for d in days]
    found = set()
    columns = ["doc_id", "published_at", "fetched_at", "story_id"]
    for low, high in spans:
        # An ISO time with an offset is at most a day from its letters. One without publication goes by its fetch.
        told = [("published_at", ">=", low.isoformat()), ("published_at", "<=", (high + DAY).isoformat())]
        fetched = [("fetched_at", ">=", _at(low, 0)), ("fetched_at", "<=", _at(high, 1))]
        for row in lake.rows("articles", as_of=at, columns=columns, filters=told):
            if row["story_id"] and any(a <= known_at(row) <= b for a, b in limits):
                found.add(row["doc_id"])
        for row in lake.rows("articles", as_of=at, columns=columns, filters=fetched):
            if row["story_id"] and not moment(row["published_at"]) and any(a <= known_at(row) <= b for a, b in limits):
                found.add(row["doc_id"])
    return found


def _at(day: date, later: int) -> datetime:
    return datetime.combine(day + later * DAY, time.min, UTC)


def make_reports(
    lake: Lake, at: Snapshot, mentions: Iterable[Row], articles: dict[str, dict[str, Any]]
) -> list[Report]:
    """Mentions joined with their articles and claims."""
    listed = list(mentions)
    missing = {m["doc_id"] for m in listed} - set(articles)
    articles = articles | articles_by_id(lake, at, missing, list(REPORTED))
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
