"""When an article was published and last changed, and where on the page that was read.

No date is made up: a page without one has none, a date after the page was fetched is refused, and every date names its
basis.
"""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from htmldate import extractors, find_date

from etl.extract.model import FeedHints, Page
from etl.settings import settings

# Clocks of outlets and time zones differ; a page is not from the future before a day has passed.
_TOLERANCE = timedelta(days=1)
# Nothing on the web was published before it existed; such dates are those of the events told.
_FIRST = date(1995, 1, 1)

_META = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "article.published",
    "og:published_time",
    "parsely-pub-date",
    "sailthru.date",
    "publish-date",
    "publishdate",
    "publication_date",
    "published_at",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "pubdate",
    "article:publish_date",
    "date_published",
    "vr:published_time",
)
_META_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
)
_ISO = re.compile(
    r"^(?P<d>\d{4}-\d\d-\d\d)(?:[T ](?P<t>\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?\s?(?P<z>Z|UTC|GMT"
    r"|[+-]\d\d:?(?:\d\d)?)?)?",
    re.IGNORECASE,
)

_DAY_IN_PATH = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:(?P<s>[/_-])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})|(?P<m2>\d\d)(?P<d2>\d\d))(?!\d)"
)
# An address is made when an article first appears and is not rewritten; fields of the page are, when it is revised.
_REVISED = timedelta(days=2)
_LONG_SCRIPT = 10_000  # characters

# Share of pages on which each basis gave the right day, over 348 news pages and blogs with a known date (165 json-ld,
# 79 meta, 15 url, 89 text). The 15 by address were all right: too few to say more than for the rest. A feed is written
# by the same system as the page's meta elements and was not measured apart.
CONFIDENCE = {"json-ld": 0.95, "meta": 0.95, "feed": 0.95, "url": 0.95, "text": 0.84, "none": 0.0}


# Languages in which dates of free text are read. Htmldate would prepare all 200 of dateparser, which takes two seconds
# and 30 MB and gave the same days on 317 pages in 25 languages.
_LANGUAGES = ["en", "es", "fr", "de", "pt", "it", "ru", "uk", "ar", "fa", "tr", "pl", "nl", "id", "hi"]


@cache
def _free_text_parser() -> Any:
    from dateparser import DateDataParser  # type: ignore[import-untyped]

    told = {"PARSERS": ["custom-formats", "absolute-time"], "PREFER_DATES_FROM": "past", "STRICT_PARSING": True}
    return DateDataParser(languages=_LANGUAGES, settings={**told, "RETURN_AS_TIMEZONE_AWARE": False})


extractors.get_external_parser = _free_text_parser


def iso(value: Any) -> str | None:
    """ISO 8601 form of a date or date-time, its offset kept; None for anything else.

    Reads ISO 8601, and dates as mail and feeds write them (RFC 5322).

    >>> iso("2021-09-14T03:50:00.000+0530"), iso("2021-09-14"), iso("14 Sept"), iso("0025-01-01")
    ('2021-09-14T03:50:00+05:30', '2021-09-14', None, None)
    """
    m = _ISO.match(value.strip()) if isinstance(value, str) else None
    if m is None:
        return _mail_date(value)
    zone = (m["z"] or "").upper()
    if zone in ("Z", "UTC", "GMT"):
        zone = "+00:00"
    elif zone:
        digits = re.sub(r"\D", "", zone).ljust(4, "0")
        zone = f"{zone[0]}{digits[:2]}:{digits[2:4]}"
    text = m["d"]
    if m["t"]:
        text += f"T{m['t'] if len(m['t']) == 8 else m['t'] + ':00'}{zone}"
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return None
    return text if day >= _FIRST else None


def _mail_date(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > 60 or value.count(":") < 1:
        return None
    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, IndexError, OverflowError):
        return None
    return moment.isoformat() if moment.date() >= _FIRST else None


def day_in_address(url: str | None) -> str | None:
    """The whole day in the path of an address, None where there is none.

    >>> day_in_address("https://courier.example/2024/5/7/five-killed"), day_in_address("https://courier.example/2024/5")
    ('2024-05-07', None)
    """
    try:
        path = urlsplit(url or "").path
    except ValueError:
        return None
    for m in _DAY_IN_PATH.finditer(path):
        try:
            day = date(int(m["y"]), int(m["m"] or m["m2"]), int(m["d"] or m["d2"]))
        except ValueError:
            continue
        if day >= _FIRST:
            return day.isoformat()
    return None


def _future(value: str, fetched: datetime) -> bool:
    moment = datetime.fromisoformat(value)
    if len(value) == 10 or moment.tzinfo is None:
        return moment.date() > (fetched + _TOLERANCE).date()
    return moment > fetched + _TOLERANCE


def published(page: Page, feed: FeedHints | None) -> tuple[str | None, str, list[str]]:
    """Publication time, its basis and what was refused.

    JSON-LD first, then the page's meta elements, then the feed's word, then what ``htmldate`` finds in the address or
    the visible text. Where the address holds an earlier day, the others tell of a revision.
    """
    fetched = (feed.fetched_at if feed else None) or settings().clock()
    fetched = fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC)
    refused: list[str] = []
    addressed = day_in_address(page.url)
    tries: list[tuple[Any, str]] = [
        (page.node.get("datePublished"), "json-ld"),
        (page.node.get("dateCreated"), "json-ld"),
        *((page.meta.get(name), "meta") for name in _META),
        (feed.published_at if feed else None, "feed"),
    ]
    for raw, basis in tries:
        value = iso(raw)
        if value and _future(value, fetched):
            refused.append("future_date_refused")
        elif value and addressed and date.fromisoformat(addressed) + _REVISED < date.fromisoformat(value[:10]):
            return addressed, "url", [*refused, "date_of_revision_refused"]
        elif value:
            return value, basis, refused
    found = _htmldate(page, fetched)
    if found is None:
        return None, "none", refused
    year, month, day = found.split("-")
    in_address = re.search(
        rf"{year}[/_-]?{month}[/_-]?{day}|{year}[/-]{int(month)}[/-]{int(day)}(?!\d)", page.url or ""
    )
    return found, "url" if in_address else "text", refused


def _htmldate(page: Page, fetched: datetime) -> str | None:
    tree = deepcopy(page.tree)
    for script in tree.iter("script", "style"):
        # The page's data as a program has it: a hundred days of other articles, and most of the time a search takes.
        if script.text and len(script.text) > _LONG_SCRIPT:
            script.text = None
    try:
        found = find_date(
            tree,
            url=page.url,
            original_date=True,
            extensive_search=True,
            min_date=_FIRST.isoformat(),
            max_date=fetched.date().isoformat(),
        )
    except Exception:  # a reader of free text: whatever it trips over, there is no date
        return None
    return found if isinstance(found, str) else None


def modified(page: Page, feed: FeedHints | None) -> str | None:
    """Time of the last change as the page gives it."""
    fetched = (feed.fetched_at if feed else None) or settings().clock()
    for raw in (page.node.get("dateModified"), *(page.meta.get(name) for name in _META_MODIFIED)):
        value = iso(raw)
        if value and not _future(value, fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC)):
            return value
    return None
