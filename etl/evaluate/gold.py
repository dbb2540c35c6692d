"""Read gold: texts with the events that they report.

Two sets: the bundled newsroom (``tests/gold/newsroom``) and the open gold of short reports and articles
(``tests/gold/open``), whose test part is given only to who asks for it by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from etl import schema
from etl.errors import Misconfigured
from etl.model import Article

OPEN_FILES = ("reports.jsonl", "articles.jsonl")
ARTICLE_STYLE = "article"


@dataclass(frozen=True)
class Gold:
    """What should come out of one text.

    Attributes:
        events: columns as in the data dictionary; ``locations`` lists every accepted name of the place.
        reason: why a text without an event has none, in the gold's own words.
        style: how the text is written: a style of the short reports, or ``article``.
        part: ``newsroom``, ``train`` or ``test``.
    """

    article: Article
    outcome: str
    events: tuple[Mapping[str, Any], ...]
    reason: str | None = None
    style: str = ARTICLE_STYLE
    part: str = "newsroom"


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
            found.append(Gold(article, entry["outcome"], tuple(entry["events"]), entry.get("reason")))
    return found


def open_gold(folder: Path, part: str) -> list[Gold]:
    """One part of the open gold, reports before articles.

    Args:
        folder: the folder with ``reports.jsonl`` and ``articles.jsonl``.
        part: ``train`` or ``test``.

    Raises:
        Misconfigured: a file is missing or holds no such lines.
    """
    countries = {c["country"]: c["iso3"] for c in schema.countries()}
    found = []
    for name in OPEN_FILES:
        for line in _lines(folder / name):
            if line["split"] != part:
                continue
            article = Article(line["id"], line["text"], line.get("title"), line["published_at"], line.get("source"))
            events = tuple(
                {
                    **event,
                    "event_type": schema.sub_event(event["sub_event_type"])["event_type"],
                    "iso3": countries[event["country"]],
                }
                for event in line["events"]
            )
            found.append(Gold(article, line["outcome"], events, line["reason"], line.get("style", ARTICLE_STYLE), part))
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{path} cannot be read ({error}). Restore it from the repository.") from error
