"""The text of an article: paragraphs, without what the page puts around them.

Trafilatura finds the text; lines that pages put between and after paragraphs ("Read more", "Top Tweets About The
Story", share bars) are cut here.
"""

from __future__ import annotations

import re
from copy import deepcopy
from html import unescape
from typing import Any

import trafilatura
from lxml import html as lxml_html
from trafilatura.settings import DEFAULT_CONFIG

from etl.extract import state
from etl.extract.model import Page

# A line that is a call to the reader is short; prose that begins like one is longer.
_SHORT = 90

# Lines that are boilerplate as a whole, wherever they stand.
_ALONE = re.compile(
    r"^\W{0,6}(?:"
    r"read (?:more|also|next|the full (?:story|article)|full (?:story|article))(?:\W.{0,60})?|also"
    r" read(?:\W.{0,80})?|see also(?:\W.{0,60})?"
    r"|share(?: (?:this|on|via|with|story|article|post|facebook|twitter|whatsapp)\b.{0,50})?|tweet|email(?: this)?"
    r"|print(?: this)?|copy link|whatsapp|facebook|twitter|linkedin|telegram"
    r"|advertisement|adverti[sz]ing|sponsored(?: content)?|story continues below(?: advertisement)?|continue"
    r" reading(?: below)?|ad feedback"
    r"|(?:top|latest) tweets(?: about .{0,40})?|top .{0,30} stories|more (?:on|from) (?:this|the) (?:story|topic"
    r"|section)\W?"
    r"|follow us(?: on .{0,60})?|like us on .{0,30}|join (?:us|our) .{0,50}(?:channel|telegram|whatsapp"
    r"|newsletter).{0,20}"
    r"|(?:sign up|subscribe)(?: (?:here|now|to|for)\b.{0,70})?|click here.{0,60}|download (?:the|our) .{0,30}app.{0,20}"
    r"|(?:related|recommended|trending|popular|most read)(?: (?:articles?|stories|news|posts?|topics?|links?"
    r"|reading|content|coverage|now|on .{0,20}))?\W?|(?:you )?(?:may|might) also like\W?|don['’]t miss\W?"
    r"|(?:photo|image|picture)s?(?: credit)?: .{0,60}|getty images|all rights reserved\W?|copyright (?:©|\(c\)"
    r"|\d).{0,60}|©.{0,60}"
    r"|loading\W{0,3}|listen to (?:this )?article.{0,30}|view comments?.{0,20}|comments? ?\(?\d{0,5}\)?|leave a"
    r" (?:comment|reply)|post a comment|(?:report|correct) (?:a|this) (?:typo|error|mistake).{0,20}"
    r"|\d{1,2} min(?:ute)?s? read|reading time.{0,20}|skip (?:to|past) .{0,40}|back to top|save (?:article|story)"
    r"|add to .{0,20}favou?rites"
    r")\W{0,6}$",
    re.IGNORECASE,
)
# Headings after which nothing of the article follows, where they stand in its last part.
_END = re.compile(
    r"^\W{0,6}(?:(?:top|latest) tweets\b.{0,40}|related (?:articles?|stories|news|posts?|coverage|content"
    r"|reading)\W?|more (?:on|from) (?:this|the) (?:story|topic|section)\W?"
    r"|(?:you )?(?:may|might) also like\W?|recommended (?:for you|stories|articles|reading)?\W?|most (?:read"
    r"|popular)\W?|top .{0,30} stories\W?"
    r"|leave a (?:comment|reply)|comments? ?\(\d{1,5}\)|share this:?|about the author\W?|trending(?: now)?\W?|read"
    r" next\W?)$",
    re.IGNORECASE,
)
# Share of the text that has to stand before such a heading: it may also head a box in the middle.
_LAST_PART = 0.6
# Characters below which the visible text may be a teaser drawn before scripts run.
_LITTLE = 300
# Characters from which the quick reading, where they stand in paragraphs, was as good as the compared one: over 466
# pages, all that the comparison improved were shorter or no paragraphs.
_PLENTY = 800
# Updates of one live blog that are read; the longest measured had 428.
_UPDATES = 500
_TAG = re.compile(r"<[^<>]{1,500}>")


def article_text(page: Page) -> str:
    """Paragraphs separated by blank lines, empty where none were found.

    Where the visible page holds next to nothing, the text that the page itself hands out in JSON-LD is taken, and last
    the text that it hands to its own scripts.
    """
    prose = _in_paragraphs(page.tree)
    text = _visible(page.tree, page.url, precise=True, quick=True) if prose >= _PLENTY / 2 else ""
    if len(text) < _PLENTY or prose < len(text) / 2:
        text = _visible(page.tree, page.url, precise=True)
    if len(text) < _LITTLE:
        text = max(text, _visible(page.tree, page.url, precise=False), key=len)
    body = _described(page.node.get("articleBody"))
    if len(text) < _LITTLE and len(body) > 2 * len(text):
        return clean(body)
    if len(text) < _LITTLE and (drawn := state.markup(page)):
        tree = lxml_html.document_fromstring(f"<html><body><article>{drawn}</article></body></html>")
        text = max(text, _visible(tree, page.url, precise=False), key=len)
    return _with_updates(text, page)


def _in_paragraphs(tree: Any) -> int:
    """Characters in paragraphs of prose, wherever they stand."""
    sizes = (len("".join(p.itertext())) for p in tree.iter("p"))
    return sum(size for size in sizes if size > _SHORT)


def _visible(tree: Any, url: str | None, *, precise: bool, quick: bool = False) -> str:
    """The text trafilatura finds: its precise reading is the better one, but finds nothing on some odd pages.

    The quick reading goes without comparing the result with those of two further readers.
    """
    document = trafilatura.bare_extraction(
        deepcopy(tree),
        url=url,
        include_comments=False,
        include_tables=True,
        favor_precision=precise,
        fast=quick,
        with_metadata=False,
        config=DEFAULT_CONFIG,
    )
    return clean((getattr(document, "text", None) or "") if document is not None else "")


def _described(body: Any) -> str:
    if not isinstance(body, str):
        return ""
    return _TAG.sub("\n", unescape(body)) if "<" in body or "&lt;" in body else unescape(body)


def _with_updates(text: str, page: Page) -> str:
    """Add the updates of a live blog that the page describes and the reader left out as a list of teasers."""
    updates = page.node.get("liveBlogUpdate")
    if not isinstance(updates, list):
        return text
    bodies = [clean(_described(u.get("articleBody"))) for u in updates[:_UPDATES] if isinstance(u, dict)]
    if sum(map(len, bodies)) <= len(text):
        return text
    return "\n\n".join([text, *(b for b in bodies if b and b[:60] not in text)]).strip()


def clean(raw: str) -> str:
    r"""Lines become paragraphs; boilerplate lines go.

    >>> clean("Shells fell on Tuesday.\nRead more: Ten facts\nTwo died.")
    'Shells fell on Tuesday.\n\nTwo died.'
    """
    lines = [" ".join(line.split()) for line in raw.splitlines()]
    lines = [line for line in lines if line]
    total = sum(map(len, lines))
    kept: list[str] = []
    seen = 0
    for line in lines:
        if len(line) <= _SHORT and _END.match(line) and seen > _LAST_PART * total:
            break
        seen += len(line)
        if len(line) <= _SHORT and _ALONE.match(line):
            continue
        if kept and line == kept[-1]:
            continue
        kept.append(line)
    return "\n\n".join(kept)


def without_headline(text: str, title: str | None) -> str:
    r"""Drop a first paragraph that only repeats the title.

    >>> without_headline("Talks end\n\nThe talks ended.", "Talks end")
    'The talks ended.'
    """
    first, _, rest = text.partition("\n\n")
    same = title is not None and re.sub(r"\W+", "", first.lower()) == re.sub(r"\W+", "", title.lower())
    return rest if same and rest else text
