"""The text that a page hands to its own scripts, for pages that draw themselves in the browser.

Reads what Next.js leaves in a page: its stream (``self.__next_f.push([1, "..."])``, in which long strings are rows
``id:T<bytes in hex>,<text>``) and its older object ``__NEXT_DATA__``. Runs no script and decides nothing about what the
markup found there says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from etl.extract.model import Page

_PUSH = re.compile(r"self\.__next_f\.push\((\[1,.*\])\)\s{0,9};?\s{0,9}$", re.S)
_TEXT_ROW = re.compile(rb"(?:^|\n|(?<=,))[0-9a-f]{1,6}:T([0-9a-f]{1,6}),")
_BLOCK = re.compile(r"<(?:p|br|div|h[1-6]|li)\b", re.I)
# Objects of the page's state that are looked at: their number and depth are the page's choice.
_OBJECTS = 20_000


def markup(page: Page) -> str:
    """The longest piece of markup with blocks of text in the page's state, empty where there is none."""
    return max((m for m in _strings(page) if _BLOCK.search(m)), key=len, default="")


def _strings(page: Page) -> Iterator[str]:
    pushed: list[str] = []
    for script in page.tree.iter("script"):
        code = script.text or ""
        if script.get("id") == "__NEXT_DATA__":
            yield from _leaves(_loaded(code))
        elif found := _PUSH.search(code):
            part = _loaded(found[1])
            if isinstance(part, list) and len(part) == 2 and isinstance(part[1], str):
                pushed.append(part[1])
    stream = "".join(pushed).encode("utf-8", "replace")
    for row in _TEXT_ROW.finditer(stream):
        yield stream[row.end() : row.end() + int(row[1], 16)].decode("utf-8", "replace")


def _loaded(code: str) -> Any:
    try:
        return json.loads(code, strict=False)
    except (ValueError, RecursionError):
        return None


def _leaves(data: Any) -> Iterator[str]:
    stack, seen = [data], 0
    while stack and seen < _OBJECTS:
        item = stack.pop()
        seen += 1
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
