"""One event row from its mentions: each column by the codebook's rule, never an average of what was read.

Type, actors, day and place are taken from mentions that stated them; only the toll, the lists and the disputes are
computed over all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from etl import schema
from etl.code.notes import compose
from etl.merge.match import UNCOUNTED, compatible, radius_km, unidentified
from etl.merge.records import Report, Row
from etl.merge.sources import Origin, Origins, source_list, source_scale
from etl.merge.voices import Verdict, disputes, verdict

# Rule V16: of these types none, of these sub-types none, and all of violence against civilians.
NEVER_TARGETING = frozenset({"Battles", "Strategic developments", "Peaceful protest", "Protest with intervention"})
# Rule V20: an act of these kinds that killed is another kind of act.
WITHOUT_DEATHS = {
    "Peaceful protest": "Excessive force against protesters",
    "Protest with intervention": "Excessive force against protesters",
    "Abduction/forced disappearance": "Attack",
}
# A further independent origin removes less doubt than a first one: outlets share sources that nobody credits.
FURTHER_ORIGIN = 0.5
CERTAIN = 0.99  # no machine-coded row is certain

PLACE_COLUMNS = ("iso3", "admin1", "admin2", "location", "latitude", "longitude", "geo_precision", "geonameid")


def resolve(reports: Sequence[Report], preset: str) -> dict[str, Any]:
    """The columns that follow from the mentions.

    Args:
        reports: at least one mention; the order does not matter.
        preset: attribution preset, see ``etl.code.attribution``.

    Returns:
        The columns of ``events`` without ``event_id_cnty``, ``timestamp`` and ``revision``.
    """
    ordered = sorted(reports, key=lambda r: (r.known_at, r.key))
    origins = Origins(ordered)
    toll = _toll(ordered)
    lead = _lead(ordered, toll["fatalities"], origins.independent)
    sub = WITHOUT_DEATHS.get(lead.mention["sub_event_type"], "") if toll["fatalities"] else ""
    pair = schema.sub_event(sub or lead.mention["sub_event_type"])
    when = min(ordered, key=lambda r: (r.mention["time_precision"], r.days[1] - r.days[0], r.known_at, r.key))
    where = _place(ordered)
    row: dict[str, Any] = dict(pair)
    row |= {
        "event_date": when.mention["event_date"],
        "event_date_low": when.days[0],
        "event_date_high": when.days[1],
        "time_precision": when.mention["time_precision"],
    }
    row["year"] = row["event_date"].year
    row |= {name: where.mention[name] for name in PLACE_COLUMNS}
    country = schema.country_by_iso3(row["iso3"])
    if country is None:
        raise KeyError(row["iso3"])
    row |= {"country": country["country"], "region": country["region"], "iso": int(country["iso"]), "admin3": None}
    row["latitude"], row["longitude"] = round(row["latitude"], 4), round(row["longitude"], 4)
    row["uncertainty_km"] = radius_km(where.mention)
    said = verdict(ordered, lead, preset, origins)
    row |= _actors(ordered, lead, said, row["event_type"])
    row |= toll
    row |= disputes(ordered, origins)
    row["alleged_actor1"] = list(said.alleged) or None
    unnamed = "unidentified_unknown" if unidentified(said.actor1) else "undisputed_report"
    row["attribution"], row["attribution_rule"] = preset, said.rule or unnamed
    row["weapons"], row["targets"] = (_union(ordered, lead, name) for name in ("weapons", "targets"))
    lost = {name for r in ordered for name in (r.mention["also_matched"] or ())}
    lost |= {r.mention["sub_event_type"] for r in ordered}
    lost.discard(pair["sub_event_type"])
    row["also_matched"] = [p["sub_event_type"] for p in schema.event_types() if p["sub_event_type"] in lost] or None
    row["tags"] = _tags(ordered, lead, row["event_type"])
    row |= {
        "source": source_list(ordered),
        "source_scale": source_scale(ordered, row["iso3"]),
        "confidence": _confidence(origins.independent),
        "reports": len({r.article_id for r in ordered}),
        "independent_origins": len(origins.independent),
        "first_reported": min(r.known_at for r in ordered),
        "civilian_targeting": _targeting(lead.mention, pair),
    }
    row["corrected"] = None
    return settled(row)


def settled(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the columns that follow from its other columns."""
    inter = schema.interaction_label(row["inter1"], row["inter2"])
    row = {**row, "year": row["event_date"].year, "interaction": inter}
    return {**row, "notes": _notes(row)}


def _lead(ordered: Sequence[Report], fatalities: int, origins: Sequence[Origin]) -> Report:
    """The mention that type and actors are taken from.

    The type that most independent origins read, among those that name most actors; a type that cannot have deaths
    yields to one that can where there were deaths.
    """
    votes: dict[str, int] = {}
    for origin in origins:
        for sub in {r.mention["sub_event_type"] for r in origin.reports}:
            votes[sub] = votes.get(sub, 0) + 1
    rank = {p["sub_event_type"]: i for i, p in enumerate(schema.event_types())}

    def worth(r: Report) -> tuple[Any, ...]:
        m = r.mention
        named = sum(1 for a in (m["actor1"], m["actor2"]) if a and not unidentified(a))
        deadly = bool(fatalities) and m["sub_event_type"] in WITHOUT_DEATHS
        sub = m["sub_event_type"]
        return (deadly, -votes[sub], -named, rank[sub], -m["confidence"], r.known_at, r.key)

    return min(ordered, key=worth)


def _place(ordered: Sequence[Report]) -> Report:
    """The most precise place; of several as precise the one most mentions name, then the first reported."""
    best = min(r.mention["geo_precision"] for r in ordered)
    precise = [r for r in ordered if r.mention["geo_precision"] == best]

    def name(r: Report) -> tuple[Any, Any]:
        return r.mention["geonameid"], r.mention["location"]

    named = [name(r) for r in precise]
    return min(precise, key=lambda r: (-named.count(name(r)), r.known_at, r.key))


def _toll(ordered: Sequence[Report]) -> dict[str, Any]:
    """Lowest number that a report supports, the whole range, and how the number came about (codebook rule 12)."""
    counted = [r.mention for r in ordered if r.mention["fatalities_basis"] not in UNCOUNTED]
    lows = [m["fatalities_low"] for m in counted if m["fatalities_low"] is not None]
    highs = [m["fatalities_high"] for m in counted if m["fatalities_high"] is not None]
    hurt = [r.mention for r in ordered]
    injured_low = [m["injured_low"] for m in hurt if m["injured_low"] is not None]
    injured_high = [m["injured_high"] for m in hurt if m["injured_high"] is not None]
    if not counted:
        basis = "casualties_only" if any(m["fatalities_basis"] == "casualties_only" for m in hurt) else "not_mentioned"
        lowest = 0
    else:
        lowest = min(m["fatalities"] for m in counted)
        agree = len({m["fatalities"] for m in counted}) == 1
        basis = (
            next(m["fatalities_basis"] for m in counted if m["fatalities"] == lowest) if agree else "conflicting_low"
        )
    figures = [m["fatalities"] for m in counted]
    return {
        "fatalities": lowest,
        "fatalities_low": min([*lows, lowest]) if counted else None,
        "fatalities_high": max([*highs, *figures]) if counted else None,
        "fatalities_basis": basis,
        "injured_low": min(injured_low, default=None),
        "injured_high": max(injured_high, default=None),
    }


def _actors(ordered: Sequence[Report], lead: Report, said: Verdict, event_type: str) -> dict[str, Any]:
    m = lead.mention
    actor1, inter1 = said.actor1, said.inter1
    actor2, inter2 = m["actor2"], m["inter2"]
    if actor2 is None or unidentified(actor2):
        # A second actor that another report names fills the gap, as long as it is the same side.
        for other in (r.mention for r in ordered if r.mention["event_type"] == event_type):
            identified = other["actor2"] and not unidentified(other["actor2"]) and other["actor2"] != actor1
            if identified and compatible(m, 2, other, 2) > 0 and compatible(m, 1, other, 1) > 0:
                actor2, inter2 = other["actor2"], other["inter2"]
                break
    if actor1 == actor2 or not _paired(inter1, inter2):
        actor1, inter1, actor2, inter2 = m["actor1"], m["inter1"], m["actor2"], m["inter2"]
    beside: dict[int, list[str]] = {1: [], 2: []}
    for r in (lead, *(r for r in ordered if r is not lead)):
        straight = compatible(m, 1, r.mention, 1) > 0 and compatible(m, 2, r.mention, 2) > 0
        for slot in (1, 2):
            names = r.mention[f"assoc_actor_{slot}"]
            beside[slot if straight else 3 - slot] += [n.strip() for n in (names or "").split(";")]
    main = {actor1, actor2}
    kept = {}
    for slot in (1, 2):
        names = [n for n in dict.fromkeys(beside[slot]) if n and n not in main]
        kept[slot] = [n for n in names if event_type != "Battles" or not n.startswith("Civilians (")]
    return {
        "actor1": actor1,
        "inter1": inter1,
        "assoc_actor_1": "; ".join(kept[1]) or None,
        "actor2": actor2,
        "inter2": inter2,
        "assoc_actor_2": "; ".join(kept[2]) or None if actor2 else None,
        "interaction": schema.interaction_label(inter1, inter2),
    }


def _paired(inter1: str, inter2: str | None) -> bool:
    return schema.interaction_code(inter1, inter2) in schema.interactions()


def _targeting(lead: Row, pair: Row) -> bool:
    if pair["event_type"] == "Violence against civilians":
        return True
    if {pair["event_type"], pair["sub_event_type"]} & NEVER_TARGETING:
        return False
    return bool(lead["civilian_targeting"])


def _union(ordered: Iterable[Report], lead: Report, name: str) -> list[str] | None:
    """All wordings, the lead's first, each once whatever its case."""
    found: dict[str, str] = {}
    for r in (lead, *ordered):
        for words in r.mention[name] or ():
            found.setdefault(words.casefold(), words)
    return list(found.values()) or None


def _tags(ordered: Iterable[Report], lead: Report, event_type: str) -> str | None:
    """All tags; exactly one crowd size on protests and riots, none elsewhere (rule V33)."""
    tags: list[str] = []
    for r in (lead, *ordered):
        tags += [t.strip() for t in (r.mention["tags"] or "").split(";") if t.strip()]
    sizes = [t for t in tags if t.startswith("crowd size=")]
    kept = [t for t in dict.fromkeys(tags) if t not in sizes]
    if event_type in ("Protests", "Riots"):
        told = [s for s in sizes if s != "crowd size=no report"]
        kept.insert(0, (told or ["crowd size=no report"])[0])
    return "; ".join(kept) or None


def _confidence(origins: Sequence[Origin]) -> float:
    """Chance that at least one origin is right, further origins counting half."""
    best = sorted((max(float(r.mention["confidence"]) for r in o.reports) for o in origins), reverse=True)
    doubt = 1.0
    for i, confidence in enumerate(best):
        doubt *= 1 - confidence * (1.0 if i == 0 else FURTHER_ORIGIN)
    return round(min(1 - doubt, CERTAIN), 4)


# Precision 2 is "near" a town, or a part of a region.
NEAR = 2


def _notes(row: Row) -> str:
    """The event's sentence, from its own columns."""
    disputed = tuple(
        column.removeprefix("dispute_")
        for column in row
        if column.startswith("dispute_") and row[column] in ("contested", "attributed_denied")
    )
    return compose(
        row["sub_event_type"],
        row["actor1"],
        row["actor2"],
        row["event_date"],
        row["time_precision"],
        row["geo_precision"] == NEAR,
        (row["location"], row["admin1"], row["country"]),
        row["fatalities"],
        row["fatalities_basis"],
        disputed,
        fatalities_high=row["fatalities_high"],
        alleged=tuple(row["alleged_actor1"] or ()),
    )
