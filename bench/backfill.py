"""Reading archives in one process against two, in the pool and on a local Dask cluster: seconds by the clock.

``python -m bench.backfill [MEGABYTES] [ARCHIVES]``; the sizes that count are 50 and 8, on an idle machine with two
processors or more. The archives are made for it: pages of the newsroom's articles in a page as news sites have it.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.newsroom import load_pieces, piece_text
from etl.pipeline.backfill import Options, backfill
from etl.pipeline.backfill.engines import Engine
from etl.store import open_lake

# A page of news as sent: text among menus, and scripts and pictures in the page that nothing can squeeze.
LINKS, SCRIPT_BYTES = 150, 60_000
TABLES = ("pages", "extractions", "articles")


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
            told = backfill(lake, [str(place)], "bench", Options(engine=engine, workers=2))
            found[engine] = round(time.perf_counter() - start, 1)
            assert told.complete, told.lines()
            rows[engine] = {name: lake.rows(name) for name in TABLES}
            found[f"load before {engine} ended"] = round(os.getloadavg()[0], 1)
        found["same_rows"] = all(one == rows[engines[0]] for one in rows.values())
    for engine in engines[1:]:
        found[f"{engine}/serial"] = round(found[engine] / found["serial"], 2)
    return found


if __name__ == "__main__":
    size = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    number_of = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    print(json.dumps(measured(size, number_of), indent=1))
