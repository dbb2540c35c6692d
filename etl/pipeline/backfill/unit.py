"""One archive: read it anywhere, record it once.

What reading finds lies under ``_archives/parts/<key>/`` until it is recorded: killed at any moment, a unit that was
read is not read again, and one that was recorded in part goes on with the next part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pyarrow as pa

from etl import schema
from etl.errors import GiveUp
from etl.pipeline.backfill.records import ASIDE, Found, Records
from etl.pipeline.backfill.units import Unit
from etl.pipeline.extraction import Versions, hints_by_url, outlets_by_id, read_page
from etl.pipeline.steps import balanced
from etl.settings import settings
from etl.store import Lake, checkpoint, stable_id
from etl.store.batches import Batch, decode, encode

# Pages in one part and one transaction: ten megabytes of text at most, seconds of work for a kill to lose.
PART = 500
FOLDER = "_archives"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Job:
    """What a worker has to know, as plain JSON.

    Attributes:
        lake: address of the lake, which every worker has to reach.
        at: number of the batch after which the run began; what was recorded later is looked at when recording.
    """

    lake: str
    archive: str
    hosts: tuple[str, ...]
    languages: tuple[str, ...]
    at: int

    @property
    def key(self) -> str:
        """As that of the unit."""
        return Unit(self.archive, None, self.hosts, self.languages).key

    def as_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Job:
        """As ``as_json`` wrote it."""
        data = json.loads(line)
        return cls(data["lake"], data["archive"], tuple(data["hosts"]), tuple(data["languages"]), data["at"])


def marker(key: str) -> str:
    """The object that says that a unit is finished."""
    return f"{FOLDER}/{key}.json"


def finished(lake: Lake, key: str) -> dict[str, Any] | None:
    """What the marker of a finished unit says."""
    raw = lake.files.read(marker(key))
    return dict(json.loads(raw)) if raw else None


def changed_since(archive: str, told: Mapping[str, Any]) -> bool:
    """Whether an archive has another size than when it was finished; one from the web is taken not to change."""
    from etl.fetch.download import is_web

    if is_web(archive):
        return False
    try:
        return size_of(archive) != told.get("size")
    except GiveUp:
        return False


def size_of(archive: str) -> int:
    """Bytes of an archive.

    Raises:
        GiveUp: there is no such file.
    """
    from etl.fetch.files import open_input

    with open_input(archive) as stream:
        return stream.seek(0, 2)


def read_unit(job: Job) -> dict[str, int]:
    """Read one archive: what its pages say goes into parts.

    Returns:
        Counts of records by what became of them.

    Raises:
        GiveUp: there is no such archive, or it holds no record at all.
    """
    lake = Lake(job.lake)
    size = size_of(job.archive)
    before = _read_before(lake, job.key)
    if before is not None and before["size"] == size:
        return dict(before["counts"])
    at = lake.snapshot(job.at)
    known = set(lake.read("pages", as_of=at, columns=["page_id"])["page_id"].to_pylist())
    newest: dict[str, datetime] = {}
    for row in lake.rows("articles", as_of=at, columns=["url", "fetched_at"]):
        newest[row["url"]] = max(newest.get(row["url"], row["fetched_at"]), row["fetched_at"])
    outlets, hints = outlets_by_id(), hints_by_url(lake, as_of=at)
    ordered = sorted(outlets.values(), key=lambda o: o.id)
    pages = Records(job.archive, frozenset(job.hosts), frozenset(job.languages), known, newest, ordered)
    number = 0
    for batch in _batches(pages, PART):
        rows: dict[str, list[dict[str, Any]]] = {"pages": [], "extractions": [], "articles": []}
        for page, body in batch:
            reading, article = read_page(body, page, hints.get(page["url"], {}), outlets.get(page["outlet"]))
            rows["pages"].append(page)
            rows["extractions"].append(reading)
            rows["articles"] += [article] if article else []
        tables = {name: _loose(name, found) for name, found in rows.items()}
        lake.files.write(_part(job.key, number), encode(Batch(job.key, _EPOCH, tables)))
        number += 1
        checkpoint("archive.part")
    found: Found = pages.found
    if set(found.counts) <= {"bad"}:
        raise GiveUp(f"{job.archive} holds no WARC record that can be read. Check it with `warcio check`.")
    told = {"archive": job.archive, "size": size, "parts": number, "counts": found.counts, "bad": found.bad}
    lake.files.write(_part(job.key), json.dumps(told).encode())
    checkpoint("archive.read")
    return dict(found.counts)


class Recorder:
    """Writes what was read into the tables; the one writer of a run."""

    def __init__(self, lake: Lake, run_id: str) -> None:
        self._lake, self._run_id = lake, run_id
        self._load()

    def _load(self) -> None:
        self._head = self._lake.head().number
        self._known = set(self._lake.read("pages", columns=["page_id"])["page_id"].to_pylist())
        self.versions = Versions(self._lake)

    def record(self, key: str) -> dict[str, Any]:
        """One unit that was read: its rows, then the marker, then its parts go.

        Returns:
            What the marker says: counts (``records`` = ``stored`` + those of ``ASIDE``), articles, bad records.
        """
        lake = self._lake
        told = _read_before(lake, key)
        if told is None:
            raise GiveUp(f"the unit {key} was not read. Run backfill again.")
        if lake.head().number != self._head:
            # Somebody else wrote meanwhile; what a page makes depends on it.
            self._load()
        own = {
            r["page_id"] for r in lake.rows("pages", filters=[("warc_file", "=", told["archive"])], columns=["page_id"])
        }
        made = set(lake.read("articles", columns=["page_id"])["page_id"].to_pylist()) if own else set()
        counts = dict.fromkeys(("stored", *ASIDE), 0) | told["counts"]
        extra = dict.fromkeys(("extracted", "set_aside", "unchanged"), 0)
        for number in range(told["parts"]):
            name = _part(key, number)
            raw = lake.files.read(name)
            if raw is None:
                raise GiveUp(f"{lake.url}/{name} is missing. Delete its folder and run backfill again.")
            for what, count in self._part(decode(raw, f"{lake.url}/{name}"), own, made).items():
                if what in extra:
                    extra[what] += count
                else:
                    counts["stored"] -= count
                    counts[what] += count
        records = sum(counts.values())
        balanced("archive", records, **counts)
        done = {"archive": told["archive"], "size": told["size"], "records": records}
        done |= {name: n for name, n in sorted({**counts, **extra}.items()) if n} | {"bad_records": told["bad"]}
        lake.files.write(marker(key), json.dumps(done).encode())
        checkpoint("archive.done")
        drop_parts(lake, key)
        return done

    def _part(self, part: Batch, own: set[str], made: set[str]) -> dict[str, int]:
        counts = dict.fromkeys(("known", "older", "extracted", "set_aside", "unchanged"), 0)
        stamp = {"recorded_at": settings().clock(), "run_id": self._run_id}
        readings = {r["page_id"]: r for r in part.rows["extractions"].to_pylist()}
        articles = {a["page_id"]: a for a in part.rows["articles"].to_pylist()}
        rows: dict[str, list[dict[str, Any]]] = {"pages": [], "extractions": [], "articles": []}
        pages = sorted(part.rows["pages"].to_pylist(), key=lambda p: (p["fetched_at"], p["page_id"]))
        for page in pages:
            key = page["page_id"]
            last = self.versions.of(page["url"])
            if key in own:
                # Recorded by a run that was killed after it.
                counts["extracted" if key in articles else "set_aside"] += 1
                counts["unchanged"] += 1 if key in articles and key not in made else 0
                continue
            if key in self._known:
                counts["known"] += 1
                continue
            if last and page["fetched_at"] < last["fetched_at"]:
                counts["older"] += 1
                continue
            self._known.add(key)
            article = articles.get(key)
            reading, row = self.versions.place(_without(readings[key], stamp), article, stamp)
            counts["extracted" if article else "set_aside"] += 1
            counts["unchanged"] += 1 if article and row is None else 0
            rows["pages"].append(page | {"run_id": self._run_id})
            rows["extractions"].append(reading)
            rows["articles"] += [row] if row else []
        if rows["pages"]:
            self._lake.transaction(stable_id("archive", *(p["page_id"] for p in rows["pages"])), rows)
            self._head = self._lake.head().number
            checkpoint("archive.batch")
        return counts


def drop_parts(lake: Lake, key: str) -> None:
    """Removes what reading a unit left."""
    for name in lake.files.names(f"{FOLDER}/parts/{key}"):
        lake.files.delete(f"{FOLDER}/parts/{key}/{name}")


def _part(key: str, number: int | None = None) -> str:
    return f"{FOLDER}/parts/{key}/{'read.json' if number is None else f'{number:06d}.zip'}"


def was_read(lake: Lake, key: str) -> bool:
    """Whether a unit waits only to be recorded."""
    return _read_before(lake, key) is not None


def _read_before(lake: Lake, key: str) -> dict[str, Any] | None:
    raw = lake.files.read(_part(key))
    return dict(json.loads(raw)) if raw else None


def _loose(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of a table in which what is given when recording is still empty."""
    arrow = schema.table(name).arrow
    return pa.Table.from_pylist(rows, schema=pa.schema([pa.field(f.name, f.type) for f in arrow]))


def _without(reading: Mapping[str, Any], stamp: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reading.items() if name not in stamp}


def _batches(items: Any, size: int) -> Iterator[list[Any]]:
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
