"""The steps that need the web: discover and fetch. ``extract_pages`` reads what they brought."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from etl.errors import Misconfigured
from etl.merge.records import moment
from etl.pipeline.extraction import GONE, extract_pages
from etl.pipeline.steps import balanced
from etl.settings import settings
from etl.store import Lake, Where, checkpoint, stable_id

if TYPE_CHECKING:
    from etl.discover.outlets import Outlet
    from etl.discover.records import FeedReport, Getter
    from etl.fetch import Client

FETCH_BATCH = 50  # pages in one WARC file and one transaction: with two seconds between requests under two minutes
RECHECK_DAYS = 3  # most corrections and withdrawals come within three days of publication
RECHECK_HOURS = 6  # a page is asked four times a day whether it changed, by a conditional request
ATTEMPTS = 3  # failed attempts after which a page is left alone

__all__ = ["discover_outlet", "extract_pages", "fetch_outlet", "outlet_named", "waiting_for_fetch"]


def outlet_named(name: str, base: str | None = None) -> Outlet:
    """The outlet of that id in the settings' folder.

    Raises:
        Misconfigured: there is none.
    """
    from etl.discover.outlets import load_outlets

    for outlet in load_outlets(settings().outlets, base):
        if outlet.id == name:
            return outlet
    raise Misconfigured(f"there is no outlet {name} in {settings().outlets}. See 'eventwire outlets list'.")


def discover_outlet(lake: Lake, outlet: Outlet, client: Getter, run_id: str) -> dict[str, int]:
    """New candidates of one outlet go to ``candidates``.

    A feed that cannot be read stands in ``quarantine`` with the reason until it can be, and costs only itself.

    Returns:
        Counts: ``found``, ``new``, ``set_aside`` (seen, old, foreign, excluded), ``failed_feeds``.
    """
    from etl.discover import discover

    own: Where = [("outlet", "=", outlet.id)]
    known = lake.rows("candidates", filters=own, columns=["url", "found_at", "feed_published_at"])
    fetched = {r["url"]: r["fetched_at"] for r in lake.rows("pages", filters=own, columns=["url", "fetched_at"])}
    seen = {r["url"]: fetched.get(r["url"], r["found_at"]) for r in known}
    now = settings().clock()
    dated = [d for r in known if (d := moment(r["feed_published_at"])) and d <= now + timedelta(days=1)]
    found = discover(outlet, client, seen=seen, watermark=max(dated, default=None), now=now)
    rows = [c.row(run_id) for c in found]
    aside, answered = _feeds_set_aside(lake, outlet, found.reports, run_id)
    name = stable_id("discover", run_id, outlet.id, *(r["url"] for r in rows), *(a["quarantine_id"] for a in aside))
    lake.transaction(name, {"candidates": rows, "quarantine": aside}, {"quarantine": answered})
    checkpoint("discover.done")
    dropped = sum(sum(r.dropped.values()) for r in found.reports)
    counts = {"found": sum(r.found for r in found.reports), "new": len(found), "set_aside": dropped}
    balanced("discover", counts["found"], new=counts["new"], set_aside=counts["set_aside"])
    return counts | {"failed_feeds": sum(1 for r in found.reports if r.outcome == "failed")}


def _feeds_set_aside(
    lake: Lake, outlet: Outlet, reports: Iterable[FeedReport], run_id: str
) -> tuple[list[dict[str, Any]], list[tuple[str]]]:
    """Rows of ``quarantine`` for feeds that could not be read, and keys of those that can be read again."""
    known = {r["quarantine_id"] for r in lake.rows("quarantine", filters=[("table_name", "=", "feeds")])}
    rows, answered = [], []
    for report in reports:
        key = stable_id("quarantine", "feeds", outlet.id, report.url)
        if report.outcome != "failed":
            answered += [(key,)] if key in known else []
            continue
        about = {"outlet": outlet.id, "url": report.url, "kind": report.kind, "reason": report.reason}
        rows.append(
            {
                "quarantine_id": key,
                "table_name": "feeds",
                "row_key": report.url,
                "row_json": json.dumps(about, ensure_ascii=False, sort_keys=True),
                "rules": [report.reason or "failed"],
                "detail": f"A feed of {outlet.id} cannot be read. Open it, and correct it in the outlet's file.",
                "recorded_at": settings().clock(),
                "run_id": run_id,
            }
        )
    return rows, answered


def waiting_for_fetch(lake: Lake, outlet: str, recheck: bool = True) -> list[dict[str, Any]]:
    """Candidates of an outlet to fetch: new ones, failed ones, and young pages that may have changed.

    An attempt that never reached the host is none; it only keeps the same moment from asking twice.
    """
    from etl.fetch import NOT_ASKED

    own: Where = [("outlet", "=", outlet)]
    tries: dict[str, list[dict[str, Any]]] = {}
    for page in lake.rows("pages", filters=own, columns=["url", "fetched_at", "page_outcome", "page_id", "reason"]):
        tries.setdefault(page["url"], []).append(page)
    now = settings().clock()

    def due(candidate: Mapping[str, Any]) -> bool:
        attempts = tries.get(candidate["url"], [])
        if any(p["fetched_at"] >= now for p in attempts):
            return False
        asking = (p for p in attempts if p["reason"] not in NOT_ASKED)
        before = sorted(asking, key=lambda p: (p["fetched_at"], p["page_id"]))
        if not before or before[-1]["fetched_at"] < candidate["found_at"]:
            return True
        if before[-1]["page_outcome"] == "failed":
            return len([p for p in before if p["page_outcome"] == "failed"]) < ATTEMPTS
        young: bool = now - before[0]["fetched_at"] <= timedelta(days=RECHECK_DAYS)
        rested: bool = now - before[-1]["fetched_at"] >= timedelta(hours=RECHECK_HOURS)
        asked: bool = before[-1]["page_outcome"] in ("stored", "unchanged")
        return recheck and young and rested and asked

    return [c for c in lake.rows("candidates", filters=own) if due(c)]


def fetch_outlet(
    lake: Lake, outlet: Outlet, client: Client, run_id: str, urls: Sequence[str] | None = None, recheck: bool = True
) -> dict[str, int]:
    """Fetch what waits of one outlet, in batches; every attempt becomes a row of ``pages``.

    Returns:
        Counts by outcome, and ``candidates``.
    """
    from etl.discover.records import Candidate
    from etl.fetch import PageState, fetch_batch

    waiting = [c for c in waiting_for_fetch(lake, outlet.id, recheck) if urls is None or c["url"] in urls]
    good: dict[str, dict[str, Any]] = {}
    for page in sorted(lake.rows("pages", filters=[("outlet", "=", outlet.id)]), key=lambda p: p["fetched_at"]):
        if page["page_outcome"] in ("stored", "unchanged") and page["content_hash"]:
            good[page["url"]] = page
        elif page["status"] in GONE:
            # Its article counts as withdrawn; one that comes back as it was must be stored to count again.
            good.pop(page["url"], None)
    counts: dict[str, int] = {}
    for start in range(0, len(waiting), FETCH_BATCH):
        batch = waiting[start : start + FETCH_BATCH]
        candidates = [Candidate(**{k: v for k, v in c.items() if k != "run_id"}) for c in batch]
        previous = {c.url: PageState.from_row(good[c.url]) for c in candidates if c.url in good}
        now = settings().clock()
        rows = fetch_batch(candidates, client, previous, f"{lake.url}/warc", run_id, now, {outlet.id: outlet})
        lake.transaction(stable_id("fetch", run_id, *(r["page_id"] for r in rows)), {"pages": rows})
        checkpoint("fetch.recorded")
        for row in rows:
            counts[row["page_outcome"]] = counts.get(row["page_outcome"], 0) + 1
    balanced("fetch", len(waiting), **counts)
    return {"candidates": len(waiting), **counts}
