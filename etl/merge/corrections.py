"""Corrections by people: read from a file, checked against what the machine says, and laid on every merge anew.

A correction is written against certain reports and values. It is found again by the addresses of its reports, so that
it holds in a lake that is built again from nothing, and it is guarded by what it expected to see: once the machine says
something else there, the merge stops and tells what changed. Nothing here reads or writes a lake.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from etl import schema
from etl.errors import Misconfigured
from etl.merge.records import Report, Row
from etl.merge.resolve import settled
from etl.merge.revisions import BOOKKEEPING
from etl.store import stable_id

ACTIONS = ("override", "reject", "merge", "split")
REQUIRED = ("id", "action", "event", "reports", "expect", "author", "date", "reason")
# What an action takes beside.
BESIDE = {"override": ("set",), "reject": (), "merge": ("with", "with_reports"), "split": ("off",)}
# Follow from the mentions or from the other columns.
NOT_SET = BOOKKEEPING | {"year", "notes", "interaction", "corrected", "reports", "independent_origins", "source"}
KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str, "int": int, "float": (int, float), "bool": bool, "date": date, "strings": list,
}  # fmt: skip


@dataclass(frozen=True)
class Correction:
    """One entry of the file, see ``docs/corrections.md``."""

    id: str
    action: str
    event: str
    reports: frozenset[str]
    expect: Mapping[str, Any]
    author: str
    date: date
    reason: str
    set: Mapping[str, Any] = field(default_factory=dict)
    other: str | None = None
    other_reports: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()

    @property
    def addresses(self) -> frozenset[str]:
        """Every report that it names."""
        return self.reports | self.other_reports | self.off

    @property
    def digest(self) -> str:
        """Changes with what the correction does."""
        plain = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in vars(self).items()}
        return stable_id(json.dumps(plain, default=str, sort_keys=True))


@dataclass(frozen=True)
class Finding:
    """What became of a correction: ``applied``, ``waiting`` (for its reports), ``not_needed`` or ``broken``."""

    correction: Correction
    state: str
    detail: str


@dataclass(frozen=True)
class Persons:
    """The corrections by people behind what is written, by the event they are about.

    Attributes:
        set: those that set columns of an event, with the row as the machine makes it.
        joined, parted: the one that merged events into this one, or split it.
    """

    set: Mapping[str, tuple[Mapping[str, Any], Sequence[Correction]]] = field(default_factory=dict)
    joined: Mapping[str, Correction] = field(default_factory=dict)
    parted: Mapping[str, Correction] = field(default_factory=dict)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> tuple[Correction, ...]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read as YAML ({error}). Correct it and run again.") from error
    if not isinstance(raw, list):
        raise Misconfigured(f"{path} is no list. Begin each correction with '- id: …', see docs/corrections.md.")
    found = tuple(_correction(path, i, entry) for i, entry in enumerate(raw, 1))
    ids = [c.id for c in found]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise Misconfigured(f"{path} has {twice[0]} twice. Give each correction an id of its own.")
    return found


def load(path: Path) -> tuple[Correction, ...]:
    """The corrections of a file, none where it is not there.

    Raises:
        Misconfigured: an entry is not well formed; the message names it.
    """
    return _read(path, path.stat().st_mtime_ns) if path.exists() else ()


def _correction(path: Path, number: int, entry: Any) -> Correction:
    def wrong(what: str) -> Misconfigured:
        name = entry.get("id", f"number {number}") if isinstance(entry, dict) else f"number {number}"
        return Misconfigured(f"{path}: correction {name}: {what}. See docs/corrections.md.")

    if not isinstance(entry, dict):
        raise wrong("it is no mapping of names to values")
    if entry.get("action") not in ACTIONS:
        raise wrong(f"action has to be one of {', '.join(ACTIONS)}")
    wanted = (*REQUIRED, *BESIDE[entry["action"]])
    if lacking := [name for name in wanted if not entry.get(name)]:
        raise wrong(f"{lacking[0]} is missing or empty")
    if odd := sorted(set(entry) - set(wanted)):
        raise wrong(f"{odd[0]} says nothing for {entry['action']}")
    if not isinstance(entry["date"], date):
        raise wrong("date is no day, for example 2026-11-28")
    for name in ("reports", "with_reports", "off"):
        if name in entry and not (isinstance(entry[name], list) and all(isinstance(u, str) for u in entry[name])):
            raise wrong(f"{name} is no list of addresses")
    for name in ("expect", "set"):
        for column, value in _pairs(entry.get(name, {}), name, wrong):
            if problem := _unfit(column, value, name == "set"):
                raise wrong(f"{name}: {column} {problem}")
    return Correction(
        id=str(entry["id"]),
        action=entry["action"],
        event=str(entry["event"]),
        reports=frozenset(entry["reports"]),
        expect=entry["expect"],
        author=str(entry["author"]),
        date=entry["date"],
        reason=str(entry["reason"]),
        set=entry.get("set", {}),
        other=entry.get("with"),
        other_reports=frozenset(entry.get("with_reports", ())),
        off=frozenset(entry.get("off", ())),
    )


def _pairs(given: Any, name: str, wrong: Callable[[str], Misconfigured]) -> Iterable[tuple[str, Any]]:
    if not isinstance(given, dict):
        raise wrong(f"{name} is no mapping of columns to values")
    return given.items()


def _unfit(column: str, value: Any, to_set: bool) -> str | None:
    """Why a column cannot have a value, None where it can."""
    try:
        spec = schema.table("events").column(column)
    except KeyError:
        return "is no column of events"
    if to_set and column in NOT_SET:
        return "follows from the others and cannot be set"
    if value is None:
        return None if spec.nullable or not to_set else "cannot be null"
    kind = KINDS.get(spec.type)
    if kind is None or not isinstance(value, kind) or (isinstance(value, bool) and spec.type != "bool"):
        return f"is no {spec.type}"
    if spec.enum and to_set and value not in schema.enum(spec.enum):
        return f"cannot be {value!r}"
    return None


# ---------------------------------------------------------------- what changed in the file


def remembered(corrections: Iterable[Correction]) -> dict[str, dict[str, Any]]:
    """What the lake remembers of the corrections that a merge has seen; JSON."""
    return {c.id: {"digest": c.digest, "addresses": sorted(c.addresses)} for c in corrections}


def changed_since(corrections: Iterable[Correction], known: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Addresses of reports whose events a new, changed or removed correction is about."""
    now = remembered(corrections)
    keys = [k for k in now.keys() | known.keys() if now.get(k, {}).get("digest") != known.get(k, {}).get("digest")]
    return {url for k in keys for side in (now, known) for url in side.get(k, {}).get("addresses", ())}


# ---------------------------------------------------------------- on groups of mentions

Group = list[Report]
RowOf = Callable[[Sequence[Report]], Mapping[str, Any]]


@dataclass
class Pass:
    """One pass of all corrections over the events of a merge.

    Attributes:
        corrections: those to apply.
        row_of: an event's row as the machine makes it.
        event_of: id of the event that a mention stands in, by mention.
        gone: addresses that the lake has coded and that tell of no event any more.
    """

    corrections: Sequence[Correction]
    row_of: RowOf
    event_of: Mapping[str, str]
    gone: Collection[str] = ()
    findings: list[Finding] = field(default_factory=list)
    strict: bool = True

    def regroup(self, found: Sequence[Sequence[Report]]) -> tuple[list[Group], list[tuple[Correction, Group]]]:
        """Merges, then splits, then rejections.

        Returns:
            The events that stand, and those that were rejected with the correction that did so.
        """
        groups = [list(g) for g in found]
        for c in self._of("merge"):
            one, two = self._find(c, c.event, c.reports, groups), self._find(c, c.other, c.other_reports, groups)
            if one is None or two is None:
                continue
            if one is two:
                self._tell(c, "not_needed", f"{c.event} and {c.other} are one event without it.")
            elif self._holds(c, one):
                groups = [g for g in groups if g is not one and g is not two] + [one + two]
        for c in self._of("split"):
            whole = self._find(c, c.event, c.reports, groups)
            if whole is None:
                continue
            off = [r for r in whole if r.url in c.off]
            rest = [r for r in whole if r.url not in c.off]
            if not off or not rest:
                self._break(c, f"the reports to split off are {'all' if off else 'none'} of those of {c.event}")
            elif self._holds(c, whole):
                groups = [g for g in groups if g is not whole] + [rest, off]
        rejected = []
        for c in self._of("reject"):
            group = self._find(c, c.event, c.reports, groups)
            if group is not None and self._holds(c, group):
                groups = [g for g in groups if g is not group]
                rejected.append((c, group))
        return groups, rejected

    def stayed_apart(self, found: Sequence[Sequence[Report]]) -> None:
        """Notices a split whose parts are one event again, because their rows would be the same."""
        for c in self._of("split"):
            if c.id in {f.correction.id for f in self.findings if f.state == "applied"}:
                for group in found:
                    urls = {r.url for r in group}
                    if urls & c.off and urls & (c.reports - c.off):
                        self._break(c, "its parts have one day, place, type and pair of actors: one event (V34)")

    def override(self, found: Sequence[Sequence[Report]], rows: Sequence[Row]) -> list[tuple[Row, list[Correction]]]:
        """Rows with what people have set, and the corrections that set it."""
        groups = [list(g) for g in found]
        out: list[tuple[Row, list[Correction]]] = [(row, []) for row in rows]
        for c in self._of("override"):
            group = self._find(c, c.event, c.reports, groups)
            if group is None or not self._holds(c, group):
                continue
            at = next(i for i, g in enumerate(groups) if g is group)
            row, by = out[at]
            out[at] = (
                settled({**row, **c.set, "corrected": sorted({*(row.get("corrected") or ()), *c.set})}),
                [*by, c],
            )
        return out

    def persons(
        self,
        found: Sequence[Sequence[Report]],
        ids: Sequence[str],
        by_hand: Mapping[str, tuple[Mapping[str, Any], Sequence[Correction]]],
    ) -> Persons:
        """Who is behind which event, for its history."""
        done = {f.correction.id for f in self.findings if f.state == "applied"}
        of: dict[str, dict[str, Correction]] = {"merge": {}, "split": {}}
        for c in self.corrections:
            if c.id in done and c.action in of:
                told = [ids[i] for i, group in enumerate(found) if c.addresses & {r.url for r in group}]
                of[c.action].update(dict.fromkeys(told, c))
        return Persons(by_hand, of["merge"], of["split"])

    def _of(self, action: str) -> list[Correction]:
        return [c for c in self.corrections if c.action == action]

    def _find(self, c: Correction, event: str | None, urls: frozenset[str], groups: list[Group]) -> Group | None:
        """The event that a correction is about; None where its reports have not all come."""
        present = {r.url for g in groups for r in g}
        if missing := sorted(urls - present):
            lost = [u for u in missing if u in self.gone]
            if lost:
                self._break(c, f"{lost[0]} tells of no event any more")
            else:
                self._tell(c, "waiting", f"{missing[0]} has not been read yet.")
            return None
        whole = [g for g in groups if urls <= {r.url for r in g}]
        if not whole:
            parts = sum(1 for g in groups if urls & {r.url for r in g})
            self._break(c, f"its {len(urls)} reports tell of {parts} events now")
            return None
        # An article may tell of several events: the one with the id, else the one with the expected values.
        named = [g for g in whole if any(self.event_of.get(r.key) == event for r in g)]
        able = named or whole
        if len(able) > 1:
            able = [g for g in able if not self._differs(c, g)] or able
        if len(able) > 1:
            self._break(c, f"its reports tell of {len(able)} events that it could be about. Name more of its reports")
            return None
        return able[0]

    def _differs(self, c: Correction, group: Group) -> dict[str, tuple[Any, Any]]:
        row = self.row_of(group)
        return {k: (v, row.get(k)) for k, v in c.expect.items() if _plain(v) != _plain(row.get(k))}

    def _holds(self, c: Correction, group: Group) -> bool:
        odd = self._differs(c, group)
        if not odd:
            self._tell(c, "applied", c.reason)
            return True
        if c.action == "override" and all(_plain(self.row_of(group).get(k)) == _plain(v) for k, v in c.set.items()):
            self._tell(c, "not_needed", "The machine says the same now: take the correction out.")
            return False
        told = "; ".join(f"{k} was {was!r} and is {now!r}" for k, (was, now) in odd.items())
        self._break(c, f"without it {told}, from {len(group)} reports")
        return False

    def _tell(self, c: Correction, state: str, detail: str) -> None:
        self.findings.append(Finding(c, state, detail))

    def _break(self, c: Correction, what: str) -> None:
        self._tell(c, "broken", what)
        if self.strict:
            raise Misconfigured(
                f"correction {c.id} ({c.action} {c.event}, {c.author}, {c.date}) no longer applies: {what}. Look "
                f"at the event with 'eventwire show {c.event}', then write the correction "
                "against what is there now, or take it out."
            )


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return list(value) or None
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
