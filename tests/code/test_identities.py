"""Who unnamed parties are, by other sentences of the article."""

from __future__ import annotations

import pytest

from etl.annotate import annotate
from etl.code.cast import Cast
from etl.code.coder import RuleCoder
from etl.model import Article
from tests.code.only_event import mention


def test_the_only_group_named_is_the_militants():
    found = mention(
        "Militants attacked an army post near Gao in Mali on Thursday, killing two soldiers. "
        "JNIM has fought the army in the area for a decade."
    )
    assert found.actor1.startswith("JNIM")


def test_who_the_dead_belonged_to_is_the_target():
    found = mention(
        "An Israeli air strike killed two men near Tyre in Lebanon on Thursday. "
        "Both were members of Hezbollah, Israel said."
    )
    assert found.actor2 == "Hezbollah" and not found.civilian_targeting


def test_its_troops_are_the_speakers():
    found = mention("Russia said on Thursday that its troops had attacked Ukrainian soldiers in Kupiansk, Ukraine.")
    assert {found.actor1.split(" (")[0], (found.actor2 or "").split(" (")[0]} == {
        "Military Forces of Russia",
        "Military Forces of Ukraine",
    }


def test_a_capital_speaks_for_its_state():
    found = mention(
        "Moscow said on Thursday that its troops had captured a railway station in Kupiansk, Ukraine, "
        "but Kyiv said its forces had repelled the assault."
    )
    assert found.sub_event_type == "Armed clash"
    assert {found.actor1.split(" (")[0], (found.actor2 or "").split(" (")[0]} == {
        "Military Forces of Russia",
        "Military Forces of Ukraine",
    }


def test_no_group_is_nobody():
    found = mention(
        "A roadside bomb killed five passengers near Gwoza in Nigeria on Thursday. No group claimed the attack."
    )
    assert found.actor1.startswith("Unidentified")


def test_the_first_of_several_strikes_is_a_strike():
    text = (
        "An Israeli drone strike killed two fighters in Nabatieh in Lebanon on Thursday. It was the third this month. "
        "A farmer was killed in the first, on 4 May, at Kfar Kila."
    )
    (coding,) = RuleCoder().code([Article("a/1", text, None, "2024-05-10", None, None, None)])
    assert [m.sub_event_type for m in coding.mentions] == ["Air/drone strike"] * 2
    assert {str(m.event_date) for m in coding.mentions} == {"2024-05-09", "2024-05-04"}


def test_the_town_of_a_dateline_before_a_colon_is_here():
    found = mention(
        "LAHORE: Hundreds of lawyers staged a rally here on Thursday against dams on the Indus. Pakistan is dry."
    )
    assert (found.location, found.sub_event_type) == ("Lahore", "Peaceful protest")


def test_whose_forces_speak_is_not_asked_of_themselves():
    doc = annotate("According to the armed forces, the situation is under control.")
    cast = Cast(doc, doc.text, (), ())
    forces = next(t for t in doc if t.lower_ == "forces")
    found = cast.look(forces)
    assert found is not None and found.side == "armed"


def test_a_guerrilla_column_belonging_to_a_group_is_that_group():
    found = mention(
        "The mayor of Abrego, in Colombia, was killed on Tuesday by a guerrilla column, also belonging to the ELN."
    )
    assert found.actor1.startswith("ELN")
    assert found.actor2 == "Civilians (Colombia)"


def test_attacks_attributed_to_somebody_are_his():
    found = mention(
        "Union leaders attributed Tuesday's dynamite attack on an office in Lima, Peru, to the Shining Path.\n\n"
        "The street was closed to cars, and the windows of the houses around it are being mended."
    )
    assert found.actor1 == "SL: Shining Path"


def test_a_party_that_holds_no_arms_is_not_the_armed_group():
    found = mention(
        "Rebels attacked a police post in Soyapango, El Salvador, on Tuesday. ARENA condemned the attack. "
        "The FMLN has been active in the area."
    )
    assert found.actor1.startswith("FMLN")


def test_headquarters_of_a_union_are_civilian():
    found = mention(
        "A bomb exploded at the headquarters of a teachers' union in San Salvador, El Salvador, on Tuesday."
    )
    assert found.civilian_targeting


def test_what_is_told_only_to_the_month_beside_a_day_came_before():
    found = mention(
        "A roadside bomb killed five passengers near Gwoza in Nigeria on Thursday. Last month gunmen killed nine "
        "farmers at Bama. Nobody claimed the bombing."
    )
    assert found.sub_event_type == "Remote explosive/landmine/IED"


@pytest.mark.usefixtures("rules_alone")
def test_who_else_a_sentence_of_a_deal_names_is_the_other_side():
    found = mention(
        "Commanders of South Sudan's army signed a ceasefire in Nasir on Thursday. "
        "The text binds the army as it binds the men of the SPLM-IO, who shook hands on the ceasefire there."
    )
    assert found.sub_event_type == "Agreement"
    assert {(name or "").split(" ")[0] for name in (found.actor1, found.actor2)} == {"SPLM/A-IO:", "Military"}


def test_a_bomb_at_a_post_hits_whose_post_it_is():
    found = mention("A suicide bomber blew himself up at the gate of a police station in Bannu, Pakistan, on Thursday.")
    assert found.actor2 is not None and found.actor2.startswith("Police Forces of Pakistan")
