"""Texts of one seminal event put together, beside a TF-IDF baseline: ``python -m bench.seminal CORPORA``.

CORPORA is a folder with ``ecbplus.jsonl`` (news texts, each with its topic and, within it, one of two events of one
kind, such as two earthquakes). The corpus is read there and never kept. Both ways cluster all texts by average linkage
of cosine similarity and differ in what they compare. Bars, and the share of names, are chosen on the topics of even
numbers; the figures are of the odd ones.

* baseline: TF-IDF of lower-case words;
* ours: the same, mixed with what tells two events of one kind apart: names (capitalised runs of words) and numbers,
  because who, where and how many differ where the words of the act do not.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

BARS = np.arange(0.02, 0.5, 0.01)  # mean similarity from which two groups are joined
SHARES = (0.3, 0.5, 0.7)  # of names in the similarity
ADDRESS = re.compile(r"^\s*http[^\n]*\n")
NAME = re.compile(r"\b(?:[A-Z][\w'.-]+(?:\s+(?=[A-Z]))?)+|\b\d[\d.,]*\b")


def b_cubed(found: Sequence[Any], truth: Sequence[Any]) -> tuple[float, float, float]:
    """Precision, recall and F1 over texts.

    >>> b_cubed([1, 1, 2], ["a", "a", "a"])[0]
    1.0
    """
    one, other, both = Counter(found), Counter(truth), Counter(zip(found, truth, strict=True))
    pairs = list(zip(found, truth, strict=True))
    precision = sum(both[p] / one[p[0]] for p in pairs) / len(pairs)
    recall = sum(both[p] / other[p[1]] for p in pairs) / len(pairs)
    return precision, recall, 2 * precision * recall / (precision + recall)


def names_of(text: str) -> list[str]:
    """Names and numbers of a text, each word of a name by itself and the whole; what opens a sentence counts too.

    >>> names_of("Lindsay Lohan pays 300")
    ['lindsay lohan', 'lindsay', 'lohan', '300']
    """
    found = []
    for hit in NAME.findall(text):
        words = hit.casefold().split()
        found += [" ".join(words), *(words if len(words) > 1 else ())]
    return found


def words_of(text: str) -> list[str]:
    """Words in lower case.

    >>> words_of("A bomb, again")
    ['a', 'bomb', 'again']
    """
    return re.findall(r"\w+", text.casefold())


def similarity(texts: Sequence[Sequence[str]]) -> np.ndarray:
    """Cosine of TF-IDF vectors of all pairs: logarithm of the count, smoothed inverse share of texts."""
    place: dict[str, int] = {}
    counts = [Counter(terms) for terms in texts]
    for found in counts:
        for term in found:
            place.setdefault(term, len(place))
    table = np.zeros((len(texts), len(place)), dtype=np.float32)
    for row, found in zip(table, counts, strict=True):
        for term, n in found.items():
            row[place[term]] = 1 + np.log(n)
    table *= np.log((1 + len(texts)) / (1 + (table > 0).sum(axis=0))) + 1
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    return table @ table.T


def merges(alike: np.ndarray) -> list[tuple[float, int, int]]:
    """Average linkage: mean similarity of the two groups that are joined, and a text of each, step by step."""
    now = alike.astype(np.float64).copy()
    np.fill_diagonal(now, -1)
    size = np.ones(len(now))
    steps = []
    for _ in range(len(now) - 1):
        a, b = divmod(int(now.argmax()), len(now))
        steps.append((float(now[a, b]), a, b))
        now[a] = now[:, a] = (size[a] * now[a] + size[b] * now[b]) / (size[a] + size[b])
        size[a] += size[b]
        now[b] = now[:, b] = -1
        now[a, a] = -1
    return steps


def groups(steps: Sequence[tuple[float, int, int]], bar: float) -> list[int]:
    """The group of each text, joined as long as the mean similarity reaches the bar."""
    of = list(range(len(steps) + 1))
    for alike, a, b in steps:
        if alike < bar:
            break
        of = [a if x == b else x for x in of]
    return of


def measure(texts: Sequence[dict[str, Any]]) -> dict[str, tuple[float, float, float]]:
    """B-cubed of both ways on the odd topics."""
    even = [t for t in texts if t["topic"] % 2 == 0]
    odd = [t for t in texts if t["topic"] % 2]

    def ways(of: Sequence[dict[str, Any]]) -> dict[tuple[str, float], list[tuple[float, int, int]]]:
        bodies = [ADDRESS.sub("", t["text"]) for t in of]
        words, names = similarity([words_of(b) for b in bodies]), similarity([names_of(b) for b in bodies])
        mixed = {("names and words", s): merges(s * names + (1 - s) * words) for s in SHARES}
        return {("TF-IDF", 0.0): merges(words)} | mixed

    known, asked = ways(even), ways(odd)
    truth = [t["gold"]["cluster"] for t in even]
    out = {}
    for way in ("TF-IDF", "names and words"):
        tried = [(b_cubed(groups(known[k], bar), truth)[2], k, bar) for k in known if k[0] == way for bar in BARS]
        _, key, bar = max(tried)
        out[f"{way} (bar {bar:.2f}, share {key[1]})"] = b_cubed(
            groups(asked[key], bar), [t["gold"]["cluster"] for t in odd]
        )
    return out


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpora", type=Path)
    lines = (parser.parse_args().corpora / "ecbplus.jsonl").read_text(encoding="utf-8").splitlines()
    for way, (precision, recall, f1) in measure([json.loads(line) for line in lines]).items():
        print(f"{way}: B-cubed precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}")


if __name__ == "__main__":
    main()
