"""Checking outlets and proposing a new one."""

from __future__ import annotations

import socket

import pytest
import yaml

from etl.discover import Outlet, discover
from etl.errors import GiveUp
from etl.fetch import check_outlets, propose_outlet

RSS = b"<rss version='2.0'><channel><item><link>/news/three-killed-at-market</link></item></channel></rss>"


def outlet(base, **more):
    return Outlet.model_validate(
        {
            "id": "desk",
            "name": "Desk",
            "url": base + "/",
            "feeds": [{"url": base + "/feed", "kind": "rss"}],
            "country": "KEN",
            "language": "en",
            "reach": "National",
            "politeness": {"delay_seconds": 0},
        }
        | more
    )


def test_a_reachable_outlet(site, client):
    site.page("/feed", RSS)
    site.page("/terms")
    (check,) = check_outlets([outlet(site.base, terms=site.base + "/terms")], client)
    assert check.ok and check.said == "reachable"
    assert [(r.what, r.ok, r.entries) for r in check.results] == [
        ("robots", True, None),
        ("feed", True, 1),
        ("terms", True, None),
    ]


def test_what_is_wrong_with_an_outlet_is_said(site, client):
    site.page("/feed", "<html>moved</html>")
    (check,) = check_outlets([outlet(site.base, terms=site.base + "/terms")], client)
    assert not check.ok
    assert check.said == "feed: not a feed; terms: http 404"


def test_offline_every_outlet_says_so_and_is_asked_once(monkeypatch, client):
    asked = []

    def nobody(host, *_, **__):
        asked.append(host)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    checks = check_outlets([outlet("https://a.example.org"), outlet("https://b.example.org", id="other")], client)
    assert [(c.outlet, c.ok) for c in checks] == [("desk", False), ("other", False)]
    assert all("unreachable: name not resolved" in c.said for c in checks)
    assert sorted(asked) == ["a.example.org", "b.example.org"]


def test_a_new_outlet_is_proposed_from_its_front_page(site, client):
    site.page(
        "/",
        "<html lang='fr-BF'><head><title>Journal</title><meta property='og:site_name' content='Le Journal'>"
        "<link rel='alternate' type='application/rss+xml' href='/feed'></head></html>",
    )
    site.page("/feed", RSS)
    proposal = propose_outlet(site.base, client)
    made = Outlet.model_validate(yaml.safe_load(proposal.to_yaml()))
    assert (made.name, made.language, made.feeds[0].kind) == ("Le Journal", "fr", "rss")
    assert not made.verified
    assert "# check: country" in proposal.to_yaml()


def test_without_feeds_the_front_page_itself_is_proposed(site, client):
    site.page("/", "<html lang='en'><a href='/news/three-killed-at-market'>Three killed</a></html>")
    assert propose_outlet(site.base, client).outlet.feeds[0].kind == "front_page"


def test_nothing_to_read_is_said(site, client):
    site.page("/", "<html><p>parked</p></html>")
    with pytest.raises(GiveUp, match="names no feed"):
        propose_outlet(site.base, client)
    with pytest.raises(GiveUp, match="http 404"):
        propose_outlet(site.base + "/none", client)


def test_an_outlet_is_discovered_over_the_wire(site, client):
    site.page("/feed", RSS)
    found = discover(outlet(site.base), client)
    assert [c.url for c in found] == [site.base + "/news/three-killed-at-market"]
    site.page("/robots.txt", "User-agent: *\nDisallow: /")
    client._state.keep_robots(site.base, "rules", b"User-agent: *\nDisallow: /", 60)
    assert discover(outlet(site.base), client).reports[0].reason == "robots_disallow"
