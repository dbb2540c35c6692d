"""Keep pages byte for byte as WARC 1.1, and read them back.

One file per batch, each record its own gzip member, so that one record can be read by file and offset. The body is
kept as it was sent, content encoding included; chunking is the transport's and is not kept. A page that has not
changed becomes a revisit record that names the file and offset of the first copy. Same pages and same clock give the
same bytes.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.discover.inflate import BadEncoding, OverLimit, inflate
from etl.errors import GiveUp
from etl.fetch.answers import Answer
from etl.fetch.files import is_remote, join, open_input, open_output

# Bodies are limited when they are fetched; an archive from elsewhere is bounded here.
MAX_BODY = 60_000_000
_SAME_CONTENT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


@dataclass(frozen=True)
class Original:
    """Where the first copy of an unchanged page lies: what a revisit record refers to.

    Attributes:
        file: relative to the WARC folder.
    """

    file: str
    offset: int
    target: str
    date: str
    digest: str


class WarcFile:
    """One WARC file being written."""

    def __init__(self, out: IO[bytes], name: str, now: datetime, info: dict[str, str]) -> None:
        self._out = out
        self._writer = WARCWriter(out, gzip=True, warc_version="1.1")
        self._date = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        text = "".join(f"{key}: {value}\r\n" for key, value in info.items()).encode()
        headers = {"WARC-Record-ID": _record_id(name, "warcinfo"), "WARC-Date": self._date, "WARC-Filename": name}
        self._write("", "warcinfo", headers, payload=text)

    def add(self, page_id: str, answer: Answer) -> int:
        """Keep an answer and its request; gives the offset of the response record."""
        offset = self._out.tell()
        headers = self._headers(page_id, "response") | ({"WARC-Truncated": "length"} if answer.cut else {})
        self._write(answer.final_url, "response", headers, _status_line(answer), answer.raw)
        self._add_request(page_id, answer, headers["WARC-Record-ID"])
        return offset

    def add_hops(self, page_id: str, answer: Answer) -> None:
        """Keep the redirects that led to an answer, first to last, each with its request."""
        for number, hop in enumerate(answer.trail, 1):
            self.add(f"{page_id}:{number}", hop)

    def add_revisit(self, page_id: str, answer: Answer, original: Original) -> int:
        """Keep that a page was found unchanged; gives the offset of the revisit record."""
        offset = self._out.tell()
        headers = self._headers(page_id, "revisit") | {
            "WARC-Profile": _NOT_MODIFIED if answer.status == 304 else _SAME_CONTENT,
            "WARC-Refers-To-Target-URI": original.target,
            "WARC-Refers-To-Date": original.date,
            "WARC-Refers-To-Filename": original.file,
            "WARC-Refers-To-File-Offset": str(original.offset),
            "WARC-Payload-Digest": original.digest,
        }
        self._write(answer.final_url, "revisit", headers, _status_line(answer))
        self._add_request(page_id, answer, headers["WARC-Record-ID"])
        return offset

    def _add_request(self, page_id: str, answer: Answer, response_id: str) -> None:
        headers = self._headers(page_id, "request") | {"WARC-Concurrent-To": response_id}
        path = "/" + answer.final_url.split("://", 1)[-1].partition("/")[2]
        request = StatusAndHeaders(f"GET {path} HTTP/1.1", list(answer.request_headers), is_http_request=True)
        self._write(answer.final_url, "request", headers, request)

    def _headers(self, page_id: str, kind: str) -> dict[str, str]:
        return {"WARC-Record-ID": _record_id(page_id, kind), "WARC-Date": self._date}

    def _write(
        self, uri: str, kind: str, headers: dict[str, str], http: StatusAndHeaders | None = None, payload: bytes = b""
    ) -> None:
        record = self._writer.create_warc_record(
            uri,
            kind,
            payload=io.BytesIO(payload),
            length=len(payload),
            warc_headers_dict=headers,
            http_headers=http,
        )
        self._writer.write_record(record)


@contextmanager
def write_warc(warc_dir: str, file: str, now: datetime, info: dict[str, str]) -> Iterator[WarcFile]:
    """A new WARC file, in place only when the block ends without an error.

    Args:
        warc_dir: folder or s3:// address that holds all WARC files.
        file: its name below that folder: a day's folder and the file.
        now: date of all its records.
        info: fields of the warcinfo record.
    """
    with open_output(join(warc_dir, file)) as out:
        yield WarcFile(out, file.rpartition("/")[2], now, info)


def read_body(warc_file: str, offset: int, root: str | None = None) -> tuple[bytes, dict[str, str]]:
    """The body of a page, content encodings taken off, and its response headers by lower-case name.

    Args:
        warc_file: path or s3:// address; relative to ``root`` where one is given and it is not absolute itself.
        offset: where the record begins, as in ``pages``.
        root: the lake.

    Raises:
        GiveUp: no such file, or no such record in it.
    """
    whole = root is None or is_remote(warc_file) or warc_file.startswith("/")
    url = warc_file if whole else join(str(root), warc_file)
    kind, headers, http, payload = _read_record(url, offset)
    if kind == "revisit":
        file, at = headers.get_header("WARC-Refers-To-Filename"), headers.get_header("WARC-Refers-To-File-Offset")
        if not file or not (at or "").isdigit():
            raise GiveUp(f"{url} at {offset} refers to a page without saying in which file. Fetch the page again.")
        url, offset = join(url.rsplit("/", 2)[0], file), int(at)
        kind, headers, http, payload = _read_record(url, offset)
    if kind != "response" or http is None:
        raise GiveUp(f"{url} holds a {kind} record at {offset}, not a page. Look the offset up in pages again.")
    encodings = tuple(v for k, value in http.headers if k.lower() == "content-encoding" for v in value.split(","))
    try:
        body = inflate(payload, encodings, MAX_BODY)
    except (BadEncoding, OverLimit) as error:
        raise GiveUp(f"the page in {url} at {offset} cannot be unpacked: {error}. Fetch it again.") from error
    return body, {k.lower(): v for k, v in http.headers}


def read_original(warc_dir: str, file: str, offset: int) -> Original | None:
    """What a revisit of a kept page has to refer to; None where the page is not there any more.

    Args:
        warc_dir: folder or address that holds all WARC files.
        file: the WARC file, relative to that folder.
        offset: of its response or revisit record.
    """
    try:
        kind, headers, _, _ = _read_record(join(warc_dir, file), offset, body=False)
    except GiveUp:
        return None
    target, date = headers.get_header("WARC-Target-URI"), headers.get_header("WARC-Date")
    if kind == "revisit":
        file = headers.get_header("WARC-Refers-To-Filename") or ""
        at = headers.get_header("WARC-Refers-To-File-Offset") or ""
        target, date = headers.get_header("WARC-Refers-To-Target-URI"), headers.get_header("WARC-Refers-To-Date")
        if not file or not at.isdigit():
            return None
        offset = int(at)
    digest = headers.get_header("WARC-Payload-Digest")
    return Original(file, offset, target, date, digest) if digest and target and date else None


def _read_record(url: str, offset: int, body: bool = True) -> tuple[str, Any, Any, bytes]:
    with open_input(url) as file:
        file.seek(offset)
        try:
            record = next(iter(ArchiveIterator(file)))
            stream = record.raw_stream
            # Archives made elsewhere keep the chunking; our own rename the header.
            if record.http_headers and "chunked" in (record.http_headers.get_header("transfer-encoding") or "").lower():
                stream = ChunkedDataReader(stream)
            payload = _read(stream, MAX_BODY + 1) if body else b""
        except (StopIteration, ArchiveLoadFailed, EOFError, ValueError) as error:
            raise GiveUp(f"{url} has no readable record at {offset}: {error}. Run `warcio check` on it.") from error
    return record.rec_type, record.rec_headers, record.http_headers, payload


def _read(stream: Any, most: int) -> bytes:
    """Up to so many bytes; readers of chunked bodies give one chunk at a time."""
    parts, size = [], 0
    while size < most and (part := stream.read(most - size)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _status_line(answer: Answer) -> StatusAndHeaders:
    """Status and headers as sent, but for the chunking, which the kept body no longer has."""
    headers = [
        (f"X-Crawler-{name}" if name.lower() == "transfer-encoding" else name, value) for name, value in answer.headers
    ]
    return StatusAndHeaders(f"{answer.status} {answer.phrase}".strip(), headers, protocol="HTTP/1.1")


def _record_id(key: str, kind: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'eventwire:{kind}:{key}')}>"
