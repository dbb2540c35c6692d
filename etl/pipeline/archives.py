"""Pages from WARC archives: one archive is one resumable unit.

Decides which records of an archive are pages worth keeping; rows point into the archive where it lies, nothing is
copied. An archive that was read to its end leaves a marker in the lake and is not read again; one whose reading was
killed starts anew, and what it had recorded is recognised by the ids of its records. Articles are read from the pages
as from fetched ones (``web.extract_pages``), by outlet, so that two workers never read versions of one article.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

from etl.errors import EventwireError, GiveUp, Misconfigured
from etl.pipeline.jobs import add_up
from etl.pipeline.steps import balanced
from etl.pipeline.web import extract_pages
from etl.settings import settings
from etl.store import Lake, checkpoint, open_lake, stable_id

if TYPE_CHECKING:
    from etl.discover.outlets import Outlet

SUFFIXES = (".warc", ".warc.gz")
# Pages in one transaction: rows are small, and a kill loses at most seconds of reading.
PAGE_BATCH = 500
_SCAN_BYTES = 1 << 20
_RECORD = re.compile(rb"\x1f\x8b\x08|(?<=\n)WARC/1\.")
_HTTP = StatusAndHeadersParser(["HTTP/"], verify=False)
_BROKEN = (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, zlib.error)
# Counted reasons why a record is no page; each record of an archive falls under one of these or is ``stored``.
ASIDE = ("other_kind", "other_host", "not_ok", "not_html", "known", "older", "bad")


def archive_units(paths: Sequence[str]) -> list[str]:
    """The archives among files and folders, sorted; folders are searched to their depth.

    Args:
        paths: files, folders, or ``s3://`` addresses of files.

    Raises:
        Misconfigured: a path does not exist, or a file is no WARC by its name.
    """
    from etl.fetch.files import is_remote

    found: set[str] = set()
    for name in paths:
        path = Path(name)
        if is_remote(name):
            found.add(name)
        elif path.is_dir():
            found.update(str(p.resolve()) for p in path.rglob("*") if p.name.endswith(SUFFIXES) and p.is_file())
        elif path.is_file():
            found.add(str(path.resolve()))
        else:
            raise Misconfigured(f"there is no archive {name}. Name WARC files or folders of them.")
    if wrong := sorted(f for f in found if not f.endswith(SUFFIXES)):
        raise Misconfigured(f"{wrong[0]} is no WARC by its name; it must end in {' or '.join(SUFFIXES)}.")
    return sorted(found)


def read_archive(lake: Lake, archive: str, run_id: str, hosts: Sequence[str] | None = None) -> dict[str, int]:
    """The pages of one archive go to ``pages``.

    Args:
        lake: the lake.
        archive: path or ``s3://`` address.
        run_id: names the run.
        hosts: only pages of these hosts or registrable domains; all where None or empty.

    Returns:
        Counts: ``records`` = ``stored`` + those of ``ASIDE``; ``finished_before`` is 1 where it was not read again.

    Raises:
        GiveUp: there is no such file, or it holds no record at all.
    """
    wanted = frozenset(h.lower() for h in hosts or ())
    marker = f"_archives/{stable_id('archive', archive, *sorted(wanted))}.json"
    size = _size(archive)
    before = lake.files.read(marker)
    if before is not None and json.loads(before)["size"] == size:
        return {"finished_before": 1}
    reader = _Reader(lake, archive, run_id, wanted)
    rows: list[dict[str, Any]] = []
    for offset, record in _records(archive):
        row = reader.row(offset, record)
        if row is not None:
            rows.append(row)
        if len(rows) == PAGE_BATCH:
            _store(lake, rows)
            rows = []
    _store(lake, rows)
    counts = reader.counts
    if set(counts) <= {"bad"}:
        raise GiveUp(f"{archive} holds no WARC record that can be read. Check it with `warcio check`.")
    records = sum(counts.values())
    balanced("archive", records, **{name: counts[name] for name in ("stored", *ASIDE)})
    told = {"records": records, **dict(sorted(counts.items()))}
    lake.files.write(marker, json.dumps({"archive": archive, "size": size, **told}).encode())
    checkpoint("archive.done")
    return told


def _store(lake: Lake, rows: list[dict[str, Any]]) -> None:
    if rows:
        lake.transaction(stable_id("archive", *(r["page_id"] for r in rows)), {"pages": rows})
        checkpoint("archive.batch")


def _size(archive: str) -> int:
    from etl.fetch.files import open_input

    with open_input(archive) as stream:
        return stream.seek(0, 2)


class _Reader:
    """Turns records of one archive into rows and keeps the counts."""

    def __init__(self, lake: Lake, archive: str, run_id: str, hosts: frozenset[str]) -> None:
        self.counts: Counter[str] = Counter()
        self._archive, self._run_id, self._hosts = archive, run_id, hosts
        self._outlets = _outlets()
        self._known = set(lake.read("pages", columns=["page_id"])["page_id"].to_pylist())
        self._newest: dict[str, datetime] = {}
        for row in lake.rows("articles", columns=["url", "fetched_at"]):
            self._newest[row["url"]] = max(self._newest.get(row["url"], row["fetched_at"]), row["fetched_at"])

    def row(self, offset: int, record: Any) -> dict[str, Any] | None:
        """The row of a record, or None, counted."""
        try:
            found = self._row(offset, record)
        except (*_BROKEN, EventwireError):
            found = "bad"
        self.counts[found if isinstance(found, str) else "stored"] += 1
        return None if isinstance(found, str) else found

    def _row(self, offset: int, record: Any) -> dict[str, Any] | str:
        from etl.discover.urls import on_site
        from etl.fetch import read_body

        if record is None:
            return "bad"
        if record.rec_type != "response":
            return "other_kind"
        head = record.rec_headers
        url = str(head.get_header("WARC-Target-URI") or "").strip("<>")
        if self._hosts and not on_site(url, self._hosts):
            return "other_host"
        page_id = stable_id("page", head.get_header("WARC-Record-ID") or f"{url} {head.get_header('WARC-Date')}")
        if page_id in self._known:
            return "known"
        at = datetime.fromisoformat(head.get_header("WARC-Date") or "").astimezone(UTC)
        if url in self._newest and at < self._newest[url]:
            return "older"
        http: StatusAndHeaders = _HTTP.parse(record.raw_stream)
        status = http.get_statuscode()
        media_type = http.get_header("content-type") or ""
        if status != "200":
            return "not_ok"
        if "html" not in media_type.lower():
            return "not_html"
        _read_through(record.raw_stream)
        body, _ = read_body(self._archive, offset)
        self._known.add(page_id)
        return {
            "page_id": page_id,
            "url": url,
            "final_url": url,
            "outlet": self._outlet(url),
            "fetched_at": at,
            "status": 200,
            "page_outcome": "stored",
            "reason": None,
            "etag": http.get_header("etag"),
            "last_modified": http.get_header("last-modified"),
            "media_type": media_type,
            "content_hash": hashlib.sha256(body).hexdigest(),
            "bytes": len(body),
            "warc_file": self._archive,
            "warc_offset": offset,
            "run_id": self._run_id,
        }

    def _outlet(self, url: str) -> str:
        """The outlet that the address belongs to; its site's name where no outlet file names it."""
        from etl.discover.urls import on_site, site_of

        for outlet in self._outlets:
            if on_site(url, frozenset({site_of(outlet.url), *outlet.hosts})):
                return outlet.id
        return urlsplit(url).hostname or "unknown"


def _read_through(stream: Any) -> None:
    """Reads a record to its end.

    Raises:
        EOFError: the file ends before the record does.
    """
    while stream.read(_SCAN_BYTES):
        pass
    if getattr(stream, "limit", 0) > 0:
        raise EOFError("the archive ends within a record")


def _records(archive: str) -> Iterator[tuple[int, Any]]:
    """Records with their offsets, unparsed below the WARC header; None stands for a stretch that cannot be read."""
    from etl.fetch.files import open_input

    with open_input(archive) as stream:
        position: int | None = 0
        told = False
        while position is not None:
            stream.seek(position)
            iterator = ArchiveIterator(stream, no_record_parse=True)
            last, seen = position, False
            try:
                for record in iterator:
                    last, seen = iterator.offset, True
                    yield last, record
                return
            except _BROKEN:
                # After good records the search comes upon the broken one itself, which is told already.
                if seen or not told:
                    yield position, None
                told = seen
            position = _next_record(stream, last + 1)


def _next_record(stream: IO[bytes], start: int) -> int | None:
    """Offset of what looks like the beginning of a record, at or after ``start``; None at the end."""
    overlap = 8
    while True:
        stream.seek(max(0, start - 1))
        block = stream.read(_SCAN_BYTES)
        found = _RECORD.search(block, min(1, start))
        if found:
            return max(0, start - 1) + found.start()
        if len(block) < _SCAN_BYTES:
            return None
        start += len(block) - overlap


def _outlets() -> list[Outlet]:
    from etl.discover.outlets import load_outlets

    folder = settings().outlets
    if not folder.is_dir() or not any(folder.rglob("*.yml")):
        return []
    return load_outlets(folder, settings().newsroom or "http://127.0.0.1")


def waiting_outlets(lake: Lake) -> list[str]:
    """Outlets with stored pages that no article was read from yet, sorted."""
    done = set(lake.read("extractions", columns=["page_id"])["page_id"].to_pylist())
    pages = lake.rows("pages", filters=[("page_outcome", "=", "stored")], columns=["page_id", "outlet"])
    return sorted({p["outlet"] for p in pages if p["page_id"] not in done})


def backfill_archives(archives: Sequence[str], run_id: str, hosts: Sequence[str] | None = None) -> dict[str, int]:
    """Read a batch of archives into the lake of the settings; counts as ``read_archive``, summed."""
    lake = open_lake()
    return add_up(read_archive(lake, archive, run_id, hosts) for archive in archives)


def outlets_to_extract() -> list[str]:
    """``waiting_outlets`` of the lake of the settings."""
    return waiting_outlets(open_lake())


def extract_outlets(outlets: Sequence[str], run_id: str) -> dict[str, int]:
    """Read articles from the stored pages of some outlets; counts as ``web.extract_pages``."""
    return extract_pages(open_lake(), run_id, outlets=outlets)
