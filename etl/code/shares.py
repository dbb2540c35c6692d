"""Which figures belong to which event.

Gives each figure to the event of its sentence, else to the one told last before it; figures beside an act of another
time belong to none. Does not add figures up (``counts``).
"""

from __future__ import annotations

import re
from dataclasses import replace

from etl.code.acts import Act
from etl.code.assemble import Draft
from etl.code.cluster import Cluster
from etl.code.counts import Toll
from etl.code.material import Material
from etl.code.meaning import SpeechAct
from etl.code.speech import speech_acts
from etl.code.totals import ASSAILANTS

_NOT_NOW = frozenset({"background_only", "commemoration", "hypothetical", "planned", "threat"})
"""Figures beside an act of another time, or of none, are not the event's."""

PART_OF_ANOTHER = frozenset({"no_organised_actor", "no_event"})
"""Reasons for which an act is no event of its own though people died in it."""
NEAR_SENTENCES = 3
_OWN = re.compile(
    r"\b(?:lost|losing|(?:its|his|their|our) (?:own )?(?:\w+ )?(?:men|soldiers|fighters|troops|forces))\b", re.I
)
_OF_STATE = re.compile(r"\b(?:army|military|defence|defense|police|government|ministry|general staff)\b", re.I)
_STATES_MEN = re.compile(r"\b(?:soldiers?|troops|policem[ae]n|police officers?|servicem[ae]n)\b", re.I)


def share_tolls(clusters: list[Cluster], found: list[Act], material: Material) -> list[list[Toll]]:
    """Figures by the event they belong to: its sentence's, the nearest trigger's, else the event told last."""
    shares: list[list[Toll]] = [[] for _ in clusters]
    if not clusters:
        return shares
    bounds = [(s.start_char, s.end_char) for s in material.sentences]
    rivals = sum(t.kind == "killed" for t in material.tolls) > 1
    acts = speech_acts(material.doc) if rivals else []
    for read in material.tolls:
        toll = _attributed(read, acts, material.text)
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
            if n - last <= NEAR_SENTENCES:
                shares[index].append(toll)
    return shares


def _attributed(toll: Toll, acts: list[SpeechAct], text: str) -> Toll:
    """The figure with who gives it ("" for the report itself), and whether it is of the speaker's own dead."""
    holding = [a for a in acts if a.content_start <= toll.start < a.content_end]
    narrow = min(holding, key=lambda a: a.content_end - a.content_start, default=None)
    if narrow is None:
        return toll
    speaker = (narrow.organisation or narrow.claimant).casefold()
    around = text[max(narrow.content_start, toll.start - 40) : toll.end + 20]
    states = _OF_STATE.search(speaker) is not None and _STATES_MEN.search(toll.text) is not None
    return replace(toll, said_by=speaker, own=states or _OWN.search(around) is not None)


def heir_of(lost: Draft, drafts: list[Draft]) -> int | None:
    """The event whose dead are those of an act that is no event of its own ("Shops burned. One man was shot dead.").

    Args:
        lost: what was put together and left out.
        drafts: the events of the text.

    Returns:
        Index of the event told nearest, of the same day and place as far as the act has one; None without dead.
    """
    if not any(t.kind == "killed" and t.low and not t.cumulative for t in lost.tolls):
        return None
    mention, at = lost.mention, lost.cluster.acts[0].sentence
    near = []
    for n, other in enumerate(drafts):
        m = other.mention
        away = min(abs(a.sentence - at) for a in other.cluster.acts)
        fits = m.event_type != "Strategic developments" and (
            (mention.event_date is None or mention.event_date == m.event_date)
            and (mention.location is None or mention.location == m.location)
        )
        if fits and away <= NEAR_SENTENCES:
            near.append((away, n))
    return min(near)[1] if near else None


def _reckoned(toll: Toll, before: list[Toll], text: str) -> bool:
    """Such as "killed six people after two more bodies were found": the new figure is in the first."""
    return any(
        t.kind == toll.kind
        and t.end < toll.start
        and re.fullmatch(r"[^.;]*\b(?:after|as)\b[^.;]*", text[t.end : toll.start]) is not None
        for t in before
    )
