"""``python -m bench.crawl``: the client against many hosts at once, judged by the servers' own logs.

Host names under ``.test`` are given to one loopback server by the client's resolver hook. Several processes share the
hosts' state as workers do; every page is fetched once, then all are asked again. Nothing is claimed from the client's
side that the log does not show: the gaps between the requests to a host, requests at a time, robots, 304.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import socketserver
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CLOSED = "/closed/"
# Seconds over which a host's share is counted: single gaps at the server also hold the jitter of a busy machine.
WINDOW = 10.0
BODY = "<html><body>" + "<p>Shells fell on the town, and its people went down to their cellars.</p>" * 60


@dataclass(frozen=True)
class Plan:
    """What is crawled.

    Attributes:
        delay: seconds between the starts of two requests to a host.
        workers: processes; each has ``threads`` threads, each of which takes one host at a time.
    """

    hosts: int = 200
    pages: int = 20_000
    delay: float = 0.2
    workers: int = 2
    threads: int = 16

    def names(self) -> list[str]:
        """The hosts."""
        return [f"h{n:03}.crawl.test" for n in range(self.hosts)]

    def paths(self) -> list[str]:
        """The pages of each host; one in fifty is closed by robots.txt."""
        each = self.pages // self.hosts
        return [f"{CLOSED if n % 50 == 7 else '/'}page-{n}" for n in range(each)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log: ClassVar[list[tuple[float, float, str, str, int]]] = []

    def do_GET(self) -> None:
        began = time.time()
        status, body, kind = 200, BODY.encode(), "text/html"
        if self.path == "/robots.txt":
            body, kind = f"User-agent: *\nDisallow: {CLOSED}\n".encode(), "text/plain"
        elif self.headers.get("If-None-Match") == f'"{self.path}"':
            status, body = 304, b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", f'"{self.path}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.log.append((began, time.time(), self.headers.get("Host", ""), self.path, status))

    def log_message(self, *_: Any) -> None:
        """The log is ours."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512


def _serve(port: Any, logs: Any) -> None:
    """One server for all hosts; hands its log over whenever it is asked to."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        port.put(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        while logs.get() != "end":
            taken, _Handler.log[:] = list(_Handler.log), []
            port.put(taken)


def _work(plan: Plan, port: int, hosts: Sequence[str], folder: Path, told: Any) -> None:
    """One worker: all pages of its hosts twice."""
    from etl.discover.outlets import Outlet
    from etl.discover.records import Candidate
    from etl.fetch import Client, PageState, fetch_batch

    allow = [f"http://{name}:{port}" for name in hosts]
    feeds = [{"url": "http://h.crawl.test/", "kind": "rss"}]
    about = {"id": "crawl", "name": "Crawl", "country": "INT", "language": "en", "reach": "International"}
    manners = {"politeness": {"delay_seconds": plan.delay}}
    outlet = Outlet.model_validate(about | {"url": "http://h.crawl.test", "feeds": feeds} | manners)
    kept: dict[str, PageState] = {}
    client = Client("bench@example.org", allow, folder / "cache", resolve=lambda host, at: ["127.0.0.1"])

    def one(host: str, run: str) -> Counter[str]:
        candidates = [Candidate(f"http://{host}:{port}{path}", "crawl", "", NOW, None, None) for path in plan.paths()]
        rows = fetch_batch(candidates, client, kept, f"{folder}/lake/warc", run, NOW, {"crawl": outlet})
        kept.update({r["url"]: PageState.from_row(r) for r in rows if r["content_hash"]})
        return Counter(r["page_outcome"] for r in rows)

    with client, ThreadPoolExecutor(plan.threads) as pool:
        for run in ("first", "second"):
            began, outcomes = time.monotonic(), Counter[str]()
            half = len(hosts) // 2
            for part in (hosts[:half], hosts[half:]):
                for counts in pool.map(lambda host, run=run: one(host, run), part):
                    outcomes += counts
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                told.put((run, dict(outcomes), time.monotonic() - began, memory))


def crawl(plan: Plan) -> dict[str, Any]:
    """Runs the plan and judges it by the servers' log.

    Returns:
        Pages a second, outcomes of both passes, and for the log: the smallest gap between the starts of two requests to
        a host as a share of the delay, most requests at a time to one host, requests for closed pages, robots asked per
        host, pages asked twice in a pass, share of 304 in the second pass, megabytes of a worker half-way and at the
        end.
    """
    context = multiprocessing.get_context("spawn")
    port_queue, log_queue, told = context.Queue(), context.Queue(), context.Queue()
    server = context.Process(target=_serve, args=(port_queue, log_queue), daemon=True)
    server.start()
    port = port_queue.get()
    with tempfile.TemporaryDirectory() as name:
        folder, hosts = Path(name), plan.names()
        workers = [
            context.Process(target=_work, args=(plan, port, hosts[n :: plan.workers], folder, told))
            for n in range(plan.workers)
        ]
        began = time.monotonic()
        for worker in workers:
            worker.start()
        tales = [told.get() for _ in range(4 * plan.workers)]
        for worker in workers:
            worker.join()
        seconds = time.monotonic() - began
    log_queue.put("log")
    log = port_queue.get()
    log_queue.put("end")
    return _judge(plan, log, tales, seconds)


def _judge(plan: Plan, log: list[Any], tales: list[Any], seconds: float) -> dict[str, Any]:
    by_host: dict[str, list[Any]] = defaultdict(list)
    for entry in log:
        by_host[entry[2]].append(entry)
    gaps, most, share = [], 0, 0.0
    for entries in by_host.values():
        # robots.txt is asked outside the turns of pages: once a day and host.
        turns = sorted((b, e) for b, e, _, path, _ in entries if path != "/robots.txt")
        gaps += [later[0] - earlier[0] for earlier, later in pairwise(turns)]
        starts = [began for began, _ in turns]
        crowded = max((bisect_right(starts, at + WINDOW) - n for n, at in enumerate(starts)), default=0)
        share = max(share, crowded / (WINDOW / plan.delay + 1))
        most = max([most, *(sum(1 for b, e in turns if b < at < e) for at, _ in turns)])
    pages = Counter((host, path, status) for _, _, host, path, status in log if path != "/robots.txt")
    asked = Counter((host, path) for _, _, host, path, _ in log if path != "/robots.txt")
    memory: dict[str, list[int]] = defaultdict(list)
    for run, _, _, megabytes in tales:
        memory[run].append(megabytes)
    return {
        "hosts": len(by_host),
        "requests": len(log),
        "pages_a_second": round(sum(pages.values()) / seconds, 1),
        "smallest_gap_of_delay": round(min(gaps) / plan.delay, 2),
        "most_of_share_in_ten_seconds": round(share, 3),
        "gaps_below_nine_tenths": sum(1 for gap in gaps if gap < 0.9 * plan.delay),
        "most_at_a_time": most + 1,
        "closed_pages_asked": sum(1 for _, path, _ in pages if path.startswith(CLOSED)),
        "robots_a_host": max(sum(1 for e in entries if e[3] == "/robots.txt") for entries in by_host.values()),
        "asked_more_than_twice": sum(1 for n in asked.values() if n > 2),
        "fetched_twice": sum(1 for (_, _, status), n in pages.items() if status == 200 and n > 1),
        "unchanged_as_304": round(sum(n for (*_, s), n in pages.items() if s == 304) * 2 / sum(pages.values()), 3),
        "megabytes_after_a_quarter": max(memory["first"][: plan.workers]),
        "megabytes_at_the_end": max(memory["second"]),
    }


def main() -> int:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in vars(Plan()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    print(json.dumps(crawl(Plan(**vars(parser.parse_args()))), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
