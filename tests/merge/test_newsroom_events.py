"""The coder and the merge on the bundled articles: which reports become one event, measured against their gold."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from etl.code.coder import RuleCoder
from etl.evaluate import Gold, Placed, b_cubed, newsroom_gold, right_mentions
from etl.model import Coding
from etl.newsroom import Piece, load_pieces, piece_text
from etl.pipeline import reconcile
from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions
from etl.settings import settings
from etl.store import Lake, open_lake

GOLD = Path(__file__).parents[1] / "gold/newsroom"
# Right mentions whose event is right on both sides; wrong ones are the coder's figure, not the merge's.
LEAST_F1 = 0.92
SLOTS = ("event_date", "sub_event_type", "actor1", "actor2", "iso3", "location", "fatalities", "civilian_targeting")
CORRECTED, WITHDRAWN = "sahel-ledger/gwoza-bomb", "thanlwin-courier/hsihseng-clash"
READABLE = ("article", "live_blog")


def pieces(number: int) -> dict[str, Piece]:
    shown = (p.in_round(number) for p in load_pieces())
    return {p.key: p for p in shown if p is not None and p.kind in READABLE}


def lines(number: int = 1) -> list[dict[str, Any]]:
    return [
        {"doc_id": p.key, "url": f"https://newsroom.example/{p.key}", "source": p.outlet, "title": p.title,
         "text": piece_text(p), "published_at": p.published, "language": p.lang,
         "withdrawn": number > 1 and p.withdrawn is not None}
        for p in pieces(number).values()
    ]  # fmt: skip


@cache
def gold() -> list[Gold]:
    return newsroom_gold(GOLD)


class Remembering:
    """The rule coder, asked once for each text in this module."""

    name, version = RuleCoder.name, RuleCoder().version

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Coding] = {}

    def code(self, articles: Iterable[Any]) -> Iterable[Coding]:
        wanted = list(articles)
        new = [a for a in wanted if (a.title or "", a.text) not in self._known]
        for article, coding in zip(new, RuleCoder().code(new), strict=True):
            self._known[article.title or "", article.text] = coding
        for a in wanted:
            known = self._known[a.title or "", a.text]
            yield Coding(**{**vars(known), "doc_id": a.doc_id})


@pytest.fixture(scope="module")
def coder() -> Remembering:
    return Remembering()


def run(folder: Path, coder: Any, told: list[dict[str, Any]], day: int = 1) -> Lake:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENTWIRE_NOW", f"2026-06-{day:02}T12:00:00+00:00")
        settings.cache_clear()
        lake = open_lake(folder / "lake")
        ingest_articles(lake, told, f"run{day}")
        code_articles(lake, run_id=f"run{day}", coder=coder)
        merge_mentions(lake, f"run{day}")
        reconcile(lake, complete=True)
    settings.cache_clear()
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, coder: Remembering) -> Lake:
    return run(tmp_path_factory.mktemp("room"), coder, lines())


def placed(lake: Lake) -> list[Placed]:
    return right_mentions(gold(), lake)


def test_reports_of_one_event_are_merged_and_others_are_not(lake: Lake):
    found = placed(lake)
    measured = b_cubed(found)
    print(f"B-cubed {measured.as_dict()}")
    split: dict[str, set[str]] = defaultdict(set)
    for f in found:
        split[f.key].add(f"{f.event} ({f.doc_id})")
    print("\n".join(f"{key}: {sorted(events)}" for key, events in split.items() if len(events) > 1))
    assert len(found) >= 30, "too few right mentions to say anything"
    assert measured.f1 >= LEAST_F1


def test_no_two_events_stand_for_one_real_event(lake: Lake):
    """Where two mentions are right about one event, they are one event here as well."""
    events: dict[str, set[str]] = defaultdict(set)
    for f in placed(lake):
        if f.event:
            events[f.key].add(f.event)
    assert {key: sorted(found) for key, found in events.items() if len(found) > 1} == {}


def test_wire_copies_are_one_story_and_one_origin(lake: Lake):
    story = {a["doc_id"]: a["story_id"] for a in lake.rows("articles") if a["story_id"]}
    copies = [p for p in pieces(1).values() if p.wire_of and {p.key, p.wire_of} <= set(story)]
    assert copies
    origin = defaultdict(set)
    for r in lake.rows("event_reports"):
        origin[r["doc_id"]].add(r["origin"])
    for copy in copies:
        assert story[copy.key] == story[copy.wire_of or ""], copy.key
        assert origin[copy.key] == origin[copy.wire_of or ""]
    told = Counter(story.values())
    paired = {story[p.key] for p in copies}
    assert {s: n for s, n in told.items() if n > 1 and s not in paired} == {}, "articles of their own share a story"


def picture(lake: Lake) -> set[tuple[Any, ...]]:
    """Events without their ids: who reports them and what they say."""
    told: dict[str, set[str]] = defaultdict(set)
    for r in lake.rows("event_reports"):
        told[r["event_id_cnty"]].add(r["doc_id"])
    return {(*sorted(told[e["event_id_cnty"]]), *(e[s] for s in SLOTS)) for e in lake.rows("events")}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_articles_changes_nothing_but_ids(lake: Lake, coder: Remembering, tmp_path: Path, seed: int):
    shuffled = lines()
    random.Random(seed).shuffle(shuffled)
    assert picture(run(tmp_path, coder, shuffled)) == picture(lake)


def test_one_article_after_the_other_gives_the_clusters_of_all_at_once(lake: Lake, coder: Remembering, tmp_path: Path):
    halves = lines()
    run(tmp_path, coder, halves[::2], day=1)
    late = run(tmp_path, coder, halves[1::2], day=2)
    right = {f.mention_id for f in placed(lake)}

    def clusters(of: Lake) -> set[frozenset[str]]:
        made: dict[str, set[str]] = defaultdict(set)
        for r in of.rows("event_reports"):
            if r["mention_id"] in right:
                made[r["event_id_cnty"]].add(r["mention_id"])
        return {frozenset(m) for m in made.values()}

    assert clusters(late) == clusters(lake)


def test_a_rerun_keeps_every_id_and_writes_nothing(lake: Lake, coder: Remembering):
    before = (lake.head().number, lake.rows("events"), lake.rows("event_reports"))
    again = run(Path(lake.url).parent, coder, lines(), day=1)
    assert (again.head().number, again.rows("events"), again.rows("event_reports")) == before


# ---------------------------------------------------------------- the second round


def event_of(lake: Lake, doc_id: str) -> Mapping[str, Any] | None:
    ids = {r["event_id_cnty"] for r in lake.rows("event_reports") if r["doc_id"] == doc_id}
    return next((e for e in lake.rows("events") if e["event_id_cnty"] in ids), None)


@pytest.fixture(scope="module")
def second(lake: Lake, coder: Remembering, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Lake]:
    """A lake after round 1 alone, and one that went on to round 2."""
    folder = tmp_path_factory.mktemp("rounds")
    run(folder, coder, lines())
    return lake, run(folder, coder, lines(2), day=2)


def test_a_withdrawn_article_withdraws_its_event(second: tuple[Lake, Lake]):
    first, later = second
    event = event_of(first, WITHDRAWN)
    assert event and event["reports"] == 1
    assert event["event_id_cnty"] not in {e["event_id_cnty"] for e in later.rows("events")}
    gone = {d["event_id_cnty"]: d["deletion_reason"] for d in later.rows("deletions")}
    assert gone[event["event_id_cnty"]] == "report_withdrawn"


def test_a_corrected_place_keeps_the_event_and_says_why(second: tuple[Lake, Lake]):
    first, later = second
    event = event_of(first, CORRECTED)
    assert event and event["location"] == "Gwoza"
    now = next(e for e in later.rows("events") if e["event_id_cnty"] == event["event_id_cnty"])
    assert now["location"] == "Konduga" and now["revision"] == event["revision"] + 1
    changed = {r["field"]: r for r in later.rows("revisions") if r["event_id_cnty"] == event["event_id_cnty"]}
    place = changed["location"]
    assert (place["old"], place["new"], place["revision_reason"]) == ('"Gwoza"', '"Konduga"', "correction")


def test_a_corrected_toll_is_a_revision_with_its_reason(lake: Lake, coder: Remembering, tmp_path: Path):
    told = [line for line in lines() if line["doc_id"] == CORRECTED]
    later = run(tmp_path, coder, told)
    [event] = later.rows("events")
    assert event["fatalities"] == 5
    later = run(
        tmp_path, coder, [{**told[0], "text": told[0]["text"].replace("Five passengers", "Nine passengers")}], 2
    )
    [now] = later.rows("events")
    assert (now["event_id_cnty"], now["fatalities"], now["revision"]) == (event["event_id_cnty"], 9, 2)
    toll = next(r for r in later.rows("revisions") if r["field"] == "fatalities")
    assert (toll["old"], toll["new"], toll["revision_reason"]) == ("5", "9", "correction")


def test_nothing_that_did_not_change_is_revised(second: tuple[Lake, Lake]):
    first, later = second
    before = {r["event_id_cnty"] for r in first.rows("event_reports")}
    touched = {r["event_id_cnty"] for r in later.rows("revisions")}
    changed = {p.key for p in load_pieces() if p.changes or p.since_round == 2 or p.withdrawn}
    near = {r["event_id_cnty"] for r in later.rows("event_reports") if r["doc_id"].split(".")[0] in changed}
    assert touched <= near & before
