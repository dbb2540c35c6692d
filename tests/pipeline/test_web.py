"""The web steps against the bundled newsroom: what is collected, again, corrected, withdrawn and refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from etl.errors import GiveUp
from etl.fetch import Client
from etl.newsroom import Hit, Newsroom, load_outlets, load_pieces
from etl.newsroom.content import ROOM
from etl.newsroom.site import CRAWL_DELAY_SECONDS, article_path
from etl.pipeline import reconcile, web
from etl.pipeline.web import ATTEMPTS, waiting_for_fetch
from etl.settings import settings
from etl.store import Lake, Snapshot, open_lake

# One outlet for each kind of feed, and each kind of page that is no article.
OUTLETS = ("cordillera-chronicle", "kura-gazette", "lantern-monitor", "meridian-wire", "sahel-ledger",
           "thanlwin-courier")  # fmt: skip
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
PIECES = {p.key: p for p in load_pieces()}


@contextmanager
def clock(moment: datetime, outlets: Path = ROOM / "outlets") -> Iterator[None]:
    """Settings of one run: the newsroom's outlets and a fixed moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENTWIRE_NOW", moment.isoformat())
        patch.setenv("EVENTWIRE_OUTLETS", str(outlets))
        settings.cache_clear()
        yield
    settings.cache_clear()


@dataclass
class Pass:
    """One pass over all outlets: its counts, the state after it, and what the server was asked."""

    counts: Counter[str]
    after: Snapshot
    hits: list[Hit]


@dataclass
class World:
    """A lake after the first pass, an idle one, and one over the newsroom's second round."""

    lake: Lake
    url: str
    passes: dict[str, Pass] = field(default_factory=dict)

    def rows(self, table: str, when: str = "second round", **options: Any) -> list[dict[str, Any]]:
        return self.lake.rows(table, as_of=self.passes[when].after, **options)

    def address(self, key: str) -> str:
        piece = PIECES[key]
        return self.url + article_path(load_outlets()[piece.outlet], piece)

    def versions(self, key: str) -> list[dict[str, Any]]:
        found = self.rows("articles", filters=[("url", "=", self.address(key))])
        return sorted(found, key=lambda row: row["version"])


def collect(lake: Lake, room: Newsroom, cache: Path, run_id: str) -> Pass:
    counts: Counter[str] = Counter()
    seen = len(room.hits)
    with Client(allow=[room.url], cache=cache) as client:
        for name in OUTLETS:
            outlet = web.outlet_named(name, room.url)
            counts.update({f"discovered {k}": v for k, v in web.discover_outlet(lake, outlet, client, run_id).items()})
            counts.update({f"fetched {k}": v for k, v in web.fetch_outlet(lake, outlet, client, run_id).items()})
    counts.update({f"read {k}": v for k, v in web.extract_pages(lake, run_id).items()})
    return Pass(counts, lake.head(), room.hits[seen:])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("web")
    with Newsroom() as room:
        found = World(open_lake(folder / "lake"), room.url)
        for hours, name, number in ((0, "first", 1), (7, "idle", 1), (14, "second round", 2)):
            room.round = number
            with clock(START + timedelta(hours=hours)):
                found.passes[name] = collect(found.lake, room, folder / "cache", f"run-{name}")
        return found


def served(number: int) -> set[str]:
    return {key for key, p in PIECES.items() if p.outlet in OUTLETS and p.since_round <= number}


def test_every_listed_address_ends_in_pages_and_every_page_in_an_article_or_a_reason(world: World):
    first = world.passes["first"].counts
    assert first["discovered new"] == first["fetched candidates"] == len(served(1))
    fetched = Counter(row["page_outcome"] for row in world.rows("pages", "first"))
    assert sum(fetched.values()) == len(served(1)) and fetched["stored"] == first["read pages"]
    assert first["read extracted"] + first["read set_aside"] == first["read pages"]
    assert len(world.rows("articles", "first")) == first["read extracted"]


def test_the_books_of_the_web_steps_balance(world: World):
    books = {step.name: step for step in reconcile(world.lake).steps}
    assert books["fetch"].waiting == books["extract"].waiting == 0
    assert books["fetch"].came_in == len(world.rows("candidates"))
    assert books["code"].waiting == len(world.rows("articles"))


def test_closed_and_missing_pages_are_recorded_with_the_reason(world: World):
    why = {row["url"]: (row["page_outcome"], row["reason"]) for row in world.rows("pages", "first")}
    assert why[world.address("lantern-monitor/members-briefing")] == ("robots_denied", "robots_disallow")
    assert why[world.address("sahel-ledger/ghost-page")] == ("failed", "http_404")


def test_a_page_that_is_no_article_is_set_aside_with_the_reason(world: World):
    read = {row["url"]: row for row in world.rows("extractions", "first")}
    missing = read[world.address("kura-gazette/soft-missing")]
    assert (missing["extraction_outcome"], missing["reason"], missing["doc_id"]) == ("set_aside", "soft_404", None)


def test_a_second_run_asks_conditionally_and_adds_nothing(world: World):
    idle = world.passes["idle"]
    # A page that answered 404 is asked again a few times, unconditionally, as there is nothing to compare with.
    assert idle.counts["fetched unchanged"] == idle.counts["fetched candidates"] - idle.counts["fetched failed"]
    asked = [h for h in idle.hits if h.path != "/robots.txt" and h.status != 404]
    assert asked and {h.status for h in asked} == {304} and all(h.conditional for h in asked)
    assert idle.counts["discovered new"] == idle.counts["read pages"] == 0
    assert world.rows("articles", "idle") == world.rows("articles", "first")


def test_one_request_an_address_and_never_faster_than_the_host_allows(world: World):
    for name, one in world.passes.items():
        assert {path: n for path, n in Counter(h.path for h in one.hits).items() if n > 1} == {}, name
        hits = sorted(h.at for h in one.hits)
        assert hits[-1] - hits[0] >= 0.95 * CRAWL_DELAY_SECONDS * (len(hits) - 1), name
        assert all(h.user_agent.startswith("eventwire/") for h in one.hits)
    assert not any("/members/" in h.path for one in world.passes.values() for h in one.hits)


def test_robots_is_read_before_anything_else_and_kept(world: World):
    assert world.passes["first"].hits[0].path == "/robots.txt"
    assert Counter(h.path for one in world.passes.values() for h in one.hits)["/robots.txt"] == 1


def test_a_corrected_article_is_a_new_version_and_the_old_one_stays(world: World):
    old, new = world.versions("sahel-ledger/gwoza-bomb")
    assert (old["version"], new["version"], old["article_id"]) == (1, 2, new["article_id"])
    assert "Five passengers were killed" in old["text"] and "Nine passengers were killed" in new["text"]
    assert new["text_hash"] != old["text_hash"] and new["modified_at"] and not new["withdrawn"]


@pytest.mark.parametrize("key", ["thanlwin-courier/hsihseng-clash", "kura-gazette/opinion-ghosts-of-2008"])
def test_a_withdrawn_article_gets_a_version_that_says_so_and_keeps_its_text(world: World, key: str):
    how = {PIECES[k].withdrawn for k in ("thanlwin-courier/hsihseng-clash", "kura-gazette/opinion-ghosts-of-2008")}
    assert how == {"gone", "notice"}
    old, new = world.versions(key)
    assert (old["withdrawn"], new["withdrawn"]) == (False, True)
    assert new["text"] == old["text"] and new["fetched_at"] > old["fetched_at"]


def test_articles_of_the_second_round_are_added_and_nothing_else_changed(world: World):
    before = {row["doc_id"]: row for row in world.rows("articles", "first")}
    after = {row["doc_id"]: row for row in world.rows("articles")}
    assert {doc: after[doc] for doc in before} == before
    added = {row["url"] for doc, row in after.items() if doc not in before}
    fresh = served(2) - served(1)
    changed = {key for key in served(1) if PIECES[key].changes or PIECES[key].withdrawn}
    assert added == {world.address(key) for key in fresh | changed}


def test_what_was_known_earlier_can_be_read_back(world: World):
    then = START + timedelta(hours=1)
    assert {r["version"] for r in world.lake.rows("articles", as_of=then)} == {1}


# ---------------------------------------------------------------- which candidates wait

NEWS = "https://news.example/a"


def attempt(n: int, outcome: str = "failed", reason: str | None = "http_500", hours: float = 0) -> dict[str, Any]:
    at = START + timedelta(hours=hours)
    return {"page_id": f"p{n}", "url": NEWS, "final_url": NEWS, "outlet": "o", "fetched_at": at, "status": None,
            "page_outcome": outcome, "reason": reason, "run_id": f"r{n}"}  # fmt: skip


def waits(tmp_path: Path, attempts: list[dict[str, Any]], hours: float) -> bool:
    lake = open_lake(tmp_path / "lake")
    found = {"url": NEWS, "outlet": "o", "found_in": "f", "found_at": START - timedelta(minutes=5), "run_id": "r"}
    lake.upsert("candidates", [found])
    lake.upsert("pages", attempts)
    with clock(START + timedelta(hours=hours)):
        return [c["url"] for c in waiting_for_fetch(lake, "o")] == [NEWS]


def test_a_page_that_fails_is_left_alone_after_some_attempts(tmp_path: Path):
    assert waits(tmp_path / "few", [attempt(n, hours=n) for n in range(ATTEMPTS - 1)], 9)
    assert not waits(tmp_path / "enough", [attempt(n, hours=n) for n in range(ATTEMPTS)], 9)


@pytest.mark.parametrize("reason", ["circuit_open", "batch_time_over", "host_busy", "retry_after"])
def test_attempts_that_never_reached_the_host_are_not_counted(tmp_path: Path, reason: str):
    assert waits(tmp_path / "only", [attempt(n, reason=reason, hours=n) for n in range(5)], 9)
    mixed = [attempt(0), *(attempt(n, reason=reason, hours=n) for n in range(1, 5)), attempt(5, hours=5)]
    assert waits(tmp_path / "mixed", mixed, 9)
    assert not waits(tmp_path / "done", [*mixed, attempt(6, hours=6)], 9)
    stored = [attempt(0, "stored", None), attempt(1, reason=reason, hours=7)]
    assert waits(tmp_path / "recheck", stored, 8) and not waits(tmp_path / "old", stored, 24 * 5)


def test_the_same_moment_does_not_ask_twice(tmp_path: Path):
    assert not waits(tmp_path / "failed", [attempt(0)], 0)
    assert not waits(tmp_path / "not asked", [attempt(0, reason="circuit_open")], 0)


# ---------------------------------------------------------------- one small outlet in processes of its own


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


def test_a_damaged_archive_stops_no_other_page(tmp_path: Path, room: Newsroom):
    lake = open_lake(tmp_path / "lake")
    with clock(START), Client(allow=[room.url], cache=tmp_path / "cache") as client:
        for name in ("two-niles-dispatch", "barid-furatayn"):
            outlet = web.outlet_named(name, room.url)
            web.discover_outlet(lake, outlet, client, name)
            web.fetch_outlet(lake, outlet, client, name)
        damaged = next(Path(lake.url).glob("warc/*/barid*.warc.gz"))
        good = damaged.read_bytes()
        damaged.write_bytes(good[:200] + b"\x00" * (len(good) - 200))
        with pytest.raises(GiveUp, match="Restore the file from a backup") as told:
            web.extract_pages(lake, "run")
        assert damaged.name in str(told.value)
        assert {row["outlet"] for row in lake.rows("articles")} == {"two-niles-dispatch"}
        damaged.write_bytes(good)
        assert web.extract_pages(lake, "run")["extracted"] == 4
    assert not reconcile(lake).steps[1].waiting


def test_a_page_that_comes_back_after_it_was_gone_counts_again(tmp_path: Path):
    key = "thanlwin-courier/hsihseng-clash"
    lake = open_lake(tmp_path / "lake")
    with Newsroom() as room:
        address = room.url + article_path(load_outlets()["thanlwin-courier"], PIECES[key])
        for hours, number in ((0, 1), (7, 2), (14, 1)):
            room.round = number
            with clock(START + timedelta(hours=hours)), Client(allow=[room.url], cache=tmp_path / "cache") as client:
                outlet = web.outlet_named("thanlwin-courier", room.url)
                web.discover_outlet(lake, outlet, client, f"run{hours}")
                web.fetch_outlet(lake, outlet, client, f"run{hours}", urls=[address])
                web.extract_pages(lake, f"run{hours}")
    found = sorted(lake.rows("articles"), key=lambda row: row["version"])
    assert [row["withdrawn"] for row in found] == [False, True, False]
    assert found[0]["text"] == found[2]["text"]
