"""Make claims of the speech acts about an event: one for every slot that somebody speaks of.

Decides which slots an act touches, the values and the exact words. Does not decide which acts are about the event
(``etl/code/linking.py``) nor who is named in ``actor1`` (``etl/code/attribution.py``). A toll beside an accusation, a
place, a victim or a weapon becomes a claim only where it is at issue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from etl.annotate import letters
from etl.code.answers import asked_about
from etl.code.attribution import tolls_agree
from etl.code.blame import THEY
from etl.code.claimants import UNNAMED, Names, claimant_name, known, role, same_claimant
from etl.code.cues import COUNTS
from etl.code.figures import COUNTED, all_tolls, figures, is_figure, own_loss, tolls_differ, worded
from etl.code.linking import (
    ANSWERS,
    EventFacts,
    Words,
    counts_otherwise,
    linked_acts,
    perceived,
    says_who_they_were,
    tells_of_force,
)
from etl.code.meaning import SpeechAct
from etl.code.repeats import unique
from etl.code.slots import (
    Case,
    accused_actor,
    denials,
    details_of,
    meant_by_they,
    named_inside,
    other_target,
    same_force,
    tells_the_event,
    the_other_side,
)
from etl.code.speakers import lexicon, strip_article
from etl.model import Claim

__all__ = ["EventFacts", "Heard", "Maker", "Words", "claims_about", "heard_about", "maker", "would_claim"]

# Slots in which a party's word is kept as its claim while the event is disputed.
MATERIAL = {"weapon", "damage"}
SIDED = {"party", "ally"}
ATTACKERS = {"attacker", "attackers", "assailants", "gunmen", "bomber", "suspects", "perpetrators", "killers"}


@dataclass(frozen=True)
class Heard:
    """What an article says of one event.

    Attributes:
        case: the material, with every claim that an act made in ``made``.
        parties: registry names of who took part, is accused or claims it.
        kept: each claim once, with its act, in order of the text.
    """

    case: Case
    parties: frozenset[str]
    kept: tuple[tuple[SpeechAct, Claim], ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims alone."""
        return tuple(claim for _, claim in self.kept)

    def with_only(self, claims: Sequence[Claim]) -> Heard:
        """The same with some of its claims."""
        return replace(self, kept=tuple((a, c) for a, c in self.kept if c in claims))


def claims_about(
    facts: EventFacts, doc: Any, acts: Sequence[SpeechAct], names: Names, text: str | None = None
) -> tuple[Claim, ...]:
    """The claims about one event, in order of the text; the arguments are those of ``heard_about``.

    Returns:
        Claims with ``text[claim.start:claim.end] == claim.quote``; one for each slot an act speaks of.
    """
    return heard_about(facts, doc, acts, names, text).claims


def heard_about(facts: EventFacts, doc: Any, acts: Sequence[SpeechAct], names: Names, text: str | None = None) -> Heard:
    """The claims about one event with the acts that made them.

    Args:
        facts: what is known about the event so far.
        doc: the annotated article.
        acts: ``speech_acts(doc)``.
        names: registry actors of the text, named as on the day of the event.
        text: the article's own text, of which claims quote; by default the document's.
    """
    source = text if text is not None else doc.text
    found = figures(doc, acts)
    counted = tuple(Words(f.start, f.end, f"{f.kind} {f.value}") for f in found if f.kind in COUNTED)
    facts = replace(facts, tolls=all_tolls(facts, found, source), counted=counted)
    linked = tuple(linked_acts(acts, facts, doc, names.on))
    body = [a for a in linked if not a.heading]
    linked = tuple(
        a for a in linked if not a.heading or not any(b.act == a.act and same_claimant(a, b, names) for b in body)
    )
    accused = (
        frozenset(
            w.name for a in linked if a.accused and a.act not in ANSWERS and (w := accused_actor(a, names)) is not None
        )
        | facts.perpetrators
    )
    case = Case(facts, doc, source, names, linked, accused, acts=tuple(acts))
    denied = _denied(case)
    case = replace(
        case,
        contested=denied - {"actor1", "occurrence", "fatalities"},
        disputed="actor1" in denied,
        tolls_differ=tolls_differ(linked, facts, source),
    )
    parties = (
        accused | facts.targets | {w.name for a in linked if a.act == "claim_responsibility" and (w := known(a, names))}
    )
    for act in sorted(linked, key=lambda a: a.act == "contradict"):
        for claim in _claims(act, case, parties):
            case.made.append((act, claim))
    return Heard(case, parties, tuple(unique(case)))


def would_claim(act: SpeechAct, heard: Heard) -> list[Claim]:
    """What an act would claim of an event if it were linked to it."""
    return _claims(act, heard.case, heard.parties)


def _denied(case: Case) -> frozenset[str]:
    """The slots that somebody denies; of place and victim other people's words are claims only there."""
    slots: set[str] = set()
    for act in case.linked:
        if act.act == "deny":
            denied = denials(act, case, known(act, case.names), lambda act_, slot, *_: slot)
            slots |= {str(s) for s in denied}
    return frozenset(slots)


@dataclass(frozen=True)
class Maker:
    """Makes the claims of one act: claimant, role, chain and words are the act's."""

    act: SpeechAct
    case: Case
    name: str
    role: str

    def __call__(
        self,
        speech_act: str,
        slot: str,
        value: str | None,
        span: tuple[int, int] | None = None,
        hedged: bool | None = None,
    ) -> Claim:
        """One claim; ``span`` are the words that its value was read from."""
        act, text = self.act, self.case.text
        carried = act.own_words if speech_act == act.act else None
        start, end = _trimmed(text, *carried) if carried else _words(act, self.case, span)
        sure = act.hedged if hedged is None else hedged
        return Claim(self.name, self.role, speech_act, slot, value, sure, start, end, text[start:end], act.chain)


def maker(act: SpeechAct, case: Case, parties: frozenset[str]) -> Maker:
    """What makes the claims of an act about an event with these parties."""
    return Maker(act, case, claimant_name(act, case.names), role(act, case.names, parties, _context(act, case)))


def _claims(act: SpeechAct, case: Case, parties: frozenset[str]) -> list[Claim]:
    """The claims of one act, one for each slot."""
    who = known(act, case.names)
    make = maker(act, case, parties)
    speaks, name = make.role, make.name
    if act.act in {"decline_comment", "deny_knowledge", "retract"}:
        slot, value = asked_about(act, case, who)
        return [make(act.act, slot, value, hedged=False)]
    if act.act == "deny":
        return denials(act, case, who, make)
    out: list[Claim] = []
    base = "assert" if act.act in {"accuse", "claim_responsibility"} else act.act
    if act.act == "claim_responsibility":
        named = who is not None and who.kind not in UNNAMED
        out.append(make(act.act, "actor1", who.name if who and named else act.organisation or act.claimant))
    elif act.accused:
        suspected = accused_actor(act, case.names)
        if act.accused[0].lower() in THEY or (suspected is None and the_other_side(act.accused[0])):
            suspected = meant_by_they(act, case, who)
        words = strip_article(act.accused[0])
        proper = any(w[:1].isupper() for w in words.split()[1:]) and suspected is None
        blamed = same_force(words, suspected.name, case.facts) if suspected is not None else words
        refuses = any(
            a.act == "deny"
            and a.claimant == act.claimant
            and abs(a.unit_start - act.unit_start) <= act.unit_end - act.unit_start
            for a in case.acts
        )
        if suspected is None and not proper and who is not None and who.name in case.accused:
            accusers = {
                k.name
                for a, c in case.made
                if c.speech_act == "accuse" and (k := known(a, case.names)) and k.kind == "group"
            }
            blamed, proper = (accusers.pop(), True) if len(accusers) == 1 else (blamed, proper)
        if (suspected is not None or proper or refuses or act.act == "accuse") and (who is None or blamed != who.name):
            blaming = "accuse" if base == "assert" else base
            claimed = blaming == "accuse" and _caller(act, case)
            out.append(make("claim_responsibility" if claimed else blaming, "actor1", blamed, act.accused[1:]))
    details = details_of(act, case)
    if act.act == "contradict":
        aimed = {c.slot for a, c in case.made if _is_contradicted(act, a, case)}
        return [make("contradict" if d[0] in aimed or not aimed else "assert", *d) for d in details]
    for slot, value, span in details:
        if slot == "fatalities" and value == "0" and any(w.value != "0" for w in case.facts.tolls):
            out.append(make("deny", slot, value, span))
        elif slot == "fatalities" and _part_of_own(act, span, value, case):
            continue
        elif slot == "fatalities" and _other_toll(span, value, name, case):
            out.append(make("contradict", slot, value, span))
        elif slot == "fatalities":
            if not any(c.slot == "actor1" for c in out) or case.tolls_differ or act.act == "claim_responsibility":
                admits = base == "confirm" and own_loss(case.text, *span)
                out.append(make("assert" if admits else base, slot, value, span))
        elif (slot in case.contested and (speaks == "party" if slot == "actor2" else not out)) or (
            slot in MATERIAL and case.disputed and speaks in SIDED and out and " " in (value or "")
        ):
            out.append(make(base, slot, value, span))
    if speaks == "party" and who is not None and who.name in case.accused and case.made:
        target = other_target(act, case)
        if target is not None:
            out.append(make("contradict", "actor2", None, target))
    words = case.doc[slice(*act.content_tokens)]
    if act.cue.lower().startswith("identif") and any(t.lower_ in ATTACKERS for t in words):
        group = named_inside(act, case)
        return [make("accuse", "actor1", group)] if group else []
    blames = any(c.speech_act == "accuse" for c in out)
    if (
        not blames
        and not any(c.slot == "actor2" for c in out)
        and (says_who_they_were(words) or act.cue.lower().startswith("identif"))
    ):
        out.append(make(base, "actor2", named_inside(act, case)))
    if not out and counts_otherwise(act, [a for a in case.linked if a.start < act.start], case.facts.counted):
        out.append(make("contradict", "occurrence", None))
    if act.act in {"confirm", "partly_confirm"} and not details:
        out.append(make(base, "occurrence", None))
    elif not out and (tells_the_event(act, case) or _witnessed(act, speaks, case)):
        contested = any(c.slot == "occurrence" and c.speech_act in {"assert", "deny"} for _, c in case.made)
        out.append(make("contradict" if contested and _repelled(act, case) else base, "occurrence", None))
    return out


def _caller(act: SpeechAct, case: Case) -> bool:
    """Whether somebody of no organisation names the group that takes its claim of responsibility back."""
    back = any(
        a.act == "retract" and any(t.lower_ == "responsibility" for t in case.doc[slice(*a.content_tokens)])
        for a in case.linked
    )
    who = known(act, case.names)
    plain = act.claimant_head.casefold() not in lexicon()["speakers"] | lexicon()["authorities"]
    return back and plain and act.organisation is None and (who is None or who.kind in UNNAMED)


def _witnessed(act: SpeechAct, speaks: str, case: Case) -> bool:
    """Whether somebody outside the parties tells what he saw or heard of the event."""
    if (
        speaks in SIDED
        or act.act != "assert"
        or any(a.claimant_head.lower() == act.claimant_head.lower() for a, _ in case.made)
    ):
        return False
    words = case.doc[slice(*act.content_tokens)]
    told = any(act.content_start <= s < act.content_end for s, _ in case.facts.triggers)
    return perceived(words) or ((speaks == "witness" or (told and act.cue == "according")) and tells_of_force(words))


def _repelled(act: SpeechAct, case: Case) -> bool:
    """Whether the words say that an attack failed ("repelled", "thrown back", "held")."""
    return any(
        t.lemma_ in {"repel", "repulse", "hold", "throw", "thwart", "foil"}
        for t in case.doc[slice(*act.content_tokens)]
    )


def _other_toll(span: tuple[int, int], value: str | None, name: str, case: Case) -> bool:
    """Whether somebody else has given a toll before that cannot be true together with this one."""
    if value is None:
        return False
    mine = worded(Words(*span, value), case.text)
    ours = own_loss(case.text, *span)
    earlier = [
        worded(w, case.text)
        for a in case.linked
        for w in case.facts.tolls
        if a.content_start <= w.start < a.content_end
        and a.start < span[0]
        and claimant_name(a, case.names) != name
        and a.act not in ANSWERS
        and is_figure(case.text[w.start : w.end])
        and not (ours and own_loss(case.text, w.start, w.end))
    ]
    return any(not tolls_agree([e, mine]) for e in earlier)


def _part_of_own(act: SpeechAct, span: tuple[int, int], value: str | None, case: Case) -> bool:
    """Whether the claimant has given a higher toll of the same side before: then this one counts a part of it."""
    ours = own_loss(case.text, *span)
    given = [
        c.value
        for a, c in case.made
        if c.slot == "fatalities"
        and a.unit_start == act.unit_start
        and claimant_name(a, case.names) == claimant_name(act, case.names)
        and own_loss(case.text, c.start, c.end) == ours
    ]
    return value is not None and any(v and v.isdigit() and value.isdigit() and int(v) > int(value) > 0 for v in given)


def _is_contradicted(act: SpeechAct, other: SpeechAct, case: Case) -> bool:
    """Whether a contradiction is aimed at another claimant's words: the object of the verb names it."""
    aimed = letters(case.doc)[act.claimant_end : act.content_start]
    mine = known(other, case.names)
    if mine is not None and any(
        s.known.name == mine.name and act.claimant_end <= s.start < act.content_start for s in case.names.spans
    ):
        return True
    label = other.organisation or other.claimant
    return len(label) > 2 and label.casefold() in aimed.casefold()


def _context(act: SpeechAct, case: Case) -> str:
    """The claimant's words with a little on both sides, up to the verb or the next comma but one."""
    after = letters(case.doc)[act.claimant_end : act.claimant_end + 120]
    stop = re.search(r"[.;:\"]|,[^,]*,", after)
    apposition = after[: stop.start() if stop else len(after)] if after.startswith(",") else ""
    return str(letters(case.doc)[act.claimant_start : act.claimant_end] + apposition)


def _words(act: SpeechAct, case: Case, span: tuple[int, int] | None) -> tuple[int, int]:
    """The exact words that carry a claim: the direct quotation that holds them, else the content or the clause."""
    for start, end in act.quotes:
        holds = span is not None and start <= span[0] < end
        only = span is None and len(act.quotes) == 1
        if (holds or only) and len(case.text[start:end].split()) > 3:
            return _trimmed(case.text, start, end)
    if (
        act.act == "assert"
        and act.content_end > act.content_start
        and not (span and not act.content_start <= span[0] < act.content_end)
    ):
        verb = case.text.rfind(act.cue, act.unit_start, act.content_start) if act.cue.lower() in COUNTS else -1
        return _trimmed(case.text, verb if verb >= act.start else act.content_start, act.content_end)
    return _trimmed(case.text, act.start, act.end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while end > start and text[end - 1] in ' ,;\n"”':
        end -= 1
    while start < end and text[start] in ' ,;\n"“':
        start += 1
    return start, end
