"""The error report: one HTML page that opens offline, runs no code, and escapes all it shows.

Decides what a reader sees first: how much is right, where events are lost, by cause, type, actor, region and style,
then examples. Measures nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from etl.evaluate.errors import CAUSES, Error
from etl.evaluate.match import Rate
from etl.evaluate.measure import CLOSED, Part

EXAMPLES = 12
"""Examples of each cause: enough to see a pattern, few enough to be read."""

NAMES = 25
"""Actors listed by name: those with the most slots lost."""

DIMENSIONS = ("sub-event type", "region", "style", "actor kind", "actor")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("error_report.html")


def page(coder_version: str, parts: Mapping[str, Part]) -> str:
    """The report as HTML.

    Args:
        coder_version: which coder gave the answers.
        parts: figures by the name of the part; examples are shown of all but the closed one.
    """
    return _template().render(
        coder=coder_version, parts=[_view(p) for p in parts.values()], causes=CAUSES, closed=CLOSED
    )


def _view(part: Part) -> dict[str, Any]:
    top = max(part.causes.values(), default=1)
    return {
        "name": part.name,
        "texts": part.texts,
        "events": part.events,
        "part": part,
        "levels": list(part.levels.items()),
        "causes": [{"name": c, "times": part.causes[c], "share": 100 * part.causes[c] / top} for c in CAUSES],
        "tables": [{"name": d, "rows": _rows(d, part.by.get(d, {}))} for d in DIMENSIONS],
        "reasons": sorted(part.reasons.items(), key=lambda row: (row[1].precision, row[0])),
        "confused": part.confused.most_common(NAMES),
        "rules": [(s, rule, n) for s, found in sorted(part.rules.items()) for rule, n in sorted(found.items())],
        "examples": _examples(part.errors),
    }


def _rows(dimension: str, rates: Mapping[str, Rate]) -> list[tuple[str, Rate]]:
    """Where most is lost first."""
    ranked = sorted(rates.items(), key=lambda row: (row[1].right - row[1].wanted, row[0]))
    return ranked[:NAMES] if dimension == "actor" else ranked


def _examples(errors: list[Error]) -> list[tuple[str, list[Error]]]:
    """Some errors of each cause, spread over all of that cause."""
    found: dict[str, list[Error]] = defaultdict(list)
    for error in errors:
        found[error.cause].append(error)
    return [(c, found[c][:: max(1, len(found[c]) // EXAMPLES)][:EXAMPLES]) for c in CAUSES if found[c]]
