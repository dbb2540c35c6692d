"""Rounds of two writers, one that is killed and a reader at once: ``python -m tests.store.contention LAKE ROUNDS``.

One process imports everything and forks the others. A batch is three claims and an event, so that half of one can be
told; both writers also write one batch of the same name. Prints what was seen that must not be, one line each.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections import Counter
from collections.abc import Callable

from etl.store import Lake, open_lake
from tests.store.rows import claim, event

CLAIMS = 3
KILLED_AT = [
    "batch.claim",
    "batch.claimed",
    "batch.apply.claims",
    "batch.apply.events",
    "batch.applied",
    "batch.marked",
    "batch.done",
]


def write(url: str, name: str) -> None:
    """One batch."""
    claims = [claim(f"{name}-{n}") for n in range(CLAIMS)]
    open_lake(url).transaction(name, {"claims": claims, "events": [event(name), event("SHARED", notes=name)]})


def half_seen(lake: Lake) -> list[str]:
    """What a state shows of batches that are not whole, or are there twice."""
    at = lake.head()
    claims = Counter(k.rpartition("-")[0] for k in lake.read("claims", as_of=at)["claim_id"].to_pylist())
    events = Counter(lake.read("events", as_of=at)["event_id_cnty"].to_pylist())
    shared = events.pop("SHARED", 0)
    bad = [f"{n} claims of {name}" for name, n in claims.items() if n != CLAIMS or events[name] != 1]
    bad += [f"event {name} without claims" for name in events if name not in claims]
    return bad + ([f"SHARED {shared} times"] if shared != bool(events) else [])


def look(url: str) -> None:
    """Reads a few states while others write."""
    for _ in range(3):
        if bad := half_seen(Lake(url)):
            print("a reader saw", bad, flush=True)


def forked(work: Callable[[], None], kill_at: str = "") -> int:
    """A process that does some work, killed at a checkpoint where one is named; its id."""
    if child := os.fork():
        return child
    os.environ["EVENTWIRE_KILL_AT"] = kill_at
    try:
        work()
    except BaseException:
        traceback.print_exc(file=sys.stdout)
    sys.stdout.flush()
    os._exit(0)


def play(url: str, number: int) -> None:
    """One round, and what is in the lake after it."""
    step = KILLED_AT[number % len(KILLED_AT)]
    children = [
        forked(lambda: (write(url, f"a{number}"), write(url, f"same{number}"))),  # type: ignore[func-returns-value]
        forked(lambda: write(url, f"dead{number}"), kill_at=step),
        forked(lambda: (write(url, f"same{number}"), write(url, f"b{number}"))),  # type: ignore[func-returns-value]
        forked(lambda: look(url)),
    ]
    for child in children:
        os.waitpid(child, 0)

    def again() -> None:
        write(url, f"dead{number}")
        lake = open_lake(url)
        wanted = {f"{name}{n}" for name in ("a", "b", "dead", "same") for n in range(number + 1)} | {"SHARED"}
        found = set(lake.read("events")["event_id_cnty"].to_pylist())
        for line in [*half_seen(lake), *sorted(wanted ^ found)]:
            print("after round", number, line, flush=True)
        if lake.head().number != 4 * (number + 1):
            print("after round", number, "the lake has", lake.head().number, "batches", flush=True)

    os.waitpid(forked(again), 0)


if __name__ == "__main__":
    import deltalake  # noqa: F401
    import duckdb  # noqa: F401
    import filelock  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    for turn in range(int(sys.argv[2])):
        play(sys.argv[1], turn)
    print("done")
