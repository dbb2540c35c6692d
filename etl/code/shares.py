"""Which figures belong to which event.

Gives each figure to the event of its sentence, else to the one told last before it; figures beside an act of another
time belong to none. Does not add figures up (``counts``).
"""

from __future__ import annotations

import re
from dataclasses import replace

from etl.code.acts import Act
from etl.code.cluster import Cluster
from etl.code.counts import ASSAILANTS, Toll
from etl.code.material import Material

_NOT_NOW = frozenset({"background_only", "commemoration", "hypothetical", "planned", "threat"})
"""Figures beside an act of another time, or of none, are not the event's."""


def share_tolls(clusters: list[Cluster], found: list[Act], material: Material) -> list[list[Toll]]:
    """Figures by the event they belong to: its sentence's, the nearest trigger's, else the event told last."""
    shares: list[list[Toll]] = [[] for _ in clusters]
    if not clusters:
        return shares
    bounds = [(s.start_char, s.end_char) for s in material.sentences]
    for toll in material.tolls:
        n = next((i for i, (low, high) in enumerate(bounds) if low <= toll.start < high), -1)
        if any(w.start <= toll.start and toll.end <= w.end for w in material.whens):
            continue
        near = min((a for a in found if a.sentence == n), key=lambda a: abs(a.trigger.start - toll.cue), default=None)
        if near is not None and near.why_not in _NOT_NOW:
            continue
        here = [
            (abs(a.trigger.start - toll.cue), i)
            for i, c in enumerate(clusters)
            for a in c.acts
            if a.sentence == n and c.family in ("violence", "demonstration", "riot")
        ]
        if here:
            share = shares[min(here)[1]]
            if toll.added and _reckoned(toll, share, material.text):
                toll = replace(toll, subset=True)
            share.append(toll)
            continue
        before = [
            (a.sentence, i)
            for i, c in enumerate(clusters)
            for a in c.acts
            if a.sentence < n and c.family in ("violence", "demonstration", "riot")
        ]
        if before and (not toll.named or (toll.who or "").lower() in ASSAILANTS):
            last, index = max(before)
            if n - last <= 3:
                shares[index].append(toll)
    return shares


def _reckoned(toll: Toll, before: list[Toll], text: str) -> bool:
    """Such as "killed six people after two more bodies were found": the new figure is in the first."""
    return any(
        t.kind == toll.kind
        and t.end < toll.start
        and re.fullmatch(r"[^.;]*\b(?:after|as)\b[^.;]*", text[t.end : toll.start]) is not None
        for t in before
    )
