"""What a server may do to us, and what we never do to a server."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.errors import Misconfigured
from etl.fetch import Client
from etl.fetch.addresses import is_public
from etl.fetch.state import BREAKER_FAILURES, HostState, NoTurn

PAGE = "<html><body><p>Shots were heard.</p></body></html>"


def ended(answer):
    return answer.outcome, answer.reason


def test_a_page_is_stored_with_its_validators_and_our_name(site, client):
    answer = client.get(site.page("/a", PAGE, headers={"ETag": '"1"'}))
    assert ended(answer) == ("stored", None)
    assert answer.body.decode() == PAGE
    assert answer.header("etag") == '"1"'
    sent = site.asked[-1][1]
    assert sent["user-agent"].startswith("eventwire/") and "desk@example.org" in sent["user-agent"]


def test_robots_is_asked_first_once_and_obeyed(site, client):
    site.page("/robots.txt", "User-agent: *\nDisallow: /private/\n", headers={"Content-Type": "text/plain"})
    site.page("/private/a")
    assert ended(client.get(site.base + "/private/a")) == ("robots_denied", "robots_disallow")
    assert ended(client.get(site.page("/open"))) == ("stored", None)
    assert site.paths() == ["/robots.txt", "/open"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, "robots_denied"), (403, "robots_denied"), (503, "robots_denied"), (404, "stored"), (410, "stored")],
)
def test_what_an_unreadable_robots_means(site, client, status, outcome):
    site.page("/robots.txt", "", status)
    assert client.get(site.page("/a")).outcome == outcome


def test_robots_is_shared_by_processes_through_the_cache(site, make_client):
    site.page("/robots.txt", "User-agent: eventwire\nDisallow: /\n")
    assert make_client().get(site.page("/a")).outcome == "robots_denied"
    assert make_client().get(site.base + "/a").outcome == "robots_denied"
    assert site.paths() == ["/robots.txt"]


def test_crawl_delay_lengthens_the_pause(site, make_client):
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 7\n")
    slept: list[float] = []
    client = make_client(sleep=slept.append)
    client.get(site.page("/a"), delay=0)
    client.get(site.page("/b"), delay=0)
    assert max(slept) == pytest.approx(7, abs=0.5)


def test_a_redirect_is_followed_and_each_hop_asks_robots(site, client):
    site.page("/robots.txt", "User-agent: *\nDisallow: /walled\n")
    site.page("/b", PAGE)
    site.page("/walled")
    answer = client.get(site.redirect("/a", "/b"))
    assert (answer.outcome, answer.final_url) == ("stored", site.base + "/b")
    assert ended(client.get(site.redirect("/c", "/walled"))) == ("robots_denied", "robots_disallow")
    assert "/walled" not in site.paths()


def test_redirect_loops_and_chains_end(site, client):
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    assert ended(client.get(site.base + "/a")) == ("failed", "redirect_loop")
    for n in range(9):
        site.redirect(f"/n{n}", f"/n{n + 1}")
    assert ended(client.get(site.base + "/n0")) == ("failed", "too_many_redirects")
    assert ended(client.get(site.redirect("/f", "file:///etc/passwd"))) == ("failed", "redirect_to_other_scheme")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_loopback_is_refused_in_every_spelling(site, other_site, client, host):
    port = other_site.server.server_port
    other_site.page("/secret")
    assert ended(client.get(f"http://{host}:{port}/secret")) == ("failed", "address_refused")
    assert ended(client.get(site.redirect("/a", f"http://{host}:{port}/secret"))) == ("failed", "address_refused")
    assert other_site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
        "0.0.0.0", "fe80::1", "fc00::1", "ff02::1", "::", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::",
        "192.0.2.1", "not an address",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


def test_public_addresses_are():
    assert is_public("151.101.1.1") and is_public("2606:4700::1111")


def test_a_name_that_points_inside_is_refused_when_connecting(monkeypatch, client):
    answers = iter([[(socket.AF_INET, 1, 6, "", ("169.254.169.254", 80))]] * 9)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: next(answers))
    assert ended(client.get("http://metadata.example.org/latest")) == ("failed", "address_refused")


def test_the_checked_address_is_the_one_connected_to(monkeypatch, make_client, site, tmp_path):
    """A second look at the name would give another address: there is none."""
    looks = []

    def once(host, port, *_, **__):
        looks.append(host)
        return [(socket.AF_INET, 1, 6, "", ("10.1.2.3", port)), (socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", once)
    client = make_client(allow=[f"http://localhost:{site.server.server_port}"])
    site.page("/a")
    monkeypatch.setattr(socket, "create_connection", _connect_only_to("127.0.0.1", socket.create_connection))
    assert client.get(f"http://localhost:{site.server.server_port}/a").outcome == "stored"
    assert len(looks) == 1


def _connect_only_to(address, real):
    def connect(target, *args, **kwargs):
        assert target[0] == address
        return _plain(target)

    def _plain(target):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.connect(target)
        return made

    return connect


def test_only_loopback_with_a_port_can_be_allow_listed(tmp_path):
    for url in ("http://10.0.0.1:80", "http://127.0.0.1", "https://example.org:443"):
        with pytest.raises(Misconfigured, match="loopback"):
            Client(allow=[url], cache=tmp_path, contact="desk@example.org")


def test_without_a_contact_only_the_newsroom_is_fetched(site, make_client):
    client = make_client(contact="")
    assert client.get(site.page("/a")).outcome == "stored"
    with pytest.raises(Misconfigured, match="EVENTWIRE_CONTACT"):
        client.get("https://example.org/")
    assert ended(client.get(site.redirect("/b", "https://example.org/"))) == ("failed", "address_refused")


@pytest.mark.parametrize("contact", ["desk", "a b@example.org", "x@example.org\r\nCookie: a"])
def test_a_contact_that_nobody_can_write_to_is_refused(tmp_path, contact):
    with pytest.raises(Misconfigured, match="EVENTWIRE_CONTACT"):
        Client(contact=contact, cache=tmp_path)


def test_unresolved_names_fail_with_their_reason(monkeypatch, client):
    def nobody(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert ended(client.get("https://example.org/a")) == ("failed", "name_not_resolved")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a",
        "http://",
        "http://user:secret@example.org/",
        "http://exa mple/",
        "http://[",
        "http://a:99999/",
    ],
)
def test_addresses_that_are_none(client, url):
    assert ended(client.get(url)) == ("failed", "bad_url")


def test_a_condition_is_sent_and_304_is_unchanged(site, client):
    site.page("/a", b"", 304)
    answer = client.get(site.base + "/a", etag='"1"', last_modified="Tue, 14 Sep 2021 10:00:00 GMT")
    assert ended(answer) == ("unchanged", "not_modified")
    sent = site.asked[-1][1]
    assert sent["if-none-match"] == '"1"' and sent["if-modified-since"].startswith("Tue")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, ("blocked", "http_401")),
        (402, ("paywalled", "http_402")),
        (403, ("blocked", "http_403")),
        (404, ("failed", "http_404")),
        (451, ("blocked", "http_451")),
    ],
)
def test_statuses(site, client, status, expected):
    answer = client.get(site.page("/a", "no", status))
    assert ended(answer) == expected and answer.body == b""
    assert site.paths().count("/a") == 1


def test_a_marked_bot_challenge_is_a_wall(site, client):
    assert ended(client.get(site.page("/a", PAGE, headers={"cf-mitigated": "challenge"}))) == (
        "blocked",
        "bot_challenge",
    )


def test_passing_trouble_is_tried_again(site, make_client):
    client = make_client(sleep=lambda _: None)
    tries = []

    def reply(handler):
        tries.append(1)
        status = 503 if len(tries) < 3 else 200
        handler.send_response(status)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")

    site.replies["/a"] = reply
    assert client.get(site.base + "/a").outcome == "stored"
    assert len(tries) == 3


def test_retry_after_is_waited_for(site, make_client):
    slept: list[float] = []
    now = [time.time()]
    client = make_client(sleep=lambda s: (slept.append(s), now.__setitem__(0, now[0] + s)))
    client._state._clock = lambda: now[0]
    site.page("/a", "", 429, {"Retry-After": "9"})
    assert ended(client.get(site.base + "/a")) == ("blocked", "http_429")
    assert [s for s in slept if s > 1] == pytest.approx([9, 9], abs=1)


def test_a_long_retry_after_leaves_the_whole_host_alone(site, make_client):
    client = make_client(sleep=lambda _: None)
    site.page("/a", "", 503, {"Retry-After": "3600"})
    assert ended(client.get(site.base + "/a")) == ("failed", "http_503")
    assert ended(client.get(site.page("/b"))) == ("failed", "retry_after")
    assert ended(make_client().get(site.base + "/b")) == ("failed", "retry_after")
    assert site.paths().count("/a") == 1 and "/b" not in site.paths()


def test_a_host_that_is_down_is_left_alone(site, make_client):
    client = make_client(sleep=lambda _: None, limits={"attempts": 1})
    for n in range(BREAKER_FAILURES):
        client.get(site.page(f"/{n}", "", 500))
    assert ended(client.get(site.page("/x"))) == ("failed", "circuit_open")
    assert "/x" not in site.paths()


def test_an_endless_body_is_cut(site, client):
    def reply(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        handler.close_connection = True
        for _ in range(10_000):
            handler.wfile.write(b"x" * 10_000)

    site.replies["/a"] = reply
    assert ended(client.get(site.base + "/a")) == ("too_large", "body_over_limit")


def test_a_declared_giant_is_not_read(site, client):
    url = site.raw("/a", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999999999\r\n\r\n")
    assert ended(client.get(url)) == ("too_large", "declared_over_limit")


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
def test_compressed_pages_and_bombs(site, client, encoding, pack):
    headers = {"Content-Encoding": encoding}
    assert client.get(site.page("/a", pack(PAGE.encode()), headers=headers)).body.decode() == PAGE
    bomb = pack(b"\0" * 30_000_000)
    assert len(bomb) < 200_000
    assert ended(client.get(site.page("/b", bomb, headers=headers))) == ("too_large", "decompressed_over_limit")
    cut = pack(PAGE.encode())[:-9]
    assert ended(client.get(site.page("/c", cut, headers=headers))) == ("failed", "bad_encoding")


def test_an_encoding_we_did_not_ask_for(site, client):
    assert ended(client.get(site.page("/a", "x", headers={"Content-Encoding": "rot13"}))) == ("failed", "bad_encoding")


def test_a_slow_drip_ends_at_the_deadline(site, client):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n"
    start = time.monotonic()
    answer = client.get(site.raw("/a", head, *[b"x"] * 100, pause=0.3))
    assert ended(answer) == ("failed", "deadline")
    answer = client.get(site.raw("/b", *[bytes([c]) for c in head], pause=0.3))
    assert ended(answer) == ("failed", "deadline")
    assert time.monotonic() - start < 6


def test_silence_ends_at_the_read_timeout(site, make_client):
    client = make_client(limits={"read": 0.3, "attempts": 2}, sleep=lambda _: None)
    assert ended(client.get(site.raw("/a", b"", pause=2))) == ("failed", "read_timeout")
    assert site.paths().count("/a") == 2


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 50\r\n\r\nshort", "incomplete_body"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx", "protocol_error"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "protocol_error"),
        (b"not http at all\r\n\r\n", "protocol_error"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", "incomplete_body"),
        (b"", "connection_lost"),
    ],
)
def test_broken_answers(site, make_client, wire, reason):
    client = make_client(limits={"attempts": 1})
    assert ended(client.get(site.raw("/a", wire))) == ("failed", reason)


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/a b", "/a%20b"),
        ("/خبر".encode().decode("latin-1"), "/%D8%AE%D8%A8%D8%B1"),
        ("//[bad", None),
        ("http://exa\x7fmple/", None),
        ("  /c#frag ", "/c"),
    ],
)
def test_odd_redirect_targets(site, client, location, asked):
    site.redirect("/start", location)
    answer = client.get(site.base + "/start")
    assert answer.outcome == "failed"
    assert (site.paths()[-1] == asked) if asked else answer.reason in ("bad_redirect", "bad_url")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wire=st.binary(max_size=200), head=st.booleans())
def test_no_answer_makes_the_client_raise(site, make_client, wire, head):
    client = make_client(delay=0, sleep=lambda _: None, limits={"attempts": 1, "read": 0.5, "total": 1})
    client._state.result(site.base.removeprefix("http://"), ok=True)
    start = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" if head else b""
    site.raw("/a", start, wire)
    assert client.get(site.base + "/a").outcome in ("failed", "stored", "too_large")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(url=st.one_of(st.text(max_size=60), st.text(max_size=60).map("http://127.0.0.1:1/".__add__)))
def test_no_address_makes_the_client_raise(make_client, url):
    assert make_client(delay=0, sleep=lambda _: None, limits={"attempts": 1}).get(url).outcome == "failed"


def test_a_closed_port_fails(make_client):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
    client = make_client(allow=[base], sleep=lambda _: None)
    assert ended(client.get(base + "/a")) == ("failed", "connect_failed")


def test_a_server_that_speaks_no_tls(site, make_client):
    client = make_client(allow=[site.base], limits={"attempts": 1})
    assert ended(client.get(site.base.replace("http:", "https:") + "/a")) == ("failed", "tls_error")


def test_a_certificate_that_nobody_vouches_for_is_refused(site, make_client, tmp_path):
    files = [str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")]
    _self_signed(*files)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    base = f"https://localhost:{site.server.server_port}"
    site.page("/a")
    answer = make_client(allow=[base], limits={"attempts": 1}).get(base + "/a")
    assert ended(answer) == ("failed", "tls_error")
    assert site.asked == []


def _self_signed(key_file, cert_file):
    x509 = pytest.importorskip("cryptography.x509", reason="makes the test's certificate")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    Path(key_file).write_bytes(key.private_bytes(pem, plain, serialization.NoEncryption()))
    Path(cert_file).write_bytes(made.public_bytes(pem))


def test_only_pages_are_wanted_as_pages(site, client):
    url = site.page("/a.mp4", b"x", headers={"Content-Type": "video/mp4"})
    assert ended(client.get(url)) == ("failed", "media_type_not_wanted")


def test_no_cookie_is_sent_back(site, client):
    client.get(site.page("/a", PAGE, headers={"Set-Cookie": "id=1"}))
    client.get(site.page("/b"))
    assert all("cookie" not in headers for _, headers in site.asked)


def test_an_unchanged_feed_comes_from_the_cache(site, make_client):
    url = site.page("/feed", "<rss/>", headers={"ETag": '"7"'})
    assert make_client().get_feed(url).outcome == "stored"
    site.page("/feed", b"", 304)
    again = make_client().get_feed(url)
    assert (again.outcome, again.body) == ("stored", b"<rss/>")
    assert site.asked[-1][1]["if-none-match"] == '"7"'


def test_requests_to_one_host_are_paced_over_processes(tmp_path: Path):
    starts: list[float] = []

    def work() -> None:
        state = HostState(tmp_path / "s.sqlite")
        for _ in range(2):
            with state.turn("h", 0.1, 4, 10):
                starts.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    gaps = [b - a for a, b in zip(sorted(starts), sorted(starts)[1:], strict=False)]
    assert len(gaps) == 5 and min(gaps) > 0.05 and sum(gaps) > 0.45


def test_concurrency_holds_and_a_dead_workers_place_is_freed(tmp_path: Path):
    now = [1000.0]
    state = HostState(tmp_path / "s.sqlite", clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    state._take("h", 0, 1, 5)  # never given back
    with pytest.raises(NoTurn, match="host_busy"), state.turn("h", 0, 1, 1):
        pass
    now[0] += 200
    with state.turn("h", 0, 1, 1):
        pass


def test_an_unusable_cache_is_said(tmp_path):
    (tmp_path / "fetch.sqlite").write_text("this is no database, it only looks like a file of that name" * 30)
    with pytest.raises(Misconfigured, match="EVENTWIRE_CACHE"):
        Client(cache=tmp_path, contact="desk@example.org")
