"""Stored pages become versions of articles; pages that are gone withdraw theirs.

What a page says (``read_page``) depends on the page alone and may be asked anywhere, at once and again; which version
of its article that makes (``Versions``) depends on what the lake holds and is decided by one writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from etl.errors import GiveUp, SetAside
from etl.pipeline.steps import balanced
from etl.settings import settings
from etl.store import Lake, checkpoint, stable_id, text_hash

if TYPE_CHECKING:
    from etl.discover.outlets import Outlet

EXTRACT_BATCH = 100
GONE = (404, 410)


def read_page(
    body: bytes, page: Mapping[str, Any], told: Mapping[str, Any], outlet: Outlet | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What one page says.

    Args:
        body: the page, content encodings taken off.
        page: its row of ``pages``.
        told: the row of ``candidates`` of its address; empty where there is none.
        outlet: whose page it is, None where no outlet file says so.

    Returns:
        The row of ``extractions`` and that of ``articles`` (None where it is no article), without what ``Versions``
        adds: ids, number of the version, run and moment.
    """
    from etl.extract import FeedHints, extract

    engine = outlet.extractor if outlet else "ladder"
    head = {"page_id": page["page_id"], "url": page["url"], "outlet": page["outlet"]}
    hints = FeedHints(
        published_at=told.get("feed_published_at"), title=told.get("feed_title"), fetched_at=page["fetched_at"]
    )
    try:
        found = extract(body, page["final_url"] or page["url"], hints, engine)
    except SetAside as aside:
        why = {"extractor": engine, "extraction_outcome": "set_aside", "reason": aside.reason, "detail": str(aside)}
        return head | why, None
    done = {"extractor": found.extractor, "extraction_outcome": "extracted", "reason": None, "detail": None}
    article = {
        "article_id": stable_id("article", page["url"]),
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
    }
    return head | done, article


class Versions:
    """The newest version of every article, and which version a page makes."""

    COLUMNS = ("doc_id", "article_id", "version", "url", "text_hash", "withdrawn", "fetched_at")

    def __init__(self, lake: Lake) -> None:
        self.newest: dict[str, Mapping[str, Any]] = {}
        for row in lake.rows("articles", columns=list(self.COLUMNS)):
            known = self.newest.get(row["article_id"])
            if known is None or known["version"] < row["version"]:
                self.newest[row["article_id"]] = row

    def of(self, url: str) -> Mapping[str, Any] | None:
        """Newest version of the article at an address."""
        return self.newest.get(stable_id("article", url))

    def place(
        self, reading: dict[str, Any], article: dict[str, Any] | None, stamp: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The rows of ``extractions`` and ``articles`` that a page makes; no article where its text is known.

        Args:
            reading: as ``read_page`` gave it.
            article: the same.
            stamp: ``recorded_at`` and ``run_id``.
        """
        if article is None:
            return reading | stamp | {"doc_id": None}, None
        last = self.newest.get(article["article_id"])
        if last and last["text_hash"] == article["text_hash"] and not last["withdrawn"]:
            return reading | stamp | {"doc_id": last["doc_id"]}, None
        return self.add(reading, article, stamp)

    def add(
        self, reading: dict[str, Any], article: dict[str, Any], stamp: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """As ``place``, a new version whatever the text."""
        last = self.newest.get(article["article_id"])
        version = last["version"] + 1 if last else 1
        doc_id = stable_id("doc", article["article_id"], version)
        row = article | stamp | {"doc_id": doc_id, "version": version}
        self.newest[article["article_id"]] = {name: row[name] for name in self.COLUMNS}
        return reading | stamp | {"doc_id": doc_id}, row


def extract_pages(
    lake: Lake,
    run_id: str,
    limit: int | None = None,
    outlets: Sequence[str] | None = None,
    by_outlet: dict[str, dict[str, int]] | None = None,
) -> dict[str, int]:
    """Stored pages become articles or are set aside with the reason; pages that are gone withdraw their article.

    Args:
        lake: the lake.
        run_id: names the run.
        limit: at most so many pages.
        outlets: only pages of these; several workers may each take some.
        by_outlet: takes the counts of each outlet.

    Returns:
        Counts: ``pages``, ``extracted``, ``set_aside``, ``unchanged`` (same text), ``withdrawn``.

    Raises:
        GiveUp: archived pages cannot be read; raised when all others are done, and they wait until they can be.
    """
    from etl.fetch import read_body

    done = set(lake.read("extractions", columns=["page_id"])["page_id"].to_pylist())
    pages = [p for p in lake.rows("pages", filters=[("page_outcome", "=", "stored")]) if p["page_id"] not in done]
    pages = [p for p in pages if p["warc_file"] and (outlets is None or p["outlet"] in outlets)]
    pages.sort(key=lambda p: (p["fetched_at"], p["page_id"]))
    counts = dict.fromkeys(("pages", "extracted", "set_aside", "unchanged", "withdrawn"), 0)
    versions, known, hints = Versions(lake), outlets_by_id(), hints_by_url(lake)
    damaged: list[str] = []
    for start in range(0, len(pages[:limit]), EXTRACT_BATCH):
        rows: list[dict[str, Any]] = []
        read: list[dict[str, Any]] = []
        for page in pages[:limit][start : start + EXTRACT_BATCH]:
            try:
                body, _ = read_body(page["warc_file"], page["warc_offset"], root=lake.url)
            except GiveUp as problem:
                damaged.append(str(problem))
                continue
            reading, article = read_page(body, page, hints.get(page["url"], {}), known.get(page["outlet"]))
            stamp = {"recorded_at": settings().clock(), "run_id": run_id}
            placed, row = versions.place(reading, article, stamp)
            outcomes = ["extracted" if article else "set_aside", *(["unchanged"] if article and row is None else [])]
            for outcome in outcomes:
                counts[outcome] += 1
                if by_outlet is not None:
                    own = by_outlet.setdefault(page["outlet"], {})
                    own[outcome] = own.get(outcome, 0) + 1
            read.append(placed)
            rows += [row] if row else []
        counts["pages"] += len(read)
        name = stable_id("extract", *(r["page_id"] for r in read))
        lake.transaction(name, {"articles": rows, "extractions": read})
        checkpoint("extract.batch")
    balanced("extract", counts["pages"], extracted=counts["extracted"], set_aside=counts["set_aside"])
    counts["withdrawn"] = withdraw(lake, versions, run_id)
    if damaged:
        raise GiveUp(
            f"{len(damaged)} archived pages cannot be read and wait, the other {counts['pages']} are done. Restore the "
            f"file from a backup and run again. The first: {damaged[0]}"
        )
    return counts


def withdraw(lake: Lake, versions: Versions, run_id: str) -> int:
    """Articles whose page is gone or says so get a version that says it too; the text stays in the lake."""
    from etl.merge.reading import articles_by_id

    gone: dict[str, Any] = {}
    for page in pages_gone(lake):
        gone[page["url"]] = max(gone.get(page["url"], page["fetched_at"]), page["fetched_at"])
    standing = [a for a in versions.newest.values() if not a["withdrawn"] and a["url"] in gone]
    lost = {a["doc_id"]: gone[a["url"]] for a in standing if a["fetched_at"] <= gone[a["url"]]}
    if not lost:
        return 0
    stamp = {"recorded_at": settings().clock(), "run_id": run_id}
    found = articles_by_id(lake, lake.head(), set(lost)).values()
    rows = [withdrawn(row, lost[row["doc_id"]]) | stamp for row in found]
    lake.transaction(stable_id("withdraw", *(r["doc_id"] for r in rows)), {"articles": rows})
    return len(rows)


def withdrawn(article: Mapping[str, Any], when: Any) -> dict[str, Any]:
    """The version of an article that says it was taken back, with the text it had."""
    version = article["version"] + 1
    doc_id = stable_id("doc", article["article_id"], version)
    return dict(article) | {"doc_id": doc_id, "version": version, "withdrawn": True, "fetched_at": when}


def pages_gone(lake: Lake) -> list[dict[str, Any]]:
    """Pages that say their article is gone, by their status or in words."""
    notices = lake.rows("extractions", filters=[("reason", "=", "withdrawn")], columns=["page_id"])
    told = {row["page_id"] for row in notices}
    columns = ["page_id", "url", "status", "fetched_at", "run_id"]
    return [p for p in lake.rows("pages", columns=columns) if p["status"] in GONE or p["page_id"] in told]


def hints_by_url(lake: Lake, as_of: Any = None) -> dict[str, dict[str, Any]]:
    """What feeds said of each address."""
    columns = ["url", "feed_title", "feed_published_at"]
    return {c["url"]: c for c in lake.rows("candidates", as_of=as_of, columns=columns)}


def outlets_by_id() -> dict[str, Outlet]:
    """The outlets of the settings' folder; none where it is empty."""
    from etl.discover.outlets import load_outlets

    folder = settings().outlets
    if not folder.is_dir() or not any(folder.rglob("*.yml")):
        return {}
    # Names, hosts and engines are read here, so the bundled newsroom's address need not be known.
    return {o.id: o for o in load_outlets(folder, settings().newsroom or "http://127.0.0.1")}
