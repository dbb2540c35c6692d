"""A getter that answers from a dict: the room itself opens no connection."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from etl.discover import Outlet


@dataclass
class Canned:
    final_url: str
    body: bytes = b""
    outcome: str = "stored"
    reason: str | None = None
    status: int | None = 200


class Web:
    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []

    def get_feed(self, url: str, *, delay: float | None = None, concurrency: int = 1) -> Canned:
        self.asked.append(url)
        if url not in self.pages:
            return Canned(url, outcome="failed", reason="http_404", status=404)
        return Canned(url, self.pages[url])


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def make_outlet():
    def make(*feeds: tuple[str, str], **more) -> Outlet:
        named = [{"url": url, "kind": kind} for url, kind in feeds] or [
            {"url": "https://www.example.org/feed", "kind": "rss"}
        ]
        base = {
            "id": "example",
            "name": "Example",
            "url": "https://www.example.org/",
            "feeds": named,
            "country": "SYR",
            "language": "en",
            "reach": "National",
        }
        return Outlet.model_validate(base | more)

    return make
