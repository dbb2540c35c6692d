"""Articles in, events and a release out: the steps over the lake that need no web.

Every step reads what is waiting, works in batches, and writes each batch in one transaction; killed and started again
it goes on after the last whole batch. Every step returns its counts, and ``in = out + set aside`` is asserted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from etl.errors import SetAside
from etl.merge import merge_batch
from etl.merge.reading import articles_by_id
from etl.model import Article, Coding
from etl.pipeline.rows import address_of, article_row, check_line, coding_rows
from etl.settings import settings
from etl.store import Lake, checkpoint, stable_id

if TYPE_CHECKING:
    from etl.code.coder import Coder
    from etl.publish import Published

# Articles in one transaction: a kill loses at most this much work, and a batch object stays a few megabytes.
INGEST_BATCH = 500
CODE_BATCH = 64
Progress = Callable[[int], None]


def balanced(step: str, came_in: int, **out: int) -> None:
    """Raise where a step lost or made up rows."""
    if came_in != sum(out.values()):
        raise AssertionError(f"{step}: {came_in} came in, {out} came out. Report this with the lake's _batches folder.")


def ingest_articles(lake: Lake, lines: Iterable[Any], run_id: str, progress: Progress | None = None) -> dict[str, int]:
    """Input lines of ``build`` become article versions.

    A line whose address is known and whose text is the newest version's changes nothing; another text is a new
    version. Lines that cannot be articles go to ``quarantine``.

    Args:
        lake: the lake.
        lines: parsed JSON objects; anything else is set aside.
        run_id: names the run.
        progress: called with the number of lines done.

    Returns:
        Counts: ``read``, ``new``, ``versions``, ``unchanged``, ``set_aside``.
    """
    counts = dict.fromkeys(("read", "new", "versions", "unchanged", "set_aside"), 0)
    columns = ["doc_id", "article_id", "version", "text_hash", "withdrawn"]
    newest: dict[str, Mapping[str, Any]] = {}
    taken: set[str] = set()
    for row in lake.rows("articles", columns=columns):
        taken.add(row["doc_id"])
        if row["article_id"] not in newest or newest[row["article_id"]]["version"] < row["version"]:
            newest[row["article_id"]] = row
    now = settings().clock()
    for batch in _batches(lines, INGEST_BATCH):
        rows, aside = [], []
        for raw in batch:
            try:
                line = check_line(raw)
            except SetAside as problem:
                aside.append(_refused(raw, problem.reason, run_id, now))
                continue
            article_id = stable_id("article", address_of(line))
            known = newest.get(article_id)
            new = article_row(line, known, line["doc_id"] in taken, run_id, now)
            if new is None:
                counts["unchanged"] += 1
                continue
            counts["versions" if known else "new"] += 1
            newest[article_id] = new
            taken.add(new["doc_id"])
            rows.append(new)
        counts["read"] += len(batch)
        counts["set_aside"] += len(aside)
        name = stable_id("ingest", *(r["doc_id"] for r in rows), *(a["quarantine_id"] for a in aside))
        lake.transaction(name, {"articles": rows, "quarantine": aside})
        checkpoint("ingest.batch")
        if progress:
            progress(len(batch))
    balanced("ingest", counts["read"], **{k: v for k, v in counts.items() if k != "read"})
    return counts


def waiting_for_code(lake: Lake, coder_version: str) -> list[str]:
    """Ids of article versions to code: never coded, or current and last coded by another version.

    Last, because whoever goes back to an earlier coder wants its answers back.
    """
    articles = lake.rows("articles", columns=["doc_id", "article_id", "version"])
    newest: dict[str, Mapping[str, Any]] = {}
    for row in articles:
        if row["article_id"] not in newest or newest[row["article_id"]]["version"] < row["version"]:
            newest[row["article_id"]] = row
    current = {row["doc_id"] for row in newest.values()}
    last = last_coded(lake)
    return [
        row["doc_id"]
        for row in articles
        if row["doc_id"] not in last or (row["doc_id"] in current and last[row["doc_id"]] != coder_version)
    ]


def last_coded(lake: Lake) -> dict[str, str]:
    """The coder version that read each article version last."""
    last: dict[str, tuple[datetime, str]] = {}
    for row in lake.rows("codings", columns=["doc_id", "coder_version", "recorded_at"]):
        this = (row["recorded_at"], row["coder_version"])
        last[row["doc_id"]] = max(last.get(row["doc_id"], this), this)
    return {doc_id: version for doc_id, (_, version) in last.items()}


def code_articles(
    lake: Lake,
    batch: Sequence[str] | None = None,
    run_id: str | None = None,
    coder: Coder | None = None,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Code the articles that wait for it.

    Args:
        lake: the lake.
        batch: ids of article versions; all that wait where None.
        run_id: names the run.
        coder: who reads them; the rule coder where None.
        progress: called with the number of articles done.

    Returns:
        Counts: ``articles``, ``coded``, ``abstained``, ``failed``, ``mentions``.
    """
    if coder is None:
        from etl.code.coder import RuleCoder

        coder = RuleCoder()
    counts = dict.fromkeys(("articles", "coded", "abstained", "failed", "mentions"), 0)
    waiting, last = waiting_for_code(lake, coder.version), last_coded(lake)
    if batch is not None:
        waiting = sorted(set(waiting) & set(batch))
    run_id = run_id or stable_id("code", coder.version, *waiting)
    for ids in _batches(waiting, CODE_BATCH):
        articles = articles_by_id(lake, lake.head(), set(ids))
        ordered = [articles[i] for i in ids]
        found: dict[str, list[dict[str, Any]]] = {"codings": [], "mentions": [], "evidence": [], "claims": []}
        now = settings().clock()
        for article, coding in zip(ordered, _codings(coder, ordered), strict=True):
            counts[coding.outcome] += 1
            counts["mentions"] += len(coding.mentions)
            for table, rows in coding_rows(coding, article, run_id, now).items():
                found[table] += rows
        counts["articles"] += len(ids)
        # Named by the readers before it too: going back to a coder is work of its own, a killed batch run again is not.
        earlier = sorted({last[i] for i in ids if i in last})
        lake.transaction(stable_id("code", coder.name, coder.version, *ids, *earlier), found)
        checkpoint("code.batch")
        if progress:
            progress(len(ids))
    balanced("code", counts["articles"], **{k: counts[k] for k in ("coded", "abstained", "failed")})
    return counts


def _codings(coder: Coder, articles: Sequence[Mapping[str, Any]]) -> Iterator[Coding]:
    """One coding an article; one that the outlet took back or hid is not read."""
    unread = {
        a["doc_id"]: "withdrawn" if a["withdrawn"] else "no_access"
        for a in articles
        if a["withdrawn"] or a["access"] == "blocked"
    }
    read = [
        Article(a["doc_id"], a["text"], a["title"], a["published_at"], a["outlet_name"], a["url"], a["language"])
        for a in articles
        if a["doc_id"] not in unread
    ]
    answers = iter(coder.code(read))
    for a in articles:
        if a["doc_id"] in unread:
            yield Coding(a["doc_id"], "abstained", unread[a["doc_id"]], a["language"], coder.name, coder.version)
        else:
            yield next(answers)


def merge_mentions(lake: Lake, run_id: str, replay: bool = False) -> dict[str, int]:
    """Mentions become events, see ``etl.merge.merge_batch``."""
    counts = merge_batch(lake, run_id, replay)
    balanced("merge", counts["mentions"], in_events=counts["in_events"], set_aside=counts["set_aside"])
    checkpoint("merge.done")
    return counts


def audit_events(lake: Lake, run_id: str) -> dict[str, int]:
    """Audit the current state without publishing; results go to ``quality``, broken rows to ``quarantine``.

    Returns:
        Counts: ``events`` audited, ``good``, ``set_aside``.
    """
    from etl.publish.release import READ
    from etl.validate import audit_state, coverage, coverage_quality

    at = lake.head()
    tables = {name: lake.read(name, as_of=at) for name in READ}
    moment = settings().clock()
    state = audit_state(tables, run_id, moment)
    state.quality.extend(coverage_quality(coverage(tables), run_id, moment))
    lake.transaction(stable_id("audit", run_id, at.number), {"quality": state.quality, "quarantine": state.quarantine})
    events, good = tables["events"].num_rows, state.good["events"].num_rows
    broken = {q["row_key"] for q in state.quarantine if q["table_name"] == "events"}
    counts = {"events": events, "good": good, "set_aside": len(broken)}
    balanced("audit", events, good=good, set_aside=len(broken))
    return counts


def publish_release(lake: Lake, root: str, as_of: datetime | None = None) -> Published:
    """Audit and publish a state, see ``etl.publish.publish``."""
    from etl.publish import publish

    return publish(lake, root, as_of)


def _refused(line: Any, reason: str, run_id: str, now: datetime) -> dict[str, Any]:
    whole = json.dumps(line, ensure_ascii=False, sort_keys=True, default=str)
    key = line.get("doc_id") if isinstance(line, Mapping) else None
    return {
        "quarantine_id": stable_id("quarantine", "articles", whole),
        "table_name": "articles",
        "row_key": str(key) if key else stable_id(whole),
        "row_json": whole,
        "rules": [reason],
        "detail": "The input line cannot be an article.",
        "recorded_at": now,
        "run_id": run_id,
    }


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch
