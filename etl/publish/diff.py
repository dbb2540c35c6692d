"""What changed between two states of the events: two releases, two moments of a lake, or one of each.

Compares what a reader of either state sees, column by column. Why a value changed is read from ``revisions``, why an
event is gone from ``deletions``; what neither explains is told as such and never left out.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from etl.errors import Misconfigured
from etl.merge.records import moment
from etl.merge.revisions import changed
from etl.publish.report import template
from etl.store import Lake, files_at, open_lake

Row = Mapping[str, Any]
# What stands for an event in a list.
HEAD = ("event_date", "sub_event_type", "actor1", "actor2", "location", "country", "fatalities")
# A value changed and no revision says why: the states are of two lakes, or one row was kept out by an audit.
UNEXPLAINED = "not_recorded"
# No deletion tells of it: kept out by an audit, or not known yet in a state that is older.
ABSENT = "not_in_this_state"
NOTHING = {"reason": ABSENT, "into": None, "from": None, "detail": None, "author": None}


@dataclass(frozen=True)
class State:
    """The events of one release or one moment, with what explains changes up to it."""

    name: str
    events: dict[str, Row]
    revisions: dict[str, list[Row]]
    deletions: dict[str, Row]


@dataclass(frozen=True)
class Change:
    """One column of one event: old and new value as JSON, and every reason that was recorded in between."""

    event_id_cnty: str
    field: str
    old: str
    new: str
    reasons: tuple[str, ...]
    author: str | None = None


@dataclass(frozen=True)
class Diff:
    """What changed; rows of events gone or split say ``reason``, ``into``, ``from``, ``detail`` and ``author``."""

    before: str
    after: str
    added: list[Row] = field(default_factory=list)
    revised: list[Change] = field(default_factory=list)
    withdrawn: list[Row] = field(default_factory=list)
    merged: list[Row] = field(default_factory=list)
    split: list[Row] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Events by what happened to them."""
        lists = {name: len(getattr(self, name)) for name in ("added", "withdrawn", "merged", "split")}
        return {"added": lists.pop("added"), "revised": len({c.event_id_cnty for c in self.revised}), **lists}

    @property
    def reasons(self) -> dict[str, int]:
        """Revised values by the last reason, most frequent first."""
        return dict(Counter(c.reasons[-1] for c in self.revised).most_common())


def state(name: str, lake: str | None = None) -> State:
    """The state that a person names.

    Args:
        name: folder or ``s3://`` URL of a release, an ISO date or date-time of the lake, or ``now``.
        lake: the lake, the one of the settings where None.

    Raises:
        Misconfigured: there is no such release, and it is no moment.
    """
    if "://" in name or Path(name).is_dir():
        return _of_release(name)
    when = moment(name)
    if when is None and name != "now":
        raise Misconfigured(
            f"{name} is neither the folder of a release nor an ISO date or date-time. Name one, or 'now' for the lake."
        )
    return _of_lake(open_lake(lake, must_exist=True), name)


def _of_release(path: str) -> State:
    files = files_at(path.rstrip("/"))
    rows = {}
    for table in ("events", "revisions", "deletions"):
        raw = files.read(f"{table}.parquet")
        if raw is None:
            raise Misconfigured(f"{path} is no release: it has no {table}.parquet. Name the folder of one version.")
        rows[table] = pq.read_table(io.BytesIO(raw)).to_pylist()
    return _state(path, rows["events"], rows["revisions"], rows["deletions"])


def _of_lake(lake: Lake, name: str) -> State:
    at = lake.as_of(moment(name))
    return _state(name, *(lake.rows(table, as_of=at) for table in ("events", "revisions", "deletions")))


def _state(name: str, events: Iterable[Row], revisions: Iterable[Row], deletions: Iterable[Row]) -> State:
    by_event: dict[str, list[Row]] = {}
    for r in revisions:
        by_event.setdefault(r["event_id_cnty"], []).append(r)
    return State(
        name,
        {e["event_id_cnty"]: e for e in events},
        {key: sorted(rows, key=lambda r: int(r["revision"])) for key, rows in by_event.items()},
        {d["event_id_cnty"]: d for d in deletions},
    )


def compare(before: State, after: State) -> Diff:
    """Every event that differs, in the order of ids."""
    found = Diff(before.name, after.name)
    parents = {
        int(r["recorded_at"].timestamp()): key
        for key, rows in after.revisions.items()
        for r in rows
        if r["revision_reason"] == "split"
    }
    for key in sorted(before.events.keys() | after.events.keys()):
        old, new = before.events.get(key), after.events.get(key)
        if old is None and new is not None:
            # What falls off an event is recorded in the same moment as the revision of the event it falls off.
            origin = parents.get(int(new["timestamp"]))
            row = {"event_id_cnty": key, **{name: new[name] for name in HEAD}}
            if origin and origin != key:
                found.split.append({**row, **NOTHING, "reason": "split", "from": origin})
            else:
                found.added.append(row)
        elif old is not None and new is None:
            _gone(found, old, after.deletions.get(key))
        elif old is not None and new is not None:
            found.revised.extend(_changes(old, new, before, after))
    return found


def _changes(old: Row, new: Row, before: State, after: State) -> Iterable[Change]:
    key = old["event_id_cnty"]
    low, high = sorted((int(old["revision"]), int(new["revision"])))
    # Either state may be the later one.
    known = {(r["revision"], r["field"]): r for s in (before, after) for r in s.revisions.get(key, ())}
    since = [r for (number, _), r in sorted(known.items()) if low < number <= high]
    for name in changed(old, new):
        told = [r for r in since if r["field"] == name]
        reasons = tuple(dict.fromkeys(str(r["revision_reason"]) for r in told)) or (UNEXPLAINED,)
        author = next((r["author"] for r in reversed(told) if r.get("author")), None)
        yield Change(key, name, _json(old.get(name)), _json(new.get(name)), reasons, author)


def _gone(found: Diff, old: Row, deletion: Row | None) -> None:
    row = {"event_id_cnty": old["event_id_cnty"], **{name: old[name] for name in HEAD}}
    row |= NOTHING
    if deletion:
        row |= {"reason": deletion["deletion_reason"], "into": deletion["merged_into"], "detail": deletion["detail"]}
        row["author"] = deletion.get("author")
    if row["into"]:
        found.merged.append(row)
    elif row["reason"] == "split":
        found.split.append({**row, "from": old["event_id_cnty"]})
    else:
        found.withdrawn.append(row)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def as_json(found: Diff) -> str:
    """All of it, with the counts first."""
    return (
        json.dumps(
            {"counts": found.counts, "reasons": found.reasons, **asdict(found)},
            ensure_ascii=False,
            indent=1,
            default=str,
        )
        + "\n"
    )


def as_html(found: Diff) -> str:
    """A page that opens offline, runs no code and asks for nothing."""
    events: dict[str, list[Change]] = {}
    for change in found.revised:
        events.setdefault(change.event_id_cnty, []).append(change)
    return template("diff.html").render(diff=found, events=events)


def as_text(found: Diff) -> str:
    """A table for the terminal."""
    told = ", ".join(f"{name} {count}" for name, count in found.counts.items())
    lines = [f"{found.before} -> {found.after}", told]
    if found.reasons:
        lines.append("values revised by reason: " + ", ".join(f"{k} {v}" for k, v in found.reasons.items()))
    lines += _section("added", [_event(e) for e in found.added])
    rows = [
        (c.event_id_cnty, ", ".join(c.reasons) + (f" ({c.author})" if c.author else ""), c.field, f"{c.old} -> {c.new}")
        for c in found.revised
    ]
    lines += _section("revised", rows)
    lines += _section(
        "withdrawn", [(*_event(e)[:2], e["reason"], e["author"] or "", e["detail"] or "") for e in found.withdrawn]
    )
    lines += _section("merged", [(*_event(e)[:2], f"into {e['into']}", e["author"] or "") for e in found.merged])
    lines += _section("split", [(*_event(e), f"from {e['from']}") for e in found.split])
    return "\n".join(lines)


def _event(e: Row) -> tuple[str, ...]:
    sides = " - ".join(x for x in (e["actor1"], e["actor2"]) if x)
    return (
        str(e["event_id_cnty"]),
        str(e["event_date"]),
        str(e["sub_event_type"]),
        sides,
        f"{e['location']}, {e['country']}",
        f"{e['fatalities']} dead",
    )


def _section(title: str, rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    # The last column is as long as it is.
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]) - 1)]
    lines = ["  ".join([*(c.ljust(w) for c, w in zip(r, widths, strict=False)), r[-1]]) for r in rows]
    return ["", f"{title} ({len(rows)})", *(f"  {line.rstrip()}".replace("\n", " ") for line in lines)]
