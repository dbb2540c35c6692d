"""``build``: from article lines on disk to an audited release, without the web and without Airflow."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from etl.errors import Misconfigured
from etl.merge.reading import rows_in
from etl.pipeline.rows import address_of
from etl.pipeline.steps import Progress, code_articles, ingest_articles, merge_mentions, publish_release
from etl.store import Lake, checkpoint, stable_id
from etl.validate.reconcile import reconcile

if TYPE_CHECKING:
    from etl.code.coder import Coder


class Show(Protocol):
    """Whoever draws progress."""

    def step(self, name: str, total: int | None = None) -> Progress | None:
        """A step begins; what it returns is called with the number of rows done."""


class Quiet:
    """Says nothing; ``etl.cli`` has one that draws bars."""

    def step(self, name: str, total: int | None = None) -> Progress | None:
        """See ``Show``."""
        return None


def read_lines(stream: TextIO, folder: Path) -> Iterator[Any]:
    """JSON Lines as objects; a line that is no JSON comes out as its text, to be set aside.

    Lines with ``html_path`` and no ``text`` are read from their page first.
    """
    for raw in stream:
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
        except ValueError:
            yield raw.strip()[:2000]
            continue
        yield _with_text(line, folder) if isinstance(line, dict) and "text" not in line else line


def _with_text(line: dict[str, Any], folder: Path) -> dict[str, Any]:
    if not line.get("html_path"):
        return line
    from etl.extract import extract_lines

    found = next(iter(extract_lines([json.dumps(line)], folder)))
    if found.get("outcome") != "extracted":
        return line
    names = ("title", "text", "authors", "published_at", "published_basis", "modified_at", "language", "access")
    read = {name: found[name] for name in (*names, "canonical_url", "extractor") if found.get(name) is not None}
    return read | {name: value for name, value in line.items() if value is not None}


def build(
    source: Path,
    lake: Lake,
    release: str,
    as_of: datetime | None = None,
    coder: Coder | None = None,
    show: Show | None = None,
) -> dict[str, Any]:
    """Everything from lines to release; killed at any point and run again it gives what one run gives.

    Args:
        source: JSON Lines file.
        lake: made where there is none, added to where there is one.
        release: folder or ``s3://`` URL of the releases.
        as_of: publish the state as it was known then.
        coder: who reads the articles; the rule coder where None.
        show: draws progress.

    Returns:
        The counts that the command prints.

    Raises:
        Misconfigured: the file cannot be read or is empty.
        GiveUp: the audit failed or the books do not balance; the last good release is untouched.
    """
    show = show or Quiet()
    try:
        run_id = "build-" + hashlib.sha256(source.read_bytes()).hexdigest()[:16]
        with source.open(encoding="utf-8", errors="replace") as stream:
            lines = list(read_lines(stream, source.parent))
    except OSError as error:
        raise Misconfigured(
            f"{source} cannot be read ({error.strerror}). Name a JSON Lines file of articles."
        ) from error
    if not lines:
        raise Misconfigured(f"{source} is empty. Name a JSON Lines file with one article a line.")
    lake.recover()
    taken = ingest_articles(lake, lines, run_id, show.step("reading", len(lines)))
    checkpoint("build.ingested")
    code_articles(lake, run_id=run_id, coder=coder, progress=show.step("coding"))
    checkpoint("build.coded")
    show.step("merging")
    merged = merge_mentions(lake, run_id)
    checkpoint("build.merged")
    reconcile(lake, complete=True)
    show.step("auditing and publishing")
    published = publish_release(lake, release, as_of)
    checkpoint("build.published")
    outcomes, mentions = _told(lake, lines)
    aside = lake.rows("quarantine", columns=["quarantine_id", "table_name"])
    return {
        "articles": len(lines),
        "articles_new": taken["new"],
        "article_versions": taken["versions"],
        "articles_unchanged": taken["unchanged"],
        "coded": outcomes["coded"],
        "abstained": outcomes["abstained"],
        "failed": outcomes["failed"] + taken["set_aside"],
        "mentions": mentions,
        "events_new": merged["new"],
        "events_revised": merged["revised"],
        "events_withdrawn": merged["withdrawn"] + merged["merged"],
        "events": lake.read("events", columns=["event_id_cnty"]).num_rows,
        "set_aside": len(aside),
        "set_aside_by_table": dict(sorted(Counter(q["table_name"] for q in aside).items())),
        "release": published.version,
        "release_path": published.path,
    }


def _told(lake: Lake, lines: list[Any]) -> tuple[Counter[str], int]:
    """How the current versions of the file's articles were coded, whichever run did it."""
    wanted = {
        stable_id("article", address_of(line))
        for line in lines
        if isinstance(line, dict) and isinstance(line.get("doc_id"), str)
    }
    newest: dict[str, tuple[int, str]] = {}
    for row in lake.rows("articles", columns=["doc_id", "article_id", "version"]):
        if row["article_id"] in wanted:
            this = (row["version"], row["doc_id"])
            newest[row["article_id"]] = max(newest.get(row["article_id"], this), this)
    last: dict[str, tuple[Any, ...]] = {}
    for row in rows_in(lake, lake.head(), "codings", "doc_id", {doc for _, doc in newest.values()}):
        this_coding = (row["recorded_at"], row["coder_version"], row["coding_outcome"], row["mention_count"])
        last[row["doc_id"]] = max(last.get(row["doc_id"], this_coding), this_coding)
    return Counter(c[2] for c in last.values()), sum(c[3] for c in last.values())
