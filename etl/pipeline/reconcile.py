"""Promise 1, nothing lost: at every step what came in equals what went on, was set aside, or waits.

Counts are taken from both sides of each step, so that a row missing on one side is noticed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from etl.errors import GiveUp
from etl.store import Lake


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


def reconcile(lake: Lake, complete: bool = False) -> Reconciliation:
    """The books of the lake's last state.

    Args:
        lake: the lake.
        complete: a whole run has ended: nothing may be waiting for coding or merging.

    Raises:
        GiveUp: the books do not balance; the message names the step and the rows.
    """
    steps = (_fetch(lake), _extract(lake), _code(lake), _mentions(lake), _merge(lake), _events(lake))
    wrong = [s for s in steps if not s.holds]
    if complete:
        wrong += [s for s in steps if s.waiting and s.name in ("code", "merge") and s not in wrong]
    if wrong:
        told = " ".join(_books(s) for s in wrong)
        raise GiveUp(f"lake {lake.url} does not balance: {told} Run 'eventwire recover', then the step again.")
    return Reconciliation(steps)


def _books(s: Step) -> str:
    aside = sum(s.set_aside.values())
    return f"{s.name}: in {s.came_in}, out {s.went_on}, aside {aside}, waiting {s.waiting}. {' '.join(s.problems)}"


def _some(rows: Iterable[str], what: str) -> tuple[str, ...]:
    listed = sorted(rows)
    return (f"{len(listed)} {what}, for example {', '.join(listed[:3])}.",) if listed else ()


def _fetch(lake: Lake) -> Step:
    candidates = set(lake.read("candidates", columns=["url"])["url"].to_pylist())
    last: dict[str, tuple[object, str, str]] = {}
    for row in lake.rows("pages", columns=["url", "page_outcome", "reason", "fetched_at", "page_id"]):
        this = (
            row["fetched_at"],
            row["page_id"],
            "stored" if row["page_outcome"] in ("stored", "unchanged") else row["reason"] or row["page_outcome"],
        )
        last[row["url"]] = max(last.get(row["url"], this), this)
    tried = candidates & set(last)
    aside = Counter(last[url][2] for url in tried if last[url][2] != "stored")
    return Step("fetch", len(candidates), len(tried) - sum(aside.values()), aside, len(candidates - tried))


def _extract(lake: Lake) -> Step:
    pages = lake.rows("pages", columns=["page_id", "page_outcome"])
    stored = {p["page_id"] for p in pages if p["page_outcome"] == "stored"}
    read = lake.rows("extractions", columns=["page_id", "extraction_outcome", "reason", "doc_id"])
    docs = set(lake.read("articles", columns=["doc_id"])["doc_id"].to_pylist())
    aside = Counter(r["reason"] or "unknown" for r in read if r["extraction_outcome"] != "extracted")
    done = [r for r in read if r["extraction_outcome"] == "extracted"]
    problems = _some({r["page_id"] for r in read} - stored, "extractions have no stored page")
    problems += _some({str(r["doc_id"]) for r in done} - docs, "extracted articles are missing")
    return Step("extract", len(stored), len(done), aside, len(stored - {r["page_id"] for r in read}), problems)


def _code(lake: Lake) -> Step:
    docs = set(lake.read("articles", columns=["doc_id"])["doc_id"].to_pylist())
    last: dict[str, tuple[object, str, str]] = {}
    for row in lake.rows("codings", columns=["doc_id", "coder_version", "coding_outcome", "reason", "recorded_at"]):
        told = "coded" if row["coding_outcome"] == "coded" else f"{row['coding_outcome']}: {row['reason']}"
        this = (row["recorded_at"], row["coder_version"], told)
        last[row["doc_id"]] = max(last.get(row["doc_id"], this), this)
    aside = Counter(told for _, _, told in last.values() if told != "coded")
    problems = _some(set(last) - docs, "codings have no article")
    coded = sum(1 for _, _, told in last.values() if told == "coded")
    return Step("code", len(docs), coded, aside, len(docs - set(last)), problems)


def _mentions(lake: Lake) -> Step:
    """What the codings say they found against the mentions that are there."""
    told = {
        (r["doc_id"], r["coder_version"]): r["mention_count"]
        for r in lake.rows("codings", columns=["doc_id", "coder_version", "mention_count"])
    }
    found = Counter(
        (r["doc_id"], r["coder_version"])
        for r in lake.rows("mentions", columns=["mention_id", "doc_id", "coder_version"])
    )
    wrong = {key[0] for key in set(told) | set(found) if told.get(key, 0) != found.get(key, 0)}
    problems = _some(wrong, "articles have other mentions than their coding counted")
    return Step("mentions", sum(told.values()), sum(found.values()), problems=problems)


def _merge(lake: Lake) -> Step:
    mentions = set(lake.read("mentions", columns=["mention_id"])["mention_id"].to_pylist())
    reported = set(lake.read("event_reports", columns=["mention_id"])["mention_id"].to_pylist())
    rules: dict[str, str] = {}
    for row in lake.rows("quarantine", filters=[("table_name", "=", "mentions")], columns=["row_key", "rules"]):
        rules[row["row_key"]] = row["rules"][0]
    aside = Counter(rules[m] for m in mentions if m in rules and m not in reported)
    problems = _some(reported - mentions, "reports have no mention")
    waiting = len(mentions - reported - set(rules))
    return Step("merge", len(mentions), len(mentions & reported), aside, waiting, problems)


def _events(lake: Lake) -> Step:
    """Reports against the events they make up."""
    events = {r["event_id_cnty"]: r["reports"] for r in lake.rows("events", columns=["event_id_cnty", "reports"])}
    articles: dict[str, set[str]] = {}
    for row in lake.rows("event_reports", columns=["event_id_cnty", "article_id", "mention_id"]):
        articles.setdefault(row["event_id_cnty"], set()).add(row["article_id"])
    problems = _some(set(articles) - set(events), "reported events are missing")
    problems += _some(set(events) - set(articles), "events have no report")
    wrong = {e for e in set(events) & set(articles) if events[e] != len(articles[e])}
    problems += _some(wrong, "events count other reports than they have")
    gone = set(lake.read("deletions", columns=["event_id_cnty"])["event_id_cnty"].to_pylist())
    problems += _some(gone & set(events), "deleted events still stand")
    return Step("events", len(articles), len(events), problems=problems)
