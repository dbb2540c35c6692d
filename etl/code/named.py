"""Whom a stretch of an article names: the step from somebody's words to parties, wherever those words were found.

The rules come to parties from the acts they read (``acts``); a reader that marks words instead ("these letters are who
did it") comes to the same parties here, so that names, nationalities, nouns and references mean the same. What a party
is called on a day and in a country is ``casting``. Does not decide who did what.
"""

from __future__ import annotations

from typing import Any

from etl.code.cast import Cast
from etl.code.parties import OTHER, Party
from etl.code.words import coordinated

_NOMINAL = frozenset({"NOUN", "PROPN", "NUM", "PRON"})


def parties_at(cast: Cast, start: int, end: int, agent: bool) -> list[Party]:
    """The parties that the characters ``[start, end)`` of an article name, in text order; none where they name nobody.

    Args:
        cast: everybody the article names, after its acts have been read (``Material.cast``).
        agent: whether they act (a country's name then stands for its forces) or suffer (it is a place).

    Hand them to ``hierarchy.Verdict`` as ``first`` or ``second``, and ``casting.fill`` names the actors by type, day
    and country; ``casting.Stage.resolve`` names a single one.
    """
    span = cast.doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        return []
    found: list[Party] = []
    for token in _heads(span):
        party = cast.refer(token, agent)
        if party is not None and (party.side != OTHER or party.named) and all(party.key != f.key for f in found):
            found.append(party)
    return found


def _heads(span: Any) -> list[Any]:
    """The nouns that a stretch is about: its root with the nouns joined to it, or else its last noun."""
    root = span.root
    if root.pos_ not in _NOMINAL:
        nouns = [t for t in span if t.pos_ in ("NOUN", "PROPN")]
        root = nouns[-1] if nouns else root
    return [t for t in coordinated(root) if span.start <= t.i < span.end] or [root]
