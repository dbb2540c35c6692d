"""The accuracy block of the README: the figures of ``etl.evaluate`` on the bundled gold, as Markdown.

Decides how the figures are shown and between which marks they stand; measures nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from etl.errors import Misconfigured
from etl.evaluate import Part, Rate, Report

BEGIN, END = "<!-- accuracy:begin -->", "<!-- accuracy:end -->"

ROWS = (
    ("events: sub-event type, day and place right", "strict"),
    ("events: event type, day and place right", "lenient"),
    ("claims: speech act, slot and words right", "claims"),
)

SLOT_NAMES = {
    "actor1": "`actor1`",
    "actor2": "`actor2`",
    "fatalities": "`fatalities`",
    "fatalities_basis": "`fatalities_basis`",
    "geo_precision": "`geo_precision`",
    "time_precision": "`time_precision`",
}


def block(report: Report, articles: int, eventless: int, opened: Mapping[str, Part] | None = None) -> str:
    """The block with its marks.

    Args:
        report: figures over all of the newsroom's articles.
        articles: number of the newsroom's articles.
        eventless: how many of them report no event.
        opened: figures on parts of the open gold by name.
    """
    lines = [
        BEGIN,
        "",
        "Written by `eventwire evaluate --part all --readme README.md`.",
        "",
        *_open_gold(opened or {}),
        f"The {articles} invented articles of the bundled newsroom, {eventless} of which report no event.",
        "The coder was developed beside these articles,",
        "and their claims were made consistent after a look at its answers (`docs/newsroom.md`): expect clearly",
        "less on others.",
        "",
        "| what has to be right | precision | recall | F1 | right / given / wanted |",
        "|---|---|---|---|---|",
    ]
    lines += [_row(words, getattr(report, name)) for words, name in ROWS]
    shown = [
        f"{words} {rate.precision:.2f}"
        for name, words in SLOT_NAMES.items()
        if (rate := report.slots.get(name)) is not None
    ]
    if shown:
        lines += ["", f"Share of found events whose column is right: {', '.join(shown)}."]
    alarms = len(report.false_alarms)
    lines += ["", f"Articles without an event for which one was coded: {alarms} of {eventless}.", "", END]
    return "\n".join(lines)


def _open_gold(parts: Mapping[str, Part]) -> list[str]:
    if not parts:
        return []
    lines = [
        "The [open gold](tests/gold/open/README.md): invented short reports and articles. The train part trained "
        "the learned stage and guided the rules: only the test part tells what to expect.",
        "",
        "| what has to be right | " + " | ".join(f"{n}: precision / recall / F1" for n in parts) + " |",
        "|---|" + "---|" * len(parts),
    ]
    some = next(iter(parts.values()))
    rows = [(f"events: {name}", [p.levels[name] for p in parts.values()]) for name in some.levels]
    for words, rates in [*rows, ("claims of articles", [p.claims for p in parts.values()])]:
        shown = " | ".join(f"{r.precision:.2f} / {r.recall:.2f} / {r.f1:.2f}" for r in rates)
        lines.append(f"| {words} | {shown} |")
    for words, name in (
        ("deaths exact, of events found", "tolls_found"),
        ("deaths exact, of all events", "tolls_all"),
        ("texts without an event left alone", "left_alone"),
        ("quotes equal to the letter", "quotes"),
    ):
        found = [getattr(p, name) for p in parts.values()]
        lines.append(f"| {words} | " + " | ".join(f"{r.precision:.2f} ({r.right} of {r.given})" for r in found) + " |")
    broken = [sum(p.rules.get("critical", {}).values()) for p in parts.values()]
    lines.append("| mentions that break a critical rule | " + " | ".join(map(str, broken)) + " |")
    errors = [f"{p.calibration_error:.2f}" for p in parts.values()]
    return [*lines, "| calibration error of `confidence` | " + " | ".join(errors) + " |", ""]


def _row(words: str, r: Rate) -> str:
    return f"| {words} | {r.precision:.2f} | {r.recall:.2f} | {r.f1:.2f} | {r.right} / {r.given} / {r.wanted} |"


def write(path: Path, text: str) -> None:
    """Replaces the block of a Markdown file.

    Raises:
        Misconfigured: the file cannot be read or has no marks.
    """
    try:
        page = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read ({error.strerror}). Name a Markdown file.") from error
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Misconfigured(f"{path} has no lines {BEGIN} and {END}. Put them where the figures shall stand.")
    path.write_text(before + text + after, encoding="utf-8")
