"""What the network learns from: texts with the types of their events, and with the words of each event's roles.

Three sources, all written for this project: the train part of the open gold set, ``snippets.tsv`` (a type and a plain
sentence) and ``marked*.tsv`` (a type and a text with its roles marked, see ``parse``). The test part of the gold set is
never read.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold" / "open"
NONE = "none"
FOLDS = 3
ROLES = ("agent", "target", "object", "place", "day", "killed", "wounded", "means")
"""Who acts, whom it meets, what is hit, where, when, how many died and were hurt, with what."""
GOLD_ROLES = {"actor1": "agent", "actor2": "target", "location": "place", "event_date": "day"}
"""The gold quotes no objects and no means, and its tolls with other words around the number."""
_LETTERS = dict(zip("ABOLDKWM", ROLES, strict=True))
_MARK = re.compile(r"\{([A-Z]{1,2})(\d?):([^{}]*)\}")
_STOP = re.compile(r'(?<=[.!?])["”’)]*\s+(?=["“A-Z0-9])')
_DATELINE = re.compile(r"^[A-Z][\w .,'’/()-]{2,45}?(?:\s[-–—]{1,2}\s|\s?\([A-Z][\w ]+\)\s[-–—]{1,2}\s)")
WINDOW = (2, 1)
"""Sentences before and after the trigger's that are read of a long text."""
LONG = 700


@dataclass(frozen=True)
class Span:
    """Words with a role: offsets into the text."""

    role: str
    start: int
    end: int


@dataclass(frozen=True)
class Sample:
    """One input of the network with its answer.

    Attributes:
        types: classes that are right, alike in weight; none where the classes are not known.
        trigger: the words whose event is meant; None asks what the text as a whole reports.
        spans: the roles of that event.
        known: roles whose spans are complete; the others teach nothing.
    """

    text: str
    types: tuple[str, ...]
    trigger: tuple[int, int] | None = None
    spans: tuple[Span, ...] = ()
    known: frozenset[str] = frozenset()


def part(key: str, salt: str = "") -> int:
    """Which third a key belongs to; without salt, 0 is the test part."""
    return int(hashlib.sha256((salt + key).encode()).hexdigest(), 16) % FOLDS


def gold(name: str) -> list[dict[str, Any]]:
    """The train part of one file of the open gold set."""
    lines = (GOLD / name).read_text(encoding="utf-8").splitlines()
    return [r for r in map(json.loads, lines) if r["split"] == "train" and part(r["id"])]


def classes() -> list[str]:
    """The 25 sub-event types in hierarchy order, and none."""
    path = ROOT / "schemas" / "vocabularies" / "event_types.yml"
    return [p["sub_event_type"] for p in yaml.safe_load(path.read_text(encoding="utf-8"))] + [NONE]


def parse(line: str) -> list[Sample]:
    r"""The samples of one line of ``marked*.tsv``: ``TYPE<TAB>text``.

    ``{A:...}`` marks who acts, and so on for the letters of the roles; ``T`` is the trigger, ``N`` words like a
    trigger's that report nothing, a 2 behind the letter a second event, two letters two roles.

    >>> one, *_ = parse("Attack\t{A:Gunmen} {T:shot} {BK:two men}.")
    >>> one.text
    'Gunmen shot two men.'
    >>> [s.role for s in parse("Attack\t{A:Gunmen} {T:shot} {BK:two men}.")[1].spans]
    ['agent', 'target', 'killed']
    """
    label, marked = line.split("\t")
    types = [NONE] if label.startswith(NONE) else label.split("|")
    pieces: list[str] = []
    marks: list[tuple[str, int, int, int]] = []
    length = last = 0
    for found in _MARK.finditer(marked):
        before = marked[last : found.start()]
        start = length + len(before)
        end = start + len(found[3])
        marks += [(letter, int(found[2] or 1), start, end) for letter in found[1]]
        pieces += [before, found[3]]
        length, last = end, found.end()
    text = "".join(pieces) + marked[last:]
    samples = [Sample(text, tuple(dict.fromkeys(types)))]
    for number, kind in enumerate(types, 1):
        trigger = next(((s, e) for letter, n, s, e in marks if letter == "T" and n == number), None)
        if trigger:
            # The second event shares the first one's place and day where it has none of its own.
            own = {letter for letter, n, *_ in marks if n == number}
            shared = [m for m in marks if number > 1 and m[1] == 1 and m[0] in "LD" and m[0] not in own]
            spans = [m for m in marks if m[1] == number] + shared
            roles = tuple(Span(_LETTERS[m[0]], m[2], m[3]) for m in spans if m[0] in _LETTERS)
            known = frozenset(ROLES) if number == 1 else frozenset(ROLES) - {"killed", "wounded", "object", "means"}
            samples.append(Sample(text, (kind,), trigger, roles, known))
    samples += [Sample(text, (NONE,), (s, e)) for letter, _, s, e in marks if letter == "N"]
    return samples


def marked() -> list[list[Sample]]:
    """Every line of ``marked*.tsv``."""
    paths = sorted(Path(__file__).parent.glob("marked*.tsv"))
    return [parse(line) for p in paths for line in p.read_text(encoding="utf-8").splitlines() if line]


def snippets() -> list[list[Sample]]:
    """Every line of ``snippets.tsv``."""
    rows = (Path(__file__).parent / "snippets.tsv").read_text(encoding="utf-8").splitlines()
    return [[Sample(text, (label,))] for label, text in (row.split("\t") for row in rows)]


def of_gold(record: dict[str, Any]) -> list[Sample]:
    """The samples of one text of the gold set: as a whole where it is short, and for each event's trigger."""
    text, events = record["text"], record["events"]
    samples = []
    if len(text) <= LONG:
        samples.append(Sample(text, tuple(dict.fromkeys(e["sub_event_type"] for e in events)) or (NONE,)))
    for event in events:
        words = event["quotes"].get("event_type")
        if not words or words not in text:
            continue
        start = text.index(words)
        spans = []
        for slot, role in GOLD_ROLES.items():
            quote = event["quotes"].get(slot)
            places = [m.start() for m in re.finditer(re.escape(quote), text)] if quote else []
            if places:
                low = min(places, key=lambda at: abs(at - start))
                spans.append(Span(role, low, low + len(quote)))
        samples.append(
            Sample(
                text,
                (event["sub_event_type"],),
                (start, start + len(words)),
                tuple(spans),
                frozenset(GOLD_ROLES.values()),
            )
        )
    return [window(s) for s in samples]


def window(sample: Sample) -> Sample:
    """The sentences around a trigger, where the text is long."""
    if len(sample.text) <= LONG or sample.trigger is None:
        return sample
    stops = [0, *(m.end() for m in re.finditer(rf"{_STOP.pattern}|\n\n", sample.text)), len(sample.text)]
    at = max(n for n, stop in enumerate(stops[:-1]) if stop <= sample.trigger[0])
    low, high = stops[max(0, at - WINDOW[0])], stops[min(len(stops) - 1, at + 1 + WINDOW[1])]
    high = max(high, sample.trigger[1])
    kept = tuple(
        replace(s, start=s.start - low, end=s.end - low) for s in sample.spans if low <= s.start and s.end <= high
    )
    trigger = (sample.trigger[0] - low, sample.trigger[1] - low)
    return replace(sample, text=sample.text[low:high], trigger=trigger, spans=kept)


def sentences_of(samples: Iterable[Sample]) -> Iterator[Sample]:
    """The sentences of gold articles that tell of an event, as texts of their own."""
    for sample in samples:
        if sample.trigger is None or len(sample.text) < LONG // 3:
            continue
        stops = [0, *(m.end() for m in _STOP.finditer(sample.text)), len(sample.text)]
        at = max(n for n, stop in enumerate(stops[:-1]) if stop <= sample.trigger[0])
        yield Sample(sample.text[stops[at] : stops[at + 1]].strip(), sample.types)


def edited(sample: Sample, edits: Iterable[tuple[int, int, str]]) -> Sample:
    """A sample with words exchanged; its offsets follow.

    Args:
        edits: (start, end, words instead), apart from each other.
    """
    text, spans, trigger = sample.text, list(sample.spans), sample.trigger
    for low, high, instead in sorted(edits, reverse=True):
        grown = len(instead) - (high - low)

        def moved(at: int, is_end: bool, low: int = low, high: int = high, grown: int = grown) -> int:
            return at + grown if at > high or (at == high and is_end) or (at >= high and high > low) else at

        text = text[:low] + instead + text[high:]
        spans = [replace(s, start=moved(s.start, False), end=moved(s.end, True)) for s in spans]
        trigger = (moved(trigger[0], False), moved(trigger[1], True)) if trigger else None
    return replace(sample, text=text, spans=tuple(spans), trigger=trigger)


def varied(sample: Sample, rng: random.Random, names: dict[tuple[str, str], list[str]]) -> Sample:
    """A sample as one epoch sees it: names exchanged, without its dateline, or with some words left out.

    Args:
        names: words seen in a role of a type, to exchange for one another.
    """
    edits: list[tuple[int, int, str]] = []
    taken: list[tuple[int, int]] = [sample.trigger] if sample.trigger else []
    for span in sample.spans:
        share = {"place": 0.35, "agent": 0.15, "target": 0.1}.get(span.role, 0.0)
        others = names.get((span.role, sample.types[0] if span.role != "place" else ""))
        if not others or rng.random() >= share or any(s < span.end and span.start < e for s, e in taken):
            continue
        if any(s is not span and s.start < span.end and span.start < s.end for s in sample.spans):
            continue
        taken.append((span.start, span.end))
        edits.append((span.start, span.end, rng.choice(others)))
    used = [*taken, *((s.start, s.end) for s in sample.spans)]
    line = _DATELINE.match(sample.text) if rng.random() < 0.4 else None
    if line and all(s >= line.end() for s, _ in used):
        edits.append((0, line.end(), ""))
        used.append((0, line.end()))
    if rng.random() < 0.15:
        edits += [
            (word.start(), word.end(), "")
            for word in re.finditer(r"\S+\s", sample.text)
            if rng.random() < 0.1 and all(e <= word.start() or word.end() <= s for s, e in used)
        ]
    return edited(sample, edits)


def names_of(samples: Iterable[Sample]) -> dict[tuple[str, str], list[str]]:
    """Words seen in each role of each type; places of all types together."""
    found: dict[tuple[str, str], list[str]] = {}
    for sample in samples:
        for span in sample.spans:
            words = sample.text[span.start : span.end]
            if len(words) < 40:
                found.setdefault((span.role, "" if span.role == "place" else sample.types[0]), []).append(words)
    return found
