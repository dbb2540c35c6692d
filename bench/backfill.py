"""Reading archives in one process against two, in the pool and on a local Dask cluster: seconds by the clock.

``python -m bench.backfill [MEGABYTES] [ARCHIVES]``; the sizes that count are 50 and 8, on an idle machine with two
processors or more. The archives are made for it: pages of the newsroom's articles in a page as news sites have it.
Rows are compared one by one, memory of all processes is watched, and a run that is killed once two archives are
finished has to leave those as they are.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.newsroom import load_pieces, piece_text
from etl.pipeline.backfill import Options, backfill
from etl.pipeline.backfill.engines import Engine
from etl.settings import ROOT
from etl.store import Lake, open_lake

# A page of news as sent: text among menus, and scripts and pictures in the page that nothing can squeeze.
LINKS, SCRIPT_BYTES = 150, 60_000
TABLES = ("pages", "extractions", "articles")
SECONDS_A_LOOK = 0.5
MB = 1024 * 1024
KILLED_AFTER = 2  # finished archives


def make_archives(folder: Path, megabytes: float, archives: int) -> int:
    """Archives of about so many megabytes each; gives the number of pages in all."""
    pieces, total = load_pieces(), 0
    for number in range(archives):
        letters = random.Random(number)  # noqa: S311
        with (folder / f"CC-NEWS-20240501{number:02d}0000-{number:05d}.warc.gz").open("wb") as out:
            writer = WARCWriter(out, gzip=True)
            while out.tell() < megabytes * 1e6:
                total += 1
                piece = pieces[total % len(pieces)]
                menu = "".join(f'<li><a href="/s/{n}">Section {n}</a></li>' for n in range(LINKS))
                text = "".join(f"<p>{line}</p>" for line in piece_text(piece).splitlines() if line)
                script = letters.randbytes(SCRIPT_BYTES).hex()
                body = (
                    f"<html><head><title>{piece.title}</title><script>var blob = '{script}';</script></head><body>"
                    f"<ul>{menu}</ul><article><h1>{piece.title}</h1>{text}</article><ul>{menu}</ul></body></html>"
                )
                http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
                url = f"https://site{total % 40}.example.org/{total}"
                record = writer.create_warc_record(
                    url,
                    "response",
                    payload=io.BytesIO(body.encode()),
                    http_headers=http,
                    warc_headers_dict={"WARC-Date": f"2024-05-01T{number:02d}:00:00Z"},
                )
                writer.write_record(record)
    return total


@contextmanager
def memory_watched(found: dict, name: str) -> Iterator[None]:
    """Notes the greatest memory of this process with all it started, in each half of the time."""
    looks: list[float] = []
    ended = threading.Event()

    def look() -> None:
        me = psutil.Process()
        while not ended.wait(SECONDS_A_LOOK):
            total = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            looks.append(total / MB)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        half = len(looks) // 2
        found[f"{name} peak MB, first and second half"] = [
            round(max(part, default=0)) for part in (looks[:half], looks[half:])
        ]


def finished_units(lake: Lake) -> dict[str, bytes]:
    """Markers of finished archives with what they say."""
    names = [n for n in lake.files.names("_archives") if n.endswith(".json")]
    return {n: lake.files.read(f"_archives/{n}") or b"" for n in names}


def killed(place: Path, lake: Lake, archives: int) -> dict:
    """A run of the command in a pool, killed with all its processes, and run again: what it did twice."""
    command = [sys.executable, "-m", "etl.cli", "backfill", "warc", str(place), "--engine", "pool", "--workers", "2"]
    told = os.environ | {"EVENTWIRE_LAKE": str(lake.url)}
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as first:
        while len(finished_units(lake)) < KILLED_AFTER and first.poll() is None:
            time.sleep(0.05)
        os.killpg(first.pid, signal.SIGKILL)
    before = finished_units(lake)
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=told, capture_output=True, check=True)  # noqa: S603
    after = finished_units(lake)
    return {
        "finished before the kill": len(before),
        "finished again": sum(after.get(name) != raw for name, raw in before.items()),
        "finished after": f"{len(after)} of {archives}",
        "seconds of the second run": round(time.perf_counter() - start, 1),
    }


def measured(megabytes: float, archives: int, engines: tuple[Engine, ...] = ("serial", "pool", "dask")) -> dict:
    """Seconds of each engine over the same archives, and their rows compared."""
    found: dict = {"megabytes": megabytes, "archives": archives, "processors": os.cpu_count()}
    os.environ["EVENTWIRE_NOW"] = "2026-06-01T12:00:00+00:00"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "archives"
        place.mkdir()
        found["pages"] = make_archives(place, megabytes, archives)
        rows = {}
        for engine in engines:
            lake, start = open_lake(Path(folder) / engine), time.perf_counter()
            with memory_watched(found, engine):
                told = backfill(lake, [str(place)], "bench", Options(engine=engine, workers=2))
            found[engine] = round(time.perf_counter() - start, 1)
            assert told.complete, told.lines()
            rows[engine] = {name: lake.rows(name) for name in TABLES}
            found[f"load before {engine} ended"] = round(os.getloadavg()[0], 1)
        found["same_rows"] = all(one == rows[engines[0]] for one in rows.values())
        lake = open_lake(Path(folder) / "killed")
        found["killed"] = killed(place, lake, archives)
        again = {name: lake.rows(name) for name in TABLES}
        found["killed"]["same_rows"] = _without_run(again) == _without_run(rows[engines[0]])
    for engine in engines[1:]:
        found[f"{engine}/serial"] = round(found[engine] / found["serial"], 2)
    return found


def _without_run(rows: dict) -> dict:
    """Rows without the name of the run that wrote them."""
    return {name: [{k: v for k, v in row.items() if k != "run_id"} for row in each] for name, each in rows.items()}


if __name__ == "__main__":
    size = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    number_of = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    print(json.dumps(measured(size, number_of), indent=1))
