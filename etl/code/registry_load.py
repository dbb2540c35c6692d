"""Read ``schemas/actors/`` and the demonyms into frozen records, refusing what breaks the rules.

Checks shapes, labels and windows; does not check whether two actors share an alias (``clashes`` reports that, and a
test keeps it empty).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from etl.code.registry_model import (
    Actor,
    Demonym,
    GenericKind,
    Generics,
    Relation,
    State,
    TypePeriod,
    Unit,
    Window,
)
from etl.errors import Misconfigured
from etl.settings import SCHEMAS

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NOT_GROUPS = {"states.yml", "generic.yml", "relations.yml"}
ACTOR_KINDS = {"group", "mission", "agency", "state_media", "party_outlet", "monitor"}
ACTOR_FIELDS = {
    "id", "name", "aliases", "home", "kind", "type", "parent", "side_of", "party_to", "ally_of", "ambiguous", "source",
    "branch_in", "bywords",
}  # fmt: skip


def read_yaml(path: Path) -> Any:
    """The content of one YAML file; ``Misconfigured`` names the file and line where it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 (a safe loader, in C)
    except (OSError, yaml.YAMLError) as problem:
        raise Misconfigured(f"{path} cannot be read: {problem}. Correct the file.") from problem


def countries(path: Path = SCHEMAS / "vocabularies" / "countries.tsv") -> dict[str, str]:
    """ISO3 to country name, as in the vocabulary."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["iso3"]: row["country"] for row in csv.DictReader(lines, delimiter="\t")}


def demonyms(path: Path = SCHEMAS / "vocabularies" / "demonyms.yml") -> dict[str, Demonym]:
    """ISO3 to names, adjectives, people and capitals."""
    return {
        iso3: Demonym(
            iso3,
            tuple(entry["names"]),
            tuple(entry["adjectives"]),
            tuple(entry["people"]),
            tuple(entry["capitals"]),
            tuple(entry.get("seats", ())),
        )
        for iso3, entry in read_yaml(path).items()
    }


def slug(name: str) -> str:
    """An id from a name.

    >>> slug("4th Armored Division")
    '4th-armored-division'
    """
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def day(value: object, where: str) -> date | None:
    """A date of a YAML file: ISO date, or a bare year for its first day."""
    if value is None:
        return None
    if isinstance(value, date):
        return value
    if isinstance(value, int) and 1700 <= value <= 2100:
        return date(value, 1, 1)
    raise Misconfigured(f"{where}: {value!r} is no date; write 2014-06-13 or a year.")


def states(folder: Path, names: dict[str, str]) -> dict[str, State]:
    """The states of ``states.yml`` by ISO3."""
    found = {}
    for iso3, entry in read_yaml(folder / "states.yml").items():
        where = f"states.yml, {iso3}"
        if iso3 not in names:
            raise Misconfigured(f"{where}: no country of countries.tsv has this code.")
        if "part_of" in entry:
            found[iso3] = State(iso3, names[iso3], names[iso3], (), part_of=entry["part_of"])
            continue
        starts = [day(value, where) for value in entry["since"]]
        periods = tuple(Window(start, end) for start, end in zip(starts, [*starts[1:], None], strict=True))
        _ordered([*periods], where)
        units = tuple(
            Unit(slug(unit["name"]), unit["of"], unit["name"], tuple(unit.get("aliases", ())))
            for unit in entry.get("units", ())
        )
        found[iso3] = State(
            iso3,
            names[iso3],
            entry.get("called", names[iso3]),
            periods,
            tuple(entry.get("military", ())),
            tuple(entry.get("police", ())),
            units,
        )
    return found


def _ordered(windows: list[Window], where: str) -> None:
    """Refuse windows that are empty, out of order or overlapping."""
    for window in windows:
        if window.start and window.end and window.start >= window.end:
            raise Misconfigured(f"{where}: a window ends before it starts.")
    for before, after in pairwise(windows):
        if before.end is None or after.start is None or before.end > after.start:
            raise Misconfigured(f"{where}: windows overlap or are out of order.")


def actors(folder: Path, names: dict[str, str], labels: set[str]) -> dict[str, Actor]:
    """Every actor of every group file by id.

    Raises:
        Misconfigured: for a doubled id, an unknown field, country, kind or type, or windows out of order.
    """
    found: dict[str, Actor] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name in NOT_GROUPS:
            continue
        for entry in read_yaml(path) or ():
            where = f"{path.name}, {entry.get('id', entry)}"
            actor = _actor(entry, path.name, where, labels)
            if set(entry) - ACTOR_FIELDS:
                raise Misconfigured(f"{where}: unknown fields {sorted(set(entry) - ACTOR_FIELDS)}.")
            if actor.actor_id in found:
                raise Misconfigured(f"{where}: the id is taken in {found[actor.actor_id].file}.")
            if actor.home is not None and actor.home not in names:
                raise Misconfigured(f"{where}: no country of countries.tsv has the code {actor.home}.")
            found[actor.actor_id] = actor
    return found


def _actor(entry: dict[str, Any], file: str, where: str, labels: set[str]) -> Actor:
    kind = entry.get("kind", "group")
    if kind not in ACTOR_KINDS:
        raise Misconfigured(f"{where}: kind {kind!r} is not one of {sorted(ACTOR_KINDS)}.")
    given = entry.get("type", [])
    periods = [{"inter": given}] if isinstance(given, str) else given
    types = tuple(
        TypePeriod(Window(day(item.get("from"), where), day(item.get("to"), where)), item["inter"]) for item in periods
    )
    _ordered([period.window for period in types], where)
    for period in types:
        if period.inter not in labels:
            raise Misconfigured(f"{where}: {period.inter!r} is no actor type of actor_types.yml.")
    return Actor(
        actor_id=entry["id"],
        name=entry["name"],
        aliases=tuple(str(alias) for alias in entry.get("aliases", ())),
        home=entry.get("home"),
        kind=kind,
        types=types,
        parent=entry.get("parent"),
        side_of=entry.get("side_of"),
        party_to=tuple(entry.get("party_to", ())),
        ally_of=tuple(entry.get("ally_of", ())),
        ambiguous=tuple(entry.get("ambiguous", ())),
        branch_in=tuple(entry.get("branch_in", ())),
        bywords=tuple(entry.get("bywords", ())),
        source=entry.get("source", ""),
        file=file,
    )


def actor_labels(path: Path = SCHEMAS / "vocabularies" / "actor_types.yml") -> set[str]:
    """The eight actor types."""
    return set(read_yaml(path)["labels"].values())


def plural(noun: str) -> str:
    """The regular English plural of a noun or of the last word of a noun phrase.

    >>> [plural(word) for word in ("gunman", "rioter", "army", "armed person", "witness", "rebel youth")]
    ['gunmen', 'rioters', 'armies', 'armed people', 'witnesses', 'rebel youths']
    """
    head, _, last = noun.rpartition(" ")
    if last.endswith("man") and last not in {"human", "german"}:
        last = last[:-2] + "en"
    elif last == "person":
        last = "people"
    elif last == "child":
        last = "children"
    elif last.endswith("y") and last[-2] not in "aeiou":
        last = last[:-1] + "ies"
    elif last.endswith(("s", "x", "ch", "sh")):
        last += "es"
    else:
        last += "s"
    return f"{head} {last}".strip()


def generics(folder: Path) -> Generics:
    """The nouns of ``generic.yml``, each with its plural unless it is listed under ``invariant``."""
    data = read_yaml(folder / "generic.yml")
    invariant = set(data["invariant"])

    def forms(words: list[str]) -> set[str]:
        found = {form for word in words for form in ({word} if word in invariant else {word, plural(word)})}
        return found | {f"{word}s" for word in words if word.endswith("person")}

    kinds = {
        kind: GenericKind(kind, entry["name"], entry["inter"], entry.get("assoc"))
        for kind, entry in data["kinds"].items()
    }
    nouns = {form: kind for kind, entry in data["kinds"].items() for form in forms(entry.get("nouns", []))}
    force_nouns = {
        form: kind for kind, words in data["force_nouns"].items() for form in forms(words["bare"] + words["of_state"])
    }
    bare = {form for words in data["force_nouns"].values() for form in forms(words["bare"])}
    ethnic = {form: name for name, words in data["ethnic"].items() for form in words}
    return Generics(
        kinds,
        nouns,
        force_nouns,
        frozenset(bare),
        frozenset(data["modifiers"]),
        ethnic,
        frozenset(forms(data["ethnic_nouns"])),
        frozenset(forms(data["absorbed"])),
        frozenset(data["belonging"]),
        frozenset(data["patron"]),
        frozenset(data["not_actors"]),
        frozenset(data["words"]),
    )


def relations(folder: Path) -> tuple[Relation, ...]:
    """The alliances of ``relations.yml``."""
    return tuple(
        Relation(
            entry["one"],
            entry["other"],
            Window(day(entry.get("from"), "relations.yml"), day(entry.get("to"), "relations.yml")),
        )
        for entry in read_yaml(folder / "relations.yml")
    )


def clashes(found: dict[str, Actor]) -> list[str]:
    """Aliases that two actors of one home claim in overlapping windows without saying so."""
    owners: dict[tuple[str, str | None], list[Actor]] = defaultdict(list)
    for actor in found.values():
        for alias in {actor.name, *actor.aliases}:
            if alias not in actor.ambiguous:
                owners[alias.casefold(), actor.home].append(actor)
    problems = []
    for (alias, home), claimants in sorted(owners.items(), key=str):
        for index, one in enumerate(claimants):
            problems += [
                f"{alias!r} ({home}): {one.actor_id}, {other.actor_id}"
                for other in claimants[index + 1 :]
                if one is not other and _overlap(one, other)
            ]
    return problems


def _overlap(one: Actor, other: Actor) -> bool:
    def bounds(actor: Actor) -> tuple[date, date]:
        starts = [period.window.start or date.min for period in actor.types] or [date.min]
        ends = [period.window.end or date.max for period in actor.types] or [date.max]
        return min(starts), max(ends)

    (start, end), (other_start, other_end) = bounds(one), bounds(other)
    return start < other_end and other_start < end
