"""A stretch of an article leads to the parties it names, whoever marked it."""

from __future__ import annotations

from datetime import date

from etl.annotate import annotate
from etl.code.material import Material
from etl.code.named import parties_at
from etl.code.naming import Stage
from etl.code.reading import read_acts
from etl.model import Article


def named(text: str, words: str, iso3: str, day: date, agent: bool = True) -> list[str]:
    """Actor names of the words of a text."""
    article = Article("one", text, published_at=day.isoformat())
    material: Material = read_acts(article, annotate(text))[0]
    stage = Stage(material.registry, day, iso3, None, day)
    start = text.index(words)
    assert material.cast is not None
    return [
        stage.resolve(p).name for p in parties_at(material.cast, material.registry, start, start + len(words), agent)
    ]


def test_words_of_an_article_lead_to_their_actor() -> None:
    text = "Lebanese soldiers shelled a hideout of Hezbollah near Baalbek on Monday, residents said."
    day = date(2021, 5, 3)
    assert named(text, "Lebanese soldiers", "LBN", day) == ["Military Forces of Lebanon (2020-2021)"]
    assert named(text, "a hideout of Hezbollah", "LBN", day, agent=False) == ["Hezbollah"]


def test_joined_nouns_are_several_parties() -> None:
    text = "Hezbollah fighters and Lebanese soldiers attacked militants near Arsal on Monday."
    found = named(text, "Hezbollah fighters and Lebanese soldiers", "LBN", date(2021, 5, 3))
    assert found == ["Hezbollah", "Military Forces of Lebanon (2020-2021)"]


def test_members_of_a_group_are_its_people() -> None:
    text = "Two Hezbollah men opened fire near Baalbek, and gunmen in Amal Movement uniforms joined them."
    day = date(2021, 5, 3)
    assert named(text, "Two Hezbollah men", "LBN", day) == ["Hezbollah"]
    assert named(text, "gunmen in Amal Movement uniforms", "LBN", day) == ["Amal Movement"]


def test_the_group_is_the_one_named_before() -> None:
    text = "Turkish jets struck the PKK near Zakho on Monday. The group shelled a Turkish base in return."
    assert named(text, "The group", "IRQ", date(2022, 5, 2)) == ["PKK: Kurdistan Workers' Party"]


def test_a_nationality_alone_is_that_states_forces() -> None:
    text = "Residents of Huliaipole said Russian shelling went on through Monday night."
    assert named(text, "Russian", "UKR", date(2023, 5, 2)) == ["Military Forces of Russia (1999-)"]


def test_words_without_a_name_mean_a_countrys_one_group() -> None:
    text = "Separatists killed a gendarme near Bamenda on Monday."
    assert named(text, "Separatists", "CMR", date(2021, 5, 3)) == ["Ambazonian Separatists (Cameroon)"]


def test_those_who_laid_down_their_arms_are_not_meant_by_such_words() -> None:
    text = "Leftist rebels attacked a checkpoint near Perquin on Monday."
    assert named(text, "Leftist rebels", "SLV", date(1990, 4, 2))[0].startswith("FMLN")
    assert named(text, "Leftist rebels", "SLV", date(1997, 4, 7)) == ["Unidentified Armed Group (El Salvador)"]


def test_a_movement_stands_for_its_branch_in_a_country() -> None:
    text = "Al-Qaeda fighters attacked a checkpoint in Shabwa on Monday."
    assert named(text, "Al-Qaeda fighters", "YEM", date(2017, 5, 1)) == ["AQAP: Al Qaeda in the Arabian Peninsula"]


def test_a_unit_is_named_as_one() -> None:
    text = "At least two village guards died in a firefight near Lice on Monday."
    found = named(text, "two village guards", "TUR", date(2017, 5, 1))
    assert found == ["Military Forces of Turkey (2014-) Village Guards"]


def test_fighters_of_a_clan_are_its_militia() -> None:
    text = "Raiders of the Tondo clan burned a store near Mendi on Monday."
    found = named(text, "Raiders of the Tondo clan", "PNG", date(2023, 5, 1))
    assert found == ["Tondo Communal Militia (Papua New Guinea)"]


def test_the_more_exact_of_two_names_counts() -> None:
    text = "A vehicle of the UN mission, MINUSCA, hit a mine near Bocaranga on Monday."
    found = named(text, "A vehicle of the UN mission, MINUSCA", "CAF", date(2022, 5, 2), agent=False)
    assert [name.partition(":")[0] for name in found] == ["MINUSCA"]


def test_our_men_are_those_of_who_signs() -> None:
    text = "Our men shelled the enemy's barracks near Lashio this morning and went home unhurt. TNLA information desk."
    assert named(text, "Our men", "MMR", date(2023, 5, 1))[0].startswith("PSLF/TNLA")


def test_the_guards_of_a_firm_are_private() -> None:
    text = "Guards of a sugar company fired on pickets near Xai-Xai on Monday."
    found = named(text, "Guards of a sugar company", "MOZ", date(2022, 5, 2))
    assert found == ["Private Security Forces (Mozambique)"]


def test_a_name_that_two_actors_have_is_of_the_one_the_article_can_mean() -> None:
    text = "A bomber of the ADF struck a bus station in Kampala, Uganda, on Monday."
    assert named(text, "A bomber of the ADF", "UGA", date(2022, 5, 2)) == ["ADF: Allied Democratic Forces"]


def test_foreigners_are_civilians_of_the_country_they_are_hit_in() -> None:
    text = "A mob in Nouakchott beat two Senegalese tailors on Monday."
    found = named(text, "two Senegalese tailors", "MRT", date(2021, 5, 3), agent=False)
    assert found == ["Civilians (Mauritania)"]


def test_one_noun_of_two_states_is_two_parties() -> None:
    text = "Commanders met near Moyale on Monday, and Kenyan and Ethiopian soldiers signed a truce."
    found = named(text, "Kenyan and Ethiopian soldiers", "KEN", date(2021, 5, 3))
    assert found == ["Military Forces of Kenya (2013-2022)", "Military Forces of Ethiopia (2018-)"]


def test_a_name_that_ends_in_fighters_is_no_states_force() -> None:
    text = "Police held a member of South Africa's Economic Freedom Fighters in Durban on Monday."
    found = named(text, "a member of South Africa's Economic Freedom Fighters", "ZAF", date(2021, 5, 3), agent=False)
    assert not any("Military" in name for name in found)


def test_fighters_of_a_village_are_its_militia() -> None:
    text = "Raiders from Kombe village burned the clinic on Monday."
    assert named(text, "Raiders", "PNG", date(2021, 5, 3)) == ["Kombe Communal Militia (Papua New Guinea)"]


def test_herders_of_a_people_who_are_hit_are_civilians() -> None:
    text = "Gunmen killed three Dogon villagers near Bankass on Monday; Dogon villagers shot back."
    day = date(2021, 5, 3)
    assert named(text, "three Dogon villagers", "MLI", day, agent=False) == ["Civilians (Mali)"]
    assert named(text, "Dogon villagers shot back", "MLI", day) == ["Dogon Ethnic Militia (Mali)"]


def test_a_groups_former_base_is_its_base_and_tax_agents_are_no_police() -> None:
    text = "Troops entered a former camp of Hezbollah near Tyre on Monday; a crowd beat two tax agents."
    day = date(2021, 5, 3)
    assert named(text, "a former camp of Hezbollah", "LBN", day, agent=False) == ["Hezbollah"]
    assert named(text, "two tax agents", "LBN", day, agent=False) == ["Civilians (Lebanon)"]


def test_soldiers_on_leave_and_carriers_goods_are_no_military_target() -> None:
    text = "A bomb killed two soldiers who were on leave in Sebha on Monday; a jet hit a convoy of lorries."
    day = date(2021, 5, 3)
    assert named(text, "two soldiers", "LBY", day, agent=False) == ["Civilians (Libya)"]
    assert not any("Military" in name for name in named(text, "a convoy of lorries", "LBY", day, agent=False))


def test_men_in_a_groups_uniform_are_of_it() -> None:
    text = "Men in the uniforms of Hezbollah lifted a campaigner off the street in Tyre on Monday."
    assert named(text, "Men", "LBN", date(2021, 5, 3)) == ["Hezbollah"]


def test_a_groups_own_name_goes_before_what_many_groups_call_themselves() -> None:
    text = "The mujahideen of JNIM stormed a camp at Soumpi on Monday."
    assert named(text, "The mujahideen of JNIM", "MLI", date(2023, 5, 3)) == [
        "JNIM: Group for Support of Islam and Muslims"
    ]
