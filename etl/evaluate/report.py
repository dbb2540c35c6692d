"""The figures on the newsroom's articles: events found, and how many of their columns are right.

A mention finds a gold event of its article where type, day and place are right: the sub-event type is equal (or only
the event type, in the lenient count), and day and place as ``match`` has them. Each gold event is found once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.evaluate.gold import Gold
from etl.evaluate.match import Rate, same_claim, same_event
from etl.model import Coding, Mention


@dataclass
class Report:
    """Figures over all articles, and what went wrong, one line each.

    Attributes:
        strict: mentions with sub-event type, day and place right; ``lenient``: with the event type instead.
        slots: right, of found events, per column.
        false_alarms: articles without an event for which one was coded.
    """

    strict: Rate = field(default_factory=Rate)
    lenient: Rate = field(default_factory=Rate)
    claims: Rate = field(default_factory=Rate)
    slots: dict[str, Rate] = field(default_factory=dict)
    false_alarms: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The figures as a person reads them."""
        rows = [
            f"{name:10} precision {r.precision:.3f}  recall {r.recall:.3f}  F1 {r.f1:.3f}  ({r.right} "
            f"of {r.given} given, {r.wanted} wanted)"
            for name, r in (("strict", self.strict), ("lenient", self.lenient), ("claims", self.claims))
        ]
        rows += [f"{name:22} {r.precision:.3f} ({r.right}/{r.given})" for name, r in sorted(self.slots.items())]
        return [*rows, f"events in articles without one: {len(self.false_alarms)} {', '.join(self.false_alarms)}"]


COMPARED = (
    "sub_event_type",
    "actor1",
    "inter1",
    "actor2",
    "inter2",
    "fatalities",
    "fatalities_basis",
    "civilian_targeting",
    "geo_precision",
    "time_precision",
)


def evaluate(gold: Sequence[Gold], codings: Iterable[Coding]) -> Report:
    """Figures of one coder on gold articles.

    Args:
        gold: articles with what they should give.
        codings: the coder's answers in the same order.
    """
    report = Report()
    for one, coding in zip(gold, codings, strict=True):
        if not one.events and coding.mentions:
            report.false_alarms.append(one.article.doc_id)
        _count(one, coding.mentions, report)
    return report


def _count(one: Gold, mentions: Sequence[Mention], report: Report) -> None:
    for rate, strict in ((report.strict, True), (report.lenient, False)):
        left = list(one.events)
        rate.given += len(mentions)
        rate.wanted += len(left)
        for mention in sorted(mentions, key=lambda m: -m.confidence):
            hit = next((e for e in left if same_event(mention, e, strict)), None)
            if hit is None:
                if not strict:
                    report.errors.append(
                        f"{one.article.doc_id}: invented {mention.sub_event_type} {mention.event_date} "
                        f"{mention.location} {mention.actor1} / {mention.actor2}"
                    )
                continue
            left.remove(hit)
            rate.right += 1
            if not strict:
                _compare(one, mention, hit, report)
        if not strict:
            report.errors += [
                f"{one.article.doc_id}: missed {e['sub_event_type']} {e.get('event_date')} "
                f"{e.get('locations')} {e.get('actor1')} / {e.get('actor2')}"
                for e in left
            ]


def _compare(one: Gold, mention: Mention, event: Mapping[str, Any], report: Report) -> None:
    if mention.event_type != "Violence against civilians" and mention.actor1 == event.get("actor2"):
        # the order of actors means nothing except there
        event = {
            **event,
            "actor1": event.get("actor2"),
            "actor2": event.get("actor1"),
            "inter1": event.get("inter2"),
            "inter2": event.get("inter1"),
        }
    for name in COMPARED:
        rate = report.slots.setdefault(name, Rate())
        rate.given += 1
        mine, wanted = getattr(mention, name), event.get(name)
        if mine == wanted:
            rate.right += 1
        else:
            report.errors.append(f"{one.article.doc_id}: {name} {mine!r} for {wanted!r}")
    wanted_claims = list(event.get("claims") or ())
    report.claims.wanted += len(wanted_claims)
    report.claims.given += len(mention.claims)
    for claim in mention.claims:
        hit = next((c for c in wanted_claims if same_claim(claim, c)), None)
        if hit is not None:
            wanted_claims.remove(hit)
            report.claims.right += 1
