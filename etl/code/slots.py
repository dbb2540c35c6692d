"""Read which slots of an event an act of speech touches, and with which value and words.

Decides what a denial denies, whom an accusation names and what else the words hold. Which of these become claims is
``etl/code/claims.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from etl.code.claimants import PEOPLE, UNNAMED, Known, Names, known, perpetrator
from etl.code.linking import ANSWERS, FIGHTS, NEXT, EventFacts, Words
from etl.code.meaning import SpeechAct, any_of_ours, gives_up, nobody_armed
from etl.code.speakers import lexicon, phrase, surface
from etl.code.voices import negated
from etl.model import Claim

# Verbs of who holds a place: there what is claimed is that it happened.
STRONGHOLD = {"capture", "recapture", "seize", "overrun", "liberate", "repel", "retake"}
# Words that leave open which of a state's forces is meant.
STATE_WORDS = {"the", "officers", "police", "troops", "soldiers", "forces", "security", "policemen"}
# What one side calls the other.
ENEMIES = {"militia", "militias", "rebels", "rebel", "insurgents", "guerrillas", "separatists", "enemy", "fighters"}
ENEMIES |= {"militiamen", "insurgent", "delinquents", "jihadists", "extremists"}
JUDGED = {"opposition", "terrorist", "terrorists"}
STATE_FORCES = ("Police Forces", "Military Forces")
HARMLESS = ("Unidentified", "Civilians", "Protesters", "Rioters")
# What an accused says it struck, shot at or fought instead.
HITTING = {"strike", "hit", "target", "bomb", "attack", "aim", "fire", "fight"}
# Who is hit is no damage.
PERSONS = PEOPLE | {"members", "soldiers", "troops", "officers", "policemen", "commanders", "commander"}
TIMES = {"DATE", "TIME"}
LOCATIVE = {"in", "within", "at", "near", "inside", "outside", "on", "along", "across"}
PLACE_LABELS = {"GPE", "LOC", "FAC"}


@dataclass(frozen=True)
class Case:
    """One article's material while claims are made."""

    facts: EventFacts
    doc: Any
    text: str
    names: Names
    linked: tuple[SpeechAct, ...]
    accused: frozenset[str]
    disputed: bool = False
    contested: frozenset[str] = frozenset()
    tolls_differ: bool = False
    acts: tuple[SpeechAct, ...] = ()
    made: list[tuple[SpeechAct, Claim]] = field(default_factory=list)


def accused_actor(act: SpeechAct, names: Names) -> Known | None:
    """The registry actor an act blames."""
    return perpetrator(act.accused[0], act.accused[1], act.accused[2], names) if act.accused else None


def meant_by_they(act: SpeechAct, case: Case, speaks: Known | None) -> Known | None:
    """Whom a speaker means who says only that "they" did it: whom others accused last, else the one armed side."""
    own = speaks.name if speaks is not None else None
    said = [c.value for a, c in case.made if a.claimant == act.claimant and c.speech_act == "accuse"]
    if said:
        return Known(said[-1] or "", "", "group")
    before = [accused_actor(a, case.names) for a in case.linked if a.start < act.start and a.accused]
    before += [known(a, case.names) for a in case.linked if a.start < act.start and a.act == "deny"]
    blamed = [n for n in (k.name for k in before if k is not None) if n != own and not n.startswith(HARMLESS)]
    sides = [n for n in sorted(case.facts.perpetrators | case.facts.targets) if n != own and not n.startswith(HARMLESS)]
    if blamed:
        return Known(blamed[-1], "", "group")
    return Known(sides[0], "", "group") if len(sides) == 1 else None


def the_other_side(words: str) -> bool:
    """Whether words only call somebody the enemy of who speaks, so that a name told before says who it is.

    >>> the_other_side("the militia"), the_other_side("opposition fighters"), the_other_side("rebels")
    (True, True, False)
    """
    said = words.casefold().split()
    known_one = said[:1] in (["the"], ["these"]) or bool(set(said) & JUDGED)
    return known_one and set(said) - {"the", "these", "armed", "so-called"} <= ENEMIES | JUDGED


def same_force(words: str, suspected: str, facts: EventFacts) -> str:
    """The force that plain words mean: "officers" are the police where the police are who it is about."""
    if not set(words.casefold().split()) <= STATE_WORDS:
        return suspected
    country = suspected.rpartition(" of ")[2].partition(" (")[0]
    same = [
        p for p in sorted(facts.perpetrators | facts.targets) if p.startswith(STATE_FORCES) and f" of {country} (" in p
    ]
    return same[0] if len(same) == 1 else suspected


def named_inside(act: SpeechAct, case: Case) -> str | None:
    """The registry actor that an act's content names."""
    inside = [
        n.known.name
        for n in case.names.spans
        if act.content_start <= n.start < act.content_end and n.known.kind not in UNNAMED
    ]
    return inside[-1] if inside else None


def other_target(act: SpeechAct, case: Case) -> tuple[int, int] | None:
    """What an accused says it hit instead: "the target had been an arms workshop", "the air force struck a depot"."""
    for t in case.doc[act.content_tokens[0] : act.content_tokens[1]]:
        if t.lower_ == "target" and t.dep_ == "nsubj" and t.head.lemma_ == "be":
            return act.content_start, act.content_end
        if t.lemma_ in HITTING and t.pos_ == "VERB" and t.tag_ != "VBG" and not negated(t):
            hits = [c for c in t.children if c.dep_ == "dobj"]
            hits += [o for c in t.children if c.lower_ in {"at", "on"} for o in c.children if o.dep_ == "pobj"]
            for hit in hits:
                low, high = phrase(hit)
                ours = any(
                    n.start < case.doc[high - 1].idx + 1
                    and n.end > case.doc[low].idx
                    and n.known.name in case.facts.targets
                    for n in case.names.spans
                )
                said = hit.lower_ in case.text[: act.unit_start].lower()
                if hit.pos_ == "NOUN" and hit.ent_type_ not in TIMES and not said and not ours:
                    return act.content_start, act.content_end
    return None


def details_of(act: SpeechAct, case: Case) -> list[tuple[str, str | None, tuple[int, int]]]:
    """Slot, value and words of what an act's content says beyond who did it."""
    low, high = act.content_start, act.content_end
    found: list[tuple[str, str | None, tuple[int, int]]] = []
    facts = case.facts
    for slot, words in (
        ("actor2", facts.actor2),
        ("weapon", facts.weapons),
        ("damage", facts.damage),
        ("fatalities", facts.tolls),
        ("location", facts.places),
    ):
        hit = next(
            (w for w in words if low <= w.start and w.end <= high and not (slot == "damage" and _people(w, case))), None
        )
        if hit is not None:
            found.append((slot, hit.value, (hit.start, hit.end)))
    if not any(s == "actor2" for s, _, _ in found):
        victim = next((n for n in case.names.spans if low <= n.start < high and n.known.name in facts.targets), None)
        if victim is not None:
            found.append(("actor2", victim.known.name, (victim.start, victim.end)))
    if not any(s == "location" for s, _, _ in found):
        place = _place(act, case)
        if place is not None:
            found.append(("location", case.text[place[0] : place[1]], place))
    return found


def _people(words: Words, case: Case) -> bool:
    """Whether words name those who were hit, and no thing that was damaged."""
    return bool(set(re.findall(r"\w+", case.text[words.start : words.end].casefold())) & PERSONS)


def _place(act: SpeechAct, case: Case) -> tuple[int, int] | None:
    """A place phrase that says where the act was: "within the Syrian border", "in Homs"."""
    lex = lexicon()
    for t in case.doc[act.content_tokens[0] : act.content_tokens[1]]:
        if (
            t.dep_ == "prep"
            and t.lower_ in LOCATIVE
            and (t.head.lemma_.lower() in lex["act_nouns"] | lex["act_verbs"] or t.head.lower_ in {"presence"})
        ):
            for obj in t.children:
                if (
                    obj.dep_ == "pobj"
                    and any(x.ent_type_ in PLACE_LABELS | {"NORP"} for x in obj.subtree)
                    and (
                        obj.ent_type_ in PLACE_LABELS
                        or obj.lower_
                        in {"border", "province", "district", "territory", "village", "town", "city", "area"}
                    )
                ):
                    _, start, end = surface(case.doc, *phrase(obj))
                    return start, end
    return None


def tells_the_event(act: SpeechAct, case: Case) -> bool:
    """Whether an act is the report of the event itself and not one more detail of it: it holds its first words."""
    first = min((s for s, _ in case.facts.triggers), default=-1)
    heads = [a for a in case.linked if a.heading]
    past_heading = min(
        (s for s, _ in case.facts.triggers if not any(a.unit_start <= s < a.unit_end for a in heads)), default=first
    )
    held = act.content_start <= past_heading < act.content_end
    taken = any(t.lemma_ in STRONGHOLD and t.pos_ == "VERB" for t in case.doc[slice(*act.content_tokens)])
    return held or taken


def denials(act: SpeechAct, case: Case, who: Known | None, make: Any) -> list[Claim]:
    """What a denial is about: having done it, having been there, that it happened, or the toll."""
    words = list(case.doc[act.content_tokens[0] : act.content_tokens[1]])
    lowered = {t.lower_ for t in words}
    lex = lexicon()
    harm = [w for w in case.facts.tolls if act.content_start <= w.start < act.content_end]
    if act.claimant_head.lower() in lex["witnesses"] and (who is None or who.kind in UNNAMED):
        said = "deny" if act.cue.lower()[:3] in {"den", "rej", "dis"} else "contradict"
        return [make(said, "actor2", None, _negation(words))]
    if any(nobody_armed(t) or any_of_ours(t) for t in words) and (who is None or who.name not in case.accused):
        return [make("deny", "actor2", None, _negation(words))]
    if any(gives_up(t) or (t.lemma_ in STRONGHOLD and t.pos_ == "VERB") for t in words):
        return [make("deny", "occurrence", None, _negation(words))]
    if any(t.lemma_ == "civilian" and t.dep_ in {"nsubj", "nsubjpass"} for t in words):
        return [make("deny", "actor2", None, _negation(words))]
    struck = who is not None and who.kind not in UNNAMED and who.name in case.facts.targets
    if who is not None and struck and who.name not in case.accused:
        if not lowered & {"presence", "ours", "there"}:
            return [make("deny", "occurrence", None, _negation(words))]
        out = [make("deny", "actor2", who.name, _negation(words))]
        place = _place(act, case)
        if place is not None:
            out.append(make("deny", "location", case.text[place[0] : place[1]], place))
        return out
    absent = next((t for t in words if t.lower_ in {"officers", "soldiers", "personnel"}), None)
    nobody = absent is not None and absent.dep_ == "dobj" and any(c.lower_ == "no" for c in absent.children)
    if nobody and (who is None or who.name not in case.accused):
        return [make("contradict", "actor2", None, _negation(words))]
    if _fought_others(act, case):
        return [make("deny", "actor2", None, _negation(words))]
    unhurt = next((t for t in words if t.dep_ == "nsubjpass" and any(g.lower_ == "no" for g in t.children)), None)
    if unhurt is not None and unhurt.head.lemma_ in {"hit", "strike", "target", "attack", "bomb", "shell"}:
        return [make("deny", "actor2", None, (unhurt.idx, unhurt.idx + len(unhurt)))]
    if lowered & {"killed", "deaths", "casualties", "dead", "died"} and harm:
        heard = {w.value for w in case.facts.tolls if w.start < act.start}
        own = bool(heard) and harm[0].value not in heard | {"0"}
        return [make("contradict" if own else "deny", "fatalities", harm[0].value, (harm[0].start, harm[0].end))]
    blamed = case.accused or any(a.accused and a.act not in ANSWERS for a in case.linked)
    happened = _none_at_all(words) or any(
        t.lemma_.lower() in {"happen", "occur"} or (t.lemma_ == "take" and "place" in lowered) for t in words
    )
    if happened or (lowered & lex["falsity"] and not blamed):
        return [make("deny", "occurrence", None)]
    suspects = {w.name for a in case.linked if a.act not in ANSWERS and (w := accused_actor(a, case.names)) is not None}
    value: str | None = who.name if who is not None else None
    if value not in suspects and len(suspects) == 1:
        value = next(iter(suspects))
    elif value not in suspects | case.accused and len(case.accused) == 1:
        value = next(iter(case.accused))
    return [make("deny", "actor1", value, _negation(words))]


def _none_at_all(words: list[Any]) -> bool:
    """Whether the deed itself is denied and not only one's part in it: "there was no air operation", "the strike"."""
    deeds = lexicon()["act_nouns"]
    there = any(t.dep_ == "expl" and t.lower_ == "there" for t in words)
    none = any(t.lemma_.lower() in deeds and any(c.lower_ == "no" for c in t.children) for t in words)
    ours = any(t.lower_ in {"us", "ours", "our"} for t in words)
    bare = [t for t in words if t.pos_ not in {"DET", "PUNCT", "PRON", "ADV", "SPACE"}]
    return (there and none and not ours) or (len(bare) == 1 and bare[0].lemma_.lower() in deeds)


def _fought_others(act: SpeechAct, case: Case) -> bool:
    """Whether who denies having hit somebody says next that its men fought somebody else: then it denies the victim."""
    after = [
        a
        for a in case.acts
        if a.start > act.start
        and (a.claimant_start, a.claimant_end) == (act.claimant_start, act.claimant_end)
        and 0 <= a.unit_start - act.unit_end <= NEXT
    ]
    return any(
        t.lemma_ in FIGHTS and t.pos_ == "VERB" and not negated(t) and any(c.dep_ == "dobj" for c in t.children)
        for a in after
        for t in case.doc[slice(*a.content_tokens)]
    )


def _negation(words: list[Any]) -> tuple[int, int] | None:
    """Where the denial itself stands, so that the right quotation is chosen."""
    for t in words:
        if t.lower_ in {"no", "not", "n't", "never", "nothing"}:
            return t.idx, t.idx + len(t)
    return None
