"""Words around and within place names: kinds of place, prepositions, bodies, words that only look like places."""

from __future__ import annotations

import csv
from functools import cache

import yaml

from etl.errors import Misconfigured
from etl.settings import SCHEMAS

KIND_AFTER = {
    "province": "admin1",
    "governorate": "admin1",
    "state": "admin1",
    "region": "admin1",
    "oblast": "admin1",
    "department": "admin1",
    "prefecture": "admin1",
    "district": "admin2",
    "county": "admin2",
    "raion": "admin2",
    "municipality": "admin2",
    "subdistrict": "admin2",
    "city": "populated",
    "town": "populated",
    "village": "populated",
    "neighborhood": "populated",
    "neighbourhood": "populated",
    "suburb": "populated",
    "township": "populated",
    "settlement": "populated",
    "hamlet": "populated",
    "river": "natural",
    "valley": "natural",
    "desert": "natural",
    "mountains": "natural",
    "mountain": "natural",
    "lake": "natural",
    "island": "natural",
    "sea": "natural",
    "strait": "natural",
    "peninsula": "natural",
    "border": "country",
    "area": None,
    "camp": None,
    "countryside": "admin1",
    "provinces": "admin1",
    "states": "admin1",
    "districts": "admin2",
    "villages": "populated",
    "towns": "populated",
    "cities": "populated",
    "airport": "populated",
    "refugee": None,
}
"""Word after a name and the feature it asks for (None: a place, of no particular kind)."""

KIND_BEFORE = {
    "province": "admin1",
    "governorate": "admin1",
    "state": "admin1",
    "region": "admin1",
    "department": "admin1",
    "district": "admin2",
    "county": "admin2",
    "city": "populated",
    "town": "populated",
    "village": "populated",
    "suburb": "populated",
    "neighborhood": "populated",
    "neighbourhood": "populated",
    "hamlet": "populated",
    "municipality": "admin2",
    "lake": "natural",
    "mount": "natural",
    "river": "natural",
    "island": "natural",
    "capital": "populated",
    "port": "populated",
    "towns": "populated",
    "villages": "populated",
    "cities": "populated",
    "provinces": "admin1",
    "districts": "admin2",
    "settlement": "populated",
}

KIND_NAMES = {
    "province": "admin1",
    "governorate": "admin1",
    "state": "admin1",
    "oblast": "admin1",
    "county": "admin2",
    "district": "admin2",
    "city": "populated",
    "town": "populated",
    "village": "populated",
    "township": "populated",
    "river": "natural",
    "valley": "natural",
    "mountains": "natural",
    "desert": "natural",
    "lake": "natural",
    "island": "natural",
    "islands": None,
    "sea": "natural",
    "parish": "admin2",
    "municipality": "admin2",
    "region": "admin1",
    "prefecture": "admin1",
    "department": "admin1",
}
"""The same words as the capitalised end of a name ("Stewart County")."""


@cache
def _words(file: str = "words.yml") -> dict[str, frozenset[str]]:
    path = SCHEMAS / "gazetteer" / file
    try:
        lists = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Misconfigured(f"cannot read {path}: restore the file from the repository and run again.") from error
    return {name: frozenset(words) for name, words in lists.items()}


LOCATIVE = _words()["locative"]
STRUCK = _words()["struck"]
NAMES_AS_PERSONS = _words()["names_as_persons"]
INNER = _words()["inner"]
PUBLIC_BODIES = _words()["public_bodies"]
TITLES = _words()["titles"]
NO_PLACE = _words()["no_place"]
COMMON = _words()["common"]
COMPASS = _words()["compass"]
BETWEEN = _words()["between"]
GROUNDS = _words()["grounds"]
NAME_WORDS = _words("name_words.yml")
"""Classes of words within and around capitalised names, in small letters."""

US_STATES = {
    "Ala": "Alabama",
    "AL": "Alabama",
    "AK": "Alaska",
    "Ariz": "Arizona",
    "AZ": "Arizona",
    "Ark": "Arkansas",
    "AR": "Arkansas",
    "Calif": "California",
    "CA": "California",
    "Colo": "Colorado",
    "CO": "Colorado",
    "Conn": "Connecticut",
    "CT": "Connecticut",
    "Del": "Delaware",
    "DE": "Delaware",
    "Fla": "Florida",
    "FL": "Florida",
    "Ga": "Georgia",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "Ill": "Illinois",
    "IL": "Illinois",
    "Ind": "Indiana",
    "IN": "Indiana",
    "IA": "Iowa",
    "Kan": "Kansas",
    "KS": "Kansas",
    "Ky": "Kentucky",
    "KY": "Kentucky",
    "La": "Louisiana",
    "LA": "Louisiana",
    "ME": "Maine",
    "Md": "Maryland",
    "MD": "Maryland",
    "Mass": "Massachusetts",
    "MA": "Massachusetts",
    "Mich": "Michigan",
    "MI": "Michigan",
    "Minn": "Minnesota",
    "MN": "Minnesota",
    "Miss": "Mississippi",
    "MS": "Mississippi",
    "Mo": "Missouri",
    "MO": "Missouri",
    "Mont": "Montana",
    "MT": "Montana",
    "Neb": "Nebraska",
    "NE": "Nebraska",
    "Nev": "Nevada",
    "NV": "Nevada",
    "N.H": "New Hampshire",
    "NH": "New Hampshire",
    "N.J": "New Jersey",
    "NJ": "New Jersey",
    "N.M": "New Mexico",
    "NM": "New Mexico",
    "N.Y": "New York",
    "NY": "New York",
    "N.C": "North Carolina",
    "NC": "North Carolina",
    "N.D": "North Dakota",
    "ND": "North Dakota",
    "OH": "Ohio",
    "Okla": "Oklahoma",
    "OK": "Oklahoma",
    "Ore": "Oregon",
    "OR": "Oregon",
    "Pa": "Pennsylvania",
    "PA": "Pennsylvania",
    "R.I": "Rhode Island",
    "RI": "Rhode Island",
    "S.C": "South Carolina",
    "SC": "South Carolina",
    "S.D": "South Dakota",
    "SD": "South Dakota",
    "Tenn": "Tennessee",
    "TN": "Tennessee",
    "Tex": "Texas",
    "TX": "Texas",
    "UT": "Utah",
    "Vt": "Vermont",
    "VT": "Vermont",
    "Va": "Virginia",
    "VA": "Virginia",
    "Wash": "Washington",
    "WA": "Washington",
    "W.Va": "West Virginia",
    "WV": "West Virginia",
    "Wis": "Wisconsin",
    "WI": "Wisconsin",
    "Wyo": "Wyoming",
    "WY": "Wyoming",
}
"""Postal and newspaper abbreviations, without the final full stop."""

PROVINCES = {
    "Alta": ("CAN", "Alberta"),
    "B.C": ("CAN", "British Columbia"),
    "N.B": ("CAN", "New Brunswick"),
    "N.S": ("CAN", "Nova Scotia"),
    "Ont": ("CAN", "Ontario"),
    "P.E.I": ("CAN", "Prince Edward Island"),
    "Que": ("CAN", "Quebec"),
    "Sask": ("CAN", "Saskatchewan"),
    "NSW": ("AUS", "New South Wales"),
    "N.S.W": ("AUS", "New South Wales"),
    "Qld": ("AUS", "Queensland"),
}
"""The same for the provinces and states of other countries whose newspapers shorten them."""


@cache
def demonyms() -> dict[str, str]:
    """Adjective or name of a nationality, and its country's ISO 3166-1 alpha-3."""
    with open(SCHEMAS / "gazetteer" / "countries.tsv", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {word: row["iso3"] for row in rows for word in (row["demonyms"] or "").split("|") if word}
