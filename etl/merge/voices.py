"""Who is named, and how far the reports of one event agree: the attribution rules over all claims at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from etl.code.attribution import Candidate, attribute, dispute_status
from etl.merge.match import compatible, counted, unidentified
from etl.merge.records import Report
from etl.merge.sources import Origins
from etl.model import DISPUTE_SLOTS, Claim

# The slot of a dispute and the column that says whether a mention fills it.
FILLED = {"occurrence": None, "actor1": "actor1", "actor2": "actor2", "location": "location", "weapon": "weapons"}


@dataclass(frozen=True)
class Verdict:
    """Who stands in actor1, and why."""

    actor1: str
    inter1: str
    alleged: tuple[str, ...]
    rule: str


def verdict(reports: Sequence[Report], lead: Report, preset: str, origins: Origins) -> Verdict:
    """Who may be named as the perpetrator, over the claims of all reports.

    Reports that speak of nobody's claims keep the first actor of the lead mention, or the one that another report
    identifies.
    """
    m = lead.mention
    named = _same_side(reports, lead)
    # A name that stands in a claim and in no report's own reading is a misread word, not a suspect.
    suspects_read = {a for r in named for a in (r.mention["actor1"], *(r.mention["alleged_actor1"] or ()))}
    claims, whose = _claims(named, "actor1", origins, suspects_read)
    if not claims:
        best = m
        if unidentified(m["actor1"]):
            best = next((r.mention for r in named if not unidentified(r.mention["actor1"])), m)
        alleged = sorted({a for r in named for a in (r.mention["alleged_actor1"] or ())} - {best["actor1"]})
        kept = tuple(alleged) if unidentified(best["actor1"]) else ()
        return Verdict(best["actor1"], best["inter1"], kept, best["attribution_rule"] or "")
    own_voice = [
        Candidate(r.mention["actor1"], origins.of(r))
        for r in named
        if not unidentified(r.mention["actor1"]) and r.says_itself("actor1")
    ]
    found = attribute(own_voice, claims, preset, whose)
    if found.actor1 is None:
        stand_in = _stand_in(named, m["actor1"], m["inter1"], m["iso3"])
        suspects = {*found.alleged, *(a for r in named for a in (r.mention["alleged_actor1"] or ()))}
        return Verdict(*stand_in, tuple(sorted(suspects)), found.rule)
    return Verdict(found.actor1, _inter(found.actor1, reports, lead), (), found.rule)


def disputes(reports: Sequence[Report], origins: Origins) -> dict[str, str | None]:
    """Status of each slot; one report keeps what its own article supports."""
    if len(reports) == 1:
        m = reports[0].mention
        found = {f"dispute_{slot}": m[f"dispute_{slot}"] for slot in DISPUTE_SLOTS}
        return found | {
            f"dispute_{s}": found[f"dispute_{s}"] or "undisputed" for s in ("occurrence", "actor1", "location")
        }
    out: dict[str, str | None] = {}
    for slot in DISPUTE_SLOTS:
        column = FILLED.get(slot)
        filled = [r for r in reports if slot == "occurrence" or _fills(r, slot, column)]
        claims, whose = _claims(reports, slot, origins)
        if not filled and not claims:
            out[f"dispute_{slot}"] = "undisputed" if slot in ("occurrence", "actor1", "location") else None
            continue
        speaking = [r for r in filled if r.says_itself(slot)]
        if slot == "actor1":
            speaking = [r for r in speaking if not unidentified(r.mention["actor1"])]
        status = dispute_status(slot, claims, whose, {origins.of(r) for r in speaking})
        if slot == "fatalities" and status in ("undisputed", "single_source", "corroborated"):
            figures = {r.mention["fatalities"] for r in filled}
            status = "contested" if len(figures) > 1 else status
        out[f"dispute_{slot}"] = status
    return out


def _fills(report: Report, slot: str, column: str | None) -> bool:
    if slot == "fatalities":
        return counted(report.mention) is not None
    return bool(column and report.mention[column])


def _claims(
    reports: Sequence[Report], slot: str, origins: Origins, only: Collection[str] | None = None
) -> tuple[list[Claim], list[str]]:
    """Claims about a slot, and the origin of each; of those with a value only those with one of some values."""
    pairs = [(c, origins.of_claim(c, r)) for r in reports for c in r.claims if c.slot == slot]
    kept = [(c, o) for c, o in pairs if only is None or not c.value or c.value in only]
    return [c for c, _ in kept], [o for _, o in kept]


def _same_side(reports: Sequence[Report], lead: Report) -> list[Report]:
    """Reports whose first actor is the lead's first actor, not its second."""
    m = lead.mention
    return [
        r
        for r in reports
        if r is lead
        or compatible(m, 1, r.mention, 1) >= (compatible(m, 1, r.mention, 2) if r.mention["actor2"] else 0.0)
    ]


def _stand_in(named: Sequence[Report], actor1: str, inter1: str, iso3: str) -> tuple[str, str]:
    """The ``Unidentified …`` actor that fits: one that a report uses, else by what the suspect is."""
    for r in named:
        if unidentified(r.mention["actor1"]):
            return str(r.mention["actor1"]), str(r.mention["inter1"])
    from etl.code.actors import registry

    if inter1 in ("State forces", "External/Other forces"):
        found = registry().unidentified_military(None, iso3)
        return found.name, found.inter
    from etl.schema import country_by_iso3

    country = country_by_iso3(iso3)
    return f"Unidentified Armed Group ({country['country']})" if country else actor1, "Political militia"


def _inter(name: str, reports: Sequence[Report], lead: Report) -> str:
    """Type of a named actor: as a report types it, else as the registry does on the day and in the country."""
    for r in reports:
        for slot in (1, 2):
            if r.mention[f"actor{slot}"] == name:
                return str(r.mention[f"inter{slot}"])
    from etl.code.actors import registry

    day, iso3 = lead.mention["event_date"], lead.mention["iso3"]
    for span in registry().find(name, iso3, day):
        found = registry().resolve(span.actor_id, day, iso3)
        if found.name == name:
            return found.inter
    return str(lead.mention["inter1"])
