"""Serves the invented outlets over HTTP on the loopback interface.

Decides how one request is answered: conditional requests, compression, redirects, faults asked for, and the access
log. What there is to serve is ``site``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

from etl.errors import Misconfigured
from etl.newsroom.site import Answer, build

ROUNDS = (1, 2)
# Below this, the gzip header costs more than it saves.
GZIP_FROM_BYTES = 400


@dataclass(frozen=True)
class Hit:
    """One request as the access log keeps it.

    Attributes:
        at: seconds of a monotonic clock, for measuring pauses between requests.
        conditional: the request carried If-None-Match or If-Modified-Since.
    """

    at: float
    method: str
    path: str
    status: int
    bytes: int
    user_agent: str
    conditional: bool


class Newsroom:
    """The running newsroom; a context manager.

    Args:
        port: 0 takes a free one.
        host: the interface; keep it on the loopback.
        round: 1 or 2; may be set while running (``newsroom.round = 2``).
        state_dir: where ``access.jsonl`` is appended to; None keeps the log in memory only.
        faults: path -> list of statuses answered before the real one, each once (503 and 429 carry Retry-After: 0).

    Example:
        >>> with Newsroom() as newsroom:
        ...     newsroom.url.startswith("http://127.0.0.1:")
        True
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        round: int = 1,
        state_dir: Path | None = None,
        faults: Mapping[str, list[int]] | None = None,
    ) -> None:
        self.hits: list[Hit] = []
        self.faults = {path: list(statuses) for path, statuses in (faults or {}).items()}
        self._log = state_dir / "access.jsonl" if state_dir else None
        self._lock = threading.Lock()
        if self._log:
            self._log.parent.mkdir(parents=True, exist_ok=True)
        newsroom = self

        class Handler(_Handler):
            room = newsroom

        try:
            self._server = ThreadingHTTPServer((host, port), Handler)
        except OSError as error:
            raise Misconfigured(
                f"cannot serve on {host}:{port}: {error.strerror}. Choose another port with --port."
            ) from error
        self._server.daemon_threads = True
        self._thread: threading.Thread | None = None
        self._sites: dict[int, dict[str, Answer]] = {}
        self._round = 0
        self.round = round

    @property
    def url(self) -> str:
        """Address of the server, without a slash at the end."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def round(self) -> int:
        """Which state of the world is served."""
        return self._round

    @round.setter
    def round(self, number: int) -> None:
        if number not in ROUNDS:
            raise Misconfigured(f"there is no round {number}; choose one of {ROUNDS}.")
        if number not in self._sites:
            self._sites[number] = build(self.url, number)
        self._round = number

    def answer(self, path: str) -> Answer | None:
        """What an address answers in the present round; None where there is nothing."""
        site = self._sites[self._round]
        return site.get(path) or site.get(path.partition("?")[0])

    def next_fault(self, path: str) -> int | None:
        """The next status to answer instead of the page, used up by asking."""
        with self._lock:
            waiting = self.faults.get(path)
            return waiting.pop(0) if waiting else None

    def record(self, hit: Hit) -> None:
        """Add one line to the access log."""
        with self._lock:
            self.hits.append(hit)
            if self._log:
                with self._log.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(hit)) + "\n")

    def start(self) -> Newsroom:
        """Serve in a thread of its own."""
        # The poll is how long a stop may take.
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._thread:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def wait(self) -> None:
        """Serve in this thread until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def __enter__(self) -> Newsroom:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(port: int = 0, host: str = "127.0.0.1", state_dir: Path | None = None, round: int = 1) -> Newsroom:
    """A newsroom bound to its port and not yet answering: call ``wait()`` (blocks) or ``start()``.

    Raises:
        Misconfigured: the port is taken, or there is no such round.
    """
    return Newsroom(port=port, host=host, round=round, state_dir=state_dir)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    room: Newsroom
    protocol_version = "HTTP/1.1"
    server_version = "EventwireNewsroom/1"
    sys_version = ""

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal quiet: the access log says it."""

    def _respond(self, with_body: bool) -> None:
        path = unquote(self.path)
        fault = self.room.next_fault(path)
        found = self.room.answer(path)
        if fault is not None:
            status, body, headers = fault, b"Busy.\n", {"Retry-After": "0", "Content-Type": "text/plain"}
        elif found is None:
            status, body = 404, b"<!doctype html><title>Not found</title><p>There is no such page here.</p>"
            headers = {"Content-Type": "text/html; charset=utf-8"}
        else:
            status, body, headers = self._found(found)
        sent = body if with_body else b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.room.record(
            Hit(
                at=time.monotonic(),
                method=self.command,
                path=path,
                status=status,
                bytes=len(sent),
                user_agent=self.headers.get("User-Agent", ""),
                conditional="If-None-Match" in self.headers or "If-Modified-Since" in self.headers,
            )
        )
        self.end_headers()
        self.wfile.write(sent)  # last, so that a client that has its answer finds itself in the log

    def _found(self, found: Answer) -> tuple[int, bytes, dict[str, str]]:
        headers = {"Content-Type": found.content_type, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if found.location:
            headers["Location"] = found.location
            return found.status, found.body, headers
        tag = f'"{hashlib.sha256(found.body).hexdigest()[:20]}"'
        if found.status == HTTPStatus.OK:
            headers["ETag"] = tag
            if found.last_modified:
                headers["Last-Modified"] = format_datetime(found.last_modified.astimezone(UTC), usegmt=True)
            if self._unchanged(tag, found.last_modified):
                return HTTPStatus.NOT_MODIFIED, b"", headers
        body = found.body
        if len(body) >= GZIP_FROM_BYTES and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return found.status, body, headers

    def _unchanged(self, tag: str, changed: datetime | None) -> bool:
        """Whether the client holds the page as it is; an entity tag outranks a date (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags:
            return tags.strip() == "*" or tag in [t.strip().removeprefix("W/") for t in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        if not since or changed is None:
            return False
        try:
            return changed.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False
