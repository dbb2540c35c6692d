"""Fetch a batch of candidates: one row of ``pages`` each, all answers in one WARC file.

Decides how an attempt ended and where its bytes lie. Rows are handed back only after the WARC file is in place, so a
batch that was killed leaves neither rows nor a file and is simply run again.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from etl.discover.outlets import Outlet
from etl.discover.records import Candidate
from etl.fetch.answers import Answer
from etl.fetch.client import Client
from etl.fetch.warc import WarcFile, read_original, write_warc
from etl.store.ids import checkpoint, stable_id

# A batch ends before the next run of collect (every 30 minutes) begins.
BUDGET_SECONDS = 1500.0
# Folder of the WARC files below the lake; part of ``warc_file`` in pages.
FOLDER = "warc"


@dataclass(frozen=True)
class PageState:
    """What the last good row of a page says: enough to ask whether it changed.

    Attributes:
        warc_file: relative to the lake, as in ``pages``.
    """

    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    bytes: int | None = None
    media_type: str | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> PageState:
        """The state that a row of ``pages`` with outcome ``stored`` or ``unchanged`` leaves."""
        return cls(**{name: row.get(name) for name in cls.__dataclass_fields__})


def page_id(url: str, run_id: str) -> str:
    """Id of one fetch attempt: the same for the same address in the same run."""
    return stable_id("page", run_id, url)


def fetch_batch(
    candidates: Iterable[Candidate],
    client: Client,
    previous: Mapping[str, PageState],
    warc_dir: str,
    run_id: str,
    now: datetime,
    outlets: Mapping[str, Outlet] | None = None,
    budget_seconds: float = BUDGET_SECONDS,
) -> list[dict[str, Any]]:
    """Fetch each distinct address of a batch once.

    Args:
        candidates: what to fetch; an address named twice is one attempt.
        client: the polite client.
        previous: last good state by address, for conditional requests.
        warc_dir: folder or s3:// address of the WARC files, ``<lake>/warc``.
        run_id: run that the rows belong to.
        now: recorded as the time of all attempts of the batch.
        outlets: politeness by outlet id; the client's defaults where missing.
        budget_seconds: after so long the rest ends as ``failed`` / ``batch_time_over`` and can be tried again.

    Returns:
        Rows of the ``pages`` table in the order of the candidates.
    """
    batch = list({c.url: c for c in candidates}.values())
    file = _file_name(run_id, now, [c.url for c in batch])
    warc_dir = str(warc_dir)
    rows = []
    stop_at = time.monotonic() + budget_seconds
    with ExitStack() as stack:
        warc: WarcFile | None = None
        for candidate in batch:
            state = previous.get(candidate.url, PageState())
            if time.monotonic() >= stop_at:
                answer = Answer(candidate.url, candidate.url, "failed", "batch_time_over")
            else:
                manners = outlets[candidate.outlet].politeness if outlets and candidate.outlet in outlets else None
                answer = client.get(
                    candidate.url,
                    etag=state.etag,
                    last_modified=state.last_modified,
                    delay=manners.delay_seconds if manners else None,
                    concurrency=manners.concurrency if manners else 1,
                )
            if warc is None and (_is_kept(answer) or answer.trail):
                info = {"software": client.user_agent, "format": "WARC File Format 1.1", "robots": "obey"}
                warc = stack.enter_context(write_warc(warc_dir, file, now, info))
            rows.append(_row(candidate, answer, state, warc, warc_dir, file, run_id, now))
            checkpoint("fetch.page")
    checkpoint("fetch.batch")
    return rows


def _row(
    candidate: Candidate,
    answer: Answer,
    state: PageState,
    warc: WarcFile | None,
    warc_dir: str,
    file: str,
    run_id: str,
    now: datetime,
) -> dict[str, Any]:
    key = page_id(candidate.url, run_id)
    row: dict[str, Any] = {
        "page_id": key,
        "url": candidate.url,
        "final_url": answer.final_url,
        "outlet": candidate.outlet,
        "fetched_at": now,
        "status": answer.status,
        "page_outcome": answer.outcome,
        "reason": answer.reason,
        "etag": answer.header("etag"),
        "last_modified": answer.header("last-modified"),
        "media_type": answer.header("content-type"),
        "content_hash": None,
        "bytes": None,
        "warc_file": None,
        "warc_offset": None,
        "run_id": run_id,
        "expired_at": None,
    }
    if warc is None:
        return row
    warc.add_hops(key, answer)
    if answer.outcome not in ("stored", "unchanged"):
        if _is_kept(answer):
            row["warc_file"], row["warc_offset"] = f"{FOLDER}/{file}", warc.add(key, answer)
        return row
    digest = hashlib.sha256(answer.body).hexdigest() if answer.outcome == "stored" else state.content_hash
    row["content_hash"] = digest
    row["bytes"] = len(answer.body) if answer.outcome == "stored" else state.bytes
    if answer.outcome == "unchanged" or digest == state.content_hash:
        kept_file = (state.warc_file or "").removeprefix(f"{FOLDER}/")
        original = read_original(warc_dir, kept_file, state.warc_offset or 0) if kept_file else None
        if original is not None or answer.outcome == "unchanged":
            row["page_outcome"], row["reason"] = "unchanged", answer.reason or "same_content"
            for name in ("etag", "last_modified", "media_type"):
                row[name] = row[name] or getattr(state, name)
            if original is not None:
                row["warc_file"] = f"{FOLDER}/{file}"
                row["warc_offset"] = warc.add_revisit(key, answer, original)
            return row
    row["warc_file"] = f"{FOLDER}/{file}"
    row["warc_offset"] = warc.add(key, answer)
    return row


def _is_kept(answer: Answer) -> bool:
    """Whether there is an answer to keep: pages, and what servers say instead of one; not bodies left unread."""
    return answer.outcome in ("stored", "unchanged", "blocked", "paywalled") or (answer.status or 0) >= 300


def _file_name(run_id: str, now: datetime, urls: list[str]) -> str:
    """Day, run and batch: a batch that is run again replaces its own file."""
    run = re.sub(r"[^A-Za-z0-9_.+-]", "-", run_id)[:80].lstrip(".")
    batch = hashlib.sha256("\n".join(urls).encode()).hexdigest()[:12]
    return f"{now:%Y-%m-%d}/{run}-{batch}.warc.gz"
