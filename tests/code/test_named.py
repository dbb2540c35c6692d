"""A stretch of an article leads to the parties it names, whoever marked it."""

from __future__ import annotations

from datetime import date

from etl.annotate import annotate
from etl.code.casting import Stage
from etl.code.material import Material
from etl.code.named import parties_at
from etl.code.reading import read_acts
from etl.model import Article


def named(text: str, words: str, iso3: str, day: date, agent: bool = True) -> list[str]:
    """Actor names of the words of a text."""
    article = Article("one", text, published_at=day.isoformat())
    material: Material = read_acts(article, annotate(text))[0]
    stage = Stage(material.registry, day, iso3, None, day)
    start = text.index(words)
    assert material.cast is not None
    return [stage.resolve(p).name for p in parties_at(material.cast, start, start + len(words), agent)]


def test_words_of_an_article_lead_to_their_actor() -> None:
    text = "Lebanese soldiers shelled a hideout of Hezbollah near Baalbek on Monday, residents said."
    day = date(2021, 5, 3)
    assert named(text, "Lebanese soldiers", "LBN", day) == ["Military Forces of Lebanon (2020-2021)"]
    assert named(text, "a hideout of Hezbollah", "LBN", day, agent=False) == ["Hezbollah"]


def test_joined_nouns_are_several_parties() -> None:
    text = "Hezbollah fighters and Lebanese soldiers attacked militants near Arsal on Monday."
    found = named(text, "Hezbollah fighters and Lebanese soldiers", "LBN", date(2021, 5, 3))
    assert found == ["Hezbollah", "Military Forces of Lebanon (2020-2021)"]
