"""Whether the evaluation tells merged reports from unmerged ones: B-cubed of what the merge makes of the answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from etl.evaluate import Clusters, Gold, Placed, b_cubed, measure
from etl.evaluate.clusters import merged
from etl.evaluate.run import Measured
from etl.model import Article, Coding, Mention
from tests.gold.test_evaluate import GOLD, RIGHT

CAMP = replace(RIGHT, actor1="Islamic State (Sahel)", inter1="Rebel group", interaction="Rebel group-Civilians")
RIVAL = replace(CAMP, actor1="JNIM: Group for Support of Islam and Muslims")


def told(*mentions: tuple[str, Mention]) -> Clusters:
    """What comes of articles that each tell of one event of the gold, by its key."""
    golds, codings = [], []
    for n, (key, mention) in enumerate(mentions):
        words = " ".join(f"word{n}x{i}" for i in range(40))
        article = Article(f"paper{n}/story", words, published_at="2024-05-07", source=f"Paper {n}")
        golds.append(Gold(article, "coded", ({**GOLD, "event_key": key},)))
        codings.append(Coding(article.doc_id, "coded", None, "en", "rules", "1", (mention,)))
    return merged(golds, codings)


def test_reports_of_one_event_that_are_merged_are_right():
    found = told(("raid", RIGHT), ("raid", RIGHT))
    assert (found.precision, found.recall, found.mentions, found.events) == (1, 1, 2, 1)


def test_two_events_made_one_cost_precision():
    found = told(("raid", RIGHT), ("other raid", RIGHT))
    assert (found.precision, found.recall) == (0.5, 1)


def test_one_event_left_as_two_costs_recall():
    found = told(("raid", CAMP), ("raid", RIVAL))
    assert (found.precision, found.recall) == (1, 0.5)


def test_wrong_mentions_count_in_no_event():
    found = told(("raid", RIGHT), ("raid", replace(RIGHT, iso3="BFA", location="Dori", latitude=14.0, longitude=0.0)))
    assert (found.mentions, found.f1) == (1, 1)


def test_each_mention_counts_once_whatever_the_size_of_its_event():
    big = [Placed(f"a{n}", "doc", "raid", "MLI1") for n in range(3)]
    found = b_cubed([*big, Placed("b", "doc", "blast", "MLI1"), Placed("c", "doc", "raid", None)])
    assert found.precision == pytest.approx((3 * 3 / 4 + 1 / 4) / 4)
    assert (found.recall, found.mentions, found.events) == (1, 4, 2)


def test_the_figure_stands_in_every_form_of_the_report():
    part = measure("newsroom", [], [])
    part.clusters = Clusters(0.75, 0.5, 12, 7)
    done = Measured("1", {"newsroom": part})
    assert "B-cubed     precision 0.750  recall 0.500  F1 0.600  (12 right mentions of 7 events)" in "\n".join(
        done.lines(errors=False)
    )
    assert done.as_dict()["parts"]["newsroom"]["clusters"]["f1"] == 0.6
    assert part.figures()["clusters_b_cubed_f1"] == pytest.approx(0.6)
    assert "0.600" in done.as_html() and "12 mentions" in done.as_html()


def test_parts_whose_gold_names_no_events_across_articles_have_none():
    part = measure("train", [], [])
    assert "clusters_b_cubed_f1" not in part.figures() and "B-cubed" not in "\n".join(part.lines())
