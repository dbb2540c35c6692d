"""Decide which gazetteer entry each recognised name means, for the whole article at once.

One name has one sense in an article. Evidence, in order of weight: what the text says outright ("Tripoli, Lebanon"),
a kind word ("Idlib province"), the countries the article speaks of, the other places nearby, then how important the
place is. What stays open stays unresolved; the margin over the runner-up becomes the confidence.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from etl.geocode.gazetteer import Entry, Gazetteer, contains
from etl.geocode.geometry import distance_km
from etl.geocode.lexicon import NAMES_AS_PERSONS
from etl.geocode.names import name_key

CONTAINED = 6.0
"""Weight of "X, Y" where Y holds X: above any difference in size (a metropolis has 7.5, a hamlet 2)."""
KIND = 3.0
"""Weight of a kind word: a small province beats a large town of the name, not a capital elsewhere named outright."""
COUNTRY = 3.0
"""Weight of lying in the country the article speaks of most: a town of 10,000 there beats one of 5 million
elsewhere."""
REGION = 2.0
"""Weight of lying in the first-level unit in which most names of the article have a bearer: less than the country's."""
NEAR = 1.0
"""Weight of lying near other places of the article."""
NEAR_KM = 200.0
"""Distance at which nearness has lost two thirds of its weight: about the breadth of a province."""
FAR_DEGREES = 9.0
"""Degrees of latitude (1,000 km) beyond which nearness has less than a hundredth of its weight."""
MAIN = 0.7
"""Weight of bearing the name itself: an alternate name counts as much as a place a fifth of the size."""
FOREIGN_NAME = 2.5
"""The same in countries whose places have one English name: what else they were once called is hardly ever meant."""
OWN_COUNTRY = 5.0
"""Lost by a town or district called like the country it lies in, unless a kind word asks for it ("Djibouti")."""
NAMESAKE = 1.5
"""Lost by an alternate name where another place of the country, or a city anywhere, bears the very name: nearly all of
what lying in the right region adds ("Jermuk" is the town, not the village once called so)."""
COUNTRY_ITSELF = 9.5
"""Importance at which a country's stops counting: below a town or state of the name in the very region that the rest of
the article speaks of ("Palestine" among towns of Texas), above any other."""
NO_TOWN_WITHIN = 1.0
"""Weight of a first-level unit whose name no town within it bears: a bare "Wyoming" is the state, "Idlib" the town."""
CITY = 5.0
"""Importance (100,000 people) of a town that shares its region's name although its own is longer ("New York City")."""
UNLISTED = 2.2
"""What speaks for a village that no gazetteer lists, in the country spoken of most, where the name's only bearers lie
in countries the article hardly speaks of: a little above the smallest places listed."""
SPOKEN_OF = 0.4
"""Share of the votes of the country spoken of most from which near spellings of a country's towns are looked up."""
ROUNDS = 3
"""Answers feed the next round; a fourth changed 7 of 2,747 answers of the development sets."""
LONGEST_LINK = 45
"""Characters between two names beyond which the words between them no longer tie one to the other."""
NEIGHBOURS = frozenset({"populated", "admin2", "admin1"})
"""Features small enough for their nearness to tell something."""
SAME_KM = 40.0
"""Entries closer than this are one place for the purpose of confidence (a town and its district)."""


_OWNS = re.compile(r"(?:'s|\u2019s)\s+(?:[a-z]+\s+){0,3}(?:of\s+)?")
_LIES_IN = re.compile(
    r"\s*,\s*(?:in\s+)?(?:the\s+)?|\s*\(\s*|\s+in\s+(?:[a-z-]+\s+){0,4}|"
    r",?\s+(?:a|the)\s+(?:[a-z-]+\s+){0,4}in\s+(?:[a-z-]+\s+){0,3}|"
    r"\s+(?:province|district|governorate|county|region)(?:\s+of|\s+in|,)\s+(?:[a-z-]+\s+){0,3}|\s*,\s*\w+\s*,\s*"
)


@dataclass(frozen=True)
class Candidate:
    """A stretch of text that may name a place, and the entries it may mean.

    Attributes:
        hint: feature that a kind word asks for (``admin1`` for "province"), or None.
        sure: the tagger itself calls it a place.
    """

    start: int
    end: int
    text: str
    entries: tuple[Entry, ...]
    hint: str | None
    sure: bool


Answer = tuple[Entry | None, float]


def resolve(
    candidates: Sequence[Candidate], source: str, gaz: Gazetteer, nationalities: Sequence[str], context: str | None
) -> list[Answer | None]:
    """An entry (or None) and a confidence for every candidate, in the same order.

    Args:
        candidates: in text order, not overlapping.
        source: the article's text.
        gaz: to look up near spellings once the countries are known.
        nationalities: iso3 of every nationality word of the article.
        context: iso3 of the outlet's country, or None.

    Returns:
        For each candidate the answer; None where the candidate turned out to be no place.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for i, c in enumerate(candidates):
        groups[name_key(c.text)].append(i)
    entries = {key: candidates[where[0]].entries for key, where in groups.items()}
    hints = {key: Counter(h for i in where if (h := candidates[i].hint)) for key, where in groups.items()}
    named, at = _containment(candidates, source)
    outside: Counter[str] = Counter()
    for iso3, count in Counter(nationalities).items():
        outside[iso3] += 0.7 * (1 + math.log2(count))  # type: ignore[assignment]
    if context:
        outside[context] += 2
    chosen: dict[str, Answer] = {}
    for n in range(ROUNDS):
        scene = Scene(entries, chosen, {key: len(where) for key, where in groups.items()}, outside)
        last = n == ROUNDS - 1
        chosen = {key: scene.choose(key, hints[key], named.get(key, set()), last) for key in entries}
        for key, where in groups.items():
            spoken = scene.countries(key)
            if not any(e.main or spoken.get(e.country or "", 0) >= SPOKEN_OF for e in entries[key]):
                entries[key] += _respelt(candidates[where[0]], spoken, gaz)
    scene = Scene(entries, chosen, {key: len(where) for key, where in groups.items()}, outside)
    answers: list[Answer | None] = []
    for i, c in enumerate(candidates):
        key = name_key(c.text)
        entry, confidence = chosen[key]
        if at.get(i) and entry is not None and entry.id not in at[i]:
            entry, confidence = scene.choose(key, hints[key], at[i])
        answers.append((_feature_asked(entry, c, entries[key]), confidence))
    return answers


def _feature_asked(entry: Entry | None, candidate: Candidate, entries: Sequence[Entry]) -> Entry | None:
    """The unit instead of its chief town (or the town instead of the unit) where this very mention names the kind."""
    if entry is None or candidate.hint is None or entry.feature == candidate.hint:
        return entry
    near = [e for e in entries if e.feature == candidate.hint and e.country == entry.country
            and (e.admin1_code == entry.admin1_code)]  # fmt: skip
    return near[0] if near else entry


def _containment(candidates: Sequence[Candidate], source: str) -> tuple[dict[str, set[int]], dict[int, set[int]]]:
    """Entries that the wording places inside a name beside them: "X, Y", "X in Y", "Y's X".

    Returns:
        The entries by key of the contained name, and by index of the one mention.
    """
    named: dict[str, set[int]] = defaultdict(set)
    at: dict[int, set[int]] = defaultdict(set)
    for i, a in enumerate(candidates):
        for b in candidates[i + 1 : i + 3]:
            between = source[a.end : b.start]
            if len(between) > LONGEST_LINK:
                break
            if _OWNS.fullmatch(between):
                inside, holder, index = b, a, candidates.index(b)
            elif _LIES_IN.fullmatch(between):
                inside, holder, index = a, b, i
            else:
                continue
            if _is_country(inside) and _is_country(holder):
                continue  # "Mexico, the United States and Canada" is a list
            held = {e.id for e in inside.entries if any(contains(h, e) for h in holder.entries)}
            named[name_key(inside.text)] |= held
            at[index] |= held
    return named, at


def _is_country(candidate: Candidate) -> bool:
    return any(e.feature == "country" for e in candidate.entries)


@dataclass(frozen=True)
class Scene:
    """What an article's names say about each other in one round.

    Attributes:
        entries: by key of the name, the entries it may mean.
        chosen: the answers of the round before (empty in the first).
        mentions: how often each name occurs.
        outside: weight of countries from nationality words and the outlet.
    """

    entries: dict[str, tuple[Entry, ...]]
    chosen: dict[str, Answer]
    mentions: dict[str, int]
    outside: Counter[str]

    def countries(self, without: str) -> dict[str, float]:
        """How much the other names speak of each country, 0 to 1."""
        return _share(self._country_votes, without)

    def regions(self, without: str) -> dict[str, float]:
        """How much the other names speak of each first-level unit, 0 to 1."""
        return _share(self._region_votes, without)

    @cached_property
    def _country_votes(self) -> dict[str, dict[str, float]]:
        votes: dict[str, dict[str, float]] = {"": dict(self.outside)}
        for key, found in self.entries.items():
            weight = 1 + math.log2(self.mentions[key])
            entry, confidence = self.chosen.get(key, (None, 0.0))
            if entry is not None:
                strength = 1.5 if entry.feature == "country" else confidence
                votes[key] = {entry.country: weight * strength} if entry.country else {}
            else:
                names = {e.country for e in found if e.country}
                first = next((e.country for e in found if e.feature == "country" and e.country), None)
                votes[key] = {c: weight / len(names) for c in names}
                if first:
                    votes[key][first] = weight
        return votes

    @cached_property
    def _region_votes(self) -> dict[str, dict[str, float]]:
        votes: dict[str, dict[str, float]] = {}
        for key, found in self.entries.items():
            codes = {e.admin1_code for e in found if e.admin1_code}
            votes[key] = {code: 1 / len(codes) for code in codes}
            entry, confidence = self.chosen.get(key, (None, 0.0))
            if entry is not None and entry.admin1_code:
                votes[key][entry.admin1_code] = max(votes[key].get(entry.admin1_code, 0), confidence)
        return votes

    def choose(self, key: str, hints: Counter[str], held: set[int], doubt: bool = False) -> Answer:
        """The entry that fits a name best, and how sure that is.

        Args:
            key: of the name.
            hints: features that kind words beside its mentions ask for.
            held: ids of entries that the wording places inside a name beside it.
            doubt: the name may also be a village that is not listed.
        """
        found = self.entries[key]
        if not found:
            return None, 0.0
        countries, regions = self.countries(key), self.regions(key)
        others = [e for k, (e, _) in self.chosen.items() if k != key and e is not None and e.feature in NEIGHBOURS]
        towns = {e.admin1_code for e in found if e.feature == "populated" and (e.main or e.importance >= CITY)}
        bearers = {e.country for e in found if e.main} - NAMES_AS_PERSONS
        city = any(e.main and e.feature == "populated" and e.importance >= CITY for e in found)
        states = {e.country for e in found if e.feature == "country"}
        scored = []
        for e in found:
            score = min(e.importance, COUNTRY_ITSELF) + _named(e, key) + _kind(e, hints)
            score -= NAMESAKE * (not e.main and e.feature == "populated" and (city or e.country in bearers))
            score -= OWN_COUNTRY * (e.feature != "country" and e.country in states)
            score += NO_TOWN_WITHIN * (e.feature == "admin1" and e.admin1_code not in towns)
            score += CONTAINED * (e.id in held)
            score += COUNTRY * countries.get(e.country or "", 0.0) * (0.5 if e.feature == "country" else 1.0)
            if e.feature != "country":
                score += REGION * regions.get(e.admin1_code or "", 0.0)
                score += NEAR * max((_nearness(e, other) for other in others), default=0.0)
            scored.append((score, e))
        scored.sort(key=lambda pair: (-pair[0], pair[1].id))
        best, entry = scored[0]
        rival = next((s for s, e in scored[1:] if distance_km(e.point, entry.point) > SAME_KM), best - 4)
        if doubt and entry.feature != "country" and countries.get(entry.country or "", 0.0) < SPOKEN_OF:
            rival = max(rival, UNLISTED + COUNTRY * max(countries.values(), default=0.0))
        return entry, round(1 / (1 + math.exp(rival - best)), 3)


def _share(votes: dict[str, dict[str, float]], without: str) -> dict[str, float]:
    total: dict[str, float] = {}
    for key, cast in votes.items():
        if key != without:
            for name, weight in cast.items():
                total[name] = total.get(name, 0) + weight
    most = max(1.0, max(total.values(), default=0.0))
    return {name: weight / most for name, weight in total.items()}


def _named(e: Entry, key: str) -> float:
    """How well the entry bears the name; a city also without the kind word in its own ("New York")."""
    if e.main or (e.importance >= CITY and name_key(e.name) == f"{key} city"):
        return MAIN
    return MAIN - FOREIGN_NAME if e.country in NAMES_AS_PERSONS and e.feature == "populated" else 0.0


def _kind(e: Entry, hints: Counter[str]) -> float:
    if hints:
        if e.feature == "country":
            return -2 * KIND * (hints["populated"] > 0)  # "the city of Turkey"
        return KIND * hints[e.feature] / sum(hints.values())
    return {"admin1": -0.3, "admin2": -1.0}.get(e.feature, 0.0)  # a bare name is more often the town


def _nearness(e: Entry, other: Entry) -> float:
    if contains(other, e) or contains(e, other):
        return 1.0
    if abs(e.latitude - other.latitude) > FAR_DEGREES:
        return 0.0
    return math.exp(-distance_km(e.point, other.point) / NEAR_KM)


def _respelt(candidate: Candidate, weights: dict[str, float], gaz: Gazetteer) -> tuple[Entry, ...]:
    """Entries of near spelling in the two countries the article speaks of most, as alternate names."""
    if not candidate.sure:
        return ()
    top = sorted((w, c) for c, w in weights.items() if w >= SPOKEN_OF)[-2:]
    return tuple(replace(e, main=False) for _, iso3 in reversed(top) for e in gaz.similar(candidate.text, iso3))


__all__ = ["Candidate", "resolve"]
