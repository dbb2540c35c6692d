"""Read what was asked of somebody who does not answer: who did it, how many died, with what, or the event as a whole.

Decides the slot of a refusal to comment, of not knowing and of taking back. Whether such an act is about the event is
``etl/code/linking.py``.
"""

from __future__ import annotations

import re
from typing import Any

from etl.annotate import letters
from etl.code.claimants import Known, known, same_claimant
from etl.code.meaning import SpeechAct
from etl.code.slots import Case, details_of
from etl.code.speakers import lexicon

# Tags of the words that open a question.
QUESTION = {"WP", "WP$", "WRB", "WDT"}
# Registry kinds that could have done it.
FORCES = {"military", "state", "group", "mission"}


def asked_about(act: SpeechAct, case: Case, who: Known | None) -> tuple[str, str | None]:
    """Slot and value of an act that answers nothing or takes back.

    Args:
        act: a refusal, a denial of knowledge or a retraction.
        case: the article's material.
        who: the registry actor that speaks.
    """
    lex = lexicon()["questions"]
    # Forces nobody accuses are asked only whether it was them; everybody else is asked about the event.
    asked = who is not None and who.kind in FORCES and who.name not in case.accused | case.facts.targets
    words = {t.lower_ for t in case.doc[slice(*act.content_tokens)] if not _relative(t)}
    words |= {t.lower_ for t in case.doc if act.own_words and act.own_words[0] <= t.idx < act.own_words[1]}
    words |= _question(act, case)
    cleared = any(
        a.act == "deny" and (k := known(a, case.names)) is not None and k.name in case.accused for a in case.linked
    )
    if act.act == "retract":
        slot = next((s for s, _, _ in details_of(act, case) if s != "location"), "occurrence")
        slot = "actor1" if words & {"responsibility", "accusation", "call"} else slot
        slot = next((c.slot for a, c in reversed(case.made) if same_claimant(a, act, case.names)), slot)
    elif words & lex["toll"]:
        slot = "fatalities"
    elif words & lex["culprit"] or (asked and cleared and act.act == "decline_comment"):
        slot = "actor1"
    elif words & lex["means"] and words & {"which", "what"}:
        slot = "weapon"
    elif "whether" in words and words & lex["status"]:
        slot = "actor2"
    else:
        slot = "occurrence"
    return slot, who.name if slot == "actor1" and asked and who else None


def _question(act: SpeechAct, case: Case) -> set[str]:
    """What somebody was asked, where the sentence says so first: "asked who had fired, the army declined"."""
    if act.act != "decline_comment":
        return set()
    asked = [
        t for t in case.doc if act.unit_start <= t.idx < act.end and t.lower_ == "asked" and t.i + 1 < len(case.doc)
    ]
    found: set[str] = set()
    for t in asked:
        if t.nbor(1).tag_ in QUESTION:
            found |= set(re.findall(r"\w+", letters(case.doc)[t.nbor(1).idx : act.unit_end].partition(",")[0].lower()))
    return found


def _relative(token: Any) -> bool:
    """Whether "who" only adds to a noun and asks nothing: "a doctor who treated them"."""
    return bool(token.tag_ == "WP" and token.head.dep_ == "relcl")
