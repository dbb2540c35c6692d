"""Join a saying told in the report's words with the quotation that follows it in the speaker's own.

"The front rejected the charge. "We had no part in it," its office said" is one denial, and its own words carry it.
Decides which quotation belongs to which act and whose it is. Does not read what the quotation does: see
``etl/code/meaning.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from etl.annotate import letters
from etl.code.meaning import SpeechAct
from etl.code.speakers import OWNERS, lexicon

# Acts that a verb alone can tell ("rejected the charge", "blamed the front", "would not say who").
TOLD = {"deny", "accuse", "claim_responsibility", "decline_comment", "deny_knowledge"}
# A shorter quotation names a thing ("the firing points") and says nothing by itself.
LEAST_WORDS = 5
# Between two sentences lie a blank and a mark of quotation at most; a blank line is a new paragraph.
NEXT = 5
NEGATIONS = {"no", "not", "n't", "n\u2019t", "never", "cannot", "nothing", "none", "nobody"}


def with_own_words(doc: Any, acts: Sequence[SpeechAct]) -> list[SpeechAct]:
    """The acts, each told denial, charge, claim or refusal with the quotation that follows it.

    Args:
        doc: the annotated article.
        acts: its acts in order of the text.
    """
    out = list(acts)
    gone: set[int] = set()
    for i, act in enumerate(out):
        if i in gone or act.act not in TOLD or act.heading or _quoted(act, doc):
            continue
        for j in range(i + 1, len(out)):
            said = out[j]
            if said.unit_start - act.unit_end > NEXT:
                break
            if said.unit_start == act.unit_start or j in gone or not _same_side(act, said, doc):
                continue
            quote = _quoted(said, doc)
            if quote is None or not _fits(act, said, doc):
                break
            out[i] = replace(act, own_words=quote)
            if said.act == act.act:
                out[i] = replace(
                    out[i],
                    content_end=said.content_end,
                    content_tokens=(act.content_tokens[0], said.content_tokens[1]),
                    accused=act.accused or said.accused,
                )
            if said.person and not act.person:
                out[i] = replace(
                    out[i],
                    claimant=said.claimant,
                    claimant_start=said.claimant_start,
                    claimant_end=said.claimant_end,
                    claimant_head=said.claimant_head,
                    person=said.person,
                    organisation=said.organisation or act.organisation or act.claimant,
                )
            if said.act == act.act:
                gone.add(j)
            break
    return [a for i, a in enumerate(out) if i not in gone]


def _quoted(act: SpeechAct, doc: Any) -> tuple[int, int] | None:
    """The quotation of an act that is long enough to say something."""
    long = [q for q in act.quotes if len(letters(doc)[slice(*q)].split()) >= LEAST_WORDS]
    return long[0] if long else None


def _same_side(act: SpeechAct, said: SpeechAct, doc: Any) -> bool:
    """Whether the second speaker is the first, or somebody who speaks for it."""
    if (act.claimant_start, act.claimant_end) == (said.claimant_start, said.claimant_end):
        return True
    head = next((t for t in doc[slice(*_sentence(said, doc))] if t.text == said.claimant_head), None)
    if head is not None and any(c.dep_ == "poss" and c.lower_ in OWNERS for c in head.children):
        return True
    bare = said.claimant_head.lower() in lexicon()["speakers"] or said.person is not None or act.act == "deny"
    other = said.organisation and not _shared(said.organisation, f"{act.claimant} {act.organisation or ''}")
    return said.act == act.act and bare and not other


def _shared(one: str, other: str) -> bool:
    return bool({w for w in one.casefold().split() if len(w) > 2} & set(other.casefold().split()))


def _sentence(act: SpeechAct, doc: Any) -> tuple[int, int]:
    inside = [t.i for t in doc if act.unit_start <= t.idx < act.unit_end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _fits(act: SpeechAct, said: SpeechAct, doc: Any) -> bool:
    """Whether a quotation can be what the act told: it does the same, or leaves open what it does."""
    if said.act == act.act:
        return True
    if said.act != "assert":
        return False
    words = doc[slice(*said.content_tokens)]
    verbs = [t for t in words if t.pos_ == "VERB" and t.dep_ in {"ROOT", "ccomp", "conj"}]
    if verbs and verbs[0].lemma_.lower() in lexicon()["no_claim"]:
        return False
    return act.act not in {"decline_comment", "deny_knowledge"} or any(t.lower_ in NEGATIONS for t in words)
