"""How long pages are kept: WARC files go when all their pages are old enough; the rows stay and say so.

Articles are not touched: what was read of a page outlives it. What was not read yet, and the first copy that younger
revisits refer to, stays whatever its age. Archives that the lake only refers to are not ours to remove.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from etl.fetch.pages import FOLDER
from etl.settings import settings
from etl.store import Lake, checkpoint, stable_id


def expire_pages(lake: Lake, days: int) -> dict[str, int]:
    """Removes the WARC files of pages that are older than some days.

    Returns:
        Counts: ``files`` removed, ``pages`` that say so now.
    """
    now = settings().clock()
    limit = now - timedelta(days=days)
    read = set(lake.read("extractions", columns=["page_id"])["page_id"].to_pylist())
    files: dict[str, list[dict[str, Any]]] = {}
    for page in lake.rows("pages"):
        if page["warc_file"] and page["warc_file"].startswith(f"{FOLDER}/"):
            files.setdefault(page["warc_file"], []).append(page)
    old = {
        file
        for file, pages in files.items()
        if all(p["fetched_at"] < limit and (p["page_outcome"] != "stored" or p["page_id"] in read) for p in pages)
    }
    # A revisit record names its first copy; rows know it by the hash of the content.
    referred = {p["content_hash"] for file in set(files) - old for p in files[file] if p["page_outcome"] == "unchanged"}
    gone = {
        f for f in old if not any(p["page_outcome"] == "stored" and p["content_hash"] in referred for p in files[f])
    }
    for file in sorted(gone):
        # Removed before it is recorded: killed in between, the next run does both again.
        lake.files.delete(file)
        checkpoint("expire.removed")
    rows = [p | {"warc_file": None, "warc_offset": None, "expired_at": now} for f in sorted(gone) for p in files[f]]
    lake.transaction(stable_id("expire", *(r["page_id"] for r in rows)), {"pages": rows})
    return {"files": len(gone), "pages": len(rows)}
