"""Means, tags and evidence of an event.

Every value is quoted to the letter from the article. Does not decide type, day, place or actors.
"""

from __future__ import annotations

import re
from typing import Any

from etl.code import chronology, where
from etl.code.casting import Slot
from etl.code.cluster import Cluster
from etl.code.counts import Toll, crowd_size
from etl.code.hierarchy import Verdict
from etl.code.lexicon import nouns, words
from etl.code.material import Material
from etl.code.words import norm, phrase
from etl.model import Evidence

MAX_EVIDENCE = 8
"""Quotes of one slot: the first ones tell it, more only repeat."""
UNDATED = "not later than the report"
"""Value of the evidence of a day that only the report's own day limits."""
_BY_CRAFT = frozenset({"Air/drone strike", "Shelling/artillery/missile attack", "Armed clash", "Suicide bomb"})
"""Where aircraft and ships are means; elsewhere they carry somebody, or are hit."""
_NOT_MEANS = words("assemble_not_means")


def _quote(slot: str, value: str | None, start: int, end: int, text: str) -> Evidence:
    return Evidence(slot, value, start, end, text[start:end])


def evidence_of(
    cluster: Cluster,
    one: Slot,
    two: Slot,
    dated: chronology.Dated,
    located: where.Located | None,
    own: list[Toll],
    hurt: list[Toll],
    text: str,
) -> list[Evidence]:
    """Quotes for the slots of an event: acts, day, place, both actors, deaths and injuries."""
    found: list[Evidence] = []
    first = cluster.acts[0].trigger
    found.extend(
        _quote("event_type", act.name, act.trigger.start, act.trigger.end, text) for act in cluster.acts[:MAX_EVIDENCE]
    )
    if dated.when is not None:
        found.append(_quote("event_date", str(dated.day), dated.when.start, dated.when.end, text))
    elif dated.day is not None:
        found.append(_quote("event_date", UNDATED, first.start, first.end, text))
    if located is not None:
        found.append(_quote("location", located.place.name, located.place.start, located.place.end, text))
    for slot, name in ((one, "actor1"), (two, "actor2")):
        if slot.name is None:
            continue
        found.extend(_quote(name, slot.name, p.start, p.end, text) for p in slot.parties[:MAX_EVIDENCE])
        if not slot.parties and not slot.name.startswith("Unidentified"):
            found.append(_quote(name, slot.name, first.start, first.end, text))
    deaths = [t for t in own if t.kind in ("killed", "casualties")]
    found.extend(_quote("fatalities", str(t.low), t.start, t.end, text) for t in deaths)
    found.extend(_quote("injured_low", str(t.low), t.start, t.end, text) for t in hurt)
    return found


def _tidy(token: Any, material: Material) -> tuple[int, int, str]:
    first, last = phrase(token)
    doc = material.doc
    start, end = doc[first].idx, doc[last].idx + len(doc[last])
    return start, end, material.text[start:end]


def weapons_of(cluster: Cluster, verdict: Verdict, material: Material, evidence: list[Evidence]) -> list[str]:
    """Words for the means in the event's sentences, the trigger's own included ("car bomb")."""
    known = nouns()["small_arms"] | nouns()["projectile"]
    if verdict.sub_event_type in _BY_CRAFT:
        known |= nouns()["platform"]
    found: dict[str, tuple[int, int, str]] = {}
    for act in cluster.acts:
        sentence = act.token.sent
        tokens = [t for t in sentence if t.pos_ in ("NOUN", "PROPN")]
        for t in tokens:
            lemma = norm(t)
            pair = f"{norm(t.nbor(-1))} {lemma}" if t.i > sentence.start else lemma
            if (lemma not in known and pair not in known) or (lemma in _NOT_MEANS and t not in act.means):
                continue
            if t in act.struck:
                continue
            if (
                t.dep_ == "compound"
                and t.head.i == t.i + 1
                and (norm(t.head) in known or norm(t.head) in ("bomber", "man", "squad", "station", "force", "fire"))
            ):
                continue
            start, end, words = _tidy(t, material)
            head = words.casefold()
            if not any(head in k or k in head for k in found):
                found[head] = (start, end, " ".join(words.split()))
        if len(found) >= 6:
            break
    for start, end, words in found.values():
        evidence.append(_quote("weapons", words, start, end, material.text))
    return [w for _, _, w in found.values()]


def tags_of(event_type: str, words: str, verdict: Verdict, two: Slot) -> str | None:
    """The codebook's tags: crowd size, sexual violence, local administrators; None where none fits."""
    tags = []
    if event_type in ("Protests", "Riots"):
        tags.append(f"crowd size={crowd_size(words)}".replace(";", ","))
        if re.search(r"\bcounter-?(?:protest|demonstrat)", words, re.I):
            tags.append("counter-demonstration")
    if event_type in ("Battles", "Riots") and re.search(r"\b(?:rape[ds]?|sexual)", words, re.I):
        tags.append("sexual violence")
    if re.search(
        r"\b(?:mayor|councill?or|village (?:chief|head)|governor)\b", " ".join(p.text for p in two.parties), re.I
    ):
        tags.append("local administrators")
    return "; ".join(tags) or None
