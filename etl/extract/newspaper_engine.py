"""newspaper4k as a selectable reader of an outlet's pages.

Never touches the network: the page's own bytes are handed over, pictures are not fetched, refreshes not followed. Not
the default reader: side by side its text F1 was .878 against .951 on 257 pages of 180
publishers.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import newspaper

from etl.errors import SetAside
from etl.extract.model import Page
from etl.extract.text import clean

NAME = f"newspaper4k/{version('newspaper4k')}"


@dataclass(frozen=True)
class NewspaperReading:
    """Text, title and authors as newspaper4k reads them."""

    text: str
    title: str
    authors: tuple[str, ...]


def read(page: Page) -> NewspaperReading:
    """Read a page with newspaper4k.

    Raises:
        SetAside: ``reader_failed`` where it cannot read the page.
    """
    config = newspaper.Config()
    config.fetch_images = False
    config.memorize_articles = False
    config.follow_meta_refresh = False
    config.disable_category_cache = True
    try:
        article = newspaper.Article(page.url or "http://localhost/", config=config)
        article.download(input_html=page.html, ignore_read_more=True)
        article.parse()
    except Exception as error:  # it raises whatever its parsers raise, ImportError for some scripts
        raise SetAside(
            "reader_failed", f"newspaper4k could not read the page ({type(error).__name__}); use 'ladder'"
        ) from error
    return NewspaperReading(
        clean(article.text or ""), article.title or "", tuple(a for a in article.authors if isinstance(a, str))
    )
