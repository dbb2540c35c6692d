"""The records of the actor registry, and what a validity window means.

Decides nothing about texts. A window holds its first day and not its last (``to`` is the first day of what follows),
so neighbouring windows share a date and never overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

STATE_FORCES = "State forces"
EXTERNAL = "External/Other forces"
MILITIA = "Political militia"

STATE_KINDS = ("military", "police", "security", "state", "nationality")

SHORTEST_ACRONYM = 2
"""Acronyms of two letters are found only where they are listed as an alias: "AL" and "DI" open too many headlines."""


@dataclass(frozen=True)
class Window:
    """A stretch of days ``[start, end)``; None leaves that side open.

    >>> Window(date(2021, 1, 20), date(2025, 1, 20)).holds(date(2025, 1, 20))
    False
    """

    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies inside."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def distance(self, day: date) -> int:
        """Days from ``day`` to the nearest day inside; 0 when it lies inside."""
        if self.start is not None and day < self.start:
            return (self.start - day).days
        if self.end is not None and day >= self.end:
            return (day - self.end).days + 1
        return 0


@dataclass(frozen=True)
class TypePeriod:
    """What type ("inter") an actor had in a window."""

    window: Window
    inter: str


@dataclass(frozen=True)
class Actor:
    """One actor of ``schemas/actors/``: a group, mission, agency or outlet, not a state's forces.

    Attributes:
        name: by the naming grammar; may hold ``{country}``, filled with the event's country.
        home: ISO 3166-1 alpha-3 of where it belongs, or None (international).
        kind: ``group``, ``mission``, ``agency``, ``state_media``, ``party_outlet`` or ``monitor``.
        types: what it was when, in order and without overlap; empty for claimants that take part in no event.
        ambiguous: aliases it is known to share with another actor of the same home.
        branch_in: ISO3 of countries where its ``parent`` means it ("al-Qaeda" in Yemen is AQAP).
        bywords: what it is called in its ``home`` and ``branch_in`` without a name ("the separatists").
    """

    actor_id: str
    name: str
    aliases: tuple[str, ...]
    home: str | None
    kind: str
    types: tuple[TypePeriod, ...]
    parent: str | None = None
    side_of: str | None = None
    party_to: tuple[str, ...] = ()
    ally_of: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    branch_in: tuple[str, ...] = ()
    bywords: tuple[str, ...] = ()
    source: str = ""
    file: str = ""

    @property
    def founded(self) -> int:
        """The year of its first day, 1 where that is not known."""
        return min((p.window.start or date.min for p in self.types), default=date.min).year


@dataclass(frozen=True)
class Unit:
    """A force of a state with a name of its own; ``of`` is ``military`` or ``police``."""

    unit_id: str
    of: str
    name: str
    aliases: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called at home, where "intelligence ministry" and "military police" need no country."""
        head, of, rest = self.name.partition(" of ")
        shorter = () if not of else (head,) if " " in head else (f"{rest} {head}",)
        return (self.name, *shorter, *self.aliases)


@dataclass(frozen=True)
class State:
    """A state and its forces.

    Attributes:
        called: the country's name inside actor names ("the United States").
        periods: ruling periods in order; the last is open.
        part_of: ISO3 of the state whose forces serve there, for territories without their own.
    """

    iso3: str
    country: str
    called: str
    periods: tuple[Window, ...]
    military: tuple[str, ...] = ()
    police: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    part_of: str | None = None


@dataclass(frozen=True)
class GenericKind:
    """An unnamed kind of actor ("gunmen").

    Attributes:
        name: with ``{country}``; ``assoc`` likewise, for descriptors such as "Farmers ({country})".
    """

    kind: str
    name: str
    inter: str
    assoc: str | None = None


@dataclass(frozen=True)
class Demonym:
    """How a country, what is of it and who is from it are called."""

    iso3: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    people: tuple[str, ...]
    capitals: tuple[str, ...]
    seats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Generics:
    """The nouns of ``schemas/actors/generic.yml``."""

    kinds: dict[str, GenericKind]
    nouns: dict[str, str]
    force_nouns: dict[str, str]
    bare_force_nouns: frozenset[str]
    modifiers: frozenset[str]
    ethnic: dict[str, str]
    ethnic_nouns: frozenset[str]
    absorbed: frozenset[str]
    belonging: frozenset[str]
    patron: frozenset[str]
    not_actors: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True)
class Relation:
    """Two actors that stood together for a while."""

    one: str
    other: str
    window: Window


@dataclass(frozen=True)
class ActorSpan:
    """Words that name an actor.

    Attributes:
        start, end: character offsets into the text that was read; ``text`` is what stands there.
        kind: ``group``, ``mission``, ``agency``, ``state_media``, ``party_outlet``, ``monitor``, ``military``,
            ``police``, ``security`` (a state's forces of either sort), ``state`` (a country's name, which may act as
            its military), ``nationality`` ("two Syrians") or ``generic``.
        alternatives: other actors that go by the same words, best first.
        named: False where only a common noun stands there ("gunmen", "the army").
    """

    start: int
    end: int
    text: str
    actor_id: str
    kind: str
    alternatives: tuple[str, ...] = ()
    named: bool = True


@dataclass(frozen=True)
class Resolved:
    """An actor as it is written into an event.

    Attributes:
        inter: one of the eight actor types.
        home: ISO3 of the actor's home, or None.
        assoc: descriptor for the associated-actor column ("Farmers (Mali)"), or None.
        outside: the day lies in no window of the actor, and the nearest one was taken.
    """

    name: str
    inter: str
    actor_id: str
    home: str | None
    assoc: str | None = None
    outside: bool = False

    def with_id(self, actor_id: str) -> Resolved:
        """The same under another id."""
        return replace(self, actor_id=actor_id)


@dataclass(frozen=True)
class Sides:
    """Whose side an actor is on.

    Attributes:
        party_to: names of conflicts.
        allies: actor ids, both ways, parents and patrons included.
        side_of: the actor an outlet or agency speaks for, or None.
    """

    kind: str
    party_to: frozenset[str]
    allies: frozenset[str]
    side_of: str | None


def own_names(actor: Actor) -> list[str]:
    """What an actor goes by: its aliases, and its name without what the grammar adds.

    "PMF: Popular Mobilization Forces" gives the acronym and the full name. A name with brackets ("Death Squads
    (El Salvador)") says too little without them and gives nothing; nor do acronyms that look like words ("LeT").
    """
    if " (" in actor.name:
        return list(actor.aliases)
    acronym, colon, full = actor.name.partition(": ")
    if not colon:
        return [*actor.aliases, actor.name]
    short = [acronym] if len(acronym) > SHORTEST_ACRONYM and acronym.isupper() else []
    return [*actor.aliases, full, *short]


def lifetime(actor: Actor) -> int:
    """Days an actor existed, open ends reaching far; the longer-lived of two namesakes is the likelier."""
    return sum(
        (period.window.end or date.max).toordinal() - (period.window.start or date.min).toordinal()
        for period in actor.types
    )
