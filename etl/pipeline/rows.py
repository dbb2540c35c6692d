"""Records of the rooms as rows of the lake's tables, and ids of what is new."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from etl import schema
from etl.discover.urls import normalise_url
from etl.errors import SetAside
from etl.merge.records import moment
from etl.model import DISPUTE_SLOTS, Coding, Mention
from etl.store import stable_id, text_hash

UNDISCLOSED = "Undisclosed Source"
OWN_FIELDS = tuple(f.name for f in fields(Mention) if f.name in {c.name for c in schema.table("mentions").columns})


def address_of(line: Mapping[str, Any]) -> str:
    """The address an article is known by; one without any is known by its ``doc_id``."""
    url = line.get("url")
    return (normalise_url(url) or url) if url else f"urn:doc:{line['doc_id']}"


def outlet_of(line: Mapping[str, Any]) -> tuple[str, str]:
    """Id and name of the outlet of an input line.

    >>> outlet_of({"source": "The Daily Star"}), outlet_of({"url": "https://www.example.org/a"})
    (('the_daily_star', 'The Daily Star'), ('example_org', 'example.org'))
    """
    host = (urlsplit(line.get("url") or "").hostname or "").removeprefix("www.")
    name = line.get("source") or host or UNDISCLOSED
    return re.sub(r"[^\w]+", "_", name.casefold()).strip("_") or "unknown", name


def article_row(
    line: Mapping[str, Any], known: Mapping[str, Any] | None, taken: bool, run_id: str, now: datetime
) -> dict[str, Any] | None:
    """An input line of ``build`` as a new article version.

    Args:
        line: input object; ``doc_id`` and ``text`` are checked by ``check_line``.
        known: the newest version of the article in the lake, or None.
        taken: whether another version has the line's ``doc_id``.
        run_id: names the run.
        now: recorded, and the fetch time where the line gives none.

    Returns:
        The row, or None where the newest version says the same.
    """
    digest = text_hash(line["text"])
    withdrawn = bool(line.get("withdrawn", False))
    if known and known["text_hash"] == digest and known["withdrawn"] == withdrawn:
        return None
    url = address_of(line)
    article_id = stable_id("article", url)
    version = known["version"] + 1 if known else 1
    outlet, name = outlet_of(line)
    published = line.get("published_at") or None
    return {
        "doc_id": line["doc_id"] if not taken else f"{line['doc_id']}.{article_id[:8]}.v{version}",
        "article_id": article_id,
        "version": version,
        "url": url,
        "canonical_url": line.get("canonical_url"),
        "outlet": line.get("outlet") or outlet,
        "outlet_name": name,
        "title": line.get("title"),
        "text": line["text"],
        "text_hash": digest,
        "authors": line.get("authors") or None,
        "published_at": published,
        "published_basis": line.get("published_basis") or ("meta" if published else "none"),
        "published_confidence": line.get("published_confidence"),
        "modified_at": line.get("modified_at"),
        "fetched_at": moment(line.get("fetched_at")) or now,
        "language": line.get("language"),
        "access": line.get("access") or "open",
        "withdrawn": withdrawn,
        "extractor": line.get("extractor"),
        "story_id": None,
        "page_id": line.get("page_id"),
        "recorded_at": now,
        "run_id": run_id,
    }


def check_line(line: Any) -> Mapping[str, Any]:
    """The line, where it can be an article.

    Raises:
        SetAside: with the reason where it cannot.
    """
    if not isinstance(line, Mapping):
        raise SetAside("not_an_object")
    if not isinstance(line.get("doc_id"), str) or not line["doc_id"]:
        raise SetAside("no_doc_id")
    if not isinstance(line.get("text"), str) or not line["text"].strip():
        raise SetAside("no_text")
    for name in ("title", "published_at", "source", "url", "language", "fetched_at", "modified_at"):
        if line.get(name) is not None and not isinstance(line[name], str):
            raise SetAside(f"bad_{name}")
    for name in ("published_at", "fetched_at"):
        if line.get(name) and moment(line[name]) is None:
            raise SetAside(f"bad_{name}")
    return line


def coding_rows(
    coding: Coding, article: Mapping[str, Any], run_id: str, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """A coding as rows of ``codings``, ``mentions``, ``evidence`` and ``claims``.

    >>> from etl.model import Coding
    >>> rows = coding_rows(Coding("d", "abstained", "no_event", "en", "rules", "1"), {"article_id": "a"}, "r",
    ...     datetime(2024, 1, 1))
    >>> rows["codings"][0]["mention_count"], rows["mentions"]
    (0, [])
    """
    head = {
        "doc_id": coding.doc_id,
        "article_id": article["article_id"],
        "coder_version": coding.coder_version,
        "recorded_at": now,
        "run_id": run_id,
    }
    found: dict[str, list[dict[str, Any]]] = {"codings": [], "mentions": [], "evidence": [], "claims": []}
    found["codings"].append(
        head
        | {
            "coder": coding.coder,
            "coding_outcome": coding.outcome,
            "reason": coding.reason,
            "language": coding.language,
            "mention_count": len(coding.mentions),
        }
    )
    for n, mention in enumerate(coding.mentions):
        key = stable_id("mention", coding.doc_id, coding.coder, coding.coder_version, n)
        row = {name: _plain(getattr(mention, name)) for name in OWN_FIELDS}
        row["notes"] = mention.notes
        row |= {f"dispute_{slot}": mention.dispute.get(slot) for slot in DISPUTE_SLOTS}
        found["mentions"].append(row | head | {"mention_id": key})
        ids = {"mention_id": key, "doc_id": coding.doc_id}
        found["evidence"] += [
            ids | {"slot": e.slot, "value": e.value, "start": e.start, "end": e.end, "quote": e.quote}
            for e in mention.evidence
        ]
        for i, claim in enumerate(mention.claims):
            said = {f.name: getattr(claim, f.name) for f in fields(claim)} | {"chain": list(claim.chain) or None}
            found["claims"].append(
                ids | said | {"claim_id": stable_id("claim", key, i), "outlet_name": article["outlet_name"]}
            )
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value) or None
    return None if value == "" else value
