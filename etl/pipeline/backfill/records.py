"""Which records of one archive are pages worth keeping, and where each of them lies.

Records are filtered as early as what is known of them allows: by host before the body is touched, by status and media
type before it is unpacked, by language before anything parses it.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

from etl.errors import EventwireError
from etl.fetch.files import open_input
from etl.store import stable_id

if TYPE_CHECKING:
    from etl.discover.outlets import Outlet

# Counted reasons why a record is no page; each record of an archive falls under one of these or is ``stored``.
ASIDE = ("other_kind", "other_host", "not_ok", "not_html", "other_language", "known", "older", "bad")
CUT = object()
# Bad records that are described one by one; of an archive that is damaged throughout the rest is only counted.
MOST_TOLD = 100
_SCAN_BYTES = 1 << 20
_LANGUAGE_BYTES = 60_000
_GUESS_CHARS = 3000
# Shorter than this a guess is worth nothing, and the page is kept.
_LEAST_CHARS = 200
_RECORD = re.compile(rb"\x1f\x8b\x08|(?<=\n)WARC/1\.")
_HTTP = StatusAndHeadersParser(["HTTP/"], verify=False)
_BROKEN = (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, zlib.error)
_HTML_LANG = re.compile(rb"<html\b[^>]{0,500}?\b(?:xml:)?lang\s{0,3}=\s{0,3}[\"']?([A-Za-z]{2,3})\b", re.I)
_DROPPED = re.compile(
    rb"<(script|style|head|noscript)\b.*?(?:</\1\s*>|$)|<!--.*?-->|<[^>]{0,2000}>|&[#\w]{1,9};", re.I | re.S
)
_SPACE = re.compile(r"\s+")


@dataclass
class Found:
    """What reading an archive found.

    Attributes:
        counts: records by what became of them.
        bad: offset and reason of records that could not be read, twice.
    """

    counts: Counter[str] = field(default_factory=Counter)
    bad: list[dict[str, Any]] = field(default_factory=list)


class Records:
    """Turns the records of one archive into rows of ``pages`` and keeps the counts.

    Args:
        archive: path or address.
        hosts: only these, all where empty.
        languages: only these, all where empty.
        known: ids of pages that the lake has.
        newest: when the newest version of the article at an address was fetched.
        outlets: the outlets that addresses may belong to.
    """

    def __init__(
        self,
        archive: str,
        hosts: frozenset[str],
        languages: frozenset[str],
        known: set[str],
        newest: dict[str, datetime],
        outlets: list[Outlet],
    ) -> None:
        self.found = Found()
        self._within = False  # whether the last record was told to be cut short
        self._archive, self._hosts, self._languages = archive, hosts, languages
        self._known, self._newest = known, newest
        self._sites = [(o.id, _sites(o)) for o in outlets]

    def __iter__(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Rows of ``pages`` without ``run_id``, each with the page's bytes."""
        for offset, record in records(self._archive):
            if record is CUT:
                if not self._within:
                    self._bad(offset, "the archive ends within the beginning of a record")
                    self.found.counts["bad"] += 1
                continue
            try:
                what = "damaged" if record is None else self._whole(offset, record)
            except (*_BROKEN, EventwireError):
                what = self._again(offset)
            if isinstance(what, str):
                if what == "damaged":
                    what = self._bad(offset, "no record can be read here")
                self.found.counts[what] += 1
            else:
                self.found.counts["stored"] += 1
                yield what

    def _again(self, offset: int) -> tuple[dict[str, Any], bytes] | str:
        """A second try at a record that could not be read: storage on a network may have failed for a moment."""
        try:
            with open_input(self._archive) as stream:
                stream.seek(offset)
                return self._whole(offset, next(iter(ArchiveIterator(stream, no_record_parse=True))))
        except (*_BROKEN, EventwireError, StopIteration) as error:
            self._within = isinstance(error, EOFError)
            return self._bad(offset, str(error) or type(error).__name__)

    def _bad(self, offset: int, why: str) -> str:
        if len(self.found.bad) < MOST_TOLD:
            self.found.bad.append({"offset": offset, "why": why[:200]})
        return "bad"

    def _whole(self, offset: int, record: Any) -> tuple[dict[str, Any], bytes] | str:
        """A record that is passed over is read to its end too: an archive may be cut short within it."""
        what = self._page(offset, record)
        if isinstance(what, str):
            _read_through(record.raw_stream)
        return what

    def _page(self, offset: int, record: Any) -> tuple[dict[str, Any], bytes] | str:
        from etl.discover.urls import on_site
        from etl.fetch import read_body

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
        media_type = http.get_header("content-type") or ""
        if http.get_statuscode() != "200":
            return "not_ok"
        if "html" not in media_type.lower():
            return "not_html"
        _read_through(record.raw_stream)
        body, _ = read_body(self._archive, offset)
        if self._languages and language_of(body, http.get_header("content-language")) not in {*self._languages, None}:
            return "other_language"
        self._known.add(page_id)
        row = {
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
        }
        return row, body

    def _outlet(self, url: str) -> str:
        """The outlet that the address belongs to; its site's name where no outlet file names it."""
        from etl.discover.urls import on_site

        for name, sites in self._sites:
            if on_site(url, sites):
                return name
        return urlsplit(url).hostname or "unknown"


def _sites(outlet: Outlet) -> frozenset[str]:
    from etl.discover.urls import site_of

    return frozenset({site_of(outlet.url), *outlet.hosts})


def language_of(body: bytes, declared: str | None) -> str | None:
    """The language of a page, as soon as something says it: the server, the page, a guess from its letters.

    Returns:
        ISO 639-1 where there is such a code; None where the page has too few words to guess from.

    >>> language_of(b"<html lang='en-GB'>", None), language_of(b"", "fr, en"), language_of(b"<p>12", None)
    ('en', 'fr', None)
    """
    if declared and (found := re.match(r"\s*([A-Za-z]{2,3})\b", declared)):
        return found[1].lower()
    if page := _HTML_LANG.search(body[:_LANGUAGE_BYTES]):
        return page[1].decode().lower()
    import py3langid

    text = _SPACE.sub(" ", _DROPPED.sub(b" ", body[: 10 * _LANGUAGE_BYTES]).decode("utf-8", "replace")).strip()
    if len(text) < _LEAST_CHARS:
        return None
    # The middle is more often the text than the beginning, which is the menu.
    start = max(0, len(text) // 2 - _GUESS_CHARS // 2)
    return str(py3langid.classify(text[start : start + _GUESS_CHARS])[0])


def _read_through(stream: Any) -> None:
    """Reads a record to its end.

    Raises:
        EOFError: the file ends before the record does.
    """
    while stream.read(_SCAN_BYTES):
        pass
    if getattr(stream, "limit", 0) > 0:
        raise EOFError("the archive ends within a record")


def records(archive: str) -> Iterator[tuple[int, Any]]:
    """Records with their offsets, unparsed below the WARC header.

    None stands for a stretch that cannot be read, ``CUT`` at the end for a record that begins and does not end.
    """
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
                if seen and _is_cut(stream, last):
                    yield last, CUT
                return
            except _BROKEN:
                # After good records the search comes upon the broken one itself, which is told already.
                if seen or not told:
                    yield last, None
                told = seen
            position = _next_record(stream, last + 1)


def _is_cut(stream: IO[bytes], last: int) -> bool:
    """Whether something that begins after the last record found has no end."""
    stream.seek(last)
    block = stream.read(_SCAN_BYTES)
    if block[:2] != b"\x1f\x8b":
        stream.seek(max(0, stream.seek(0, 2) - 4))
        return stream.read() != b"\r\n\r\n"
    while block:
        member = zlib.decompressobj(31)
        while block and not member.eof:
            member.decompress(block)
            block = member.unused_data if member.eof else stream.read(_SCAN_BYTES)
        if not member.eof:
            return True
        block = block or stream.read(_SCAN_BYTES)
    return False


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
