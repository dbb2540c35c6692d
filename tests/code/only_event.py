"""The one event of a short text, for tests of what the coder makes of it."""

from __future__ import annotations

from etl.code.coder import RuleCoder
from etl.model import Article, Mention


def mention(text: str, published_at: str = "2024-05-10") -> Mention:
    """The only event of a text; its evidence is checked letter by letter."""
    (coding,) = RuleCoder().code([Article("a/1", text, None, published_at, None, None, None)])
    assert len(coding.mentions) == 1, coding.mentions
    found = coding.mentions[0]
    assert all(text[e.start : e.end] == e.quote for e in found.evidence)
    return found
