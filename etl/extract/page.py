"""Bytes to a parsed page, within limits.

Decides the character set, refuses what is no HTML, and cuts pages down to a size whose reading ends in seconds before
any parser sees them. Does not decide whether the page is an article (``gate``) nor what it says (``fields``, ``text``).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from charset_normalizer import from_bytes
from lxml import etree
from lxml import html as lxml_html

from etl.errors import SetAside
from etl.extract.model import Page

# Seven times the largest of 513 pages measured (1.4 MB); more is a dump or an attack.
MAX_BYTES = 10_000_000
# Elements that are parsed: the largest of 513 pages measured has 4,645; readers' time grows faster than their number.
MAX_ELEMENTS = 20_000
# Nesting that readers follow without exhausting the stack; the deepest of the same pages has 43 levels.
MAX_DEPTH = 200
# Bytes in which a character set must be declared (HTML standard: 1024; comments before it make it longer).
_DECLARED_WITHIN = 4096

_DECLARED = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?\s{0,3}([\w:.-]{2,30})", re.I)
_XML_DECLARED = re.compile(rb"^\s{0,20}<\?xml[^>]{0,200}encoding\s{0,3}=\s{0,3}[\"']([\w:.-]{2,30})", re.I)
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x00",
    b"{\\rtf",
)
_MARKUP = re.compile(
    rb"<\s{0,3}(?:!doctype|html|head|body|div|p|article|meta|title|section|main|span|h1|table|script)\b", re.I
)
_FEED = re.compile(
    rb"^\s{0,200}(?:<\?xml[^>]{0,300}>\s{0,200})?(?:<!--.{0,500}?-->\s{0,20})?<(?:rss|feed|urlset|sitemapindex"
    rb"|rdf:RDF)\b",
    re.I | re.S,
)
_HEAVY = re.compile(r"<(script|style|svg|noscript|template)\b|<!--", re.I)
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
# The same letters written as references (``&#1;``): parsers turn them into letters that later steps refuse.
_UNREADABLE_REFERENCE = re.compile(
    r"&#(?:0{0,8}(?:[0-8]|1[124-9]|2\d|3[01])(?!\d)|[xX]0{0,8}(?:[0-8bBcCeEfF]|1[0-9a-fA-F])(?![0-9a-fA-F]));?"
)
# A cell of figures is shorter; a cell that holds an article is not.
_LAYOUT_CELL = 200
_ARTICLE_KIND = re.compile(r"(?:Article|BlogPosting|LiveBlogPosting|Report|Review|SocialMediaPosting)$")


def decode(html: bytes) -> str:
    """Text of a page: byte order mark, then declared character set, then UTF-8, then a guess from the letters.

    A declaration that the bytes contradict is passed over.

    >>> decode("<meta charset=windows-1251><p>Киев".encode("windows-1251"))[-4:]
    'Киев'
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if html.startswith(mark):
            return html.decode(name, "replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError:
        pass
    head = html[:_DECLARED_WITHIN]
    declared = _XML_DECLARED.search(head) or _DECLARED.search(head)
    name = declared[1].decode("ascii", "replace").lower() if declared else ""
    if name in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"):
        name = "windows-1252"  # as browsers do
    try:
        text = html.decode(name) if name else None
    except (LookupError, UnicodeDecodeError, ValueError):
        text = None
        if name.startswith("utf") or (name and _mostly(html, name)):
            return html.decode(name if _known(name) else "utf-8", "replace")
    if text is not None:
        return text
    guess = from_bytes(html[:200_000]).best()
    return html.decode(guess.encoding if guess else "windows-1252", "replace")


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _mostly(html: bytes, name: str) -> bool:
    """Whether a handful of bad bytes is all that contradicts the declaration."""
    return _known(name) and html.decode(name, "replace").count("\ufffd") * 1000 < len(html)


def load(html: bytes, url: str | None) -> Page:
    """Decode and parse a page.

    Raises:
        SetAside: ``empty``, ``not_html`` or ``too_large``.
    """
    if len(html) > MAX_BYTES:
        raise SetAside("too_large", f"the page has more than {MAX_BYTES} bytes")
    if not html.strip(b"\x00 \t\r\n"):
        raise SetAside("empty", "the page has no content")
    sample = html[:65536]
    if html.startswith(_BINARY) or _FEED.match(sample) or not (_MARKUP.search(sample) or _MARKUP.search(html)):
        wide = html.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if not wide:
            raise SetAside("not_html", "the content is no HTML page")
    text = _UNREADABLE_REFERENCE.sub("", _UNREADABLE.sub("", decode(html)))
    text, truncated = _cut(text)
    tree = _parse(text)
    if tree is None:
        raise SetAside("not_html", "no elements could be read from the page")
    node, kinds = _described(tree, url)
    return Page(text, tree, url, _meta(tree), node, kinds, truncated)


def _cut(text: str) -> tuple[str, bool]:
    """At most ``MAX_ELEMENTS`` elements; scripts other than JSON-LD go first."""
    if text.count("<") <= 2 * MAX_ELEMENTS:
        return text, False
    text = _without_scripts(text)
    for count, m in enumerate(re.finditer("<", text), 1):
        if count > 2 * MAX_ELEMENTS:
            return text[: m.start()], True
    return text, False


def _without_scripts(text: str) -> str:
    """Cut scripts, styles and comments in one pass; JSON-LD stays."""
    lower = text.lower() if text.isascii() else "".join(c if len(c) == 1 else " " for c in map(str.lower, text))
    kept: list[str] = []
    at = 0
    while (m := _HEAVY.search(text, at)) is not None:
        close = f"</{m[1].lower()}" if m[1] else "-->"
        end = lower.find(close, m.end())
        tag_end = text.find(">", m.end(), m.end() + 2000)
        if end < 0:
            break  # never closed: a browser would show nothing of what follows
        if m[1] and "ld+json" in lower[m.end() : max(tag_end, m.end())]:
            kept.append(text[at : end + len(close)])
        else:
            kept.append(text[at : m.start()])
            end = text.find(">", end) if m[1] else end + 2
            if end < 0:
                return "".join(kept)
            at = end + 1
            continue
        at = end + len(close)
    else:
        kept.append(text[at:])
        return "".join(kept)
    kept.append(text[at : m.start()])
    return "".join(kept)


def _parse(text: str) -> Any:
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, recover=True)
    # lxml asks Python for the class of every element it hands out, to tell forms and inputs apart; readers need none.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml_html.HtmlElement))
    try:
        tree = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    _flatten(tree)
    _unwrap_layout_tables(tree)
    return tree


def _unwrap_layout_tables(tree: Any) -> None:
    """Turn tables that only lay out a page into blocks; a reader would take the article for a row of figures."""
    for table in list(tree.iter("table")):
        cells = [c for c in table.iter("td", "th") if next(c.iterancestors("table"), None) is table]
        laid_out = any(len(cell.findall(".//p")) > 1 and len("".join(cell.itertext())) > _LAYOUT_CELL for cell in cells)
        if laid_out:
            rows = (e for e in table.iter("tbody", "thead", "tr") if next(e.iterancestors("table"), None) is table)
            for element in (*cells, *list(rows), table):
                element.tag = "div"


def _flatten(tree: Any) -> None:
    """Drop what lies deeper than ``MAX_DEPTH``; readers recurse."""
    depth = 0
    deep = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth == MAX_DEPTH:
            deep.append(element)
    for element in deep:
        words = " ".join(element.itertext())
        tail = element.tail
        element.clear()
        element.text, element.tail = words, tail


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for key in ("property", "name", "itemprop"):
            name = (element.get(key) or "").strip().lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _described(tree: Any, url: str | None) -> tuple[dict[str, Any], frozenset[str]]:
    """The article as JSON-LD describes it, and every type the page names."""
    nodes = [
        n
        for script in tree.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
        for n in _nodes(_json(script.text_content()))
    ]
    kinds = frozenset(k for n in nodes for k in types_of(n))
    articles = [n for n in nodes if any(_ARTICLE_KIND.search(k) for k in types_of(n))]
    articles.sort(key=lambda n: (not _names(n, url), not n.get("headline"), not n.get("datePublished")))
    return (_resolved(articles[0], nodes) if articles else {}), kinds


def _resolved(article: dict[str, Any], nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """The article with its authors and publisher in place of references to them."""
    known = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and n.get("name")}

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(v) for v in value[:50] if not isinstance(v, list)]
        alone = isinstance(value, dict) and not value.get("name") and isinstance(value.get("@id"), str)
        return known.get(value["@id"], value) if alone else value

    return article | {key: named(article[key]) for key in ("author", "creator", "publisher") if key in article}


def _names(node: dict[str, Any], url: str | None) -> bool:
    """Whether a node is about this very page and not about a story linked from it."""
    if not url:
        return False
    own = url.split("?")[0].split("#")[0].rstrip("/")
    main = node.get("mainEntityOfPage")
    places = [node.get("url"), node.get("@id"), main.get("@id") if isinstance(main, dict) else main]
    return any(isinstance(p, str) and p.split("?")[0].split("#")[0].rstrip("/") == own for p in places)


def types_of(node: dict[str, Any]) -> list[str]:
    """Types of a JSON-LD node, without their address.

    >>> types_of({"@type": ["http://schema.org/NewsArticle"]})
    ['NewsArticle']
    """
    kinds = node.get("@type")
    return [k.rsplit("/", 1)[-1] for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)]


def _json(text: str) -> Any:
    text = re.sub(
        r"^\s{0,50}(?:<!--|//\s{0,5}<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s{0,5}\]\]>|\]\]>)\s{0,50}$", "", text.strip()
    )
    for attempt in (text, unescape(text), re.sub(r",\s{0,20}([}\]])", r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Objects of a JSON-LD document, breadth first; at most 2,000, for the depth and size are the page's choice."""
    queue = [data]
    seen = 0
    while queue and seen < 2000:
        item = queue.pop(0)
        seen += 1
        if isinstance(item, list):
            queue.extend(item[:200])
        elif isinstance(item, dict):
            yield item
            queue.extend(item[k] for k in ("@graph", "mainEntity", "itemListElement", "item", "hasPart") if k in item)
            if isinstance(item.get("mainEntityOfPage"), dict) and len(item["mainEntityOfPage"]) > 2:
                queue.append(item["mainEntityOfPage"])
