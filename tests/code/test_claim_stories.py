"""Fifteen short disputed stories, each told in its own way, and every claim in them.

They stand apart from the bundled articles, so that rules made for those are seen to hold elsewhere too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pytest

from etl.annotate import annotate
from etl.code.coder import RuleCoder
from etl.code.reading import read_acts
from etl.code.sourcing import alleged_by_others, apart
from etl.evaluate import Rate
from etl.model import Article, Claim


class Said(NamedTuple):
    """A claim wanted: words of the claimant's name, act, slot, and words of the quote."""

    claimant: str
    act: str
    slot: str
    quote: str


@dataclass(frozen=True)
class Story:
    """A text with its publication day and the claims in it."""

    name: str
    published: tuple[int, int, int]
    text: str
    claims: tuple[Said, ...]


STORIES = (
    Story(
        "kawlin",
        (2024, 6, 5),
        "At least six villagers were killed when a fighter jet bombed a monastery in Kawlin, in Myanmar's Sagaing "
        "Region, on 3 June 2024, a monk who helped to bury the dead said.\n\n"
        "The Kawlin People's Defence Force blamed the air force. A spokesman for the military council, Zaw Min Tun, "
        "denied that any aircraft had flown over Kawlin that day.",
        (
            Said("monk", "assert", "fatalities", "At least six villagers were killed"),
            Said("Defence Force", "accuse", "actor1", "blamed the air force"),
            Said("Zaw Min Tun", "deny", "actor1", "denied that any aircraft had flown over Kawlin"),
        ),
    ),
    Story(
        "masbate",
        (2024, 3, 15),
        "Gunmen shot dead a village captain in Masbate, in the central Philippines, on 12 March 2024, police said.\n\n"
        "The New People's Army admitted the killing in a statement signed by a regional commander and called the man "
        "an informer. His widow denied that he had ever worked for the army.",
        (
            Said("police", "assert", "fatalities", "Gunmen shot dead a village captain"),
            Said("New People's Army", "claim_responsibility", "actor1", "admitted the killing"),
            Said("widow", "deny", "actor2", "denied that he had ever worked for the army"),
        ),
    ),
    Story(
        "sake",
        (2024, 2, 12),
        "M23 rebels fired mortar shells into a camp for displaced people in Sake, in North Kivu, on 10 February 2024, "
        "killing nine, the spokesman of the Congolese army, Guillaume Ndjike, said.\n\n"
        "M23's spokesman, Lawrence Kanyuka, rejected the accusation and said that the shells had come from army "
        "positions at Mubambiro. The UN mission put the toll at 12.",
        (
            Said("Ndjike", "accuse", "actor1", "M23 rebels fired mortar shells into a camp"),
            Said("Ndjike", "assert", "fatalities", "fired mortar shells into a camp, killing nine"),
            Said("Ndjike", "assert", "weapon", "M23 rebels fired mortar shells into a camp"),
            Said("Kanyuka", "deny", "actor1", "rejected the accusation"),
            Said("Kanyuka", "accuse", "actor1", "the shells had come from army positions at Mubambiro"),
            Said("United Nations", "contradict", "fatalities", "put the toll at 12"),
        ),
    ),
    Story(
        "merawi",
        (2024, 5, 16),
        "The Amhara regional government in Ethiopia said on Wednesday that Fano fighters had killed 17 farmers in "
        "Merawi on 14 May 2024.\n\n"
        "Fano denied it, saying that its men had not been near the town. Two residents told Addis Weekly that soldiers "
        "of the federal army had carried out the killings.",
        (
            Said("Amhara regional government", "accuse", "actor1", "Fano fighters had killed 17 farmers"),
            Said("Fano", "deny", "actor1", "Fano denied it"),
            Said("Two residents", "accuse", "actor1", "soldiers of the federal army had carried out the killings"),
        ),
    ),
    Story(
        "kantharalak",
        (2025, 7, 25),
        "Artillery fire hit a petrol station in Kantharalak, in Thailand's Sisaket province, on 24 July 2025, killing "
        "six people, the provincial hospital said.\n\n"
        'The Thai army accused Cambodia of "shelling families in broad daylight". Cambodia\'s defence ministry called '
        "the accusation baseless.",
        (
            Said("hospital", "assert", "fatalities", "Artillery fire hit a petrol station killing six people"),
            Said("Thai army", "accuse", "actor1", "shelling families in broad daylight"),
            Said("Cambodia's defence ministry", "deny", "actor1", "called the accusation baseless"),
        ),
    ),
    Story(
        "sinjar",
        (2024, 4, 10),
        "A drone hit a car near Sinjar in northern Iraq on 9 April 2024, killing two fighters of the Sinjar Resistance "
        "Units, the Kurdistan Region's counter-terrorism service said, blaming Turkey.\n\n"
        "Ankara did not respond to a request for comment. The Sinjar Resistance Units said that three of their members "
        "had died.",
        (
            Said("counter-terrorism service", "assert", "fatalities", "A drone hit a car killing two fighters"),
            Said("counter-terrorism service", "accuse", "actor1", "blaming Turkey"),
            Said("Ankara", "decline_comment", "occurrence", "did not respond to a request for comment"),
            Said("Sinjar Resistance Units", "contradict", "fatalities", "three of their members had died"),
        ),
    ),
    Story(
        "pont-sonde",
        (2024, 10, 6),
        "Members of the Gran Grif gang attacked residents of Pont-Sondé in Haiti on 3 October 2024 and killed at least "
        "70 people, the UN human rights office said.\n\n"
        "The gang's leader, Luckson Elan, claimed responsibility in an audio message. A coalition of local groups put "
        "the number of dead at 115.",
        (
            Said("United Nations", "accuse", "actor1", "Members of the Gran Grif gang attacked residents"),
            Said("Elan", "claim_responsibility", "actor1", "claimed responsibility in an audio message"),
            Said("coalition of local groups", "assert", "fatalities", "put the number of dead at 115"),
        ),
    ),
    Story(
        "intan-jaya",
        (2020, 9, 21),
        "Soldiers shot dead a pastor in Intan Jaya, in Indonesia's Papua, on 19 September 2020, his family said.\n\n"
        "A military spokesman, Suriastawa, dismissed the allegation as slander and said that armed separatists had "
        "killed the pastor. The West Papua National Liberation Army denied involvement.",
        (
            Said("family", "accuse", "actor1", "Soldiers shot dead a pastor"),
            Said("Suriastawa", "deny", "actor1", "dismissed the allegation as slander"),
            Said("Suriastawa", "accuse", "actor1", "armed separatists had killed the pastor"),
            Said("West Papua National Liberation Army", "deny", "actor1", "denied involvement"),
        ),
    ),
    Story(
        "kherson",
        (2023, 2, 22),
        "Russian forces shelled a bus station in Kherson on 21 February 2023, killing five people, the regional "
        "governor, Oleksandr Prokudin, said.\n\n"
        "Russia's defence ministry said that it had no information about such a strike.",
        (
            Said("Prokudin", "accuse", "actor1", "Russian forces shelled a bus station in Kherson"),
            Said("defence ministry", "deny_knowledge", "occurrence", "it had no information about such a strike"),
        ),
    ),
    Story(
        "osweyne",
        (2024, 8, 22),
        "Al Shabaab said on Wednesday that its fighters had overrun an army base at Osweyne in Somalia's Galmudug on "
        "20 August 2024 and killed 178 soldiers.\n\n"
        "Somalia's information minister, Daud Aweis, denied that the base had fallen. A resident, Abdi Nur, told "
        "reporters by phone that he had counted 11 bodies.",
        (
            Said("Shabaab", "claim_responsibility", "actor1", "its fighters had overrun an army base"),
            Said("Shabaab", "assert", "fatalities", "killed 178 soldiers"),
            Said("Aweis", "deny", "occurrence", "denied that the base had fallen"),
            Said("Abdi Nur", "contradict", "fatalities", "he had counted 11 bodies"),
        ),
    ),
    Story(
        "hebron",
        (2023, 8, 22),
        "Two gunmen in a passing car shot dead an Israeli woman near Hebron in the West Bank on 21 August 2023, the "
        "Israeli military said. A Palestinian factory owner who heard the shots said that the car had fled towards "
        "the city.\n\n"
        "Hamas praised the attack but stopped short of claiming it. The Palestinian Authority would not comment.",
        (
            Said("Israeli military", "assert", "fatalities", "Two gunmen in a passing car shot dead an Israeli woman"),
            Said(
                "Palestinian Authority", "decline_comment", "occurrence", "The Palestinian Authority would not comment"
            ),
        ),
    ),
    Story(
        "gedeo",
        (2019, 4, 3),
        "Herders set fire to 40 houses in Barkin Ladi, in Nigeria's Plateau State, on 1 April 2019 and killed eight "
        "farmers, a community leader, Gyang Dalyop, told reporters.\n\n"
        'The herders\' association, Miyetti Allah, dismissed the claim as "wicked lies". Its state chairman, Muhammad '
        "Abdullahi, accused a farmers' militia of having attacked the herders first. Police confirmed five deaths.",
        (
            Said("Gyang Dalyop", "accuse", "actor1", "Herders set fire to 40 houses"),
            Said("Miyetti Allah", "deny", "actor1", "dismissed the claim as"),
            Said("Abdullahi", "accuse", "actor1", "accused a farmers' militia of having attacked"),
            Said("Gyang Dalyop", "assert", "fatalities", "killed eight farmers"),
            Said("Police", "contradict", "fatalities", "Police confirmed five deaths"),
        ),
    ),
    Story(
        "stepanakert",
        (2020, 10, 10),
        "Rockets struck a residential street in Ganja, Azerbaijan's second city, on 8 October 2020, wounding 12 people, "  # noqa: E501
        "the prosecutor general's office in Baku said, and blamed Armenia.\n\n"
        "Armenia's defence ministry denied firing on the city. A reporter of Caucasus Daily saw three craters. "
        "The Russian foreign ministry said it was aware of the reports but had no information of its own.",
        (
            Said("prosecutor general's office", "assert", "occurrence", "Rockets struck a residential street in Ganja"),
            Said("prosecutor general's office", "accuse", "actor1", "blamed Armenia"),
            Said("Armenia's defence ministry", "deny", "actor1", "denied firing on the city"),
            Said("Russian foreign ministry", "deny_knowledge", "occurrence", "had no information of its own"),
        ),
    ),
    Story(
        "arauca",
        (2022, 1, 5),
        "The ELN said in a communiqué that its fighters had ambushed an army patrol near Saravena, in Colombia's "
        "Arauca department, on 3 January 2022. It spoke of nine dead soldiers.\n\n"
        "General Luis Ortega, the commander of the Eighth Division, rejected that figure: two soldiers had died, he "
        "said.",
        (
            Said("ELN", "claim_responsibility", "actor1", "its fighters had ambushed an army patrol near Saravena"),
            Said("ELN", "assert", "fatalities", "nine dead soldiers"),
            Said("Ortega", "contradict", "fatalities", "two soldiers had died"),
        ),
    ),
    Story(
        "qamishli",
        (2023, 10, 8),
        "A Turkish drone hit an oil station near Qamishli in northeastern Syria on 5 October 2023, the Kurdish-led "
        "Asayish police said. Turkey's defence ministry said its air force had struck only militants.\n\n"
        "In a separate incident on 6 October, a bomb killed three people in Azaz, local police said. The Syrian "
        "Democratic Forces denied any role in the bombing.",
        (
            Said("Asayish", "accuse", "actor1", "A Turkish drone hit an oil station"),
            Said("defence ministry", "claim_responsibility", "actor1", "its air force had struck only militants"),
            Said("defence ministry", "contradict", "actor2", "its air force had struck only militants"),
            Said("local police", "assert", "fatalities", "a bomb killed three people in Azaz"),
            Said("Syrian Democratic Forces", "deny", "actor1", "denied any role in the bombing"),
        ),
    ),
)


@pytest.fixture(scope="module")
def coded() -> dict[str, list[Claim]]:
    """The claims of every story, coded in one go."""
    articles = [Article(s.name, s.text, published_at="{:04}-{:02}-{:02}".format(*s.published)) for s in STORIES]
    return {c.doc_id: [claim for m in c.mentions for claim in m.claims] for c in RuleCoder().code(articles)}


def holds(claim: Claim, wanted: Said) -> bool:
    """Whether a claim is the wanted one: act, slot, claimant, and half of the words."""
    words = set(wanted.quote.casefold().split())
    return (
        (claim.speech_act, claim.slot) == (wanted.act, wanted.slot)
        and wanted.claimant.casefold() in claim.claimant.casefold()
        and len(words & set(claim.quote.casefold().split())) * 2 >= len(words)
    )


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s.name)
def test_quotes_stand_in_the_story_to_the_letter(story: Story, coded: dict[str, list[Claim]]) -> None:
    assert coded[story.name]
    assert all(story.text[c.start : c.end] == c.quote for c in coded[story.name])


def test_the_claims_of_the_stories_are_found_and_few_others(coded: dict[str, list[Claim]]) -> None:
    rate = Rate()
    for story in STORIES:
        left = list(story.claims)
        rate.wanted += len(left)
        rate.given += len(coded[story.name])
        for claim in coded[story.name]:
            hit = next((w for w in left if holds(claim, w)), None)
            if hit is not None:
                left.remove(hit)
                rate.right += 1
    assert rate.precision >= 0.85
    assert rate.recall >= 0.85


def test_a_claim_stays_with_the_event_it_is_about() -> None:
    text = next(s.text for s in STORIES if s.name == "qamishli")
    (coding,) = RuleCoder().code([Article("two", text, published_at="2023-10-08")])
    keys = [(c.start, c.end, c.speech_act, c.slot) for m in coding.mentions for c in m.claims]
    assert len(keys) == len(set(keys))


def test_an_act_that_one_side_denies_and_another_alleges_is_told_apart_from_one_only_denied() -> None:
    def left(text: str) -> int:
        doc = annotate(text)
        _, found = read_acts(Article("denied", text, published_at="2024-05-04"), doc)
        return len(alleged_by_others(found, doc))

    assert left("The army denied on 3 May 2024 that its jets had bombed Kafr Nabl, as rebels claimed.") == 1
    assert left("The army denied on 3 May 2024 that its jets had bombed Kafr Nabl.") == 0


@pytest.mark.parametrize(
    ("quotes", "kept"),
    [
        (((0, 30), (0, 30)), (1, 0)),
        (((40, 60), (40, 60)), (0, 1)),
        (((0, 60), (0, 60)), (1, 1)),
    ],
)
def test_one_claim_of_two_events_goes_where_its_words_are(
    quotes: tuple[tuple[int, int], tuple[int, int]], kept: tuple[int, int]
) -> None:
    told = [
        (Claim("police", "authority", "assert", "occurrence", None, False, start, end, "words", ()),)
        for start, end in quotes
    ]
    assert tuple(len(c) for c in apart(told, [[(5, 9)], [(35, 39)]])) == kept
