"""The same mentions make the same events, in whatever order and however they were cut into batches."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from bench.synthetic import Told, tell, world
from etl.merge.cluster import clusters
from etl.merge.records import Report
from etl.model import Mention
from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions
from etl.settings import settings
from etl.store import Lake, open_lake
from tests.merge.mentions import ARMY, CITY, GUNMEN, JETS, RUSSIA, HandCoder, killed, line, mention
from tests.merge.test_newsroom_events import Remembering, lines

LIKE = how(deadline=None, suppress_health_check=list(HealthCheck))
MENTIONS = 2000
OWN = ("event_id_cnty", "timestamp", "revision")  # of the id and its history, not of what happened


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EVENTWIRE_NOW", "2026-06-01T12:00:00+00:00")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def generated() -> list[Told]:
    return tell(world(MENTIONS // 6, 5), 5)[:MENTIONS]


def picture(lake: Lake) -> set[str]:
    """Each event by its mentions and all its slots, ids aside."""
    told: dict[str, list[str]] = {}
    for r in lake.rows("event_reports"):
        told.setdefault(r["event_id_cnty"], []).append(r["mention_id"])
    return {
        json.dumps([sorted(told[e["event_id_cnty"]]), {k: v for k, v in e.items() if k not in OWN}], default=str)
        for e in lake.rows("events")
    }


def merged(folder: Path, coder: Any, batches: Sequence[list[dict[str, Any]]]) -> Lake:
    lake = open_lake(folder)
    for n, batch in enumerate(batches):
        ingest_articles(lake, batch, f"run{n}")
        code_articles(lake, run_id=f"run{n}", coder=coder)
        merge_mentions(lake, f"run{n}")
    return lake


def cut(told: list[dict[str, Any]], rng: random.Random, parts: int) -> list[list[dict[str, Any]]]:
    shuffled = rng.sample(told, len(told))
    at = sorted(rng.sample(range(1, len(told)), parts - 1))
    return [shuffled[a:b] for a, b in zip([0, *at], [*at, len(told)], strict=True)]


@LIKE
@given(rng=st.randoms(use_true_random=False))
def test_any_permutation_of_generated_mentions_gives_the_same_events(generated: list[Told], rng: random.Random):
    reports = [t.report() for t in generated[:400]]
    assert keys(clusters(rng.sample(reports, len(reports)))) == keys(clusters(reports))


def keys(found: Sequence[Sequence[Report]]) -> list[list[str]]:
    return [[r.key for r in reports] for reports in found]


TELLINGS = [
    mention(**killed(5)), mention(one=JETS), mention(one=RUSSIA, **killed(2)), mention("Attack", GUNMEN),
    mention(where=CITY), mention("Attack", GUNMEN, where=CITY), mention(two=None, **killed(9)),
    mention("Armed clash", ARMY, GUNMEN), mention("Armed clash", GUNMEN, ARMY),
]  # fmt: skip


@how(LIKE, max_examples=5)
@given(told=st.lists(st.sampled_from(TELLINGS), min_size=4, max_size=9), rng=st.randoms(use_true_random=False))
def test_any_cut_of_a_few_articles_gives_the_same_events(
    told: list[Mention], rng: random.Random, tmp_path_factory: pytest.TempPathFactory
):
    coder = HandCoder({f"d{n}": [m] for n, m in enumerate(told)})
    articles = [line(d) for d in coder.told]
    folder = tmp_path_factory.mktemp("cut")
    at_once = merged(folder / "one", coder, [articles])
    assert picture(merged(folder / "many", coder, cut(articles, rng, rng.randint(2, 4)))) == picture(at_once)


@how(LIKE, max_examples=3)
@given(rng=st.randoms(use_true_random=False))
def test_any_cut_of_the_bundled_articles_gives_the_same_events(
    rng: random.Random, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("bundled")
    if not BUNDLED:
        BUNDLED["coder"] = Remembering()
        BUNDLED["events"] = picture(merged(folder / "one", BUNDLED["coder"], [lines()]))
    assert picture(merged(folder / "many", BUNDLED["coder"], cut(lines(), rng, 3))) == BUNDLED["events"]


BUNDLED: dict[str, Any] = {}  # the articles are coded once


@pytest.mark.thorough
def test_two_thousand_generated_mentions_in_one_batch_or_in_four(generated: list[Told], tmp_path: Path):
    told: dict[str, list[Mention]] = {}
    for t in generated:
        told.setdefault(t.article, []).append(t.mention)
    coder = HandCoder(told)
    articles = [line(d) for d in sorted(told)]
    at_once = picture(merged(tmp_path / "one", coder, [articles]))
    assert len(at_once) > MENTIONS / 12
    assert picture(merged(tmp_path / "many", coder, cut(articles, random.Random(3), 4))) == at_once
