"""The events of a short text, for tests of what the coder makes of it."""

from __future__ import annotations

from etl.code.coder import RuleCoder
from etl.model import Article, Mention


def mentions(text: str, published_at: str = "2024-05-10") -> tuple[Mention, ...]:
    """The events of a text; their evidence is checked letter by letter."""
    (coding,) = RuleCoder().code([Article("a/1", text, None, published_at, None, None, None)])
    assert all(text[e.start : e.end] == e.quote for m in coding.mentions for e in m.evidence)
    return coding.mentions


def mention(text: str, published_at: str = "2024-05-10") -> Mention:
    """The only event of a text."""
    (found,) = mentions(text, published_at)
    return found
