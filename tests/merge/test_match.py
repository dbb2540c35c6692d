"""When two mentions are one event, and when they are not."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest

from etl.merge.cluster import clusters
from etl.merge.match import MATCH, score
from etl.merge.records import Report
from etl.model import DISPUTE_SLOTS, Mention
from tests.merge.mentions import ARMY, CITY, CIVILIANS, GUNMEN, JETS, PROTESTERS, RUSSIA, TOWN, mention


def report(key: str, m: Mention, article: str | None = None, **more: Any) -> Report:
    row = asdict(m) | {f"dispute_{s}": m.dispute.get(s) for s in DISPUTE_SLOTS}
    row |= {"mention_id": key, "uncertainty_km": None}
    base = {"article_id": article or key, "url": "u", "outlet": key, "outlet_name": key, "published_at": None,
            "known_at": datetime(2024, 5, 4, tzinfo=UTC), "story_id": key, "origin": key}  # fmt: skip
    return Report(mention=row, **{**base, **more})


def same(a: Mention, b: Mention) -> bool:
    return score(report("a", a), report("b", b)).total >= MATCH


NEAR = {**TOWN, "location": "Hass", "latitude": 35.64, "longitude": 36.60, "geonameid": 1}
PROVINCE = {**TOWN, "location": "Idlib", "latitude": 35.93, "longitude": 36.63, "geo_precision": 3, "geonameid": 2}


@pytest.mark.parametrize(
    ("why", "a", "b", "expected"),
    [
        ("the same in every point", mention(), mention(), True),
        ("another day", mention(), mention(day=date(2024, 5, 4)), False),
        ("a week that holds the day", mention(), mention(low=date(2024, 4, 29), high=date(2024, 5, 5)), True),
        ("another town", mention(), mention(where=CITY), False),
        ("a town five kilometres off", mention(), mention(where=NEAR), True),
        ("its province", mention(), mention(where=PROVINCE), True),
        ("another country of that name", mention(), mention(where={**TOWN, "iso3": "IRQ", "geonameid": 9}), False),
        ("two identified attackers", mention(), mention(one=RUSSIA), False),
        ("one attacker not identified", mention(), mention(one=JETS), True),
        ("a suspect named by the other", mention(), mention(one=JETS, alleged_actor1=(ARMY[0],)), True),
        ("victims not named", mention(), mention(two=None), True),
        (
            "sides told in the other order",
            mention("Armed clash", ARMY, GUNMEN),
            mention("Armed clash", GUNMEN, ARMY),
            True,
        ),
        ("a strike and a protest", mention(), mention("Peaceful protest", PROTESTERS, None), False),
        ("a strike read as an attack", mention(), mention("Attack"), True),
        ("an arrest and an agreement", mention("Arrests", ARMY, None), mention("Agreement", ARMY, None), False),
        ("years of a regime", mention(), mention(one=("Military Forces of Syria (2024-)", "State forces")), True),
        ("a unit of the army", mention(), mention(one=(ARMY[0] + " Tiger Forces", "State forces")), True),
    ],
)
def test_two_mentions(why: str, a: Mention, b: Mention, expected: bool):
    assert same(a, b) is expected, why
    assert same(b, a) is expected, f"{why}, the other way round"


def test_one_article_has_told_its_events_apart():
    assert score(report("a", mention(), "doc"), report("b", mention(), "doc")).total == 0


def test_every_part_of_the_score_can_be_seen():
    found = score(report("a", mention()), report("b", mention(where=CITY)))
    assert (found.days, found.place, found.type, found.total) == (1.0, 0.0, 1.0, 0.0)


def test_a_vague_report_does_not_tie_two_attackers_together():
    reports = [report("a", mention()), report("b", mention(one=RUSSIA)), report("c", mention(one=JETS))]
    for order in (reports, reports[::-1], [reports[2], reports[0], reports[1]]):
        assert [sorted(r.key for r in reports) for reports in clusters(order)] == [["a", "c"], ["b"]]


def test_civilians_are_not_an_armed_group():
    assert not same(mention(two=CIVILIANS), mention(two=GUNMEN))
