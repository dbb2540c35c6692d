"""The only writer and reader of the lake.

    lake = open_lake("var/lake")
    lake.transaction(stable_id("my step", input_hash), {"articles": rows, "codings": more})
    lake.read("articles", as_of=moment)

Tables are Delta Lake tables with the columns of ``schemas/tables``. What leaves the lake is decided in ``publish``.
"""

from __future__ import annotations

from etl.store.files import Files, clear_errors, files_at
from etl.store.history import Snapshot
from etl.store.ids import checkpoint, stable_id, text_hash
from etl.store.lake import Conflict, Lake, open_lake
from etl.store.scan import Where
from etl.store.tables import storage_options
from etl.store.upkeep import check

__all__ = [
    "Conflict",
    "Files",
    "Lake",
    "Snapshot",
    "Where",
    "check",
    "checkpoint",
    "clear_errors",
    "files_at",
    "open_lake",
    "stable_id",
    "storage_options",
    "text_hash",
]
