"""When a page says it was published, and what is not believed."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from etl.extract import FeedHints
from etl.extract.page import load
from etl.extract.times import day_in_address, iso, published

FETCHED = FeedHints(fetched_at=datetime(2024, 6, 1, tzinfo=UTC))


def dated(when: str, url: str) -> tuple[str | None, str, list[str]]:
    node = json.dumps({"@type": "NewsArticle", "datePublished": when})
    html = f'<html><head><script type="application/ld+json">{node}</script></head><body><p>x</p></body></html>'
    return published(load(html.encode(), url), FETCHED)


def test_dates_written_as_in_mail_keep_their_offset():
    assert iso("Sat, 04 May 2024 02:41:00 +0530") == "2024-05-04T02:41:00+05:30"
    assert iso("at 10:00 sharp") is None


def test_an_earlier_day_in_the_address_is_the_day_of_publication():
    found = dated("2024-05-30T10:00:00+00:00", "https://courier.example/2021/9/14/shelling")
    assert found == ("2021-09-14", "url", ["date_of_revision_refused"])


@pytest.mark.parametrize("day", ["2024/05/07", "2024/05/08", "2024/05/06", "2024/05", "2025/05/07"])
def test_an_address_that_says_the_same_leaves_the_time_of_day(day: str):
    assert dated("2024-05-07T23:50:00-04:00", f"https://courier.example/{day}/x")[:2] == (
        "2024-05-07T23:50:00-04:00",
        "json-ld",
    )


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/2024/05/07/a", "2024-05-07"),
        ("/news-2024-05-07-a", "2024-05-07"),
        ("/20240507-a", "2024-05-07"),
        ("/2024/13/07/a", None),
        ("/120240507", None),
        ("/web/20240507174457/x", None),
        ("/1984-01-02/a", None),
    ],
)
def test_the_day_in_an_address(path: str, day: str | None):
    assert day_in_address(f"https://courier.example{path}") == day


def test_days_of_free_text_are_read_in_other_languages():
    body = "<p>El Correo</p><span class='fecha'>martes 7 de mayo de 2024</span>" + "<p>El ejército avanzó.</p>" * 9
    page = load(f"<html lang=es><head></head><body>{body}</body></html>".encode(), "https://correo.example/a")
    assert published(page, FETCHED)[:2] == ("2024-05-07", "text")


def test_reading_pages_loads_no_other_reader():
    code = "import sys, etl.extract; print([m for m in ('newspaper', 'nltk', 'spacy', 'pandas') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
