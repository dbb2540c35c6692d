"""Watch the coder's memory over a long mixed feed: ``python -m bench.memory ARTICLES`` prints one JSON object.

A process of its own, because what other measurements left in memory would count as the coder's.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, cycle

import psutil

from bench.__main__ import IRRELEVANT, _articles, _irrelevant
from etl.code.coder import RuleCoder
from etl.model import Article

MB = 1024 * 1024


def feed(number: int) -> Iterator[Article]:
    """Articles with ids and some words of their own, so that nothing can be remembered from one to the next."""
    articles = _articles()
    relevant, quiet = cycle(articles), cycle(_irrelevant(articles))
    for n in count():
        if n == number:
            return
        one = next(relevant) if n % (IRRELEVANT + 1) == 0 else next(quiet)
        yield replace(one, doc_id=f"m-{n}", text=f"{one.text}\n\nReport number {n} of Mr Reader{n} in Town{n}ville.")


def main() -> None:
    """Measure and print."""
    number = int(sys.argv[1])
    process = psutil.Process()
    quarter = 0
    for n, _ in enumerate(RuleCoder().code(feed(number))):
        if n == number // 4:
            quarter = process.memory_info().rss
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"quarter_mb": quarter / MB, "end_mb": process.memory_info().rss / MB, "peak_mb": peak}))


if __name__ == "__main__":
    main()
