"""Reads ``schemas/`` and derives everything that has a column in it.

The one place where a column's type is turned into Arrow. Suites, the data dictionary and ``datapackage.json`` are
derived from the same objects (``etl/validate``, ``etl/publish``); nothing else restates a column.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pyarrow as pa
import yaml

from etl.errors import Misconfigured
from etl.settings import SCHEMAS

SCHEMA_VERSION = "1.2.0"

# The same safe loader, ten times faster where libyaml is there.
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

ARROW_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "strings": pa.list_(pa.string()),
}


@dataclass(frozen=True)
class Column:
    """One column as ``schemas/fields.yml`` describes it; ``nullable`` comes from the table."""

    name: str
    type: str
    description: str
    nullable: bool = True
    enum: str | None = None
    pattern: str | None = None
    min: float | None = None
    max: float | None = None
    unit: str | None = None

    @property
    def arrow(self) -> pa.Field:
        """The column as an Arrow field, description as metadata."""
        return pa.field(self.name, ARROW_TYPES[self.type], self.nullable, {"description": self.description})


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, its key, and whether releases carry it."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    released: bool
    released_extra: tuple[Column, ...] = ()

    @cached_property
    def arrow(self) -> pa.Schema:
        """Schema of the lake table."""
        return pa.schema([c.arrow for c in self.columns])

    @property
    def release_arrow(self) -> pa.Schema:
        """Schema of the released table: the lake's columns and those that only a release carries."""
        return pa.schema([c.arrow for c in (*self.columns, *self.released_extra)])

    def column(self, name: str) -> Column:
        """The column of that name; raises KeyError."""
        for c in (*self.columns, *self.released_extra):
            if c.name == name:
                return c
        raise KeyError(f"{self.name} has no column {name}")


def _load(relative: str) -> Any:
    path = SCHEMAS / relative
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_SAFE_LOADER)  # noqa: S506
    except OSError as error:
        raise Misconfigured(f"cannot read {path}: {error.strerror}. Restore schemas/ from the repository.") from error
    except yaml.YAMLError as error:
        raise Misconfigured(f"{path} is not valid YAML: {error}. Correct the file and run again.") from error


@cache
def fields() -> dict[str, dict[str, Any]]:
    """``schemas/fields.yml`` as it stands."""
    return dict(_load("fields.yml"))


@cache
def table(name: str) -> Table:
    """One table of the data model.

    >>> table("events").columns[0].name
    'event_id_cnty'
    """
    raw = _load(f"tables/{name}.yml")
    required, optional = set(raw["columns"]["required"]), set(raw["columns"]["optional"])
    order = raw["order"]
    if required | optional != set(order) or required & optional or len(order) != len(set(order)):
        odd = (required | optional) ^ set(order) or required & optional
        raise Misconfigured(f"schemas/tables/{name}.yml: 'order' must list each column once; look at {sorted(odd)}.")

    def column(column_name: str) -> Column:
        if column_name not in fields():
            raise Misconfigured(f"schemas/tables/{name}.yml names {column_name}; describe it in schemas/fields.yml.")
        return Column(name=column_name, nullable=column_name not in required, **fields()[column_name])

    return Table(
        name=name,
        description=raw["description"],
        key=tuple(raw["key"]),
        columns=tuple(column(c) for c in order),
        released=raw["released"],
        released_extra=tuple(column(c) for c in raw.get("released_extra", [])),
    )


@dataclass(frozen=True)
class View(Table):
    """A table of a release that follows from the others; ``query`` is None where it is computed."""

    query: str | None = None


@cache
def view(name: str) -> View:
    """One view of a release. A column is nullable unless it is of the key of a table that it repeats.

    >>> view("panel_country").columns[2].name
    'month'
    """
    raw = _load(f"views/{name}.yml")
    columns: list[Column] = []
    for given in raw["columns"]:
        whole, _, rest = given.partition(".")
        if rest == "*":
            columns += [*table(whole).columns, *table(whole).released_extra]
        elif given not in fields():
            raise Misconfigured(f"schemas/views/{name}.yml names {given}; describe it in schemas/fields.yml.")
        else:
            columns.append(Column(name=given, **fields()[given]))
    return View(
        name=name,
        description=raw["description"],
        key=tuple(raw["key"]),
        columns=tuple(columns),
        released=True,
        query=raw.get("query"),
    )


@cache
def view_names() -> tuple[str, ...]:
    """Names of all views, sorted."""
    return tuple(sorted(p.stem for p in (SCHEMAS / "views").glob("*.yml")))


@cache
def plover() -> dict[str, dict[str, Any]]:
    """PLOVER event, mode and context by sub-event type, as ``schemas/vocabularies/plover.yml`` gives them."""
    return dict(_load("vocabularies/plover.yml"))


@cache
def table_names() -> tuple[str, ...]:
    """Names of all tables, sorted."""
    return tuple(sorted(p.stem for p in (SCHEMAS / "tables").glob("*.yml")))


@cache
def countries() -> tuple[dict[str, str], ...]:
    """The 243 countries and territories: country, iso3, iso2, iso, region."""
    with open(SCHEMAS / "vocabularies/countries.tsv", encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, delimiter="\t"))


@cache
def country_by_iso3(iso3: str) -> dict[str, str] | None:
    """The row of ``countries`` with that code, or None.

    >>> country_by_iso3("SYR")["region"]
    'Middle East'
    """
    return next((c for c in countries() if c["iso3"] == iso3), None)


@cache
def event_types() -> tuple[dict[str, str], ...]:
    """The 25 pairs in hierarchy order: event_type, sub_event_type, disorder_type."""
    return tuple(_load("vocabularies/event_types.yml"))


@cache
def sub_event(name: str) -> dict[str, str]:
    """The pair that a sub-event type belongs to; raises KeyError."""
    for pair in event_types():
        if pair["sub_event_type"] == name:
            return pair
    raise KeyError(name)


@cache
def actor_types() -> dict[int, str]:
    """Actor type labels by code, 1 to 8."""
    return dict(_load("vocabularies/actor_types.yml")["labels"])


def interaction_code(inter1: str, inter2: str | None) -> int:
    """Order-free code of two actor types; second digit 0 where there is no second actor.

    >>> interaction_code("Civilians", "State forces")
    17
    """
    codes = {label: code for code, label in actor_types().items()}
    a = codes[inter1]
    if not inter2:
        return a * 10
    return min(a, codes[inter2]) * 10 + max(a, codes[inter2])


def interaction_label(inter1: str, inter2: str | None) -> str:
    """Text form of an interaction; raises KeyError where the codebook has no such pair.

    >>> interaction_label("Rebel group", "State forces")
    'State forces-Rebel group'
    >>> interaction_label("Civilians", "External/Other forces")
    'External/Other forces-Civilians'
    """
    return interactions()[interaction_code(inter1, inter2)]


@cache
def interactions() -> dict[int, str]:
    """The 44 interactions, label by code."""
    raw = _load("vocabularies/actor_types.yml")
    labels, special = raw["labels"], raw["interaction_labels"]

    def label(code: int) -> str:
        low, high = divmod(code, 10)
        return special.get(code) or (f"{labels[low]}-{labels[high]}" if high else f"{labels[low]} only")

    return {code: label(code) for code in raw["interactions"]}


@cache
def enum(name: str) -> tuple[str, ...]:
    """The closed list that a column's ``enum`` names.

    >>> len(enum("sub_event_type")), len(enum("interaction")), len(enum("region"))
    (25, 44, 17)
    """
    derived: dict[str, Callable[[], list[str]]] = {
        "event_type": lambda: [p["event_type"] for p in event_types()],
        "sub_event_type": lambda: [p["sub_event_type"] for p in event_types()],
        "disorder_type": lambda: [p["disorder_type"] for p in event_types()],
        "actor_type": lambda: list(actor_types().values()),
        "interaction": lambda: list(interactions().values()),
        "country": lambda: [c["country"] for c in countries()],
        "region": lambda: [c["region"] for c in countries()],
        "speech_act": lambda: list(_load("vocabularies/speech_acts.yml")["speech_acts"]),
        "claimant_role": lambda: list(_load("vocabularies/speech_acts.yml")["claimant_roles"]),
        "dispute_status": lambda: list(_load("vocabularies/speech_acts.yml")["dispute_status"]),
    }
    values = derived[name]() if name in derived else _load("vocabularies/other.yml")[name]
    return tuple(dict.fromkeys(values))
