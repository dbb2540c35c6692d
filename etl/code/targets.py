"""Whom and what an event hit, in the words of the text.

Goes beyond the parties of an event: things of any name ("two power pylons", "a fruit exporting firm"), everybody of a
list, the persons whom an apposition or "including" names. Does not decide type or actors.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterator
from typing import Any

from etl.code.acts import Act
from etl.code.cluster import Cluster
from etl.code.harmed import harmed
from etl.code.hierarchy import Verdict
from etl.code.lexicon import nouns, words
from etl.code.material import Material
from etl.code.parties import ARMED, CIVILIANS, OBJECT, OTHER, PROTESTERS, RIOTERS, Party
from etl.code.words import norm, phrase, pobjs
from etl.model import Evidence
from etl.schema import sub_event

MOST = 8
"""Targets of one event that are listed; more only repeat."""
LONGEST = 120
"""Characters of a target's words."""
REACH = 2
"""Sentences behind an act in which a report goes on to tell of the damage."""
_SIDES = (ARMED, CIVILIANS, OBJECT, PROTESTERS, RIOTERS)
_NO_WORDS = frozenset(
    {"he", "she", "him", "her", "it", "other", "those", "they", "them", "one", "who", "which", "that"}
)
_TIMES = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"})
_ABSTRACT = words("acts_abstract") | words("targets_abstract")
_SPOTS = frozenset({"area", "place", "corner", "intersection", "hand", "spot", "scene"})
"""Where something happened, or what is said of it, is nothing that was hit."""
_GROUNDS = frozenset(
    {"department", "jurisdiction", "outskirt", "outskirts", "street", "avenue", "kilometer", "kilometre"}
)
"""Heads of what a map names, which is where something was hit."""
_MONTHS = frozenset(m.casefold() for m in month_name if m)
_SAID_AGAIN = frozenset(
    {"murdered", "killed", "slain", "assassinated", "kidnapped", "abducted", "wounded", "injured", "dead", "innocent"}
    | {
        "the",
        "same",
        "other",
        "these",
        "those",
        "several",
        "some",
        "of",
        "mr",
        "dr",
        "two",
        "three",
        "four",
        "five",
        "six",
    }
    | {"seven", "eight", "nine", "ten", "eleven", "twelve"}
)
"""Words that say nothing new of people told of before."""
_NEW = frozenset({"a", "an", "another", "one", "his", "her", "their", "its"})
"""What stands before somebody not told of before."""
_PEOPLE = frozenset({"kill", "abduct", "sexual"})
_INCLUDING = frozenset({"including", "among"})


def targets_of(cluster: Cluster, verdict: Verdict, material: Material, evidence: list[Evidence]) -> list[str]:
    """Words for whom and what was hit, in text order; their evidence is added."""
    kind = sub_event(verdict.sub_event_type)["event_type"]
    if kind in ("Protests", "Strategic developments") and verdict.sub_event_type not in (
        "Looting/property destruction",
        "Excessive force against protesters",
        "Disrupted weapons use",
    ):
        return []
    found: list[tuple[int, int]] = []
    agents = {p.key for p in verdict.first if p.side == ARMED}
    triggers = {t.i for a in cluster.acts for t in (a.token, a.trigger.token)}
    for act in cluster.acts:
        held = [p for p in act.patients if _counts(p, agents, material)]
        spans = [(p.start, p.end) for p in held]
        read = {p.start for p in act.patients}
        for token in act.struck:
            spans.extend(_spans(token, act, read, triggers, material))
        for start, end in sorted(set(spans)):
            _put(found, _in_full(start, end, material), material.text)
    for noun in _beyond(cluster, material):
        party = material.cast.party(noun, False) if material.cast is not None else None
        if party is None or party.side == OTHER or _counts(party, agents, material):
            for span in _spans(noun, cluster.acts[0], set(), triggers, material):
                _put(found, _in_full(*span, material), material.text)
    found = _once(found, material)[:MOST]
    texts = [" ".join(material.text[s:e].split()) for s, e in found]
    evidence.extend(Evidence("targets", t, s, e, material.text[s:e]) for t, (s, e) in zip(texts, found, strict=True))
    return texts


def _beyond(cluster: Cluster, material: Material) -> Iterator[Any]:
    """Nouns that the event's sentences, and those behind them that tell of no other act, say were harmed."""
    own = {a.sentence for a in cluster.acts}
    after = {n + step for n in own for step in range(1, REACH + 1)} - own
    near = {n for n in after if all(m not in material.told for m in range(max(o for o in own if o < n) + 1, n + 1))}
    for n in sorted(own | near):
        if n < len(material.sentences):
            yield from harmed(material.sentences[n])


def _counts(p: Party, agents: set[str], material: Material) -> bool:
    """Whether a party is one that was hit, and not the attacker, his weapon, or the place of the act."""
    return not (
        p.side not in _SIDES
        or (p.side == ARMED and p.key in agents)
        or p.group == "weapon"
        or p.head in _NO_WORDS | _SPOTS | _GROUNDS
        or p.text.strip().isdigit()
        or any(pl.start <= p.start and p.end <= pl.end for pl in material.places)
    )


def _put(found: list[tuple[int, int]], span: tuple[int, int], text: str) -> None:
    """Add a span; of two of which one holds the other's words the fuller one stays."""
    new = _words(text, span)
    if not new or span[1] - span[0] > LONGEST:
        return
    for n, held in enumerate(found):
        if new <= _words(text, held):
            return
        if _words(text, held) < new:
            found[n] = span
            return
    found.append(span)


def _once(found: list[tuple[int, int]], material: Material) -> list[tuple[int, int]]:
    """Each target once: "the murdered priests" are the priests, "the candidate" is the one person that has a name."""
    roots = {s: r.root for s in found if (r := material.doc.char_span(*s, alignment_mode="expand")) is not None}
    named = [s for s, r in roots.items() if r.ent_type_ == "PERSON"]
    alone = len(named) == 1 and all(r.tag_ in ("NN", "NNP") for r in roots.values() if norm(r) in nouns()["civilians"])
    kept = []
    for span in found:
        root = roots.get(span)
        mine = _core(material.text, span)
        if any(mine and mine < _core(material.text, o) for o in found if o != span):
            continue
        if alone and root is not None and span not in named and norm(root) in nouns()["civilians"]:
            before = root.doc[max(0, root.left_edge.i - 1) : root.i]
            if root.tag_ == "NN" and not any(t.lower_ in _NEW for t in before):
                continue
        kept.append(span)
    return kept


def _core(text: str, span: tuple[int, int]) -> frozenset[str]:
    """The words of a target in the singular, without those that only say again what befell it."""
    said = {w.strip(".,") for w in _words(text, span)} - _SAID_AGAIN
    return frozenset(w.removesuffix("s") for w in said if not w.isdigit())


def _words(text: str, span: tuple[int, int]) -> frozenset[str]:
    return frozenset(text[span[0] : span[1]].casefold().split())


def _in_full(start: int, end: int, material: Material) -> tuple[int, int]:
    """Such as "Rivas" after "Bishop Arturo Rivas Mena": where the article gives a person's name in full."""
    name = material.text[start:end].casefold().split()
    if len(name) != 1 or len(name[0]) < 3:
        return start, end
    for ent in material.doc.ents:
        if ent.label_ == "PERSON" and ent.start_char < start:
            parts = material.text[ent.start_char : ent.end_char].casefold().split()
            if len(parts) > 1 and name[0] in parts[1:] and not any("," in p for p in parts):
                return ent.start_char, ent.end_char
    return start, end


def _spans(token: Any, act: Act, read: set[int], triggers: set[int], material: Material) -> Iterator[tuple[int, int]]:
    """The phrase of a noun that was hit, where no party was read from it, and the phrases listed behind it."""
    for noun in [token, *_listed(token)]:
        first, last = phrase(noun)
        start, end = material.doc[first].idx, material.doc[last].idx + len(material.doc[last])
        if start in read or noun.i in triggers or not _names_target(noun, act, noun is not token):
            continue
        place = next((pl for pl in (*material.places, *act.places) if pl.start <= noun.idx < pl.end), None)
        person = act.name in _PEOPLE and (noun.dep_ != "pobj" or noun.head.lower_ in _INCLUDING | {"of"})
        if place is not None and not (person and place.feature != "country"):
            continue
        yield start, end


def _names_target(noun: Any, act: Act, listed: bool) -> bool:
    """Whether a noun can be somebody or something that was hit."""
    lemma = norm(noun)
    if (
        noun.pos_ not in ("NOUN", "PROPN")
        or noun.ent_type_ in _TIMES
        or lemma in _ABSTRACT | _NO_WORDS | _SPOTS | _GROUNDS | _MONTHS
    ):
        return False
    if lemma in nouns()["weapon"] or noun.ent_type_ == "NORP":
        return False
    if listed or act.name in _PEOPLE:
        return noun.pos_ == "PROPN" or lemma in nouns()["civilians"] or noun.dep_ == "conj"
    return True


def _listed(token: Any) -> Iterator[Any]:
    """Who else a phrase names: members of a list, persons in apposition, those whom "including" tells apart."""
    for child in token.rights:
        if child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN"):
            yield child
            yield from _listed(child)
        elif child.dep_ == "appos" and child.pos_ == "PROPN" and token.tag_ in ("NNS", "NNPS", "NNP"):
            if child.ent_type_ == "PERSON":
                yield child
            yield from _listed(child)
        elif child.dep_ == "appos":
            yield from _listed(child)
        elif child.dep_ == "prep" and child.lower_ in _INCLUDING:
            yield from (o for o in pobjs(child) if o.pos_ in ("NOUN", "PROPN"))
