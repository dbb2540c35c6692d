"""Articles again from the pages that were kept, without the web: after a new extractor, or a lost table.

The same extractor over the same pages changes nothing. A newer one makes a new version of an article where it reads
something else on the page that made the newest version; older versions stay as they were read then. Rows that a lost
table took along come back with the ids, runs and moments that they had; where a page was gone, with those of the fetch
that noticed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from etl.errors import GiveUp, Misconfigured
from etl.pipeline.extraction import (
    EXTRACT_BATCH,
    Versions,
    hints_by_url,
    outlets_by_id,
    pages_gone,
    read_page,
    withdrawn,
)
from etl.settings import settings
from etl.store import Lake, checkpoint, stable_id

LOST = ("articles", "extractions")
# What a new extractor may read otherwise; a version that differs in none of these is none.
COMPARED = (
    "title",
    "text_hash",
    "authors",
    "published_at",
    "published_basis",
    "modified_at",
    "language",
    "access",
    "canonical_url",
)
# Says something about the machine, not about the page.
NOT_OF_THE_PAGE = frozenset({"timeout"})
Row = dict[str, Any]


@dataclass(frozen=True)
class Selection:
    """Which pages to read again; all where everything is None.

    Attributes:
        since: fetched at that moment or later.
        until: fetched before that moment.
    """

    outlets: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    urls: frozenset[str] | None = None

    def holds(self, page: Mapping[str, Any]) -> bool:
        """Whether a row of ``pages`` is asked for."""
        return (
            (self.outlets is None or page["outlet"] in self.outlets)
            and (self.urls is None or page["url"] in self.urls)
            and (self.since is None or page["fetched_at"] >= self.since)
            and (self.until is None or page["fetched_at"] < self.until)
        )


def replay_pages(
    lake: Lake, run_id: str, selection: Selection | None = None, progress: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Reads kept pages again.

    Returns:
        Counts: ``pages`` read; ``same``, ``versions`` (new ones of known articles), ``rebuilt`` rows, ``new`` articles,
        ``withdrawn`` (no article any more), ``set_aside``; ``expired`` (removed by retention) and ``unreadable`` pages.

    Raises:
        Misconfigured: a table is lost and only some pages are asked for.
    """
    gone = [name for name in LOST if lake.is_lost(name)]
    if gone and selection not in (None, Selection()):
        raise Misconfigured(f"table {gone[0]} is lost. Replay all pages first, without a selection.")
    lost = {name for name in LOST if lake.give_up_lost(name)}
    replay = _Replay(lake, run_id, lost, selection or Selection())
    work = replay.rebuilding() if lost else iter(())
    for part in (work, replay.reading_again()):
        while batch := list(islice(part, EXTRACT_BATCH)):
            rows: dict[str, list[Row]] = {"articles": [], "extractions": []}
            for reading, article in batch:
                rows["extractions"] += [reading] if reading else []
                rows["articles"] += [article] if article else []
            keys = [r["page_id"] for r in rows["extractions"]] + [a["doc_id"] for a in rows["articles"]]
            lake.transaction(stable_id("replay", lake.head().number, *keys), rows)
            checkpoint("replay.batch")
            if progress:
                progress(len(batch))
    return replay.counts


class _Replay:
    """One replay: what the lake holds, and what it becomes."""

    def __init__(self, lake: Lake, run_id: str, lost: set[str], selection: Selection) -> None:
        self.counts = dict.fromkeys(
            ("pages", "same", "versions", "rebuilt", "new", "withdrawn", "set_aside", "expired", "unreadable"), 0
        )
        self._lake, self._run_id, self._lost = lake, run_id, lost
        stored = lake.rows("pages", filters=[("page_outcome", "=", "stored")])
        self._pages = {p["page_id"]: p for p in stored if selection.holds(p)}
        self._readings = {r["page_id"]: r for r in lake.rows("extractions")}
        self._versions = Versions(lake)
        self._hints, self._outlets = hints_by_url(lake), outlets_by_id()
        self._made: dict[str, str] = {}
        self._of_article: dict[str, list[Row]] = {}
        for row in lake.rows("articles", columns=["doc_id", "article_id", "version", "page_id", "fetched_at"]):
            self._of_article.setdefault(row["article_id"], []).append(row)
            if row["page_id"]:
                self._made.setdefault(row["page_id"], row["doc_id"])
        self._docs = {row["doc_id"] for rows in self._of_article.values() for row in rows}

    # ---------------------------------------------------------------- lost tables

    def rebuilding(self) -> Iterator[tuple[Row | None, Row | None]]:
        """Rows that the lost tables had, article by article in the order in which they came."""
        gone: dict[str, list[Row]] = {}
        for page in pages_gone(self._lake):
            gone.setdefault(page["url"], []).append(page)
        by_url: dict[str, list[Row]] = {}
        for page in self._pages.values():
            by_url.setdefault(page["url"], []).append(page)
        for url, pages in sorted(by_url.items()):
            told = [(p["fetched_at"], True, p["page_id"], p) for p in gone.get(url, ())]
            told += [(p["fetched_at"], False, p["page_id"], p) for p in pages]
            last: Row | None = None
            for _, is_gone, _, page in sorted(told, key=lambda t: t[:3]):
                if is_gone:
                    row = self._withdrawn_again(last, page)
                    reading = None
                else:
                    reading, row = self._again(page)
                last = row or last
                self.counts["rebuilt"] += (reading is not None) + (row is not None)
                if reading or row:
                    yield reading, row

    def _again(self, page: Row) -> tuple[Row | None, Row | None]:
        """What is missing of one page: its extraction, the version that it made, both or neither."""
        told = self._readings.get(page["page_id"])
        if told is not None and (told["doc_id"] is None or told["doc_id"] in self._docs):
            return None, None
        found = self._read(page)
        if found is None:
            return None, None
        reading, article = found
        if told is not None:
            if article is None:
                return None, None
            stamp = {"recorded_at": told["recorded_at"], "run_id": told["run_id"]}
            _, row = self._versions.add(reading, article, stamp)
            self._docs.add(row["doc_id"])
            return None, row
        if "extractions" not in self._lost:
            return None, None
        stamp = {"recorded_at": page["fetched_at"], "run_id": page["run_id"]}
        if article is None:
            placed: Row = reading | stamp | {"doc_id": None}
            row_or_none = None
        elif doc_id := self._known_doc(page, article):
            placed, row_or_none = reading | stamp | {"doc_id": doc_id}, None
        else:
            placed, row_or_none = self._versions.place(reading, article, stamp)
        self._readings[page["page_id"]] = placed
        return placed, row_or_none

    def _known_doc(self, page: Row, article: Row) -> str | None:
        """The version that a page made, or confirmed by saying the same."""
        if page["page_id"] in self._made:
            return self._made[page["page_id"]]
        before = [r for r in self._of_article.get(article["article_id"], ()) if r["fetched_at"] <= page["fetched_at"]]
        return max(before, key=lambda r: r["version"])["doc_id"] if before else None

    def _withdrawn_again(self, last: Row | None, page: Row) -> Row | None:
        if last is None or last["withdrawn"] or last["fetched_at"] > page["fetched_at"]:
            return None
        told = self._readings.get(page["page_id"])
        when, run_id = (told["recorded_at"], told["run_id"]) if told else (page["fetched_at"], page["run_id"])
        row = withdrawn(last, page["fetched_at"]) | {"recorded_at": when, "run_id": run_id}
        if row["doc_id"] in self._docs:
            return None
        self._docs.add(row["doc_id"])
        self._versions.newest[row["article_id"]] = {name: row[name] for name in Versions.COLUMNS}
        return row

    # ---------------------------------------------------------------- another extractor

    def reading_again(self) -> Iterator[tuple[Row | None, Row | None]]:
        """New versions where the pages are read otherwise now."""
        pages = sorted(self._pages.values(), key=lambda p: (p["fetched_at"], p["page_id"]))
        newest_page = {p["url"]: p["page_id"] for p in pages}
        for batch in _batches(pages, EXTRACT_BATCH):
            known = self._newest_rows(batch)
            for page in batch:
                told = self._readings.get(page["page_id"])
                article = known.get(page["url"])
                made = article is not None and not article["withdrawn"] and article["page_id"] == page["page_id"]
                first = article is None and newest_page[page["url"]] == page["page_id"]
                if told is None or not (made or first):
                    continue
                if (found := self._read(page)) is not None:
                    change = self._compared(told, article, *found)
                    if change is not None:
                        yield change

    def _newest_rows(self, pages: Iterable[Row]) -> dict[str, Row]:
        """Newest version of the articles on some pages, whole, by address."""
        from etl.merge.reading import articles_by_id

        last = (self._versions.of(p["url"]) for p in pages)
        wanted = {row["doc_id"] for row in last if row}
        found = articles_by_id(self._lake, self._lake.head(), wanted) if wanted else {}
        return {row["url"]: row for row in found.values()}

    def _compared(
        self, told: Row, before: Row | None, reading: Row, article: Row | None
    ) -> tuple[Row, Row | None] | None:
        """The rows that another reading of a page makes; None where it says the same."""
        stamp = {"recorded_at": settings().clock(), "run_id": self._run_id}
        if article is None and before is None:
            self.counts["set_aside"] += 1
            return None if told["reason"] == reading["reason"] else (reading | stamp | {"doc_id": None}, None)
        if article is None:
            if reading["reason"] in NOT_OF_THE_PAGE:
                self.counts["same"] += 1
                return None
            self.counts["withdrawn"] += 1
            assert before is not None
            return reading | stamp | {"doc_id": None}, withdrawn(before, before["fetched_at"]) | stamp
        if before is None:
            self.counts["new"] += 1
            return self._versions.add(reading, article, stamp)
        if all(_same(before[name], article[name]) for name in COMPARED):
            self.counts["same"] += 1
            return None
        self.counts["versions"] += 1
        return self._versions.add(reading, article, stamp)

    def _read(self, page: Row) -> tuple[Row, Row | None] | None:
        from etl.fetch import read_body

        if not page["warc_file"]:
            self.counts["expired"] += 1
            return None
        try:
            body, _ = read_body(page["warc_file"], page["warc_offset"], root=self._lake.url)
        except GiveUp:
            self.counts["unreadable"] += 1
            return None
        self.counts["pages"] += 1
        return read_page(body, page, self._hints.get(page["url"], {}), self._outlets.get(page["outlet"]))


def _same(one: Any, other: Any) -> bool:
    return (one or None) == (other or None)


def _batches(items: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
