"""What the registry finds in words, and what it calls an actor on a day."""

from __future__ import annotations

import time
from datetime import date

import pytest

from etl.annotate import annotate
from etl.code import registry_load
from etl.code.actors import Registry, registry
from etl.code.entities import entities
from etl.code.registry_model import own_names
from etl.code.registry_words import keys, needed_case
from etl.errors import Misconfigured


@pytest.fixture(scope="module")
def known() -> Registry:
    return registry()


def ids(known: Registry, text: str, **context: object) -> list[str]:
    return [span.actor_id for span in known.find(text, **context)]  # type: ignore[arg-type]


# The files


def test_the_registry_is_large_and_loads_fast():
    start = time.perf_counter()
    fresh = Registry()
    assert time.perf_counter() - start < 3, "half a second on an idle machine"
    assert len(fresh.actors) >= 230
    assert len(fresh.names()) >= 700
    assert len(fresh.generics.nouns) >= 250


def test_no_two_actors_of_one_home_share_an_alias_unawares(known):
    assert registry_load.clashes(known.actors) == []


def test_no_alias_is_a_common_word(known):
    nouns = known.generics.words | set(known.generics.nouns) | set(known.generics.force_nouns)
    bad = [
        (actor.actor_id, name)
        for actor in known.actors.values()
        for name in own_names(actor)
        if needed_case(name) != "upper" and len(keys(name)) == 1 and keys(name)[0] in nouns
    ]
    assert bad == []


def test_every_reference_points_at_an_actor(known):
    def exists(actor_id: str) -> bool:
        kind, _, rest = actor_id.partition(":")
        iso3, _, unit = rest.partition("/")
        if kind not in ("military", "police"):
            return actor_id in known.actors
        state = known.states.get(iso3)
        return state is not None and (not unit or any(one.unit_id == unit for one in state.units))

    for actor in known.actors.values():
        for other in (actor.parent, actor.side_of, *actor.ally_of):
            assert other is None or exists(other), (actor.actor_id, other)
    for relation in known.relations:
        assert exists(relation.one), relation
        assert exists(relation.other), relation


def test_every_actor_names_its_source_and_armed_ones_their_type(known):
    for actor in known.actors.values():
        assert actor.source.startswith("https://"), actor.actor_id
        if actor.kind in ("group", "mission"):
            assert actor.types, actor.actor_id


def test_every_country_with_a_population_has_forces(known):
    without = {"AND", "ATA", "HMD", "KIR", "LIE", "MHL", "FSM", "MCO", "NRU", "PLW", "SMR", "TUV"}
    assert {iso3 for iso3 in known.countries if known.owner(iso3) is None} == without


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("- {id: a, name: A, home: QQQ}", "QQQ"),
        ("- {id: a, name: A, type: Terrorists}", "Terrorists"),
        ("- {id: a, name: A, alias: [B]}", "alias"),
        ("- {id: a, name: A}\n- {id: a, name: B}", "taken"),
        ("- {id: a, name: A, type: [{from: 2014, inter: Rebel group}, {from: 2013, inter: Rebel group}]}", "overlap"),
    ],
)
def test_a_broken_entry_is_refused_with_its_place(tmp_path, entry, says):
    (tmp_path / "x.yml").write_text(entry, encoding="utf-8")
    with pytest.raises(Misconfigured, match=says):
        registry_load.actors(tmp_path, registry_load.countries(), registry_load.actor_labels())


# Names and types by day and place


@pytest.mark.parametrize(
    ("actor_id", "day", "name"),
    [
        ("military:USA", date(2021, 9, 14), "Military Forces of the United States (2021-2025)"),
        ("military:USA", date(2021, 1, 19), "Military Forces of the United States (2017-2021)"),
        ("military:SYR", date(2024, 12, 7), "Military Forces of Syria (2000-2024)"),
        ("military:SYR", date(2024, 12, 8), "Military Forces of Syria (2024-)"),
        ("police:SLV", date(1990, 1, 3), "Police Forces of El Salvador (1989-1994)"),
        ("security:IRQ", date(2017, 7, 1), "Military Forces of Iraq (2014-2018)"),
        ("state:ISR", date(2024, 5, 3), "Military Forces of Israel (2022-)"),
        ("military:IRN/quds-force", date(2020, 1, 3), "Military Forces of Iran (1989-) Quds Force"),
        ("police:ISR/border-police", date(2023, 7, 3), "Police Forces of Israel (2022-) Border Police"),
        ("military:NCL", date(2024, 5, 15), "Military Forces of France (2017-)"),
    ],
)
def test_a_force_carries_the_years_of_the_ruling_period(known, actor_id, day, name):
    assert known.resolve(actor_id, day).name == name


def test_state_forces_are_external_away_from_home(known):
    assert known.resolve("military:ISR", date(2024, 1, 1), "SYR").inter == "External/Other forces"
    assert known.resolve("military:ISR", date(2024, 1, 1), "ISR").inter == "State forces"
    assert known.resolve("military:FRA", date(2024, 1, 1), "NCL").inter == "State forces"


def test_forces_without_a_nationality_are_those_of_the_country_of_the_event(known):
    assert known.resolve("military", date(2023, 9, 1), "MLI").name == "Military Forces of Mali (2021-)"
    assert known.resolve("military", date(2023, 9, 1), None).name == "Unidentified Military Forces"


def test_a_militia_taken_into_the_state_changes_its_type(known):
    assert known.resolve("pmf", date(2016, 11, 25), "IRQ").inter == "Political militia"
    assert known.resolve("pmf", date(2016, 11, 26), "IRQ").inter == "State forces"
    assert known.resolve("pmf", date(2021, 9, 14), "SYR").inter == "External/Other forces"


def test_a_day_outside_every_window_takes_the_nearest_and_says_so(known):
    late = known.resolve("fmln", date(1979, 1, 1))
    assert (late.inter, late.outside) == ("Rebel group", True)
    assert not known.resolve("fmln", date(1990, 1, 1)).outside
    assert known.resolve("military:SYR", date(1950, 1, 1)).outside


def test_without_a_day_the_publication_day_counts_and_then_the_present(known):
    assert known.resolve("military:SYR", None, anchor=date(2012, 1, 1)).name.endswith("(2000-2024)")
    assert known.resolve("military:SYR").name.endswith("(2024-)")


def test_unidentified_forces_are_external_unless_the_suspect_is_at_home(known):
    assert known.unidentified_military("USA", "SYR").inter == "External/Other forces"
    assert known.unidentified_military("SYR", "SYR").inter == "State forces"


def test_common_nouns_resolve_to_generic_actors(known):
    def resolved(kind: str, country: str) -> tuple[str, str, str | None]:
        found = known.generic(kind, country)
        return found.name, found.inter, found.assoc

    assert resolved("protesters", "France") == ("Protesters (France)", "Protesters", None)
    assert resolved("unidentified-armed", "MLI")[:2] == ("Unidentified Armed Group (Mali)", "Political militia")
    assert resolved("farmers", "Mali") == ("Civilians (Mali)", "Civilians", "Farmers (Mali)")
    assert known.resolve("ethnic:Fulani", None, "NGA").name == "Fulani Ethnic Militia (Nigeria)"
    assert known.resolve("islamic-state", date(2016, 1, 1), "SYR").name == "Islamic State (Syria)"
    assert known.resolve("nationality:PSE").name == "Civilians (Palestine)"
    assert known.resolve("nationality:PSE", None, "ISR").name == "Civilians (Israel)", "the event's country"
    mutiny = known.generic("mutineers", "Guinea", date(2021, 9, 4))
    assert (mutiny.name, mutiny.inter) == ("Mutiny of Military Forces of Guinea (2010-2021)", "State forces")


def test_an_unknown_id_says_where_to_look(known):
    with pytest.raises(Misconfigured, match="schemas/actors"):
        known.resolve("nobody")


# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. military denied it.", ["military:USA"]),
        ("Turkish jets and a U.S. drone", ["military:TUR", "military:USA"]),
        ("Iraqi security forces and Mexican police", ["security:IRQ", "police:MEX"]),
        ("Sudan's army and the army of Chad", ["military:SDN", "military:TCD"]),
        ("Israel struck.", ["state:ISR"]),
        ("Iraqs Popular Mobilization Forces", ["pmf"]),
        ("the Israel Defense Forces (IDF)", ["military:ISR", "military:ISR"]),
        ("Houthi rebels and Hezbollah fighters", ["houthis", "hezbollah"]),
        ("guerrillas of the Farabundo Marti National Liberation Front", ["fmln"]),
        ("Fulani militia killed five farmers.", ["ethnic:Fulani", "farmers"]),
        ("US-backed rebels", ["rebels"]),
        ("the U.S.-led coalition", ["anti-is-coalition"]),
        ("Two Palestinians", ["nationality:PSE"]),
        ("Iranian protesters", ["protesters:IRN"]),
        ("militants in the Niger Delta", ["militants"]),
        ("Ukraine's Security Service, the SBU", ["military:UKR/security-service-of-ukraine"] * 2),
        ("Israeli Border Police officers", ["police:ISR/border-police"]),
        ("the border police, Syrian Democratic Forces", ["police", "sdf-syria"]),
        ("Reports of a Syria strike", ["state:SYR"]),
        ("Syria's air strike", ["military:SYR"]),
        ("Group for Support of Islam and Muslims (JNIM) militants", ["jnim"] * 3),
        ("al-Shabaab, al Shabab and Al-Shebab", ["al-shabaab"] * 3),
    ],
)
def test_actors_are_found_by_name_nationality_and_noun(known, text, expected):
    assert ids(known, text) == expected


def test_offsets_hold_in_the_text(known):
    text = "On Monday Sudan’s army shelled the RSF."
    assert [text[span.start : span.end] for span in known.find(text)] == ["Sudan’s army", "RSF"]


def test_acronyms_do_not_match_ordinary_words(known):
    assert ids(known, "It is for us, as the art of aid is.") == []
    assert ids(known, "He who can is with us") == []
    assert ids(known, "IS claimed it.") == ["islamic-state"]


def test_text_in_capitals_is_read_without_regard_to_case(known):
    text = "GUERRILLAS OF THE FMLN ATTACKED SALVADORAN SOLDIERS. HE TOLD US IT IS SO, SAID THE U.S. EMBASSY."
    assert ids(known, text) == ["fmln", "military:SLV", "state:USA"]


def test_one_name_of_two_groups_goes_by_country_and_day(known):
    assert ids(known, "The ELN killed two.", where="COL") == ["eln-colombia"]
    text = "The National Liberation Army took the village."
    assert ids(known, text, where="MKD") == ["nla-macedonia"]
    assert known.find(text, where="MKD")[0].alternatives == ("eln-colombia",)
    assert ids(known, "The SLA attacked.", where="LBN", on=date(1990, 1, 1)) == ["sla-lebanon"]


def test_the_coalition_is_the_one_named_before(known):
    text = "The U.S.-led coalition denied it. Later the coalition struck."
    assert ids(known, text) == ["anti-is-coalition", "anti-is-coalition"]
    assert ids(known, "The coalition struck.") == ["coalition"]


def test_a_sentence_that_opens_with_a_verb_names_no_group(known):
    assert (
        ids(known, "Let it be. Had it been so. HAD THE AMBITIOUS PLAN BEEN LET GO IN FACT, NONE OF IT MATTERED.") == []
    )


def test_a_seat_of_government_stands_for_the_state(known):
    assert ids(known, "The Kremlin denied it.") == ["state:RUS"]


def test_a_name_does_not_reach_over_punctuation(known):
    assert "military:SYR" not in ids(known, "They fled Syria. Army units followed.")


def test_a_common_noun_that_the_parse_takes_for_a_verb_is_nobody(known):
    spans = known.find(annotate("The mission will police the long border."))
    assert [span.text for span in spans if span.text == "police"] == []


def test_offsets_of_a_text_in_capitals_are_those_of_the_source(known):
    text = "SALVADORAN SOLDIERS FOUGHT THE FMLN IN SAN SALVADOR ON SUNDAY MORNING."
    spans = known.find(annotate(text))
    assert [span.text for span in spans][:2] == ["SALVADORAN SOLDIERS", "FMLN"]
    assert all(text[span.start : span.end] == span.text for span in spans)


def test_entities_join_the_registry_and_the_tagger(known):
    doc = annotate("Hezbollah denied it, John Smith told Reuters.")
    found = {(entity.text, entity.label, entity.actor_id) for entity in entities(doc, doc.text, known.find(doc))}
    assert {
        ("Hezbollah", "organisation", "hezbollah"),
        ("John Smith", "person", None),
        ("Reuters", "organisation", "reuters"),
    } <= found


# Sides


def test_who_stands_where(known):
    assert known.stands("military:USA", {"military:USA"}) == "party"
    assert known.stands("state:USA", {"military:USA"}) == "party"
    assert known.stands("sana", {"military:SYR"}) == "ally"
    assert known.stands("sabreen-news", {"pmf", "military:USA"}) == "ally"
    assert known.stands("anti-is-coalition", {"pmf", "military:USA"}) == "party"
    assert known.stands("anti-is-coalition", {"military:GBR"}) == "ally"
    assert known.stands("reuters", {"pmf", "military:USA"}) == "outlet"
    assert known.stands("sohr", {"military:SYR"}) == "monitor"
    assert known.stands("military:RUS", {"military:SYR"}, date(2016, 1, 1)) == "ally"
    assert known.stands("military:RUS", {"military:SYR"}, date(2025, 6, 1)) == "outsider"
    assert known.sides("kataib-hezbollah").allies >= {"pmf", "military:IRN"}


def test_a_word_is_no_acronym_of_a_country():
    assert [registry().country_of(name) for name in ("CAR", "car", "U.S.", "us")] == ["CAF", None, "USA", None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("turkish drones struck a hill held by iraqi troops, he wrote.", ["military:TUR", "military:IRQ"]),
        ("He wore polish boots and french cuffs.", []),
        ("Kenyan and Ethiopian troops entered the town.", ["military:KEN", "military:ETH"]),
        ("Rwandan peacekeepers held the bridge.", ["military:RWA"]),
        ("Dogon farmers fought back.", ["ethnic:Dogon"]),
    ],
)
def test_a_nationality_makes_a_force_a_states(known, text, expected):
    assert [i for i in ids(known, text) if ":" in i] == expected


def test_a_group_founded_decades_later_is_not_meant(known):
    text = "A farmer named Wagner was taken by guerrillas, his wife said."
    assert "wagner" not in ids(known, text, on=date(1989, 5, 3))
    assert known.find("Wagner fighters left the base.", None, date(2023, 7, 1))[0].actor_id == "wagner"
