"""Find the words that name an actor.

Decides where an actor's name stands and whose it could be: names of the registry, a nationality before a force ("U.S.
drone", "Sudan's army", "the army of Chad"), common nouns ("gunmen"), peoples' militias. Does not decide what the actor
did, nor what it is called on a day (``etl/code/actors.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from etl.code.registry_model import Actor, ActorSpan, Demonym, Generics, State, lifetime, own_names
from etl.code.registry_words import Names, Word, words

MOST_MODIFIERS = 4
"""Words between a nationality and its force: "Iraqi federal border police" has two."""

OF_FORCES = frozenset({"forces", "force", "commander", "general"})
"""Nouns that make "X of Chad" an actor although they are none alone; "bombing of Syria" must not."""

BACKERS = frozenset({"backed", "brokered", "mediated", "sponsored", "recognised", "recognized"})
"""After a group's name and a hyphen these make it somebody else's patron: "the UN-backed government"."""

FORESIGHT = 5
"""Years by which the registry may date a group's founding too late."""

ARMED = frozenset(
    {"unidentified-armed", "militants", "rebels", "gangs", "identity-militia", "military", "police", "security"}
)
"""Common nouns that a following "of the FMLN" turns into that group."""


@dataclass(frozen=True)
class Match:
    """A stretch of words ``[first, last)`` that names an actor; ``ids`` best first."""

    first: int
    last: int
    ids: tuple[str, ...]
    kind: str
    named: bool = True


class Matcher:
    """All names of the registry, ready to be found."""

    def __init__(
        self, actors: dict[str, Actor], states: dict[str, State], demonyms: dict[str, Demonym], generics: Generics
    ) -> None:
        """Build the lookup tables; some ten thousand names."""
        self.actors = actors
        self._last: tuple[str, list[Word], list[Match]] | None = None
        self.generics = generics
        self.common = generics.words
        self.groups: Names[str] = Names()
        self.countries: Names[tuple[str, str]] = Names()
        self.small: Names[tuple[str, str]] = Names()
        self.forces: Names[str] = Names()
        self.nouns: Names[str] = Names()
        self.ethnic: Names[str] = Names()
        self.ethnic_nouns: Names[str] = Names()
        self.absorbed: Names[str] = Names()
        self.belonging: Names[str] = Names()
        self.not_actors: Names[str] = Names()
        for actor in actors.values():
            for name in own_names(actor):
                self.groups.add(name, actor.actor_id)
        for state in states.values():
            for kind, aliases in (("military", state.military), ("police", state.police)):
                for name in aliases:
                    self.groups.add(name, f"{kind}:{state.iso3}")
            for unit in state.units:
                for name in unit.aliases or (unit.name,):
                    self.groups.add(name, f"{unit.of}:{state.iso3}/{unit.unit_id}")
        self.units = {
            (state.iso3, name): f"{unit.of}:{state.iso3}/{unit.unit_id}"
            for state in states.values()
            for unit in state.units
            for name in (unit.name.lower(),)
        }
        for entry in demonyms.values():
            for form, names in (
                ("people", entry.people),
                ("adjective", entry.adjectives),
                ("name", entry.names + entry.seats),
            ):
                for name in names:
                    self.countries.add(name, (entry.iso3, form))
                    if form == "adjective" and not name.isupper():
                        self.small.add(name.lower(), (entry.iso3, form))
            for name in entry.names:
                if name.isalpha() and not name.endswith("s") and not name.isupper():
                    self.countries.add(f"{name}s", (entry.iso3, "owner"))
        for noun in generics.force_nouns:
            self.forces.add(noun, noun)
        for noun in generics.nouns:
            self.nouns.add(noun, noun)
        for word, people in generics.ethnic.items():
            self.ethnic.add(word.title(), people)
        for noun in generics.ethnic_nouns:
            self.ethnic_nouns.add(noun, noun)
        for noun in generics.absorbed:
            self.absorbed.add(noun, noun)
        for phrase in generics.belonging:
            self.belonging.add(phrase, phrase)
        for phrase in generics.not_actors:
            self.not_actors.add(phrase, phrase)
        tables: tuple[Names[Any], ...] = (
            self.groups, self.countries, self.small, self.forces, self.nouns, self.ethnic, self.ethnic_nouns,
            self.absorbed, self.belonging, self.not_actors,
        )  # fmt: skip
        for names_table in tables:
            names_table.close()
        self.opening = {first for table in tables for first in table.by_first}

    def find(self, text: str, where: str | None = None, on: date | None = None) -> list[ActorSpan]:
        """Every span of a text that names an actor, in order, without overlap.

        Args:
            text: any text; a passage in capitals is read without regard to case.
            where: ISO3 of the country the text is about, to choose between actors of one name.
            on: a day, for the same purpose.
        """
        tokens, matches = self._read(text)
        weight = Counter(
            actor_id.partition(":")[2][:3] for match in matches for actor_id in match.ids if ":" in actor_id
        )
        spans: list[ActorSpan] = []
        for match in matches:
            start, end = tokens[match.first].start, tokens[match.last - 1].end
            ids = sorted(match.ids, key=lambda actor_id: self._unfit(actor_id, where, on, weight))
            actor = self.actors.get(ids[0])
            if on is not None and actor is not None and actor.founded > on.year + FORESIGHT:
                continue  # its words mean somebody else
            kind = match.kind or self._kind(ids[0])
            named = match.named
            if spans and not named and ids[0] in ARMED and _in_apposition(text, spans[-1], start):
                ids, kind, named = [spans[-1].actor_id], spans[-1].kind, True
            if ids[0] == "coalition" and (before := self._coalition(spans)):
                ids, kind = [before], "mission"
            spans.append(ActorSpan(start, end, text[start:end], ids[0], kind, tuple(ids[1:]), named))
        return spans

    def _read(self, text: str) -> tuple[list[Word], list[Match]]:
        """Words and names of a text; those of the last one are kept, as an article is asked for once an event."""
        if self._last is None or self._last[0] != text:
            tokens = words(text)
            self._last = text, tokens, self._merged(tokens, list(self._matches(tokens)))
        return self._last[1], self._last[2]

    def _coalition(self, before: list[ActorSpan]) -> str | None:
        """The coalition that "the coalition" takes up: the last one named before."""
        return next(
            (span.actor_id for span in reversed(before) if "coalition" in span.text.lower() and span.named), None
        )

    def _unfit(
        self, actor_id: str, where: str | None, on: date | None, weight: Counter[str]
    ) -> tuple[bool, bool, int, int]:
        """Sort key of an actor among its namesakes: elsewhere, at another time, in a country seldom mentioned."""
        actor = self.actors.get(actor_id)
        home = actor.home if actor else actor_id.partition(":")[2][:3]
        elsewhere = where is not None and home != where
        early = bool(actor and on and actor.types and not any(period.window.holds(on) for period in actor.types))
        return early, elsewhere, -weight[home or ""], -lifetime(actor) if actor else 0

    def _kind(self, actor_id: str) -> str:
        return self.actors[actor_id].kind if actor_id in self.actors else actor_id.partition(":")[0]

    def _matches(self, tokens: list[Word]) -> Iterator[Match]:
        index = 0
        while index < len(tokens):
            if tokens[index].key not in self.opening:
                index += 1
                continue
            blocked = self.not_actors.at(tokens, index)
            found = self._at(tokens, index)
            if blocked and (found is None or found.last <= blocked[0]):
                index = blocked[0]
                continue
            if found is None:
                index += 1
                continue
            yield found
            index = found.last

    def _at(self, tokens: list[Word], index: int) -> Match | None:
        """The longest reading at a word; a name beats a nationality with a force, and that a common noun."""
        readings = [
            reading
            for reading in (
                self._group(tokens, index),
                self._country(tokens, index),
                self._people(tokens, index),
                self._noun(tokens, index),
            )
            if reading
        ]
        return max(readings, key=lambda reading: reading.last, default=None)

    def _group(self, tokens: list[Word], index: int) -> Match | None:
        found = self.groups.at(tokens, index, self.common)
        if not found:
            return None
        last, ids = found
        if last < len(tokens) and tokens[last].hyphen and tokens[last].key in BACKERS:
            return None
        if self._kind(ids[0]) in ("group", "mission", "military", "police"):
            last = self._absorb(tokens, last)
        return Match(index, last, tuple(ids), "")

    def _absorb(self, tokens: list[Word], last: int) -> int:
        """The end of the phrase that a group's name opens ("Houthi rebel fighters")."""
        for _ in range(3):
            if last >= len(tokens) or not tokens[last].joined:
                break
            more = self.absorbed.at(tokens, last)
            if not more:
                break
            last = more[0]
        return last

    def _country(self, tokens: list[Word], index: int) -> Match | None:
        found = self.countries.at(tokens, index, self.common)
        shout = found is None and tokens[index].case == "none" and tokens[index].key in self.common
        if shout:
            found = self.countries.at(tokens, index)
        if found is None and tokens[index].case == "lower":
            return self._careless(tokens, index)
        if not found:
            return None
        last, values = found
        iso3, form = values[0]
        forms = {value[1] for value in values}
        place = forms == {"name"} and not tokens[last - 1].owner
        composed = self._composed(tokens, index, last, iso3, place)
        if composed:
            return composed
        if shout or forms == {"owner"}:
            return None
        if self._patron(tokens, last):
            return None
        if form == "people" or ("people" in forms and "adjective" not in forms):
            return Match(index, last, tuple(f"nationality:{value[0]}" for value in values), "nationality")
        if "name" in forms:
            named = [value[0] for value in values if value[1] == "name"]
            return Match(index, last, tuple(f"state:{code}" for code in named), "state")
        return None

    def _careless(self, tokens: list[Word], index: int) -> Match | None:
        """A nationality without its capital, which only a force behind it makes one: "iraqi army", "turkish drone"."""
        found = self.small.at(tokens, index)
        match = self._composed(tokens, index, found[0], found[1][0][0]) if found else None
        return match if match and match.kind in ("military", "police", "security") else None

    def _patron(self, tokens: list[Word], last: int) -> bool:
        return (
            last < len(tokens)
            and tokens[last].joined
            and (tokens[last].hyphen or tokens[last].key in {"backed", "led", "allied", "sponsored"})
            and tokens[last].key in self.generics.patron
        )

    def _composed(self, tokens: list[Word], first: int, last: int, iso3: str, place: bool = False) -> Match | None:
        """A nationality with what belongs to it; the reading that reaches furthest.

        Where a country's bare name stands (``place``) it says where, not whose: a "Syria strike" is not Syria's.
        """
        best: Match | None = self._beside(tokens, first, last)
        if self._patron(tokens, last):
            return None
        for _ in range(MOST_MODIFIERS + 1):
            if last >= len(tokens) or not tokens[last].joined:
                break
            for table in (self.forces, self.nouns):
                found = table.at(tokens, last)
                if found and place and found[1][0] not in self.generics.bare_force_nouns | self.generics.nouns.keys():
                    continue
                if found and (best is None or found[0] > best.last):
                    noun = found[1][0]
                    best = Match(first, found[0], (self._owned(noun, iso3, table is self.forces),), "", True)
            if tokens[last].key not in self.generics.modifiers:
                break
            last += 1
        if best is None:
            return None
        kind = best.ids[0].partition(":")[0]
        return replace(best, kind=kind if kind in ("military", "police", "security", "state") else "generic")

    def _beside(self, tokens: list[Word], first: int, last: int) -> Match | None:
        """The first of two nationalities that share a force: "Kenyan" in "Kenyan and Ethiopian troops"."""
        if (
            last + 1 >= len(tokens)
            or tokens[last].key != "and"
            or not (tokens[last].joined and tokens[last + 1].joined)
        ):
            return None
        mine = self.countries.at(tokens, first, self.common)
        other = self.countries.at(tokens, last + 1, self.common)
        if not mine or not other or "adjective" not in {f for _, f in mine[1]} & {f for _, f in other[1]}:
            return None
        whole = self._composed(tokens, last + 1, other[0], other[1][0][0])
        if whole is None or whole.kind not in ("military", "police", "security"):
            return None
        return Match(first, last, (f"{whole.kind}:{mine[1][0][0]}",), whole.kind)

    def _owned(self, noun: str, iso3: str, force: bool) -> str:
        if (iso3, noun) in self.units:
            return self.units[iso3, noun]
        kind = self.generics.force_nouns[noun] if force else self.generics.nouns[noun]
        return f"{'military' if kind == 'peacekeepers' else kind}:{iso3}"

    def _people(self, tokens: list[Word], index: int) -> Match | None:
        """A people with what makes it an armed group ("Fulani militia")."""
        found = self.ethnic.at(tokens, index)
        if not found:
            return None
        last = found[0]
        for _ in range(2):
            if last >= len(tokens) or not tokens[last].joined:
                return None
            noun = self.ethnic_nouns.at(tokens, last)
            if noun:
                return Match(index, noun[0], (f"ethnic:{found[1][0]}",), "generic", True)
            if tokens[last].key not in self.generics.modifiers:
                return None
            last += 1
        return None

    def _noun(self, tokens: list[Word], index: int) -> Match | None:
        force, noun = self.forces.at(tokens, index), self.nouns.at(tokens, index)
        if force and (not noun or force[0] >= noun[0]):
            last, name = force[0], force[1][0]
            owner = self._of_country(tokens, last)
            kind = self.generics.force_nouns[name]
            if owner and (name in self.generics.bare_force_nouns or name in OF_FORCES):
                return Match(index, owner[0], (self._owned(name, owner[1], True),), kind)
            if name in self.generics.bare_force_nouns:
                return Match(index, last, (kind,), kind, False)
        if noun:
            return Match(index, noun[0], (self.generics.nouns[noun[1][0]],), "generic", False)
        return None

    def _of_country(self, tokens: list[Word], last: int) -> tuple[int, str] | None:
        """The country after "of (the)": the index behind it and its ISO3."""
        if last >= len(tokens) or tokens[last].key != "of" or not tokens[last].joined:
            return None
        last += 1
        if last < len(tokens) and tokens[last].key == "the":
            last += 1
        if last >= len(tokens) or not tokens[last].joined:
            return None
        found = self.countries.at(tokens, last, self.common)
        names = [iso3 for iso3, form in found[1] if form == "name"] if found else []
        return (
            (found[0], names[0])
            if found and names and self._composed(tokens, last, found[0], names[0]) is None
            else None
        )

    def _merged(self, tokens: list[Word], matches: list[Match]) -> list[Match]:
        """Join a common noun to the group it belongs to: "guerrillas of the FMLN" is one actor."""
        joined: list[Match] = []
        for match in matches:
            before = joined[-1] if joined else None
            if (
                before
                and not before.named
                and match.named
                and before.ids[0] in ARMED
                and match.kind in ("", "military", "police", "security")
                and self._belongs(tokens, before.last, match.first)
            ):
                joined[-1] = replace(match, first=before.first)
            else:
                joined.append(match)
        return joined

    def _belongs(self, tokens: list[Word], last: int, first: int) -> bool:
        if last >= first or not all(word.joined for word in tokens[last : first + 1]):
            return False
        link = self.belonging.at(tokens, last)
        if not link:
            return False
        rest = [word.key for word in tokens[link[0] : first]]
        return rest in ([], ["the"], ["a"], ["an"])


def _in_apposition(text: str, before: ActorSpan, start: int) -> bool:
    """Whether a noun at ``start`` goes with a group's acronym in brackets before it ("(JNIM) militants")."""
    return (
        before.named
        and text[before.start - 1 : before.start] in ("(", "[")
        and text[before.end : start].strip() in (")", "]")
    )
