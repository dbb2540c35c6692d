"""Any text in, an answer out: what holds for every answer, on made-up texts and on the worst pages there are."""

from __future__ import annotations

import random
import time
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import schema
from etl.code.coder import RuleCoder
from etl.code.long_texts import PART, parts
from etl.evaluate import Gold
from etl.evaluate.rules import broken_rules, quotes_off
from etl.model import Article, Coding

PUBLISHED = "2024-05-07"
MARKET = "The market sells bread and fruit to the people of the old town.\n\n"
REPORT = "Gunmen killed five soldiers in Gao on Monday, the army said. "
FRAGMENTS = (
    "gunmen", "the army", "killed", "shelled", "protesters", "were", "arrested", "in Gao", "near Kidal", "on Monday",
    "on 5 May 2024", "last week", "five", "dozens of", "civilians", "“", "”", '"', "'", ",", ".", "?", ";", "--", "(",
    ")", "[", "]", "\n\n", "\n", "not", "denied", "said", "that", "it", "had", "by", "a drone strike on", "said it",
    "Boko Haram", "Kyiv", "Mr Smith", "who", "and", "12,000", "3-4", "2024", "per cent", "a bomb", "exploded", "of",
    "villagers", "fled", "rebels", "captured", "the town", "Russia", "MALI", "IED", "according to", "at least", "no",
)  # fmt: skip
BOUND_SECONDS = 90
"""Processor seconds for the longest page, about three times what a laptop needs: an explosion takes minutes."""

CODER = RuleCoder()


def answer(text: str, published: str | None = PUBLISHED) -> Coding:
    (coding,) = CODER.code([Article("d", text, "A title", published)])
    return coding


def check(text: str, coding: Coding, published: str | None = PUBLISHED) -> None:
    assert coding.outcome in ("coded", "abstained"), coding.reason
    assert (coding.outcome == "coded") == bool(coding.mentions) == (coding.reason is None)
    one = Gold(Article("d", text, "A title", published), "abstained", ())
    assert quotes_off(one, coding)[0] == 0
    assert broken_rules([one], [coding]).get("critical", {}) == {}
    for spans in (coding.places, coding.entities, coding.sentences):
        assert all(0 <= s.start < s.end <= len(text) for s in spans)
        assert [s.start for s in spans] == sorted(s.start for s in spans)
    assert all(a.end <= b.start for a, b in zip(coding.sentences, coding.sentences[1:], strict=False))
    for mention in coding.mentions:
        days = [mention.event_date_low, mention.event_date, mention.event_date_high]
        if any(days):
            known = [d for d in days if d is not None]
            assert len(known) == 3 and known == sorted(known)
            assert published is None or known[1] <= date.fromisoformat(published)
        assert 0 <= mention.confidence <= 1
        assert mention.interaction == schema.interaction_label(mention.inter1, mention.inter2)
        low, high = mention.fatalities_low, mention.fatalities_high
        assert (low is None or low <= mention.fatalities) and (high is None or high >= mention.fatalities)
        slots = {e.slot for e in mention.evidence}
        assert "event_type" in slots
        assert not mention.fatalities or "fatalities" in slots


FEW = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@FEW
@given(st.text(max_size=400), st.sampled_from([PUBLISHED, None]))
def test_any_string_is_answered(text: str, published: str | None):
    check(text, answer(text, published), published)


@FEW
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=60).map(" ".join), st.sampled_from([PUBLISHED, None]))
def test_any_heap_of_the_words_of_reports_is_answered(text: str, published: str | None):
    check(text, answer(text, published), published)


@FEW
@given(st.lists(st.sampled_from([REPORT, *FRAGMENTS]) | st.text(max_size=12), max_size=40).map("".join))
def test_reports_broken_into_by_anything_are_answered(text: str):
    check(text, answer(text), PUBLISHED)


HARD = {
    "empty": "",
    "blank": " \n\t ",
    "one word": "killed",
    "capitals": REPORT.upper() * 20,
    "no capitals": REPORT.lower() * 20,
    "emoji": ("🔥💥👩‍👩‍👧‍👦 " + REPORT + "🇺🇦🇷🇺 killed 🪖🪖 ") * 8,
    "control characters": ("\x00\x01\x02\x1b[31m" + REPORT + "\x7f\u202e\u200b\ud800") * 8,
    "mixed scripts": ("Боевики убили пять солдат. قتل مسلحون خمسة جنود 武装分子打死五名士兵 " + REPORT) * 8,
    "football": "\n".join(f"Arsenal {i % 7} Chelsea {i % 5} (Smith {i}, attack, strike {i})" for i in range(200)),
    "table": "\n".join(f"killed\t{i}\t12 May 2020\tGao\tMali\t{i * 3}" for i in range(120)),
    "numbers": " ".join(str(random.Random(n).randint(0, 10**6)) for n in range(10_000)),
    "numbers of dead": " killed ".join(str(n * 37 % 991) for n in range(500)),
    "brackets": "(" * 3000 + " killed " + ")" * 3000,
    "brackets and quotes": '(["' * 1000 + REPORT + '"])' * 1000,
    "quotes": "“" * 1500 + REPORT + "”" * 1500,
    "sayings": "he said that the army said that " * 250 + REPORT,
    "list of places": "killed in Gao, Mali, Kidal, Timbuktu, Bamako, " * 120,
    "list of groups": "Boko Haram and al-Shabaab and JNIM and Islamic State and " * 100 + "killed people",
    "days": "on 5 May 2020 and " * 400 + "killed",
    "one act a line": "killed\n" * 800,
    "one act a sentence": "killed." * 800,
    "one long word": "killed-" * 4000,
    "marks on a letter": "killed" + "\u0301" * 5000,
    "apostrophes": "'" * 5000 + " killed",
}


@pytest.mark.parametrize("name", HARD)
def test_the_worst_pages_are_answered_in_time(name: str):
    start = time.process_time()
    coding = answer(HARD[name])
    assert time.process_time() - start < BOUND_SECONDS / 3
    check(HARD[name], coding)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize(
    "text",
    ["gunmen killed soldiers in Gao and " * 150_000, (MARKET * 9 + REPORT + "\n\n") * 2_200],
    ids=["5 MB without a full stop", "200,000 words"],
)
def test_the_longest_pages_end_within_the_bound(text: str):
    start = time.process_time()
    coding = answer(text)
    assert time.process_time() - start < BOUND_SECONDS
    check(text, coding)


def test_a_long_text_is_read_in_parts_that_hold_all_of_it_in_order():
    text = (REPORT * 9 + "\n\n") * 120
    read = parts(Article("d", text))
    assert len(read) > 2 and "".join(a.text for a, _ in read) == text
    assert all(len(a.text) <= PART and text[offset:].startswith(a.text) for a, offset in read)
    assert all(a.text.endswith("\n\n") for a, _ in read[:-1])


def test_words_without_any_gap_are_cut_where_a_part_is_full():
    read = parts(Article("d", "x" * (2 * PART + 1)))
    assert [len(a.text) for a, _ in read] == [PART, PART, 1]


def test_an_event_told_in_two_parts_is_kept_once_and_quotes_hold_in_the_whole_text():
    filler = MARKET * (PART // 60)
    text = REPORT + "\n\n" + filler + REPORT + "\n\n" + "Rebels shelled Kidal on Sunday, killing two farmers. "
    coding = answer(text)
    check(text, coding)
    assert [m.location for m in coding.mentions] == ["Gao", "Kidal"]


def test_articles_of_any_length_are_answered_in_order():
    texts = [REPORT, "x " * PART, "", REPORT * 400]
    told = list(CODER.code(Article(str(n), t, None, PUBLISHED) for n, t in enumerate(texts)))
    assert [c.doc_id for c in told] == ["0", "1", "2", "3"]
    assert [c.outcome for c in told] == ["coded", "abstained", "abstained", "coded"]
