"""What the encoder changes: the type of an event the rules found, and an event where the rules found none.

Either goes through the same casting as a rule's answer, so the actors fit the type and every slot has its words. Does
not decide whether there is an event (``judge``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from etl.code.acts import Act
from etl.code.cluster import Cluster
from etl.code.hierarchy import Verdict, also_matched, sides
from etl.code.learned.judge import Judge
from etl.code.lexicon import Pattern, word_set
from etl.code.triggers import Trigger
from etl.code.words import norm
from etl.schema import sub_event

SURE_ACT = "reported"
"""Class of an act that no word of the lexicon reports."""
_BATTLES = {"Armed clash", "Government regains territory", "Non-state actor overtakes territory"}
_ON_DUTY = {"Armed clash", "Attack"}
"""Told apart by whether who was hit was armed and on duty, which the rules read from their words."""
_FAMILIES = {
    "Protests": "demonstration",
    "Riots": "demonstration",
    "Strategic developments": "other",
}


def reconsider(verdict: Verdict, cluster: Cluster, words: str, judge: Judge) -> Verdict:
    """The verdict of the rules, or the encoder's where it is surer of another type.

    Args:
        words: the sentences the event's acts stand in.
    """
    opinion = judge.of(words)
    best, held = opinion.best, verdict.sub_event_type
    share, other = opinion.given_event(best), opinion.given_event(held)
    known = any(a.name != SURE_ACT for a in cluster.acts)
    if known and (
        {best, held} <= _BATTLES or {best, held} == _ON_DUTY
    ):  # who holds the ground is the rules' to weigh: one side may deny it
        return verdict
    if best == held or (known and (share < judge.limit("type") or share < judge.limit("odds") * other)):
        return verdict
    first, second = sides(cluster)
    was = f"; the rules: {held} ({other:.2f})" if known else ""
    return Verdict(
        best,
        tuple(first),
        tuple(second),
        also_matched(best, [held, *verdict.also]) if known else (),
        (*(verdict.trace if known else ()), f"learned stage: {best} ({share:.2f}){was}"),
    )


def sure_trigger(judge: Judge, found: Sequence[Act], sentences: Sequence[Any]) -> Trigger | None:
    """The words of a short text that stand for the event it surely reports.

    In the sentence that tells most of it: a word of the lexicon that the rules did not count, else the main verb with
    its object.

    Args:
        found: what the rules read, counted or not.
        sentences: the spans of the annotated text.
    """
    best = judge.whole.best
    spans = [s for s in sentences if any(t.is_alpha for t in s)]
    if not spans:
        return None
    telling = spans[judge.telling([" ".join(s.text.split()) for s in spans], best)]
    family = _FAMILIES.get(sub_event(best)["event_type"], "violence")
    refused = [a for a in found if telling.start <= a.token.i < telling.end]
    refused.sort(key=lambda a: (a.effect, a.family != family, a.trigger.start))
    if refused:
        old = refused[0].trigger
        return Trigger(old.token, old.nominal, (_pattern(old.token, old.nominal, family),), old.start, old.end)
    verb = _main_verb(telling)
    nominal = verb.pos_ not in ("VERB", "AUX")
    end = verb.idx + len(verb)
    for child in verb.children:
        if child.dep_ in ("dobj", "prt", "acomp", "attr") and 0 < child.i - verb.i <= 4:
            end = max(end, child.idx + len(child))
    return Trigger(verb, nominal, (_pattern(verb, nominal, family),), verb.idx, end)


def _pattern(token: Any, nominal: bool, family: str) -> Pattern:
    return Pattern(SURE_ACT, family, (norm(token),), nominal)


def _main_verb(sentence: Any) -> Any:
    """The verb that tells: the root, or what stands under a verb of saying."""
    verb = sentence.root
    for _ in range(3):
        below = [c for c in verb.children if c.dep_ in ("ccomp", "xcomp", "parataxis") and c.pos_ in ("VERB", "AUX")]
        if norm(verb) not in word_set("speech_verbs") or not below:
            break
        verb = below[0]
    return verb
