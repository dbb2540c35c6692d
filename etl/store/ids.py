"""Ids that say the same thing every time, and the points where a test may kill the program.

No id in the lake is random and none counts calls: the same input gives the same id in any process, in any order.
"""

from __future__ import annotations

import hashlib
import os
import signal

ID_LENGTH = 24  # hexadecimal digits, 96 bits: a collision among 10**12 ids has a chance of 10**-5


def stable_id(*parts: object) -> str:
    """An id made from what the thing is.

    Args:
        parts: what tells the thing apart, in a fixed order; None and "" are different parts.

    Returns:
        24 hexadecimal digits.

    >>> stable_id("https://example.org/a", 1) == stable_id("https://example.org/a", 1)
    True
    >>> stable_id("ab", "c") == stable_id("a", "bc")
    False
    """
    joined = "\x1f".join("\x00" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:ID_LENGTH]


def text_hash(text: str) -> str:
    """SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def checkpoint(name: str) -> None:
    """Die here if the environment says so.

    ``EVENTWIRE_KILL_AT=name`` kills the process at the first checkpoint of that name, ``name#3`` at the third: the way
    to prove that a run killed at any moment and started again gives what an undisturbed run gives. Without the
    variable this does nothing.

    Args:
        name: the step that is about to be taken, for example ``batch.apply.events``.
    """
    wanted = os.environ.get("EVENTWIRE_KILL_AT")
    if not wanted:
        return
    wanted_name, _, nth = wanted.partition("#")
    if wanted_name == name:
        _seen[name] = _seen.get(name, 0) + 1
        if _seen[name] == int(nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)


_seen: dict[str, int] = {}
