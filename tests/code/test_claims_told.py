"""How news tells who says so: summaries with a quotation behind, refusals, ignorance, witnesses, tolls put."""

from __future__ import annotations

import pytest

from etl.annotate import annotate
from etl.code.speech import speech_acts
from tests.code.claims_support import claims_of, short

FRONT = "BRN: National Revolutionary Front"
RAID = "Two farmers were shot dead in Mayo on Tuesday. "


def acts(text):
    return [(a.act, a.claimant, a.accused[0] if a.accused else None) for a in speech_acts(annotate(text))]


def test_a_denial_told_and_then_quoted_is_one_claim_in_the_speakers_own_words():
    text = RAID + 'Police blamed the rebels. The rebels rejected the charge. "We had no part in it," their office said.'
    denials = [c for c in claims_of(text, triggers=("shot dead",)) if c.speech_act == "deny"]
    assert [(c.claimant, c.quote) for c in denials] == [("rebels", "We had no part in it")]


def test_blame_told_and_then_quoted_is_carried_by_the_quotation():
    text = RAID + 'General Ana Paz blamed the BRN. "The method carries the signature of the BRN," she said.'
    accusations = [c for c in claims_of(text, triggers=("shot dead",), where="THA") if c.speech_act == "accuse"]
    assert [(c.value, c.quote) for c in accusations] == [(FRONT, "The method carries the signature of the BRN")]


def test_somebody_elses_quotation_does_not_carry_a_denial():
    text = RAID + 'Police blamed the rebels. The rebels denied it. "They came at sunrise with torches," a man said.'
    denial = next(c for c in claims_of(text, triggers=("shot dead",)) if c.speech_act == "deny")
    assert denial.quote == "The rebels denied it"


def test_the_sentences_of_a_quotation_belong_to_whom_its_last_one_names():
    text = 'The army denied it. "They knelt and fired at us. Nobody had thrown a stone," said a baker.'
    assert {who for act, who, _ in acts(text) if act == "assert"} == {"baker"}


def test_they_are_the_one_force_that_is_accused():
    text = (
        "Two farmers were shot dead by Russian soldiers in Bala on Tuesday, the mayor said. "
        '"They knelt and fired at us," said a baker.'
    )
    found = claims_of(text, triggers=("shot dead",), where="UKR")
    assert [c.value for c in found if (c.claimant, c.speech_act) == ("baker", "accuse")] == [
        "Military Forces of Russia (1999-)"
    ]


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        ('"It was the army\'s plane," a farmer said.', "the army"),
        ('"It was the police," a farmer said.', "the police"),
        ("The farmer said it was an army plane that bombed the hall.", "an army plane"),
        ("The farmer said the helicopter belonged to the Russian army.", "the Russian army"),
        ("The general said the bomb carried the hallmarks of the PKK.", "the PKK"),
    ],
)
def test_who_is_named_by_what_struck(text, accused):
    assert acts(text) == [("assert", acts(text)[0][1], accused)]


@pytest.mark.parametrize(
    "text",
    [
        "The police said they did not yet know who had fired.",
        "The doctor said she could not tell by which weapon they were hit.",
        "The mission said it could not establish who began the fight.",
        '"I cannot say who they were," a teacher said.',
    ],
)
def test_not_being_able_to_tell_is_knowing_nothing(text):
    assert [act for act, *_ in acts(text)] == ["deny_knowledge"]


def test_what_was_seen_and_what_cannot_be_told_are_two_sayings():
    text = "Monitors said they had counted twelve bodies at the dam but could not tell which side began the fight."
    assert [act for act, *_ in acts(text)] == ["assert", "deny_knowledge"]


@pytest.mark.parametrize(
    "text",
    [
        "The director would not be drawn on the raid.",
        "The church declined to name anybody.",
        "The company did not say by whom he might be held.",
        "The officer would not say whom his men suspected.",
    ],
)
def test_refusals_in_other_words(text):
    assert [act for act, *_ in acts(text)] == ["decline_comment"]


def test_who_declines_to_be_named_does_not_refuse_to_comment():
    text = "A source who declined to be named said two men were shot dead."
    assert "decline_comment" not in [act for act, *_ in acts(text)]


@pytest.mark.parametrize(
    ("answer", "slot"),
    [
        ("The coroner refused to give any number.", "fatalities"),
        ("The mayor would not say who was behind the shooting.", "actor1"),
        ("The mayor would not be drawn on whether the men were fighters.", "actor2"),
        ("The mayor declined to comment.", "occurrence"),
    ],
)
def test_a_refusal_is_about_what_was_asked(answer, slot):
    found = claims_of(RAID + answer, triggers=("shot dead",))
    assert [(c.speech_act, c.slot) for c in found] == [("decline_comment", slot)]


def test_a_witness_who_tells_what_was_heard_reports_the_event():
    found = claims_of(RAID + "Residents said they heard gunfire before dawn.", triggers=("shot dead",))
    assert short(found) == {("Residents", "assert", "occurrence")}


def test_he_is_whom_the_paragraph_told_of_last():
    text = 'A trader said two men were shot dead. The head of the clinic came later. "We buried two," he said.'
    assert [who for _, who, _ in acts(text)] == ["trader", "head of the clinic"]


@pytest.mark.parametrize(
    ("toll", "value"),
    [
        ("The ministry reported the loss of two servicemen.", "2"),
        ("The mayor put the number at sixteen.", "16"),
        ('"We buried nine," the mayor said.', "9"),
    ],
)
def test_tolls_that_are_put_reported_or_buried(toll, value):
    found = claims_of("Soldiers fought rebels at Bala on Monday. " + toll, triggers=("fought",))
    assert [(c.slot, c.value) for c in found if c.slot == "fatalities"] == [("fatalities", value)]


def test_the_losses_that_each_side_gives_of_its_own_do_not_contradict():
    text = (
        "Soldiers fought rebels at Bala on Monday. The army reported the loss of two men. "
        "A rebel officer said three of his fighters were killed."
    )
    found = claims_of(text, triggers=("fought",), tolls=("three of his fighters",))
    assert {c.speech_act for c in found if c.slot == "fatalities"} == {"assert"}


def test_whoever_speaks_for_a_group_is_of_it():
    text = "A man who speaks for the PKK denied the raid."
    assert [a.organisation for a in speech_acts(annotate(text))] == ["PKK"]


def test_of_an_army_and_its_officer_the_officers_own_words_are_the_denial():
    text = (
        "A plane of the Russian army bombed a school in Bala on Monday, said the mayor. The Russian army said it was "
        'not involved. The school had stood empty. "We did not bomb a school," said Colonel Ivan Petrov, a spokesman '
        "for the Russian army."
    )
    found = claims_of(text, triggers=("bombed",), where="UKR")
    assert [c.quote for c in found if c.speech_act == "deny"] == ["We did not bomb a school"]


def test_a_nameless_denial_beside_a_quoted_one_is_not_listed_twice():
    text = (
        RAID + 'Police blamed the M23. The rebels reject the charge. It was dark. "We did not kill him," the M23 said.'
    )
    found = claims_of(text, triggers=("shot dead",), where="COD")
    assert [c.quote for c in found if c.speech_act == "deny"] == ["We did not kill him"]


@pytest.mark.parametrize(
    ("denial", "slot"),
    [
        ('"There was no air strike," the Russian army said.', "occurrence"),
        ('"There was no attack by us," the Russian army said.', "actor1"),
        ('"No civilian was harmed," the Russian army said.', "actor2"),
    ],
)
def test_what_a_denial_denies(denial, slot):
    text = "Planes of the Russian army bombed a market in Bala on Monday, the mayor said. " + denial
    found = claims_of(text, triggers=("bombed",), where="UKR")
    assert [c.slot for c in found if c.speech_act == "deny"] == [slot]


def test_a_part_of_the_dead_is_no_toll():
    text = "Six people were killed at Bala on Monday, the mayor said. Four of the dead were women, a doctor said."
    found = claims_of(text, triggers=("killed",), tolls=("Six people", "Four of the dead"))
    assert [c.claimant for c in found if c.slot == "fatalities"] == ["mayor"]


def test_it_is_the_body_that_was_told_of_last():
    text = "The mayor said two men were shot dead. The army gave another account. It said a bomb had exploded."
    assert [who for _, who, _ in acts(text)] == ["mayor", "army"]


def test_fighters_of_god_are_those_who_say_so():
    assert [act for act, *_ in acts('JNIM said that "the mujahideen ambushed a column of the army".')] == [
        "claim_responsibility"
    ]


def test_one_of_several_sources_is_a_claimant_of_its_own():
    text = "One of the sources, an officer in the north, said that nine men had died. Another put the dead at twelve."
    assert [who for _, who, _ in acts(text)] == ["officer in the north", "Another"]


def test_to_admit_ones_own_loss_is_to_assert_it():
    found = claims_of("Rebels fought soldiers at Bala on Monday. The rebels admitted the loss of two men.", ("fought",))
    assert [(c.speech_act, c.slot) for c in found] == [("assert", "fatalities")]


def test_what_somebody_was_asked_is_what_is_not_answered():
    told = "Shells killed two men in Gao on Tuesday, a nurse said. "
    asked = told + "Asked who had fired, the mayor declined to comment."
    plain = told + "The mayor declined to comment."
    assert ("mayor", "decline_comment", "actor1") in short(claims_of(asked, triggers=("killed",)))
    assert ("mayor", "decline_comment", "occurrence") in short(claims_of(plain, triggers=("killed",)))


@pytest.mark.parametrize(
    ("answer", "claim"),
    [
        ("The rebels denied having had any men in the school.", ("rebels", "deny", "actor2")),
        ('"There was not one fighter in that school," an official said.', ("official", "deny", "actor2")),
        ("A spokesman denied that the town had been given up.", ("spokesman", "deny", "occurrence")),
        ("A commander said that his guns had been quiet.", ("commander", "deny", "actor1")),
        ("The army said that it had no people there.", ("army", "deny", "actor1")),
    ],
)
def test_a_denial_without_the_events_own_words_is_about_it(answer, claim):
    text = f"A shell hit a school in Gao on Tuesday, killing two men. {answer}"
    assert claim in short(claims_of(text, triggers=("hit",), where="MLI"))


def test_what_a_side_calls_its_enemy_means_whom_it_blamed_before():
    text = RAID + 'Police blamed the BRN. Elsewhere it was quiet. "The terrorists killed them," General Ana Paz said.'
    found = [c for c in claims_of(text, triggers=("shot dead", "killed"), where="THA") if "Ana Paz" in c.claimant]
    assert [(c.speech_act, c.value) for c in found] == [("accuse", FRONT)]


def test_gunmen_without_a_name_are_nobody_that_was_blamed_before():
    text = RAID + 'Police blamed the BRN. Elsewhere it was quiet. "Masked gunmen killed them," a baker said.'
    found = claims_of(text, triggers=("killed",), where="THA")
    assert not any(c.speech_act == "accuse" and c.claimant == "baker" for c in found)


def test_to_have_killed_nobody_is_no_accusation():
    assert acts("The paper wrote that the army had killed nobody in Mayo.")[0][2] is None


def test_who_only_tells_of_the_dead_takes_no_side_on_who_they_were():
    text = (
        "A bomb hit a house in Gao on Tuesday. Three traders were killed, a nurse said. "
        "The army denied that any civilian was harmed."
    )
    found = short(claims_of(text, triggers=("bomb", "killed"), where="MLI", actor2=("Three traders",)))
    assert ("army", "deny", "actor2") in found
    assert not any(slot == "actor2" and act == "assert" for _, act, slot in found)
