"""Where a key's rows lie: an index beside the data files, so that a lookup opens only the files that hold its keys.

Data files never change, and their names are never used again, so an entry (hash of the key, file, row number) once
made is true for ever; entries of files that a state no longer has are passed over. The index is derived: whatever of it
is missing is made again from the data files. Segments are joined as they grow, so that there are few of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

MAGIC = b"EWKEYS1\n"
# Below this many rows in few files, reading the column is quicker than keeping a file about it.
SMALL_ROWS, SMALL_FILES = 20_000, 12
GROWTH = (
    4  # a segment is joined with the next larger one until that is four times as large: few segments, little copying
)
Words = np.ndarray[Any, np.dtype[np.uint64]]
Numbers = np.ndarray[Any, np.dtype[np.uint32]]
Load = Callable[[str], pa.Table]


def hashes(keys: pa.Table) -> Words:
    """A 64-bit hash of each row of the given columns."""
    if not len(keys):
        return np.empty(0, np.uint64)
    columns = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in keys.column_names)
    db = _hasher()
    db.register("keys", keys)
    try:
        found: Words = db.execute(f"SELECT hash({columns}) AS h FROM keys").fetchnumpy()["h"]  # noqa: S608
    finally:
        db.unregister("keys")
    return np.ascontiguousarray(found, np.uint64)


@cache
def _hasher() -> Any:
    import duckdb

    return duckdb.connect(":memory:", config={"threads": 1, "preserve_insertion_order": True})


@dataclass(frozen=True)
class Segment:
    """Entries of some files, sorted by hash."""

    files: tuple[str, ...]
    hash: Words
    file: Numbers
    row: Numbers
    path: Path | None = None

    def hits(self, wanted: Words, active: Mapping[str, int]) -> dict[str, list[Numbers]]:
        """Row numbers by file of the wanted hashes (sorted, unique)."""
        low = np.searchsorted(self.hash, wanted, "left")
        high = np.searchsorted(self.hash, wanted, "right")
        places = [np.arange(a, b) for a, b in zip(low[high > low], high[high > low], strict=True)]
        if not places:
            return {}
        at = np.concatenate(places)
        files, rows = np.asarray(self.file[at]), np.asarray(self.row[at])
        return {self.files[f]: [rows[files == f]] for f in np.unique(files) if self.files[f] in active}


class KeyIndex:
    """The index of one table by some columns.

    Args:
        folder: where its segments lie; None keeps none.
        name: of the index; another version of the hashing has another name.
    """

    def __init__(self, folder: Path | None, name: str) -> None:
        import duckdb

        self._folder = folder / f"{name}.{duckdb.__version__}" if folder else None

    def rows(self, active: Mapping[str, int], wanted: Words, load: Load) -> dict[str, Numbers]:
        """Row numbers of the wanted keys in each file that has any.

        Args:
            active: the files of the state and how many rows each has.
            wanted: hashes of the keys.
            load: reads the key columns of one file.
        """
        small = len(active) <= SMALL_FILES and sum(active.values()) <= SMALL_ROWS
        segments = [] if small else self._segments(active)
        covered = {f for s in segments for f in s.files}
        if missing := [f for f in active if f not in covered]:
            fresh = _segment(missing, load)
            segments.append(fresh if small else self._keep(fresh, segments, active))
        found: dict[str, list[Numbers]] = {}
        unique = np.unique(wanted)
        for segment in segments:
            for file, rows in segment.hits(unique, active).items():
                found.setdefault(file, []).extend(rows)
        return {f: np.unique(np.concatenate(rows)) for f, rows in sorted(found.items())}

    def _segments(self, active: Mapping[str, int]) -> list[Segment]:
        if self._folder is None or not self._folder.is_dir():
            return []
        opened = (_open(p) for p in sorted(self._folder.glob("*.keys")))
        return [s for s in opened if s is not None and any(f in active for f in s.files)]

    def _keep(self, fresh: Segment, others: list[Segment], active: Mapping[str, int]) -> Segment:
        """Write a new segment, joined with those that are not much larger, which leave the list and the disk."""
        if self._folder is None:
            return fresh
        joined = [fresh]
        for other in sorted(others, key=lambda s: len(s.hash)):
            if len(other.hash) > GROWTH * sum(len(s.hash) for s in joined):
                break
            joined.append(other)
        whole = _join(joined, active) if len(joined) > 1 else fresh
        if not _write(self._folder, whole):
            return fresh
        for other in joined[1:]:
            others.remove(other)
            if other.path is not None:
                other.path.unlink(missing_ok=True)
        return whole


def _segment(files: Sequence[str], load: Load) -> Segment:
    parts = [hashes(load(file)) for file in files]
    number = np.concatenate([np.full(len(p), n, np.uint32) for n, p in enumerate(parts)])
    row = np.concatenate([np.arange(len(p), dtype=np.uint32) for p in parts])
    return _sorted(tuple(files), np.concatenate(parts), number, row)


def _join(segments: Iterable[Segment], active: Mapping[str, int]) -> Segment:
    files: list[str] = []
    parts = []
    for one in segments:
        keep = np.array([f in active and f not in files for f in one.files])
        place = np.array([len(files) + n for n in np.cumsum(keep) - 1], np.uint32)
        files += [f for f, k in zip(one.files, keep, strict=True) if k]
        chosen = keep[one.file]
        parts.append((one.hash[chosen], place[one.file[chosen]], one.row[chosen]))
    return _sorted(tuple(files), *(np.concatenate([p[n] for p in parts]) for n in range(3)))


def _sorted(files: tuple[str, ...], hash_: Words, file: Numbers, row: Numbers) -> Segment:
    order = np.argsort(hash_, kind="stable")
    return Segment(files, hash_[order], file[order], row[order])


def _write(folder: Path, segment: Segment) -> bool:
    """Put a segment on the disk; False where the disk does not take it, for an index may be missing."""
    head = json.dumps({"files": segment.files, "rows": len(segment.hash)}).encode()
    head += b" " * (-len(head) % 8)
    name = f"{hashes(pa.table({'f': [json.dumps(segment.files)]}))[0]:016x}.keys"
    temporary = folder / f".{name}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as out:
            out.write(MAGIC + len(head).to_bytes(8, "little") + head)
            for array in (segment.hash, segment.file, segment.row):
                out.write(np.ascontiguousarray(array).data)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(folder / name)
    except OSError:
        temporary.unlink(missing_ok=True)
        return False
    return True


def _open(path: Path) -> Segment | None:
    """The segment in a file; None where it is not whole, or has just been joined into another by another process."""
    try:
        with path.open("rb") as data:
            start = data.read(16)
            if start[:8] != MAGIC:
                return None
            size = int.from_bytes(start[8:], "little")
            head = json.loads(data.read(size))
        rows, at = int(head["rows"]), 16 + size
        if path.stat().st_size != at + 16 * rows or not rows:
            return None
        return Segment(
            tuple(head["files"]),
            np.memmap(path, np.uint64, "r", at, (rows,)),
            np.memmap(path, np.uint32, "r", at + 8 * rows, (rows,)),
            np.memmap(path, np.uint32, "r", at + 12 * rows, (rows,)),
            path,
        )
    except (OSError, ValueError, KeyError):
        return None
