"""Compare what the coder says of articles with what it should say.

A mention finds a gold event of its article where type, day and place are right: the sub-event type is equal (or only
the event type, in the lenient count), the day is the gold day, and the place is the same gazetteer entry, has one of
the gold names, or lies within ``NEAR_KM`` of the gold point. Each gold event is found once. Claims match on speech act
and slot, with overlapping quotes. Decides nothing about the coder.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from etl.geocode import distance_km
from etl.model import Article, Coding, Mention

NEAR_KM = 10.0
"""Two gazetteers put the same town at most about this far apart; towns that news names are further apart."""


@dataclass(frozen=True)
class Gold:
    """What should come out of one article."""

    article: Article
    outcome: str
    events: tuple[Mapping[str, Any], ...]


@dataclass
class Rate:
    """Right answers, answers given, answers wanted."""

    right: int = 0
    given: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        """Share of the answers given that are right; 1 where none was given."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """Share of the answers wanted that were given; 1 where none was wanted."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


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
        hit = next(
            (
                c
                for c in wanted_claims
                if c["speech_act"] == claim.speech_act and c["slot"] == claim.slot and _overlap(c["quote"], claim.quote)
            ),
            None,
        )
        if hit is not None:
            wanted_claims.remove(hit)
            report.claims.right += 1


def _overlap(one: str, other: str) -> bool:
    a, b = set(_fold(one).split()), set(_fold(other).split())
    return len(a & b) >= 0.5 * min(len(a), len(b)) if a and b else False


def same_event(mention: Mention, event: Mapping[str, Any], strict: bool = True) -> bool:
    """Whether type, day and place of a mention are those of a gold event.

    Args:
        strict: compare the sub-event type, not only the event type.
    """
    column = "sub_event_type" if strict else "event_type"
    if getattr(mention, column) != event[column]:
        return False
    wanted = event.get("event_date")
    if (str(mention.event_date) if mention.event_date else None) != (str(wanted) if wanted else None):
        return False
    return same_place(mention, event)


def same_place(mention: Mention, event: Mapping[str, Any]) -> bool:
    """Whether the place is the gold's; an event without a named place matches on the country."""
    names = [_fold(n) for n in event.get("locations") or ()]
    if not names:
        return mention.iso3 == event.get("iso3")
    if event.get("geonameid") is not None and mention.geonameid == event["geonameid"]:
        return True
    if mention.location is not None and _fold(mention.location) in names:
        return True
    if mention.latitude is None or mention.longitude is None or event.get("latitude") is None:
        return False
    return (
        distance_km((mention.latitude, mention.longitude), (float(event["latitude"]), float(event["longitude"])))
        <= NEAR_KM
    )


def _fold(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().replace("-", " ").replace("'", "").replace("\u2019", "").split())


def newsroom_gold(folder: Path, room: Path | None = None) -> list[Gold]:
    """The bundled articles with what they should give.

    Args:
        folder: the folder with one YAML file per outlet.
        room: the folder of the articles; by default the project's.
    """
    from etl.newsroom.content import load_pieces, piece_text

    wanted: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or ():
            wanted[f"{path.stem}/{entry['slug']}"] = entry
    found = []
    for piece in load_pieces(room) if room else load_pieces():
        entry = wanted.get(piece.key)
        if entry is not None:
            article = Article(piece.key, piece_text(piece), piece.title, piece.published, piece.outlet, None, None)
            found.append(Gold(article, entry["outcome"], tuple(entry["events"])))
    return found
