"""Read what a stretch of reported words does: states, denies, claims as one's own deed, accuses, knows nothing.

Decides from the words alone, given who speaks. Does not find the speaker or the stretch (``etl/code/speech.py``), and
does not know which event is meant (``etl/code/claims.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from etl.code.blame import INVOLVED, PUBLIC_ORDER, TERRITORY, blamed_in
from etl.code.speakers import Speaker, lexicon
from etl.code.voices import SUBJECTS, agent, is_self, negated, subject

FUTURE = {"will", "would", "shall", "might", "may", "could", "should", "can", "must", "'ll"}
# What cannot be told by who knows nothing, and the words that open the question; how it was done is a detail.
TELLING = {"know", "say", "tell", "establish", "determine", "identify", "explain", "judge", "see"}
OPEN = {"who", "whom", "whose", "which", "what", "whether", "if"}
# "Its guns had been quiet" denies having fired.
IDLE = {"quiet", "silent", "idle", "elsewhere", "asleep"}
HARMED = {"kill", "injure", "wound", "hurt", "arrest", "damage"}
# "No unit of ours had been in the town", "it had no people there".
STATIONED = {"unit", "patrol", "man", "people", "fighter", "plane", "jet", "soldier", "convoy"}
COMBATANTS = {"soldier", "fighter", "gunman", "militant", "combatant", "rebel"}
# What happens to a place that is taken.
LOST = {"fall", "lose", "abandon", "surrender"}
PLACED = {"be", "have", "operate", "fly"}
NOT_HAPPENED = {"happen", "occur", "place"}
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
        own_words: the quotation that follows an act told in the report's words, None where none does.
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
    own_words: tuple[int, int] | None = None


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
    accused = blamed_in(tokens, speaker)
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
                or nobody_there(noun, speaker)
            ):
                return Meaning("deny", hedged, accused)
        if unknowing(t, speaker):
            return Meaning("deny_knowledge", hedged)
        if (t.lemma_ == "civilian" and _none_of(t)) or nobody_armed(t):
            return Meaning("deny", hedged)
        if t.pos_ not in {"VERB", "AUX"} or t.dep_ in {"aux", "auxpass"}:
            continue
        if _takes_back(t, speaker):
            return Meaning("retract", hedged)
        none = _none_subject(t)
        is_not = negated(t) or _neg_next(t) or none
        if none and t.lemma_.lower() in HARMED:
            continue
        who = agent(t)
        own = who is not None and is_self(who, speaker)
        behind = lemma == "be" and any(
            c.lower_ in INVOLVED or c.lower_ in ABSENT for c in t.subtree if 0 < c.i - t.i < 6
        )
        involved = lemma == "be" and any(c.lower_ in INVOLVED for c in t.subtree if 0 < c.i - t.i < 6)
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
        if lemma == "be" and own and any(c.lower_ in IDLE and c.dep_ == "acomp" for c in t.children):
            return Meaning("deny", hedged)
        if own and not is_not and lemma in lex["verbs"]["deny"] and base == "assert":
            return Meaning("deny", hedged)
        if none and own:
            return Meaning("deny", hedged)
        if is_not and own and lemma == "involve":
            return Meaning("deny", hedged)
        planned = (
            any(c.lower_ in FUTURE and c.dep_ == "aux" for c in t.children)
            or t.dep_ in {"advcl", "relcl"}
            or (t.dep_ == "xcomp" and any(c.lower_ == "to" for c in t.children))
        )
        if own and not is_not and not planned and (_own_deed(t) or involved):
            act = "claim_responsibility"
    if act == "claim_responsibility":
        accused = None
    return Meaning(act, hedged, accused)


def _takes_back(t: Any, speaker: Speaker | None) -> bool:
    """Whether a verb takes back what was said: "we withdraw the call that was made in our name"."""
    lex = lexicon()
    said = lex["speech_nouns"] | {"call"}
    taken = t.lemma_ in lex["verbs"]["retract"] | {"withdraw"} and not negated(t) and _said_by_self(t, speaker)
    return taken and any(c.dep_ == "dobj" and c.lemma_.lower() in said for c in t.children)


def _said_by_self(t: Any, speaker: Speaker | None) -> bool:
    who = subject(t)
    return who is not None and is_self(who, speaker)


def nobody_armed(t: Any) -> bool:
    """Whether a word says that no fighter was where the blow fell: "there was not one soldier on that train"."""
    if t.lemma_.lower() not in COMBATANTS or not _none_of(t):
        return False
    there = t.head.lemma_ == "be" and any(c.dep_ == "expl" for c in t.head.children)
    return there and not any(x.lower_ in {"ours", "our"} for x in t.subtree)


def any_of_ours(t: Any) -> bool:
    """Whether a word names forces that somebody denies having had in a place: "denied having had any men there"."""
    kept = t.dep_ == "dobj" and t.head.lemma_ in {"have", "keep"}
    return kept and t.lemma_.lower() in STATIONED and any(c.lower_ == "any" for c in t.children)


def gives_up(t: Any) -> bool:
    """Whether a verb tells that a place was lost: "had been given up", "had fallen", "was abandoned"."""
    if t.pos_ != "VERB":
        return False
    return t.lemma_ in LOST or (t.lemma_ == "give" and any(c.lower_ == "up" and c.dep_ == "prt" for c in t.children))


def nobody_there(noun: Any, speaker: Speaker | None) -> bool:
    """Whether a noun under "no" is a force that was not there: "no patrol had been out", "it had no people there"."""
    verb = noun.head
    if (
        noun.lemma_.lower() not in STATIONED
        or verb.lemma_ not in PLACED
        or any(c.dep_ == "expl" for c in verb.children)
    ):
        return False
    if noun.dep_ == "dobj":
        return _self_subject(verb, speaker)
    return noun.dep_ == "nsubj" and noun.lemma_.lower() not in {"man", "people"}


def unknowing(t: Any, speaker: Speaker | None) -> bool:
    """Whether a verb says that who speaks cannot tell something: "could not say who", "did not know whose"."""
    if t.lemma_.lower() not in TELLING or t.pos_ != "VERB" or not (negated(t) or _neg_next(t)):
        return False
    who = subject(t)
    mine = who is None or is_self(who, speaker) or who.lower_ in {"that", "this", "they"}
    doc = t.doc
    return mine and any(x.lower_ in OPEN for x in doc[t.i + 1 : min(t.i + 4, len(doc))])


def _none_of(token: Any) -> bool:
    """Whether a noun stands under "no" or "not one"."""
    words = [x.lower_ for x in token.doc[max(token.i - 2, 0) : token.i]]
    return words[-1:] == ["no"] or words == ["not", "one"] or words == ["not", "a"]


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
    return who is None or is_self(who, speaker)
