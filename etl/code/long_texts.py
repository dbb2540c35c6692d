"""Read a very long text in parts, so that the time it takes grows with its length and no faster.

A few steps compare everything a text names with everything else in it. That is what makes an article be understood, and
no article is long enough for it to cost; a live blog, a yearbook or a log on one page is. Such a text is cut between
paragraphs, each part is read as an article of its own, and the answers are put together: what one part says of a
happening does not reach the next, and an event told in two parts is kept once. Decides nothing about an event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from etl.annotate import MAX_CHARS
from etl.model import Article, Coding, Mention

PART = 20_000
"""Characters of a part: about 3,300 words, more than any article of the development sets."""

ACTS_A_SENTENCE = 12
"""Words of acts that are read of one sentence. News has up to six; a sentence with more is a list, a table or noise."""

EMPTY_REASONS = ("no_event", "no_text")
Spanned = TypeVar("Spanned", bound=Any)


def parts(article: Article) -> list[tuple[Article, int]]:
    """The articles to read one after the other, with the offset of each in the whole text.

    >>> [(a.text, offset) for a, offset in parts(Article("d", "short"))]
    [('short', 0)]
    """
    if len(article.text) <= PART:
        return [(article, 0)]
    return [
        (replace(article, text=article.text[start:end], title=article.title if start == 0 else None), start)
        for start, end in _bounds(article.text[:MAX_CHARS])
    ]


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    """Cuts after the last paragraph, else sentence, else word that fits."""
    start = 0
    while len(text) - start > PART:
        earliest, latest = start + PART // 2, start + PART
        cut = next(
            (
                found + len(mark)
                for mark in ("\n\n", "\n", ". ", " ")
                if (found := text.rfind(mark, earliest, latest)) > 0
            ),
            latest,
        )
        yield start, cut
        start = cut
    yield start, len(text)


def together(article: Article, codings: Sequence[Coding], offsets: Sequence[int]) -> Coding:
    """One answer from those to the parts.

    Args:
        article: the whole article.
        codings: the answers to its parts, in order.
        offsets: where each part begins.
    """
    if len(codings) == 1:
        return codings[0]
    mentions: list[Mention] = []
    for coding, offset in zip(codings, offsets, strict=True):
        for mention in coding.mentions:
            if not any(_same(mention, m) for m in mentions):
                mentions.append(
                    replace(mention, evidence=_moved(mention.evidence, offset), claims=_moved(mention.claims, offset))
                )
    reasons = [c.reason for c in codings if c.reason]
    failed = [c.reason for c in codings if c.outcome == "failed"]
    outcome = "coded" if mentions else "failed" if failed else "abstained"
    said = next((r for r in failed or reasons if r not in EMPTY_REASONS), reasons[0] if reasons else "no_event")
    every = list(zip(codings, offsets, strict=True))
    return replace(
        codings[0],
        doc_id=article.doc_id,
        outcome=outcome,
        reason=None if mentions else said,
        mentions=tuple(mentions),
        places=tuple(p for c, offset in every for p in _moved(c.places, offset)),
        entities=tuple(e for c, offset in every for e in _moved(c.entities, offset)),
        sentences=tuple(s for c, offset in every for s in _moved(c.sentences, offset)),
    )


def legible(triggers: Sequence[Spanned], sentence_of: Mapping[int, int]) -> list[Spanned]:
    """The words of acts without what stands beyond the first dozen of a sentence.

    Args:
        triggers: in text order.
        sentence_of: number of the sentence of each token.
    """
    read: Counter[int] = Counter()
    kept = []
    for trigger in triggers:
        n = sentence_of[trigger.token.i]
        read[n] += 1
        if read[n] <= ACTS_A_SENTENCE:
            kept.append(trigger)
    return kept


def _moved(spans: Sequence[Spanned], offset: int) -> tuple[Spanned, ...]:
    return tuple(replace(s, start=s.start + offset, end=s.end + offset) for s in spans)


def _same(one: Mention, other: Mention) -> bool:
    """Whether two parts tell of one event: type, day, place and actors."""
    return (one.sub_event_type, one.event_date, one.iso3, one.geonameid, one.location) == (
        other.sub_event_type,
        other.event_date,
        other.iso3,
        other.geonameid,
        other.location,
    ) and {one.actor1, one.actor2} == {other.actor1, other.actor2}
