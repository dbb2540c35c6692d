"""Who says what: the act, the claimant and the exact words, from general grammar."""

from __future__ import annotations

import pytest

from etl.annotate import annotate
from etl.code.quotes import quotations
from etl.code.speech import SpeechAct, speech_acts


def acts(text: str) -> list[SpeechAct]:
    return speech_acts(annotate(text))


def only(text: str) -> SpeechAct:
    found = acts(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "act", "claimant"),
    [
        ("Police said two men were shot dead in Goma.", "assert", "Police"),
        ("Two men were shot dead in Goma, police said on Monday.", "assert", "police"),
        ('"Two men were shot dead," said Colonel Jean Okito.', "assert", "Colonel Jean Okito"),
        ("According to the UN mission, two men were shot dead.", "assert", "UN mission"),
        ("Two men were shot dead, according to residents.", "assert", "residents"),
        ("The two men, police said, were shot dead at a bridge.", "assert", "police"),
        ("In a statement, the ministry said two men were shot dead.", "assert", "ministry"),
        ("The Houthis claimed responsibility for the attack.", "claim_responsibility", "Houthis"),
        (
            "Responsibility for the blast was claimed by the Islamic State group.",
            "claim_responsibility",
            "Islamic State group",
        ),
        ("The navy said it had sunk three boats and killed their crews.", "claim_responsibility", "navy"),
        ("A shepherd from Karm told by telephone how two jets had dropped bombs.", "assert", "shepherd from Karm"),
        ("An officer gave another account: the gunmen, he said, had fired first.", "assert", "officer"),
        ('"Our helicopters struck a camp of the rebels," the spokesman said.', "claim_responsibility", "spokesman"),
        ("The army said that no patrol of the base had been out on Saturday.", "deny", "army"),
        ("The mayor said no people were in the building.", "assert", "mayor"),
        ('"There was not one soldier on that train," a railway official said.', "deny", "railway official"),
        ('"We withdraw the call that was made in our name," the front said.', "retract", "front"),
        ("Police blamed the PKK for the blast.", "accuse", "Police"),
        ("Kyiv accused Russia of shelling a hospital.", "accuse", "Kyiv"),
        ("The mayor held the rebels responsible for the raid.", "accuse", "mayor"),
        ("The army denied that it had bombed the village.", "deny", "army"),
        ("The army has denied any involvement.", "deny", "army"),
        ("Moscow rejected the accusations.", "deny", "Moscow"),
        ("A spokesman dismissed the report as propaganda.", "deny", "spokesman"),
        ("The army said its jets did not strike the camp.", "deny", "army"),
        ("The army said none of its jets had struck the camp.", "deny", "army"),
        ("The group said it had nothing to do with the bombing.", "deny", "group"),
        ("The army said it had no information about the raid.", "deny_knowledge", "army"),
        ("The governor said he was not aware of the raid.", "deny_knowledge", "governor"),
        ("The army could not confirm the strike.", "deny_knowledge", "army"),
        ("The army declined to comment.", "decline_comment", "army"),
        ("The army would not comment on the raid.", "decline_comment", "army"),
        ("The ministry did not respond to a request for comment.", "decline_comment", "ministry"),
        ("A spokesman could not be reached for comment.", "decline_comment", "spokesman"),
        ("There was no immediate comment from the army.", "decline_comment", "army"),
        ("The ministry would neither confirm nor deny the report.", "decline_comment", "ministry"),
        ("The ministry confirmed the attack.", "confirm", "ministry"),
        ("The ministry partly confirmed the report.", "partly_confirm", "ministry"),
        ("The ministry retracted its statement on the raid.", "retract", "ministry"),
    ],
)
def test_one_act(text, act, claimant):
    found = only(text)
    assert (found.act, found.claimant) == (act, claimant)


@pytest.mark.parametrize(
    "text",
    [
        "The army denied aid workers access to the town.",
        "The union rejected the pay offer.",
        "The minister dismissed two officers.",
        "No group has claimed responsibility for the blast.",
        "Reuters could not independently verify the report.",
        "The suspect is said to be a farmer.",
        "The soldiers took the hill.",
    ],
)
def test_no_act_is_found_where_nobody_speaks_of_the_event(text):
    assert acts(text) == []


def test_a_quotation_split_around_the_verb_is_one_denial():
    text = '"We did not fire any rockets," said Colonel Abdou Sani, a spokesman for the army, "and we had no role."'
    found = only(text)
    assert (found.act, found.person, found.organisation) == ("deny", "Abdou Sani", "army")
    assert [text[a:b] for a, b in found.quotes] == ["We did not fire any rockets,", "and we had no role."]


def test_a_negated_confirmation_about_ones_own_deed_denies():
    assert (
        only(
            'Speaking for the coalition, Major Ann Hale said she "can confirm we did not carry out strikes in Raqqa."'
        ).act
        == "deny"
    )


def test_a_pronoun_goes_on_with_the_last_speaker():
    first, second = acts("Colonel Sani said two men died. He added that an inquiry had begun.")
    assert first.claimant == second.claimant == "Colonel Sani"


def test_a_quotation_that_runs_on_has_the_same_speaker():
    found = acts('"They came at night," said Musa Ali, a resident. "The soldiers burned nine houses."')
    assert [a.person for a in found] == ["Musa Ali", "Musa Ali"]


def test_coordinated_refusal_and_denial_are_two_acts():
    found = acts("The navy has denied sinking the boat, and the coast guard would not comment on the incident.")
    assert [(a.claimant, a.act) for a in found] == [("navy", "deny"), ("coast guard", "decline_comment")]


def test_passing_on_is_kept_as_a_chain():
    found = only("Reuters quoted a rebel spokesman as saying the group was behind the bombing.")
    assert (found.act, found.chain) == ("claim_responsibility", ("Reuters", "rebel spokesman"))
    assert only("A witness told Radio Okapi that soldiers fired on the crowd.").chain == ("Radio Okapi", "witness")


def test_a_contradiction_takes_the_words_that_follow_it():
    text = "The radio contradicted the ministry's account, saying rebels had burned the bridge."
    found = only(text)
    assert found.act == "contradict"
    assert text[found.content_start : found.content_end] == "rebels had burned the bridge"


def test_clauses_that_do_different_things_are_two_acts():
    found = acts(
        'A guard told Reuters the film showed "a strike inside the camp" and "there is no base of ours there."'
    )
    assert [a.act for a in found] == ["assert", "deny"]


def test_the_echo_of_a_denied_claim_accuses_the_denier():
    found = acts("The army denied that its jets had bombed Kafr Nabl, as rebels claimed.")
    assert {(a.claimant, a.act) for a in found} == {("army", "deny"), ("rebels", "accuse")}


def test_hedged_wording_is_marked():
    assert only("Turkish jets may have bombed the clinic, the group said.").hedged
    assert not only("Turkish jets bombed the clinic, the group said.").hedged


def test_several_claimants_at_the_end_of_a_sentence():
    assert (
        only("Soldiers opened fire on a march, killing two, a doctor and witnesses said.").claimant
        == "doctor and witnesses"
    )


def test_headlines_in_title_case():
    found = acts("Navy Denies Role in Sinking, Port Chief Declines to Comment\n\nThe boat sank on Monday.")
    assert [(a.claimant, a.act, a.heading) for a in found] == [
        ("Navy", "deny", True),
        ("Port Chief", "decline_comment", True),
    ]


def test_offsets_are_those_of_the_text():
    text = "Kyiv said on Monday that Russian forces had shelled a clinic in Kherson."
    found = only(text)
    assert text[found.claimant_start : found.claimant_end] == "Kyiv"
    assert text[found.content_start : found.content_end] == "Russian forces had shelled a clinic in Kherson"
    assert found.accused is not None
    assert found.accused[0] == "Russian forces"


def test_an_open_quotation_ends_with_its_paragraph():
    text = 'He said: "It was us.\n\nNobody else spoke.'
    assert [text[a:b] for a, b in quotations(text)] == ["It was us."]


@pytest.mark.parametrize("text", ["", "\n\n", '"', "said", '" said " said "', "According to", "Denies", "A" * 3000])
def test_odd_texts_never_fail(text):
    assert isinstance(acts(text), list)
