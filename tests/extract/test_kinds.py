"""What is no article is recorded as what it is; pages made to hurt stay within time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from etl.errors import SetAside
from etl.extract import extract

PROSE = "".join(
    f"<p>The council spoke for {n} hours about the bridge, the toll and the tax of the town.</p>" for n in range(9)
)
FILM = '<meta property="og:type" content="video.other">'


def kind_or_reason(body: str, url: str, head: str = "") -> str:
    try:
        return extract(f"<html><head>{head}</head><body>{body}</body></html>".encode(), url).kind
    except SetAside as aside:
        return aside.reason


@pytest.mark.parametrize(
    ("body", "path", "head", "expected"),
    [
        ("<h1>The bridge in pictures</h1><p>Nine pictures of one day.</p>", "/gallery/bridge", "", "gallery"),
        ("<h1>The bridge in pictures</h1>" + PROSE, "/gallery/bridge", "", "gallery"),
        ("<h1>Bridge talks</h1>" + PROSE, "/live-updates/bridge", "", "live_blog"),
        ("<h1>Watch</h1><p>A film of the bridge.</p>", "/v/1", FILM, "video_page"),
        ("<h1>This article has been withdrawn</h1><p>It did not meet our standards.</p>", "/a/1", "", "withdrawn"),
        ("<h1>Bridge talks</h1>" + PROSE, "/a/1", "", "article"),
        ("<h1>Gallery of rogues withdrawn</h1>" + PROSE, "/a/1", "", "article"),
    ],
)  # fmt: skip
def test_kinds_of_pages(body: str, path: str, head: str, expected: str):
    assert kind_or_reason(body, f"https://courier.example{path}", head) == expected


HARD = """
import resource
from etl.errors import SetAside
from etl.extract import extract
start = b"<html><body><h1>Bridge talks</h1>"
pages = [
    b"<p>The army said that a shell fell on the town on Tuesday.</p>" * 100_000,
    b"<h1>The army said so</h1>" * 100_000,
    b'<p class="byline">By Mira Stone</p>' * 100_000,
    b'<a rel=author href="/a">A headline that is long enough</a>' * 100_000,
    b"<div>" * 10_000 + b"a text of some words" + b"</div>" * 10_000,
    b"<table><tr><td>" * 10_000,
]
for page in pages:
    try:
        extract(start + page, "https://courier.example/a/" + "2024-05-07-" * 5_000)
    except SetAside:
        pass
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss: that keeps what the process that started this one had.
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(used.ru_utime + used.ru_stime, int(peak) / 1024)
"""


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_pages_made_to_hurt_stay_within_time_and_memory():
    done = subprocess.run([sys.executable, "-c", HARD], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < 60  # six pages; each has 20 seconds before the reader's own limit
    assert megabytes < 350
