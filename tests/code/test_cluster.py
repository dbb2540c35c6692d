"""Which acts of one article are one event."""

from __future__ import annotations

from etl.annotate import annotate
from etl.code.cluster import join, same_place
from etl.code.reading import read_acts
from etl.model import Article, Place


def events(text: str) -> list[list[str]]:
    """The triggers of each event."""
    article = Article("a/1", text, None, "2024-05-10", None, None, None)
    material, found = read_acts(article, annotate(text))
    real = [a for a in found if not a.why_not]
    return [[text[a.trigger.start : a.trigger.end] for a in c.acts] for c in join(real, material.texts)]


def test_the_attack_goes_back_to_what_was_told():
    assert (
        len(events("Gunmen attacked a village near Gao on Monday, killing four farmers. The attack lasted an hour."))
        == 1
    )


def test_another_town_is_another_event():
    text = (
        "Rebels attacked Gao in Mali on Monday, killing two soldiers. "
        "On Tuesday rebels attacked Timbuktu, killing five soldiers."
    )
    assert len(events(text)) == 2


def test_victims_and_attackers_of_one_sentence_complete_each_other():
    text = "Eleven soldiers were killed on Monday when fighters of Boko Haram ambushed them near Diffa in Niger."
    assert len(events(text)) == 1


def test_each_named_victim_of_a_murder_is_one_event():
    text = (
        "Gunmen are blamed for the murder of Carlos Valencia on Monday in Bogota, Colombia. "
        "Police also investigate the murder of Jaime Pardo."
    )
    assert len(events(text)) == 2


def test_a_province_may_hold_a_town_and_a_country_anything():
    town = Place(0, 3, "Gao", 1, "Gao", "MLI", "Gao", None, 16.3, 0.0, "populated")
    province = Place(0, 3, "Gao", 2, "Gao", "MLI", "Gao", None, 16.5, 0.1, "admin1")
    other = Place(0, 3, "Kayes", 3, "Kayes", "MLI", "Kayes", None, 14.4, -11.4, "admin1")
    abroad = Place(0, 3, "Niger", 4, "Niger", "NER", None, None, 16.0, 8.0, "country")
    assert same_place(town, town) is True
    assert same_place(town, province) is None
    assert same_place(town, other) is False
    assert same_place(town, abroad) is False


def test_nobody_is_killed_twice():
    text = (
        "Senator Pedro Ruiz Lemos was murdered in Cali on Monday. Shops stayed shut and the streets were empty. "
        "On Wednesday a spokesman in Pasto spoke of the murder of Ruiz Lemos."
    )
    assert len(events(text)) == 1


def test_a_definite_crowd_of_the_same_number_was_killed_once():
    text = (
        "Six priests were murdered in Cali on Monday. Shops stayed shut and the streets were empty. "
        "On Wednesday people in Pasto remembered the massacre of the six priests."
    )
    assert len(events(text)) == 1


def test_who_killed_civilians_and_is_hit_elsewhere_is_another_event():
    text = (
        "Soldiers killed ten farmers in a church in Cali, survivors said. They told a court of it. "
        "On Monday rebels of the ELN ambushed soldiers near Pasto, killing four."
    )
    assert len(events(text)) == 2


def test_other_people_in_another_number_on_a_day_are_another_event():
    text = (
        "Two leaders of a party were killed by unknown men in Colombia. The police have no lead. "
        "Rightists are held responsible for the massacre of 12 villagers on Wednesday."
    )
    assert len(events(text)) == 2


def test_another_person_taken_elsewhere_is_another_event():
    text = (
        "Bishop Pedro Ruiz was kidnapped by men with rifles. The church asks for his release. "
        "Carlos Lopez, an engineer, was kidnapped in Cali by the same group."
    )
    assert len(events(text)) == 2


def test_two_persons_killed_one_after_the_other_are_one_event():
    text = "Bishop Pedro Ruiz was murdered in Cali on Monday. His driver, Carlos Lopez, was also murdered."
    assert len(events(text)) == 1
