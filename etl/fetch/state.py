"""What processes of one machine share about hosts: whose turn it is, who asked us to wait, who is down.

A small SQLite file in the cache folder. It may be deleted at any time: then robots.txt and feeds are read anew and
pacing starts over. Nothing in it decides which rows a run writes, only when a request may be made.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from etl.errors import Misconfigured, RetryLater

# Five failures in a row are an outage, not an accident; a quarter of an hour is half the collect interval, so the
# next run tries again.
BREAKER_FAILURES = 5
BREAKER_SECONDS = 900.0
# A turn that is not given back (a killed worker) is free again after this.
LEASE_SECONDS = 180.0
# Longest that a Retry-After is believed.
MAX_RETRY_AFTER = 86_400.0
# Bodies kept for conditional requests; larger feeds are simply fetched whole.
MAX_KEPT_BODY = 5_000_000

_TABLES = """
CREATE TABLE IF NOT EXISTS hosts (host TEXT PRIMARY KEY, next_at REAL NOT NULL DEFAULT 0,
  not_before REAL NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, open_until REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS leases (id TEXT PRIMARY KEY, host TEXT NOT NULL, expires REAL NOT NULL);
CREATE INDEX IF NOT EXISTS leases_host ON leases (host);
CREATE TABLE IF NOT EXISTS robots (origin TEXT PRIMARY KEY, verdict TEXT NOT NULL, body BLOB NOT NULL,
  expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS feeds (url TEXT PRIMARY KEY, final_url TEXT NOT NULL, etag TEXT, last_modified TEXT,
  body BLOB NOT NULL);
"""


class NoTurn(Exception):
    """The host may not be asked now; ``reason`` is ``circuit_open``, ``retry_after`` or ``host_busy``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class KeptFeed:
    """A feed as it was last fetched, with its validators."""

    final_url: str
    etag: str | None
    last_modified: str | None
    body: bytes


class HostState:
    """Shared state of hosts; every call is one short transaction, safe between threads and processes."""

    def __init__(
        self, file: Path, clock: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._file, self._clock, self._sleep = file, clock, sleep
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as db:
                db.execute("PRAGMA journal_mode=WAL")
                db.executescript(_TABLES)
        except (OSError, sqlite3.DatabaseError) as error:
            raise Misconfigured(
                f"cannot use {file}: {error}. Set EVENTWIRE_CACHE to a writable folder, or delete the file."
            ) from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._file, timeout=30, isolation_level=None)
        try:
            # A power cut may lose the last turns; nothing but pacing depends on them.
            db.execute("PRAGMA synchronous=NORMAL")
            yield db
        finally:
            db.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise RetryLater(f"{self._file} is locked: {error}. Run again.") from error
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def turn(self, host: str, delay: float, concurrency: int, patience: float) -> Iterator[None]:
        """Wait for this host's next slot and hold one of its places meanwhile.

        Args:
            host: host and port.
            delay: seconds between the starts of two requests.
            concurrency: requests at a time.
            patience: longest wait in seconds.

        Raises:
            NoTurn: the host is down, asked us to wait, or is too busy.
        """
        lease = self._take(host, delay, concurrency, patience)
        try:
            yield
        finally:
            with self._change() as db:
                db.execute("DELETE FROM leases WHERE id = ?", (lease,))

    def _take(self, host: str, delay: float, concurrency: int, patience: float) -> str:
        lease = uuid.uuid4().hex
        give_up = self._clock() + patience
        while True:
            with self._change() as db:
                now = self._clock()
                db.execute("INSERT OR IGNORE INTO hosts (host) VALUES (?)", (host,))
                next_at, not_before, open_until = db.execute(
                    "SELECT next_at, not_before, open_until FROM hosts WHERE host = ?", (host,)
                ).fetchone()
                if open_until > now:
                    raise NoTurn("circuit_open")
                if not_before > now + patience:
                    raise NoTurn("retry_after")
                db.execute("DELETE FROM leases WHERE expires < ?", (now,))
                taken = db.execute("SELECT count(*) FROM leases WHERE host = ?", (host,)).fetchone()[0]
                slot = max(now, next_at, not_before)
                if taken < concurrency:
                    if slot > give_up:
                        raise NoTurn("host_busy")
                    db.execute("INSERT INTO leases VALUES (?, ?, ?)", (lease, host, slot + LEASE_SECONDS))
                    db.execute("UPDATE hosts SET next_at = ? WHERE host = ?", (slot + delay, host))
                    break
            if self._clock() > give_up:
                raise NoTurn("host_busy")
            self._sleep(0.05)
        if slot > now:
            self._sleep(slot - now)
            began = self._clock()
            if began > slot:  # woken late: the next request keeps its distance from this one, not from the plan
                with self._change() as db:
                    db.execute("UPDATE hosts SET next_at = max(next_at, ?) WHERE host = ?", (began + delay, host))
        return lease

    def wait(self, host: str, seconds: float) -> None:
        """Nobody asks this host for so many seconds."""
        until = self._clock() + min(max(seconds, 0.0), MAX_RETRY_AFTER)
        with self._change() as db:
            db.execute("INSERT OR IGNORE INTO hosts (host) VALUES (?)", (host,))
            db.execute("UPDATE hosts SET not_before = max(not_before, ?) WHERE host = ?", (until, host))

    def result(self, host: str, ok: bool) -> None:
        """Count an answer or an outage; after ``BREAKER_FAILURES`` in a row the host is left alone for a while."""
        with self._change() as db:
            db.execute("INSERT OR IGNORE INTO hosts (host) VALUES (?)", (host,))
            if ok:
                db.execute("UPDATE hosts SET failures = 0, open_until = 0 WHERE host = ?", (host,))
                return
            db.execute("UPDATE hosts SET failures = failures + 1 WHERE host = ?", (host,))
            db.execute(
                "UPDATE hosts SET open_until = ? WHERE host = ? AND failures >= ?",
                (self._clock() + BREAKER_SECONDS, host, BREAKER_FAILURES),
            )

    def robots(self, origin: str) -> tuple[str, bytes] | None:
        """Verdict and body kept for an origin, while fresh."""
        with self._open() as db:
            row = db.execute(
                "SELECT verdict, body FROM robots WHERE origin = ? AND expires > ?", (origin, self._clock())
            ).fetchone()
        return (row[0], row[1]) if row else None

    def keep_robots(self, origin: str, verdict: str, body: bytes, seconds: float) -> None:
        """Keep what an origin's robots.txt said for so many seconds."""
        with self._change() as db:
            db.execute("REPLACE INTO robots VALUES (?, ?, ?, ?)", (origin, verdict, body, self._clock() + seconds))

    def feed(self, url: str) -> KeptFeed | None:
        """The feed as last fetched, or None."""
        with self._open() as db:
            row = db.execute("SELECT final_url, etag, last_modified, body FROM feeds WHERE url = ?", (url,)).fetchone()
        return KeptFeed(row[0], row[1], row[2], zlib.decompress(row[3])) if row else None

    def keep_feed(self, url: str, feed: KeptFeed) -> None:
        """Keep a feed's body and validators for the next conditional request."""
        if len(feed.body) > MAX_KEPT_BODY or not (feed.etag or feed.last_modified):
            return
        with self._change() as db:
            db.execute(
                "REPLACE INTO feeds VALUES (?, ?, ?, ?, ?)",
                (url, feed.final_url, feed.etag, feed.last_modified, zlib.compress(feed.body, 6)),
            )
