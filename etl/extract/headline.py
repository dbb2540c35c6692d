"""The headline of an article, as its readers see it.

A page says its headline up to four times: in JSON-LD, in Open Graph, in a heading, and in the title element, which is
worded for search engines and names the outlet. Decides which of these wordings is the editors' own; cuts off the
outlet's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from etl.extract.model import FeedHints, Page

_SEPARATOR = re.compile(r"\s+[|–—·•»:‹›«\-]{1,2}\s+|\s*»\s+|\s+-\s*(?=https?:)")
# Written without blanks, as in East Asian titles; believed only before the outlet's very name.
_TIGHT = re.compile(r"\s*[|｜ㅣ：]\s*|\s*[-_–—]\s*")
_DAY = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_TAG = re.compile(r"<[^<>]{1,200}>")
_ENDS = " -–—|"
# Letters below which two wordings agree by chance.
_LETTERS = 8
# Share of words from which a heading tells the same story as the page's description of itself.
_SAME_STORY = 0.4
# A tail with the outlet's name in it is its name with a section or a place; a longer one belongs to the headline.
_LONGEST_NAME = 30
# Headings that are looked at, and the longest that is one; pages of 100,000 paragraphs have as many headings.
_HEADINGS, _LONGEST = 60, 400


def plain(value: Any) -> str:
    """One line of text from a field that may hold entities or markup; empty for anything else."""
    if not isinstance(value, str):
        return ""
    return " ".join(_TAG.sub("", unescape(unescape(value))).split())


def letters(words: str) -> str:
    """Letters and digits only, in lower case: what two wordings are compared by.

    >>> letters("«Talks», again") == letters("Talks – again")
    True
    """
    return re.sub(r"[\W_]+", "", words.lower())


def site_names(page: Page) -> set[str]:
    """What the outlet calls itself, in lower case."""
    publisher = page.node.get("publisher")
    publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
    names = {
        plain(page.meta.get("og:site_name")),
        plain(page.meta.get("application-name")),
        plain(publisher.get("name") if isinstance(publisher, dict) else publisher),
    }
    host = urlsplit(page.url or page.meta.get("og:url", "")).hostname or ""
    parts = host.removeprefix("www.").split(".")
    names |= {host.removeprefix("www."), parts[0], parts[-2] if len(parts) > 1 else ""}
    return {n.lower() for n in names if n}


@dataclass(frozen=True)
class _Heading:
    level: str
    words: str
    whole: bool
    """Whether its words stand in one piece; pieces (a kicker, a date) are run together without a blank."""


@dataclass(frozen=True)
class _Scene:
    """What the wordings of one page are compared with."""

    names: set[str]
    headings: list[_Heading]

    def is_name(self, words: str) -> bool:
        """Whether these are the outlet's name, maybe with a section."""
        key = letters(words)
        if key in self.names:
            return True
        long = (n for n in self.names if len(n) > 3 and len(key) > 3)
        return (
            bool(key)
            and len(key) < _LONGEST_NAME
            and any(key in n or (n in key and len(key) < 3 * len(n)) for n in long)
        )

    def shown(self, words: str) -> bool:
        """Whether the reader sees these words in a heading of the first or second level."""
        key = letters(words)
        return any(key in letters(h.words) for h in self.headings if h.level != "h3")

    def without_site(self, title: str) -> str:
        """Cut the outlet's name off a title, behind or before a separator."""
        title = title.strip(_ENDS)
        heads = {letters(h.words) for h in self.headings if h.level == "h1" and not self.is_name(h.words)}
        while letters(title) not in heads:
            tight = list(_TIGHT.finditer(title))
            cuts = list(_SEPARATOR.finditer(title))
            if tight and letters(title[tight[-1].end() :]) in self.names:
                shorter = title[: tight[-1].start()]
            elif not cuts:
                break
            elif (
                self.is_name(tail := title[cuts[-1].end() :])
                or _DAY.fullmatch(tail)
                or letters(title[: cuts[-1].start()]) in heads
            ):
                shorter = title[: cuts[-1].start()]
            elif letters(title[: cuts[0].start()]) in self.names or letters(title[cuts[0].end() :]) in heads:
                shorter = title[cuts[0].end() :]
            else:
                break
            title = shorter.strip()
        return title


def _scene(page: Page) -> _Scene:
    return _Scene({letters(n) for n in site_names(page)} - {""}, list(_headings(page)))


def _headings(page: Page) -> Iterator[_Heading]:
    seen = 0
    for element in page.tree.iter("h1", "h2", "h3"):
        words = " ".join(element.text_content().split())
        if 2 < len(words) <= _LONGEST:
            yield _Heading(element.tag, words, not any((c.text_content() or "").strip() for c in element))
            seen += 1
        if seen == _HEADINGS:
            return


def strip_site(title: str, page: Page) -> str:
    """Cut the outlet's name off a title, behind or before a separator."""
    return _scene(page).without_site(title)


def title_of(page: Page, feed: FeedHints | None) -> str | None:
    """Headline: JSON-LD, then Open Graph, but what is shown as heading before what only search engines are told.

    Where none of these is there, a heading that the title element repeats, the title element, the feed's.
    """
    scene = _scene(page)
    element = next((" ".join((t.text or "").split()) for t in page.tree.iter("title")), "")
    told = [plain(page.node.get("headline")), plain(page.meta.get("og:title"))]
    told = [t for t in map(scene.without_site, told) if len(t) > 2 and not scene.is_name(t)]
    search = scene.without_site(element)
    heads = [h for h in scene.headings if not scene.is_name(h.words)]
    own = _own_heading(heads, [*told, search] if search else told, _parts([element, *told]))
    title = _choose(told, own, search, scene)
    if not title:
        title = _undescribed(heads, element, scene) or plain(feed.title if feed else None) or search or element
    title = _whole(title, [*told, *(h.words for h in heads if h.level == "h1")])
    return _as_shown(title, heads) or None


def _choose(told: list[str], own: str, search: str, scene: _Scene) -> str:
    if own and any(letters(own) in letters(t) != letters(own) for t in told) and len(own) > 2 * _LETTERS:
        return own  # the rest is a kicker that the page shows apart
    related = [t for t in (*told, search) if len(letters(t)) > _LETTERS and letters(t) in letters(own)]
    if own and (not related or any(letters(t) == letters(own) for t in related)):
        told = [*told, own]
    if not told:
        return ""
    key = letters(search)
    if letters(told[0]) != key:
        return told[0]
    others = (t for t in told[1:] if letters(t) not in key and key not in letters(t) and scene.shown(t))
    return next(others, told[0])


def _own_heading(heads: list[_Heading], told: list[str], parts: set[str]) -> str:
    """The first-level heading that tells the story that the page describes; empty where none does."""
    best, closest = "", 0.0
    for heading in heads if told else []:
        if heading.level != "h1":
            continue
        near = 1.0 if letters(heading.words) in parts else max(_overlap(heading.words, t) for t in told)
        if near > closest and near >= _SAME_STORY:
            best, closest = heading.words, near
    return best


def _undescribed(heads: list[_Heading], element: str, scene: _Scene) -> str:
    """A heading that the title element repeats beside other words; else the only first-level heading."""
    parts = _parts([element])
    repeated = [h.words for h in heads if letters(h.words) in parts and len(letters(h.words)) > _LETTERS / 2]
    first = [h.words for h in heads if h.level == "h1"]
    if repeated:
        return scene.without_site(repeated[0])
    return scene.without_site(first[0]) if len(first) == 1 else ""


def _parts(titles: Iterable[str]) -> set[str]:
    """Letters of titles and of all their runs between separators."""
    found = set()
    for title in titles:
        cuts = list(_SEPARATOR.finditer(title))[:10]
        starts, ends = [0, *(c.end() for c in cuts)], [*(c.start() for c in cuts), len(title)]
        found |= {letters(title[a:b]) for a in starts for b in ends if a < b}
    return found - {""}


def _overlap(one: str, other: str) -> float:
    a, b = (set(re.findall(r"\w+", words.lower())) for words in (one, other))
    return len(a & b) / max(1, len(a | b))


def _whole(title: str, others: list[str]) -> str:
    """The full wording of a title that a field of limited length cut short."""
    key = letters(title)
    longer = [o for o in others if len(o) > len(title) and letters(o).startswith(key)] if len(key) > _LETTERS else []
    if title.endswith(("...", "…")):
        return longer[0] if longer else title
    twice = [o for o in longer if sum(letters(o) == letters(p) for p in others) > 1]
    return twice[0] if twice else title


def _as_shown(title: str, heads: list[_Heading]) -> str:
    """The same words as a heading spells them: its quotation marks and dashes are the ones that were set."""
    key = letters(title)
    for heading in heads:
        same = heading.whole and letters(heading.words) == key
        if same and not heading.words.isupper() and "\xad" not in heading.words:
            return heading.words
    return title
