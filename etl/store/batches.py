"""A batch as one object: all rows of all tables that one step changes, written ahead of the tables.

Only the form; ``lake.py`` says when a batch is claimed, applied and done.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from etl.errors import GiveUp

# A fixed date in the archive: the same rows give the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Batch:
    """Rows to merge in and keys to take out, by table.

    Attributes:
        batch_id: the caller's name for this piece of work; the same one twice changes nothing.
        recorded_at: when it is recorded, UTC; ``as_of`` reads go by it.
        marks: what steps remember of the state after it, see ``Snapshot``.
    """

    batch_id: str
    recorded_at: datetime
    rows: Mapping[str, pa.Table] = field(default_factory=dict)
    deleted: Mapping[str, pa.Table] = field(default_factory=dict)
    marks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables it changes, sorted."""
        return tuple(sorted({*self.rows, *self.deleted}))


def encode(batch: Batch) -> bytes:
    """The batch as bytes: a zip of Arrow streams."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        head = {"batch_id": batch.batch_id, "recorded_at": batch.recorded_at.isoformat(), "marks": batch.marks}
        archive.writestr(zipfile.ZipInfo("batch.json", EPOCH), json.dumps(head))
        for kind, tables in (("rows", batch.rows), ("deleted", batch.deleted)):
            for name in sorted(tables):
                sink = io.BytesIO()
                with pa.ipc.new_stream(sink, tables[name].schema) as writer:
                    writer.write_table(tables[name])
                archive.writestr(zipfile.ZipInfo(f"{kind}/{name}.arrow", EPOCH), sink.getvalue())
    return out.getvalue()


def decode(data: bytes, where: str) -> Batch:
    """The batch that ``encode`` wrote.

    Args:
        data: its bytes.
        where: its address, for the error.

    Raises:
        GiveUp: the bytes are damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            head = json.loads(archive.read("batch.json"))
            found: dict[str, dict[str, pa.Table]] = {"rows": {}, "deleted": {}}
            for name in archive.namelist():
                kind, _, table = name.removesuffix(".arrow").partition("/")
                if kind in found:
                    found[kind][table] = pa.ipc.open_stream(archive.read(name)).read_all()
        recorded_at = datetime.fromisoformat(head["recorded_at"])
    except (zipfile.BadZipFile, pa.ArrowInvalid, KeyError, ValueError, EOFError) as error:
        raise GiveUp(
            f"{where} is damaged ({error}). It holds work that was not finished: delete it and run that step again."
        ) from error
    return Batch(head["batch_id"], recorded_at, found["rows"], found["deleted"], head.get("marks", {}))
