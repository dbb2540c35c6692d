"""What was collected of each outlet: how much, how quickly, what is missing; and which outlet has gone quiet.

Counts rows of the lake, each by its own day; decides nothing about what to do. An outlet is called silent, or its yield
fallen, only by comparison with its own past, so that a weekly is not measured by a wire.
"""

from __future__ import annotations

import hashlib
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa

from etl.store import Lake

# What of each table the report needs.
READ = {
    "candidates": ("url", "outlet", "found_at", "feed_published_at"),
    "pages": ("page_id", "url", "outlet", "fetched_at", "page_outcome", "reason"),
    "extractions": ("page_id", "outlet", "extraction_outcome", "reason"),
    "articles": ("doc_id", "page_id", "outlet", "version", "published_at", "published_basis", "fetched_at"),
    "codings": ("doc_id", "coder_version", "coding_outcome", "reason", "recorded_at"),
}
WALLED = frozenset({"blocked", "paywalled", "robots_denied"})
# Walls that are found on the page, not by its status.
WALLS_READ = frozenset({"paywalled", "consent_wall", "blocked"})

# An outlet is silent after this many times its usual pause (the longest of nine in ten), but not within a day.
SILENT_FACTOR = 3.0
SILENT_LEAST = timedelta(days=1)
USUAL = 0.9
# Fewer pauses than this say nothing about what is usual.
LEAST_PAUSES = 5
# A share has fallen that is below half of what it was in the two weeks before, and by a fifth of all.
RECENT = timedelta(days=2)
WINDOW = timedelta(days=14)
FALLEN_TO = 0.5
FALLEN_BY = 0.2
LEAST_RECENT, LEAST_BEFORE = 5, 20


@dataclass
class Line:
    """What became of one outlet's addresses, on one day or in all.

    Attributes:
        discovered: addresses found in feeds.
        fetched: pages stored; attempts that ended otherwise are ``unchanged``, ``walled`` or in ``failed``.
        walled: closed to us by robots.txt, status or what the page shows.
        failed: other attempts, by reason.
        set_aside: pages that are no article, by reason.
        delay_hours: median from publication to fetch of first versions; None where nothing says.
    """

    outlet: str
    day: date | None
    discovered: int = 0
    fetched: int = 0
    unchanged: int = 0
    walled: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    extracted: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    coded: int = 0
    abstained: int = 0
    delay_hours: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        told = asdict(self) | {"day": self.day.isoformat() if self.day else None}
        return told | {"failed": dict(self.failed), "set_aside": dict(self.set_aside)}


@dataclass(frozen=True)
class Alarm:
    """An outlet that needs a look.

    Attributes:
        rule: ``outlet_silent``, ``stored_share_fell`` or ``extracted_share_fell``.
        observed: hours of silence, or the share now.
        detail: in words, with what is usual.
    """

    outlet: str
    rule: str
    observed: float
    detail: str


@dataclass(frozen=True)
class Coverage:
    """The report."""

    lines: tuple[Line, ...]
    warnings: tuple[Alarm, ...]
    outlets: int

    def of(self, outlets: Iterable[str]) -> Coverage:
        """The report of some outlets."""
        wanted = set(outlets)
        lines = tuple(x for x in self.lines if x.outlet in wanted)
        return Coverage(lines, tuple(w for w in self.warnings if w.outlet in wanted), len({x.outlet for x in lines}))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"outlets": [x.as_dict() for x in self.lines], "warnings": [asdict(w) for w in self.warnings]}


def lake_coverage(lake: Lake, by_day: bool = False) -> Coverage:
    """The report of the lake's last state."""
    at = lake.head()
    tables = {name: lake.read(name, as_of=at, columns=list(columns)) for name, columns in READ.items()}
    return coverage(tables, by_day)


def coverage(tables: Mapping[str, pa.Table], by_day: bool = False) -> Coverage:
    """The report of one state.

    Args:
        tables: those of ``READ``, with those columns at least.
        by_day: a line for each outlet and day (UTC) instead of one for each outlet.
    """
    rows = {name: tables[name].select(list(columns)).to_pylist() for name, columns in READ.items()}
    lines: dict[tuple[str, date | None], Line] = {}
    delays: dict[tuple[str, date | None], list[float]] = {}

    def line(outlet: str, moment: datetime | None) -> Line:
        key = (outlet, moment.date() if by_day and moment else None)
        return lines.setdefault(key, Line(*key))

    fetched_at: dict[str, datetime] = {}
    for c in rows["candidates"]:
        line(c["outlet"], c["found_at"]).discovered += 1
    for p in rows["pages"]:
        fetched_at[p["page_id"]] = p["fetched_at"]
        own = line(p["outlet"], p["fetched_at"])
        if p["page_outcome"] == "stored":
            own.fetched += 1
        elif p["page_outcome"] == "unchanged":
            own.unchanged += 1
        elif p["page_outcome"] in WALLED:
            own.walled += 1
        else:
            own.failed[p["reason"] or p["page_outcome"]] += 1
    for e in rows["extractions"]:
        own = line(e["outlet"], fetched_at.get(e["page_id"]))
        if e["extraction_outcome"] == "extracted":
            own.extracted += 1
        else:
            own.set_aside[e["reason"] or "unknown"] += 1
            own.walled += e["reason"] in WALLS_READ
    articles = {a["doc_id"]: a for a in rows["articles"]}
    for a in articles.values():
        if a["version"] == 1 and (hours := _delay(a)) is not None:
            key = (a["outlet"], a["fetched_at"].date() if by_day else None)
            delays.setdefault(key, []).append(hours)
            line(a["outlet"], a["fetched_at"])
    for outcome, doc_id in _last_codings(rows["codings"]):
        if doc_id in articles:
            own = line(articles[doc_id]["outlet"], articles[doc_id]["fetched_at"])
            own.coded += outcome == "coded"
            own.abstained += outcome == "abstained"
    for key, hours_each in delays.items():
        lines[key].delay_hours = round(statistics.median(hours_each), 2)
    ordered = tuple(lines[key] for key in sorted(lines, key=lambda k: (k[0], k[1] or date.min)))
    return Coverage(ordered, tuple(warnings_of(rows)), len({x.outlet for x in ordered}))


def _last_codings(codings: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    last: dict[str, tuple[Any, str, str]] = {}
    for row in codings:
        this = (row["recorded_at"], row["coder_version"], row["coding_outcome"])
        last[row["doc_id"]] = max(last.get(row["doc_id"], this), this)
    return ((told[2], doc_id) for doc_id, told in last.items())


def _delay(article: Mapping[str, Any]) -> float | None:
    """Hours from publication to fetch, where the publication has a time of day."""
    published = _moment(article["published_at"])
    if published is None:
        return None
    hours = (article["fetched_at"] - published).total_seconds() / 3600
    return hours if hours >= 0 else None


def _moment(text: Any) -> datetime | None:
    """A moment that is written with a time of day; a bare date is none."""
    if not isinstance(text, str) or len(text) <= len("2024-05-03"):
        return None
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def warnings_of(rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[Alarm]:
    """Outlets that went silent or whose yield fell, as ``coverage`` reads the tables."""
    # Measured by the last moment of any outlet: where nothing is collected at all, no outlet is to blame.
    moments = [c["found_at"] for c in rows["candidates"]] + [p["fetched_at"] for p in rows["pages"]]
    if not moments:
        return
    now = max(moments)
    found: dict[str, set[datetime]] = {}
    for c in rows["candidates"]:
        found.setdefault(c["outlet"], set()).add(c["found_at"])
    read = {e["page_id"]: e["extraction_outcome"] == "extracted" for e in rows["extractions"]}
    listed = {c["url"] for c in rows["candidates"]}
    pages: dict[str, list[dict[str, Any]]] = {}
    for p in rows["pages"]:
        # Pages of archives were chosen by others and tell nothing about collecting.
        if p["url"] in listed and p["page_outcome"] != "unchanged":
            pages.setdefault(p["outlet"], []).append(p)
    for outlet in sorted({*found, *pages}):
        yield from _silent(outlet, sorted(found.get(outlet, ())), now)
        own = pages.get(outlet, [])
        stored = [(p["fetched_at"], p["page_outcome"] == "stored") for p in own]
        yield from _fallen(outlet, "stored_share_fell", "of attempts were stored", stored, now)
        articles = [(p["fetched_at"], read[p["page_id"]]) for p in own if p["page_id"] in read]
        yield from _fallen(outlet, "extracted_share_fell", "of stored pages were articles", articles, now)


def _silent(outlet: str, moments: list[datetime], now: datetime) -> Iterator[Alarm]:
    pauses = sorted(b - a for a, b in pairwise(moments))
    if len(pauses) < LEAST_PAUSES:
        return
    usual = pauses[min(len(pauses) - 1, int(USUAL * len(pauses)))]
    silence = now - moments[-1]
    if silence > max(SILENT_LEAST, SILENT_FACTOR * usual):
        hours, before = silence.total_seconds() / 3600, usual.total_seconds() / 3600
        detail = f"Nothing new for {hours:.0f} hours; usually within {before:.0f}. See 'eventwire outlets check'."
        yield Alarm(outlet, "outlet_silent", round(hours, 1), detail)


def _fallen(outlet: str, rule: str, what: str, outcomes: list[tuple[datetime, bool]], now: datetime) -> Iterator[Alarm]:
    recent = [good for at, good in outcomes if at > now - RECENT]
    before = [good for at, good in outcomes if now - RECENT - WINDOW < at <= now - RECENT]
    if len(recent) < LEAST_RECENT or len(before) < LEAST_BEFORE:
        return
    share, usual = sum(recent) / len(recent), sum(before) / len(before)
    if share < FALLEN_TO * usual and share < usual - FALLEN_BY:
        detail = f"{share:.0%} {what} in the last {RECENT.days} days, {usual:.0%} in the {WINDOW.days} before."
        yield Alarm(outlet, rule, round(share, 3), detail)


def coverage_quality(told: Coverage, run_id: str, recorded_at: datetime) -> list[dict[str, Any]]:
    """The warnings as rows of ``quality``, one for each outlet and rule that did not hold."""
    return [
        {
            "quality_id": hashlib.sha256("\0".join((run_id, "outlets", w.rule, w.outlet)).encode()).hexdigest()[:32],
            "run_id": run_id,
            "recorded_at": recorded_at,
            "table_name": "outlets",
            "rule": w.rule,
            "severity": "warning",
            "success": False,
            "checked": told.outlets,
            "failed": 1,
            "observed": w.observed,
            "detail": f"{w.outlet}: {w.detail}",
        }
        for w in told.warnings
    ]


COLUMNS = (
    "outlet",
    "day",
    "found",
    "fetched",
    "unchanged",
    "walled",
    "failed",
    "extracted",
    "coded",
    "abstained",
    "delay",
)


def table_lines(told: Coverage) -> list[str]:
    """The report for people: one line an outlet, reasons behind it, warnings below."""
    shown = []
    for x in told.lines:
        delay = f"{x.delay_hours:.1f} h" if x.delay_hours is not None else "-"
        numbers = (x.discovered, x.fetched, x.unchanged, x.walled, x.failed.total(), x.extracted, x.coded, x.abstained)
        why = ", ".join(f"{reason} {n}" for reason, n in sorted({**x.failed, **x.set_aside}.items()))
        shown.append([x.outlet, x.day.isoformat() if x.day else "all", *(f"{n:,}" for n in numbers), delay, why])
    rows = [[*COLUMNS, ""], *shown]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    lines = []
    for row in rows:
        cells = [c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=False))]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return lines + [f"WARNING {w.outlet} {w.rule}: {w.detail}" for w in told.warnings]
