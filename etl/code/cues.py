"""Find the words that report speech: "said", "denied", "would not comment", "claimed responsibility", "according to".

Decides which words are such cues, their plain act, and the claimant where the pattern itself holds it. Does not read
what is said: see ``etl/code/meaning.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from etl.code.speakers import lexicon, phrase, strip_article, surface
from etl.code.voices import negated, subject

# "quoted X as saying", "citing X": the verbs by which one source passes another on.
PASSING = {"quote", "cite"}
# "Put the toll at five".
# What a claimant is made of, between a comma and the verb of saying.
NOMINAL = {"NOUN", "PROPN", "ADJ", "DET", "ADP", "NUM", "PRON", "PART", "CCONJ"}
FIGURES = {"toll", "number", "dead", "deaths", "loss", "losses", "casualties", "bodies"}
# The same as they stand in the text, with what is admitted: the number beside them is of the dead.
COUNTS = {"put", "puts", "reported", "admitted", "listed", "acknowledged", "counted", "gave"}
COUNTING = {"put", "count", "estimate", "give", "report", "list"}
# What is pointed at somebody, pinned or laid on him.
BLAME = {"finger", "fingers", "blame", "responsibility"}
# Verbs whose object is the person spoken to.
ADDRESSED = {"tell", "inform"}


@dataclass(frozen=True)
class Cue:
    """One word that reports speech.

    Attributes:
        token: the word; ``act`` is its plain reading.
        who: the claimant's head where the pattern itself holds it ("according to X").
        chain: who passed it on.
        whole: True where what is said stands all around ("according to").
    """

    token: Any
    act: str
    who: Any | None = None
    chain: tuple[str, ...] = ()
    whole: bool = False


_NO_VERBS = frozenset({"according", "available", "account"})
"""Words that report speech and are no verbs, beside the nouns of declining."""


def cue_at(t: Any) -> Cue | None:
    """The reporting word at a token, or None."""
    lex = lexicon()
    low = t.lower_
    if t.pos_ not in {"VERB", "AUX"} and low not in _NO_VERBS and low not in lex["decline"]["nouns"]:
        return None
    lemma = t.lemma_.lower()
    doc = t.doc
    if low == "according" and t.i + 1 < len(doc) and doc[t.i + 1].lower_ == "to":
        who = next((o for c in t.children if c.lower_ == "to" for o in c.children if o.dep_ == "pobj"), None)
        return Cue(t, "assert", who, whole=True) if who is not None else None
    if low in lex["decline"]["nouns"] and any(c.lower_ == "no" for c in t.children):
        source = next((o for c in t.children if c.lower_ == "from" for o in c.children if o.dep_ == "pobj"), None)
        if source is not None:
            return Cue(t, "decline_comment", source)
        if t.head.lemma_ in {"have", "make", "offer", "give", "issue"} and low == "comment":
            return Cue(t.head, "decline_comment")
        return None
    if low == "available" and any(c.lower_ == "for" for c in t.children) and _under_not(t.head):
        return Cue(t, "decline_comment", subject(t.head))
    if low == "account" and t.head.lower_ in {"by", "in"} and t.head.dep_ == "prep":
        owner = next((c for c in t.children if c.dep_ == "poss" and c.pos_ != "PRON"), None)
        return Cue(t, "assert", owner, whole=True) if owner is not None else None
    if (
        t.pos_ not in {"VERB", "AUX"}
        or t.dep_ == "amod"
        or any(c.lower_ == "if" and c.dep_ == "mark" for c in t.children)
    ):
        return None
    return _decline(t) or _knowledge(t) or _responsibility(t) or _verb(t, lex, lemma)


def _under_not(t: Any) -> bool:
    """Whether a verb is negated, directly or as a conjunct or complement of one that is."""
    return negated(t) or (t.dep_ in {"xcomp"} and negated(t.head))


def _decline(t: Any) -> Cue | None:
    lex = lexicon()["decline"]
    lemma = t.lemma_.lower()
    if lemma in lex["refusals"]:
        asked = [c for c in t.children if c.dep_ in {"xcomp", "dobj", "ccomp"}]
        if any(c.lemma_.lower() in lex["verbs"] | lex["asked"] and not _unnamed(c) for c in asked):
            return Cue(t, "decline_comment")
        return None
    if lemma in lex["verbs"]:
        yet = t.dep_ == "xcomp" and any(c.lower_ == "yet" for c in t.head.children)
        if _under_not(t) or yet:
            return Cue(t, "decline_comment", subject(t.head) if yet else None)
        return None
    if lemma in lex["asked"] - {"tell"} and negated(t) and _refused(t):
        return Cue(t, "decline_comment")
    if lemma == "reach" and _under_not(t) and any(c.dep_ == "auxpass" for c in t.children):
        return Cue(t, "decline_comment")
    if (
        lemma in {"confirm", "deny"}
        and any(c.lower_ == "neither" for c in t.children)
        and any(c.dep_ == "conj" and c.lemma_.lower() in {"confirm", "deny"} for c in t.children)
    ):
        return Cue(t, "decline_comment")
    return None


def _refused(t: Any) -> bool:
    """Whether a negated verb of saying refuses: "would not say", "will not be drawn", "did not say by whom"."""
    if any(c.dep_ == "aux" and c.lower_ in {"would", "will", "wo"} for c in t.children):
        return t.dep_ in {"ROOT", "conj", "ccomp", "advcl"}
    asked = t.doc[t.i + 1 : t.i + 4]
    able = any(c.dep_ == "aux" and c.lower_ in {"could", "can", "ca"} for c in t.children)
    return not able and t.lemma_ in {"say", "name", "specify"} and any(x.tag_ in {"WP", "WP$"} for x in asked)


def _unnamed(t: Any) -> bool:
    """Whether the refusal is to be named, which refuses no answer."""
    return t.lemma_ != "draw" and any(c.dep_ == "auxpass" for c in t.children)


def _knowledge(t: Any) -> Cue | None:
    lemma = t.lemma_.lower()
    words = lexicon()["knowledge"]
    if lemma in {"have", "possess"} and any(
        c.dep_ == "dobj" and c.lower_ in words["nouns"] and any(g.lower_ == "no" for g in c.children)
        for c in t.children
    ):
        return Cue(t, "deny_knowledge")
    if lemma == "be" and any(c.lower_ == "unaware" or (c.lower_ == "aware" and negated(t)) for c in t.children):
        return Cue(t, "deny_knowledge")
    return None


def _responsibility(t: Any) -> Cue | None:
    lex = lexicon()
    if t.lemma_.lower() not in lex["responsibility_verbs"]:
        return None
    clause = any(c.dep_ in {"ccomp", "xcomp"} for c in t.children)
    deeds = frozenset() if clause or t.lemma_ not in {"claim", "admit"} else lex["act_nouns"]
    nouns = [
        c
        for c in t.children
        if c.dep_ in {"dobj", "nsubjpass"} and (c.lower_ in lex["responsibility_nouns"] or c.lemma_.lower() in deeds)
    ]
    if not nouns or any(g.lower_ == "no" for c in nouns for g in c.children) or negated(t):
        return None
    if nouns[0].dep_ == "nsubjpass":
        agent = next((o for c in t.children if c.lower_ == "by" for o in c.children if o.dep_ == "pobj"), None)
        return Cue(t, "claim_responsibility", agent) if agent is not None else None
    return Cue(t, "claim_responsibility")


def _verb(t: Any, lex: dict[str, Any], lemma: str) -> Cue | None:
    base = next((act for act, verbs in lex["verbs"].items() if lemma in verbs), None)
    if lemma == "speak":
        base = "assert" if _of_figure(t) and not negated(t) else None
        return Cue(t, base) if base and subject(t) is not None else None
    if lemma == "identify" and not any(c.lower_ == "as" for c in t.children):
        base = None
    if lemma in lex["judging"] and _called_false(t):
        base = "deny"
    if lemma in {"attribute", "ascribe"} or (
        lemma in {"point", "pin", "lay", "put", "place"}
        and any(c.dep_ == "dobj" and c.lower_ in BLAME for c in t.children)
    ):
        base = "accuse"
    if lemma == "hold" and any(c.lower_ in {"responsible", "accountable"} for c in t.subtree):
        base = "accuse"
    if base is None:
        return None
    passive = any(c.dep_ in {"auxpass", "nsubjpass"} for c in t.children) or (
        t.tag_ == "VBN" and t.dep_ in {"acl", "advcl"}
    )
    agent = next((o for c in t.children if c.lower_ == "by" for o in c.children if o.dep_ == "pobj"), None)
    if passive and not (agent is not None and _channel(agent)):
        if agent is None or lemma in PASSING:
            return None
        return Cue(t, base, agent)
    if lemma in PASSING:
        return None
    if base == "confirm":
        if any(c.dep_ == "conj" and c.lemma_ == "deny" for c in t.children) and any(
            c.lower_ == "neither" for c in t.children
        ):
            return Cue(t, "decline_comment")
        if negated(t):
            independent = any(c.lower_ == "independently" for c in t.children)
            return None if independent else Cue(t, "deny_knowledge")
        if t.dep_ == "conj" and t.head.lemma_ in {"deny"}:
            return None
        own_words = any(x.lemma_ in {"call", "describe"} and x.dep_ in {"ccomp", "relcl", "pcomp"} for x in t.subtree)
        half = any(c.lower_ in {"partly", "partially"} for c in t.children)
        return Cue(t, "partly_confirm" if half or own_words else base)
    if (
        base == "deny"
        and t.dep_ == "conj"
        and t.head.lemma_ in {"confirm"}
        and any(c.lower_ in {"nor"} for c in (*t.children, *t.head.children))
    ):
        return None
    if negated(t):
        return None
    objects = [c for c in t.children if c.dep_ == "dobj"]
    clause = [c for c in t.children if c.dep_ in {"ccomp", "xcomp", "parataxis"}]
    if base in {"deny", "contradict"}:
        if any(o.lemma_.lower() in lex["not_deniable"] for o in objects) and not clause:
            return None
        spoken = any(
            o.lemma_.lower() in lex["speech_nouns"] | lex["act_nouns"]
            or o.lower_ in lex["anaphora"] | {"it", "this", "that", "them"}
            for o in objects
        )
        if lemma != "deny" and not clause and not spoken:
            return None
        if (
            lemma == "deny"
            and objects
            and not clause
            and not spoken
            and not any(o.pos_ == "NOUN" or o.tag_ == "VBG" for o in objects)
        ):
            return None
    if base == "accuse" and not objects:
        return None
    if base == "retract" and objects and not any(o.lemma_.lower() in lex["speech_nouns"] for o in objects):
        return None
    if (
        lemma in {"say", "state"}
        and any(c.lower_ == "to" and c.dep_ == "aux" for c in t.children)
        and t.dep_ == "xcomp"
    ):
        return None
    said_to = t.i + 1 < len(t.doc) and t.nbor(1).lower_ == "to" and t.nbor(1).dep_ == "aux"
    if lemma == "say" and said_to and not any(c.dep_ == "nsubj" for c in t.children):
        return None
    counted = lemma in COUNTING and any(
        o.lower_ in FIGURES or any(c.lower_ == "dead" for c in o.children) for o in objects
    )
    if base == "assert" and lemma in lex["needs_clause"] and not clause and not counted and not _quote_near(t):
        return None
    return Cue(t, base, *_relayed(t))


def _channel(t: Any) -> bool:
    """Whether "by" leads to what words went through and to nobody who spoke: "said by telephone", "by text message"."""
    return t.lower_ in lexicon()["channels"] and not any(c.dep_ in {"det", "poss"} for c in t.children)


def _of_figure(t: Any) -> bool:
    """Whether a number is spoken of: "spoke of eleven enemies fallen"."""
    return any(
        x.pos_ == "NUM" and x.ent_type_ not in {"DATE", "TIME"}
        for c in t.children
        if c.lower_ == "of"
        for x in c.subtree
    )


def _called_false(t: Any) -> bool:
    """Whether a charge is called what it is not: "called the accusation baseless", "dismissed it as a lie"."""
    lex = lexicon()
    spoken = any(
        c.dep_ in {"dobj", "nsubj"}
        and c.i > t.i
        and (c.lemma_.lower() in lex["speech_nouns"] or c.lower_ in {"it", "this", "that"})
        for x in (t, *(c for c in t.children if c.dep_ == "ccomp"))
        for c in x.children
    )
    return spoken and any(x.lower_ in lex["falsity"] for x in t.subtree if x.i > t.i)


def _quote_near(t: Any) -> bool:
    """Whether a quotation, a colon or "that" follows within a few words, or a clause closed by a comma precedes."""
    doc = t.doc
    if any(c.dep_ == "mark" and c.lower_ == "as" for c in t.children):
        return True
    after = doc[t.i + 1 : min(t.i + 8, len(doc))]
    if any(x.text in {'"', "“", ":"} or x.lower_ == "that" for x in after):
        return True
    who = subject(t)
    left = min(who.left_edge.i, t.i) if who is not None else t.i
    if left > 0 and doc[left - 1].text in {",", '"', "”"}:
        return True
    if t.i > t.sent.start and doc[t.i - 1].text == ",":
        return any(x.pos_ == "VERB" for x in doc[t.sent.start : t.i])
    run = t.i
    while run > t.sent.start and doc[run - 1].pos_ in NOMINAL:
        run -= 1
    return run < t.i and doc[run - 1].text == "," and any(x.pos_ == "VERB" for x in doc[t.sent.start : run])


def _relayed(t: Any) -> tuple[Any | None, tuple[str, ...]]:
    """Claimant and passers-on of "quoted X as saying" and "reports from X, stating"; none where the subject speaks."""
    doc = t.doc
    if t.dep_ == "pcomp" and t.head.lower_ == "as":
        verb = t.head.head
        if verb.lemma_ in PASSING:
            named = next((c for c in verb.children if c.dep_ in {"nsubjpass"}), None)
            if named is not None:
                agent = next(
                    (o for c in verb.children if c.lower_ == "by" for o in c.children if o.dep_ == "pobj"), None
                )
                return named, (plain_name(agent),) if agent is not None else ()
            quoted = next((c for c in verb.children if c.dep_ == "dobj"), None)
            if quoted is not None:
                outer = subject(verb)
                return quoted, (plain_name(outer),) if outer is not None else ()
    if t.tag_ == "VBG" and not any(c.dep_ in {"nsubj"} for c in t.children):
        nouns = lexicon()["speech_nouns"]
        for x in reversed(doc[t.sent.start : t.i]):
            if x.pos_ == "NOUN" and x.lemma_.lower() in nouns:
                source = next(
                    (o for c in x.children if c.lower_ in {"from", "by"} for o in c.children if o.dep_ == "pobj"),
                    None,
                )
                if source is not None:
                    return source, ()
    return None, ()


def plain_name(token: Any) -> str:
    """A noun phrase without its article."""
    return strip_article(surface(token.doc, *phrase(token))[0])
