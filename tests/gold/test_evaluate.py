"""What counts as right, how errors are named, and that the report is safe to open and silent about the test part."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from etl.cli import main
from etl.evaluate import Gold, measure, open_gold, same_place
from etl.evaluate.errors import kind_of
from etl.evaluate.page import page
from etl.evaluate.run import Measured
from etl.model import Article, Claim, Coding, Evidence, Mention

TEXT = "Gunmen shot two farmers dead in Gao on Monday, residents said. <script>alert(1)</script>"
GOLD = {
    "sub_event_type": "Attack", "event_type": "Violence against civilians", "event_date": "2024-05-06",
    "event_date_low": "2024-05-06", "event_date_high": "2024-05-06", "country": "Mali", "iso3": "MLI",
    "locations": ["Gao"], "latitude": 16.27, "longitude": -0.04, "actor1": "Unidentified Armed Group (Mali)",
    "actor2": "Civilians (Mali)", "fatalities": 2, "fatalities_low": 2, "fatalities_high": 2,
    "fatalities_basis": "exact", "quotes": {"event_type": "shot two farmers dead", "location": "Gao"},
}  # fmt: skip
RIGHT = Mention(
    event_type="Violence against civilians", sub_event_type="Attack", disorder_type="Political violence",
    actor1="Unidentified Armed Group (Mali)", inter1="Political militia", actor2="Civilians (Mali)",
    inter2="Civilians", interaction="Political militia-Civilians", civilian_targeting=True,
    event_date=date(2024, 5, 6), event_date_low=date(2024, 5, 6), event_date_high=date(2024, 5, 6), time_precision=1,
    country="Mali", iso3="MLI", admin1="Gao", location="Gao", latitude=16.2717, longitude=-0.0447, geo_precision=1,
    fatalities=2, fatalities_low=2, fatalities_high=2, fatalities_basis="exact", confidence=0.9,
    notes="On 6 May 2024, an unidentified armed group attacked civilians (2 killed).",
    evidence=(Evidence("event_type", "Attack", 7, 28, "shot two farmers dead"),),
)  # fmt: skip


def gold(*events: dict[str, Any], part: str = "train", style: str = "wire", reason: str | None = None) -> Gold:
    article = Article("x-001", TEXT, published_at="2024-05-07")
    return Gold(article, "coded" if events else "abstained", events, reason, style, part)


def coding(*mentions: Mention, outcome: str = "coded") -> Coding:
    return Coding("x-001", outcome, None if mentions else "no_event", "en", "rules", "1", mentions)


def levels(mention: Mention, event: dict[str, Any] = GOLD) -> list[int]:
    return [rate.right for rate in measure("train", [gold(event)], [coding(mention)]).levels.values()]


def causes(one: Gold, *mentions: Mention) -> dict[str, int]:
    return dict(measure("train", [one], [coding(*mentions)]).causes)


def test_levels_tell_where_an_event_is_lost():
    assert levels(RIGHT) == [1, 1, 1, 1]
    assert levels(replace(RIGHT, actor1="Katiba Macina")) == [1, 1, 1, 0]
    assert levels(replace(RIGHT, location="Ansongo", latitude=15.66, longitude=0.5)) == [1, 1, 0, 0]
    assert levels(replace(RIGHT, event_date=date(2024, 5, 7))) == [1, 0, 0, 0]
    assert levels(replace(RIGHT, sub_event_type="Sexual violence")) == [0, 0, 0, 0]


def test_the_order_of_actors_counts_only_where_civilians_are_the_victims():
    turned = replace(RIGHT, actor1=RIGHT.actor2, actor2=RIGHT.actor1)
    assert levels(turned)[-1] == 0
    clash = {**GOLD, "event_type": "Battles", "sub_event_type": "Armed clash"}
    assert levels(replace(turned, event_type="Battles", sub_event_type="Armed clash"), clash)[-1] == 1


def test_no_day_is_right_where_the_text_supports_none():
    undated = {**GOLD, "event_date": None}
    assert levels(replace(RIGHT, event_date=None), undated)[1] == 1
    assert levels(RIGHT, undated)[1] == 0


def test_a_place_of_the_same_name_elsewhere_is_another_place():
    assert same_place(replace(RIGHT, location="GAO", latitude=None, longitude=None), GOLD)
    assert not same_place(replace(RIGHT, iso3="BFA", latitude=12.0, longitude=-1.0), GOLD)
    assert same_place(replace(RIGHT, location="Gawo", latitude=16.33, longitude=-0.04), GOLD)
    assert not same_place(replace(RIGHT, location="Gawo", latitude=16.4, longitude=-0.04), GOLD)


def test_a_place_is_known_by_any_name_of_its_gazetteer_entry():
    kyiv = {**GOLD, "locations": ["Kiev"], "iso3": "UKR", "latitude": None, "longitude": None}
    assert same_place(replace(RIGHT, iso3="UKR", location="Kyiv", geonameid=703448, latitude=50.45), kyiv)


def test_an_event_without_a_named_place_matches_on_the_country():
    nowhere = {**GOLD, "locations": [], "latitude": None, "longitude": None}
    assert same_place(RIGHT, nowhere) and not same_place(replace(RIGHT, iso3="BFA"), nowhere)


def test_errors_are_told_by_cause():
    assert causes(gold(GOLD), RIGHT) == {}
    assert causes(gold(GOLD)) == {"missed": 1}
    assert causes(gold(reason="sport"), RIGHT) == {"invented": 1}
    assert causes(gold(GOLD), replace(RIGHT, fatalities=3)) == {"wrong toll": 1}
    both = replace(RIGHT, event_date=date(2024, 5, 7), sub_event_type="Sexual violence")
    assert causes(gold(GOLD), both) == {"wrong type": 1, "wrong day": 1}
    other = replace(RIGHT, sub_event_type="Grenade", event_type="Explosions/Remote violence", iso3="BFA",
                    location="Dori", latitude=14.0, longitude=0.0, event_date=None, actor1="A", actor2="B")  # fmt: skip
    assert causes(gold(GOLD), other) == {"missed": 1, "invented": 1}


def test_tolls_count_among_found_events_and_among_all():
    part = measure("train", [gold(GOLD), gold(GOLD)], [coding(RIGHT), coding()])
    assert (part.tolls_found.right, part.tolls_found.given) == (1, 1)
    assert (part.tolls_all.right, part.tolls_all.given) == (1, 2)


def test_claims_of_a_missed_event_are_missed_too():
    said = {"claimant": "residents", "speech_act": "assert", "slot": "occurrence", "quote": "shot two farmers dead"}
    told = {**GOLD, "claims": [said]}
    claim = Claim("residents", "witness", "assert", "occurrence", None, False, 7, 28, "shot two farmers dead")
    part = measure("train", [gold(told, style="article")] * 2, [coding(replace(RIGHT, claims=(claim,))), coding()])
    assert (part.claims.right, part.claims.given, part.claims.wanted) == (1, 1, 2)


def test_hard_negatives_quotes_rules_and_failures_are_counted():
    off = replace(RIGHT, evidence=(Evidence("event_type", "Attack", 0, 6, "gunmen"),))
    broken = replace(RIGHT, actor2=None)
    golds = [gold(reason="sport"), gold(reason="sport"), gold(GOLD), gold(GOLD)]
    part = measure("train", golds, [coding(), coding(off), coding(broken), coding(outcome="failed")])
    assert (part.left_alone.right, part.left_alone.given) == (1, 2)
    assert part.quotes.given - part.quotes.right == 1
    assert part.rules["critical"]["V12"] == 1 and part.failed == {"no_event": 1}
    assert part.figures()["rules_kept"] < 1 and part.figures()["texts_read"] == 0.75


def test_kinds_of_actors():
    assert [kind_of(n) for n in ("Civilians (Mali)", "Unidentified Gang (Haiti)", "Dogon Ethnic Militia (Mali)")] == [
        "civilians",
        "unidentified",
        "communal militia",
    ]


class Tags(HTMLParser):
    """Collects tags and the addresses in their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("href", "src", "action", "srcset", "data")]


def test_the_report_opens_offline_runs_nothing_and_escapes_all():
    hostile = replace(RIGHT, actor1="<img src=x onerror=alert(1)>", location="</td><script>alert(2)</script>")
    golds = [gold({**GOLD, "quotes": {"event_type": "<script>alert(1)</script>"}}), gold(GOLD), gold(GOLD)]
    html = page("0.1.0+<b>", {"train": measure("train", golds, [coding(hostile), coding(), coding(RIGHT)])})
    seen = Tags()
    seen.feed(html)
    assert not seen.tags & {"script", "img", "link", "iframe", "object"}
    assert all(a.startswith("#") for a in seen.addresses)
    assert "default-src 'none'" in html and "&lt;script&gt;" in html and "url(" not in html


def test_texts_and_errors_of_the_test_part_are_never_shown():
    part = measure("test", [gold(GOLD, part="test")], [coding(replace(RIGHT, fatalities=7))])
    done = Measured("1", {"test": part})
    shown = done.as_json() + done.as_html() + "\n".join(done.lines(errors=True))
    assert part.causes == {"wrong toll": 1} and part.errors == []
    assert "x-001" not in shown and "shot two farmers" not in shown


def test_only_who_asks_for_the_test_part_gets_it():
    folder = Path(__file__).parent / "open"
    train = {g.article.doc_id for g in open_gold(folder, "train")}
    assert train and not train & {g.article.doc_id for g in open_gold(folder, "test")}
    parts = next(p for p in main.commands["evaluate"].params if p.name == "part")
    assert parts.default == "newsroom"


def test_the_command_writes_figures_and_report(tmp_path: Path):
    out, html = tmp_path / "new" / "figures.json", tmp_path / "errors.html"
    run = CliRunner().invoke(
        main, ["evaluate", "--part", "train", "--limit", "3", "--json", str(out), "--html", str(html)]
    )
    assert run.exit_code == 0, run.output
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["parts"]["train"]["texts"] >= 3 and told["coder_version"] in html.read_text(encoding="utf-8")
    assert "type, day, place, actors" in run.output


@pytest.mark.parametrize(
    "arguments", [["--gold", "{tmp}"], ["--part", "train", "--limit", "2", "--readme", "{tmp}/R.md"]]
)
def test_unusable_arguments_end_in_one_line(tmp_path: Path, arguments: list[str]):
    run = CliRunner().invoke(main, ["evaluate", *(a.replace("{tmp}", str(tmp_path)) for a in arguments)])
    assert run.exit_code == 2 and "Traceback" not in run.output
