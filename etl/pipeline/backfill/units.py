"""Which archives a backfill is about: from files, folders, addresses and listings to units, newest first."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urljoin

from etl.errors import GiveUp, Misconfigured
from etl.fetch.download import is_web
from etl.fetch.files import is_remote, open_input
from etl.store import stable_id

SUFFIXES = (".warc", ".warc.gz")
LISTINGS = (".paths", ".paths.gz", ".list", ".list.gz")
# A listing of all archives of ten years of CC-NEWS has 3 MB; more is a mistake.
MAX_LISTING = 100_000_000
# 20240503101010 as CC-NEWS has it, 20240503, or a folder 2024-05-03 as our own files have it.
_MOMENT = re.compile(
    r"(?<!\d)((?:19|20)\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?:T?([0-2]\d)([0-5]\d)([0-5]\d))?(?!\d)"
)
_SERIAL = re.compile(r"^(CC-NEWS)-\d{14}-(\d+)\.warc")


@dataclass(frozen=True)
class Unit:
    """One archive.

    Attributes:
        archive: path, ``s3://`` or http(s) address.
        moment: when it was made, as its name says; None where it does not.
        hosts: only pages of these hosts or registrable domains; all where empty.
        languages: only pages in these (ISO 639-1); all where empty.
    """

    archive: str
    moment: datetime | None = None
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names what is recorded of the unit: another filter is another unit."""
        return stable_id("archive", self.archive, *self.hosts, *(f"language {name}" for name in self.languages))


def archive_units(
    paths: Sequence[str],
    base: str | None = None,
    since: date | None = None,
    until: date | None = None,
    fetched: Callable[[str], Path] | None = None,
) -> list[str]:
    """The archives among files, folders, addresses and listings, newest first; those without a date last, by name.

    Args:
        paths: WARC files, folders of them, ``s3://`` or http(s) addresses, or listings of any of these.
        base: what the lines of a listing are relative to; the listing's own folder where None.
        since: only archives made on that day or later, as their name says.
        until: only archives made on that day or before.
        fetched: gives the local copy of a listing on the web.

    Raises:
        Misconfigured: a path does not exist or is neither WARC nor listing; dates are asked and no name holds one.
    """
    found: set[str] = set()
    for name in paths:
        found.update(_expanded(name, base, fetched))
    if wrong := sorted(f for f in found if not f.split("?")[0].endswith(SUFFIXES)):
        raise Misconfigured(f"{wrong[0]} is no WARC by its name; it must end in {' or '.join(SUFFIXES)}.")
    if since or until:
        dated = {f for f in found if moment_of(f)}
        if found and not dated:
            raise Misconfigured("no archive's name holds a date. Leave --from and --to out, or rename the archives.")
        found = {f for f in dated if (since or date.min) <= _day(f) <= (until or date.max)}
    return newest_first(found)


def newest_first(archives: Iterable[str]) -> list[str]:
    """By the dates in their names, newest first; those without one last.

    >>> newest_first(["b.warc", "CC-NEWS-20240501000000-00001.warc.gz", "CC-NEWS-20240502000000-00002.warc.gz"])
    ['CC-NEWS-20240502000000-00002.warc.gz', 'CC-NEWS-20240501000000-00001.warc.gz', 'b.warc']
    """
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(sorted(archives), key=lambda a: moment_of(a) or oldest, reverse=True)


def moment_of(archive: str) -> datetime | None:
    """When an archive was made, as its file name or its folder says.

    >>> moment_of("crawl-data/CC-NEWS/2024/05/CC-NEWS-20240503101010-00123.warc.gz").isoformat()
    '2024-05-03T10:10:10+00:00'
    >>> moment_of("warc/2024-05-03/run-1.warc.gz").date().isoformat()
    '2024-05-03'
    """
    for part in reversed(archive.split("/")[-2:]):
        if found := _MOMENT.search(part):
            year, month, day, hour, minute, second = (int(f or 0) for f in found.groups())
            try:
                return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            except ValueError:
                continue
    return None


def skipped_serials(archives: Iterable[str]) -> list[str]:
    """Names of CC-NEWS archives that their numbering promises and no listing names.

    >>> skipped_serials(["x/CC-NEWS-20240501000000-00007.warc.gz", "x/CC-NEWS-20240502000000-00009.warc.gz"])
    ['CC-NEWS-*-00008']
    """
    named = [m for a in archives if (m := _SERIAL.match(a.rsplit("/", 1)[-1]))]
    numbers = {int(m[2]) for m in named}
    width = len(named[0][2]) if named else 0
    between = range(min(numbers), max(numbers)) if numbers else range(0)
    return [f"CC-NEWS-*-{n:0{width}d}" for n in between if n not in numbers]


def _day(archive: str) -> date:
    moment = moment_of(archive)
    return moment.date() if moment else date.min


def _expanded(name: str, base: str | None, fetched: Callable[[str], Path] | None) -> set[str]:
    path = Path(name)
    if name.split("?")[0].endswith(LISTINGS):
        return _listed(name, base, fetched)
    if is_remote(name):
        return {name}
    if path.is_dir():
        return {str(p.resolve()) for p in path.rglob("*") if p.name.endswith(SUFFIXES) and p.is_file()}
    if path.is_file():
        return {str(path.resolve())}
    raise Misconfigured(f"there is no archive {name}. Name WARC files or folders of them.")


def _listed(listing: str, base: str | None, fetched: Callable[[str], Path] | None) -> set[str]:
    local = str(fetched(listing)) if is_web(listing) and fetched else listing
    try:
        with open_input(local) as stream:
            data = stream.read(MAX_LISTING + 1)
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (GiveUp, OSError, EOFError) as error:
        raise Misconfigured(f"the listing {listing} cannot be read: {error} Name another one.") from error
    if len(data) > MAX_LISTING:
        raise Misconfigured(f"the listing {listing} has more than {MAX_LISTING} bytes. Cut it into several.")
    found = set()
    for line in data.decode("utf-8", "replace").splitlines():
        entry = line.strip()
        if entry and not entry.startswith("#"):
            found.add(_absolute(entry, listing, base))
    return found


def _absolute(entry: str, listing: str, base: str | None) -> str:
    if is_remote(entry) or (entry.startswith("/") and base is None and not is_remote(listing)):
        return entry
    if base is not None and not is_remote(base):
        return str((Path(base) / entry.lstrip("/")).resolve())
    if base is not None:
        return f"{base.rstrip('/')}/{entry.lstrip('/')}"
    if is_web(listing):
        return urljoin(listing, entry)
    if is_remote(listing):
        return f"{listing.rsplit('/', 1)[0]}/{entry}"
    return str((Path(listing).parent / entry).resolve())
