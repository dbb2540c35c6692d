"""Pages on disk to articles, line by line: the work of ``eventwire extract``."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from etl.errors import EventwireError, SetAside
from etl.extract.page import MAX_BYTES
from etl.extract.reader import extract

_ACCESS = {"paywalled": "paywalled", "blocked": "blocked", "consent_wall": "blocked"}


def extract_lines(lines: Iterable[str], base_dir: Path, engine: str = "ladder") -> Iterator[dict[str, Any]]:
    """Answer every line of an input file, in order; a bad line gets ``outcome`` ``failed`` and a ``reason``.

    Args:
        lines: JSON objects with ``doc_id``, ``html_path`` (relative to ``base_dir``, plain or ``.gz``), maybe ``url``.
        base_dir: folder of the input file.
        engine: see ``extract``.

    Yields:
        One object a line with the fields of the command's documentation; blank lines are passed over.
    """
    for line in lines:
        if not line.strip():
            continue
        doc_id: Any = None
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise SetAside("bad_input", "the line is no JSON object")
            doc_id = record.get("doc_id")
            url = record.get("url")
            html = page_bytes(record.get("html_path"), base_dir)
            yield _answer(doc_id, extract(html, url if isinstance(url, str) else None, engine=engine))
        except SetAside as aside:
            yield _failed(doc_id, aside.reason)
        except (ValueError, RecursionError):
            yield _failed(doc_id, "bad_input")
        except OSError:
            yield _failed(doc_id, "unreadable_file")
        except EventwireError:
            raise
        except Exception as error:  # one page must never stop the others
            yield _failed(doc_id, f"error:{type(error).__name__}")


def page_bytes(html_path: Any, base_dir: Path) -> bytes:
    """A page as it lies on the disk, ``.gz`` unpacked.

    Raises:
        SetAside: ``bad_input``.
    """
    if not isinstance(html_path, str) or not html_path or "\x00" in html_path:
        raise SetAside("bad_input", "html_path is missing")
    path = base_dir / html_path
    limit = MAX_BYTES + 1  # one more than is read: extract then says that it is too large
    with path.open("rb") as file:
        if path.suffix != ".gz":
            return file.read(limit)
        try:
            with gzip.open(file) as unpacked:
                return unpacked.read(limit)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise SetAside("unreadable_file", "the .gz file is damaged") from error


_FIELDS = (
    "title",
    "text",
    "published_at",
    "published_basis",
    "modified_at",
    "language",
    "canonical_url",
    "access",
    "extractor",
)


def _answer(doc_id: Any, found: Any) -> dict[str, Any]:
    return {
        "doc_id": doc_id,
        "outcome": "extracted",
        "reason": None,
        **{name: getattr(found, name) for name in _FIELDS},
        "authors": list(found.authors),
        "kind": found.kind,
        "reasons": list(found.reasons),
    }


def _failed(doc_id: Any, reason: str) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(_FIELDS)
    return {
        "doc_id": doc_id,
        "outcome": "failed",
        "reason": reason,
        **empty,
        "authors": [],
        "published_basis": "none",
        "access": _ACCESS.get(reason, "open"),
        "kind": None,
        "reasons": [reason],
    }
