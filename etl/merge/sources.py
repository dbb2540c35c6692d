"""Who reported an event, how close they are to it, and how many of them are independent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from etl import schema
from etl.code.attribution import SUPPORT
from etl.code.origins import origin_of
from etl.merge.records import Report
from etl.model import Claim
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


@dataclass(frozen=True)
class Origin:
    """Reports whose word is one source's.

    Attributes:
        name: the source; the same string as ``origin_of`` gives its claims.
        reports: who passes it on, by key.
    """

    name: str
    reports: tuple[Report, ...]


# Claims about these slots say that it happened; a report that has such a claim stands on who makes it.
TELLING = frozenset({"occurrence", "actor1", "fatalities"})
# Acts beside which a report tells of the event itself: it is claimed or contradicted only after it was told.
BESIDE = frozenset({"claim_responsibility", "contradict"})


class Origins:
    """The independent origins of one event's reports and claims.

    One text, one credited agency, or one outlet reporting twice is one telling. A telling is an origin of its own if it
    brings a source that no other one has: itself where it speaks in its own voice, else whoever it quotes for the
    event. Those that quote fewest are asked first, so the order of reports does not matter.

    Attributes:
        independent: the origins, none of which rests on the others' sources alone.
    """

    def __init__(self, reports: Sequence[Report]) -> None:
        tellings = _tellings(reports)
        self._teller = {r.key: t.name for t in tellings for r in t.reports}
        self._telling = {name: t.name for t in tellings for name in t.names}
        sources = {t.name: self._sources(t) for t in tellings}

        def rank(telling: _Telling) -> tuple[bool, int, str]:
            quoted = sources[telling.name]
            # Who passes on what another one told comes after it.
            passes_on = bool(quoted & sources.keys() - {telling.name})
            return passes_on, len(quoted), telling.name

        known: dict[str, str] = {}
        groups: dict[str, list[Report]] = {}
        for telling in sorted(tellings, key=rank):
            quoted = sources[telling.name]
            new = quoted - known.keys()
            name = min(new) if new else known[min(quoted)]
            groups.setdefault(name, []).extend(telling.reports)
            known |= dict.fromkeys(new, name)
            known.setdefault(telling.name, name)
        self.independent = [Origin(name, tuple(found)) for name, found in groups.items()]
        self._origin = {self._teller[r.key]: o.name for o in self.independent for r in o.reports}

    def of(self, report: Report) -> str:
        """The name of the origin that a report belongs to."""
        return self._origin[self._teller[report.key]]

    def of_claim(self, claim: Claim, report: Report) -> str:
        """The name of the origin of a claim; of an outlet's word the origin of its report, where that is among them."""
        name = origin_of(claim, self._teller[report.key])
        return self._origin.get(self._telling.get(name, ""), name)

    def _sources(self, telling: _Telling) -> frozenset[str]:
        """Whom a telling quotes for the event; itself where one of its reports quotes nobody."""
        found: set[str] = set()
        for report in telling.reports:
            said = [c for c in report.claims if c.slot in TELLING and c.speech_act in SUPPORT - BESIDE]
            quoted = {origin_of(c, telling.name) for c in said} or {telling.name}
            found |= {self._telling.get(name, name) for name in quoted}
        return frozenset(found)


@dataclass(frozen=True)
class _Telling:
    """Reports that are one text, one agency's or one outlet's; the names they go by, of which ``name`` is the first."""

    name: str
    names: frozenset[str]
    reports: tuple[Report, ...]


def _tellings(reports: Sequence[Report]) -> list[_Telling]:
    groups: list[tuple[set[str], list[Report]]] = []
    for report in sorted(reports, key=lambda r: r.key):
        signs = {_teller(report), f"story {report.story_id}"}
        joined = [g for g in groups if g[0] & signs]
        groups = [g for g in groups if not g[0] & signs]
        groups.append((signs.union(*(g[0] for g in joined)), [r for g in joined for r in g[1]] + [report]))
    found = []
    for _, told in groups:
        names = {_teller(r) for r in told}
        found.append(_Telling(min(names), frozenset(names), tuple(told)))
    return found


def _teller(report: Report) -> str:
    """The agency that a report credits, else its outlet: a reprint says nothing about what else its outlet writes."""
    credited = report.origin != report.story_id
    return (report.origin if credited else report.outlet_name).casefold()
