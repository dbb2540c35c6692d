"""Time the gazetteer: opening it and looking names up on one core, without the look-up's cache.

Run ``python bench/gazetteer.py``; prints one JSON object. Not a test: a shared machine's clock proves nothing.
"""

from __future__ import annotations

import json
import time

from etl.geocode.gazetteer import gazetteer, open_gazetteer

SAMPLE = 5000
"""Names looked up, spread over the whole file."""


def main() -> None:
    """Measure and print."""
    path = gazetteer().path
    started = time.perf_counter()
    gaz = open_gazetteer(path)
    opened = time.perf_counter() - started
    names = [row[0] for row in gaz._db.execute("SELECT name FROM place WHERE id % 50 = 0 LIMIT ?", (SAMPLE,))]
    started = time.perf_counter()
    for name in names:
        gaz._lookup(name)
    seconds = time.perf_counter() - started
    print(
        json.dumps({"open_seconds": round(opened, 3), "lookups": len(names), "per_second": round(len(names) / seconds)})
    )


if __name__ == "__main__":
    main()
