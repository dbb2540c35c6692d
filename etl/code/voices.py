"""Read who acts in a clause: its subject or agent, and whether that is the speaker.

Decides from the parse alone. Does not read what an act of speech does: see ``etl/code/meaning.py``.
"""

from __future__ import annotations

from typing import Any

from etl.annotate import once
from etl.code.quotes import quotations, source_text
from etl.code.speakers import Speaker, lexicon, phrase

SUBJECTS = {"nsubj", "nsubjpass", "csubj"}
# Who acts on a claimant's behalf: "its forces", "our fighters".
OWN_FORCES = {
    "forces",
    "fighters",
    "troops",
    "soldiers",
    "men",
    "jets",
    "force",
    "guard",
    "brigade",
    "pilots",
    "gunners",
    "warplanes",
    "aircraft",
    "guns",
    "units",
    "members",
    "militants",
    "drones",
    "army",
    "group",
    "artillery",
    "officers",
    "planes",
    "navy",
    "movement",
    "military",
    "organisation",
    "organization",
    "helicopters",
    "gunships",
    "engineers",
    "commandos",
    "snipers",
    "marines",
    "gunboats",
    "ships",
    "tanks",
    "rockets",
    "missiles",
    "patrols",
    "patrol",
    "boys",
    "comrades",
}


def negated(token: Any) -> bool:
    """Whether a verb stands under "not", "never" or "no longer".

    A negation on the auxiliary's clause counts; one on another clause does not.
    """
    return any(
        c.dep_ == "neg" or c.lower_ in {"not", "n't", "n’t", "never", "neither", "nor", "without"}
        for c in token.children
        if c.dep_ in {"neg", "preconj", "advmod", "cc"} and c.i < token.i
    )


def subject(token: Any) -> Any | None:
    """The subject of a verb, looked for through coordination and participles too."""
    seen: set[int] = set()
    while token.i not in seen:
        seen.add(token.i)
        for child in token.children:
            if child.dep_ in SUBJECTS:
                return child
        if token.dep_ in {"conj", "xcomp", "advcl", "pcomp", "prep"} and token.head is not token:
            token = token.head
        elif token.dep_ == "acl":
            return token.head
        else:
            return None
    return None


def is_self(token: Any, speaker: Speaker | None) -> bool:
    """Whether a word inside the reported stretch means the speaker or its own side."""
    lex = lexicon()
    low = token.lower_
    if low in lex["self_words"] or low in {"i", "my"}:
        return True
    if low in {"it", "they", "he", "she"}:
        if speaker is not None and speaker.head.lower() in lex["witnesses"] | {"police"} and low == "they":
            return False
        return not quoted(token) and not any(c.dep_ == "expl" for c in token.children) and token.dep_ != "expl"
    owner = any(c.dep_ == "poss" and c.lower_ in {"its", "our", "their", "his", "my"} for c in token.children)
    if owner and low in OWN_FORCES:
        return True
    part = [o for c in token.children if c.lower_ == "of" for o in c.children if o.dep_ == "pobj"]
    if low in {"one", "some", "two", "members"} and part:
        return is_self(part[0], speaker)
    if speaker is None or speaker.pronoun:
        return bool(low == "group")
    names = {w.lower() for w in f"{speaker.text} {speaker.organisation or ''}".split()} - {
        "the",
        "a",
        "an",
        "of",
        "for",
        "from",
        "spokesman",
        "spokesperson",
        "spokeswoman",
        "official",
    }
    return token.lower_ in names or (low in {"group", "movement"} and any(c.lower_ == "the" for c in token.children))


def quoted(token: Any) -> bool:
    """Whether a word stands inside quotation marks, where who speaks is "we" and everybody else "they"."""
    doc = token.doc
    spans = once(doc, "quotations", lambda: quotations(source_text(doc)))
    return any(start <= token.idx < end for start, end in spans)


def agent(token: Any) -> Any | None:
    """Who acts: the subject of an active verb, the "by" phrase of a passive one or of a participle."""
    passive = any(c.dep_ in {"auxpass", "nsubjpass"} for c in token.children) or (
        token.tag_ == "VBN" and token.dep_ == "acl" and not any(c.dep_ == "nsubj" for c in token.children)
    )
    if passive:
        for child in token.children:
            if child.dep_ in {"agent", "prep"} and child.lower_ == "by":
                return next((o for o in child.children if o.dep_ in {"pobj", "pcomp"}), None)
        return None
    return subject(token)


def can_act(token: Any) -> bool:
    """Whether a word can name a perpetrator: a noun, or a name's adjective used as one."""
    low, high = phrase(token)
    return token.pos_ in {"NOUN", "PROPN"} or any(
        t.ent_type_ in {"ORG", "GPE", "NORP", "PERSON"} or t.pos_ == "PROPN" for t in token.doc[low:high]
    )
