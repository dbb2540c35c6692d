"""Keep each thing once that somebody says of one event: saying the same again, or less, adds nothing.

Decides which of several claims of one article stay. Does not make claims: see ``etl/code/claims.py``.
"""

from __future__ import annotations

import re

from etl.code.claimants import UNNAMED, known, same_claimant
from etl.code.meaning import SpeechAct
from etl.code.slots import Case, tells_the_event
from etl.model import Claim

# What an organisation and then somebody of it say is said once, in the words of the second.
OWNED = {"deny", "claim_responsibility", "accuse"}
NAMELESS = {"rebels", "militants", "insurgents", "separatists", "guerrillas", "jihadists", "gunmen", "fighters"}


def unique(case: Case) -> list[tuple[SpeechAct, Claim]]:
    """Each claim once, with its act, in order of the text; in the claimant's own words where these are told."""
    seen: dict[tuple[str, str, str, str | None], tuple[SpeechAct, Claim]] = {}
    for act, claim in sorted(case.made, key=lambda m: (not _own(m[0]), m[1].start, m[1].end, m[1].slot)):
        who = known(act, case.names)
        key = (
            who.name if who and not act.person and who.kind not in UNNAMED else claim.claimant.casefold(),
            claim.speech_act,
            claim.slot,
            claim.value if claim.slot == "fatalities" else None,
        )
        if claim.speech_act == "accuse":
            key = (*key[:3], claim.value)
        part_of = set(re.findall(r"\w+", claim.claimant.casefold()))
        again = any(
            (c.speech_act, c.slot, c.value) == (claim.speech_act, claim.slot, claim.value)
            and part_of <= set(re.findall(r"\w+", c.claimant.casefold()))
            for _, c in seen.values()
        )
        if not again and not _less_than(act, claim, case):
            seen.setdefault(key, (act, claim))
    return sorted(seen.values(), key=lambda m: (m[1].start, m[1].end, m[1].slot))


def _one_side(act: SpeechAct, other: SpeechAct, case: Case) -> bool:
    """Whether two claimants speak for one registry actor, the second one being somebody of it."""
    one, two = known(act, case.names), known(other, case.names)
    spoken_for = other.person is not None or other.organisation is not None
    return one is not None and two is not None and one.name == two.name and one.kind not in UNNAMED and spoken_for


def _less_than(act: SpeechAct, claim: Claim, case: Case) -> bool:
    """Whether a claim says less than another one.

    That is not to know what one denies, a nameless denial beside a named one, what was seen beside a claim about it.
    """
    others = [(a, c) for a, c in case.made if c is not claim and c.speech_act == "deny"]
    for other, same in case.made if act.person is None and not _own(act) and claim.speech_act in OWNED else ():
        alike = (same.speech_act, same.slot, same.value) == (claim.speech_act, claim.slot, claim.value)
        if alike and _own(other) and _one_side(act, other, case):
            return True
    if (claim.speech_act, claim.slot) == ("assert", "occurrence") and not tells_the_event(act, case):
        return any(a.claimant_head.lower() == act.claimant_head.lower() for a, c in case.made if c is not claim)
    if (claim.speech_act, claim.slot) == ("assert", "actor2"):
        return any(c.slot == "actor2" and same_claimant(a, act, case.names) for a, c in others)
    if claim.speech_act == "deny_knowledge":
        who = known(act, case.names)
        suspect = who is not None and who.name in case.accused
        return suspect and any(same_claimant(a, act, case.names) for a, c in others)
    nameless = claim.speech_act == "deny" and act.claimant_head.lower() in NAMELESS and not _own(act)
    return nameless and any(c.slot == claim.slot and _own(a) for a, c in others)


def _own(act: SpeechAct) -> bool:
    """Whether an act is told in the claimant's own words, which carry a claim rather than a summary of them."""
    return act.own_words is not None or any(a <= act.content_start < b for a, b in act.quotes)
