"""Whether ground changed hands in an event, and to whom.

Decides between a change by force, one without a fight, and a claim that the other side contests.
"""

from __future__ import annotations

import re

from etl.code.cluster import Cluster
from etl.code.parties import ARMED, Party
from etl.code.words import norm

_WITHOUT = re.compile(
    r"\b(?:without (?:a )?(?:fight\w*|resistance|firing|a shot|clash\w*|bloodshed)|unopposed|"
    r"peacefully|withdrew|withdrawn|pulled out|abandon\w+|handed over|unguarded|no resistance|"
    r"after (?:\w+ ){0,3}(?:withdr\w+|left|fled|retreat\w*))\b",
    re.I,
)
_CONTESTED = re.compile(
    r"\b(?:repel\w*|repuls\w+|thrown back|driven back|pushed back|beaten back|rejected|denied|"
    r"denies|still (?:held|hold)|held the|remains? (?:under|in) (?:\w+ ){0,2}(?:control|"
    r"hands))\b",
    re.I,
)


def change(cluster: Cluster, names: set[str], first: list[Party], words: str, home: str | None) -> str:
    """The type of a change of control, or "" where none is told or the other side contests it.

    Args:
        names: classes of the event's acts.
        first: who acts in it.
        words: the sentences of its acts.
        home: ISO3 of the country it happened in, where known.
    """
    takers = [a for a in cluster.acts if a.name in ("capture", "recapture")]
    if not takers:
        return ""
    agents = [p for a in takers for p in a.agents if p.side == ARMED]
    if _CONTESTED.search(words):
        return ""
    fought = bool(names - {"capture", "recapture"}) or re.search(
        r"\b(?:fight\w*|battle\w*|clash\w*|offensive|assault|attack\w*|operation|storm\w*|"
        r"overr[au]n\w*|fought|heavy|fierce|killed|retak\w+|recaptur\w+|liberat\w+)\b",
        words,
        re.I,
    )
    if _WITHOUT.search(words) or not fought:
        strong = any(
            norm(a.token)
            in ("capture", "seize", "overrun", "retake", "recapture", "liberate", "conquer", "recover", "regain")
            for a in takers
        )
        if _WITHOUT.search(words) or not strong:
            return "Non-violent transfer of territory"
    abroad = {p.actor_id.partition(":")[2].partition("/")[0] for p in agents if p.actor_id and ":" in p.actor_id} - {""}
    if home and abroad and home not in abroad:
        return "Non-state actor overtakes territory"
    state = any(
        p.group in ("military", "police", "state", "coalition") or p.kind in ("military", "police", "security", "state")
        for p in agents
    )
    return "Government regains territory" if state else "Non-state actor overtakes territory"
