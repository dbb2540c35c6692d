"""Words around and within place names: kinds of place, prepositions, bodies, words that only look like places."""

from __future__ import annotations

import csv
from functools import cache

from etl.settings import SCHEMAS

KIND_AFTER = {
    "province": "admin1", "governorate": "admin1", "state": "admin1", "region": "admin1", "oblast": "admin1",
    "department": "admin1", "prefecture": "admin1", "district": "admin2", "county": "admin2", "raion": "admin2",
    "municipality": "admin2", "subdistrict": "admin2", "city": "populated", "town": "populated", "village": "populated",
    "neighborhood": "populated", "neighbourhood": "populated", "suburb": "populated", "township": "populated",
    "settlement": "populated", "hamlet": "populated", "river": "natural", "valley": "natural", "desert": "natural",
    "mountains": "natural", "mountain": "natural", "lake": "natural", "island": "natural", "sea": "natural",
    "strait": "natural", "peninsula": "natural", "border": "country", "area": None, "camp": None, "countryside": "admin1",
    "provinces": "admin1", "states": "admin1", "districts": "admin2", "villages": "populated", "towns": "populated",
    "cities": "populated", "airport": "populated", "refugee": None,
}  # fmt: skip
"""Word after a name and the feature it asks for (None: a place, of no particular kind)."""

KIND_BEFORE = {
    "province": "admin1", "governorate": "admin1", "state": "admin1", "region": "admin1", "department": "admin1",
    "district": "admin2", "county": "admin2", "city": "populated", "town": "populated", "village": "populated",
    "suburb": "populated", "neighborhood": "populated", "neighbourhood": "populated", "hamlet": "populated",
    "municipality": "admin2", "lake": "natural", "mount": "natural", "river": "natural", "island": "natural",
    "capital": "populated", "port": "populated", "towns": "populated", "villages": "populated", "cities": "populated",
    "provinces": "admin1", "districts": "admin2", "settlement": "populated",
}  # fmt: skip

KIND_NAMES = {
    "province": "admin1", "governorate": "admin1", "state": "admin1", "oblast": "admin1", "county": "admin2",
    "district": "admin2", "city": "populated", "town": "populated", "village": "populated", "township": "populated",
    "river": "natural", "valley": "natural", "mountains": "natural", "desert": "natural", "lake": "natural",
    "island": "natural", "islands": None, "sea": "natural", "parish": "admin2", "municipality": "admin2",
    "region": "admin1", "prefecture": "admin1", "department": "admin1",
}  # fmt: skip
"""The same words as the capitalised end of a name ("Stewart County")."""

LOCATIVE = frozenset(
    ["in", "at", "near", "from", "to", "around", "outside", "inside", "across", "through", "toward", "towards", "into", "between", "within", "throughout", "beyond", "off", "northern", "southern", "eastern", "western", "northeastern", "northwestern", "southeastern", "southwestern", "central", "downtown", "nearby", "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "via", "over", "along", "visiting", "visited", "entered", "left", "reach", "reached", "capital", "town", "village", "city", "province", "district", "where-in"]
)

STRUCK = frozenset(
    ["strike", "hit", "shell", "bomb", "attack", "seize", "capture", "storm", "raid", "enter", "retake", "besiege", "target", "pound", "recapture", "occupy", "leave", "reach", "liberate", "bombard", "overrun", "control", "rock", "leave", "flee", "encircle", "surround", "regain", "take", "shake"]
)
"""Lemmas of verbs whose object is a place more often than a person in reports of conflict."""

NAMES_AS_PERSONS = frozenset(["USA", "GBR", "CAN", "AUS", "NZL", "IRL", "ZAF"])
"""Countries with many towns named like persons: naming the country says little about "Madison" or "Gordon"."""

INNER = frozenset(
    ["of", "the", "and", "al", "el", "de", "del", "la", "las", "los", "du", "des", "da", "do", "dos", "e", "y", "di", "am", "an", "der", "den", "sur", "ez", "es", "ash", "as", "ar", "az", "ad", "an", "upon"]
)

PUBLIC_BODIES = frozenset(
    ["police", "department", "government", "army", "council", "court", "university", "hospital", "airport", "mayor", "school", "office", "district", "parliament", "ministry", "prison", "jail", "county", "college", "legislature", "assembly", "senate", "governor", "fire", "sheriff", "border", "embassy", "authority", "supreme", "high", "city", "international", "public", "state"]
)
"""Singular first word after a place that opens the name of a public body: "Kabul Police"."""

TITLES = frozenset(
    ["Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Gen", "Col", "Lt", "Maj", "Capt", "Sgt", "Cpl", "Adm", "Sen", "Rep", "Gov", "Rev", "Sir", "Lord", "Lady", "President", "Minister", "General", "Colonel", "Major", "Captain", "Sergeant", "Senator", "Governor", "Judge", "Justice", "Pope", "King", "Queen", "Prince", "Princess", "Sheikh", "Ayatollah", "Mullah", "Imam", "Coach", "Officer", "Detective", "Lieutenant", "Commander", "Chancellor", "Secretary", "Ambassador", "Professor", "Pvt", "Private", "Saint-"]
)

NO_PLACE = frozenset(
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "newsweek", "internet", "earth", "moon", "mars", "sun", "god", "allah", "islam", "twitter", "facebook", "google", "youtube", "covid", "covid", "19", "ebola", "reuters", "afp", "ap", "associated", "press", "bbc", "cnn", "al", "jazeera", "the", "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "state", "city", "county", "district", "province", "world", "north", "quran", "koran", "bible", "parliament", "senate", "congress", "house", "constitution", "christmas", "easter", "ramadan", "trump", "obama", "biden", "bush", "clinton", "putin", "assad", "taliban", "hamas", "hezbollah", "islamic", "state", "isis", "isil", "al", "qaeda", "boko", "haram", "nato", "un", "eu", "united", "nations", "european", "union", "african", "union", "arab", "league", "republican", "democrat", "democratic", "democrats", "republicans", "internet", "web", "sunni", "shiite", "shia", "kurd", "kurds", "arab", "arabs", "muslim", "muslims", "christian", "christians", "jew", "jews", "jewish", "islamic", "kurdish"]
) | frozenset(
    ["al jazeera", "islamic state", "al qaeda", "boko haram", "united nations", "european union", "african union", "arab league", "associated press", "covid 19", "press", "west", "mr", "ms", "the"]
)
"""Keys that taggers and gazetteers take for places and that are none."""

COMMON = frozenset(
    ["reading", "nice", "mobile", "bath", "split", "orange", "best", "deal", "sandwich", "male", "police", "university", "most", "man", "see", "read", "cork", "ball", "home", "hope", "independence", "liberty", "union", "eagle", "church", "temple", "hill", "ford", "young", "grant", "jordan", "chad", "chelsea", "paris", "hilton", "sydney", "florence", "madison", "austin", "charlotte", "lincoln", "jackson", "washington", "houston", "clinton", "kent", "victoria", "alexandria", "santiago", "jose", "marina", "maria", "roma", "lima", "mali", "troy", "dallas", "savannah", "carolina", "virginia", "georgia", "georgie", "israel", "india", "asia", "china", "brooklyn", "media", "bar", "same", "many", "much", "army", "force", "forces", "guard", "market", "center", "centre", "park", "bank", "school", "hospital", "of", "van", "are", "is", "as", "by", "born", "bo", "ban", "ba", "la", "le", "al", "san", "santa", "saint", "los", "las", "el", "new", "old", "big", "little", "north", "south", "east", "west", "central", "northern", "southern", "eastern", "western", "green", "white", "black", "brown", "gray", "grey", "red", "blue", "king", "queen", "prince", "baker", "mason", "miller", "hunter", "carter", "taylor", "tyler", "parker", "cooper", "marshall", "franklin", "davis", "wilson", "johnson", "smith", "jones", "williams", "thomas", "martin", "moore", "anderson", "lewis", "scott", "wright", "hall", "allen", "nelson", "hill", "adams", "mitchell", "roberts", "campbell", "phillips", "evans", "turner", "murphy", "stanley", "bradley", "harris", "monroe", "hamilton", "lawrence", "warren", "harrison", "melbourne", "ali", "ahmed", "mohammed", "hassan", "hussein", "omar", "khan", "sultan", "karim", "rahman", "aziz", "shah", "spring", "summer", "winter", "fall", "autumn", "sunday", "today", "both", "they", "this", "these", "those", "what", "when", "where", "which", "while", "after", "before", "however", "but", "and", "the", "with", "for"]
) - frozenset(
    ["chad", "jordan", "paris", "mali", "israel", "india", "asia", "china", "georgia", "virginia", "carolina", "washington", "houston", "dallas", "sydney", "melbourne", "lima", "brooklyn"]
)
"""Keys of towns that are more often a common word or a person's name: they need a kind word or "X, Y"."""

US_STATES = {
    "Ala": "Alabama", "AL": "Alabama", "AK": "Alaska", "Ariz": "Arizona", "AZ": "Arizona", "Ark": "Arkansas", "AR": "Arkansas",
    "Calif": "California", "CA": "California", "Colo": "Colorado", "CO": "Colorado", "Conn": "Connecticut",
    "CT": "Connecticut", "Del": "Delaware", "DE": "Delaware", "Fla": "Florida", "FL": "Florida", "Ga": "Georgia",
    "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "Ill": "Illinois", "IL": "Illinois", "Ind": "Indiana", "IN": "Indiana",
    "IA": "Iowa", "Kan": "Kansas", "KS": "Kansas", "Ky": "Kentucky", "KY": "Kentucky", "La": "Louisiana", "LA": "Louisiana",
    "ME": "Maine", "Md": "Maryland", "MD": "Maryland", "Mass": "Massachusetts", "MA": "Massachusetts", "Mich": "Michigan",
    "MI": "Michigan", "Minn": "Minnesota", "MN": "Minnesota", "Miss": "Mississippi", "MS": "Mississippi", "Mo": "Missouri",
    "MO": "Missouri", "Mont": "Montana", "MT": "Montana", "Neb": "Nebraska", "NE": "Nebraska", "Nev": "Nevada",
    "NV": "Nevada", "N.H": "New Hampshire", "NH": "New Hampshire", "N.J": "New Jersey", "NJ": "New Jersey",
    "N.M": "New Mexico", "NM": "New Mexico", "N.Y": "New York", "NY": "New York", "N.C": "North Carolina",
    "NC": "North Carolina", "N.D": "North Dakota", "ND": "North Dakota", "OH": "Ohio", "Okla": "Oklahoma",
    "OK": "Oklahoma", "Ore": "Oregon", "OR": "Oregon", "Pa": "Pennsylvania", "PA": "Pennsylvania", "R.I": "Rhode Island",
    "RI": "Rhode Island", "S.C": "South Carolina", "SC": "South Carolina", "S.D": "South Dakota", "SD": "South Dakota",
    "Tenn": "Tennessee", "TN": "Tennessee", "Tex": "Texas", "TX": "Texas", "UT": "Utah", "Vt": "Vermont", "VT": "Vermont",
    "Va": "Virginia", "VA": "Virginia", "Wash": "Washington", "WA": "Washington", "W.Va": "West Virginia",
    "WV": "West Virginia", "Wis": "Wisconsin", "WI": "Wisconsin", "Wyo": "Wyoming", "WY": "Wyoming",
}  # fmt: skip
"""Postal and newspaper abbreviations, without the final full stop."""


@cache
def demonyms() -> dict[str, str]:
    """Adjective or name of a nationality, and its country's ISO 3166-1 alpha-3."""
    with open(SCHEMAS / "gazetteer" / "countries.tsv", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {word: row["iso3"] for row in rows for word in (row["demonyms"] or "").split("|") if word}
