"""Figures of a coder on one part of the gold, and where it goes wrong.

Events are counted at four levels, so that one sees where they are lost: type, then day, then place, then both actors.
Each level has its own count of mentions that find a gold event, each gold event found once. Breakdowns are by
sub-event type, world region and style of whole events, and by kind of actor of actor slots. Decides nothing about the
coder; ``errors`` says what an error is, ``rules`` what must always hold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.evaluate.clusters import Clusters
from etl.evaluate.errors import Aligned, Error, align, errors_of, kind_of, region_of
from etl.evaluate.gold import ARTICLE_STYLE, Gold
from etl.evaluate.match import Rate, pairs, same_actors, same_claim, same_day, same_place, same_type
from etl.evaluate.rules import broken_rules, quotes_off
from etl.model import Coding, Mention

BINS = 10
"""Bins of the reliability table: with a thousand mentions each holds enough to tell a tenth from two."""

CLOSED = "test"
"""The part whose texts and errors are never shown: who cannot read errors cannot tune on them."""

Test = Callable[[Mention, Mapping[str, Any]], bool]

LEVELS: Mapping[str, tuple[Test, ...]] = {
    "type": (same_type,),
    "type, day": (same_type, same_day),
    "type, day, place": (same_type, same_day, same_place),
    "type, day, place, actors": (same_type, same_day, same_place, same_actors),
}
WHOLE, FOUND = "type, day, place, actors", "type, day, place"


@dataclass(frozen=True)
class Bin:
    """One line of the reliability table: mentions whose confidence lies in a tenth."""

    low: float
    mentions: int
    confidence: float
    right: float


@dataclass
class Part:
    """Figures on one part of the gold.

    Attributes:
        levels: events by how much has to be right.
        tolls_found: deaths exact, of the events whose type, day and place were found; ``tolls_all`` of all gold events,
            one that was missed counting as wrong.
        left_alone: texts without an event for which none was coded; by the gold's reason in ``reasons``.
        quotes: quotes that are letters of the text.
        failed: texts that the coder could not read at all, by reason.
        rules: mentions that break a rule of the codebook: severity -> rule -> number.
        by: dimension -> value -> events (for ``actor kind`` and ``actor``: actor slots) right.
        causes: errors by cause; ``confused`` types taken for another one.
        errors: every error; empty for the closed part.
        clusters: whether reports of one event were merged into one, where the gold names events across articles.
    """

    name: str
    texts: int = 0
    events: int = 0
    levels: dict[str, Rate] = field(default_factory=lambda: {name: Rate() for name in LEVELS})
    claims: Rate = field(default_factory=Rate)
    tolls_found: Rate = field(default_factory=Rate)
    tolls_all: Rate = field(default_factory=Rate)
    left_alone: Rate = field(default_factory=Rate)
    reasons: dict[str, Rate] = field(default_factory=dict)
    quotes: Rate = field(default_factory=Rate)
    failed: Counter[str] = field(default_factory=Counter)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)
    by: dict[str, dict[str, Rate]] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: list[Error] = field(default_factory=list)
    reliability: list[Bin] = field(default_factory=list)
    calibration_error: float = 0.0
    clusters: Clusters | None = None

    def figures(self) -> dict[str, float]:
        """The figures that can have a floor, each between 0 and 1, more is better."""
        shown = {f"events_f1_{name.rpartition(', ')[2]}": rate.f1 for name, rate in self.levels.items()}
        shown |= {"tolls_exact": self.tolls_found.precision, "eventless_left_alone": self.left_alone.precision}
        if self.claims.wanted:
            shown["claims_f1"] = self.claims.f1
        if self.clusters:
            shown["clusters_b_cubed_f1"] = self.clusters.f1
        broken = sum(self.rules.get("critical", {}).values())
        given = self.levels["type"].given
        return shown | {
            "quotes_to_the_letter": self.quotes.precision,
            "texts_read": 1 - sum(self.failed.values()) / self.texts if self.texts else 1.0,
            "rules_kept": 1 - min(1.0, broken / given) if given else 1.0,
        }

    def lines(self) -> list[str]:
        """The figures as a person reads them."""
        rows = [f"{self.name}: {self.texts} texts, {self.events} events"]
        for name, r in (*self.levels.items(), ("claims", self.claims)):
            if r.wanted or r.given:
                rows.append(
                    f"  {name:26} precision {r.precision:.3f}  recall {r.recall:.3f}  F1 {r.f1:.3f}  "
                    f"({r.right} of {r.given} given, {r.wanted} wanted)"
                )
        for name, r in (
            ("deaths exact, found events", self.tolls_found),
            ("deaths exact, all events", self.tolls_all),
            ("eventless left alone", self.left_alone),
            ("quotes to the letter", self.quotes),
        ):
            rows.append(f"  {name:26} {r.precision:.3f} ({r.right}/{r.given})")
        if c := self.clusters:
            rows.append(
                f"  {'events merged, B-cubed':26} precision {c.precision:.3f}  recall {c.recall:.3f}  F1 {c.f1:.3f}  "
                f"({c.mentions} right mentions of {c.events} events)"
            )
        broken = ", ".join(f"{n} {rule}" for kinds in self.rules.values() for rule, n in kinds.items())
        rows.append(f"  {'rules broken':26} {broken or 'none'}")
        if self.failed:
            rows.append("  COULD NOT BE READ: " + ", ".join(f"{n} {why}" for why, n in self.failed.most_common()))
        rows.append(f"  {'calibration error':26} {self.calibration_error:.3f}")
        return [*rows, "  errors: " + ", ".join(f"{n} {cause}" for cause, n in self.causes.most_common())]


def measure(name: str, golds: Sequence[Gold], codings: Sequence[Coding]) -> Part:
    """Figures of one coder on one part.

    Args:
        name: ``newsroom``, ``train`` or ``test``.
        golds: texts with what they should give.
        codings: the coder's answers in the same order.
    """
    part = Part(name)
    tables: dict[str, defaultdict[str, Rate]] = defaultdict(lambda: defaultdict(Rate))
    certain: list[tuple[float, bool]] = []
    for one, coding in zip(golds, codings, strict=True):
        part.texts += 1
        part.events += len(one.events)
        hits = _levels(part, one, coding)
        certain += [(m.confidence, i in hits[FOUND]) for i, m in enumerate(coding.mentions)]
        rows = align(one, coding)
        _tables(tables, one, coding, rows, hits[WHOLE])
        _tolls(part, rows)
        if one.style == ARTICLE_STYLE:
            _claims(part, rows)
        if not one.events:
            for rate in (part.left_alone, part.reasons.setdefault(one.reason or "no event", Rate())):
                rate.given += 1
                rate.right += not coding.mentions
        if coding.outcome == "failed":
            part.failed[coding.reason or "unknown"] += 1
        off, quotes = quotes_off(one, coding)
        part.quotes.given += quotes
        part.quotes.right += quotes - off
        _errors(part, errors_of(one, coding, rows))
    part.by = {dimension: dict(table) for dimension, table in tables.items()}
    part.rules = broken_rules(golds, codings)
    part.reliability, part.calibration_error = reliability(certain)
    return part


def _levels(part: Part, one: Gold, coding: Coding) -> dict[str, dict[int, int]]:
    """Counts each level; gives, for each, which mention found which event."""
    hits = {}
    for name, tests in LEVELS.items():

        def right(m: Mention, e: Mapping[str, Any], tests: tuple[Test, ...] = tests) -> float:
            return float(all(test(m, e) for test in tests))

        found = dict(pairs(coding.mentions, one.events, right, 1.0))
        rate = part.levels[name]
        rate.right += len(found)
        rate.given += len(coding.mentions)
        rate.wanted += len(one.events)
        hits[name] = found
    return hits


def _tables(
    tables: Mapping[str, defaultdict[str, Rate]], one: Gold, coding: Coding, rows: list[Aligned], hits: dict[int, int]
) -> None:
    for i, mention in enumerate(coding.mentions):
        for dimension, value in (
            ("sub-event type", mention.sub_event_type),
            ("region", region_of(mention.iso3)),
            ("style", one.style),
        ):
            tables[dimension][value].given += 1
            tables[dimension][value].right += i in hits
    for event in one.events:
        for dimension, value in (
            ("sub-event type", event["sub_event_type"]),
            ("region", region_of(event["iso3"])),
            ("style", one.style),
        ):
            tables[dimension][value].wanted += 1
    for row in rows:
        gold = [row.event.get("actor1"), row.event.get("actor2")] if row.event else []
        mine = [row.mention.actor1, row.mention.actor2] if row.mention else []
        for dimension, key in (("actor kind", kind_of), ("actor", str)):
            for name in filter(None, gold):
                tables[dimension][key(name)].wanted += 1
                tables[dimension][key(name)].right += name in mine
            for name in filter(None, mine):
                tables[dimension][key(name)].given += 1


def _tolls(part: Part, rows: list[Aligned]) -> None:
    for row in rows:
        if row.event is None:
            continue
        exact = row.mention is not None and row.mention.fatalities == row.event["fatalities"]
        part.tolls_all.given += 1
        part.tolls_all.right += exact
        if row.mention is not None and all(test(row.mention, row.event) for test in LEVELS[FOUND]):
            part.tolls_found.given += 1
            part.tolls_found.right += exact


def _claims(part: Part, rows: list[Aligned]) -> None:
    for row in rows:
        left = list(row.event.get("claims") or ()) if row.event else []
        mine = row.mention.claims if row.mention else ()
        part.claims.wanted += len(left)
        part.claims.given += len(mine)
        for claim in mine:
            hit = next((c for c in left if same_claim(claim, c)), None)
            if hit is not None:
                left.remove(hit)
                part.claims.right += 1


def _errors(part: Part, found: Any) -> None:
    for error in found:
        part.causes[error.cause] += 1
        if error.cause == "wrong type":
            part.confused[error.wanted, error.given] += 1
        if part.name != CLOSED:
            part.errors.append(error)


def reliability(certain: Sequence[tuple[float, bool]]) -> tuple[list[Bin], float]:
    """How often mentions of each confidence are right, and by how much confidence misses that on average.

    Args:
        certain: confidence of each mention, and whether its type, day and place are right.

    >>> bins, error = reliability([(0.95, True), (0.95, False), (0.15, False)])
    >>> [(b.low, b.mentions, b.right) for b in bins], round(error, 2)
    ([(0.1, 1, 0.0), (0.9, 2, 0.5)], 0.35)
    """
    filled: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in certain:
        filled[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    bins = [
        Bin(n / BINS, len(some), sum(c for c, _ in some) / len(some), sum(r for _, r in some) / len(some))
        for n, some in sorted(filled.items())
    ]
    missed = sum(b.mentions * abs(b.confidence - b.right) for b in bins)
    return bins, missed / len(certain) if certain else 0.0
