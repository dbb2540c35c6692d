"""The day of a short report that names it apart from the act.

"Gunmen stormed the clinic. It happened on Thursday", a log entry headed "14 June 2021": where all the days that a short
text gives are one and the same, its undated acts are of that day. A day of speaking, of publication or of an old event
is none. Does not read expressions (``dates``) nor choose among several days (``chronology``).
"""

from __future__ import annotations

from collections.abc import Sequence

from etl.code.acts import Act
from etl.code.dates import When
from etl.code.lexicon import word_set
from etl.code.material import Material
from etl.code.words import norm

SHORT = 6
"""Sentences up to which a text is one report of one day."""
_NO_DAY = frozenset({"dateline", "byline", "since"})


def share_day(found: Sequence[Act], material: Material) -> None:
    """Give the only day of a short text to those of its acts that have none, in place."""
    if len(material.sentences) > SHORT:
        return
    days = [w for w in material.whens if w.precision == 1 and w.basis not in _NO_DAY]
    days = [w for w in days if not (w.background or w.planned or w.vague or _spoken(w, material))]
    surveys = any(w.precision is None and w.basis == "explicit" for w in material.whens)  # "in 2025": statistics
    if surveys or len({w.best for w in days}) != 1:
        return
    for act in found:
        own = act.token.sent
        if any(own.start_char <= w.start < own.end_char for w in days) and len(material.sentences) > 3:
            continue  # its sentence has the day, and says it of something else ("was condemned today")
        if act.when is None and not act.why_not and act.family:
            act.when, act.day = days[0], days[0].best


def _spoken(when: When, material: Material) -> bool:
    """Such as "said on Thursday": the day on which somebody spoke."""
    span = material.doc.char_span(when.start, when.end, alignment_mode="expand")
    if span is None:
        return True
    node = span.root
    for _ in range(3):
        if node.pos_ in ("VERB", "AUX"):
            break
        node = node.head
    return norm(node) in word_set("speech_verbs")
