"""A real HTTP server on loopback that a test scripts, and a client that may reach it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from etl.fetch import Client, Limits

Reply = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """Paths to replies; a path that is not scripted answers 404. ``asked`` holds every request in order."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                reply = site.replies.get(self.path)
                if reply is None:
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                try:
                    reply(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: Any) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def page(
        self,
        path: str,
        body: bytes | str = "<html><body>x</body></html>",
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> str:
        data = body.encode() if isinstance(body, str) else body
        fields = {"Content-Type": "text/html; charset=utf-8"} | (headers or {})

        def reply(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in fields.items():
                handler.send_header(name, value)
            if "Content-Length" not in fields:
                handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)

        self.replies[path] = reply
        return self.base + path

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        return self.page(path, b"", status, {"Location": target})

    def raw(self, path: str, *pieces: bytes, pause: float = 0.0) -> str:
        """Bytes straight onto the wire."""

        def reply(handler: BaseHTTPRequestHandler) -> None:
            import time

            for piece in pieces:
                handler.wfile.write(piece)
                handler.wfile.flush()
                time.sleep(pause)
            handler.close_connection = True

        self.replies[path] = reply
        return self.base + path


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def other_site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def make_client(site: Site, tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Clients that may reach the site; waits are noted instead of slept."""
    made: list[Client] = []

    def make(**options: Any) -> Client:
        limits = options.pop("limits", {})
        options.setdefault("allow", [site.base])
        options.setdefault("cache", tmp_path / "cache")
        options.setdefault("contact", "desk@example.org")
        client = Client(limits=Limits(**limits), **options)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client(delay=0, limits={"sent": 200_000, "decoded": 500_000, "total": 1.5, "read": 1.0})
