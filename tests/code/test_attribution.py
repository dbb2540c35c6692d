"""Who is named, and how far the sources agree: decided from claims alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.code.attribution import NON_PARTY, SUPPORT, Candidate, attribute, dispute_status, origin_of
from etl.model import Claim

STATE = "Military Forces of Niger (2023-)"
GROUP = "JNIM: Group for Support of Islam and Muslims"


def claim(act, value=STATE, who="Radio Anfani", role="outlet", slot="actor1"):
    return Claim(who, role, act, slot, value, False, 0, 1, "x")


claims_strategy = st.lists(
    st.builds(
        claim,
        st.sampled_from(
            [
                "assert",
                "claim_responsibility",
                "accuse",
                "deny",
                "deny_knowledge",
                "decline_comment",
                "confirm",
                "contradict",
                "retract",
            ]
        ),
        st.sampled_from([STATE, GROUP, None]),
        st.sampled_from(["Radio Anfani", "Army of Niger", "residents", "UN", "Agence Nigérienne", "sources"]),
        st.sampled_from(["party", "ally", "authority", "witness", "outlet", "monitor"]),
        st.sampled_from(["actor1", "occurrence", "fatalities"]),
    ),
    max_size=8,
)
presets = st.sampled_from(["reported", "independent", "claimed"])


@given(claims_strategy, presets)
def test_a_denied_accusation_needs_two_independent_origins(claims, preset):
    named = attribute([], claims, preset).actor1
    taken_back = {c.claimant for c in claims if c.speech_act == "retract"}
    about = [c for c in claims if c.slot == "actor1" and c.value == named and c.claimant not in taken_back]
    if (
        named
        and any(c.speech_act == "deny" for c in about)
        and not any(c.speech_act == "claim_responsibility" for c in about)
    ):
        assert len({origin_of(c) for c in about if c.speech_act in SUPPORT and c.claimant_role in NON_PARTY}) >= 2


@given(claims_strategy)
def test_the_claimed_preset_names_only_who_claims_responsibility(claims):
    named = attribute([Candidate(STATE)], claims, "claimed").actor1
    assert named is None or any(c.speech_act == "claim_responsibility" and c.value == named for c in claims)


@given(claims_strategy, presets, st.randoms())
def test_the_order_of_claims_never_matters(claims, preset, random):
    shuffled = claims[:]
    random.shuffle(shuffled)
    assert attribute([Candidate(GROUP)], claims, preset) == attribute([Candidate(GROUP)], shuffled, preset)
    for slot in ("actor1", "occurrence", "fatalities"):
        assert dispute_status(slot, claims) == dispute_status(slot, shuffled)


@given(claims_strategy, st.sampled_from(["actor1", "occurrence", "fatalities"]))
def test_a_denied_status_stands_on_a_denial(claims, slot):
    if dispute_status(slot, claims) == "attributed_denied":
        assert any(c.speech_act == "deny" and c.slot == slot for c in claims)


@given(claims_strategy, presets)
def test_nobody_is_both_named_and_alleged(claims, preset):
    result = attribute([], claims, preset)
    assert (result.actor1 is None) or result.alleged == ()


@pytest.mark.parametrize(
    ("preset", "acts", "named", "rule"),
    [
        ("reported", [claim("accuse", role="ally")], STATE, "undisputed_report"),
        (
            "reported",
            [claim("accuse", role="ally"), claim("deny", who="army", role="party")],
            None,
            "unidentified_denied",
        ),
        (
            "reported",
            [claim("accuse"), claim("accuse", who="UN", role="monitor"), claim("deny", who="army", role="party")],
            STATE,
            "named_in_spite_of_denial",
        ),
        ("reported", [claim("claim_responsibility", GROUP, GROUP, "party")], GROUP, "claim_of_responsibility"),
        ("reported", [claim("accuse", who="sources")], None, "unidentified_unknown"),
        ("reported", [], None, "unidentified_unknown"),
        ("independent", [claim("accuse", role="party", who="rebels")], None, "unidentified_not_independent"),
        ("independent", [claim("accuse", role="monitor", who="UN")], STATE, "undisputed_report"),
        ("claimed", [claim("accuse", role="monitor", who="UN")], None, "unidentified_not_claimed"),
        (
            "claimed",
            [claim("claim_responsibility", GROUP, GROUP, "party"), claim("accuse")],
            GROUP,
            "claim_of_responsibility",
        ),
    ],
)
def test_presets(preset, acts, named, rule):
    result = attribute([], acts, preset)
    assert (result.actor1, result.rule) == (named, rule)


def test_a_retracted_accusation_no_longer_counts():
    acts = [claim("accuse"), claim("retract", None)]
    assert attribute([], acts, "reported").rule == "unidentified_unknown"


def test_two_equally_supported_suspects_are_both_alleged():
    result = attribute([], [claim("accuse"), claim("accuse", GROUP)], "reported")
    assert (result.actor1, result.alleged) == (None, (GROUP, STATE))


def test_two_reports_naming_it_in_their_own_voice_outweigh_a_denial():
    denial = [claim("deny", who="army", role="party")]
    assert attribute([Candidate(STATE, "a"), Candidate(STATE, "b")], denial, "independent").actor1 == STATE
    assert attribute([Candidate(STATE, "a"), Candidate(STATE, "a")], denial, "independent").actor1 is None


@pytest.mark.parametrize(
    ("slot", "acts", "voices", "status"),
    [
        ("actor1", [claim("accuse", role="ally")], [], "single_party_claim"),
        ("actor1", [claim("accuse", role="ally"), claim("deny", role="party")], [], "attributed_denied"),
        (
            "location",
            [claim("assert", "Tillaberi", slot="location"), claim("deny", "Tillaberi", role="party", slot="location")],
            [],
            "contested",
        ),
        ("actor1", [claim("accuse"), claim("accuse", GROUP, "UN", "monitor")], [], "contested"),
        (
            "fatalities",
            [claim("assert", "12", slot="fatalities"), claim("assert", "14 people", "UN", "monitor", "fatalities")],
            [],
            "contested",
        ),
        (
            "fatalities",
            [
                claim("assert", "at least 12", slot="fatalities"),
                claim("assert", "14 people", "UN", "monitor", "fatalities"),
            ],
            [],
            "corroborated",
        ),
        ("occurrence", [claim("assert", None, slot="occurrence")], [], "single_source"),
        ("occurrence", [claim("assert", None, slot="occurrence")], ["story"], "corroborated"),
        ("occurrence", [], ["story"], "undisputed"),
        ("occurrence", [claim("decline_comment", None, slot="occurrence")], ["story"], "undisputed"),
    ],
)
def test_status_of_a_slot(slot, acts, voices, status):
    assert dispute_status(slot, acts, own_voice=voices) == status


def test_a_wrong_preset_says_what_to_do():
    with pytest.raises(ValueError, match="use one of reported"):
        attribute([], [], "all")


def test_origins_have_to_match_the_claims():
    with pytest.raises(ValueError, match="one origin for each claim"):
        attribute([], [claim("accuse")], "reported", [])
