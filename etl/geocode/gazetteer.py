"""Look up place names, entries, capitals and neighbours in the gazetteer file.

Decides which entries a spelling may mean and in what prior order; which of them an article means is decided in
``resolve.py``. The file is built on first use (``build.py``).
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from etl.errors import Misconfigured
from etl.geocode import builder
from etl.geocode.builder import build
from etl.geocode.geometry import KM_PER_DEGREE, distance_km, within_outline
from etl.geocode.names import close, loose_key, name_key, skeleton
from etl.schema import country_by_iso3
from etl.settings import settings

FUZZY_MIN = 0.7
"""Least similarity of a transliteration: "Deir ez-Zour" to "Dayr az Zawr" is 0.75, "Homs" to "Hama" 0.5."""

FUZZY_LENGTH = 5
"""Shorter names have too many neighbours for a match by sound."""

CITY_DISTRICT_KM = 10.0
"""Farther than this a place is a town of its own and no neighbourhood of the city."""

CANDIDATES = 60
"""Entries of one name that are looked at; 'San José' has hundreds, and the smallest never win."""

_COLUMNS = (
    "p.id, p.name, p.feature, p.country, p.admin1, p.admin2, p.latitude, p.longitude, p.population, p.importance, "
    "p.capital, p.radius_km"
)


@dataclass(frozen=True)
class Entry:
    """One place of the gazetteer.

    Attributes:
        id: GeoNames id; negative for sites of our own list, which GeoNames' towns do not hold.
        feature: ``country``, ``admin1``, ``admin2``, ``populated``, ``natural`` or ``other``.
        country: ISO 3166-1 alpha-3, None for seas and continents.
        admin1_code: ``SY.07``; ``admin1`` is its name.
        importance: prior weight, about the decimal logarithm of the population; countries from 9.
        main: the look-up matched the entry's own name, not an alternate one.
        radius_km: extent of a site of our own list.
    """

    id: int
    name: str
    feature: str
    country: str | None
    admin1_code: str | None
    admin2_code: str | None
    latitude: float
    longitude: float
    population: int
    importance: float
    capital: bool
    radius_km: float | None
    admin1: str | None
    admin2: str | None
    main: bool = True

    @property
    def geonameid(self) -> int | None:
        """The GeoNames id, None for sites of our own list."""
        return self.id if self.id > 0 else None

    @property
    def point(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""
        return self.latitude, self.longitude


class Gazetteer:
    """An open gazetteer file; safe to share between threads (one connection each)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        try:
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            filled = self._db.execute("SELECT 1 FROM place LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise Misconfigured(
                f"{path} is no gazetteer ({error}). Delete it; it is built again on the next run."
            ) from error
        if version != builder.FORMAT or not filled:
            raise Misconfigured(
                f"{path} is a gazetteer of another version. Delete it; it is built again on the next run."
            )
        self.lookup = lru_cache(maxsize=20000)(self._lookup)
        self.entry = lru_cache(maxsize=20000)(self._entry)
        self._units: dict[str, str] = dict(self._db.execute("SELECT code, name FROM unit"))

    @property
    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            try:
                db = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
                db.execute("PRAGMA mmap_size=268435456")
            except sqlite3.Error as error:
                raise Misconfigured(
                    f"there is no gazetteer at {self.path}. Build it with etl.geocode.build(path), or unset the path."
                ) from error
            self._local.db = db
        return db

    def _lookup(self, name: str) -> tuple[Entry, ...]:
        """Entries that bear the name, likeliest first; the empty tuple where there are none.

        Case, diacritics, hyphens, apostrophes and the Arabic article do not matter; any script does.
        """
        key = name_key(name)
        if not key:
            return ()
        found = self._by_key(key)
        if len(key) >= 4:
            seen = {e.id for e in found}
            found = found + tuple(e for e in self._by_key("~" + loose_key(name)) if e.id not in seen)
        return found

    def _by_key(self, key: str) -> tuple[Entry, ...]:
        rows = self._db.execute(
            f"SELECT {_COLUMNS}, a.main FROM alias a JOIN place p ON p.id = a.place WHERE a.key = ? "  # noqa: S608
            "ORDER BY p.importance + a.main DESC LIMIT ?",
            (key, CANDIDATES),
        )
        return tuple(self._make(row[:-1], bool(row[-1])) for row in rows)

    def _make(self, row: tuple[object, ...], main: bool = True) -> Entry:
        values: list[object] = list(row)
        values[10] = bool(values[10])
        admin1, admin2 = self._units.get(str(row[4])), self._units.get(str(row[5]))
        return Entry(*(*values, admin1, admin2, main))  # type: ignore[arg-type]

    def _entry(self, geonameid: int) -> Entry | None:
        """The entry with that id, or None."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM place p WHERE p.id = ?", (geonameid,)).fetchone()  # noqa: S608
        return self._make(row) if row else None

    def has(self, name: str) -> bool:
        """Whether any entry bears the name."""
        return bool(self.lookup(name))

    def similar(self, name: str, iso3: str, least: float = FUZZY_MIN) -> tuple[Entry, ...]:
        """Entries of one country whose name may be another spelling of ``name``, closest first (at most five).

        Args:
            name: as the text writes it.
            iso3: ISO 3166-1 alpha-3 of the country.
            least: similarity (``names.close``) from which a spelling counts.
        """
        bone = skeleton(name)
        if len(name) < FUZZY_LENGTH or not bone:
            return ()
        best: dict[int, float] = {}
        rows = self._db.execute(
            "SELECT place, spelling FROM bones WHERE country = ? AND skeleton = ? LIMIT 400", (iso3, bone)
        )
        for place, spelling in rows:
            best[place] = max(best.get(place, 0.0), close(name, spelling))
        near = sorted(((s, p) for p, s in best.items() if s >= least), reverse=True)[:20]
        entries = [(s, e) for s, p in near if (e := self.entry(p))]
        entries.sort(key=lambda se: se[0] + 0.03 * se[1].importance, reverse=True)
        return tuple(e for _, e in entries[:5])

    def country(self, iso3: str) -> Entry | None:
        """The country's own entry."""
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM place p WHERE p.feature = 'country' AND p.country = ?",  # noqa: S608
            (iso3,),
        ).fetchone()
        return self._make(row) if row else None

    def country_name(self, iso3: str | None) -> str | None:
        """The codebook's name of a country, None where it lists none with that code."""
        row = country_by_iso3(iso3) if iso3 else None
        return row["country"] if row else None

    def capital(self, iso3: str, admin1: str | None = None) -> Entry | None:
        """The capital of a country, or the chief town of one of its first-level units.

        Args:
            iso3: ISO 3166-1 alpha-3.
            admin1: name or code of the unit; its chief town is the one named like the unit, else its largest.
        """
        if admin1 is None:
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM place p WHERE p.id IN {self._in_country} ORDER BY p.population DESC LIMIT 1",  # noqa: S608
                (iso3,),
            )
            row = rows.fetchone()
            return self._make(row) if row else None
        code = self._unit_code(iso3, admin1)
        if code is None:
            return None
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM place p WHERE p.admin1 = ? AND p.feature = 'populated' "  # noqa: S608
            "ORDER BY p.population DESC LIMIT 40",
            (code,),
        )
        towns = [self._make(r) for r in rows]
        named = {e.id for e in self.lookup(self._units[code])}
        return next((t for t in towns if t.id in named), towns[0] if towns else None)

    _in_country = "(SELECT id FROM place WHERE country = ? AND capital = 1)"

    def _unit_code(self, iso3: str, admin1: str) -> str | None:
        if admin1 in self._units:
            return admin1
        return next(
            (e.admin1_code for e in self.lookup(admin1) if e.feature == "admin1" and e.country == iso3),
            None,
        )

    def nearest(self, latitude: float, longitude: float, within_km: float = 100.0, least: int = 0) -> Entry | None:
        """The populated place nearest to a point, or None within that distance.

        Args:
            latitude: degrees north.
            longitude: degrees east.
            within_km: how far to look.
            least: smallest population that counts.
        """
        for reach in (min(20.0, within_km), within_km):
            found = [e for e in self.around(latitude, longitude, reach) if e.population >= least]
            if found:
                return min(found, key=lambda e: distance_km(e.point, (latitude, longitude)))
        return None

    def around(self, latitude: float, longitude: float, within_km: float) -> tuple[Entry, ...]:
        """Populated places within a distance of a point, largest first."""
        high = within_km / KM_PER_DEGREE
        wide = high / max(0.05, math.cos(math.radians(latitude)))
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM place p WHERE p.latitude BETWEEN ? AND ? AND p.longitude BETWEEN ? AND ? "  # noqa: S608
            "AND p.feature = 'populated' ORDER BY p.population DESC",
            (latitude - high, latitude + high, longitude - wide, longitude + wide),
        )
        entries = (self._make(r) for r in rows)
        return tuple(e for e in entries if distance_km(e.point, (latitude, longitude)) <= within_km)

    def in_country(self, iso3: str, latitude: float, longitude: float, buffer_km: float = 20.0) -> bool:
        """Whether a point lies in a country, its border or coast widened by ``buffer_km``.

        Small islands without an outline are judged by their populated places.
        """
        inside = within_outline(iso3, latitude, longitude, buffer_km)
        if inside:
            return True
        # Islets fall out of simplified outlines; the towns on them are still in the gazetteer.
        reach = buffer_km if inside is False else max(buffer_km, 50.0)
        return any(e.country == iso3 for e in self.around(latitude, longitude, reach))

    def display_name(self, entry: Entry) -> str:
        """The place as the column ``location`` writes it: "City - District" for a quarter of a large city.

        A quarter is a place that lies within 10 km of a city five times its
        size (at least 500,000 people) in the same first-level unit.
        """
        if entry.feature != "populated":
            return entry.name
        for city in self.around(*entry.point, CITY_DISTRICT_KM)[:1]:
            same = city.admin1_code == entry.admin1_code and city.id != entry.id
            if same and city.population >= max(500_000, 5 * entry.population) and entry.population:
                return f"{city.name} - {entry.name}"
        return entry.name

    def containing(self, entries: Iterable[Entry], name: str) -> Entry | None:
        """The first of ``entries`` that lies in a unit or country called ``name``."""
        units = self.lookup(name)
        return next((e for e in entries for u in units if contains(u, e)), None)


def contains(unit: Entry, entry: Entry) -> bool:
    """Whether an administrative entry holds another entry."""
    if unit.id == entry.id or unit.country != entry.country or unit.country is None:
        return False
    if unit.feature == "country":
        return entry.feature != "country"
    if unit.feature == "admin1":
        return unit.admin1_code == entry.admin1_code and entry.feature not in {"country", "admin1"}
    return unit.feature == "admin2" and unit.admin2_code == entry.admin2_code and entry.feature == "populated"


def default_path() -> Path:
    """Where the gazetteer of this installation lies."""
    return settings().cache / f"gazetteer-{builder.fingerprint()}.sqlite"


def open_gazetteer(path: Path | None = None) -> Gazetteer:
    """Open a gazetteer.

    Args:
        path: a file built before; without one the installation's own is opened, built on first use and
            built again where it is damaged.

    Raises:
        Misconfigured: the file named is missing or damaged, or the cache folder cannot be written to.
    """
    if path is not None:
        if not path.is_file():
            raise Misconfigured(
                f"there is no gazetteer at {path}. Build it with etl.geocode.build(path), or leave the path out."
            )
        return Gazetteer(path)
    own = build(default_path())
    try:
        return Gazetteer(own)
    except Misconfigured:
        own.unlink(missing_ok=True)
        return Gazetteer(build(own))


@cache
def gazetteer() -> Gazetteer:
    """The installation's gazetteer, opened once a process."""
    return open_gazetteer()
