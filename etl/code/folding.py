"""Fold the acts of one sentence that are one saying, and find who else is named around a reporting word.

Decides which of several reporting words carries the act ("confirmed that it had denied"), and who was spoken to, blamed
or cited. Does not decide what is said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from etl.code.cues import ADDRESSED, PASSING, Cue, plain_name
from etl.code.meaning import SpeechAct
from etl.code.speakers import phrase, surface
from etl.code.voices import subject

NEGATIVE = {"deny", "deny_knowledge"}
# Verbs of blame, and the preposition that whoever is blamed stands behind.
AIMS = {
    "blame": ("on",),
    "attribute": ("to",),
    "ascribe": ("to",),
    "point": ("at", "to"),
    "pin": ("on",),
    "lay": ("on", "at"),
    "put": ("on",),
    "place": ("on",),
}


def reconcile(doc: Any, acts: list[tuple[Cue, SpeechAct]]) -> list[SpeechAct]:
    """One act for one saying: inner verbs with the same speaker are folded into the outer one."""
    kept: list[SpeechAct | None] = [a for _, a in acts]
    for i, (outer_cue, _) in enumerate(acts):
        for j, (inner_cue, inner) in enumerate(acts):
            outer = kept[i]
            if i == j or outer is None or kept[j] is None:
                continue
            o, n = outer_cue.token, inner_cue.token
            inside = any(a.i == o.i for a in n.ancestors) and outer.start <= n.idx < max(outer.end, outer.unit_end)
            if not inside:
                continue
            if outer.act == "contradict" and (
                _same(outer, inner) or (inner.chain and inner.chain[0] == outer.claimant)
            ):
                chain = inner.chain or outer.chain
                kept[i] = replace(
                    outer,
                    content_start=inner.content_start,
                    content_end=inner.content_end,
                    content_tokens=inner.content_tokens,
                    quotes=inner.quotes,
                    hedged=inner.hedged,
                    accused=inner.accused,
                    chain=chain,
                    end=max(outer.end, inner.end),
                )
                kept[j] = None
            elif outer.act == "deny" and n.dep_ == "advcl" and any(c.lower_ == "as" for c in n.children):
                blamed = (outer.claimant, outer.claimant_start, outer.claimant_end)
                kept[j] = replace(inner, act="accuse", accused=blamed)
            elif (
                outer_cue.act in {"assert", "confirm"}
                and _same(outer, inner)
                and outer.content_tokens[0] <= n.i < max(outer.content_tokens[1], o.i)
            ):
                within = inner.content_tokens[0] < max(outer.content_tokens[1], o.i)
                act = inner.act if inner.act not in {"assert"} and within else outer.act
                kept[i] = replace(
                    outer,
                    act=act,
                    negated=act in NEGATIVE,
                    accused=inner.accused or outer.accused,
                    hedged=outer.hedged or inner.hedged,
                )
                kept[j] = None
            elif (
                outer_cue.act in {"assert", "confirm"}
                and n.dep_ == "ccomp"
                and n.head.i == o.i
                and n.i >= outer.content_tokens[0]
                and not _same(outer, inner)
            ):
                kept[j] = replace(inner, chain=inner.chain or (outer.claimant, inner.claimant))
                kept[i] = None
            elif (
                outer_cue.act == "deny"
                and _same(outer, inner)
                and inner.act in {"deny", "claim_responsibility", "accuse", "assert"}
                and inner_cue.token.dep_ in {"xcomp", "ccomp"}
            ):
                kept[j] = None
    out = [a for a in kept if a is not None]
    confirmed = {a.claimant for a in out if a.act == "confirm"}
    refused = {a.claimant for a in out if a.act in {"deny", "contradict"}}
    return [
        replace(a, act="partly_confirm") if a.act == "confirm" and a.claimant in confirmed & refused else a for a in out
    ]


def _same(a: SpeechAct, b: SpeechAct) -> bool:
    return (a.claimant_start, a.claimant_end) == (b.claimant_start, b.claimant_end)


def spoken_to(t: Any) -> str | None:
    """To whom something was told."""
    if t.lemma_.lower() not in ADDRESSED:
        return None
    aim = next((c for c in t.children if c.dep_ in {"dobj", "dative"} and c.i > t.i), None)
    return plain_name(aim) if aim is not None and aim.pos_ in {"PROPN", "NOUN", "PRON"} else None


def blamed(t: Any) -> tuple[str, int, int] | None:
    """Who is accused by "blame X", "blame it on X", "attribute it to X", "point the finger at X", "X was blamed by"."""
    aims = AIMS.get(t.lemma_.lower(), ())
    on = [
        o
        for c in t.subtree
        if c.dep_ in {"prep", "dative"} and c.lower_ in aims and (c.head.i == t.i or c.head.dep_ == "dobj")
        for o in c.children
        if o.dep_ == "pobj"
    ]
    if not on and aims and t.lemma_.lower() != "blame":
        return None
    target = on or [c for c in t.children if c.dep_ in {"dobj", "nsubjpass"}]
    if not target:
        target = [s for c in t.children if c.dep_ == "ccomp" for s in c.children if s.dep_ == "nsubj"]
    return surface(t.doc, *phrase(target[0])) if target and target[0].pos_ in {"NOUN", "PROPN"} else None


def cited(t: Any) -> tuple[str, ...]:
    """Who is cited by the participle beside a verb of saying: "SANA, citing a military source, reported"."""
    for x in t.subtree:
        if x.lemma_.lower() in PASSING and x.tag_ == "VBG" and abs(x.i - t.i) < 25:
            source = next((c for c in x.children if c.dep_ == "dobj"), None)
            outer = subject(t)
            if source is not None and outer is not None and not any(c.lower_ == "as" for c in x.children):
                return (plain_name(outer), plain_name(source))
    return ()
