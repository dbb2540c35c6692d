"""List the actor-like names of a text.

Puts together what the registry knows and what the tagger recognises; the registry wins where both name the same words,
and places are left out. Does not decide who acted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from etl.model import Entity

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from etl.code.registry_model import ActorSpan

TAGGED = {"PERSON": "person", "ORG": "organisation", "NORP": "nationality"}


def entities(
    doc: Doc, spans: Sequence[ActorSpan], known: Iterable[Entity] = (), places: Iterable[tuple[int, int]] = ()
) -> list[Entity]:
    """Every actor-like name, in order, without overlap.

    Args:
        doc: a document of ``annotate``.
        spans: what ``Registry.find`` found in it; common nouns and countries' names are left out.
        known: names that others recognised (weapons, platforms); they come before the tagger's.
        places: offsets of place names, which are no actors whatever the tagger says.

    Returns:
        Entities with offsets into ``doc._.source``.
    """
    source = doc._.source if doc.has_extension("source") and doc._.source else doc.text
    found = [
        Entity(span.start, span.end, span.text, "organisation", span.actor_id)
        for span in spans
        if span.named and span.kind not in ("state", "nationality", "generic")
    ]
    found += [
        Entity(span.start, span.end, span.text, "nationality", span.actor_id)
        for span in spans
        if span.kind == "nationality"
    ]
    taken = [(entity.start, entity.end) for entity in found] + list(places)
    tagged = (
        Entity(ent.start_char, ent.end_char, source[ent.start_char : ent.end_char], TAGGED[ent.label_])
        for ent in doc.ents
        if ent.label_ in TAGGED
    )
    for entity in (*known, *tagged):
        if not any(entity.start < end and start < entity.end for start, end in taken):
            found.append(entity)
            taken.append((entity.start, entity.end))
    return sorted(found, key=lambda entity: (entity.start, entity.end))
