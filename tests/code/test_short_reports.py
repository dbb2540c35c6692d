"""Short reports of every kind: idioms of acts, what their clauses must hold, and sides that other sentences name."""

from __future__ import annotations

import pytest

from etl.code import coder
from etl.code.coder import RuleCoder
from etl.code.fields import field_of, manner_of
from etl.model import Article, Mention


@pytest.fixture(autouse=True)
def _rules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coder, "judge_of", lambda *_: None)


def coded(text: str) -> tuple[Mention, ...]:
    return next(iter(RuleCoder().code([Article("d", text, None, "2024-05-06")]))).mentions


def only(text: str) -> Mention:
    (mention,) = coded(text)
    return mention


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Gunmen hauled away four teachers from a school in Gao on Friday.", "Abduction/forced disappearance"),
        (
            "Soldiers fought their way back into Djibo on Friday after a day of fighting.",
            "Government regains territory",
        ),
        (
            "Rebels of the M23 took possession of Goma on Friday after heavy fighting.",
            "Non-state actor overtakes territory",
        ),
        ("The army entered Kidal unopposed on Friday.", "Non-violent transfer of territory"),
        ("French troops opened a permanent post in Gao on Friday.", "Headquarters or base established"),
        ("Police made safe a van packed with explosives in Lyon on Friday.", "Disrupted weapons use"),
        ("Militants put the torch to two schools in Djibo on Friday.", "Looting/property destruction"),
        ("Officers seized power in Bamako on Friday and dissolved parliament.", "Other"),
        ("Nurses formed a human chain in Lagos on Friday.", "Peaceful protest"),
        ("Angry villagers near Patna thrashed a driver with sticks on Friday.", "Mob violence"),
    ],
)
def test_idioms_of_acts(text: str, kind: str) -> None:
    assert only(text).sub_event_type == kind


def test_a_law_is_what_people_march_against() -> None:
    assert only("Students marched against the new law in Dakar on Friday.").sub_event_type == "Peaceful protest"


def test_riot_police_are_no_riot() -> None:
    mention = only("Riot police fired tear gas at a peaceful march in Nairobi on Friday.")
    assert mention.sub_event_type == "Protest with intervention"
    assert mention.actor2 is not None
    assert mention.actor2.startswith("Police Forces of Kenya")


def test_what_forces_do_to_a_crowd_belongs_to_its_protest() -> None:
    mention = only("Policemen opened fire on a crowd marching for jobs in Kano on Friday, killing two students.")
    assert mention.sub_event_type == "Excessive force against protesters"
    assert mention.fatalities == 2


def test_who_runs_onto_a_mine_suffers_it() -> None:
    mention = only("An army truck ran over a mine near Gao on Friday.")
    assert (mention.sub_event_type, mention.actor1) == (
        "Remote explosive/landmine/IED",
        "Unidentified Armed Group (Mali)",
    )
    assert mention.actor2 is not None
    assert mention.actor2.startswith("Military Forces of Mali")


def test_what_hits_things_hits_civilians() -> None:
    assert (
        only("A grenade was thrown into a bar in Bunia on Friday.").actor2 == "Civilians (Democratic Republic of Congo)"
    )


def test_the_group_to_which_a_short_report_lays_an_attack() -> None:
    mention = only("Gunmen shot dead a judge in Mosul on Friday. Islamic State said it was behind the killing.")
    assert mention.actor1 == "Islamic State (Iraq)"


def test_men_in_uniform_are_armed() -> None:
    mention = only("Men in army uniform shot dead nine villagers in Djibo on Friday.")
    assert (mention.sub_event_type, mention.actor1) == ("Attack", "Unidentified Armed Group (Burkina Faso)")


def test_a_government_talks_as_a_government() -> None:
    mention = only("The government and the PKK signed a ceasefire accord in Diyarbakir, Turkey, on Friday.")
    assert mention.actor1 == "Government of Turkey (2014-)" or mention.actor2 == "Government of Turkey (2014-)"


def test_an_unlisted_name_after_at_is_the_place() -> None:
    assert only("Bandits killed five farmers at Wuroba, Zamfara State, Nigeria, on Friday.").location == "Wuroba"


def test_the_only_day_of_a_short_report() -> None:
    assert str(only("Gunmen killed a mayor in Gao. It happened on Friday.").event_date) == "2024-05-03"


@pytest.mark.parametrize(
    "text",
    [
        "Commandos stormed a bus and killed its hijackers in Accra on Friday. The drill was the last of the year.",
        "An explosion killed six workers in Surat on Friday. A boiler had burst, the fire service said.",
        "A court in Dakar heard charges of murder on Friday against two men who shot a priest.",
        "Nobody was kidnapped in Gao on Friday, the governor said.",
        "No attack took place in Gao on Friday, the governor said, despite talk of an ambush.",
        "Lions usually kill herders at night. Sometimes they attack whole villages.",
    ],
)
def test_what_is_no_event(text: str) -> None:
    assert coded(text) == ()


def test_fields_of_short_texts_need_no_attackers() -> None:
    assert field_of("A boiler exploded in a laundry. Two women died.", 2) == "accident"
    assert field_of("Militants blew up a boiler. Two women died.", 2) == ""
    assert manner_of("Robbers tend to attack at dusk.", "Robbers tend to attack at dusk.", 1, False) == "generic"


def test_who_rides_in_what_is_hit_is_hit() -> None:
    found = only("A pick-up carrying policemen struck a mine near Djibo in Burkina Faso on Friday; two of them died.")
    assert found.actor2 is not None and found.actor2.startswith("Police Forces of Burkina Faso")


def test_who_laid_a_mine_acts() -> None:
    found = only("A landmine planted by Maoists near Sukma in India killed three road workers on Friday.")
    assert found.actor1 == "CPI (Maoist): Communist Party of India (Maoist)"


def test_a_curfew_in_force_is_no_force_and_police_who_help_are_no_target() -> None:
    found = only(
        "A mob set fire to the shops of three traders in Kandy, Sri Lanka, on Friday and beat their owners. "
        "Police led the families away and a curfew is in force."
    )
    assert found.sub_event_type == "Mob violence" and found.actor2 == "Civilians (Sri Lanka)"


def test_soldiers_named_before_those_who_help_them_are_the_main_actor() -> None:
    found = only(
        "Government troops and U.N. peacekeepers drove FPRC rebels out of Ndele in the Central African Republic on "
        "Friday after a gun battle."
    )
    assert found.actor1.startswith("Military Forces of the Central African Republic")


def test_what_a_group_uses_is_its_own() -> None:
    found = only("Turkish jets bombed tunnels used by the PKK near Zakho in Iraq on Friday.")
    assert found.actor2 == "PKK: Kurdistan Workers' Party" and not found.civilian_targeting
