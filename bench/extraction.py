"""Our reader beside trafilatura alone and newspaper alone, on the pages of our own newsroom.

Run ``python -m bench.extraction``; each reader gets the same bytes in the same run, in turns. Says how many words of
the articles' texts come back (F1 of words, mean over pages), how often title, author (where a person signed) and day
are right, and processor time. The newsroom's pages are short and tidy: figures on real pages are in
``docs/extraction.md``. ``python -m bench.extraction PAGES.jsonl`` takes such lines as ``eventwire extract`` reads, and
prints how many pages a second of processor time each reader manages.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.__main__ import Figure, side_by_side
from etl.extract.lines import page_bytes
from etl.newsroom.content import Piece, load_outlets, load_pieces, piece_text
from etl.newsroom.site import article_path, build

BASE = "https://newsroom.example"
# Kinds of pages that show their whole article.
WHOLE = {"article", "live_blog"}
# Bylines that name no person.
_ROLE = re.compile(r"staff|desk|correspondent|reporter|отдел|корреспондент|[^\w\s.'’-]", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What a reader finds on one page."""

    text: str
    title: str
    authors: frozenset[str]
    day: str


Reader = Callable[[bytes, str], Reading]


def ours(html: bytes, url: str) -> Reading:
    """``etl.extract`` as the pipeline calls it."""
    from etl.errors import SetAside
    from etl.extract import extract

    try:
        found = extract(html, url)
    except SetAside:
        return Reading("", "", frozenset(), "")
    return Reading(found.text, found.title or "", frozenset(found.authors), (found.published_at or "")[:10])


def trafilatura_alone(html: bytes, url: str) -> Reading:
    """Trafilatura with its defaults and metadata."""
    import trafilatura

    found = trafilatura.bare_extraction(html, url=url, with_metadata=True)
    if found is None:
        return Reading("", "", frozenset(), "")
    authors = frozenset(a.strip() for a in (found.author or "").split(";") if a.strip())
    return Reading(found.text or "", found.title or "", authors, found.date or "")


def newspaper_alone(html: bytes, url: str) -> Reading:
    """newspaper4k with its defaults, but without the network."""
    import newspaper

    config = newspaper.Config()
    config.fetch_images = False
    article = newspaper.Article(url, config=config)
    try:
        article.download(input_html=html.decode("utf-8", "replace"), ignore_read_more=True)
        article.parse()
    except Exception:  # it raises whatever its parsers raise
        return Reading("", "", frozenset(), "")
    day = str(article.publish_date)[:10] if article.publish_date else ""
    return Reading(article.text or "", article.title or "", frozenset(article.authors), day)


def pages() -> list[tuple[Piece, bytes, str]]:
    """Articles of the newsroom with their pages and addresses."""
    outlets, site = load_outlets(), build(BASE, 1)
    found = []
    for piece in load_pieces():
        path = article_path(outlets[piece.outlet], piece)
        if piece.kind in WHOLE and path in site and site[path].status == 200:
            found.append((piece, site[path].body, BASE + path))
    return found


def word_f1(gold: str, found: str) -> float:
    """F1 of words with their counts.

    >>> word_f1("two people died", "two died")
    0.8
    """
    wanted, got = (Counter(re.findall(r"\w+", t.lower())) for t in (gold, found))
    return 2 * (wanted & got).total() / max(1, wanted.total() + got.total())


def figures() -> list[Figure]:
    """Ratios of processor time, and how much each of the three got right."""
    feed = pages()
    readers: dict[str, Reader] = {"ours": ours, "trafilatura": trafilatura_alone, "newspaper": newspaper_alone}
    right = {}
    for name, reader in readers.items():
        readings = [reader(html, url) for _, html, url in feed]  # the first reading of each also loads its parts
        read = list(zip((p for p, _, _ in feed), readings, strict=True))
        signed = [(p, r) for p, r in read if p.author and not _ROLE.search(p.author)]
        shares = {
            "text": sum(word_f1(piece_text(p), r.text) for p, r in read) / len(read),
            "title": sum(p.title == r.title for p, r in read) / len(read),
            "author": sum(frozenset({p.author}) == r.authors for p, r in signed) / max(1, len(signed)),
            "day": sum(p.published[:10] == r.day for p, r in read) / len(read),
        }
        right[name] = ", ".join(f"{field} {share:.3f}" for field, share in shares.items())
    found = []
    for name in ("trafilatura", "newspaper"):
        other = readers[name]
        mine, theirs = side_by_side(
            lambda: [ours(html, url) for _, html, url in feed],
            lambda other=other: [other(html, url) for _, html, url in feed],
        )
        found.append(Figure(f"extract/{name}: time", mine / theirs, "x", right["ours"], right[name]))
    found.append(Figure("extract: pages", len(feed) / mine, "a second", f"{len(feed)} pages", ""))
    return found


def speeds(lines: Path) -> dict[str, float]:
    """Pages a second of processor time, on one core, by reader."""
    listed = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    feed = [(page_bytes(one["html_path"], lines.parent), one.get("url") or "") for one in listed]
    found = {}
    for name, reader in {"ours": ours, "trafilatura": trafilatura_alone, "newspaper": newspaper_alone}.items():
        reader(*feed[0])
        start = time.process_time()
        for html, url in feed:
            reader(html, url)
        found[name] = round(len(feed) / (time.process_time() - start), 1)
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(speeds(Path(sys.argv[1]))))
        sys.exit(0)
    for figure in figures():
        print(f"{figure.name}: {figure.value:.3g} {figure.unit}; ours: {figure.ours}; the other: {figure.other}")
    sys.exit(0)
