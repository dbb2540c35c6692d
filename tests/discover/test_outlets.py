"""Outlet files: what they must say, and how a broken one is refused."""

from __future__ import annotations

from collections import Counter

import pytest

from etl.discover import load_outlets
from etl.errors import Misconfigured
from etl.settings import SCHEMAS

GOOD = """id: desk
name: Desk
url: "{base}/"
feeds:
  - url: "{base}/feed"
    kind: rss
country: KEN
language: en
reach: National
"""


def test_the_newsrooms_addresses_get_their_base(tmp_path):
    (tmp_path / "desk.yml").write_text(GOOD)
    (outlet,) = load_outlets(tmp_path, base="http://127.0.0.1:8000/")
    assert outlet.feeds[0].url == "http://127.0.0.1:8000/feed"
    assert outlet.politeness.delay_seconds == 2
    with pytest.raises(Misconfigured, match="newsroom"):
        load_outlets(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("kind: rss", "kind: rssss", 6, "news_sitemap"),
        ("country: KEN", "country: KENYA", 7, "alpha-3"),
        ("reach: National", "reach: Global", 9, "Subnational"),
        ("name: Desk", "nmae: Desk", 2, "nmae"),
        ("{base}/feed", "ftp://x/feed", 5, "no http or https address"),
        ("language: en", "language: en\nfilters: {include: ['(']}", 9, "regular expression"),
        ("name: Desk", "name: [Desk", 3, "line 3"),
        ("language: en", "language: en\npoliteness: {delay_seconds: -1}", 9, "greater than"),
    ],
)
def test_a_broken_file_is_named_with_line_and_remedy(tmp_path, old, new, line, what):
    (tmp_path / "desk.yml").write_text(GOOD.replace(old, new))
    with pytest.raises(Misconfigured, match=what) as caught:
        load_outlets(tmp_path, base="http://127.0.0.1:1")
    assert f"desk.yml, line {line}:" in str(caught.value)


def test_missing_folder_empty_folder_and_double_ids(tmp_path):
    with pytest.raises(Misconfigured, match="EVENTWIRE_OUTLETS"):
        load_outlets(tmp_path / "none")
    with pytest.raises(Misconfigured, match=r"no \.yml file"):
        load_outlets(tmp_path)
    (tmp_path / "a.yml").write_text(GOOD)
    (tmp_path / "b.yml").write_text(GOOD)
    with pytest.raises(Misconfigured, match="used by another"):
        load_outlets(tmp_path, base="http://127.0.0.1:1")


def test_the_outlets_we_ship():
    outlets = load_outlets(SCHEMAS / "outlets")
    assert len(outlets) >= 85
    assert all(o.licence_note and o.orientation and not o.sample and not o.verified for o in outlets)
    assert len({o.url for o in outlets}) == len(outlets)
    feeds = Counter(f.url for o in outlets for f in o.feeds)
    assert feeds.most_common(1)[0][1] == 1
    assert len({o.country for o in outlets}) >= 40
    assert len({o.language for o in outlets}) >= 4
