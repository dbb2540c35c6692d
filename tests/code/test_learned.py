"""The learned stage beside the rules: when it decides, and that the rules decide without it."""

from datetime import date

import pytest

from etl.code.coder import RuleCoder
from etl.code.learned import NONE, Opinion, Reading
from etl.code.learned import judge as judging
from etl.code.learned.encoder import MODEL, Encoder
from etl.model import Article
from etl.schema import event_types

TYPES = [p["sub_event_type"] for p in event_types()]
LIMITS = {"sure": 0.2, "refuse": 0.6, "type": 0.4, "odds": 12.0, "beside": 0.1}


class Fixed:
    """An encoder that gives every text the same answer."""

    thresholds = LIMITS

    def __init__(self, **shares: float) -> None:
        rest = (1 - sum(shares.values())) / 25
        self.opinion = Opinion({t: shares.get(t.split("/")[0].replace(" ", "_"), rest) for t in [*TYPES, NONE]})

    def read(self, _text: str) -> Opinion:
        return self.opinion

    def event(self, _text: str, _start: int, _end: int) -> Reading:
        return Reading(self.opinion, {})


@pytest.fixture
def code(monkeypatch):
    def coded(text: str, encoder: object | None, published: str | None = "2024-03-14"):
        monkeypatch.setattr(judging, "encoder", lambda: encoder)
        return next(RuleCoder().code([Article("a", text, published_at=published)]))

    return coded


def test_a_short_text_that_surely_tells_of_an_event_yields_one(code):
    text = "On Tuesday dockers in Mombasa put down their tools and stood before the port gate for their wages."
    coding = code(text, Fixed(Peaceful_protest=0.95))
    assert [m.sub_event_type for m in coding.mentions] == ["Peaceful protest"]
    mention = coding.mentions[0]
    assert mention.actor1 == "Protesters (Kenya)"
    assert mention.event_date == date(2024, 3, 12)
    assert any("learned stage: Peaceful protest" in step for step in mention.rule_trace)
    assert all(text[e.start : e.end] == e.quote for e in mention.evidence)
    assert any(e.slot == "event_type" for e in mention.evidence)


def test_a_headline_alone_is_no_ground_to_find_an_event(code):
    assert not code("Drone maker of Mombasa doubles its output.", Fixed(Peaceful_protest=0.95)).mentions


def test_a_short_text_that_surely_tells_of_none_yields_none(code):
    text = "Gunmen killed two soldiers in Bamako on Tuesday."
    assert code(text, None).mentions
    assert not code(text, Fixed(none=0.9)).mentions
    assert code(text, Fixed(none=0.9)).outcome == "abstained"


def test_a_much_likelier_type_replaces_the_one_of_the_rules_and_the_actors_fit_it(code):
    text = "Gunmen killed two villagers in Gao on Tuesday."
    plain, other = code(text, None).mentions[0], code(text, Fixed(Government_regains_territory=0.95)).mentions[0]
    assert plain.sub_event_type == "Attack" and plain.actor2 == "Civilians (Mali)"
    assert other.sub_event_type == "Government regains territory"
    assert other.also_matched == ("Attack",)
    assert other.actor2 and not other.actor2.startswith("Civilians")
    assert not other.civilian_targeting


def test_whatever_it_reads_a_battle_has_two_armed_sides(code):
    text = "Gunmen killed an off-duty soldier in Gao on Tuesday."
    mention = code(text, Fixed(Government_regains_territory=0.95)).mentions[0]
    assert mention.event_type == "Battles"
    assert mention.actor2 and "Civilians" not in (mention.inter1, mention.inter2)


def test_whether_the_dead_could_fight_is_left_to_the_rules(code):
    text = "Gunmen killed two villagers in Gao on Tuesday."
    assert code(text, Fixed(Armed_clash=0.95)).mentions[0].sub_event_type == "Attack"


def test_a_somewhat_likelier_type_leaves_the_rules_alone(code):
    text = "Gunmen killed two villagers in Gao on Tuesday."
    assert code(text, Fixed(Armed_clash=0.6, Attack=0.3)).mentions[0].sub_event_type == "Attack"


def test_only_short_texts_have_a_judge(monkeypatch):
    monkeypatch.setattr(judging, "encoder", lambda: Fixed(none=0.9))
    assert judging.judge_of("Two men were killed.") is not None
    assert judging.judge_of("Two men were killed. " * 60) is None
    assert judging.judge_of("Two men were killed.\n\nThe police said so.") is None


def test_switched_off_nothing_is_loaded(monkeypatch):
    from etl.code.learned import encoder as room
    from etl.settings import settings

    monkeypatch.setenv("EVENTWIRE_LEARNED", "false")
    settings.cache_clear()
    room.encoder.cache_clear()
    try:
        assert room.encoder() is None
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        room.encoder.cache_clear()


def test_the_bundled_model_knows_the_codebooks_types_and_answers_alike():
    bundled = Encoder(MODEL)
    assert set(bundled.classes) == {*TYPES, NONE}
    assert LIMITS.keys() == bundled.thresholds.keys()
    text = "A drone fired two missiles at a pickup outside the town, killing its driver."
    first = bundled.read(text)
    assert first.best == "Air/drone strike"
    assert sum(first.shares.values()) == pytest.approx(1)
    assert Encoder(MODEL).read(text) == first


def test_the_bundled_model_is_small():
    assert sum(f.stat().st_size for f in MODEL.iterdir()) < 30_000_000


def test_who_holds_the_ground_is_left_to_the_rules(code):
    text = (
        "Moscow said on Thursday that its troops had captured a railway station in Kupiansk, Ukraine, but Kyiv said "
        "its forces had repelled the assault."
    )
    found = code(text, Fixed(**{"Non-state_actor_overtakes_territory": 0.98}))
    assert [m.sub_event_type for m in found.mentions] == ["Armed clash"]
