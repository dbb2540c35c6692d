"""The document keeps the article's offsets, whatever the article looks like."""

import time

import pytest

from etl.annotate import MAX_CHARS, annotate, annotate_many, dateline, is_capitals, prepare


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\n ",
        "\x00\x07He\u00a0said:\u200b “no”.\r\n\r\nThen…",
        "THE ARMY ATTACKED THREE VILLAGES NEAR SAN SALVADOR ON 3 JANUARY, İSTANBUL RADIO SAID.",
        "ﬁre 🚀 in Köln, straße" * 3,
        "\ud800 lone surrogate",
    ],
)
def test_offsets_hold_for_any_text(text):
    doc = annotate(text)
    assert len(doc.text) == len(text)
    assert doc._.source == text


def test_text_in_capitals_gets_its_case_back():
    text = "GUERRILLAS OF THE FMLN KILLED TWO SOLDIERS IN SAN SALVADOR. THE UNITED STATES CONDEMNED THE ATTACK."
    assert prepare(text) == (
        "Guerrillas of the FMLN killed two soldiers in San Salvador. The United States condemned the attack."
    )


def test_names_that_are_english_words_too_get_a_capital():
    assert prepare("SENATOR RUIZ AND HECTOR SALINAS WERE HECTORED").startswith("Senator Ruiz and Hector Salinas were h")


def test_text_without_capitals_gets_names():
    prepared = prepare(
        "a bomb went off in kandahar and killed twelve people, hamid karzai said in kabul on friday. " * 2
    )
    assert "Kandahar" in prepared and "Karzai" in prepared and prepared.startswith("A bomb")


def test_ordinary_text_keeps_its_case():
    assert prepare("NATO said so.") == "NATO said so."
    assert not is_capitals("The NATO and UN missions in DRC and CAR left.")


def test_a_sentence_never_spans_a_blank_line():
    doc = annotate("Rebels seized the town of\n\nThe army has denied it")
    assert [s.text.strip() for s in doc.sents] == ["Rebels seized the town of", "The army has denied it"]


def test_a_hard_line_break_does_not_end_a_sentence():
    doc = annotate("Rebels seized the town of Kidal in the early\nhours of Monday, the army said in a statement.")
    assert len(list(doc.sents)) == 1


def test_a_dateline_is_its_own_sentence():
    text = "SAN SALVADOR, 3 JAN 89 (AFP) -- Two soldiers died in Apopa."
    assert dateline(text) == (0, 32)
    assert [s.text.strip() for s in annotate(text).sents][-1] == "Two soldiers died in Apopa."
    assert dateline("The army - which denied it - left.") is None


def test_a_huge_text_is_cut_and_says_so():
    text = "x" * (MAX_CHARS * 20)
    started = time.process_time()
    doc = annotate(text)
    assert doc._.cut and len(doc.text) <= MAX_CHARS
    assert time.process_time() - started < 60


def test_text_without_stops_is_cut_into_sentences():
    doc = annotate("word of the war " * 200)
    assert max(len(s) for s in doc.sents) <= 260


def test_many_are_annotated_in_order():
    assert [d._.source for d in annotate_many(["One fell.", "", "Two rose."])] == ["One fell.", "", "Two rose."]


def test_an_aside_in_brackets_opens_no_sentence():
    doc = annotate("A spokesman for the FMLN [Farabundo Marti National Liberation Front] denied it. The army left.")
    assert len(list(doc.sents)) == 2


def test_capitals_after_abbreviations_labels_and_marks():
    text = 'THE U.S. CONSUL, MR. JOHN F. HILL, CALLED IT A "CRUEL" ACT (AND I SAW IT) ON 12 MAY. [HILL] THEY LEFT.'
    assert prepare(text) == (
        'The U.S. consul, Mr. John F. Hill, called it a "cruel" act (and I saw it) on 12 May. [Hill] They left.'
    )
