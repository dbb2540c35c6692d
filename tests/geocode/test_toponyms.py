"""Which words of an article are places, and which place each one is."""

import itertools

import pytest

from etl.annotate import annotate
from etl.geocode import nationalities, recognise


def test_two_places_of_one_name_are_told_apart_by_the_article(places):
    north = places("Gunmen opened fire in Tripoli, Lebanon, on Monday. Troops from Beirut were sent to Tripoli.")
    south = places(
        "Militias fought in Tripoli on Monday. Libya's government blamed fighters from Misrata and Benghazi."
    )
    assert north["Tripoli"].country == "LBN"
    assert south["Tripoli"].country == "LBY"


def test_a_name_known_elsewhere_too_follows_the_country_of_the_article(places):
    found = places("Insurgents shelled Mosul and Tal Afar in Iraq, police said. A roadside bomb hit Hilla on Friday.")
    assert found["Hilla"].country == "IRQ"


def test_the_outlets_country_decides_where_the_text_does_not(places):
    text = "Two people died in a shooting in Valencia on Monday."
    assert places(text, "VEN")["Valencia"].country == "VEN"
    assert places(text, "ESP")["Valencia"].country == "ESP"


@pytest.mark.parametrize("name", ["Al-Bukamal", "Albu Kamal", "Abu Kamal"])
def test_transliterations_of_a_town(places, name):
    found = places(f"Jets struck {name} in eastern Syria on Tuesday.")
    assert (found[name].geonameid, found[name].admin1) == (174448, "Deir ez-Zor")


def test_a_spelling_the_gazetteer_lacks_resolves_within_the_country(places):
    found = places("Warplanes bombed Deir Ezzour in Syria, and Damascus confirmed the raid.")
    assert found["Deir Ezzour"].country == "SYR"
    assert found["Deir Ezzour"].admin1 == "Deir ez-Zor"


def test_a_kind_word_chooses_the_unit(places):
    found = places("Clashes spread through Idlib province in Syria. In the city of Idlib, a mortar killed two.")
    assert found["Idlib"].country == "SYR"
    units = {
        p.feature for p in recognise(annotate("Rebels attacked army posts in Idlib province, Syria."), _gaz(places))
    }
    assert "admin1" in units


def _gaz(places):
    return places.__closure__[0].cell_contents


@pytest.mark.parametrize(
    ("text", "not_a_place"),
    [
        ("Officials told Newsweek on Friday that they knew nothing.", "Newsweek"),
        ("Paris Saint-Germain beat Lyon on Sunday.", "Paris"),
        ("Michael Jordan said he would not come. Jordan left early.", "Michael Jordan"),
        ("In March and in May the army attacked.", "May"),
        ("The Syrian army withdrew.", "Syrian"),
        ("Muslims and Christians protested in Ramadan.", "Ramadan"),
    ],
)
def test_what_is_no_place(places, text, not_a_place):
    assert not_a_place not in places(text)


def test_a_capital_that_speaks_is_still_a_place(places):
    assert (
        places("Moscow said it had shot down the drones, and Washington said it was concerned.")["Moscow"].country
        == "RUS"
    )


def test_place_that_opens_the_name_of_a_public_body(places):
    assert places("Kabul Police confirmed that four people were killed.")["Kabul"].country == "AFG"


def test_natural_features_and_regions(places):
    found = places("Fighters crossed the Sinai Peninsula and Boko Haram hid in the Sambisa Forest near Lake Chad.")
    assert found["Sinai Peninsula"].feature == "natural" and found["Lake Chad"].latitude == pytest.approx(13.2, abs=0.5)


def test_an_unresolved_name_keeps_its_letters_and_nothing_else(places):
    found = places("Soldiers burned houses in the village of Qwzxtrand in Nigeria.")
    if "Qwzxtrand" in found:
        place = found["Qwzxtrand"]
        assert (place.geonameid, place.name, place.latitude, place.feature) == (None, None, None, None)
    assert found["Nigeria"].feature == "country" and found["Nigeria"].admin1 is None


def test_offsets_survive_odd_characters_and_capitals(places):
    assert places("“Ḥoms”\u00a0was hit; Aleppo’s airport closed.\r\n\r\nSyria — again.")["Aleppo"].country == "SYR"
    text = "GUERRILLAS ATTACKED A GARRISON IN SAN SALVADOR AND THE TOWN OF CHALATENANGO, EL SALVADOR, ON MONDAY."
    assert places(text)["CHALATENANGO"].country == "SLV"


def test_places_do_not_overlap_and_stand_in_order(gaz):
    found = recognise(
        annotate("New York City police and the New York state police met in Albany, N.Y., on Monday."), gaz
    )
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_nationalities_are_entities_of_their_own():
    text = "A South Korean ship and two Nigerien soldiers crossed the Indian Ocean; the French left."
    assert [(t, iso3) for _, _, t, iso3 in nationalities(annotate(text))] == [
        ("South Korean", "KOR"),
        ("Nigerien", "NER"),
        ("French", "FRA"),
    ]


def test_the_same_article_gives_the_same_places(gaz):
    text = "Shells fell on Springfield, on San Pedro and on Santa Cruz, the governor said in Georgetown."
    assert recognise(annotate(text), gaz) == recognise(annotate(text), gaz)


def test_empty_text_has_no_places(gaz):
    assert recognise(annotate(""), gaz) == []
