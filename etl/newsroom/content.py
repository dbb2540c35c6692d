"""What the invented outlets have written: outlets.yml and articles/<outlet>/<slug>.md, read and checked.

Decides what an article says in each round; how it looks is ``pages``, how it is announced is ``feeds``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import yaml

from etl.errors import Misconfigured

ROOM = Path(__file__).resolve().parent
KINDS = ("article", "live_blog", "paywall", "consent_wall", "soft_404", "gallery", "missing", "members")
MAKES = ("json-ld", "meta", "none")


@dataclass(frozen=True)
class Outlet:
    """One invented outlet.

    Attributes:
        path: address of an article below ``/<id>/``; fields year, month, day, slug, number.
        feeds: file name below ``/<id>/`` -> kind of feed.
        tracked_links: the feed links to a redirect that counts readers.
    """

    id: str
    name: str
    tagline: str
    country: str
    language: str
    layout: str
    make: str
    path: str
    date_style: str
    feeds: dict[str, str]
    sections: tuple[str, ...]
    charset: str = "utf-8"
    tracked_links: bool = False


@dataclass(frozen=True)
class Piece:
    """One article in one round.

    Attributes:
        published: ISO 8601 date, or date-time with offset where the outlet gives one.
        wire_of: ``outlet/slug`` of the agency text this one reprints.
        raw_html: markup put into the page as it stands (the hostile sample).
        changes: what round 2 makes of it (``corrected`` in the front matter).
        withdrawn: how it disappears in round 2: ``gone`` (410) or ``notice``.
        since_round: first round that serves it.
    """

    outlet: str
    slug: str
    title: str
    published: str
    author: str | None
    make: str
    charset: str
    lang: str
    kind: str
    section: str
    body: str
    number: int
    wire_of: str | None = None
    raw_html: str | None = None
    modified: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    withdrawn: str | None = None
    since_round: int = 1

    @property
    def key(self) -> str:
        """``outlet/slug``."""
        return f"{self.outlet}/{self.slug}"

    @property
    def published_time(self) -> datetime | None:
        """Publication time where the outlet gives one, else None."""
        return datetime.fromisoformat(self.published) if "T" in self.published else None

    @property
    def published_day(self) -> date:
        """Publication day in the outlet's own offset."""
        return date.fromisoformat(self.published[:10])

    @property
    def blocks(self) -> tuple[tuple[str, str], ...]:
        """The body as (tag, text): ``p``, ``h2`` ("## ") or ``blockquote`` ("> ")."""
        found = []
        for block in self.body.split("\n\n"):
            text = " ".join(block.split())
            if text.startswith("## "):
                found.append(("h2", text[3:]))
            elif text.startswith("> "):
                found.append(("blockquote", text[2:]))
            elif text:
                found.append(("p", text))
        return tuple(found)

    def in_round(self, number: int) -> Piece | None:
        """The article as that round serves it; None where it is not out yet.

        A withdrawn article stays: the server answers for it.
        """
        if number < self.since_round:
            return None
        if number < 2 or not self.changes:
            return self
        body = self.body
        for change in self.changes.get("text", []):
            if change["old"] not in body:
                raise Misconfigured(f"{self.key}: the correction replaces words that the text lacks: {change['old']!r}")
            body = body.replace(change["old"], change["new"])
        return replace(
            self,
            title=self.changes.get("title", self.title),
            body=body,
            modified=self.changes.get("modified_at"),
        )


def piece_text(piece: Piece) -> str:
    """The article's plain text: paragraphs separated by blank lines, no title, no boilerplate."""
    return "\n\n".join(text for _, text in piece.blocks)


def load_outlets(folder: Path = ROOM) -> dict[str, Outlet]:
    """All outlets by id.

    >>> len(load_outlets()) >= 8
    True
    """
    raw: dict[str, dict[str, Any]] = yaml.safe_load((folder / "outlets.yml").read_text(encoding="utf-8"))
    for values in raw.values():
        values["sections"] = tuple(values["sections"])
    return {key: Outlet(id=key, **values) for key, values in raw.items()}


def load_pieces(folder: Path = ROOM) -> tuple[Piece, ...]:
    """All articles of all outlets, oldest first; raises Misconfigured where a file breaks the format."""
    outlets = load_outlets(folder)
    files = sorted((folder / "articles").glob("*/*.md"))
    pieces = [_piece(path, outlets, number) for number, path in enumerate(files, start=4100)]
    return tuple(sorted(pieces, key=lambda p: (p.published, p.key)))


def _piece(path: Path, outlets: dict[str, Outlet], number: int) -> Piece:
    head, _, body = path.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    raw = cast(dict[str, Any], yaml.safe_load(head))
    outlet = outlets.get(raw.get("outlet", ""))
    if outlet is None or raw.get("slug") != path.stem or path.parent.name != outlet.id:
        raise Misconfigured(f"{path}: outlet and slug must be those of its folder and file name.")
    kind, make = raw.get("kind", "article"), raw.get("make", outlet.make)
    if kind not in KINDS or make not in MAKES:
        raise Misconfigured(f"{path}: kind must be one of {KINDS} and make one of {MAKES}.")
    return Piece(
        outlet=outlet.id,
        slug=path.stem,
        title=raw["title"],
        published=str(raw["published_at"]),
        author=raw.get("author"),
        make=make,
        charset=raw.get("charset", outlet.charset),
        lang=raw.get("lang", outlet.language),
        kind=kind,
        section=raw.get("section", outlet.sections[0]),
        body=body.strip(),
        number=number,
        wire_of=raw.get("wire_of"),
        raw_html=raw.get("raw_html"),
        changes=raw.get("corrected", {}),
        withdrawn=raw.get("withdrawn", {}).get("how"),
        since_round=raw.get("since_round", 1),
    )
