"""What one merge costs in lakes of different sizes: ``python -m bench.merging [EVENTS ...]``.

``python -m bench.merging scratch MENTIONS`` builds a lake from nothing, ten thousand mentions a merge.

The lakes hold years of one world: a hundred events a day in ten countries, told by 1.2 articles each, so that a lake
ten times as large is ten times as long. A merge brings a thousand new mentions of its last ten days, half of them of
events that stand. Each measurement is a process of its own, so that memory is the merge's own.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl import schema
from etl.merge import merge_batch
from etl.settings import ROOT, settings
from etl.store import open_lake, stable_id

A_DAY, DAYS, BATCH, TOWNS = (
    100,
    20,
    1000,
    120,
)  # events a day; days of the piece that is told again
LAST = date(2024, 5, 31)
COUNTRIES = ("SYR", "IRQ", "MLI", "BFA", "NER", "NGA", "SDN", "SSD", "ETH", "SOM")
ROUNDS = 2  # batches a process merges; the first one pays for what is loaded late and is told apart
Rows = dict[str, list[dict[str, Any]]]


def told(name: str, day: date, place: int, again: int = 0, words: int = 120) -> Rows:
    """An article of one mention as it lies in the lake before a merge: rows by table."""
    iso3, town = COUNTRIES[place % len(COUNTRIES)], place // len(COUNTRIES)
    country = schema.country_by_iso3(iso3) or {}
    known = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    head = {"doc_id": name, "article_id": stable_id(name), "recorded_at": known, "run_id": "bench"}
    text = " ".join(f"{name}{again}w{n}" for n in range(words))
    article = head | {
        "version": 1, "url": f"https://news.example/{name}", "outlet": f"o{place % 97}",
        "outlet_name": f"O{place % 97}",
        "text": text, "text_hash": stable_id(text), "published_basis": "meta", "published_at": f"{day}T18:00:00+00:00",
        "access": "open", "withdrawn": False, "fetched_at": known,
    }  # fmt: skip
    coded = {"coder": "bench", "coder_version": "1"}
    coding = head | coded | {"coding_outcome": "coded", "mention_count": 1, "language": "en"}
    one, two = (f"Armed Group {place % 3} ({country['country']})", "Rebel group"), ("Civilians", "Civilians")
    mention = head | schema.sub_event("Attack") | {
        "mention_id": stable_id("m", name), "coder_version": "1", "event_date": day, "event_date_low": day,
        "event_date_high": day, "time_precision": 1, "actor1": one[0], "inter1": one[1],
        "actor2": f"{two[0]} ({country['country']})", "inter2": two[1],
        "interaction": schema.interaction_label(one[1], two[1]), "civilian_targeting": True,
        "country": country["country"], "iso3": iso3, "admin1": f"Province {town % 7}", "location": f"Town {town}",
        "latitude": 10.0 + town // 8, "longitude": 20.0 + town % 8, "geo_precision": 1, "geonameid": place + 1,
        "fatalities": place % 5, "fatalities_low": place % 5, "fatalities_high": place % 5 + again,
        "fatalities_basis": "exact", "notes": f"On {day} an attack on Town {town} was reported.", "confidence": 0.7,
        "attribution_rule": "undisputed_report", "dispute_occurrence": "undisputed", "dispute_actor1": "undisputed",
        "dispute_location": "undisputed",
    }  # fmt: skip
    ids = {"mention_id": mention["mention_id"], "doc_id": name}
    said = {"start": 0, "end": 9, "quote": text[:9]}
    evidence = [ids | said | {"slot": s, "value": None} for s in ("event_type", "event_date", "actor1", "location")]
    claim = ids | said | {
        "claim_id": stable_id("c", name), "claimant": "police", "claimant_role": "authority", "speech_act": "assert",
        "slot": "occurrence", "hedged": False, "outlet_name": article["outlet_name"],
    }  # fmt: skip
    return {
        "articles": [article], "codings": [coding], "mentions": [mention], "evidence": evidence, "claims": [claim]
    }  # fmt: skip


def world(first: date, days: int, seed: int = 0) -> Iterator[Rows]:
    """The articles of some days, a day after the other."""
    chance = random.Random(seed)  # noqa: S311
    for n in range(days):
        day = first + timedelta(days=n)
        for event, place in enumerate(chance.sample(range(len(COUNTRIES) * TOWNS), A_DAY)):
            for again in range(1 + (event % 5 == 0)):
                yield told(f"d{day:%y%m%d}e{event}t{again}", day, place, again)


def together(parts: Iterator[Rows]) -> Rows:
    """Rows of several articles by table."""
    found: Rows = {}
    for part in parts:
        for table, rows in part.items():
            found.setdefault(table, []).extend(rows)
    return found


def make_lake(folder: Path, events: int) -> None:
    """A lake of so many events: a real one of twenty days, told again for earlier and earlier days."""
    with tempfile.TemporaryDirectory() as place:
        small = open_lake(place)
        small.transaction("world", together(world(LAST - timedelta(days=DAYS - 1), DAYS)))
        merge_batch(small, "bench")
        names = ("articles", "codings", "mentions", "evidence", "claims", "events", "event_reports")
        piece = {name: small.read(name) for name in names}
    lake, count = open_lake(folder), piece["events"].num_rows
    highest: dict[str, int] = {}
    for event_id in piece["events"]["event_id_cnty"].to_pylist():
        highest[event_id[:3]] = max(highest.get(event_id[:3], 0), int(event_id[3:]))
    copies = round(events / count)
    for start in range(0, copies, 5):
        parts = [_again(piece, highest, n, copies) for n in range(start, min(start + 5, copies))]
        lake.transaction(f"load{start}", {name: pa.concat_tables([p[name] for p in parts]) for name in piece})


def _again(piece: dict[str, pa.Table], highest: dict[str, int], number: int, copies: int) -> dict[str, pa.Table]:
    """The piece of history as it was so many pieces before its end, under names of its own."""
    back = timedelta(days=DAYS * (copies - 1 - number))
    found = {}
    for name, table in piece.items():
        for at, field in enumerate(table.schema):
            values = table[field.name].to_pylist()
            if field.name == "event_id_cnty":
                values = [f"{v[:3]}{int(v[3:]) + number * highest[v[:3]]}" for v in values]
            elif field.name in ("published_at", "first_reported") and pa.types.is_string(field.type):
                values = [v and (datetime.fromisoformat(v) - back).isoformat() for v in values]
            elif field.name.endswith("_id") and field.name not in ("run_id", "page_id"):
                values = [v and f"{v}.{number}" for v in values]
            elif field.name == "url":
                values = [f"{v}.{number}" for v in values]
            elif field.name in ("text", "origin"):
                values = [v and v.replace("w", f"x{number}") for v in values]
            elif field.name == "year":
                values = [(LAST - back).year for _ in values]
            elif pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
                values = [v and v - back for v in values]
            else:
                continue
            table = table.set_column(at, field, pa.array(values, field.type))
        if name == "events":
            years = pa.array([d.year for d in table["event_date"].to_pylist()], pa.int64())
            table = table.set_column(table.schema.get_field_index("year"), table.schema.field("year"), years)
        found[name] = table
    return found


def new_batch(number: int) -> Rows:
    """A thousand articles of the last ten days, half of them about events that stand."""
    chance = random.Random(1000 + number)  # noqa: S311
    past = world(LAST - timedelta(days=DAYS - 1), DAYS)
    known = [p for p in past if (LAST - p["mentions"][0]["event_date"]).days < 10]
    parts = []
    for n, part in enumerate(chance.sample(known, BATCH // 2)):
        m = part["mentions"][0]
        parts.append(told(f"b{number}k{n}", m["event_date"], m["geonameid"] - 1, 1 + number))
    for n in range(BATCH - len(parts)):
        day = LAST - timedelta(days=chance.randrange(10))
        parts.append(told(f"b{number}n{n}", day, chance.randrange(len(COUNTRIES) * TOWNS)))
    return together(iter(parts))


def measure(folder: Path, first: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """Batches merged into a lake, in this process; processor seconds, wall seconds and peak memory."""
    lake, spent = open_lake(folder), []
    for n in range(first, first + rounds):
        rows = new_batch(n)
        start = time.process_time(), time.perf_counter()
        lake.transaction(f"batch{n}", rows)
        written = time.process_time(), time.perf_counter()
        counts = merge_batch(lake, f"run{n}")
        end = time.process_time(), time.perf_counter()
        spent.append([written[0] - start[0], end[0] - written[0], end[1] - written[1]])
        assert counts["in_events"] == BATCH, counts
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    write, merge, wall = (statistics.median(s[n] for s in spent[1:]) for n in range(3))
    return {"write": write, "merge": merge, "wall": wall, "first": spent[0][1], "peak_mb": peak, "counts": counts}


def reading(folder: Path) -> dict[str, float]:
    """Seconds of reading all events as they are, and as they were before maintenance and the new batches."""
    lake = open_lake(folder)
    old = lake.snapshot(json.loads((folder / "loaded.json").read_text())["number"])
    found: dict[str, list[float]] = {"now": [], "as_of": []}
    for _ in range(ROUNDS):
        for name, moment in (("now", None), ("as_of", old.recorded_at)):
            start = time.process_time()
            lake.read("events", as_of=moment)
            found[name].append(time.process_time() - start)
    return {name: min(each) for name, each in found.items()}


def scratch(mentions: int, folder: Path, each: int = 10 * BATCH, every: int = 10) -> list[dict[str, float]]:
    """So many mentions from nothing, maintained every so many merges: processor seconds and memory as it grows."""
    lake, found = open_lake(folder), []
    days = mentions * 5 // (6 * A_DAY) + 1
    parts = world(LAST - timedelta(days=days), days)
    spent = 0.0
    for n in range(mentions // each):
        rows = together(islice(parts, each))
        _set_clock(max(row["recorded_at"] for row in rows["articles"]))
        start = time.process_time()
        lake.transaction(f"batch{n}", rows)
        merge_batch(lake, f"run{n}")
        if (n + 1) % every == 0:
            lake.maintain()
        spent += time.process_time() - start
        if (n + 1) % (every // 2) == 0:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            found.append({"mentions": (n + 1) * each, "processor_seconds": round(spent, 1), "peak_mb": round(peak)})
            print(json.dumps(found[-1]), flush=True)
    return found


def _set_clock(moment: datetime) -> None:
    os.environ["EVENTWIRE_NOW"] = moment.isoformat()
    settings.cache_clear()


def lakes(sizes: list[int], rounds: int = ROUNDS) -> dict[int, dict[str, Any]]:
    """Lakes of some sizes made, maintained, and merged into by turns; the median of each."""
    base = os.environ.get("EVENTWIRE_BENCH_FOLDER")
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(base or temporary)
        for size in sizes:
            if not (place / f"{size}" / "loaded.json").exists():
                _apart("make", place / f"{size}", size)
        spent: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
        for _ in range(2):
            for size in sizes:
                spent[size].append(_apart("measure", place / f"{size}", int(time.time()), rounds))
        told = {}
        for size, each in spent.items():
            told[size] = {k: min(e[k] for e in each) for k in ("write", "merge", "wall", "first")}
            told[size]["peak_mb"] = max(e["peak_mb"] for e in each)
            told[size] |= _apart("reading", place / f"{size}")
        return told


def _apart(*command: Any) -> Any:
    line = [sys.executable, "-m", "bench.merging", *map(str, command)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def main(words: list[str]) -> None:
    """One measurement in this process, or all of them."""
    os.environ.setdefault("EVENTWIRE_NOW", "2024-06-01T12:00:00+00:00")
    settings.cache_clear()
    if words[:1] == ["make"]:
        folder = Path(words[1])
        make_lake(folder, int(words[2]))
        lake = open_lake(folder)
        number = lake.head().number
        lake.maintain()
        (folder / "loaded.json").write_text(json.dumps({"number": number}))
        told: Any = {"number": number}
    elif words[:1] == ["measure"]:
        told = measure(Path(words[1]), int(words[2]), int(words[3]))
    elif words[:1] == ["reading"]:
        told = reading(Path(words[1]))
    elif words[:1] == ["scratch"]:
        with tempfile.TemporaryDirectory() as folder:
            told = scratch(int(words[1]), Path(folder))
    else:
        told = lakes([int(w) for w in words] or [10_000, 100_000])
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
