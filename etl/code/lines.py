"""JSON Lines in, JSON Lines out: the ``code`` interface.

Decides what a usable input line is and how a coding is written. A line that cannot be used is answered with
``failed`` and a reason; none is ever left out or reordered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from etl.model import Article, Coding, Mention

if TYPE_CHECKING:
    from etl.code.coder import RuleCoder

_MENTION = (
    "event_date",
    "event_date_low",
    "event_date_high",
    "time_precision",
    "disorder_type",
    "event_type",
    "sub_event_type",
    "actor1",
    "assoc_actor_1",
    "inter1",
    "actor2",
    "assoc_actor_2",
    "inter2",
    "interaction",
    "civilian_targeting",
    "country",
    "iso3",
    "admin1",
    "admin2",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "geonameid",
    "fatalities",
    "fatalities_low",
    "fatalities_high",
    "fatalities_basis",
    "injured_low",
    "injured_high",
    "notes",
    "tags",
    "confidence",
    "weapons",
    "targets",
    "alleged_actor1",
    "attribution_rule",
    "dispute",
    "also_matched",
    "rule_trace",
)
_PLACE = ("start", "end", "text", "geonameid", "name", "country", "admin1", "latitude", "longitude", "feature")
_CLAIM = ("claimant", "claimant_role", "speech_act", "slot", "value", "hedged", "start", "end", "quote", "chain")
LOOK_AHEAD = 32
"""Lines read before the first is answered, so that the parser works on batches."""


@lru_cache(maxsize=1)
def coder() -> RuleCoder:
    """The coder of this process."""
    from etl.code.coder import RuleCoder

    return RuleCoder()


def code_article(article: Article) -> Coding:
    """Read one article."""
    return next(iter(coder().code([article])))


def article_of(line: Mapping[str, Any]) -> Article | str:
    """The article of an input object, or the reason for which there is none."""
    if not isinstance(line, Mapping):
        return "not_an_object"
    if not isinstance(line.get("doc_id"), str):
        return "no_doc_id"
    if not isinstance(line.get("text"), str):
        return "no_text"
    fields = {}
    for name in ("title", "published_at", "source", "url", "language"):
        value = line.get(name)
        if value is not None and not isinstance(value, str):
            return f"bad_{name}"
        fields[name] = value or None
    if fields["published_at"] is not None:
        try:
            date.fromisoformat(fields["published_at"][:10])
        except ValueError:
            return "bad_published_at"
    return Article(line["doc_id"], line["text"], **fields)


def code_lines(lines: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """One output object for each input object, in the same order.

    Args:
        lines: input objects of the ``code`` interface; anything else is answered with ``failed``.
    """
    stream = iter(lines)
    while batch := list(islice(stream, LOOK_AHEAD)):
        read = [article_of(line) for line in batch]
        codings = coder().code(a for a in read if isinstance(a, Article))
        for line, article in zip(batch, read, strict=True):
            yield to_json(next(codings)) if isinstance(article, Article) else _failed(line, article)


def _failed(line: Any, reason: str) -> dict[str, Any]:
    doc_id = line.get("doc_id") if isinstance(line, Mapping) else None
    return to_json(
        Coding(doc_id if isinstance(doc_id, str) else "", "failed", reason, None, coder().name, coder().version)
    )


def to_json(coding: Coding) -> dict[str, Any]:
    """A coding as the interface writes it."""
    return {
        "doc_id": coding.doc_id,
        "outcome": coding.outcome,
        "reason": coding.reason,
        "language": coding.language,
        "coder": coding.coder,
        "coder_version": coding.coder_version,
        "mentions": [_mention(m) for m in coding.mentions],
        "places": [{k: getattr(p, k) for k in _PLACE} for p in coding.places],
        "entities": [asdict(e) for e in coding.entities],
        "sentences": [{"start": s.start, "end": s.end, "event_types": list(s.event_types)} for s in coding.sentences],
    }


def _mention(m: Mention) -> dict[str, Any]:
    row = {name: _plain(getattr(m, name)) for name in _MENTION}
    row["evidence"] = [
        {"slot": e.slot, "start": e.start, "end": e.end, "quote": e.quote, "value": e.value} for e in m.evidence
    ]
    row["claims"] = [{name: _plain(getattr(c, name)) for name in _CLAIM} for c in m.claims]
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
