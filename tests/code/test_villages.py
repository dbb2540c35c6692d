"""Places that only the wording presents as such, and names that are read at home rather than far abroad."""

from __future__ import annotations

import pytest

from etl.annotate import annotate
from etl.code.placenames import completed
from etl.geocode import gazetteer, recognise
from tests.code.only_event import mention, mentions


def names(text: str, country: str | None = None) -> list[str]:
    doc = annotate(text)
    return [p.text for p in completed(doc, text, recognise(doc, gazetteer()), [], gazetteer(), country)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Gunmen shot two herders at Wer Kalo on Monday.", "Wer Kalo"),
        ("Gunmen shot two herders in the village of Tumbe-i-Surk on Monday.", "Tumbe-i-Surk"),
        ("Soldiers retook Kalwado village on Monday.", "Kalwado"),
        ("Shells fell around the Zerubo gap on Monday.", "Zerubo"),
    ],
)
def test_the_wording_makes_an_unknown_name_a_place(text, name):
    assert name in names(text)


def test_a_people_or_a_day_is_no_village():
    assert names("They met on the Tigrayan side on Friday.") == []


def test_a_village_that_no_gazetteer_lists_is_the_place_and_not_the_province_beside_it():
    found = mention("Rebels killed five soldiers at Wer Kalo, in the Timbuktu region of Mali, on 6 May 2024.")
    assert (found.country, found.location, found.geo_precision) == ("Mali", "Wer Kalo", 3)


def test_a_quarter_that_no_gazetteer_lists_is_coded_at_its_town():
    found = mention(
        "A grenade thrown in Kumasi's Odumbra quarter killed two traders on 6 May 2024, Ghana's police said."
    )
    assert found.location == "Kumasi"


def test_where_the_speaker_is_the_act_is_not():
    text = "According to doctors in Idlib, shelling by the Syrian army in Maarat Misrin killed two on 6 May 2024."
    assert mention(text).location == "Ma‘arratmişrīn"


def test_an_act_close_to_a_town_is_placed_there():
    found = mention("Jordan's army shot down a drone from Syria close to Ramtha on 6 May 2024.")
    assert (found.country, found.location, found.geo_precision) == ("Jordan", "Ar Ramthā", 2)


def test_a_town_that_opens_the_report_is_where_it_plays():
    found = mention(
        "Kanker: Maoists killed two constables with a landmine on 6 May 2024. India's police gave no names."
    )
    assert (found.country, found.location) == ("India", "Kānker")


def test_a_town_just_across_the_border_is_that_town():
    text = "Islamic Jihad fired rockets out of Gaza. They hit a bakery in Sderot on 6 May 2024 and hurt a Palestinian."
    assert {m.country for m in mentions(text) if m.location == "Sderot"} == {"Israel"}


def test_a_group_that_acts_abroad_does_not_move_a_town_home():
    found = mention("Wagner Group fighters shot dead two men in Kreminna on 6 May 2024.")
    assert (found.country, found.location) == ("Ukraine", "Kreminna")


@pytest.mark.parametrize("where", ["near Puerto Rondón, Arauca,", "near Puerto Rondón (Arauca)"])
def test_of_a_town_and_the_unit_it_lies_in_the_town_is_meant(where):
    found = mention(f"Three farmers were killed by a mine {where} in Colombia on 6 May 2024.")
    assert found.location == "Puerto Rondón"


def test_the_place_of_what_an_act_answers_is_not_its_own():
    found = mention(
        "Rebels killed four soldiers at Gao in Mali on 6 May 2024 in reprisal for the bombing of houses in Kidal."
    )
    assert found.location == "Gao"


def test_this_town_is_the_one_that_the_dateline_names():
    text = "SEGOU, Mali - Gunmen killed two traders in this market town on 6 May 2024. They came from Mopti."
    assert mention(text).location == "Ségou"


def test_a_train_is_named_after_where_it_goes():
    found = mention("A bomb killed two passengers of a Lahore-bound train near Sibi in Pakistan on 6 May 2024.")
    assert found.location == "Sibi"


def test_waters_far_from_the_country_of_an_act_have_no_point_there():
    found = mention("Somali soldiers shot dead two fishermen on Lake Tanganyika on 6 May 2024.")
    assert (found.country, found.location, found.latitude) == ("Somalia", "Lake Tanganyika", None)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        (
            "The elders of the Fulani and the Dogon of Koro met on 6 May 2024. Gunmen had shot dead six men.",
            "Mali",
        ),
        (
            "Hazara students were killed by a bomb in a school at Qala-e-Fathullah on 6 May 2024.",
            "Afghanistan",
        ),
        ("Gunmen killed two farmers at Wer Kalo on 6 May 2024. Both the Hutu and the Tutsi mourned.", None),
    ],
)
def test_peoples_tell_where_a_text_plays_that_names_no_place_for_sure(text, country):
    assert {m.country for m in mentions(text)} == {country}


def test_a_namesake_far_from_the_groups_home_is_not_meant():
    found = mention("A Boko Haram bomber killed seven women at the Muna Dalti camp on 6 May 2024.")
    assert found.country == "Nigeria"
