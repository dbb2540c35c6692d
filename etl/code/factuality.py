"""Whether a trigger reports something that happened.

Gives each trigger a reason for which it is no act (negated, planned, feared, requested, denied, on trial, an exercise,
generic, commemorated, background, sport ...), or an empty string. Reasons are those of docs/codebook.md, "why an
article is not coded". Does not look at other sentences except for the field an article as a whole belongs to.
"""

from __future__ import annotations

import re
from typing import Any

from etl.annotate import once
from etl.code.lexicon import governors, nouns, phrases, speaks_of, word_set, words
from etl.code.words import norm

_MODALS = {
    "will": "planned",
    "shall": "planned",
    "'ll": "planned",
    "would": "hypothetical",
    "could": "hypothetical",
    "may": "hypothetical",
    "might": "hypothetical",
    "should": "hypothetical",
    "can": "hypothetical",
    "ca": "hypothetical",
    "must": "hypothetical",
    "wo": "negated",
}
_CONDITIONS = frozenset({"if", "unless", "whether", "lest", "should"})
_STOP = frozenset({"relcl", "acl", "parataxis", "appos"})
_TIME_MARKS = words("factuality_time_marks")
_RIOT_FORCES = frozenset(
    {"police", "policeman", "policewoman", "officer", "squad", "unit", "gear", "shield", "force", "cop"}
)
DOMAIN_HITS = 2
"""Words of another field in one sentence that decide; one alone ("the match") is too common in news."""

_BURSTING = words("factuality_bursting")
_ANSWERS = words("acts_answered")
"""Nouns of which what they answer is told without a day of its own: "in reprisal for the bombing of X"."""
_IN_WORDS = frozenset({"bitterly", "harshly", "openly", "publicly", "scathingly", "sharply", "verbally"})
"""How people attack one another in speeches."""
_PARTY_HEADS = (
    "military",
    "police",
    "rebels",
    "militants",
    "gang",
    "militia",
    "communal",
    "protesters",
    "rioters",
    "civilians",
)


def status(token: Any, nominal: bool, span: tuple[int, int], text: str, headline: bool) -> str:
    """Reason for which a trigger is no act, or "".

    Args:
        token: the trigger's head.
        nominal: used as a noun.
        span: characters of the trigger.
        text: the text the document was made of.
        headline: the sentence is a title, where the present tense tells of the past.
    """
    sentence = token.sent
    phrases_found, field = _about(sentence, text)
    for start, end, reason in phrases_found:
        if start < span[1] and span[0] < end:
            return reason
    if field:
        return field
    if nominal:
        reason = _noun_status(token)
        if reason:
            return reason
    reason = _scope(token, nominal)
    if reason:
        return reason
    if (
        not nominal
        and norm(token) in ("attack", "assault", "assail")
        and any(c.dep_ == "advmod" and c.lower_ in _IN_WORDS for c in token.children)
    ):
        return "metaphor"
    if not nominal:
        reason = _tense(token, headline)
        if reason:
            return reason
    if nominal and _hundreds(token):
        return "background_only"
    return ""


_REPORTS = frozenset({"report", "charge", "claim", "allegation", "accusation", "story", "suggestion", "post", "video"})
_FALSE = re.compile(
    r"\b(?:fabricat\w+|false|lies?|baseless|untrue|slander\w*|fiction|nonsense|groundless|unfounded)\b", re.I
)
_NOT_SO = re.compile(
    r"\b(?:no (?:such )?(?:attack|fighting|incident|clash\w*|shelling|ambush|raid|explosion|shooting|abduction|"
    r"strike|coup) "
    r"(?:took place|occurred|happened|was recorded|had taken place|had occurred)|there (?:has|had) been no (?:\w+ )?"
    r"(?:attack|fighting|clash\w*|shelling|raid|coup|strike|shooting|explosion)|contrary to (?:rumou?rs|reports|"
    r"claims))\b",
    re.I,
)
_JUDICIAL = re.compile(
    r"\b(?:charged|convicted|sentenced|indicted|acquitted|prosecut\w+|on trial|tribunal|verdict|guilty)\b",
    re.IGNORECASE,
)


def setting(sentence: str, dated: bool, demonstration: bool, opening: bool) -> str:
    """Reason that lies in the sentence and not in the trigger's own clause, or "".

    Args:
        sentence: its text.
        dated: the act has a day of its own, which outweighs words such as "the deadliest this year".
        demonstration: people do gather to commemorate.
        opening: the sentence opens the report.
    """
    if _NOT_SO.search(sentence):
        return "negated"
    if speaks_of("commemoration", sentence) and not (demonstration and dated):
        return "commemoration"
    if not dated and speaks_of("background", sentence):
        return "background_only"
    if not dated and not opening and _JUDICIAL.search(sentence):
        return "judicial"
    return ""


_Known = dict[int, tuple[list[tuple[int, int, str]], str]]


def _about(sentence: Any, text: str) -> tuple[list[tuple[int, int, str]], str]:
    """The phrases of a sentence inside which nothing is an act, with their reasons; the other field it is of, or ""."""
    known: _Known = once(sentence.doc, "phrases that are no acts", dict)
    if sentence.start not in known:
        low, window = sentence.start_char, text[sentence.start_char : sentence.end_char]
        found = phrases("collocations").found(window)
        spans = [(low + m.start(), low + m.end(), reason) for reason, matches in found.items() for m in matches]
        known[sentence.start] = spans, _other_field(sentence, window)
    return known[sentence.start]


def _other_field(sentence: Any, window: str) -> str:
    for reason, matches in phrases("domains").found(window).items():
        limit = DOMAIN_HITS + (1 if reason in ("finance", "nature") else 0)
        if len({m.group().lower() for m in matches}) >= limit and not _hard(sentence):
            return reason
    return ""


def _hard(sentence: Any) -> bool:
    armed = (
        nouns()["military"]
        | nouns()["militants"]
        | nouns()["rebels"]
        | nouns()["police"]
        | {"protester", "demonstrator"}
    )
    return any(norm(t) in armed for t in sentence)


def _hundreds(token: Any) -> bool:
    """Such as "hundreds of strikes", "dozens of attacks": a count of many acts, none of them told."""
    prep = token.head
    return bool(
        prep.lower_ == "of"
        and prep.head.lower_ in ("hundreds", "dozens", "thousands", "scores", "years", "months", "decades")
    )


def _noun_status(token: Any) -> str:
    for child in token.lefts:
        if child.dep_ in ("det", "neg") and child.lower_ in ("no", "any", "every", "each"):
            return "negated" if child.lower_ == "no" else "hypothetical"
        if child.dep_ in ("amod", "compound") and child.lower_ in (
            "possible",
            "potential",
            "imminent",
            "planned",
            "future",
            "threatened",
            "further",
            "simulated",
            "mock",
            "hypothetical",
            "upcoming",
            "impending",
            "proposed",
            "fresh-planned",
            "nuclear",
            "verbal",
            "political",
            "legal",
            "next",
        ):
            return "hypothetical" if child.lower_ not in ("verbal", "political", "legal") else "metaphor"
        if child.lower_ in ("anti", "counter", "former", "ex", "previous", "past", "earlier", "similar"):
            return "background_only" if child.lower_ in ("previous", "past", "earlier", "similar") else ""
    if (
        token.dep_ == "pobj"
        and token.head.lower_ in ("for", "to")
        and norm(token.head.head) in _ANSWERS
        and not any(t.ent_type_ == "DATE" for t in token.subtree)
    ):
        return "background_only"
    if norm(token) == "protest" and token.head.lower_ == "in" and not any(True for _ in token.lefts):
        return "modifier"
    if norm(token) in ("explosion", "blast", "wave", "battle", "war") and any(
        c.lower_ == "of" and any(o.dep_ == "pobj" and norm(o) not in _BURSTING for o in c.children)
        for c in token.rights
    ):
        return "metaphor"
    if (
        token.dep_ in ("compound", "nmod", "amod")
        and token.head.pos_ in ("NOUN", "PROPN")
        and token.head.i > token.i
        and not any(t.pos_ in ("VERB", "AUX", "NUM") for t in token.doc[token.i + 1 : token.head.i])
    ):
        head = norm(token.head)
        if norm(token) == "riot" and head in _RIOT_FORCES:
            return "modifier"
        if head in word_set("modified_nouns") or any(head in nouns()[k] for k in _PARTY_HEADS):
            return ""
        return "modifier"
    return ""


def _scope(token: Any, nominal: bool) -> str:
    """Climb from the trigger through what it depends on, as far as modality reaches."""
    node, came = token, ""
    if nominal and _presupposed(token):
        return _hindered(token)
    for _ in range(12):
        if node.pos_ in ("VERB", "AUX") or (node.i == token.i and not nominal):
            reason = _verb_mood(node, node.i == token.i)
            if reason:
                return reason
        parent, dep = node.head, node.dep_
        twin = _parallel(node)
        if twin is not None:
            node = twin
            continue
        if dep in ("acl", "relcl") and norm(parent) in _REPORTS and _is_denied(parent):
            return "denied"
        if dep in ("acl", "relcl") and norm(parent) in ("rumour", "rumor", "hoax"):
            return "hypothetical"
        if parent.i == node.i or dep in _STOP:
            return ""
        if dep == "advcl":
            mark = next((c.lower_ for c in node.children if c.dep_ in ("mark", "advmod") and c.i < node.i), "")
            if mark in _CONDITIONS:
                return "hypothetical"
            if mark or node.tag_ in ("VBG", "VBN"):
                return ""
            if node.tag_ == "VB" and norm(parent) not in ("use", "help", "open", "enter"):
                return "planned"
            return ""
        if (
            dep == "conj"
            and parent.pos_ in ("VERB", "AUX")
            and any(c.dep_ in ("nsubj", "nsubjpass") for c in node.children)
        ):
            return ""
        came = dep
        reason = _governed(parent, node, came)
        if reason:
            return reason
        if dep in ("nsubj", "nsubjpass", "npadvmod") and parent.i != token.i:
            return _subject_scope(parent)
        if (
            dep == "prep"
            and node.lower_ in ("after", "during", "since", "following", "despite", "in", "at", "before", "amid", "by")
            and parent.pos_ in ("VERB", "AUX")
        ):
            return ""
        node = parent
    return ""


def _is_denied(report: Any) -> bool:
    """Such as "rejected as lies reports that ...", "described as fabricated the charge that ..."."""
    verb = report.head
    if report.dep_ == "conj":
        verb = verb.head
    if verb.dep_ == "prep":
        verb = verb.head
    if governors().get(norm(verb)) == "denied":
        return True
    return norm(verb) in ("describe", "call", "brand", "term", "label") and _FALSE.search(verb.sent.text) is not None


def _presupposed(noun: Any) -> bool:
    """Such as "the murder of the mayor", "this attack": whoever speaks of it takes it for a fact, whatever the mood."""
    marks = [c for c in noun.lefts if c.dep_ in ("det", "poss")]
    if not any(c.lower_ in ("the", "this", "that", "these", "those") or c.dep_ == "poss" for c in marks):
        return False
    head = noun.head
    return (
        noun.dep_ in ("dobj", "pobj")
        and not (head.pos_ in ("VERB", "AUX") and norm(head) in word_set("light_verbs"))
        and any(c.dep_ == "poss" or c.lower_ in ("this", "these", "that", "those") for c in marks)
    ) or (
        any(c.dep_ == "prep" and c.lower_ in ("of", "against", "on") for c in noun.rights)
        and noun.dep_ in ("dobj", "pobj")
        and not (head.pos_ in ("VERB", "AUX") and norm(head) in word_set("light_verbs"))
    )


def _hindered(noun: Any) -> str:
    """Reason for which even a definite act does not count: what governs it prevents it or a court tells it."""
    node, near = noun, True
    for _ in range(12):
        parent, dep = node.head, node.dep_
        if parent.i == node.i or dep in _STOP:
            return ""
        reason = _governed(parent, node, dep)
        if reason == "judicial" or (near and reason not in ("", "request")):
            return reason
        near = near and parent.pos_ == "ADP"
        node = parent
    return ""


def _parallel(node: Any) -> Any | None:
    """Such as "charged with killing and torturing": the second form shares what governs the first."""
    if node.tag_ != "VBG" or node.dep_ != "conj" or node.head.tag_ == "VBG" or node.i < 2:
        return None
    before = node.doc[node.i - 2]
    return before if node.doc[node.i - 1].lower_ in ("and", "or") and before.tag_ == "VBG" else None


def _subject_scope(verb: Any) -> str:
    """An act that is the subject of a negated or modal verb: "the attack did not happen", "a strike could come"."""
    if norm(verb) in (
        "kill",
        "happen",
        "occur",
        "take",
        "break",
        "erupt",
        "come",
        "begin",
        "start",
        "hit",
        "be",
        "target",
        "hold",
    ):
        for child in verb.children:
            if child.dep_ == "aux" and child.lower_ in _MODALS:
                return _MODALS[child.lower_]
            if child.dep_ == "neg" and norm(verb) in ("happen", "occur", "take"):
                return "negated"
        if is_scheduled(verb):
            return "planned"
    return ""


def is_scheduled(verb: Any) -> bool:
    """Such as "is scheduled", "is expected": passive planning verbs."""
    return norm(verb) in ("schedule", "expect", "plan", "slate")


def _verb_mood(verb: Any, own: bool) -> str:
    lemma = norm(verb)
    if lemma in word_set("speech_verbs") and not own:
        return ""
    reason = ""
    if own and any(
        c.lower_ == "no" for o in verb.children if o.dep_ in ("dobj", "nsubjpass", "nsubj") for c in o.lefts
    ):
        return "negated"
    if own and any(
        c.dep_ in ("nsubj", "nsubjpass") and c.lower_ in ("nobody", "none", "no-one") for c in verb.children
    ):
        return "negated"
    perfect = any(c.dep_ == "aux" and c.lower_ == "have" for c in verb.children)
    for child in verb.children:
        if child.dep_ == "neg" or child.lower_ in ("never", "neither"):
            return "negated"
        if child.dep_ == "aux" and child.lower_ in _MODALS:
            reason = "" if perfect and child.lower_ in ("may", "might", "must") else _MODALS[child.lower_]
            if child.lower_ == "could" and own and norm(verb.head) in word_set("speech_verbs"):
                reason = ""
        if child.dep_ == "mark" and child.lower_ in ("if", "unless", "whether"):
            return "hypothetical"
        if child.dep_ == "aux" and child.lower_ == "to" and own and verb.dep_ not in ("xcomp",):
            if verb.dep_ in ("relcl", "acl"):
                return "planned"
    if verb.tag_ == "VBG" and lemma == "go" and any(c.dep_ == "xcomp" for c in verb.children) and not own:
        return "planned"
    return reason


def _governed(parent: Any, child: Any, dep: str) -> str:
    lemma = norm(parent)
    if dep in ("nsubj", "nsubjpass", "advmod", "det", "poss", "npadvmod"):
        return ""
    if parent.pos_ in ("VERB", "AUX", "ADJ"):
        reason = governors().get(lemma, "")
        if not reason:
            return ""
        if dep == "conj" or (
            dep == "prep"
            and child.lower_
            in (
                "after",
                "during",
                "following",
                "in",
                "at",
                "since",
                "amid",
                "before",
                "over",
                "on",
                "because",
                "despite",
            )
            and reason not in ("trial",)
        ):
            return ""
        if lemma == "try" and dep == "xcomp":
            return ""  # "tried to shoot him": an attempt, and no court
        if dep == "ccomp" and lemma in ("warn", "worry", "fear"):
            return "" if any(c.tag_ in ("VBD", "VBN") for c in [child]) else reason
        if reason == "prevented" and lemma in ("foil", "thwart", "stop", "fail") and dep in ("dobj", "xcomp"):
            return "prevented"
        return "judicial" if reason == "trial" else reason
    if parent.pos_ in ("NOUN", "PROPN") and dep in ("prep", "acl", "ccomp"):
        if lemma in word_set("unreal_nouns"):
            return "hypothetical"
        if lemma in ("charge", "trial", "conviction", "suspicion"):
            return "judicial"
        if lemma in ("anniversary", "commemoration"):
            return "commemoration"
    if parent.lower_ in ("against", "without", "despite-no") and parent.lower_ == "without":
        return "negated"
    return ""


def _tense(token: Any, headline: bool) -> str:
    if headline:
        return ""
    if token.tag_ in ("VBP", "VBZ") and not any(c.dep_ == "aux" for c in token.children):
        return "generic"
    if token.tag_ == "VB" and token.dep_ == "ROOT" and not any(c.dep_ in ("aux", "nsubj") for c in token.children):
        return "request"
    return ""
