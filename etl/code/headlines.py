"""Read speech acts from headlines in title case, where a parse is of little help.

Decides them from the order of words alone: who, reporting word, what. Does not read headlines in sentence case: those
are sentences.
"""

from __future__ import annotations

import re
from typing import Any

from etl.annotate import letters
from etl.code.meaning import SpeechAct
from etl.code.quotes import Unit

CUES = (
    ("decline_comment", r"(?:declines?|declined|refuses?|refused) (?:to )?comment|won't comment|no comment"),
    ("claim_responsibility", r"(?:claims?|claimed|takes?|took) (?:responsibility|credit)"),
    ("deny_knowledge", r"(?:denies|denied) (?:any )?knowledge"),
    ("deny", r"den(?:y|ies|ied)|rejects?|rejected|dismiss(?:es|ed)?|refutes?|refuted"),
    ("accuse", r"accuses?|accused|blames?|blamed"),
    ("confirm", r"confirms?|confirmed|admits?|admitted|acknowledges?"),
    ("retract", r"retracts?|retracted"),
    ("contradict", r"contradicts?|disputes?"),
    ("assert", r"says?|said|reports|claims"),
)
CUE = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in CUES), re.IGNORECASE)
JOINT = re.compile(r"[,;:–—|]| \b(?:and|but|as|while|after)\b ", re.IGNORECASE)
# The subject of a headline is short; a longer run of words before the verb is something else.
SUBJECT_WORDS = 7


def heading_acts(doc: Any, unit: Unit) -> list[SpeechAct]:
    """The acts of one heading; the words after a joint that has no subject of its own belong to every act before it."""
    line = letters(doc)[unit.start : unit.end]
    found: list[SpeechAct] = []
    cues = list(CUE.finditer(line))
    for k, cue in enumerate(cues):
        joints = list(JOINT.finditer(line, 0, cue.start()))
        begin = joints[-1].end() if joints else 0
        subject = line[begin : cue.start()]
        lead = len(subject) - len(subject.lstrip())
        start = unit.start + begin + lead
        text = subject.strip()
        if not text or len(text.split()) > SUBJECT_WORDS or (k and cues[k - 1].end() > begin + lead):
            continue
        following = cues[k + 1].start() if k + 1 < len(cues) else len(line)
        stops = [j.start() for j in JOINT.finditer(line, cue.end(), following)]
        stop = stops[0] if stops else len(line) if k + 1 == len(cues) else following
        after = line[cue.end() : stop].strip()
        content_start = unit.start + (line.find(after, cue.end()) if after else cue.end())
        content_end = content_start + len(after)
        act = str(cue.lastgroup)
        inside = [t.i for t in doc[unit.low : unit.high] if content_start <= t.idx < content_end]
        accused = None
        if act == "accuse" and after:
            target = re.split(r"\s+(?:of|for|over|in|after)\s+", after, maxsplit=1, flags=re.IGNORECASE)[0]
            accused = (target, content_start, content_start + len(target))
        found.append(
            SpeechAct(
                act=act,
                claimant=text,
                claimant_start=start,
                claimant_end=start + len(text),
                claimant_head=text.split()[-1],
                person=None,
                organisation=None,
                start=start,
                end=max(content_end, unit.start + cue.end()),
                content_start=content_start,
                content_end=content_end,
                content_tokens=(inside[0], inside[-1] + 1) if inside else (unit.low, unit.low),
                quotes=(),
                hedged=False,
                negated=act in {"deny", "deny_knowledge"},
                chain=(),
                accused=accused,
                addressee=None,
                cue=cue.group(),
                unit_start=unit.start,
                unit_end=unit.end,
                heading=True,
            )
        )
    return found
