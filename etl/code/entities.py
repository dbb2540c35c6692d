"""List the actor-like names of a text.

Puts together what the registry knows, what the tagger recognises, and words for weapons and platforms; the registry
wins where two name the same words. A nationality is listed also where it opens a longer name ("Syrian army"). Does not
decide who acted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from etl.code.lexicon import nouns
from etl.code.words import norm
from etl.geocode import nationalities
from etl.model import Entity


def entities(doc: Any, text: str, spans: Sequence[Any]) -> tuple[Entity, ...]:
    """Actor-like names, weapons and platforms of a text; only nationalities lie within others."""
    found: list[Entity] = []
    taken: set[int] = set()

    def add(start: int, end: int, label: str, actor_id: str | None) -> None:
        if start < end and not taken & set(range(start, end)):
            taken.update(range(start, end))
            found.append(Entity(start, end, text[start:end], label, actor_id))

    for span in spans:
        if span.kind == "generic" and not span.named:
            continue
        add(span.start, span.end, "nationality" if span.kind == "nationality" else "organisation", span.actor_id)
    for ent in doc.ents:
        label = {"PERSON": "person", "ORG": "organisation", "NORP": "nationality"}.get(ent.label_)
        if label:
            add(ent.start_char, ent.end_char, label, None)
    platforms, weapons = nouns()["platform"], nouns()["weapon"]
    for t in doc:
        if t.pos_ in ("NOUN", "PROPN") and ((lemma := norm(t)) in platforms or lemma in weapons):
            add(t.idx, t.idx + len(t), "platform" if lemma in platforms else "weapon", None)
    alone = {(e.start, e.end) for e in found}
    for start, end, name, iso3 in nationalities(doc):
        if (start, end) not in alone:
            found.append(Entity(start, end, name, "nationality", f"nationality:{iso3}"))
    return tuple(sorted(found, key=lambda e: (e.start, -e.end)))
