"""Whether reports of one event become one event: the coder's mentions, merged as in a lake, against the gold's events.

Counts the mentions that are right about an event of their article's gold, for which event a wrong one should have
joined nobody can say; how many are right is ``measure``'s figure. The gold has to name its events across articles
(``event_key``), as the newsroom's does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from etl.evaluate.gold import Gold
from etl.evaluate.match import harmonic_mean, pairs, same_actors, same_event
from etl.model import Article, Coding, Mention

if TYPE_CHECKING:
    from etl.store import Lake


@dataclass(frozen=True)
class Placed:
    """One right mention.

    Attributes:
        key: the gold's event that it tells of.
        event: the event that it was merged into; None where it was set aside.
    """

    mention_id: str
    doc_id: str
    key: str
    event: str | None


@dataclass(frozen=True)
class Clusters:
    """B-cubed of the mentions that stand in an event, each counting once.

    Attributes:
        precision: mean share of a mention's event that tells of its gold event.
        recall: mean share of its gold event's mentions that stand in its event.
        mentions: how many were counted, of how many gold events in ``events``.
    """

    precision: float
    recall: float
    mentions: int
    events: int

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return harmonic_mean(self.precision, self.recall)

    def as_dict(self) -> dict[str, float | int]:
        """Counts and figures, as JSON writes them."""
        shown = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {"mentions": self.mentions, "events": self.events} | {k: round(v, 4) for k, v in shown.items()}


def b_cubed(placed: Iterable[Placed]) -> Clusters:
    """B-cubed of right mentions; 1 where there is none.

    >>> one = [Placed("1", "a", "raid", "MLI1"), Placed("2", "b", "raid", "MLI2"), Placed("3", "c", "blast", "MLI2")]
    >>> found = b_cubed(one)
    >>> round(found.precision, 2), round(found.recall, 2), found.events
    (0.67, 0.67, 2)
    """
    standing = [p for p in placed if p.event]
    by_key, by_event = Counter(p.key for p in standing), Counter(p.event for p in standing)
    both = Counter((p.key, p.event) for p in standing)
    shared = [(both[p.key, p.event], by_event[p.event], by_key[p.key]) for p in standing]
    count = len(standing)
    precision = sum(n / in_event for n, in_event, _ in shared) / count if count else 1.0
    recall = sum(n / of_key for n, _, of_key in shared) / count if count else 1.0
    return Clusters(precision, recall, count, len(by_key))


def right_mentions(golds: Iterable[Gold], lake: Lake) -> list[Placed]:
    """The mentions of a lake that are right about an event of their article's gold in type, day and place."""
    event_of = {r["mention_id"]: r["event_id_cnty"] for r in lake.rows("event_reports")}
    told: dict[str, list[Mapping[str, Any]]] = {}
    for row in lake.rows("mentions"):
        told.setdefault(row["doc_id"], []).append(row)
    found = []
    for gold in golds:
        rows = sorted(told.get(gold.article.doc_id, ()), key=lambda r: str(r["mention_id"]))
        for i, j in pairs([_mention(r) for r in rows], gold.events, _likeness, 1):
            key = rows[i]["mention_id"]
            found.append(Placed(key, gold.article.doc_id, gold.events[j]["event_key"], event_of.get(key)))
    return found


def _likeness(mention: Mention, event: Mapping[str, Any]) -> int:
    """0 where the mention is not right about the event; more where its sub-event type and actors are right too."""
    if not same_event(mention, event, strict=False):
        return 0
    return 1 + same_event(mention, event) + same_actors(mention, event)


def _mention(row: Mapping[str, Any]) -> Mention:
    return Mention(**{f.name: row[f.name] for f in fields(Mention) if f.name in row})


def merged(golds: Sequence[Gold], codings: Sequence[Coding]) -> Clusters:
    """Merges a coder's answers in a lake of their own and measures the events that come out.

    Args:
        golds: articles with what they should give.
        codings: the coder's answers in the same order.
    """
    from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions
    from etl.store import open_lake

    with TemporaryDirectory(prefix="eventwire-") as folder:
        lake = open_lake(folder)
        ingest_articles(lake, [_line(g.article) for g in golds], "evaluate")
        code_articles(lake, run_id="evaluate", coder=_Answered(codings))
        merge_mentions(lake, "evaluate")
        return b_cubed(right_mentions(golds, lake))


def _line(article: Article) -> dict[str, Any]:
    """An article as an input line of ``build``."""
    line = {"doc_id": article.doc_id, "title": article.title, "text": article.text, "source": article.source}
    return line | {"published_at": article.published_at, "url": f"https://newsroom.example/{article.doc_id}"}


class _Answered:
    """A coder that gives the answers it was made with."""

    def __init__(self, codings: Sequence[Coding]) -> None:
        self._known = {c.doc_id: c for c in codings}
        self.name, self.version = codings[0].coder, codings[0].coder_version

    def code(self, articles: Iterable[Article]) -> Iterator[Coding]:
        """The answers to articles, by their ids."""
        return (self._known[a.doc_id] for a in articles)
