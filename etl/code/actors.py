"""The actor registry: who is named in a text, and what they are called and are on a day.

Decides an actor's name by its validity window, its type, its home, and on whose side it stands. Does not decide what
anybody did or whether a claim is believed. Actor ids are:

* an id of ``schemas/actors/*.yml`` (``pmf``, ``hezbollah``);
* ``military:IRQ``, ``police:IRQ``, ``security:IRQ`` (a state's forces of either sort), a unit of them
  (``military:IRN/quds-force``), or without a country (``military``): the event's own country's;
* ``state:IRQ``, a country's name standing for it, read as its military; ``nationality:IRQ``, people from there;
* a kind of ``generic.yml`` with or without a nationality (``protesters``, ``militants:SYR``), ``ethnic:Fulani``,
  ``communal:Kambia`` (fighters of a clan or village).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from etl.annotate import letters
from etl.code import registry_load as load
from etl.code.registry_match import Matcher
from etl.code.registry_model import (
    EXTERNAL,
    STATE_FORCES,
    STATE_KINDS,
    Actor,
    ActorSpan,
    Demonym,
    Resolved,
    Sides,
    State,
    TypePeriod,
    Unit,
    Window,
)
from etl.code.registry_words import fold, keys, needed_case
from etl.errors import Misconfigured
from etl.settings import SCHEMAS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

__all__ = ["ActorSpan", "Registry", "Resolved", "Sides", "registry"]

UNIDENTIFIED_MILITARY = "Unidentified Military Forces"
CIVILIANS = "Civilians"
DESCRIPTIVE = frozenset({"ADJ", "ADV", "VERB", "AUX"})
"""Parts of speech in which a common noun names nobody: "civilian casualties", "to police the border"."""


class Registry:
    """Every actor of a folder of YAML files."""

    def __init__(self, folder: Path = SCHEMAS / "actors") -> None:
        """Read and check the folder.

        Raises:
            Misconfigured: where a file breaks a rule; the message names the file and the entry.
        """
        self.countries = load.countries()
        self.demonyms: dict[str, Demonym] = load.demonyms()
        self.states: dict[str, State] = load.states(folder, self.countries)
        self.generics = load.generics(folder)
        self.actors: dict[str, Actor] = load.actors(folder, self.countries, load.actor_labels())
        self.relations = load.relations(folder)
        self.matcher = Matcher(self.actors, self.states, self.demonyms, self.generics)
        self._branches = [(actor.parent, actor) for actor in self.actors.values() if actor.branch_in]
        self._bywords = [
            (iso3, keys(form), actor)
            for actor in self.actors.values()
            for word in actor.bywords
            for form in (word, load.plural(word))
            for iso3 in {actor.home, *actor.branch_in}
        ]
        self._iso3 = {fold(name): iso3 for iso3, entry in self.demonyms.items() for name in entry.names}
        self._acronyms = {fold(n) for entry in self.demonyms.values() for n in entry.names if n.isupper()}
        self._capitals = {fold(name): iso3 for iso3, entry in self.demonyms.items() for name in entry.capitals}

    def find(self, doc: Doc | str, where: str | None = None, on: date | None = None) -> list[ActorSpan]:
        """The actors named in a text, in order, without overlap.

        The longest name wins. Acronyms count only in capitals, single names only capitalised, unless the passage has no
        case to go by. Of several actors with one name the one active on the day, at home in the country, and of the
        country most mentioned comes first; the others are kept as ``alternatives``.

        Args:
            doc: a document of ``annotate`` (its parse then sorts out words that are no nouns) or a plain string.
            where: ISO3 of the country the text is about, where known.
            on: a day the text is about, where known.

        Returns:
            Spans with offsets into ``doc._.source``, or into the string.

        >>> [span.actor_id for span in registry().find("Iraqi police and PKK fighters clashed")]
        ['police:IRQ', 'pkk']
        """
        if isinstance(doc, str):
            return self.matcher.find(doc, where, on)
        source = doc._.source if doc.has_extension("source") and doc._.source else letters(doc)
        return [span for span in self.matcher.find(source[: len(letters(doc))], where, on) if _is_noun(doc, span)]

    def resolve(
        self, actor_id: str, on: date | None = None, where: str | None = None, anchor: date | None = None
    ) -> Resolved:
        """The name and type of an actor on a day in a country.

        A day outside every window takes the nearest one and says so (``outside``). Without a day the period of
        ``anchor`` (the publication day) counts, and without that the latest. State forces are "State forces" at home
        and where no country is given, "External/Other forces" elsewhere; so are groups whose type is State forces.

        Raises:
            Misconfigured: for an id that nobody has.

        >>> registry().resolve("military:USA", date(2021, 9, 14), "SYR").name
        'Military Forces of the United States (2021-2025)'
        """
        day = on or anchor
        if actor_id in self.actors:
            return self._group(self._branch(actor_id, where, day) or self.actors[actor_id], day, where)
        kind, _, rest = actor_id.partition(":")
        iso3, _, unit = rest.partition("/")
        if kind == "nationality":
            return self.generic("civilians", where or iso3).with_id(actor_id)
        if kind in STATE_KINDS:
            home = iso3 or where
            if home is None or self.owner(home) is None:
                return self.unidentified_military(home, where)
            return self.state_forces(home, day, "police" if kind == "police" else "military", where, unit or None)
        if kind == "ethnic":
            country = self._country(where)
            return Resolved(f"{rest} Ethnic Militia{_bracket(country)}", "Identity militia", actor_id, where)
        if kind == "communal":
            return Resolved(
                f"{rest} Communal Militia{_bracket(self._country(where))}", "Identity militia", actor_id, where
            )
        if kind == "unidentified-military":
            return self.unidentified_military(rest or None, where)
        if kind in self.generics.kinds:
            mission = self._branch("un", where, day) if actor_id == "peacekeepers" else None
            if mission is not None:
                return self._group(mission, day, where)
            return self.generic(kind, where or rest or None, day).with_id(actor_id)
        raise Misconfigured(f"No actor has the id {actor_id!r}. Look it up in schemas/actors/.")

    def _branch(self, parent: str, where: str | None, on: date | None) -> Actor | None:
        """The part of a movement or body that stands for it in a country on a day: "al-Qaeda" in Yemen is AQAP."""
        return next(
            (a for p, a in self._branches if p == parent and where in a.branch_in and not nearest(a.types, on)[1]), None
        )

    def byword(self, text: str, where: str | None, on: date | None) -> str | None:
        """The group that words without its name mean in a country on a day, or None.

        >>> registry().byword("suspected separatists", "CMR", date(2020, 1, 1))
        'ambazonian-separatists'
        """
        found = keys(text)
        for iso3, parts, actor in self._bywords:
            size = len(parts)
            if iso3 == where and any(found[i : i + size] == parts for i in range(len(found) - size + 1)):
                period, outside = nearest(actor.types, on)
                laid_down = len(actor.types) > 1 and period is not None and period.inter == "Political militia"
                if not outside and not laid_down:
                    return actor.actor_id
        return None

    def unit_in(self, text: str, iso3: str) -> Unit | None:
        """The unit of a state that a phrase names, in the singular or the plural; acronyms count in capitals only.

        >>> found = registry().unit_in("two village guards", "TUR")
        >>> found.name if found else None
        'Village Guards'
        """
        state = self.owner(iso3)
        said, loud = _stems(text), {w for w in text.split() if w.isupper()}
        best: tuple[int, Unit] | None = None
        for unit in state.units if state else ():
            for name in unit.names:
                parts = _stems(name)
                if needed_case(name) == "upper" and name not in loud:
                    continue
                if any(said[i : i + len(parts)] == parts for i in range(len(said) - len(parts) + 1)):
                    if best is None or len(parts) > best[0]:
                        best = (len(parts), unit)
        return best[1] if best else None

    def _group(self, actor: Actor, day: date | None, where: str | None) -> Resolved:
        period, outside = nearest(actor.types, day)
        inter = period.inter if period else EXTERNAL
        if inter == STATE_FORCES and where is not None and actor.home is not None and where != actor.home:
            inter = EXTERNAL
        country = self._country(where or actor.home)
        name = actor.name.replace(" ({country})", _bracket(country))
        return Resolved(name, inter, actor.actor_id, actor.home, None, outside)

    def state_forces(
        self,
        iso3: str,
        on: date | None,
        kind: str = "military",
        where: str | None = None,
        unit: str | None = None,
    ) -> Resolved:
        """The forces of a state in the ruling period of a day.

        Args:
            iso3: the state; a territory without forces of its own stands for the state whose forces serve there.
            on: the day; None takes the latest period.
            kind: ``military`` or ``police``.
            where: ISO3 of where the event happened.
            unit: id of a unit ("quds-force"); its own sort of force then overrides ``kind``.

        Raises:
            Misconfigured: for a country that has no forces in ``states.yml``, or an unknown unit.
        """
        state = self.owner(iso3)
        if state is None:
            raise Misconfigured(f"{iso3} has no forces in schemas/actors/states.yml.")
        found: Unit | None = None
        if unit is not None:
            found = next((one for one in state.units if one.unit_id == unit), None)
            if found is None:
                raise Misconfigured(f"{iso3} has no unit {unit!r} in schemas/actors/states.yml.")
            kind = found.of
        period, outside = nearest_window(state.periods, on)
        suffix = f" {found.name}" if found else ""
        name = f"{kind.capitalize()} Forces of {state.called} ({years(period)}){suffix}"
        actor_id = f"{kind}:{state.iso3}" + (f"/{found.unit_id}" if found else "")
        return Resolved(name, self._at_home(state.iso3, where), actor_id, state.iso3, None, outside)

    def _at_home(self, iso3: str, where: str | None) -> str:
        owner = self.owner(where) if where else None
        home = where is None or where == iso3 or (owner is not None and owner.iso3 == iso3)
        return STATE_FORCES if home else EXTERNAL

    def owner(self, iso3: str) -> State | None:
        """The state whose forces serve in a country or territory, or None."""
        state = self.states.get(iso3)
        return self.states.get(state.part_of) if state and state.part_of else state

    def generic(self, kind: str, country: str | None, on: date | None = None) -> Resolved:
        """An unnamed actor of a kind of ``generic.yml`` in a country (its name or ISO3; None leaves the brackets out).

        >>> found = registry().generic("farmers", "Mali")
        >>> found.name, found.inter, found.assoc
        ('Civilians (Mali)', 'Civilians', 'Farmers (Mali)')
        """
        entry = self.generics.kinds.get(kind)
        if entry is None:
            raise Misconfigured(f"{kind!r} is no kind of schemas/actors/generic.yml.")
        iso3 = country if country in self.countries else self.country_of(country) if country else None
        state = self.owner(iso3) if iso3 else None
        period = years(nearest_window(state.periods, on)[0]) if state else ""
        shown = self.countries.get(iso3, "") if iso3 else (country or "")

        def fill(template: str) -> str:
            if "{called}" in template:
                called = state.called if state else shown or "Unknown State"
                return template.replace("{called}", called).replace(" ({years})", _bracket(period))
            return template.replace(" ({country})", _bracket(shown))

        assoc = fill(entry.assoc) if entry.assoc else None
        return Resolved(fill(entry.name), entry.inter, kind, iso3, assoc)

    def unidentified_military(self, home: str | None = None, where: str | None = None) -> Resolved:
        """Forces whose state is not known.

        State forces where the suspected home is the country of the event; External/Other forces where it is another, or
        nobody is suspected: what stays unidentified is as a rule somebody else's.
        """
        inter = STATE_FORCES if home is not None and home == where else EXTERNAL
        return Resolved(UNIDENTIFIED_MILITARY, inter, "unidentified-military", home)

    def country_of(self, name: str | None, capitals: bool = False) -> str | None:
        """ISO3 of a country by any of its names, or by its capital where asked for ("Damascus said").

        An acronym counts in capitals only: "car" and "us" are words.
        """
        key = fold(name) if name else ""
        if name and key in self._acronyms and not name.isupper():
            return None
        return self._iso3.get(key) or (self._capitals.get(key) if capitals else None)

    def _country(self, iso3: str | None) -> str:
        return self.countries.get(iso3, "") if iso3 else ""

    def sides(self, actor_id: str, on: date | None = None) -> Sides:
        """Whose side an actor is on: conflicts, allies (units and parents count), the actor an outlet speaks for."""
        base = actor_id.partition("/")[0]
        if base.startswith(("state:", "police:", "security:")):
            base = "military:" + base.partition(":")[2]
        actor = self.actors.get(base)
        allies = set(actor.ally_of) if actor else set()
        if actor and actor.parent:
            allies.add(actor.parent)
        for other in self.actors.values():
            if base in other.ally_of or other.parent == base:
                allies.add(other.actor_id)
        for relation in self.relations:
            if base in (relation.one, relation.other) and (on is None or relation.window.holds(on)):
                allies.add(relation.other if base == relation.one else relation.one)
        kind = actor.kind if actor else base.partition(":")[0]
        return Sides(
            kind, frozenset(actor.party_to if actor else ()), frozenset(allies), actor.side_of if actor else None
        )

    def stands(self, claimant_id: str, parties: set[str], on: date | None = None) -> str:
        """How a claimant stands to an event's parties: ``party``, ``ally``, ``outlet``, ``monitor`` or ``outsider``.

        An outlet or agency that speaks for a party is an ally of it, and a mission that a party leads is that party;
        other outlets and agencies are ``outlet``.
        """
        own = {claimant_id.partition("/")[0], claimant_id}
        kind, _, iso3 = claimant_id.partition("/")[0].partition(":")
        if kind in STATE_KINDS:
            own |= {f"{each}:{iso3}" for each in STATE_KINDS if each != "nationality"}
        if own & {party.partition("/")[0] for party in parties}:
            return "party"
        sides = self.sides(claimant_id, on)
        if sides.kind == "mission" and sides.side_of in parties:
            return "party"
        if sides.side_of and (self.stands(sides.side_of, parties, on) in ("party", "ally")):
            return "ally"
        families = {
            party.partition("/")[0].replace("police:", "military:").replace("state:", "military:") for party in parties
        }
        if sides.allies & families:
            return "ally"
        if sides.kind == "monitor":
            return "monitor"
        return "outlet" if sides.kind in ("agency", "state_media", "party_outlet") else "outsider"

    def names(self) -> list[str]:
        """Every name that state forces, their units and the registry's actors can have, in order."""
        forces = [
            f"{kind} Forces of {state.called} ({years(period)}){suffix}"
            for state in self.states.values()
            for period in state.periods
            for kind, suffix in (
                ("Military", ""),
                ("Police", ""),
                *((unit.of.capitalize(), f" {unit.name}") for unit in state.units),
            )
        ]
        return sorted({*forces, *(actor.name for actor in self.actors.values())})


def years(period: Window) -> str:
    """The years of a ruling period as names carry them.

    >>> years(Window(date(2000, 7, 17), date(2024, 12, 8))), years(Window(date(2024, 12, 8), None))
    ('2000-2024', '2024-')
    """
    return f"{period.start.year if period.start else ''}-{period.end.year if period.end else ''}"


def nearest_window(windows: tuple[Window, ...], day: date | None) -> tuple[Window, bool]:
    """The window of a day, else the nearest; and whether the day lies outside. The latest without a day."""
    if day is None:
        return windows[-1], False
    best = min(windows, key=lambda window: window.distance(day))
    return best, not best.holds(day)


def nearest(periods: tuple[TypePeriod, ...], day: date | None) -> tuple[TypePeriod | None, bool]:
    """As ``nearest_window`` for the periods of a type; None for an actor that has none."""
    if not periods:
        return None, False
    window, outside = nearest_window(tuple(period.window for period in periods), day)
    return next(period for period in periods if period.window is window), outside


def _stems(text: str) -> tuple[str, ...]:
    """Folded words without the ending of the plural."""
    return tuple(w[:-1] if w.endswith("s") and len(w) > 3 else w for w in keys(text))


def _bracket(text: str) -> str:
    return f" ({text})" if text else ""


def _is_noun(doc: Doc, span: ActorSpan) -> bool:
    """Whether the parse agrees that a common noun stands there; names are believed as they are."""
    if span.named:
        return True
    last: Token | None = None
    for token in doc.char_span(span.start, span.end, alignment_mode="expand") or ():
        last = token
    if last is None or last.pos_ not in DESCRIPTIVE:
        return True
    return last.text[:1].isupper() and last.pos_ == "ADJ"


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The registry of this process, read once (a third of a second)."""
    return Registry()
