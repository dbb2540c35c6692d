"""The steps that need the web, and the one that reads what they brought: discover, fetch, extract."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from etl.errors import GiveUp, Misconfigured, SetAside
from etl.merge.records import moment
from etl.pipeline.steps import balanced
from etl.settings import settings
from etl.store import Lake, Where, checkpoint, stable_id, text_hash

if TYPE_CHECKING:
    from etl.discover.outlets import Outlet
    from etl.discover.records import FeedReport, Getter
    from etl.fetch import Client

FETCH_BATCH = 50  # pages in one WARC file and one transaction: with two seconds between requests under two minutes
EXTRACT_BATCH = 100
RECHECK_DAYS = 3  # most corrections and withdrawals come within three days of publication
RECHECK_HOURS = 6  # a page is asked four times a day whether it changed, by a conditional request
ATTEMPTS = 3  # failed attempts after which a page is left alone
GONE = (404, 410)


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


def extract_pages(
    lake: Lake, run_id: str, limit: int | None = None, outlets: Sequence[str] | None = None
) -> dict[str, int]:
    """Stored pages become articles or are set aside with the reason; pages that are gone withdraw their article.

    Args:
        lake: the lake.
        run_id: names the run.
        limit: at most so many pages.
        outlets: only pages of these; several workers may each take some.

    Returns:
        Counts: ``pages``, ``extracted``, ``set_aside``, ``unchanged`` (same text), ``withdrawn``.

    Raises:
        GiveUp: archived pages cannot be read; raised when all others are done, and they wait until they can be.
    """
    done = set(lake.read("extractions", columns=["page_id"])["page_id"].to_pylist())
    pages = [p for p in lake.rows("pages", filters=[("page_outcome", "=", "stored")]) if p["page_id"] not in done]
    pages = [p for p in pages if outlets is None or p["outlet"] in outlets]
    pages.sort(key=lambda p: (p["fetched_at"], p["page_id"]))
    counts = dict.fromkeys(("pages", "extracted", "set_aside", "unchanged", "withdrawn"), 0)
    newest, known = _newest(lake), _outlets()
    damaged: list[str] = []
    hints = {c["url"]: c for c in lake.rows("candidates", columns=["url", "feed_title", "feed_published_at"])}
    for start in range(0, len(pages[:limit]), EXTRACT_BATCH):
        batch = pages[:limit][start : start + EXTRACT_BATCH]
        rows: list[dict[str, Any]] = []
        read: list[dict[str, Any]] = []
        for page in batch:
            told, outlet = hints.get(page["url"], {}), known.get(page["outlet"])
            try:
                read.append(_extract(lake, page, told, outlet, newest, rows, counts, run_id))
            except GiveUp as problem:
                damaged.append(str(problem))
        counts["pages"] += len(read)
        name = stable_id("extract", *(r["page_id"] for r in read))
        lake.transaction(name, {"articles": rows, "extractions": read})
        checkpoint("extract.batch")
    balanced("extract", counts["pages"], extracted=counts["extracted"], set_aside=counts["set_aside"])
    counts["withdrawn"] = _withdraw(lake, newest, run_id)
    if damaged:
        raise GiveUp(
            f"{len(damaged)} archived pages cannot be read and wait, the other {counts['pages']} are done. Restore the "
            f"file from a backup and run again. The first: {damaged[0]}"
        )
    return counts


def _newest(lake: Lake) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    columns = ["doc_id", "article_id", "version", "url", "text_hash", "withdrawn", "fetched_at"]
    for row in lake.rows("articles", columns=columns):
        if row["article_id"] not in found or found[row["article_id"]]["version"] < row["version"]:
            found[row["article_id"]] = row
    return found


def _extract(
    lake: Lake,
    page: Mapping[str, Any],
    told: Mapping[str, Any],
    outlet: Outlet | None,
    newest: dict[str, dict[str, Any]],
    rows: list[dict[str, Any]],
    counts: dict[str, int],
    run_id: str,
) -> dict[str, Any]:
    """The row of ``extractions`` of one page; a new article version is added to ``rows``."""
    from etl.extract import FeedHints, extract
    from etl.fetch import read_body

    now = settings().clock()
    head = {
        "page_id": page["page_id"],
        "url": page["url"],
        "outlet": page["outlet"],
        "recorded_at": now,
        "run_id": run_id,
    }
    engine = outlet.extractor if outlet else "ladder"
    try:
        body, _ = read_body(page["warc_file"], page["warc_offset"], root=lake.url)
        hints = FeedHints(
            published_at=told.get("feed_published_at"),
            title=told.get("feed_title"),
            fetched_at=page["fetched_at"],
        )
        found = extract(body, page["final_url"] or page["url"], hints, engine)
    except SetAside as aside:
        counts["set_aside"] += 1
        why = {"extractor": engine, "extraction_outcome": "set_aside", "reason": aside.reason, "detail": str(aside)}
        return head | why | {"doc_id": None}
    counts["extracted"] += 1
    article_id = stable_id("article", page["url"])
    last = newest.get(article_id)
    done = head | {"extractor": found.extractor, "extraction_outcome": "extracted", "reason": None, "detail": None}
    if last and last["text_hash"] == text_hash(found.text) and not last["withdrawn"]:
        counts["unchanged"] += 1
        return done | {"doc_id": last["doc_id"]}
    version = last["version"] + 1 if last else 1
    row = {
        "doc_id": stable_id("doc", article_id, version),
        "article_id": article_id,
        "version": version,
        "url": page["url"],
        "canonical_url": found.canonical_url,
        "outlet": page["outlet"],
        "outlet_name": outlet.name if outlet else page["outlet"],
        "title": found.title,
        "text": found.text,
        "text_hash": text_hash(found.text),
        "authors": list(found.authors) or None,
        "published_at": found.published_at,
        "published_basis": found.published_basis,
        "published_confidence": found.published_confidence,
        "modified_at": found.modified_at,
        "fetched_at": page["fetched_at"],
        "language": found.language,
        "access": found.access,
        "withdrawn": False,
        "extractor": found.extractor,
        "story_id": None,
        "page_id": page["page_id"],
        "recorded_at": now,
        "run_id": run_id,
    }
    rows.append(row)
    newest[article_id] = row
    return done | {"doc_id": row["doc_id"]}


def _withdraw(lake: Lake, newest: Mapping[str, Mapping[str, Any]], run_id: str) -> int:
    """Articles whose page is gone or says so get a version that says it too; the text stays in the lake."""
    notices = lake.rows("extractions", filters=[("reason", "=", "withdrawn")], columns=["page_id"])
    told = {row["page_id"] for row in notices}
    gone: dict[str, Any] = {}
    for page in lake.rows("pages", columns=["page_id", "url", "status", "fetched_at"]):
        if page["status"] in GONE or page["page_id"] in told:
            gone[page["url"]] = max(gone.get(page["url"], page["fetched_at"]), page["fetched_at"])
    lost = {a["doc_id"]: gone[a["url"]] for a in newest.values() if not a["withdrawn"] and a["url"] in gone}
    lost = {doc: when for doc, when in lost.items() if _fetched(newest, doc) <= when}
    if not lost:
        return 0
    from etl.merge.reading import articles_by_id

    now = settings().clock()
    rows = []
    for row in articles_by_id(lake, lake.head(), set(lost)).values():
        version = row["version"] + 1
        new = {"doc_id": stable_id("doc", row["article_id"], version), "version": version, "withdrawn": True}
        rows.append(row | new | {"fetched_at": lost[row["doc_id"]], "recorded_at": now, "run_id": run_id})
    lake.transaction(stable_id("withdraw", *(r["doc_id"] for r in rows)), {"articles": rows})
    return len(rows)


def _fetched(newest: Mapping[str, Mapping[str, Any]], doc_id: str) -> Any:
    return next(a["fetched_at"] for a in newest.values() if a["doc_id"] == doc_id)


def _outlets() -> dict[str, Outlet]:
    from etl.discover.outlets import load_outlets

    folder = settings().outlets
    if not folder.is_dir() or not any(folder.rglob("*.yml")):
        return {}
    # Only names and engines are read here, so the bundled newsroom's address need not be known.
    return {o.id: o for o in load_outlets(folder, base="http://127.0.0.1")}
