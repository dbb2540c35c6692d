"""Find who says what: every act of reported speech in a text, with exact offsets.

Decides the claimant's words, what is said, what the saying does (asserts, denies, accuses, ...), who passed it on and how sure it is worded. Does not decide which
event is meant, nor the claimant's role: see ``etl/code/claims.py``. Statements in the outlet's own voice are no speech acts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from etl.code.headlines import heading_acts
from etl.code.meaning import SpeechAct, negated, read, subject
from etl.code.quotes import Unit, is_title_case, quotations, units
from etl.code.speakers import Speaker, lexicon, phrase, speaker, strip_article, surface

__all__ = ["SpeechAct", "speech_acts"]

# "quoted X as saying", "citing X": the verbs by which one source passes another on.
PASSING = {"quote", "cite"}
# Verbs whose object is the person spoken to.
ADDRESSED = {"tell", "inform"}
NEGATIVE = {"deny", "deny_knowledge"}


@dataclass(frozen=True)
class Cue:
    """One word that reports speech: its token, its plain act, and the token of its claimant where the pattern knows it."""

    token: Any
    act: str
    who: Any | None = None
    chain: tuple[str, ...] = ()
    whole: bool = False


def speech_acts(doc: Any) -> list[SpeechAct]:
    """Every act of reported speech of an annotated text, in order of the text.

    Args:
        doc: the text as ``etl.annotate.annotate`` returns it.

    Returns:
        The acts; the words of one act are exactly ``doc.text[act.start:act.end]``.
    """
    quotes = quotations(doc.text)
    found: list[SpeechAct] = []
    previous: Unit | None = None
    for unit in units(doc):
        if unit.heading and is_title_case(doc.text[unit.start : unit.end]):
            found += heading_acts(doc, unit)
            continue
        acts = _sentence(doc, unit, quotes, found)
        if not acts:
            acts = _continued(doc, unit, quotes, found, previous)
        found += acts
        previous = unit
    return found


def _sentence(doc: Any, unit: Unit, quotes: tuple[tuple[int, int], ...], before: list[SpeechAct]) -> list[SpeechAct]:
    tokens = doc[unit.low : unit.high]
    cues = [c for t in tokens if (c := _cue(t)) is not None]
    acts: list[tuple[Cue, SpeechAct]] = []
    for cue in cues:
        act = _act(doc, unit, cue, cues, quotes, [*before, *(a for _, a in acts)])
        if act is not None:
            acts.append((cue, act))
    return _reconcile(doc, acts)


def _cue(t: Any) -> Cue | None:
    """The reporting word at a token, or None."""
    lex = lexicon()
    low, lemma = t.lower_, t.lemma_.lower()
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
        if any(
            c.lemma_.lower()
            in lex["verbs"] | {"say", "discuss", "confirm", "give", "provide", "identify", "speak", "specify"}
            for c in asked
        ):
            return Cue(t, "decline_comment")
        return None
    if lemma in lex["verbs"]:
        yet = t.dep_ == "xcomp" and any(c.lower_ == "yet" for c in t.head.children)
        if _under_not(t) or yet:
            return Cue(t, "decline_comment", subject(t.head) if yet else None)
        return None
    if lemma == "reach" and _under_not(t) and any(c.dep_ == "auxpass" for c in t.children):
        return Cue(t, "decline_comment")
    if (
        lemma in {"confirm", "deny"}
        and any(c.lower_ == "neither" for c in t.children)
        and any(c.dep_ == "conj" and c.lemma_.lower() in {"confirm", "deny"} for c in t.children)
    ):
        return Cue(t, "decline_comment")
    return None


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
    nouns = [c for c in t.children if c.dep_ in {"dobj", "nsubjpass"} and c.lower_ in lex["responsibility_nouns"]]
    if not nouns or any(g.lower_ == "no" for c in nouns for g in c.children) or negated(t):
        return None
    if nouns[0].dep_ == "nsubjpass":
        agent = next((o for c in t.children if c.lower_ == "by" for o in c.children if o.dep_ == "pobj"), None)
        return Cue(t, "claim_responsibility", agent) if agent is not None else None
    return Cue(t, "claim_responsibility")


def _verb(t: Any, lex: dict[str, Any], lemma: str) -> Cue | None:
    base = next((act for act, verbs in lex["verbs"].items() if lemma in verbs), None)
    if lemma == "hold" and any(c.lower_ in {"responsible", "accountable"} for c in t.subtree):
        base = "accuse"
    if base is None:
        return None
    passive = any(c.dep_ in {"auxpass", "nsubjpass"} for c in t.children) or (
        t.tag_ == "VBN" and t.dep_ in {"acl", "advcl"}
    )
    if passive:
        agent = next((o for c in t.children if c.lower_ == "by" for o in c.children if o.dep_ == "pobj"), None)
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
        return Cue(t, "partly_confirm" if any(c.lower_ in {"partly", "partially"} for c in t.children) else base)
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
    if (
        lemma == "say"
        and t.dep_ in {"acl", "conj"}
        and any(c.dep_ == "xcomp" and any(g.lower_ == "to" for g in c.children) for c in t.children)
    ):
        return None
    if base == "assert" and lemma in lex["needs_clause"] and not clause and not _quote_near(t):
        return None
    return Cue(t, base, *_relayed(t))


def _quote_near(t: Any) -> bool:
    """Whether a quotation mark, a colon or "that" stands within a few words after the verb, or a comma-closed clause before its subject."""
    doc = t.doc
    after = doc[t.i + 1 : min(t.i + 8, len(doc))]
    if any(x.text in {'"', "“", ":"} or x.lower_ == "that" for x in after):
        return True
    who = subject(t)
    left = min(who.left_edge.i, t.i) if who is not None else t.i
    return left > 0 and doc[left - 1].text in {",", '"', "”"}


def _relayed(t: Any) -> tuple[Any | None, tuple[str, ...]]:
    """Claimant and passers-on of "quoted X as saying", "reports from X, stating": ``(None, ())`` where the plain subject speaks."""
    doc = t.doc
    if t.dep_ == "pcomp" and t.head.lower_ == "as":
        verb = t.head.head
        if verb.lemma_ in PASSING:
            named = next((c for c in verb.children if c.dep_ in {"nsubjpass"}), None)
            if named is not None:
                agent = next(
                    (o for c in verb.children if c.lower_ == "by" for o in c.children if o.dep_ == "pobj"), None
                )
                return named, (_name(agent),) if agent is not None else ()
            quoted = next((c for c in verb.children if c.dep_ == "dobj"), None)
            if quoted is not None:
                outer = subject(verb)
                return quoted, (_name(outer),) if outer is not None else ()
    if t.tag_ == "VBG" and not any(c.dep_ in {"nsubj"} for c in t.children):
        nouns = lexicon()["speech_nouns"]
        for x in reversed(doc[t.sent.start : t.i]):
            if x.pos_ == "NOUN" and x.lemma_.lower() in nouns:
                source = next(
                    (o for c in x.children if c.lower_ in {"from", "by", "of"} for o in c.children if o.dep_ == "pobj"),
                    None,
                )
                if source is not None:
                    return source, ()
    return None, ()


def _name(token: Any) -> str:
    return strip_article(surface(token.doc, *phrase(token))[0])


def _act(
    doc: Any, unit: Unit, cue: Cue, cues: list[Cue], quotes: tuple[tuple[int, int], ...], before: list[SpeechAct]
) -> SpeechAct | None:
    """The whole act at a cue, or None where no claimant can be named."""
    t = cue.token
    head = cue.who if cue.who is not None else subject(t)
    if head is None or head.i == t.i:
        head = _neighbour(t, unit)
    if head is None:
        return None
    tokens = doc[unit.low : unit.high]
    who = speaker(head, tokens)
    if who is None:
        return None
    who, antecedent = _resolved(who, before, unit, doc)
    if who is None:
        return None
    low, high = _content(doc, unit, cue, head, cues)
    words = [x for x in doc[low:high] if not x.is_space]
    while words and (words[-1].text in {",", ";", '"', "”", "“"} or (words[-1].is_punct and words[-1].text in {"."})):
        words = words[:-1]
    while words and (
        words[0].text in {",", ":", '"', "“", "-", "–"} or words[0].lower_ == "that" and words[0].dep_ == "mark"
    ):
        words = words[1:]
    meaning = read(cue.act, words, who)
    accused = _blamed(t) if cue.act == "accuse" else meaning.accused
    start_token = min(t.i, head.left_edge.i if head.i >= unit.low and not cue.chain else t.i)
    end_token = t.i
    c_start = c_end = t.idx + len(t)
    c_tokens = (t.i, t.i)
    if words:
        c_start, c_end = words[0].idx, words[-1].idx + len(words[-1])
        c_tokens = (words[0].i, words[-1].i + 1)
        start_token, end_token = min(start_token, words[0].i), max(end_token, words[-1].i)
    if head.i > t.i and head.i < unit.high:
        end_token = max(end_token, phrase(head)[1] - 1)
    aim = next((c for c in t.children if c.dep_ in {"dobj", "dative"}), None) if t.lemma_.lower() in ADDRESSED else None
    addressee = (
        _name(aim)
        if aim is not None and aim.i > t.i and aim.dep_ in {"dobj", "dative"} and aim.pos_ in {"PROPN", "NOUN", "PRON"}
        else None
    )
    chain = cue.chain or _cited(t)
    if not chain and addressee and (aim.ent_type_ == "ORG" or aim.pos_ == "PROPN"):
        chain = (addressee,)
    said = strip_article(who.text)
    end = doc[end_token].idx + len(doc[end_token])
    return SpeechAct(
        act=meaning.act,
        claimant=said,
        claimant_start=antecedent[0],
        claimant_end=antecedent[1],
        claimant_head=who.head,
        person=who.person,
        organisation=who.organisation,
        start=doc[start_token].idx,
        end=end,
        content_start=c_start,
        content_end=c_end,
        content_tokens=c_tokens,
        quotes=tuple(q for q in quotes if q[0] < c_end and q[1] > c_start),
        hedged=meaning.hedged,
        negated=meaning.act in NEGATIVE,
        chain=(*chain, said) if chain and chain[-1] != said else chain,
        accused=accused,
        addressee=addressee,
        cue=t.text,
        unit_start=unit.start,
        unit_end=unit.end,
        heading=unit.heading,
    )


def _resolved(who: Speaker, before: list[SpeechAct], unit: Unit, doc: Any) -> tuple[Speaker | None, tuple[int, int]]:
    """A pronoun's speaker is the last one named; without one there is no claimant."""
    if not who.pronoun:
        return who, (who.start, who.end)
    personal = who.head.lower() in {"he", "she"}
    for act in reversed(before):
        if (
            personal
            and act.person is None
            and act.claimant_head.lower() not in lexicon()["speakers"] | lexicon()["witnesses"]
        ):
            continue
        known = Speaker(
            act.claimant, act.claimant_start, act.claimant_end, act.claimant_head, act.person, act.organisation
        )
        return known, (act.claimant_start, act.claimant_end)
    return None, (0, 0)


def _neighbour(t: Any, unit: Unit) -> Any | None:
    """The noun phrase right before or after a reporting verb, where the parse gives it no subject."""
    if t.tag_ not in {"VBD", "VBZ", "VBP", "VBN", "MD", "VB"} or t.dep_ == "acl":
        return None
    for chunk in t.doc[unit.low : unit.high].noun_chunks:
        if chunk.end == t.i or (chunk.start == t.i + 1 and t.i > unit.low and t.nbor(-1).text in {",", '"', "”"}):
            return chunk.root
    return None


def _blamed(t: Any) -> tuple[str, int, int] | None:
    """Who is accused by "accuse X", "blame X", "X was blamed by", "blame it on X"."""
    on = [o for c in t.children if c.dep_ == "prep" and c.lower_ == "on" for o in c.children if o.dep_ == "pobj"]
    target = on or [c for c in t.children if c.dep_ in {"dobj", "nsubjpass"}]
    if not target:
        target = [s for c in t.children if c.dep_ == "ccomp" for s in c.children if s.dep_ == "nsubj"]
    return surface(t.doc, *phrase(target[0])) if target else None


def _cited(t: Any) -> tuple[str, ...]:
    """Who is cited by the participle beside a verb of saying: "SANA, citing a military source, reported"."""
    for x in t.subtree:
        if x.lemma_.lower() in PASSING and x.tag_ == "VBG" and abs(x.i - t.i) < 25:
            source = next((c for c in x.children if c.dep_ == "dobj"), None)
            outer = subject(t)
            if source is not None and outer is not None and not any(c.lower_ == "as" for c in x.children):
                return (_name(outer), _name(source))
    return ()


def _content(doc: Any, unit: Unit, cue: Cue, head: Any, cues: list[Cue]) -> tuple[int, int]:
    """Tokens of what is said: right of the verb, left of it, or the whole sentence around it."""
    t = cue.token
    who_low, who_high = phrase(head)
    for child in head.children:
        if child.dep_ == "appos" and head.i > t.i:
            who_high = max(who_high, child.right_edge.i + 1)
    begin = min(t.i, who_low) if who_low >= unit.low else t.i
    if cue.whole:
        stop = max(who_high, t.i + 2)
        if t.i <= unit.low + 1:
            return stop, unit.high
        return (unit.low, t.i) if _rest_is_empty(doc, stop, unit.high) else (unit.low, unit.high)
    if cue.act == "decline_comment" and cue.token.pos_ not in {"VERB", "AUX"}:
        return t.i + 1, unit.high
    barrier = unit.high
    for other in cues:
        o = other.token
        if o.i <= t.i:
            continue
        other_head = (
            other.who
            if other.who is not None
            else next((c for c in o.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
        )
        linked = any(
            c.dep_ == "mark" and c.lower_ in {"as", "while", "although", "though", "whereas"} for c in o.children
        )
        inside = any(a.i == t.i for a in o.ancestors)
        clause = o.dep_ in {"conj"} and (o.head.i == t.i or not inside) and other_head is not None
        if linked or clause or (not inside and other_head is not None):
            edge = min(o.i, other_head.left_edge.i) if other_head is not None else o.i
            marks = [c.i for c in o.children if c.dep_ == "mark"]
            edge = min([edge, *marks])
            if edge > t.i:
                barrier = min(barrier, edge)
    while barrier - 1 > t.i and (doc[barrier - 1].dep_ == "cc" or doc[barrier - 1].text in {",", ";"}):
        barrier -= 1
    as_rebels = any(c.dep_ == "mark" and c.lower_ == "as" for c in t.children) or (
        begin > unit.low and doc[begin - 1].lower_ == "as"
    )
    inverted = head.i > t.i and head.i < unit.high and cue.who is None
    right = [
        c
        for c in t.children
        if c.i > t.i
        and (
            c.dep_ in {"ccomp", "xcomp", "dobj", "oprd"}
            or (c.dep_ == "prep" and cue.act in {"accuse", "claim_responsibility", "decline_comment", "deny_knowledge"})
        )
    ]
    if t.lemma_.lower() in ADDRESSED:
        right = [c for c in right if c.dep_ not in {"dobj"}] or (
            [c for c in right] if doc[t.i + 1 : barrier].text.count('"') else []
        )
    if inverted or as_rebels:
        left_end = t.i if inverted else (begin - 1 if doc[begin - 1].lower_ == "as" else begin)
        lower = max(
            [c.token.i + 1 for c in cues if as_rebels and c.token.i < t.i and c.act == "deny"], default=unit.low
        )
        tail = who_high
        if (
            inverted
            and not _rest_is_empty(doc, tail, unit.high)
            and any(x.text in {'"', "“"} for x in doc[tail : unit.high])
        ):
            return lower, unit.high
        return lower, left_end
    if right or (
        t.i + 1 < unit.high and (doc[t.i + 1].lower_ in {"that", ":"} or doc[t.i + 1].text in {'"', "“", ":"})
    ):
        return t.i + 1, barrier
    comma_before = begin > unit.low and doc[begin - 1].text in {",", '"', "”", "—", "–", "-"}
    if comma_before:
        return (unit.low, begin) if _rest_is_empty(doc, t.i + 1, unit.high) else (unit.low, unit.high)
    return (t.i + 1, barrier)


def _rest_is_empty(doc: Any, low: int, high: int) -> bool:
    """Whether nothing but adjuncts of the attribution ("on Monday", "in a statement") stands in a span."""
    return (
        not any(
            x.pos_ in {"VERB", "AUX"}
            and x.dep_ not in {"acl", "amod", "relcl", "advcl", "pcomp", "xcomp", "aux", "auxpass", "ccomp"}
            for x in doc[low:high]
        )
        and '"' not in doc[low:high].text[1:]
    )


def _reconcile(doc: Any, acts: list[tuple[Cue, SpeechAct]]) -> list[SpeechAct]:
    """One act for one saying: inner verbs with the same speaker are folded into the outer one."""
    kept: list[SpeechAct | None] = [a for _, a in acts]
    for i, (outer_cue, _) in enumerate(acts):
        for j, (inner_cue, inner) in enumerate(acts):
            outer = kept[i]
            if i == j or outer is None or kept[j] is None:
                continue
            o, n = outer_cue.token, inner_cue.token
            inside = any(a.i == o.i for a in n.ancestors) and outer.start <= n.idx < outer.end
            if not inside:
                continue
            if outer.act == "contradict" and (
                _same(outer, inner) or (inner.chain and inner.chain[0] == outer.claimant)
            ):
                chain = inner.chain or outer.chain
                kept[i] = replace(
                    outer,
                    content_start=inner.content_start,
                    content_end=inner.content_end,
                    content_tokens=inner.content_tokens,
                    quotes=inner.quotes,
                    hedged=inner.hedged,
                    accused=inner.accused,
                    chain=chain,
                    end=max(outer.end, inner.end),
                )
                kept[j] = None
            elif outer_cue.act in {"assert", "confirm"} and _same(outer, inner) and n.i >= outer.content_tokens[0]:
                act = inner.act if inner.act not in {"assert"} else outer.act
                kept[i] = replace(
                    outer,
                    act=act,
                    negated=act in NEGATIVE,
                    accused=inner.accused or outer.accused,
                    hedged=outer.hedged or inner.hedged,
                )
                kept[j] = None
            elif (
                outer_cue.act in {"assert", "confirm"}
                and n.dep_ == "ccomp"
                and n.head.i == o.i
                and n.i >= outer.content_tokens[0]
                and not _same(outer, inner)
            ):
                kept[j] = replace(inner, chain=inner.chain or (outer.claimant, inner.claimant))
                kept[i] = None
            elif (
                outer_cue.act == "deny"
                and _same(outer, inner)
                and inner.act in {"deny", "claim_responsibility", "accuse", "assert"}
                and inner_cue.token.dep_ in {"xcomp", "ccomp"}
            ):
                kept[j] = None
    out = [a for a in kept if a is not None]
    confirmed = {a.claimant for a in out if a.act == "confirm"}
    refused = {a.claimant for a in out if a.act == "deny"}
    return [
        replace(a, act="partly_confirm") if a.act == "confirm" and a.claimant in confirmed & refused else a for a in out
    ]


def _same(a: SpeechAct, b: SpeechAct) -> bool:
    return (a.claimant_start, a.claimant_end) == (b.claimant_start, b.claimant_end)


def _continued(
    doc: Any, unit: Unit, quotes: tuple[tuple[int, int], ...], before: list[SpeechAct], previous: Unit | None
) -> list[SpeechAct]:
    """A sentence that stands wholly inside quotation marks goes on with the last speaker."""
    inside = [q for q in quotes if q[0] <= unit.start + 1 and q[1] >= unit.end - 2]
    if not inside or not before or previous is None or unit.paragraph - previous.paragraph > 1:
        return []
    last = before[-1]
    if last.heading or not (last.unit_start == previous.start or last.unit_end == previous.end):
        return []
    who = Speaker(
        last.claimant, last.claimant_start, last.claimant_end, last.claimant_head, last.person, last.organisation
    )
    words = [t for t in doc[unit.low : unit.high] if t.text not in {'"', "“", "”"} and not t.is_space]
    if not words:
        return []
    meaning = read("assert", words, who)
    start, end = words[0].idx, words[-1].idx + len(words[-1])
    return [
        replace(
            last,
            act=meaning.act,
            hedged=meaning.hedged,
            accused=meaning.accused,
            negated=meaning.act in NEGATIVE,
            start=start,
            end=end,
            content_start=start,
            content_end=end,
            content_tokens=(words[0].i, words[-1].i + 1),
            quotes=((start, end),),
            unit_start=unit.start,
            unit_end=unit.end,
            cue="",
            addressee=None,
        )
    ]
