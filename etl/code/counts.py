"""How many people were killed, injured, abducted, arrested or displaced, in the words of one text.

Reads each figure with the people it counts and what happened to them, first from the parse, then by the wording of
fixed phrases ("the death toll rose to 14"). It does not decide which event a figure belongs to: the coder hands the
figures of one event to ``totals.combine``. Deaths are never inferred from injuries. See docs/codebook.md, "fatalities".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from etl.code.casualty_words import (
    ANIMALS,
    CUES,
    GROUPS,
    IRREALIS,
    MODALS,
    PERSON_NOUN,
    PHRASES,
    TIED,
    TRADE,
    Cue,
    Phrase,
)
from etl.code.count_phrases import COUNT, Count, CountPhrase, count_of, crowd_size, divide, lower_bound, read_count
from etl.code.numbers import source_text

__all__ = ["Count", "CountPhrase", "Toll", "crowd_size", "divide", "lower_bound", "read_count", "tolls"]

# A figure stands within this many tokens before the noun it counts ("at least 14 Syrian army special forces soldiers").
_NOUN_PHRASE = 14

# Characters either side of a figure that are searched for what qualifies it: longer than nearly every sentence, and a
# bound on text without stops.
_REACH = 400

_MASS = re.compile(r"\b(massacre\w*|genocid\w+|carnage|bloodbath|mass (?:killing|murder|execution)\w*)\b", re.I)
_CUMULATIVE = re.compile(
    r"\b(?:since (?!the (?:attack|blast|explosion|clash\w*|incident|strike|shooting|bombing) )(?:the |last |early "
    r"|late |mid)?"
    r"[\w’'-]+|so far this (?:year|month)|(?:this|last|every|each|per) year|annually|per day"
    r"|a (?:year|day)(?! (?:earlier|later|before|after|ago)\b)"
    r"|(?:over|in|during|for) (?:the )?(?:past|last) (?:\w+ )?(?:weeks?|months?|years?|decades?)"
    r"|over the (?:years|decades)|during the (?:\w+ )?(?:war|conflict|campaign|insurgency|uprising)"
    r"|in (?:19|20)\d\d alone|years of (?:war|conflict|fighting|violence)|long (?:war|conflict|insurgency))\b",
    re.I,
)
_SUPERLATIVE_SINCE = re.compile(
    r"\b(?:deadliest|worst|first|biggest|largest|bloodiest|most \w+)\b[^.;]{0,80}\bsince\b", re.I
)
_TOTAL = re.compile(r"\b(?:total of|in total|in all|altogether|overall|toll|death count)\b", re.I)
_SUBSET_BEFORE = re.compile(
    r"\b(?:including|includes?|included|among (?:them|whom|those|the dead)(?: (?:were|was|are))?)\s{1,3}$", re.I
)
_OF_THEM = r"of (?:them|whom|the (?:dead|victims|injured|wounded|casualties|killed)|those (?:killed|wounded|injured))\b"
_SUBSET_SIGN = re.compile(_OF_THEM, re.I)
_SUBSET_AFTER = re.compile(r"^\s{1,3}" + _OF_THEM, re.I)
_HIS = re.compile(r"^(?:\s{1,4}members?)?\s{1,4}of\s{1,4}(?:his|her)\b", re.I)
"""Behind a figure: people who belong to somebody named beside them ("two of his guards")."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_SHORT_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b\.?"
_BEFORE_MONTH = re.compile(rf"\s{_SHORT_MONTH}", re.I)
_AFTER_MONTH = re.compile(rf"\b(?:in|since|of|by|during|until|from|to|{_SHORT_MONTH}(?:\s\d{{1,2}},?)?)\s$", re.I)
_DIES_OF = frozenset({"bleed", "burn", "starve", "freeze", "choke", "suffocate"})
_OWN_MEN = frozenset({"man", "soldier", "fighter", "troop", "member", "officer", "policeman", "guerrilla", "rebel"})
"""Whom a force that "lost" some of them lost dead."""
_DEEDS = frozenset({"murder", "assassination", "killing", "death"})
_ADDED = re.compile(r"\b(?:another|others?|more(?! than)|additional|further)\b", re.I)
_ALSO = re.compile(r"^.{0,12}\balso\b", re.I)
_UNREAL = re.compile(
    r"\b(?:could|would|might|may|will|can|should|must|threat\w*|plan\w*|try\w*|tried|attempt\w*|want\w*|vow\w*"
    r"|order\w*|not|never)"
    r"\s{1,4}(?:to\s{1,4}|have\s{1,4}|be\s{1,4}|been\s{1,4}){0,2}[\w'’]{0,20}$",
    re.I,
)


@dataclass(frozen=True)
class Toll:
    """One figure: ``text`` stands at ``[start:end]`` of the text it was read from.

    Attributes:
        kind: ``killed``, ``injured``, ``abducted``, ``arrested``, ``captured``, ``displaced`` or ``casualties`` (the
            word alone).
        low: lowest number of people it supports; ``low <= high``.
        basis: the codebook's: ``exact``, ``range_low``, ``word_map``, ``vague_3``, ``vague_10``, ``casualties_only``,
            ``reported_none``.
        who: the people counted, without the number ("soldiers"); None where none is named.
        total: a sum that the text presents as the whole ("bringing the toll to 14").
        cumulative: counted over more than one event ("since October"); not the event's own.
        subset: part of another figure ("two of them children").
        named: one person, named or definite ("the commander was killed"), who may be part of another figure.
        cue: offset of the word that tells what happened; figures with one cue belong together.
        added: the words put it beside another figure ("three others died").
    """

    kind: str
    low: int
    high: int
    basis: str
    start: int
    end: int
    text: str
    who: str | None = None
    total: bool = False
    cumulative: bool = False
    subset: bool = False
    named: bool = False
    cue: int = 0
    added: bool = False
    said_by: str = ""
    own: bool = False


def tolls(doc: Any, *, mass_violence: bool = False) -> list[Toll]:
    """Every figure of harmed people in a text, in order.

    Args:
        doc: a parsed spaCy ``Doc`` or ``Span``; a plain ``str`` is read by fixed phrases alone.
        mass_violence: the context is a massacre or a large battle: an unknown plural counts 10 and not 3.

    >>> [(t.kind, t.low) for t in tolls("The death toll rose to 14.")]
    [('killed', 14)]
    """
    text = source_text(doc)
    base = 0 if isinstance(doc, str) or not hasattr(doc, "start_char") else int(doc.start_char)
    mass = mass_violence or _MASS.search(text) is not None
    found: list[Toll] = []
    if not isinstance(doc, str):
        for token in doc:
            cue = CUES.get(token.lower_)
            if cue is not None and _happened(token, cue):
                found.extend(_from_parse(token, cue, text, base, mass))
    taken = bytearray(len(text) + 1)
    kept: list[Toll] = []
    for toll in sorted(found, key=lambda t: (t.named, t.start, t.end)):
        if not any(taken[toll.start : toll.end]):
            kept.append(toll)
            taken[toll.start : toll.end] = b"\1" * (toll.end - toll.start)
    for toll in _from_phrases(text, mass):
        if any(taken[toll.start : toll.end]):
            if not toll.total:
                continue
            kept = [t for t in kept if t.end <= toll.start or toll.end <= t.start]
        kept.append(toll)
        taken[toll.start : toll.end] = b"\1" * (toll.end - toll.start)
    kept.sort(key=lambda t: t.end)
    kept = [replace(t, subset=False) if t.subset and not _has_whole(t, kept) else t for t in kept]
    kept.extend(_subsets(text, kept, taken, mass))
    if base:  # offsets of a span count characters of its document, as everywhere else
        kept = [_moved(t, base) for t in kept]
    # A figure broken over lines may end before it begins; no letters stand for it.
    return [t for t in sorted(kept, key=lambda t: (t.start, t.end)) if t.start < t.end]


def _has_whole(part: Toll, found: list[Toll]) -> bool:
    """Whether a figure that a part can be of stands near it; "thirty came, eleven of them were killed" has none."""
    return any(
        t.kind == part.kind and t.high >= part.high and t is not part and abs(t.start - part.start) < _REACH
        for t in found
    )


def _moved(t: Toll, by: int) -> Toll:
    return Toll(
        t.kind,
        t.low,
        t.high,
        t.basis,
        t.start + by,
        t.end + by,
        t.text,
        t.who,
        t.total,
        t.cumulative,
        t.subset,
        t.named,
        t.cue + by,
        t.added,
    )


def _happened(token: Any, cue: Cue) -> bool:
    """Whether the cue tells a fact: not "could kill", "threatened to kill", "did not kill"."""
    for child in token.children:
        word = child.lower_
        if child.dep_ in ("aux", "auxpass") and (word in MODALS or word == "to"):
            return word == "to" and token.head.lemma_ in ("manage", "continue", "go") and token.dep_ == "xcomp"
        if child.dep_ == "neg" or word in ("never", "not"):
            return cue.form == "not survive"
    head = token.head
    governed = token.dep_ in ("xcomp", "pcomp", "conj", "pobj") or (token.dep_ == "ccomp" and token.i > head.i)
    if governed and head.lemma_ in IRREALIS:
        return False
    return not (
        cue.form == "adjective"
        and token.i + 1 < len(token.doc)
        and token.nbor(1).lower_ in ("end", "body", "bodies", "sea", "line")
    )


def _from_parse(token: Any, cue: Cue, text: str, base: int, mass: bool) -> Iterator[Toll]:
    for noun in _victims(token, cue):
        toll = _read(noun, token, cue, text, base, mass)
        if toll is not None:
            yield toll


def _victims(token: Any, cue: Cue) -> list[Any]:
    """Heads of the noun phrases that name the harmed, from the arcs around one cue."""
    kids = {
        d: [c for c in token.children if c.dep_ == d]
        for d in ("nsubj", "nsubjpass", "dobj", "auxpass", "prep", "nummod")
    }
    heads: list[Any] = []
    if token.lower_ == "death" and token.dep_ == "pobj" and token.head.lower_ == "to":
        # "beat a man to death": whom the verb hits; "bled to death": who did
        verb = token.head.head
        heads = [c for c in verb.children if c.dep_ in ("dobj", "nsubjpass")]
        heads = heads or [c for c in verb.children if c.dep_ == "nsubj" and verb.lemma_ in _DIES_OF]
        if verb.dep_ in ("acl", "relcl") and (not heads or heads[0].lower_ in ("who", "which", "that")):
            heads = [verb.head]
    elif cue.form == "not survive":
        heads = kids["nsubj"] if any(c.dep_ == "neg" for c in token.children) else []
    elif cue.form == "lose":
        lives = any(c.lemma_ == "life" for c in kids["dobj"])
        heads = kids["nsubj"] if lives else [c for c in kids["dobj"] if c.lemma_.lower() in _OWN_MEN and _counted(c)]
    elif cue.form == "noun" or token.pos_ == "NOUN":
        of = [c for p in kids["prep"] if p.lower_ == "of" for c in p.children if c.dep_ == "pobj"]
        own = [c for c in token.children if c.dep_ == "poss" and c.pos_ == "PROPN"]  # "Galan's murder"
        heads = of or kids["nummod"] or (own if token.lower_ in _DEEDS else [])
    elif cue.form == "transitive":
        if kids["nsubjpass"]:
            heads = kids["nsubjpass"]
        elif kids["dobj"] and not kids["auxpass"]:
            heads = kids["dobj"]
        elif token.tag_ == "VBN" and token.dep_ == "xcomp" and token.head.lemma_ == "find":
            heads = [c for c in token.head.children if c.dep_ == "nsubjpass"]  # "was found murdered"
        elif kids["auxpass"] or (token.tag_ == "VBN" and token.dep_ not in ("acl", "relcl", "amod")):
            heads = kids["nsubj"]
        elif token.tag_ in ("VBN", "VBD") and token.dep_ in ("acl", "amod", "relcl"):
            heads = [token.head]
        elif token.tag_ == "VBD" and token.dep_ == "ROOT":
            heads = kids["nsubj"]
        if token.dep_ == "conj" and not heads and token.tag_ == "VBN" and token.head.lower_ in CUES:
            return []
    elif cue.form == "intransitive":
        heads = kids["nsubj"] or ([token.head] if token.dep_ in ("acl", "relcl") else [])
    elif cue.form == "adjective":
        head = token.head
        if token.dep_ in ("amod", "nmod"):
            heads = [head]
        elif token.dep_ in ("acomp", "oprd", "attr"):
            heads = [c for c in head.children if c.dep_ in ("dobj", "nsubj", "nsubjpass")][-1:]
        elif head.lemma_ in ("shoot", "find", "leave") and token.dep_ in ("advmod", "advcl", "prt", "dep", "amod"):
            heads = [c for c in head.children if c.dep_ in ("dobj", "nsubjpass")]
        else:
            heads = kids["nsubj"] + kids["nummod"]
    resolved: list[Any] = []
    for head in heads:
        if head.lower_ in ("who", "which", "that", "whom") and token.dep_ == "relcl":
            head = token.head
        resolved.append(head)
        joined = [c for c in head.conjuncts if c.i > head.i and (c.i < token.i) == (head.i < token.i)]
        resolved.extend(joined)
        if joined:  # "the minister, his guard, and his driver": the middle of a list, read as an apposition
            resolved.extend(c for c in head.children if c.dep_ == "appos" and TIED.match(c.left_edge.text + " "))
    return resolved


def _counted(noun: Any) -> bool:
    return any(c.dep_ == "nummod" for c in noun.children)


def _read(noun: Any, token: Any, cue: Cue, text: str, base: int, mass: bool) -> Toll | None:
    """The figure a noun phrase gives, or what its grammatical number implies."""
    if (
        noun.lemma_.lower() in ANIMALS
        or not noun.lower_[0].isalnum()
        or noun.lower_ in ("it", "this", "that", "percent", "%", "toll", "death")
    ):
        return None
    left = max(noun.left_edge.i, noun.i - _NOUN_PHRASE, noun.sent.start)
    left = next((c.i + 1 for c in noun.lefts if c.dep_ in ("relcl", "acl")), left)
    doc = noun.doc
    start, end = doc[left].idx - base, noun.idx + len(noun.text) - base
    if cue.form == "adjective" and left <= token.i <= noun.i:
        end = noun.idx + len(noun.text) - base
    phrase = text[start:end]
    who_token = noun
    if noun.lower_ in GROUPS or noun.pos_ == "NUM" or noun.lower_ in ("several", "many", "few", "some"):
        inner = [c for p in noun.children if p.lower_ == "of" for c in p.children if c.dep_ == "pobj"]
        if inner and inner[0].lower_ not in ("them", "whom"):
            who_token = inner[0]
            end = who_token.idx + len(who_token.text) - base
            if noun.lower_ in ("group", "number", "total", "groups", "handful", "team", "crew", "family"):
                phrase = text[start:end]
    sentence = noun.sent
    facts = _facts(text, sentence.start_char - base, sentence.end_char - base, start, end)
    facts["added"] = facts["added"] or any(c.lower_ == "also" and c.dep_ == "advmod" for c in token.children)
    counted_alone = who_token is noun and (noun.pos_ == "NUM" or noun.lower_ in GROUPS)
    who = None if counted_alone or who_token.pos_ in ("NUM", "PRON") else who_token.text
    if re.match(r"(?:no|nobody|none|neither)\b(?! (?:fewer|less|more))", phrase, re.I):
        return Toll(cue.kind, 0, 0, "reported_none", start, end, text[start:end], cue=token.idx - base)
    matches = [m for m in COUNT.finditer(phrase) if not _ordinal(phrase, m) and not _is_date(text, start, m)]
    if matches:
        m = matches[-1] if noun.pos_ != "NUM" else matches[0]
        count = count_of(m, mass)
        if count is None:
            return None
        begin = start + m.start()
        total = facts["total"] or "total of" in m[0].lower()
        return Toll(
            cue.kind,
            count.low,
            count.high,
            count.basis,
            begin,
            end,
            text[begin:end],
            who,
            total,
            facts["cumulative"],
            facts["subset"],
            False,
            token.idx - base,
            facts["added"],
        )
    return _implied(noun, token, cue, text, base, mass, start, end, facts)


def _implied(
    noun: Any, token: Any, cue: Cue, text: str, base: int, mass: bool, start: int, end: int, facts: dict[str, bool]
) -> Toll | None:
    """A plural without a number is 3 (10); one person, named or not, is 1."""
    words = text[start:end]
    quoted = (start, end, words, None if noun.pos_ == "PRON" else noun.text)
    one_person = noun.ent_type_ == "PERSON" or PERSON_NOUN.search(noun.lower_) is not None
    one_person = one_person or any(c.dep_ == "appos" and PERSON_NOUN.search(c.lower_) for c in noun.children)
    if noun.pos_ == "PROPN" and not one_person:
        part = noun.i > 0 and noun.nbor(-1).text == "-"  # of a place's name: "Jisr al-Shughur"
        one_person = noun.ent_type_ in ("", "PERSON") and noun.tag_ == "NNP" and not part
    one_person = one_person or (
        cue.form in ("transitive", "intransitive")
        and noun.tag_ == "NN"
        and TRADE.search(noun.lower_) is not None
        and any(c.dep_ in ("det", "poss") for c in noun.children)
    )
    indefinite = any(c.dep_ == "det" and c.lower_ in ("a", "an", "another", "one") for c in noun.children)
    if noun.lemma_.lower() in ("couple", "pair") and cue.form != "adjective":
        return Toll(
            cue.kind, 2, 2, "exact", *quoted, facts["total"], facts["cumulative"], facts["subset"], False,
            token.idx - base, facts["added"],
        )  # fmt: skip
    if noun.tag_ in ("NNS", "NNPS") or noun.lower_ in ("people", "children", "men", "women", "police"):
        if cue.form == "adjective":
            return None
        low = 10 if mass else 3
        return Toll(
            cue.kind,
            low,
            low,
            "vague_10" if mass else "vague_3",
            *quoted,
            facts["total"],
            facts["cumulative"],
            facts["subset"],
            False,
            token.idx - base,
            facts["added"],
        )
    if (one_person and noun.pos_ != "PRON") or noun.lower_ in ("he", "him", "she", "her"):
        return Toll(
            cue.kind,
            1,
            1,
            "exact",
            *quoted,
            False,
            False,
            facts["subset"],
            not indefinite,
            token.idx - base,
            facts["added"],
        )
    return None


def _ordinal(phrase: str, m: re.Match[str]) -> bool:
    """Whether the number counts the group and not the harmed: "one of the three men"."""
    return re.search(r"\bof (?:the|its|their|his|her|these|those)\s{1,3}$", phrase[: m.start()], re.I) is not None


def _is_date(text: str, base: int, m: re.Match[str]) -> bool:
    """Whether a number dates something: "8 August 2022", "in 2019"."""
    start, end = base + m.start(), base + m.end()
    if _BEFORE_MONTH.match(text, end) is not None:
        return True
    return (
        _YEAR.fullmatch(m[0].strip()) is not None and _AFTER_MONTH.search(text[max(0, start - 20) : start]) is not None
    )


def _facts(text: str, s_start: int, s_end: int, start: int, end: int) -> dict[str, bool]:
    sentence = text[max(0, s_start, start - _REACH) : min(s_end, end + _REACH)]
    before = text[max(0, start - 40) : start]
    cumulative = _CUMULATIVE.search(sentence) is not None and not _SUPERLATIVE_SINCE.search(sentence)
    return {
        "total": _TOTAL.search(text[max(0, start - 14) : end]) is not None,
        "cumulative": cumulative,
        "subset": _SUBSET_BEFORE.search(before) is not None
        or (_SUBSET_AFTER.match(text[end : end + 40]) is not None and " of whom" not in text[end : end + 10]),
        "added": _ADDED.search(text[start:end]) is not None
        or _ALSO.match(text[end : end + 20]) is not None
        or before.lower().endswith("also ")
        or _HIS.match(text[end : end + 30]) is not None,
    }


def _sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    left = max(text.rfind(". ", first, start), text.rfind("\n\n", first, start), first - 1) + 1
    ends = [at for at in (text.find(". ", end, last), text.find("\n\n", end, last)) if at >= 0]
    return left, min(ends) if ends else last


def _from_phrases(text: str, mass: bool) -> Iterator[Toll]:
    """Figures in fixed phrases, for what the parse misses and for tolls."""
    for phrase in PHRASES:
        for m in phrase.found(text):
            toll = _phrase_toll(text, phrase, m, mass)
            if toll is not None:
                yield toll


def _phrase_toll(text: str, phrase: Phrase, m: re.Match[str], mass: bool) -> Toll | None:
    if phrase.fixed is not None:
        return Toll(phrase.kind, 0, 0, phrase.fixed, m.start(), m.end(), m[0], None, cue=m.start())
    if _UNREAL.search(text[max(0, m.start() - 30) : m.start("n")].rstrip()) or _UNREAL.search(m[0].rstrip()):
        return None
    inner = COUNT.match(text, m.start("n"))
    count = count_of(inner, mass) if inner else read_count(CountPhrase(m["n"], mass))
    if count is None:
        return None
    start = inner.start() if inner else m.start("n")
    if inner and _is_date(text, 0, inner):
        return None
    end = inner.end() if inner else m.end("n")
    who = (m.groupdict().get("who") or "").strip() or None
    if who:
        end = max(end, m.end("who"))
    end = start + len(text[start:end].rstrip())
    if _ANIMAL.match(text[end : end + 40]) or (who and _ANIMAL.search(" " + who)):
        return None
    facts = _facts(text, *_sentence_at(text, start, end), start, end)
    return Toll(
        phrase.kind,
        count.low,
        count.high,
        count.basis,
        start,
        end,
        text[start:end],
        who,
        phrase.total or facts["total"],
        facts["cumulative"] and not phrase.total,
        facts["subset"],
        False,
        m.start(),
        facts["added"],
    )


_ANIMAL = re.compile(rf"(?:\s{{1,4}}[\w'’-]+){{0,2}}?\s{{1,4}}(?:{'|'.join(sorted(ANIMALS))})s?\b", re.I)
_SUBSET = re.compile(
    r"\b(?:including|among them|among whom (?:were|are)|among the dead (?:were|was|are|is))\s{1,3}(?:at least\s{1,3})?",
    re.I,
)


def _subsets(text: str, kept: list[Toll], taken: bytearray, mass: bool) -> list[Toll]:
    """Parts of a figure that follow it: "including three children", "two of them women"."""
    spans: list[tuple[int, re.Match[str]]] = [
        (m.end(), n) for m in _SUBSET.finditer(text) if (n := COUNT.match(text, m.end())) is not None
    ]
    if _SUBSET_SIGN.search(text):  # few texts have it, and looking for every number takes long
        spans += [(n.start(), n) for n in COUNT.finditer(text) if _SUBSET_AFTER.match(text[n.end() : n.end() + 40])]
    parts: list[Toll] = []
    ends = [t.end for t in kept]
    for start, n in spans:
        count = count_of(n, mass)
        at = bisect_right(ends, start) - 1
        whole = kept[at] if at >= 0 and start - kept[at].end < 200 else None
        if (
            whole is None
            or count is None
            or any(taken[start : n.end()])
            or re.search(r"[.!?]\s", text[whole.end : start])
        ):
            continue
        taken[start : n.end()] = b"\1" * (n.end() - start)
        who = re.match(
            r"(?:\s{1,3}of (?:them|whom)(?: (?:were|was))?)?\s{0,3}(?:an?\s)?((?:[^\W\d_]+[- ]){0,2}?[^\W\d_]+)",
            text[n.end() :][:60],
        )
        end = start + len(text[start : n.end()].rstrip())
        parts.append(
            Toll(
                whole.kind,
                count.low,
                count.high,
                count.basis,
                start,
                end,
                text[start:end],
                who[1] if who else None,
                False,
                whole.cumulative,
                True,
                False,
                whole.cue,
            )
        )
    return parts
