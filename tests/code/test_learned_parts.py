"""The learned stage's reading of roles: its words become parties and places as the rules' words do."""

import pytest

from etl.code.coder import RuleCoder
from etl.code.learned import NONE, Opinion, Phrase, Reading, judge
from etl.code.learned.encoder import MODEL, Encoder
from etl.model import Article
from etl.schema import event_types

TYPES = [p["sub_event_type"] for p in event_types()]


class Marking:
    """An encoder that marks given words of whatever passage it is shown."""

    def __init__(self, **words: str) -> None:
        self.thresholds = {"sure": 0.0, "refuse": 1.0, "type": 1.0, "odds": 1e9, "beside": 0.0}
        self.words = words
        self.shown: list[str] = []

    def read(self, _text: str) -> Opinion:
        return Opinion(dict.fromkeys([*TYPES, NONE], 1 / 26))

    def event(self, text: str, _start: int, _end: int) -> Reading:
        self.shown.append(text)
        found = {}
        for role, words in self.words.items():
            if words in text:
                at = text.index(words)
                found[role] = (Phrase(at, at + len(words), 0.9),)
        return Reading(self.read(text), found)


@pytest.fixture
def code(monkeypatch):
    def coded(text: str, encoder: object | None):
        monkeypatch.setattr(judge, "encoder", lambda: encoder)
        return next(RuleCoder().code([Article("a", text, published_at="2024-03-14")]))

    return coded


CONVOY = "A convoy was attacked near Gao on Tuesday and four soldiers were killed. It was the work of JNIM, people say."


def test_words_marked_as_who_acted_name_the_first_actor(code):
    mention = code(CONVOY, Marking(agent="JNIM", target="four soldiers")).mentions[0]
    assert mention.actor1 == "JNIM: Group for Support of Islam and Muslims"
    assert mention.actor2 == "Military Forces of Mali (2021-)"
    assert any(step == "learned stage: JNIM / four soldiers" for step in mention.rule_trace)


def test_every_slot_it_fills_points_at_its_words(code):
    mention = code(CONVOY, Marking(agent="JNIM", target="four soldiers")).mentions[0]
    quoted = {e.slot: e.quote for e in mention.evidence}
    assert "JNIM" in quoted["actor1"]
    assert all(CONVOY[e.start : e.end] == e.quote for e in mention.evidence)


def test_without_the_stage_the_rules_decide_alone(code):
    assert not any("learned" in step for step in code(CONVOY, None).mentions[0].rule_trace)


def test_words_marked_as_the_place_win_over_the_speakers_town(code):
    text = "Gunmen killed two farmers on Tuesday, an official in Bamako said. The men had come to their field at Kidal."
    assert code(text, Marking(place="Kidal")).mentions[0].location == "Kidal"


def test_a_marked_place_that_no_gazetteer_knows_keeps_its_name(code):
    text = "Gunmen killed two farmers in Mali on Tuesday as they came home to Tessiratou by cart."
    mention = code(text, Marking(place="Tessiratou")).mentions[0]
    assert (mention.location, mention.country, mention.latitude) == ("Tessiratou", "Mali", None)


def test_articles_are_left_to_the_rules(code):
    marking = Marking(agent="JNIM")
    code(f"{CONVOY}\n\nThe road to Gao has been closed since.", marking)
    assert not marking.shown


@pytest.mark.parametrize("text", ["", "🙂 " * 40, "KILLED", "x" * 5000, "a\ud800b killed"])
def test_any_text_is_read(text):
    reading = Encoder(MODEL).event(text, 0, min(3, len(text)))
    assert all(0 <= p.start < p.end <= len(text) for phrases in reading.phrases.values() for p in phrases)


def test_the_same_text_has_the_same_answer():
    one, other = (Encoder(MODEL).event("Gunmen killed two farmers near Gao.", 7, 13) for _ in range(2))
    assert one == other
    assert one.phrases["place"]


def test_whoever_claims_an_attack_is_not_beside_himself(code):
    text = "Two bombers killed 17 shoppers in central Baghdad on Thursday morning. Islamic State said it was behind it."
    mention = code(text, Marking(agent="Two bombers", target="shoppers")).mentions[0]
    assert mention.actor1 == "Islamic State (Iraq)"
    assert mention.assoc_actor_1 is None


def test_who_did_another_event_of_the_text_did_not_do_this_one(code):
    text = "JNIM fighters attacked soldiers near Gao on Monday. A warplane bombed a market in Kidal on Tuesday."
    two = code(text, Marking(agent="JNIM fighters")).mentions
    assert [m.actor1 for m in two] == ["JNIM: Group for Support of Islam and Muslims", "Unidentified Military Forces"]


def test_one_event_told_twice_counts_once_with_whom_it_names(code):
    text = (
        "Gunmen abducted four teachers in Gao on Monday. In Gao on Monday JNIM men kidnapped four teachers from a bus."
    )
    found = code(text, Marking(target="four teachers")).mentions
    assert [m.actor1 for m in found] == ["JNIM: Group for Support of Islam and Muslims"]


@pytest.mark.parametrize(
    ("saying", "who"),
    [
        ("JNIM said it had no men near.", "Unidentified Armed Group (Mali)"),
        ("JNIM spokesmen said this was none of theirs.", "Unidentified Armed Group (Mali)"),
        ("JNIM planted the bomb.", "JNIM: Group for Support of Islam and Muslims"),
    ],
)
def test_who_only_speaks_of_an_act_is_not_who_acted(code, saying, who):
    text = f"A bomb killed four farmers near Gao in Mali on Tuesday. {saying}"
    mention = code(text, Marking(agent="JNIM", target="four farmers")).mentions[0]
    assert mention.actor1 == who
