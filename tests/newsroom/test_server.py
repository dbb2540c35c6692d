"""The newsroom behaves like a web server that a collector may meet."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
import yaml

from etl.errors import Misconfigured
from etl.newsroom import Newsroom, load_outlets, load_pieces
from etl.newsroom.content import ROOM, Piece
from etl.newsroom.site import article_path

OUTLETS = load_outlets()
PIECES = {p.key: p for p in load_pieces()}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def get(url: str, **headers: str) -> tuple[int, bytes, Message]:
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


def address(room: Newsroom, key: str) -> str:
    piece = PIECES[key]
    return room.url + article_path(OUTLETS[piece.outlet], piece)


def first(**wanted: object) -> Piece:
    return next(p for p in PIECES.values() if all(getattr(p, k) == v for k, v in wanted.items()))


def test_every_article_has_an_address_that_answers(newsroom: Newsroom) -> None:
    for piece in PIECES.values():
        if piece.since_round == 1:
            status, body, _ = get(address(newsroom, piece.key))
            assert status == (404 if piece.kind == "missing" else 200), piece.key
            assert b"Invented sample" in body


@pytest.mark.parametrize("outlet", sorted(OUTLETS))
def test_every_feed_lists_addresses_that_exist(newsroom: Newsroom, outlet: str) -> None:
    declared = yaml.safe_load((ROOM / f"outlets/{outlet}.yml").read_text(encoding="utf-8"))
    assert {f["url"].removeprefix(f"{{base}}/{outlet}/"): f["kind"] for f in declared["feeds"]} == OUTLETS[outlet].feeds
    expected = sum(p.outlet == outlet and p.since_round == 1 for p in PIECES.values())
    for feed in declared["feeds"]:
        status, body, _ = get(feed["url"].format(base=newsroom.url))
        assert status == 200
        if feed["kind"] == "jsonfeed":
            assert len(json.loads(body)["items"]) == expected
        elif feed["kind"] == "front_page":
            assert body.count(b'class="teaser"') == expected
        else:
            tag = {"rss": "item", "atom": "entry", "rdf": "item", "news_sitemap": "url", "sitemap": "sitemap"}
            found = [e for e in ET.fromstring(body).iter() if e.tag.rpartition("}")[2] == tag[feed["kind"]]]
            assert len(found) == (2 if feed["kind"] == "sitemap" else expected)


def test_a_page_that_did_not_change_answers_304(newsroom: Newsroom) -> None:
    url = address(newsroom, "meridian-wire/banks-war-on-inflation")
    _, _, headers = get(url)
    assert get(url, If_None_Match=headers["ETag"])[0] == 304
    assert get(url, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert get(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200


def test_gzip_only_when_asked(newsroom: Newsroom) -> None:
    url = address(newsroom, "meridian-wire/banks-war-on-inflation")
    _, plain, _ = get(url)
    _, packed, headers = get(url, Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain


def test_a_counted_link_redirects_to_the_article(newsroom: Newsroom) -> None:
    piece = PIECES["doab-evening-mail/cricket-collapse"]
    status, _, headers = get(f"{newsroom.url}/doab-evening-mail/go/{piece.number}")
    assert (status, headers["Location"]) == (302, "/doab-evening-mail/story/cricket-collapse")


def test_an_unknown_address_is_404_and_head_has_no_body(newsroom: Newsroom) -> None:
    assert get(newsroom.url + "/meridian-wire/nowhere")[0] == 404
    request = urllib.request.Request(newsroom.url + "/", method="HEAD")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.read() == b"" and int(answer.headers["Content-Length"]) > 0


def test_robots_closes_what_a_feed_links_to(newsroom: Newsroom) -> None:
    _, robots, _ = get(newsroom.url + "/robots.txt")
    assert b"Disallow: /lantern-monitor/members/" in robots and b"Crawl-delay" in robots


def test_faults_come_once_and_the_log_says_who_asked(tmp_path: Path) -> None:
    with Newsroom(faults={"/": [503]}, state_dir=tmp_path) as room:
        assert [get(room.url + "/", User_Agent="tester")[0] for _ in range(2)] == [503, 200]
        assert [(h.status, h.user_agent) for h in room.hits] == [(503, "tester"), (200, "tester")]
    assert len((tmp_path / "access.jsonl").read_text().splitlines()) == 2


def test_a_taken_port_or_an_unknown_round_is_explained() -> None:
    with Newsroom() as room, pytest.raises(Misconfigured, match="--port"):
        Newsroom(port=int(room.url.rpartition(":")[2]))
    with pytest.raises(Misconfigured, match="round"):
        Newsroom(round=7)


def test_round_two_corrects_withdraws_and_adds() -> None:
    corrected = PIECES["sahel-ledger/gwoza-bomb"]
    gone, notice = first(withdrawn="gone"), first(withdrawn="notice")
    added = first(since_round=2)
    with Newsroom() as room:
        url = address(room, corrected.key)
        _, before, headers = get(url)
        assert b"Five passengers" in before and get(address(room, added.key))[0] == 404
        room.round = 2
        status, after, later = get(url, If_None_Match=headers["ETag"])
        assert status == 200 and b"Nine passengers" in after and b"Konduga" in after
        assert later["ETag"] != headers["ETag"]
        assert get(address(room, gone.key))[0] == 410
        assert b"has been withdrawn" in get(address(room, notice.key))[1]
        assert get(address(room, added.key))[0] == 200


def test_hostile_words_are_escaped_wherever_they_are_not_the_hostile_sample(newsroom: Newsroom) -> None:
    key = "doab-evening-mail/hostile-template"
    _, body, _ = get(address(newsroom, key))
    assert b"&lt;b&gt;Bold&lt;/b&gt;" in body
    _, front, _ = get(newsroom.url + "/doab-evening-mail/")
    assert b"<script" not in front


def test_a_page_is_sent_in_the_charset_it_names(newsroom: Newsroom) -> None:
    for piece in (p for p in PIECES.values() if p.charset == "windows-1251"):
        _, body, headers = get(address(newsroom, piece.key))
        assert headers.get_content_charset() == "windows-1251"
        assert piece.title.split(":")[0] in body.decode("windows-1251")
