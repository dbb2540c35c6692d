"""What weights learnt from marked texts would change of the rules' claims.

For every act of speech beside an event the weights give the probability of each pair of act and slot. A pair that they
hold likely and the rules did not make becomes a claim, one that the rules made and they hold unlikely is left out. A
claim that is added is made as the rules make theirs: its claimant, role and quote are the act's, its value stands in
the words. The coder does not use it: see docs/decisions/011-learned-claims.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from etl.code.answers import asked_about
from etl.code.blame import THEY
from etl.code.claimants import UNNAMED, known
from etl.code.claims import Heard, Maker, maker, would_claim
from etl.code.meaning import SpeechAct
from etl.code.slots import accused_actor, details_of, meant_by_they, named_inside
from etl.code.speakers import strip_article
from etl.model import Claim, Mention
from training.traits import event_traits, traits_of

Pair = tuple[str, str]
"""A speech act and a slot."""
SHARED = ("made", "would", "other")
"""What regressions over all pairs are kept apart by: what the rules did with the pair."""


class Asked(NamedTuple):
    """An act beside an event.

    Attributes:
        event: the event's number.
        make: makes the act's claims of it.
        made: the pairs that the rules made and kept.
        would: the claims that the rules would make if they linked the two.
        traits: what the weights are counted over.
    """

    event: int
    make: Maker
    made: frozenset[Pair]
    would: Mapping[Pair, Claim]
    traits: Sequence[str]


def asked(told: Sequence[Heard], mentions: Sequence[Mention], acts: Sequence[SpeechAct]) -> list[Asked]:
    """The acts that are weighed, each beside one event.

    An act is weighed beside the event that it stands with, the first event of the article, and those that the rules
    link it to.
    """
    found = []
    linked = [{id(a) for a in h.case.linked} for h in told]
    ruled = [(id(a), n, c) for n, h in enumerate(told) for a, c in h.kept]
    events = [event_traits(m, n, len(told)) for n, m in enumerate(mentions)]
    for act in acts:
        home = _home(act, told)
        for n, heard in enumerate(told):
            if act.heading or not (n in (0, home) or id(act) in linked[n]):
                continue
            make = maker(act, heard.case, heard.parties)
            beside = ["home" if n == home else "away"]
            beside += [f"elsewhere:{c.speech_act}/{c.slot}" for a, other, c in ruled if a == id(act) and other != n]
            made = frozenset((c.speech_act, c.slot) for a, c in heard.kept if a is act)
            would = {} if id(act) in linked[n] else {(c.speech_act, c.slot): c for c in would_claim(act, heard)}
            beside += [f"would:{speech_act}/{slot}" for speech_act, slot in would]
            traits = traits_of(act, heard, make, acts, [*beside, *events[n]])
            found.append(Asked(n, make, made, would, traits))
    return found


def weighed(
    told: Sequence[Heard], rows: Sequence[tuple[Asked, Mapping[Pair, float]]], add: float, drop: float
) -> list[tuple[Claim, ...]]:
    """The claims of each event: those of the rules that are not unlikely, and the likely ones that they did not make.

    Args:
        told: what the rules made of each event.
        rows: the acts weighed, with the probability of each pair.
        add: from which probability on a claim is added.
        drop: below which one of the rules is left out.
    """
    held = {(one.event, id(one.make.act)): shares for one, shares in rows}
    kept = [
        [(a, c) for a, c in h.kept if held.get((n, id(a)), {}).get((c.speech_act, c.slot), 1.0) >= drop]
        for n, h in enumerate(told)
    ]
    said = {(id(a), c.speech_act, c.slot) for event in kept for a, c in event}
    claims = [[c for _, c in event] for event in kept]
    likely = [
        (share, one, pair)
        for one, shares in rows
        for pair, share in shares.items()
        if share >= add > drop
        if pair not in one.made
    ]
    for _, one, pair in sorted(likely, key=lambda x: (-x[0], x[1].make.act.start, x[1].event, x[2])):
        key = (id(one.make.act), *pair)
        claim = (one.would.get(pair) or claimed(one.make, pair)) if key not in said else None
        if claim is not None and not any(_again(claim, c) for c in claims[one.event]):
            claims[one.event].append(claim)
            said.add(key)
    return [tuple(sorted(some, key=lambda c: (c.start, c.end, c.slot))) for some in claims]


def _home(act: SpeechAct, told: Sequence[Heard]) -> int:
    """Number of the event that an act stands with: whose words it holds, else which was told last before it."""
    spans = [(s, n) for n, h in enumerate(told) for s, _ in h.case.facts.triggers]
    inside = [n for s, n in spans if act.content_start <= s < act.content_end]
    before = [(s, -n) for s, n in spans if s < act.start]
    return inside[0] if inside else -max(before)[1] if before else 0


def _again(claim: Claim, other: Claim) -> bool:
    """Whether a claimant has said the same."""
    same = (claim.speech_act, claim.slot) == (other.speech_act, other.slot)
    figure = claim.slot != "fatalities" or claim.value == other.value
    return same and figure and claim.claimant.casefold() == other.claimant.casefold()


def claimed(make: Maker, pair: Pair) -> Claim | None:
    """The claim of a pair that an act makes, with its value from the words; None where the words give none."""
    act, case = make.act, make.case
    who = known(act, case.names)
    speech_act, slot = pair
    named = who is not None and who.kind not in UNNAMED
    if speech_act in {"decline_comment", "deny_knowledge", "retract"}:
        asked, value = asked_about(act, case, who)
        return _worded(make(speech_act, slot, value if asked == slot else None, hedged=False))
    value, span = None, None
    if slot == "actor1":
        if speech_act == "claim_responsibility":
            value = who.name if who is not None and named else act.organisation or act.claimant
        elif speech_act == "deny":
            value = who.name if who is not None and named else _only(case.accused)
        else:
            value, span = _blamed(make)
            if value is None or (who is not None and value == who.name):
                return None
        if value is None:
            return None
    elif slot in {"fatalities", "weapon", "damage"}:
        found = next((d for d in details_of(act, case) if d[0] == slot), None)
        if found is None:
            return None
        value, span = found[1:]
    elif slot == "actor2":
        value = next((v for s, v, _ in details_of(act, case) if s == "actor2"), None)
    return _worded(make(speech_act, slot, value, span))


def _blamed(make: Maker) -> tuple[str | None, tuple[int, int] | None]:
    """Who is said to have done it, and the words that say so."""
    act, case = make.act, make.case
    if act.accused is None:
        return named_inside(act, case), None
    they = act.accused[0].lower() in THEY
    suspected = meant_by_they(act, case, known(act, case.names)) if they else accused_actor(act, case.names)
    return (suspected.name if suspected is not None else strip_article(act.accused[0])), act.accused[1:]


def _only(names: frozenset[str]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None


def _worded(claim: Claim) -> Claim | None:
    """A claim that stands on words; none without."""
    return claim if claim.quote.strip() else None
