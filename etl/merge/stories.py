"""Which articles are one text told again, and whose text it is.

Near-identical texts, texts with one canonical address and texts that credit one agency come from one origin. Decides
``story_id`` and ``origin``; does not decide whether two articles report the same event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from etl.code.origins import agency_in
from etl.store import stable_id

SHINGLE = 4  # words; shorter runs are shared by any two reports of one event, longer ones break at every small edit
PERMUTATIONS = 64  # standard error of the estimate 1/sqrt(64) = 0.125; pairs are checked exactly afterwards
CANDIDATE = 0.25  # estimate above which a pair is looked at: a copy cut to a third shares that much, less the error
SAME = (
    0.6  # share of common shingles: a wire copy with a new headline and a cut tail has 0.65 to 1, a rewrite under 0.3
)
CONTAINED = 0.8  # share of the shorter text's shingles: a copy cut to its first paragraphs
DAYS = 10  # reprints appear within hours; weekly papers and late archives within days
SHORTEST = 12  # shingles; below it texts are too short to be told apart


@dataclass(frozen=True)
class StoryArticle:
    """What the grouping looks at; ``story_id`` is None for a new article, ``known_at`` where nobody knows."""

    doc_id: str
    text: str
    canonical_url: str | None = None
    story_id: str | None = None
    known_at: datetime | None = None


def shingles(text: str) -> frozenset[str]:
    """Runs of four words, lower case, letters and digits only."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(" ".join(words[i : i + SHINGLE]) for i in range(max(len(words) - SHINGLE + 1, 1)))


def same_text(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two sets of shingles come from one text."""
    if min(len(a), len(b)) < SHORTEST:
        return a == b
    common = len(a & b)
    return common / len(a | b) >= SAME or common / min(len(a), len(b)) >= CONTAINED


def group_stories(articles: Sequence[StoryArticle]) -> dict[str, str]:
    """The story of each article.

    Args:
        articles: new ones, and those already grouped that they may repeat.

    Returns:
        ``story_id`` by ``doc_id``. Grouped articles keep their story; where a new one links two stories, the smaller
        id takes both. The order of the articles does not matter, and articles more than ``DAYS`` apart are no pair,
        for those that stand so far off are not looked at when new ones come.
    """
    from datasketch import MinHash, MinHashLSH

    ordered = sorted(articles, key=lambda a: a.doc_id)
    sets = {a.doc_id: shingles(a.text) for a in ordered}
    parent = {a.doc_id: a.doc_id for a in ordered}

    def root(x: str) -> str:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def join(x: str, y: str) -> None:
        a, b = sorted((root(x), root(y)))
        parent[b] = a

    index = MinHashLSH(threshold=CANDIDATE, num_perm=PERMUTATIONS)
    first_of: dict[str, str] = {}
    told_at: dict[str, list[str]] = {}
    by_id = {a.doc_id: a for a in ordered}
    blank = MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=crc32)
    for article in ordered:
        sketch = blank.copy()  # its permutations are drawn once
        sketch.update_batch([s.encode() for s in sorted(sets[article.doc_id])])
        for other in sorted(index.query(sketch)):
            near = _near(by_id[other], article)
            if near and root(other) != root(article.doc_id) and same_text(sets[other], sets[article.doc_id]):
                join(other, article.doc_id)
        index.insert(article.doc_id, sketch)
        for other in told_at.get(article.canonical_url or "", ()):
            if _near(by_id[other], article):
                join(other, article.doc_id)
        if article.canonical_url:
            told_at.setdefault(article.canonical_url, []).append(article.doc_id)
        if article.story_id:
            join(first_of.setdefault(article.story_id, article.doc_id), article.doc_id)
    members: dict[str, list[StoryArticle]] = {}
    for article in ordered:
        members.setdefault(root(article.doc_id), []).append(article)
    stories = {}
    for group in members.values():
        given = sorted(a.story_id for a in group if a.story_id)
        story = given[0] if given else stable_id("story", min(a.doc_id for a in group))
        stories.update({a.doc_id: story for a in group})
    return stories


def _near(a: StoryArticle, b: StoryArticle) -> bool:
    return a.known_at is None or b.known_at is None or abs(a.known_at - b.known_at) <= timedelta(days=DAYS)


# A credit stands in brackets or before a dash at the start ("CITY (Reuters) -"), or in brackets or after a sign at the
# end ("(AFP)", "© AP"). A name within the running text is a quoted claim, not a credit.
HEAD = 160  # characters: longest dateline seen is "CITY, Region, Country, 3 March 2024 (Agency) -"
TAIL = 80
_HEAD_CREDIT = re.compile(r"\(([^()]{2,40})\)\s*[-–—:]|^\s*([A-Z][\w .'-]{1,40}?)\s*[-–—]\s")
_TAIL_CREDIT = re.compile(
    r"[(\[©]\s*([^()\[\]]{2,40})\s*[)\]]?\s*$|(?:Source|Credit|With inputs from)\s*:?\s*(.{2,40})$"
)


def credited_agency(text: str, authors: Iterable[str] | None = None) -> str | None:
    """The agency that a text credits as its source, or None.

    >>> credited_agency("BAGHDAD (Reuters) - A bomb killed two people.")
    'Reuters'
    >>> credited_agency("A bomb killed two people, police told Reuters.") is None
    True
    """
    clean = text.strip()
    heads = [g for m in _HEAD_CREDIT.finditer(clean[:HEAD]) for g in m.groups() if g]
    tails = [g for m in _TAIL_CREDIT.finditer(clean[-TAIL:]) for g in m.groups() if g]
    for credit in [*heads, *tails, *(authors or ())]:
        if found := agency_in(credit):
            return found
    return None
