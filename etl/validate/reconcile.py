"""Promise 1, nothing lost: at every step what came in equals what went on, was set aside, or waits.

The one place of the books: the command line, the kill-safe ``build`` and the quality report of a release all read
them here. Counts are taken from both sides of each step, so that a row missing on one side is noticed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from etl.errors import GiveUp
from etl.store import Lake, Snapshot

# What of each table the books need.
READ = {
    "candidates": ("url",),
    "pages": ("page_id", "url", "page_outcome", "reason", "fetched_at"),
    "extractions": ("page_id", "extraction_outcome", "reason", "doc_id"),
    "articles": ("doc_id",),
    "codings": ("doc_id", "coder_version", "coding_outcome", "reason", "recorded_at", "mention_count"),
    "mentions": ("mention_id", "doc_id", "coder_version"),
    "quarantine": ("table_name", "row_key", "rules"),
    "event_reports": ("event_id_cnty", "article_id", "mention_id"),
    "events": ("event_id_cnty", "reports"),
    "deletions": ("event_id_cnty",),
}
Rows = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Step:
    """One step's books.

    Attributes:
        set_aside: rows kept out, by reason.
        waiting: rows that the step has not reached yet.
        problems: what does not add up, in words.
    """

    name: str
    came_in: int
    went_on: int
    set_aside: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    problems: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the books balance."""
        return not self.problems and self.came_in == self.went_on + sum(self.set_aside.values()) + self.waiting


@dataclass(frozen=True)
class Reconciliation:
    """The books of all steps, in flow order."""

    steps: tuple[Step, ...]

    @property
    def waiting(self) -> int:
        """Rows that some step has not reached yet."""
        return sum(s.waiting for s in self.steps)

    def as_dict(self) -> dict[str, dict[str, object]]:
        """Plain JSON."""
        return {
            s.name: {"in": s.came_in, "out": s.went_on, "set_aside": dict(s.set_aside), "waiting": s.waiting}
            for s in self.steps
        }


def books(tables: Mapping[str, pa.Table]) -> Reconciliation:
    """The books of one state.

    Args:
        tables: the tables of ``READ``, with those columns at least.
    """
    rows = {name: tables[name].select(list(columns)).to_pylist() for name, columns in READ.items()}
    return Reconciliation(
        (_fetch(rows), _extract(rows), _code(rows), _mentions(rows), _merge(rows), _events(rows)),
    )


def reconcile(lake: Lake, complete: bool = False, at: Snapshot | None = None) -> Reconciliation:
    """The books of one state of the lake.

    Args:
        lake: the lake.
        complete: a whole run has ended: nothing may be waiting for coding or merging.
        at: the state; the last one where None.

    Raises:
        GiveUp: the books do not balance; the message names the step and the rows.
    """
    at = at or lake.head()
    found = books({name: lake.read(name, as_of=at, columns=list(columns)) for name, columns in READ.items()})
    wrong = [s for s in found.steps if not s.holds]
    if complete:
        wrong += [s for s in found.steps if s.waiting and s.name in ("code", "merge") and s not in wrong]
    if wrong:
        told = " ".join(_told(s) for s in wrong)
        raise GiveUp(f"lake {lake.url} does not balance: {told} Run 'eventwire recover', then the step again.")
    return found


def _told(s: Step) -> str:
    aside = sum(s.set_aside.values())
    return f"{s.name}: in {s.came_in}, out {s.went_on}, aside {aside}, waiting {s.waiting}. {' '.join(s.problems)}"


def _some(rows: Iterable[str], what: str) -> tuple[str, ...]:
    listed = sorted(rows)
    return (f"{len(listed)} {what}, for example {', '.join(listed[:3])}.",) if listed else ()


def _values(rows: Iterable[Mapping[str, Any]], column: str) -> set[str]:
    return {row[column] for row in rows}


def _fetch(tables: Rows) -> Step:
    candidates = _values(tables["candidates"], "url")
    last: dict[str, tuple[object, str, str]] = {}
    for row in tables["pages"]:
        this = (
            row["fetched_at"],
            row["page_id"],
            "stored" if row["page_outcome"] in ("stored", "unchanged") else row["reason"] or row["page_outcome"],
        )
        last[row["url"]] = max(last.get(row["url"], this), this)
    tried = candidates & set(last)
    aside = Counter(last[url][2] for url in tried if last[url][2] != "stored")
    return Step("fetch", len(candidates), len(tried) - sum(aside.values()), aside, len(candidates - tried))


def _extract(tables: Rows) -> Step:
    stored = {p["page_id"] for p in tables["pages"] if p["page_outcome"] == "stored"}
    read, docs = tables["extractions"], _values(tables["articles"], "doc_id")
    aside = Counter(r["reason"] or "unknown" for r in read if r["extraction_outcome"] != "extracted")
    done = [r for r in read if r["extraction_outcome"] == "extracted"]
    problems = _some(_values(read, "page_id") - stored, "extractions have no stored page")
    problems += _some({str(r["doc_id"]) for r in done} - docs, "extracted articles are missing")
    return Step("extract", len(stored), len(done), aside, len(stored - _values(read, "page_id")), problems)


def _code(tables: Rows) -> Step:
    docs = _values(tables["articles"], "doc_id")
    last: dict[str, tuple[object, str, str]] = {}
    for row in tables["codings"]:
        told = "coded" if row["coding_outcome"] == "coded" else f"{row['coding_outcome']}: {row['reason']}"
        this = (row["recorded_at"], row["coder_version"], told)
        last[row["doc_id"]] = max(last.get(row["doc_id"], this), this)
    aside = Counter(told for _, _, told in last.values() if told != "coded")
    problems = _some(set(last) - docs, "codings have no article")
    coded = sum(1 for _, _, told in last.values() if told == "coded")
    return Step("code", len(docs), coded, aside, len(docs - set(last)), problems)


def _mentions(tables: Rows) -> Step:
    """What the codings say they found against the mentions that are there."""
    told = {(r["doc_id"], r["coder_version"]): r["mention_count"] for r in tables["codings"]}
    found = Counter((r["doc_id"], r["coder_version"]) for r in tables["mentions"])
    wrong = {key[0] for key in set(told) | set(found) if told.get(key, 0) != found.get(key, 0)}
    problems = _some(wrong, "articles have other mentions than their coding counted")
    return Step("mentions", sum(told.values()), sum(found.values()), problems=problems)


def _merge(tables: Rows) -> Step:
    mentions = _values(tables["mentions"], "mention_id")
    reported = _values(tables["event_reports"], "mention_id")
    rules = {r["row_key"]: r["rules"][0] for r in tables["quarantine"] if r["table_name"] == "mentions"}
    aside = Counter(rules[m] for m in mentions if m in rules and m not in reported)
    problems = _some(reported - mentions, "reports have no mention")
    waiting = len(mentions - reported - set(rules))
    return Step("merge", len(mentions), len(mentions & reported), aside, waiting, problems)


def _events(tables: Rows) -> Step:
    """Reports against the events they make up."""
    events = {r["event_id_cnty"]: r["reports"] for r in tables["events"]}
    articles: dict[str, set[str]] = {}
    for row in tables["event_reports"]:
        articles.setdefault(row["event_id_cnty"], set()).add(row["article_id"])
    problems = _some(set(articles) - set(events), "reported events are missing")
    problems += _some(set(events) - set(articles), "events have no report")
    wrong = {e for e in set(events) & set(articles) if events[e] != len(articles[e])}
    problems += _some(wrong, "events count other reports than they have")
    gone = _values(tables["deletions"], "event_id_cnty")
    problems += _some(gone & set(events), "deleted events still stand")
    return Step("events", len(articles), len(events), problems=problems)
