"""The codebook's rules about one event row, V03 to V36, as predicates (see ``docs/codebook.md`` for the words)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd

from etl import schema
from expectations.rules import WARNING, Context, rule, split_list

ARMED = {"State forces", "Rebel group", "Political militia", "Identity militia", "External/Other forces"}
ONE_SIDED = {"Explosions/Remote violence", "Riots", "Protests", "Strategic developments"}
NEVER_CIVILIAN = {"Peaceful protest", "Protest with intervention"}
NO_DEATHS = {"Abduction/forced disappearance", "Protest with intervention", "Peaceful protest"}
STATE_FORCE = re.compile(
    r"^(?:Mutiny of )?(?:Military|Police) Forces of (?:the )?(?P<state>.+?) \((?P<start>\d{4})-(?P<end>\d{4})?\)"
)
GENERIC = re.compile(r"^(?:Protesters|Rioters|Civilians|Unidentified [A-Z][^(]*) \((?P<country>[^)]+)\)")
SOURCE_SCALES = ("Local partner", "Other", "New media", "Subnational", "National", "Regional", "International")
TAGS = re.compile(
    r"^(?:crowd size=.+|counter-demonstration|local administrators|sexual violence|women targeted: (?:politicians|"
    r"government officials|candidates for office|voters|political party supporters|activists/human rights "
    r"defenders/social leaders|relatives of targeted groups or persons|accused of witchcraft/sorcery|girls))$"
)
DECIMALS = 4
# Far below the fourth decimal, far above the error of a double.
ROUNDING = 1e-9
# The sun is up somewhere else: an outlet half a world away can date its report one day before the place of the event.
ZONE_SLACK = pd.Timedelta(days=1)


def _days(column: pd.Series) -> pd.Series:
    days: pd.Series = pd.to_datetime(column, errors="coerce")
    return days


def _each(frame: pd.DataFrame, test: Callable[[dict[Any, Any]], object]) -> pd.Series:
    """One boolean a row from a function of the row."""
    return pd.Series([bool(test(row)) for row in frame.to_dict("records")], index=frame.index, dtype=bool)


@cache
def _homes() -> dict[str, str]:
    """The state whose forces serve in a territory that has none of its own, by the territory's name."""
    from etl.code.actors import registry

    known = registry()
    owners = {s.country: known.owner(s.iso3) for s in known.states.values() if s.part_of}
    return {territory: owner.country for territory, owner in owners.items() if owner}


def _is(frame: pd.DataFrame, column: str, values: set[str]) -> pd.Series:
    return frame[column].isin(values)


@rule("V03", "year is the year of event_date, from the first covered year to the year of the run", "event_date year")
def year_agrees(frame: pd.DataFrame, context: Context) -> pd.Series:
    covered: pd.Series = frame.year.between(context.first_year, context.run_date.year)
    same: pd.Series = _days(frame.event_date).dt.year == frame.year
    return covered & same


@rule(
    "V04",
    "not after the run, nor after the earliest publication of its reports where they are at hand",
    "event_id_cnty event_date",
)
def not_after_publication(frame: pd.DataFrame, context: Context) -> pd.Series:
    days = _days(frame.event_date)
    in_time = days <= pd.Timestamp(context.run_date) + ZONE_SLACK
    reports = context.frames.get("event_reports")
    if reports is None:
        return in_time
    published = pd.to_datetime(reports.published_at.astype("string").str[:10], errors="coerce")
    earliest = published.groupby(reports.event_id_cnty).min()
    limit = pd.to_datetime(frame.event_id_cnty.map(earliest))
    return in_time & (limit.isna() | (days <= limit + ZONE_SLACK))


@rule(
    "V06",
    "precision 2 is dated in the middle of its period, precision 3 at mid-month, its first or its last day",
    "event_date event_date_low event_date_high time_precision",
    severity=WARNING,
)
def middle_of_period(frame: pd.DataFrame, context: Context) -> pd.Series:
    day, low, high = _days(frame.event_date), _days(frame.event_date_low), _days(frame.event_date_high)
    middle = low + (high - low) / 2
    week = (day - middle).abs() <= pd.Timedelta(days=1)
    month = day.dt.day.isin([1, 14, 15, 16]) | day.dt.is_month_end
    exact: pd.Series = frame.time_precision == 1
    allowed: pd.Series = exact | ((frame.time_precision == 2) & week) | ((frame.time_precision == 3) & month)
    return allowed


@rule("V07", "event_type and sub_event_type are one of the 25 pairs", "event_type sub_event_type")
def pair_exists(frame: pd.DataFrame, context: Context) -> pd.Series:
    pairs = {(p["event_type"], p["sub_event_type"]) for p in schema.event_types()}
    return _each(frame, lambda row: (row["event_type"], row["sub_event_type"]) in pairs)


@rule("V08", "disorder_type follows from sub_event_type", "sub_event_type disorder_type")
def disorder_follows(frame: pd.DataFrame, context: Context) -> pd.Series:
    disorder = {p["sub_event_type"]: p["disorder_type"] for p in schema.event_types()}
    return frame.sub_event_type.map(disorder) == frame.disorder_type


@rule("V09", "inter2 is null exactly where actor2 is null", "actor2 inter2")
def second_actor_typed(frame: pd.DataFrame, context: Context) -> pd.Series:
    return frame.actor2.isna() == frame.inter2.isna()


@rule("V10", "interaction follows from inter1 and inter2", "inter1 inter2 interaction")
def interaction_follows(frame: pd.DataFrame, context: Context) -> pd.Series:
    def holds(row: dict[Any, Any]) -> bool:
        second = row["inter2"] if isinstance(row["inter2"], str) else None
        try:
            return bool(schema.interaction_label(str(row["inter1"]), second) == row["interaction"])
        except KeyError:
            return False

    return _each(frame, holds)


@rule("V11", "a battle has two armed sides", "event_type actor2 inter1 inter2")
def battle_sides(frame: pd.DataFrame, context: Context) -> pd.Series:
    sides = frame.actor2.notna() & _is(frame, "inter1", ARMED) & _is(frame, "inter2", ARMED)
    return (frame.event_type != "Battles") | sides


@rule("V12", "violence against civilians: armed actor1, civilians as actor2", "event_type actor2 inter1 inter2")
def civilians_second(frame: pd.DataFrame, context: Context) -> pd.Series:
    sides = frame.actor2.notna() & (frame.inter2 == "Civilians") & _is(frame, "inter1", ARMED)
    return (frame.event_type != "Violence against civilians") | sides


@rule("V13", "protesters are a party to every protest", "event_type inter1 inter2")
def protesters_present(frame: pd.DataFrame, context: Context) -> pd.Series:
    return (frame.event_type != "Protests") | (frame.inter1 == "Protesters") | (frame.inter2 == "Protesters")


@rule("V13.peaceful", "a peaceful protest meets no armed opponent", "sub_event_type inter1 inter2", severity=WARNING)
def peaceful_unopposed(frame: pd.DataFrame, context: Context) -> pd.Series:
    armed = _is(frame, "inter1", ARMED) | _is(frame, "inter2", ARMED)
    return (frame.sub_event_type != "Peaceful protest") | ~armed


@rule("V14", "rioters are a party to every riot", "event_type inter1 inter2")
def rioters_present(frame: pd.DataFrame, context: Context) -> pd.Series:
    return (frame.event_type != "Riots") | (frame.inter1 == "Rioters") | (frame.inter2 == "Rioters")


@rule("V15", "only one-sided types lack actor2", "event_type actor2")
def one_sided(frame: pd.DataFrame, context: Context) -> pd.Series:
    return frame.actor2.notna() | _is(frame, "event_type", ONE_SIDED)


@rule("V16", "civilian_targeting fits the type", "event_type sub_event_type civilian_targeting")
def targeting_fits(frame: pd.DataFrame, context: Context) -> pd.Series:
    flag = frame.civilian_targeting.astype(bool)
    always = frame.event_type == "Violence against civilians"
    never = _is(frame, "event_type", {"Battles", "Strategic developments"}) | _is(
        frame, "sub_event_type", NEVER_CIVILIAN
    )
    return ~(always & ~flag) & ~(never & flag)


@rule("V17", "no civilians among the associated actors of a battle", "event_type assoc_actor_1 assoc_actor_2")
def battle_without_civilians(frame: pd.DataFrame, context: Context) -> pd.Series:
    listed = pd.Series(False, index=frame.index)
    for column in ("assoc_actor_1", "assoc_actor_2"):
        listed |= frame[column].astype("string").str.contains("Civilians (", regex=False).fillna(False).astype(bool)
    return (frame.event_type != "Battles") | ~listed


@rule(
    "V18",
    "explosions that target civilians have civilians as actor2",
    "event_type civilian_targeting actor2",
    severity=WARNING,
)
def explosion_targets(frame: pd.DataFrame, context: Context) -> pd.Series:
    applies = (frame.event_type == "Explosions/Remote violence") & frame.civilian_targeting.astype(bool)
    civilians = frame.actor2.astype("string").str.startswith("Civilians (").fillna(True).astype(bool)
    return ~applies | civilians


@rule(
    "V19",
    "sexual violence names the victims' identity",
    "sub_event_type assoc_actor_1 assoc_actor_2",
    severity=WARNING,
)
def victims_identity(frame: pd.DataFrame, context: Context) -> pd.Series:
    both = frame.assoc_actor_1.astype("string").fillna("") + frame.assoc_actor_2.astype("string").fillna("")
    return (frame.sub_event_type != "Sexual violence") | both.str.contains(r"Women|Men|LGBTQ\+|Girls").astype(bool)


@rule("V20", "sub-types that exclude deaths have none", "sub_event_type fatalities")
def deaths_excluded(frame: pd.DataFrame, context: Context) -> pd.Series:
    return ~_is(frame, "sub_event_type", NO_DEATHS) | (frame.fatalities == 0)


@rule("V21", "a suicide bomb kills at least the bomber", "sub_event_type fatalities", severity=WARNING)
def bomber_counted(frame: pd.DataFrame, context: Context) -> pd.Series:
    return (frame.sub_event_type != "Suicide bomb") | (frame.fatalities >= 1)


@rule("V22", "strategic developments rarely kill", "event_type fatalities", severity=WARNING)
def strategic_without_deaths(frame: pd.DataFrame, context: Context) -> pd.Series:
    return (frame.event_type != "Strategic developments") | (frame.fatalities == 0)


@rule("V23", "coordinates have at most 4 decimals and are not (0, 0)", "latitude longitude")
def coordinates_sane(frame: pd.DataFrame, context: Context) -> pd.Series:
    lat, lon = frame.latitude.astype(float), frame.longitude.astype(float)
    short = (lat - lat.round(DECIMALS)).abs().lt(ROUNDING) & (lon - lon.round(DECIMALS)).abs().lt(ROUNDING)
    return short & ~((lat == 0) & (lon == 0))


@rule("V24", "the point lies in the country", "iso3 latitude longitude", needs="in_country")
def inside_country(frame: pd.DataFrame, context: Context) -> pd.Series:
    test = context.in_country
    assert test is not None
    return _each(frame, lambda row: test(row["iso3"], float(row["latitude"]), float(row["longitude"])))


@rule("V25", "country, iso and region stand in the reference table", "country iso region")
def country_triple(frame: pd.DataFrame, context: Context) -> pd.Series:
    triples = {(c["country"], int(c["iso"]), c["region"]) for c in schema.countries()}
    return _each(frame, lambda row: (row["country"], int(row["iso"]), row["region"]) in triples)


@rule("V26", "admin2 needs admin1, admin3 needs admin2", "admin1 admin2 admin3")
def admin_levels(frame: pd.DataFrame, context: Context) -> pd.Series:
    return (frame.admin2.isna() | frame.admin1.notna()) & (frame.admin3.isna() | frame.admin2.notna())


@rule("V27", "a place of precision 1 has a gazetteer id", "geo_precision geonameid", severity=WARNING)
def precise_place_known(frame: pd.DataFrame, context: Context) -> pd.Series:
    return (frame.geo_precision != 1) | frame.geonameid.notna()


@rule(
    "V27.region",
    "a place of precision 3 is an administrative capital or a natural feature",
    "geo_precision geonameid",
    severity=WARNING,
    needs="stands_for_region",
)
def region_stand_in(frame: pd.DataFrame, context: Context) -> pd.Series:
    test = context.stands_for_region
    assert test is not None
    return _each(
        frame,
        lambda row: row["geo_precision"] != 3 or pd.isna(row["geonameid"]) or test(int(row["geonameid"])),
    )


@rule("V28", "generic actors carry the country of the event", "country actor1 actor2", severity=WARNING)
def generic_country(frame: pd.DataFrame, context: Context) -> pd.Series:
    def holds(row: dict[Any, Any]) -> bool:
        for column in ("actor1", "actor2"):
            found = GENERIC.match(str(row[column])) if isinstance(row[column], str) else None
            if found and found["country"] != row["country"]:
                return False
        return True

    return _each(frame, holds)


@rule(
    "V29",
    "a state force is named by the period of its day, and typed by where it acts",
    "event_date country actor1 inter1 actor2 inter2",
)
def state_force_window(frame: pd.DataFrame, context: Context) -> pd.Series:
    names, homes = {c["country"] for c in schema.countries()}, _homes()

    def holds(row: dict[Any, Any]) -> bool:
        year = pd.Timestamp(row["event_date"]).year
        for actor, inter in (("actor1", "inter1"), ("actor2", "inter2")):
            found = STATE_FORCE.match(str(row[actor])) if isinstance(row[actor], str) else None
            if not found:
                continue
            if not int(found["start"]) <= year <= int(found["end"] or year):
                return False
            home = found["state"] in (row["country"], homes.get(row["country"]))
            expected = "State forces" if home else "External/Other forces"
            # De-facto states have forces of their own inside the recognised state.
            if found["state"] in names and row[inter] != expected:
                return False
        return True

    return _each(frame, holds)


@rule(
    "V30",
    "main actors differ and do not stand among the associated ones, which hold no blanks or repeats",
    "actor1 actor2 assoc_actor_1 assoc_actor_2",
)
def actors_distinct(frame: pd.DataFrame, context: Context) -> pd.Series:
    def holds(row: dict[Any, Any]) -> bool:
        if isinstance(row["actor2"], str) and row["actor1"] == row["actor2"]:
            return False
        main = {row["actor1"], row["actor2"]}
        for column in ("assoc_actor_1", "assoc_actor_2"):
            names = split_list(row[column])
            if len(set(names)) != len(names) or any(not n.strip() for n in names) or main & set(names):
                return False
        return True

    return _each(frame, holds)


@rule("V31", "source_scale is a base scale or two of them in order", "source_scale")
def scale_grammar(frame: pd.DataFrame, context: Context) -> pd.Series:
    valid = set(SOURCE_SCALES)
    # Two scales are joined in this fixed order, for example "Subnational-International".
    valid |= {f"{a}-{b}" for i, a in enumerate(SOURCE_SCALES) for b in SOURCE_SCALES[i + 1 :]}
    return frame.source_scale.isin(valid)


@rule("V31.source", "every source is a known outlet", "source", needs="known_sources")
def sources_known(frame: pd.DataFrame, context: Context) -> pd.Series:
    known = context.known_sources
    assert known is not None
    return _each(frame, lambda row: bool(row["source"]) and set(split_list(row["source"])) <= known)


@rule(
    "V32",
    "notes of a day-precise event start with its date and repeat its toll",
    "notes event_date time_precision fatalities",
    severity=WARNING,
)
def notes_agree(frame: pd.DataFrame, context: Context) -> pd.Series:
    def holds(row: dict[Any, Any]) -> bool:
        day, notes = pd.Timestamp(row["event_date"]), str(row["notes"])
        stated = f"On {day.day} {calendar.month_name[day.month]} {day.year}"
        if row["time_precision"] == 1 and not notes.startswith(stated):
            return False
        return not row["fatalities"] or str(int(row["fatalities"])) in notes

    return _each(frame, holds)


@rule("V33", "protests and riots have exactly one crowd size tag, others none", "event_type tags")
def one_crowd_size(frame: pd.DataFrame, context: Context) -> pd.Series:
    def holds(row: dict[Any, Any]) -> bool:
        sizes = sum(t.startswith("crowd size=") for t in split_list(row["tags"]))
        return sizes == (row["event_type"] in ("Protests", "Riots"))

    return _each(frame, holds)


@rule("V33.tags", "tags stand in the vocabulary", "tags", severity=WARNING)
def tags_known(frame: pd.DataFrame, context: Context) -> pd.Series:
    return _each(frame, lambda row: all(TAGS.match(t) for t in split_list(row["tags"])))


@rule(
    "V34",
    "no two events share day, gazetteer id, actors and type",
    "event_date geonameid actor1 actor2 event_type",
)
def no_twins(frame: pd.DataFrame, context: Context) -> pd.Series:
    second = frame.actor2.astype("string").fillna("")
    first = frame.actor1.astype("string")
    keys = pd.DataFrame(
        {
            "day": _days(frame.event_date),
            "place": frame.geonameid,
            "type": frame.event_type,
            "low": first.where(first < second, second),
            "high": second.where(first < second, first),
        }
    )
    return frame.geonameid.isna() | ~keys.duplicated(keep=False)


@rule("V36", "recorded after it happened", "timestamp event_date")
def recorded_after(frame: pd.DataFrame, context: Context) -> pd.Series:
    return pd.to_datetime(frame.timestamp, unit="s") >= _days(frame.event_date) - ZONE_SLACK
