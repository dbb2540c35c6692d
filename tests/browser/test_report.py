"""A browser opens the quality report from disk: no script runs, nothing is asked for, hostile words stay words."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from etl.publish import publish
from etl.settings import settings
from etl.store import open_lake
from tests.publish.test_release import EVENT, lake_rows

BROWSER = next((b for b in ("chromium", "chromium-browser", "google-chrome") if shutil.which(b)), None)
MOMENT = datetime(2026, 3, 5, 12, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://127.0.0.1:1/","open")'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no chromium or Chrome is installed to open the report with"),
]


@dataclass(frozen=True)
class Seen:
    """What a browser made of a page: its document, what it wrote to the console, what it asked our server for."""

    dom: str
    console: list[str]
    asked: list[str]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server that notes who comes, at the address the hostile words point to."""
    asked: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def look(page: Path, asked: list[str], profile: Path) -> Seen:
    """Opens a file in a browser of its own and returns when it has settled."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    flags += ["--headless", "--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom"]
    command = [str(BROWSER), *flags, f"--user-data-dir={profile}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout, done.stderr
    console = re.findall(r"CONSOLE[^\]]*\] (.*)", done.stderr)
    return Seen(done.stdout, console, list(asked))


def hostile(base: str) -> str:
    """Markup that shows itself by a new title and a request, if it is ever taken for markup."""
    return f"<script>document.title='owned'</script><img src={base}/img onerror=\"document.title='owned'\">"


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: tuple[str, list[str]]) -> Path:
    """A release of one event whose outlet and place names are an attack, and one that is kept out for its words."""
    monkeypatch.setenv("EVENTWIRE_NOW", MOMENT.isoformat())
    settings.cache_clear()
    bad = hostile(listener[0])
    event = EVENT | {"location": f"Douentza {bad}", "notes": FORMULA, "targets": ["villagers", FORMULA]}
    rows = lake_rows(event)
    rows["event_reports"][0]["outlet_name"] = bad
    kept_out = EVENT | {"event_id_cnty": "MLI2", "event_date": date(2026, 3, 1), "country": bad}
    second = lake_rows(kept_out)
    for table in ("mentions", "evidence", "claims", "events", "event_reports"):
        rows[table] += second[table]
    lake = open_lake(tmp_path / "lake")
    lake.transaction("hostile", rows)
    return Path(publish(lake, str(tmp_path / "release")).path)


def test_the_detectors_detect(tmp_path: Path, listener: tuple[str, list[str]]):
    base, asked = listener
    page = tmp_path / "control.html"
    page.write_text(f"<title>calm</title>{hostile(base)}<script>console.error('seen')</script>", encoding="utf-8")
    seen = look(page, asked, tmp_path / "profile")
    assert "<title>owned" in seen.dom
    assert any("seen" in line for line in seen.console)
    assert asked == ["/img"]


def test_the_report_runs_nothing_and_asks_for_nothing(release: Path, tmp_path: Path, listener: tuple[str, list[str]]):
    base, asked = listener
    page = release / "quality_report.html"
    assert base in page.read_text(encoding="utf-8"), "the hostile words are on the page"
    seen = look(page, asked, tmp_path / "profile")
    assert "<title>Quality report" in seen.dom and "in = out + set aside" in seen.dom
    assert "<script" not in seen.dom and "<img" not in seen.dom
    assert "&lt;script&gt;" in seen.dom
    assert seen.console == []
    assert asked == []


def test_the_report_forbids_scripts_and_other_hosts(release: Path):
    page = (release / "quality_report.html").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy and "default-src 'none'" in policy[1] and "script-src" not in policy[1]
    assert not re.search(r"<(?:script|link|img|iframe|object|embed|form|base)\b|\son\w+=\"|url\(", page)


def test_no_cell_of_a_csv_is_a_formula(release: Path):
    for path in release.glob("*.csv"):
        with open(path, encoding="utf-8-sig", newline="") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        assert not [c for c in cells if c.startswith(("=", "@", "+", "\t", "\r"))], path.name
    assert f"'{FORMULA.split('(')[0]}" in (release / "events.csv").read_text(encoding="utf-8-sig")
