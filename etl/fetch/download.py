"""Fetch large files (archives, listings of archives) into the cache, and go on where a fetch was cut off.

Addresses are checked as for pages: only public ones are connected to, robots.txt is asked, redirects are checked hop
by hop, a contact is demanded. A file grows under a hidden name and appears whole; what the hidden file holds is asked
for no second time (``Range``), unless the server says that the file has changed since (``If-Range``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import httpcore
import httpx

from etl.errors import GiveUp, Misconfigured, RetryLater
from etl.fetch.addresses import Deadline, GuardedBackend, allowed_origins
from etl.fetch.answers import REDIRECTS
from etl.fetch.client import Client
from etl.fetch.wire import fetchable, reason_of, redirect_target
from etl.settings import settings
from etl.store.ids import checkpoint

FOLDER = "archives"
MAX_REDIRECTS = 5
# A dropped connection goes on with Range; a server that drops this many in a row is down.
TRIES = 4
# Silence, not length, ends a fetch: a gigabyte takes as long as the line needs.
TIMEOUTS = {"connect": 10.0, "read": 60.0, "write": 10.0, "pool": 30.0}
_BLOCK = 1 << 20
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


def is_web(address: str) -> bool:
    """Whether an address is fetched over HTTP.

    >>> is_web("https://example.org/a.warc.gz"), is_web("s3://bucket/a.warc.gz")
    (True, False)
    """
    return address.startswith(("http://", "https://"))


def cached(url: str, cache: Path | None = None) -> Path:
    """Where the copy of a file from the web lies, or will lie."""
    name = re.sub(r"[^A-Za-z0-9_.+-]", "-", urlsplit(url).path.rsplit("/", 1)[-1])[-100:].lstrip(".") or "file"
    folder = hashlib.sha256(url.encode()).hexdigest()[:12]
    return (cache or settings().cache) / FOLDER / folder / name


def download(
    url: str, allow: Iterable[str] = (), cache: Path | None = None, said: Callable[[int], None] | None = None
) -> Path:
    """The local copy of a file from the web, fetched where it is not there yet.

    Args:
        url: http or https address.
        allow: loopback servers that may be asked, as for ``Client``.
        cache: folder of the copies; that of the settings where None.
        said: called with the number of bytes that came.

    Raises:
        GiveUp: there is no such file, it may not be fetched, or it is larger than ``EVENTWIRE_ARCHIVE_BYTES``.
        RetryLater: the server or the line is down; what came is kept.
        Misconfigured: no contact is set.
    """
    target = cached(url, cache)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    allow = list(allow)
    with Client(allow=allow, cache=cache) as client:
        problem = ""
        for _ in range(TRIES):
            before = _size(_part(target))
            with _pool(allow) as pool:
                problem = _go_on(client, pool, url, target, said)
            if not problem:
                return target
            if _size(_part(target)) == before:
                break
    raise RetryLater(f"{url} could not be fetched whole ({problem}); what came is kept. Run the same command again.")


def _pool(allow: Iterable[str]) -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        max_connections=1,
        network_backend=GuardedBackend(allowed_origins(allow), Deadline()),
    )


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _go_on(
    client: Client, pool: httpcore.ConnectionPool, url: str, target: Path, said: Callable[[int], None] | None
) -> str:
    """One try; gives what cut it off, empty where the file is whole."""
    part, kept = _part(target), target.with_name(f".{target.name}.json")
    have = _size(part)
    before = json.loads(kept.read_text()) if have and kept.exists() else {}
    have = have if before.get("validator") else 0
    headers = [("User-Agent", client.user_agent), ("Accept-Encoding", "identity")]
    if have:
        headers += [("Range", f"bytes={have}-"), ("If-Range", before["validator"])]
    current = url
    for _ in range(MAX_REDIRECTS + 1):
        _may_ask(client, current)
        parsed = httpx.URL(current)
        wire = httpcore.URL(scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path)
        head = [("Host", parsed.netloc.decode("ascii")), *headers]
        try:
            with pool.stream("GET", wire, headers=head, extensions={"timeout": TIMEOUTS}) as response:
                answered = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
                if response.status in REDIRECTS:
                    current = redirect_target(current, answered.get("location", "")) or ""
                    continue
                return _receive(response, answered, url, target, have, said)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            reason = reason_of(error, started=True) or type(error).__name__
            if reason == "address_refused":
                raise GiveUp(f"{url} leads to an address that is not public. Fetch the file yourself.") from error
            return reason
    raise GiveUp(f"{url} is redirected more than {MAX_REDIRECTS} times. Name the address it ends at.")


def _may_ask(client: Client, url: str) -> None:
    if not is_web(url.lower()) or not fetchable(url):
        raise GiveUp(f"{url or 'an empty address'} cannot be fetched. Correct the address.")
    allowed, reason = client.robots_verdict(url)
    if not allowed:
        raise GiveUp(f"robots.txt keeps {url} from us ({reason}). Ask whoever runs the site for the file.")


def _receive(
    response: httpcore.Response,
    answered: dict[str, str],
    url: str,
    target: Path,
    have: int,
    said: Callable[[int], None] | None,
) -> str:
    part, kept = _part(target), target.with_name(f".{target.name}.json")
    status = response.status
    whole = _RANGE.fullmatch(answered.get("content-range", ""))
    if status == 416 and have:
        part.unlink()
        return "range_refused"
    if status in (429, 500, 502, 503, 504):
        return f"http_{status}"
    if status not in (200, 206) or (status == 206 and (whole is None or int(whole[1]) != have)):
        raise GiveUp(f"{url} is not there (HTTP {status}). Correct the address or leave it out.")
    if status == 200:
        have = 0
    most = settings().archive_bytes
    length = answered.get("content-length", "")
    expected = have + int(length) if length.isdigit() else None
    if expected is not None and expected > most:
        raise GiveUp(
            f"{url} has {expected} bytes, more than EVENTWIRE_ARCHIVE_BYTES ({most}). Raise it or leave it out."
        )
    etag = answered.get("etag", "")
    # A weak tag does not promise the same bytes.
    validator = etag if etag and not etag.startswith("W/") else answered.get("last-modified", "")
    kept.write_text(json.dumps({"url": url, "validator": validator}))
    with part.open("ab" if have else "wb") as out:
        for piece in response.iter_stream():
            out.write(piece)
            have += len(piece)
            if have > most:
                raise GiveUp(f"{url} is larger than EVENTWIRE_ARCHIVE_BYTES ({most}). Raise it or leave it out.")
            if said:
                said(len(piece))
            out.flush()
            checkpoint("download.piece")
    if expected is not None and have < expected:
        return "connection_lost"
    part.replace(target)
    kept.unlink(missing_ok=True)
    return ""


def needs_contact(urls: Iterable[str], allow: Iterable[str]) -> None:
    """Refuse before any work where addresses of the web are named and no contact is set.

    Raises:
        Misconfigured: so.
    """
    if settings().contact:
        return
    free = allowed_origins(allow)
    for url in urls:
        parts = urlsplit(url)
        if is_web(url) and (parts.hostname or "", parts.port or 0) not in free:
            raise Misconfigured(
                f"no contact is set, so {url} is not fetched. Set EVENTWIRE_CONTACT to a mail address or a page where "
                "the people who run the site can reach you."
            )
