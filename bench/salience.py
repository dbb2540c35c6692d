"""Another way to place, date and count the events of articles: ``python -m bench.salience IN OUT WAY``.

IN is what ``eventwire code`` wrote, OUT what it would be where the text as a whole decides and not the clause of each
act. Both are then scored on articles with gold of other hands (a scorer's own command). Ways:

* ``place``: every event at the place that the text names most often, towns before units, the first of equals;
* ``date``: every event on the day that most events of the text have, the first of equals;
* ``once``: of each sub-event type one event a text, the one with the highest confidence;
* ``type``: every event of the type that most have, among types of one disorder.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
DAYS = ("event_date", "event_date_low", "event_date_high", "time_precision")
TYPES = ("event_type", "sub_event_type")
TOWNS = ("populated", "other")


def place(coding: Row) -> None:
    """Put all events of a text at one place."""
    named = [p for p in coding["places"] if p.get("latitude") is not None and p.get("feature") != "country"]
    towns = [p for p in named if p["feature"] in TOWNS] or named
    if not towns:
        return
    often = Counter(p["name"] for p in towns)
    chosen = max(towns, key=lambda p: (often[p["name"]], -p["start"]))
    for mention in coding["mentions"]:
        mention["location"] = chosen["text"]
        mention |= {key: chosen[key] for key in ("admin1", "latitude", "longitude") if key in chosen}


def date(coding: Row) -> None:
    """Put all events of a text on one day."""
    _common(coding["mentions"], DAYS)


def kind(coding: Row) -> None:
    """Give all events of one disorder type the commonest sub-event type."""
    for disorder in {m["disorder_type"] for m in coding["mentions"]}:
        _common([m for m in coding["mentions"] if m["disorder_type"] == disorder], TYPES)


def once(coding: Row) -> None:
    """Keep one event of each type."""
    best: dict[str, Row] = {}
    for mention in coding["mentions"]:
        held = best.setdefault(mention["sub_event_type"], mention)
        if mention["confidence"] > held["confidence"]:
            best[mention["sub_event_type"]] = mention
    coding["mentions"] = [m for m in coding["mentions"] if m is best[m["sub_event_type"]]]


def _common(mentions: list[Row], fields: tuple[str, ...]) -> None:
    values = [tuple(m[f] for f in fields) for m in mentions if m[fields[0]] is not None]
    if values:
        common = Counter(values).most_common(1)[0][0]
        for mention in mentions:
            mention |= dict(zip(fields, common, strict=True))


WAYS: dict[str, Callable[[Row], None]] = {"place": place, "date": date, "once": once, "type": kind}


def main() -> None:
    """Rewrite one file of codings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("read", type=Path, metavar="IN")
    parser.add_argument("write", type=Path, metavar="OUT")
    parser.add_argument("way", choices=WAYS)
    words = parser.parse_args()
    with words.read.open(encoding="utf-8") as source, words.write.open("w", encoding="utf-8") as target:
        for line in source:
            coding = json.loads(line)
            WAYS[words.way](coding)
            target.write(json.dumps(coding, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
