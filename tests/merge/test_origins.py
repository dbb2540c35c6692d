"""How many independent origins an event has: the chain of attribution, over all of its reports."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.merge import Report, resolve
from etl.model import DISPUTE_SLOTS, Claim
from tests.merge.mentions import ARMY, JETS, killed, mention, says

MOMENT = datetime(2024, 5, 4, tzinfo=UTC)
POLICE = says("police", "authority", "assert", "fatalities", "5")
VILLAGERS = says("villagers", "witness", "assert", "fatalities", "5")
TO_REUTERS = says("an official", "authority", "assert", "occurrence", None, ("Reuters",))


def report(key: str, *claims: Claim, outlet: str = "", agency: str = "", **more: Any) -> Report:
    """A report with the given claims; its outlet and its text are its own unless told otherwise."""
    told = mention(claims=claims, **more)
    row = vars(told) | {f"dispute_{slot}": told.dispute.get(slot) for slot in DISPUTE_SLOTS}
    row |= {"mention_id": key, "doc_id": key, "uncertainty_km": None}
    name = outlet or f"Paper {key}"
    return Report(row, key, f"https://news.example/{key}", name, name, None, MOMENT, f"story-{key}",
                  agency or f"story-{key}", claims)  # fmt: skip


def event(*reports: Report) -> dict[str, Any]:
    return resolve(reports, "reported")


def origins(*reports: Report) -> int:
    return int(event(*reports)["independent_origins"])


def test_two_papers_that_quote_the_police_are_one_origin_and_corroborate_nothing():
    both = event(report("a", POLICE, **killed(5)), report("b", POLICE, **killed(5)))
    alone = event(report("a", POLICE, **killed(5)))
    assert (both["reports"], both["independent_origins"]) == (2, 1)
    assert both["confidence"] == alone["confidence"]
    assert (both["dispute_fatalities"], both["dispute_occurrence"]) == ("single_source", "undisputed")


def test_two_papers_that_quote_different_sources_are_two_origins():
    both = event(report("a", POLICE, **killed(5)), report("b", VILLAGERS, **killed(5)))
    assert (both["independent_origins"], both["dispute_fatalities"]) == (2, "corroborated")


def test_nameless_villagers_of_two_papers_are_two_origins():
    assert event(report("a", VILLAGERS, **killed(5)), report("b", VILLAGERS, **killed(5)))["independent_origins"] == 2


def test_what_an_official_told_an_agency_is_one_origin_in_all_papers_and_the_agency_s_own():
    official = says("security officials", "authority", "assert", "occurrence", None, ("Reuters",))
    reprint = report("c", agency="Reuters")
    assert origins(report("a", TO_REUTERS), report("b", official), reprint) == 1
    assert event(report("a", TO_REUTERS), report("b", official))["dispute_occurrence"] == "single_source"


def test_who_quotes_a_paper_adds_nothing_to_that_paper():
    passed_on = says("Paper a", "outlet", "assert", "occurrence", None)
    found = event(report("a"), report("b", passed_on))
    assert (found["independent_origins"], found["dispute_occurrence"]) == (1, "undisputed")
    assert origins(report("a", POLICE), report("b", passed_on)) == 1
    back = says("Paper b", "outlet", "assert", "occurrence", None)
    assert origins(report("a", back), report("b", passed_on)) == 1


def test_a_paper_that_adds_its_own_source_to_the_police_is_an_origin_beside_them():
    stub, full = report("a", POLICE), report("b", POLICE, VILLAGERS)
    assert origins(stub, full) == 2
    assert origins(stub, full, report("c", POLICE)) == 2


def test_an_own_report_beside_a_quoting_one_is_an_origin():
    found = event(report("a"), report("b", says("police", "authority", "assert", "occurrence", None)))
    assert (found["independent_origins"], found["dispute_occurrence"]) == (2, "corroborated")


def test_the_villagers_of_one_paper_stay_the_same_in_its_second_report():
    first, second = (report(key, VILLAGERS, outlet="Paper", **killed(5)) for key in "ab")
    found = event(first, second)
    assert (found["independent_origins"], found["dispute_fatalities"]) == (1, "single_source")


def test_a_claim_of_responsibility_that_two_papers_report_leaves_them_their_own_word():
    claimed = says("JNIM", "party", "claim_responsibility", "actor1", ARMY[0])
    assert origins(report("a", claimed), report("b", claimed)) == 2


@pytest.mark.parametrize(("second", "named"), [("Amina Diallo (UN mission)", JETS[0]), ("Doctors of Idlib", ARMY[0])])
def test_two_papers_that_quote_one_mission_do_not_outweigh_a_denial(second: str, named: str):
    saw = says("UN mission", "monitor", "accuse", "actor1", ARMY[0])
    heard = says(second, "monitor", "accuse", "actor1", ARMY[0])
    denied = says("the army", "party", "deny", "actor1", ARMY[0])
    found = event(report("a", saw), report("b", heard), report("c", denied, one=JETS, alleged_actor1=(ARMY[0],)))
    assert found["actor1"] == named


claims = st.sampled_from([POLICE, VILLAGERS, TO_REUTERS, *(says(w, "outlet", "assert", "occurrence", None) for w in
                          ("Paper a", "Paper b", "Reuters", "Radio Okapi"))])  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.lists(claims, max_size=3), st.sampled_from(["", "Paper a"]),
                          st.sampled_from(["", "Reuters"])), min_size=2, max_size=4))  # fmt: skip
def test_the_order_of_reports_never_matters(told: list[tuple[list[Claim], str, str]]):
    reports = [report(k, *said, outlet=o, agency=a) for k, (said, o, a) in zip("abcd", told, strict=False)]
    rows = [event(*again) for again in permutations(reports)]
    assert all(row == rows[0] for row in rows)
    assert 1 <= rows[0]["independent_origins"] <= rows[0]["reports"]
