"""Which stretches are offered and weighed as names, in tagged and in bare text; what is nested is kept apart."""

import pytest

from etl.annotate import annotate, tokens_only
from etl.errors import Misconfigured
from etl.geocode import recognise, recognise_unparsed
from etl.geocode import weights as weights_module
from etl.geocode.stretches import Words, stretches


@pytest.fixture(scope="module")
def every(gaz):
    def read(text):
        found = recognise(annotate(text), gaz, nested=True)
        assert all(text[p.start : p.end] == p.text for p in found)
        return {p.text: p for p in found}

    return read


def test_a_place_within_a_body_s_name_is_named_but_nowhere_to_act(gaz, every):
    text = "The Jamaica Cancer Society thanked donors from Kingston and Montego Bay."
    assert every(text)["Jamaica"].country == "JAM"
    assert "Jamaica" not in {p.text for p in recognise(annotate(text), gaz)}


def test_a_street_stands_in_the_town_beside_it(gaz, every):
    text = "Officers stopped a van on Mayfield Road in Grand Prairie, Texas, on Monday."
    street = every(text)["Mayfield Road"]
    assert (street.name, street.admin1) == ("Grand Prairie", "Texas") and street.confidence <= 0.5
    assert "Mayfield Road" not in {p.text for p in recognise(annotate(text), gaz)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He was arrested in Huntington, W.Va., on Monday.", "W.Va."),
        ("The clinic in Nanaimo, B.C., was closed by nurses on Friday.", "B.C."),
        ("Leaders of Trinidad and Tobago met in Port of Spain.", "Trinidad and Tobago"),
        ("Snow fell in St. Louis and in Kansas City overnight.", "St. Louis"),
    ],
)
def test_abbreviations_and_long_names_are_whole(every, text, name):
    assert every(text)[name].latitude is not None


def test_struck_towns_are_places_also_under_another_spelling(every):
    assert every("Artillery shelled Hilla in Iraq, and gunmen stormed Tal Afar.").keys() >= {"Hilla", "Tal Afar"}


def test_persons_named_like_towns_are_none(every):
    found = every(
        "Mayor Boris Bolton, 61, said nothing. Bolton told reporters that Helen Clarence would speak in Leeds."
    )
    assert found.keys() == {"Leeds"}


def test_a_text_that_is_not_parsed_has_its_places_too(gaz):
    text = "The library in Ljubljana opens late. Readers from Maribor, Slovenia, and from the University of Graz came."
    found = {p.text: p.country for p in recognise_unparsed(text, gaz)}
    assert found == {"Ljubljana": "SVN", "Maribor": "SVN", "Slovenia": "SVN", "Graz": "AUT"}
    assert recognise_unparsed("", gaz) == [] == recognise_unparsed("\x00 \U0001f600 ...", gaz)


def test_stretches_keep_to_runs_of_capitals(gaz):
    words = Words(tokens_only("The mayor of New York met Prime Minister Marie Dupont. Paris was quiet."))
    names = {words.span(k) for k in stretches(words, gaz)}
    assert {"New York", "Paris"} <= names and "The" not in names
    assert not any("Dupont. Paris" in n for n in names)


@pytest.mark.parametrize(
    ("text", "name", "country", "feature"),
    [
        ("Azerbaijani troops shelled Jermuk in Armenia. People fled to Gyumri and Artik in Shirak.", "Jermuk", "ARM",
         "populated"),
        ("Deputies in Palestine searched a barn. Texas troopers came from Tyler and Athens. Palestine police fired.",
         "Palestine", "USA", "populated"),
        ("Protesters in Atlanta and Savannah marched against the governor of Georgia, U.S. officials said.", "Georgia",
         "USA", "admin1"),
        ("Georgia jailed an opponent. Riot police in Tbilisi and Batumi beat a crowd, and Washington protested.",
         "Georgia", "GEO", "country"),
        ("Guatemala sent soldiers. Police left Quetzaltenango for Guatemala City.", "Guatemala", "GTM", "country"),
        ("Mexico, the United States and Canada signed a treaty in Toronto.", "Mexico", "MEX", "country"),
        ("A judge in Wyoming freed two men from Montana, and Casper was calm.", "Wyoming", "USA", "admin1"),
        ("Police in Philadelphia arrested four men, and a crowd gathered.", "Philadelphia", "USA", "populated"),
    ],
)  # fmt: skip
def test_countries_states_and_towns_of_one_name(every, text, name, country, feature):
    assert (every(text)[name].country, every(text)[name].feature) == (country, feature)


def test_a_damaged_table_of_weights_says_what_to_do(tmp_path, monkeypatch):
    path = tmp_path / "name_weights.csv"
    path.write_text("observation,tagged,plain\nx,much,\n", encoding="utf-8")
    monkeypatch.setattr(weights_module, "PATH", path)
    weights_module._tables.cache_clear()
    try:
        with pytest.raises(Misconfigured, match="restore"):
            weights_module.weigh([], tagged=True)
    finally:
        weights_module._tables.cache_clear()


def test_an_adjective_before_a_stretch_of_ground_says_where(every, gaz):
    text = "They fled from the Greek islands to an English port city. Greek officials and a Polish driver followed."
    found = recognise(annotate(text), gaz, nested=True)
    assert [(p.text, p.name) for p in found] == [("Greek", "Greece"), ("English", "England")]
    assert recognise(annotate(text), gaz) == []


def test_both_sides_of_a_border_are_named(every):
    assert every("Smugglers were caught on the Syrian-Turkish border.").keys() == {"Syrian", "Turkish"}


def test_a_listed_name_with_a_comma_is_one_place(every):
    assert every("He flew to the coast and Washington, D.C., last week.").keys() == {"Washington, D.C."}


def test_numbered_roads_lie_at_the_town_beside_them(every):
    found = every("A lorry overturned near Exeter, and traffic was sent along the A30 and the A38 on Sunday.")
    assert {found[road].name for road in ("A30", "A38")} == {"Exeter"}


def test_a_word_before_a_town_is_no_part_of_its_name(every):
    assert "Exeter" in every("An Exeter man was hurt. He lives in Exeter, England.")
    assert "An Najaf" in every("Troops entered An Najaf in Iraq on Monday.")
