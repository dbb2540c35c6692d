"""Who reported an event, how close they are to it, and how many of them are independent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from etl import schema
from etl.merge.records import Report
from etl.settings import settings

SCALES = schema.enum("source_scale_base")
UNKNOWN = "Other"


@lru_cache(maxsize=4)
def _outlets(folder: Path) -> dict[str, tuple[str, str]]:
    """Country and reach by outlet id and by name."""
    from etl.discover.outlets import load_outlets

    if not folder.is_dir() or not any(folder.rglob("*.yml")):
        return {}
    # Addresses do not matter here, so the bundled newsroom's need not be known.
    listed = load_outlets(folder, base="http://127.0.0.1")
    return {key: (o.country, o.reach) for o in listed for key in (o.id, o.name.casefold())}


def scale_of(outlet: str, outlet_name: str, iso3: str) -> str:
    """How close one outlet is to an event: its reach at home, seen from the country of the event.

    A national outlet of a neighbouring country of the region is Regional, of another region International; an outlet
    that nobody described is Other.
    """
    known = _outlets(settings().outlets)
    found = known.get(outlet) or known.get(outlet_name.casefold())
    if found is None:
        return UNKNOWN
    country, reach = found
    if reach == "International" or country == "INT":
        return "International"
    home, here = schema.country_by_iso3(country), schema.country_by_iso3(iso3)
    if country == iso3 and reach != "Regional":
        return reach
    return "Regional" if home and here and home["region"] == here["region"] else "International"


def source_scale(reports: Iterable[Report], iso3: str) -> str:
    """Closest and farthest scale of the outlets, joined in the codebook's order.

    Where more than two scales took part the outer two stand for the span; the codebook has no form for three.
    """
    found = {scale_of(r.outlet, r.outlet_name, iso3) for r in reports}
    ordered = [s for s in SCALES if s in found]
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]}-{ordered[-1]}"


def source_list(reports: Sequence[Report]) -> str:
    """Outlets in the order they reported, each once, joined by '; '."""
    names = [r.outlet_name.replace(";", ",") for r in sorted(reports, key=lambda r: (r.known_at, r.outlet_name))]
    return "; ".join(dict.fromkeys(names))


def independent_groups(reports: Sequence[Report]) -> list[list[Report]]:
    """Reports by independent origin: one text, one credited agency, or one outlet reporting twice is one origin."""
    groups: list[tuple[set[str], list[Report]]] = []
    for report in sorted(reports, key=lambda r: r.key):
        signs = {f"origin {report.origin}", f"story {report.story_id}", f"outlet {report.outlet_name}"}
        if report.origin != report.story_id:
            # A reprint of an agency says nothing about what else its outlet writes.
            signs.discard(f"outlet {report.outlet_name}")
        joined = [g for g in groups if g[0] & signs]
        groups = [g for g in groups if not g[0] & signs]
        merged = (set(signs).union(*(g[0] for g in joined)), [r for g in joined for r in g[1]] + [report])
        groups.append(merged)
    return [g[1] for g in groups]
