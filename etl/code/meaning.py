"""Read what a stretch of reported words does: states, denies, claims as one's own deed, accuses, knows nothing.

Decides from the words alone, given who speaks. Does not find the speaker or the stretch (``etl/code/speech.py``), and
does not know which event is meant (``etl/code/claims.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from etl.code.speakers import Speaker, lexicon, phrase, surface

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
}
FUTURE = {"will", "would", "shall", "might", "may", "could", "should", "can", "must", "'ll"}
# "No soldiers were killed" speaks of harm, and denies nothing.
PUBLIC_ORDER = {"disperse", "arrest", "detain", "free"}
NAMED = {"ORG", "GPE", "NORP", "PERSON"}
# Deeds that change who holds what: whose they are is not in doubt, whether they happened is.
TERRITORY = {
    "capture",
    "recapture",
    "seize",
    "take",
    "hold",
    "overrun",
    "liberate",
    "repel",
    "enter",
    "cross",
    "move",
    "retake",
}
HARMED = {"kill", "injure", "wound", "hurt", "arrest", "damage"}
NOT_HAPPENED = {"happen", "occur", "place"}
# What comes from the positions of whoever fired it.
ORDNANCE = {"shell", "fire", "shot", "rocket", "missile", "bullet", "round", "mortar", "drone", "gunfire"}
# "The bomb bore the hallmarks of the front".
TRACES = {"hallmark", "hallmarks", "signature", "stamp", "fingerprints", "mark", "marks"}
INVOLVED = {"behind", "responsible", "involved", "liable"}
ABSENT = {
    "presence",
    "role",
    "part",
    "involvement",
    "responsibility",
    "connection",
    "link",
    "links",
    "hand",
    "troops",
    "forces",
    "operations",
    "activity",
    "officers",
    "soldiers",
    "personnel",
    "aircraft",
}


@dataclass(frozen=True)
class Meaning:
    """What a stretch does.

    Attributes:
        act: a speech act of ``schemas/vocabularies/speech_acts.yml``.
        hedged: worded as uncertain.
        accused: text, start and end of who is said to have done it.
    """

    act: str
    hedged: bool = False
    accused: tuple[str, int, int] | None = None


@dataclass(frozen=True)
class SpeechAct:
    """One act of reported speech. All offsets count characters of the text.

    Attributes:
        act: a speech act of ``schemas/vocabularies/speech_acts.yml``.
        claimant: who says it, in the words at ``[claimant_start, claimant_end)``; for "he" whom "he" stands for.
        claimant_head: head word of that phrase; person and organisation are set where the text names them.
        start, end: the clause that carries the act, claimant and verb included.
        content_start, content_end: what is said; equal where nothing is repeated.
        content_tokens: the same as token indices ``[low, high)``.
        quotes: direct quotations inside the content, without their marks.
        negated: True where what is said is said not to be so.
        chain: who passed it on, outermost first, the claimant last; empty where nobody did.
        accused: text, start and end of who is said to have done it.
        addressee: to whom it was said ("told Reuters").
        unit_start, unit_end: the sentence.
        heading: True in a headline.
    """

    act: str
    claimant: str
    claimant_start: int
    claimant_end: int
    claimant_head: str
    person: str | None
    organisation: str | None
    start: int
    end: int
    content_start: int
    content_end: int
    content_tokens: tuple[int, int]
    quotes: tuple[tuple[int, int], ...]
    hedged: bool
    negated: bool
    chain: tuple[str, ...]
    accused: tuple[str, int, int] | None
    addressee: str | None
    cue: str
    unit_start: int
    unit_end: int
    heading: bool = False


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


def _is_self(token: Any, speaker: Speaker | None) -> bool:
    """Whether a word inside the reported stretch means the speaker or its own side."""
    lex = lexicon()
    low = token.lower_
    if low in lex["self_words"] or low in {"i", "my"}:
        return True
    if low in {"it", "they", "he", "she"}:
        if speaker is not None and speaker.head.lower() in lex["witnesses"] | {"police"} and low == "they":
            return False
        return not _quoted(token) and not any(c.dep_ == "expl" for c in token.children) and token.dep_ != "expl"
    owner = any(c.dep_ == "poss" and c.lower_ in {"its", "our", "their", "his", "my"} for c in token.children)
    if owner and low in OWN_FORCES:
        return True
    part = [o for c in token.children if c.lower_ == "of" for o in c.children if o.dep_ == "pobj"]
    if low in {"one", "some", "two", "members"} and part:
        return _is_self(part[0], speaker)
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


def _quoted(token: Any) -> bool:
    """Whether a word stands inside quotation marks, where who speaks is "we" and everybody else "they"."""
    start = token.sent.start
    return bool(sum(t.text == '"' for t in token.doc[start : token.i]) % 2)


def _agent(token: Any) -> Any | None:
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


def _can_act(token: Any) -> bool:
    """Whether a word can name a perpetrator: a noun, or a name's adjective used as one."""
    low, high = phrase(token)
    return token.pos_ in {"NOUN", "PROPN"} or any(
        t.ent_type_ in {"ORG", "GPE", "NORP", "PERSON"} or t.pos_ == "PROPN" for t in token.doc[low:high]
    )


def _harmless(token: Any) -> bool:
    """Whether the negated clause is about harm ("no casualties", "nobody was killed") and not about the act."""
    harm = lexicon()["harm"]
    return any(t.lower_ in harm for t in token.subtree if abs(t.i - token.i) < 8)


def read(base: str, tokens: list[Any], speaker: Speaker | None) -> Meaning:
    """What a stretch of reported words does, given the plain reading of its verb.

    Args:
        base: the act of the reporting verb, for example ``assert``.
        tokens: the reported words.
        speaker: who speaks; "we", "its forces" and its own name then mean itself.

    Returns:
        The act with negation, self-reference and agents taken into account; only ``assert`` and ``confirm`` change.
    """
    lex = lexicon()
    hedged = any(
        t.lower_ in lex["hedges"] and not (t.lower_ == "could" and _neg_next(t)) and t.text != "May" for t in tokens
    )
    accused = _accused(tokens, speaker)
    if base not in {"assert", "confirm"}:
        return Meaning(base, hedged, accused if base in {"contradict", "partly_confirm"} else None)
    inside = {t.i for t in tokens}
    act = base
    for t in tokens:
        low, lemma = t.lower_, t.lemma_.lower()
        if (
            low in lex["falsity"]
            and t.dep_ in {"acomp", "attr", "oprd", "pobj", "conj", "ccomp", "amod", "dobj"}
            and any(
                x.lower_ in lex["anaphora"] | lex["speech_nouns"] | {"it", "this", "that"}
                or x.lemma_.lower() in lex["speech_nouns"]
                for x in tokens
            )
        ):
            return Meaning("deny", hedged, accused)
        if low in lex["knowledge"]["nouns"] and any(c.lower_ == "no" for c in t.children):
            return Meaning("deny_knowledge", hedged)
        if (
            low == "unaware"
            or (low == "aware" and _neg_next(t.head))
            or (lemma == "know" and negated(t) and _self_subject(t, speaker))
            or (low == "nothing" and t.head.lemma_ in {"know", "hear"})
        ):
            return Meaning("deny_knowledge", hedged)
        if (
            lemma in {"confirm", "verify"}
            and (negated(t) or _neg_next(t))
            and (subject(t) is None or _self_subject(t, speaker))
        ):
            return Meaning("deny_knowledge", hedged)
        if low == "no" and t.head.i in inside and t.dep_ in {"det", "neg"}:
            noun = t.head
            ours = any(x.lower_ in {"ours", "our"} for x in noun.subtree)
            if (
                ours
                or noun.lower_ in ABSENT
                or (noun.lemma_.lower() in lex["act_nouns"] and noun.lower_ not in lex["harm"])
            ):
                return Meaning("deny", hedged, accused)
        if t.pos_ not in {"VERB", "AUX"}:
            continue
        none = _none_subject(t)
        is_not = negated(t) or _neg_next(t) or none
        if none and t.lemma_.lower() in HARMED:
            continue
        who = _agent(t)
        own = who is not None and _is_self(who, speaker)
        behind = lemma == "be" and any(
            c.lower_ in INVOLVED or c.lower_ in ABSENT for c in t.subtree if 0 < c.i - t.i < 6
        )
        nothing = lemma == "have" and any(c.lower_ in {"nothing"} for c in t.children)
        if is_not and (lemma in NOT_HAPPENED or (lemma == "take" and any(c.lower_ == "place" for c in t.children))):
            return Meaning("deny", hedged)
        if nothing and (own or who is None or any(c.lower_ == "do" for c in t.subtree)):
            return Meaning("deny", hedged)
        if lemma == "be" and is_not and any(c.lower_ in {"ours", "us"} for c in t.children):
            return Meaning("deny", hedged)
        if is_not and (behind or (lemma == "have" and any(c.lower_ in ABSENT for c in t.children))):
            return Meaning("deny", hedged, accused)
        if is_not and lemma in lex["act_verbs"] and not _harmless(t):
            return Meaning("deny", hedged, accused)
        if is_not and own and lemma == "involve":
            return Meaning("deny", hedged)
        planned = (
            any(c.lower_ in FUTURE and c.dep_ == "aux" for c in t.children)
            or t.dep_ in {"advcl", "relcl"}
            or (t.dep_ == "xcomp" and any(c.lower_ == "to" for c in t.children))
        )
        if own and not is_not and not planned and (_own_deed(t) or behind):
            act = "claim_responsibility"
    if act == "claim_responsibility":
        accused = None
    return Meaning(act, hedged, accused)


def _none_subject(t: Any) -> bool:
    """Whether the subject is "none of ..." or "no ..."."""
    return any(
        c.dep_ in SUBJECTS and (c.lower_ == "none" or any(g.lower_ == "no" and g.dep_ == "det" for g in c.children))
        for c in t.children
    )


def _own_deed(t: Any) -> bool:
    """Whether a verb with the speaker as its subject tells of an act of force."""
    lex = lexicon()
    if t.lemma_.lower() not in lex["act_verbs"] - TERRITORY - PUBLIC_ORDER:
        return False
    passive = any(c.dep_ in {"auxpass", "nsubjpass"} for c in t.children)
    if passive:
        return any(c.dep_ == "agent" for c in t.children)
    objects = [c for c in t.children if c.dep_ in {"dobj", "prep", "prt"}]
    light = {
        "carry",
        "conduct",
        "use",
        "stage",
        "take",
        "hold",
        "order",
        "do",
        "act",
        "open",
        "commit",
        "enter",
        "cross",
        "move",
        "operate",
        "deploy",
        "free",
        "kill",
        "injure",
        "wound",
        "damage",
    }
    if t.lemma_.lower() in light - {"kill", "injure", "wound", "damage"}:
        return any(x.lemma_.lower() in lex["act_nouns"] for c in objects for x in c.subtree)
    return bool(objects)


def _neg_next(token: Any) -> bool:
    """Whether a negation stands right after an auxiliary or right before a verb."""
    doc = token.doc
    return any(
        0 <= i < len(doc) and doc[i].lower_ in {"not", "n't", "n’t", "never", "cannot"}
        for i in (token.i + 1, token.i - 1)
    )


def _self_subject(token: Any, speaker: Speaker | None) -> bool:
    who = subject(token)
    return who is None or _is_self(who, speaker)


def _accused(tokens: list[Any], speaker: Speaker | None) -> tuple[str, int, int] | None:
    """The first agent of an act of force in the stretch that is not the speaker, named ones before unnamed ones."""
    lex = lexicon()
    inside = {t.i for t in tokens}
    agents = []
    for t in tokens:
        lemma = t.lemma_.lower()
        involved = lemma == "be" and any(c.lower_ in INVOLVED for c in t.children)
        downed = lemma in {"shoot", "bring"} and any(c.lower_ == "down" for c in t.children)
        force = lemma in lex["act_verbs"] - PUBLIC_ORDER - TERRITORY and not downed
        if t.pos_ in {"VERB", "AUX"} and (force or involved):
            agents.append(_agent(t))
        if lemma == "come" and any(c.dep_ in SUBJECTS and c.lemma_.lower() in ORDNANCE for c in t.children):
            agents += [o for c in t.children if c.lower_ == "from" for o in c.children if o.dep_ == "pobj"]
        if t.lower_ in TRACES and t.head.lemma_ == "bear":
            agents += [o for c in t.children if c.lower_ == "of" for o in c.children if o.dep_ == "pobj"]
        deed = t.head.lemma_.lower() in lex["act_verbs"] | lex["act_nouns"]
        if t.lower_ == "by" and t.dep_ in {"agent", "prep"} and deed:
            agents += [o for o in t.children if o.dep_ == "pobj"]
    fit = [a for a in agents if a is not None and a.i in inside and not _is_self(a, speaker) and _can_act(a)]
    spans = [_agent_span(a) for a in fit]
    named = [x for x in spans if any(t.ent_type_ in NAMED or t.pos_ == "PROPN" for t in tokens[0].doc[slice(*x)])]
    unnamed = [x for x, a in zip(spans, fit, strict=True) if a.lemma_.lower() not in lex["act_nouns"] | lex["anaphora"]]
    best = (named or unnamed)[:1]
    return surface(tokens[0].doc, *best[0]) if best else None


def _agent_span(token: Any) -> tuple[int, int]:
    """The agent's words: up to its head, and what follows "of" ("gunmen of the front"), not where or whom it hit."""
    low, high = phrase(token)
    if token.i + 1 < len(token.doc) and token.nbor(1).pos_ == "PROPN" and token.pos_ != "PROPN":
        # "the armed coalition Viv Ansanm": the name stands behind the noun.
        last = token.i + 1
        while last < len(token.doc) and token.doc[last].pos_ == "PROPN":
            last += 1
        return low, last
    of = next((c for c in token.children if c.lower_ == "of" and c.i < high), None)
    return low, (high if of is not None and of.i == token.i + 1 else token.i + 1)
