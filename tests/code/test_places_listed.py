"""Every place name of a text is listed, whether or not an event is coded from it."""

from etl.code.coder import RuleCoder
from etl.model import Article


def coded(text):
    return next(iter(RuleCoder().code([Article("a", text, language="en")])))


def test_a_text_without_an_event_lists_its_places():
    coding = coded("The library in Ljubljana opens late. Readers from Maribor, Slovenia, came.")
    assert (coding.outcome, coding.reason) == ("abstained", "no_event")
    assert [p.text for p in coding.places] == ["Ljubljana", "Maribor", "Slovenia"]


def test_a_place_within_a_name_is_listed_and_no_place_of_the_act():
    text = "Gunmen shot dead two farmers in Zango, Nigeria, on 3 May 2024. The Jamaica Cancer Society sent money."
    coding = coded(text)
    assert "Jamaica" in [p.text for p in coding.places]
    assert {m.iso3 for m in coding.mentions} == {"NGA"}
    starts = [p.start for p in coding.places]
    assert starts == sorted(set(starts)) and all(text[p.start : p.end] == p.text for p in coding.places)


def test_a_nationality_within_an_actors_name_is_an_entity_too():
    coding = coded("Syrian army troops shelled Douma on 3 May 2018, the Russian Foreign Ministry said.")
    found = {(e.text, e.actor_id) for e in coding.entities if e.label == "nationality"}
    assert found >= {("Syrian", "nationality:SYR"), ("Russian", "nationality:RUS")}
