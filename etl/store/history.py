"""What the records of finished batches say: the last state, any earlier one, and how far back states go.

One record a batch, ``_batches/done/…/<n>.json``; ``lake.py`` writes them and says when.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl import schema
from etl.errors import GiveUp
from etl.settings import settings
from etl.store.files import Files, files_at

# Of the files of a lake beside the columns: 2 keeps the ranges of times of each data file.
LAYOUT = 2


@dataclass(frozen=True)
class Snapshot:
    """The lake after one batch.

    Attributes:
        number: number of the batch, 0 before the first.
        recorded_at: when it was recorded; None before the first.
        versions: Delta version by table; tables that were never written are absent.
        marks: what steps remember, by name: each batch hands them on, and one that decided anew sets its own. They
            save work and are never the only place of anything; maintenance drops them.
    """

    number: int
    recorded_at: datetime | None
    versions: Mapping[str, int]
    batch_id: str = ""
    marks: Mapping[str, Any] = field(default_factory=dict)


class Records:
    """The records of one lake on a local folder or under an ``s3://`` URL."""

    def __init__(self, url: str | Path) -> None:
        self.url = str(url).rstrip("/")
        self.files: Files = files_at(self.url)
        self._check_version()

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.files.read("_lake.json") is not None

    def head(self) -> Snapshot:
        """The state after the last finished batch."""
        raw = self.files.read("_batches/head.json")
        try:
            number = int(json.loads(raw)["number"]) if raw else 0
        except (ValueError, KeyError, TypeError):
            number = 0  # it only says where to begin counting
        while self.files.read(done_name(number + 1)) is not None:
            number += 1
        return self.snapshot(number)

    def snapshot(self, number: int) -> Snapshot:
        """The state after batch ``number``."""
        if number == 0:
            return Snapshot(0, None, {})
        raw = self.files.read(done_name(number))
        if raw is None:
            raise GiveUp(f"{self.url}/{done_name(number)} is missing. Restore the folder _batches from a backup.")
        try:
            record = json.loads(raw)
            recorded_at = datetime.fromisoformat(record["recorded_at"])
            return Snapshot(number, recorded_at, record["versions"], record["batch_id"], record.get("marks", {}))
        except (ValueError, KeyError) as error:
            raise GiveUp(f"{self.url}/{done_name(number)} is damaged. Restore _batches from a backup.") from error

    def as_of(self, moment: datetime | None) -> Snapshot:
        """The last state recorded at or before a moment (UTC where it has no offset); None is now."""
        head = self.head()
        if moment is None or head.recorded_at is None:
            return head
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        low, high = 0, head.number
        while low < high:
            middle = (low + high + 1) // 2
            recorded_at = self.snapshot(middle).recorded_at
            if recorded_at is not None and recorded_at <= moment:
                low = middle
            else:
                high = middle - 1
        return self.snapshot(low)

    def _check_kept(self, table: str, number: int) -> None:
        if 0 < number < (kept := self.kept_since()):
            first = self.snapshot(kept).recorded_at
            raise GiveUp(
                f"lake {self.url} keeps no states before {first}: maintenance dropped them. "
                "Ask for a later moment, or restore an older copy of the lake."
            )
        raw = self.files.read(f"_lost/{table}.json")
        if raw is not None and number < int(json.loads(raw)["since"]):
            raise GiveUp(
                f"table {table} of lake {self.url} was lost and built again; its states before that are gone. "
                "Restore an older copy of the lake to read them."
            )

    def kept_since(self) -> int:
        """Number of the first state that maintenance has kept; 0 where it dropped none."""
        raw = self.files.read("_kept.json")
        return int(json.loads(raw)["number"]) if raw else 0

    def about(self) -> dict[str, Any]:
        """What ``_lake.json`` says: versions of schema and layout, and those before.

        Raises:
            GiveUp: it is damaged.
        """
        raw = self.files.read("_lake.json")
        try:
            found: dict[str, Any] = json.loads(raw) if raw else {}
            if raw:
                _numbers(found["schema_version"])
        except (ValueError, KeyError, TypeError) as error:
            raise GiveUp(f"{self.url}/_lake.json is damaged. Restore it from a backup.") from error
        return found

    def _check_version(self) -> None:
        about = self.about()
        if not about:
            return
        found, known = _numbers(about["schema_version"]), _numbers(schema.SCHEMA_VERSION)
        if found > known or about.get("layout", 1) > LAYOUT:
            raise GiveUp(
                f"lake {self.url} has schema {about['schema_version']} in layout {about.get('layout', 1)}, this "
                f"program knows {schema.SCHEMA_VERSION} in layout {LAYOUT}. Upgrade eventwire."
            )
        if found[0] < known[0]:
            raise GiveUp(
                f"lake {self.url} has schema {about['schema_version']}, and {schema.SCHEMA_VERSION} has removed or "
                "changed columns since. Build a new lake from the article files or the WARC files, see "
                "docs/operations.md; the version of eventwire that wrote this one reads it on."
            )


def _numbers(version: str) -> tuple[int, int]:
    first, second = version.split(".")[:2]
    return int(first), int(second)


def now() -> datetime:
    """The clock of the settings."""
    return settings().clock()


def pending_name(number: int) -> str:
    """Name of the claim of a number."""
    return f"_batches/pending/{number:010d}.zip"


def done_name(number: int) -> str:
    """Name of the record of a finished batch."""
    return f"_batches/done/{number // 1000:07d}/{number:010d}.json"
