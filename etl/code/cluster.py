"""Which acts of one article are the same event.

Joins acts by day, place, parties and family (docs/codebook.md, "one report, how many events"); what refers back ("the
attack") goes to the event told last that it fits. Does not decide what type the event is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from etl.code.acts import Act
from etl.code.lexicon import words
from etl.code.parties import ARMED, CIVILIANS
from etl.code.victims import another_deed, other_name, other_number, other_person, other_victims, same_victim
from etl.geocode import distance_km

_APART = re.compile(
    r"\b(?:separately|elsewhere|in (?:a|an) ?(?:separate|other|another|second|different)|"
    r"in another|meanwhile|earlier in the (?:day|week)|the (?:day|night) before|another|"
    r"a second)\b",
    re.I,
)
ONE_CITY_KM = 12.0
"""Two towns nearer than this may be a city and its district."""
_SPECIFIC = words("cluster_specific")
_SAME = {"explosion": "explosive", "projectile_hit": "shelling", "abduct_hint": "abduct", "grenade_hit": "grenade"}
_GENERIC = frozenset({"militants", "rebels", "gang", "militia", "communal", "coalition", "group", "state", ""})


@dataclass
class Cluster:
    """Acts that are one event, in text order.

    ``side`` are lesser acts that came with it, ``denied`` those by which somebody denies it: they too say where and
    when.
    """

    acts: list[Act] = field(default_factory=list)
    side: list[Act] = field(default_factory=list)
    denied: list[Act] = field(default_factory=list)

    @property
    def family(self) -> str:
        """The family its acts share."""
        return self.acts[0].family

    @property
    def last(self) -> int:
        """Sentence of its last act."""
        return max(a.sentence for a in self.acts)

    def names(self) -> set[str]:
        """Classes of its acts."""
        return {a.name for a in self.acts}


def join(acts: list[Act], sentences: list[str]) -> list[Cluster]:
    """Clusters in the order of their first act.

    Args:
        acts: acts that count, in text order.
        sentences: the text of each sentence, for words that set an event apart.
    """
    clusters: list[Cluster] = []
    for act in acts:
        fitting = [(score, n, c) for n, c in enumerate(clusters) if (score := _fit(act, c, sentences)) is not None]
        if fitting:
            max(fitting, key=lambda f: (f[0], f[1]))[2].acts.append(act)
        elif not act.effect:
            if act.echo and clusters and clusters[-1].family == act.family:
                _echo(act, clusters[-1])
            clusters.append(Cluster([act]))
    return _second_look(clusters, sentences)


def _echo(act: Act, told: Cluster) -> None:
    """Such as "killed in the first": what kind of act it was, and by whom, is what the event before says."""
    model = next((a for a in told.acts if a.name in _SPECIFIC), told.acts[0])
    act.pattern = model.pattern
    act.agents = act.agents or list(model.agents)


def _second_look(clusters: list[Cluster], sentences: list[str]) -> list[Cluster]:
    """Fold an event into an earlier one where everything it later learned says that they are the same."""
    kept: list[Cluster] = []
    for cluster in clusters:
        home = next(
            (
                k
                for k in kept
                if k.family == cluster.family
                and all(_fit(a, k, sentences) is not None for a in cluster.acts)
                and _shares(cluster, k)
            ),
            None,
        )
        if home is None:
            kept.append(cluster)
        else:
            home.acts = sorted([*home.acts, *cluster.acts], key=lambda a: a.trigger.start)
    return kept


def _shares(one: Cluster, other: Cluster) -> bool:
    days = {a.day for a in one.acts if a.day} & {a.day for a in other.acts if a.day}
    places = {p.geonameid for a in one.acts for p in a.places if p.geonameid} & {
        p.geonameid for a in other.acts for p in a.places if p.geonameid
    }
    return bool(days and places)


def _fit(act: Act, cluster: Cluster, sentences: list[str]) -> float | None:
    """How well an act fits a cluster; None where it cannot be the same event."""
    if act.family != cluster.family:
        return None
    score = 0.0
    same_sentence = any(a.sentence == act.sentence for a in cluster.acts)
    if _other_pair(act, cluster):
        return None
    if same_victim(act, cluster.acts):
        return 12.0 + 4 * same_sentence - 0.1 * (act.sentence - cluster.last)
    day = _days(act, cluster)
    if day is False and not (act.anaphoric and act.trigger.nominal):
        return None
    place = _place(act, cluster)
    if place is False:
        return None
    actors = _actors(act, cluster)
    if actors is False and not (same_sentence and not act.own_place):
        return None
    kind = _kinds(act, cluster)
    if kind is False and not (same_sentence or act.anaphoric) and (act.own_place or act.day):
        return None
    if act.apart and not same_sentence and not (day and place):
        return None
    if (
        not same_sentence
        and not act.anaphoric
        and _APART.search(sentences[act.sentence])
        and not (place and day)
        and (act.own_place or act.day or act.agents)
    ):
        return None
    if not same_sentence and (other_person(act, cluster.acts) or other_number(act, cluster.acts)):
        return None
    if not same_sentence and not (day and place) and (other_name(act, cluster.acts) or _turned(act, cluster)):
        return None
    if not same_sentence and other_victims(act, cluster.acts) and not act.anaphoric and not (day and place):
        return None
    if not same_sentence and not act.anaphoric and not (day and place) and another_deed(act, cluster.acts, actors):
        return None
    score += 3 * bool(day) + 3 * bool(place) + 2 * bool(actors) + 1 * bool(kind) + 4 * same_sentence
    score -= 0.1 * (act.sentence - cluster.last)
    return score


def _other_pair(act: Act, cluster: Cluster) -> bool:
    """Taking people and fighting somebody else are two events although day and place are one."""
    taken = {"abduct", "abduct_hint", "sexual"}
    fought = {"clash", "fight", "ambush"}
    if act.name in taken and not any(p.side == ARMED for p in act.patients):
        return bool(cluster.names() & fought) and not cluster.names() & taken
    if act.name in fought and any(p.side == ARMED for p in [*act.partners, *act.patients]):
        return bool(cluster.names() & taken) and not cluster.names() & fought
    if act.name in ("kill", "harm") and any(p.side == ARMED and not p.off_duty for p in act.patients):
        return cluster.names() <= taken and not act.anaphoric
    return False


def _turned(act: Act, cluster: Cluster) -> bool:
    """Such as "rebels ambushed a patrol" after "soldiers killed ten farmers": who hurt civilians is hit here."""
    if act.pattern.two_way or any(a.pattern.two_way for a in cluster.acts) or not (act.own_place or act.day):
        return False
    did = {p.key for a in cluster.acts for p in a.agents if p.side == ARMED}
    suffered = {p.key for a in cluster.acts for p in a.patients if p.side == ARMED}
    hit = {p.key for p in act.patients if p.side == ARMED and not p.off_duty}
    civilians = any(p.side == CIVILIANS for a in cluster.acts for p in a.patients)
    return civilians and not suffered and bool(hit & did) and not {p.key for p in act.agents} & did


def absorb(clusters: list[Cluster]) -> list[Cluster]:
    """Fold what an event brings with it (arrests, seized weapons, surrenders) into the event.

    The codebook makes one row of one day, place and pair of actors; the lower type is kept in ``also_matched``.
    """
    violent = [c for c in clusters if c.family in ("violence", "demonstration", "riot")]
    kept = []
    for cluster in clusters:
        if cluster.family in ("violence", "demonstration", "riot"):
            kept.append(cluster)
            continue
        home = next((v for v in violent if _belongs(cluster, v)), None)
        if home is None:
            kept.append(cluster)
        else:
            home.side.extend(cluster.acts)
    return kept


def lend_days(clusters: list[Cluster]) -> None:
    """Give an undated event the day of the one told just before it with a party of its own."""
    for n, cluster in enumerate(clusters):
        if any(a.when is not None for a in cluster.acts):
            continue
        mine = {p.key for a in cluster.acts for p in a.parties() if p.side == ARMED}
        for other in reversed(clusters[:n]):
            dated = next((a for a in other.acts if a.day is not None), None)
            held = {p.key for a in other.acts for p in a.parties() if p.side == ARMED}
            if dated is not None and mine & held and cluster.acts[0].sentence - other.last <= 3:
                cluster.acts[0].when, cluster.acts[0].day = dated.when, dated.day
                break


def hear_denials(clusters: list[Cluster], denied: list[Act], sentences: list[str]) -> None:
    """Give each denial to the event it can be about.

    Args:
        denied: acts that somebody says did not happen.
    """
    for act in denied:
        home = next(
            (
                c
                for c in clusters
                if c.family == act.family and act.family == "violence" and _fit(act, c, sentences) is not None
            ),
            None,
        )
        if home is not None:
            home.denied.append(act)


def _belongs(cluster: Cluster, home: Cluster) -> bool:
    if cluster.acts[0].sentence < home.acts[0].sentence:
        return False
    if any(_days(a, home) is False or _place(a, home) is False for a in cluster.acts):
        return False
    mine = {p.key for a in cluster.acts for p in a.parties() if p.side == ARMED}
    held = {p.key for a in home.acts for p in a.parties() if p.side == ARMED}
    named = {p.key for a in cluster.acts for p in a.parties() if p.named}
    if named - held:
        return False
    near = cluster.acts[0].sentence - home.last <= 3
    return near and (
        bool(mine & held)
        or not mine
        or home.family == "demonstration"
        or cluster.family in ("disrupt", "arrest", "agreement", "loot")
    )


def _days(act: Act, cluster: Cluster) -> bool | None:
    mine = act.when
    if mine is None or mine.low is None:
        return None
    held = [a.when for a in cluster.acts if a.when is not None and a.when.low is not None]
    if not held:
        return None
    return any(mine.low <= w.high and w.low <= mine.high for w in held)


def same_place(one: Any, other: Any) -> bool | None:
    """Whether two places can be one: None where one merely contains the other."""
    if one.geonameid is None or other.geonameid is None:
        return one.text.casefold() == other.text.casefold() or None
    if one.geonameid == other.geonameid:
        return True
    if one.country != other.country:
        return False
    if "country" in (one.feature, other.feature):
        return None
    if one.feature == "admin1" or other.feature == "admin1":
        return None if one.admin1 == other.admin1 or not (one.admin1 and other.admin1) else False
    if "admin2" in (one.feature, other.feature):
        return None if one.admin1 == other.admin1 else False
    if (
        None not in (one.latitude, other.latitude)
        and distance_km((one.latitude, one.longitude), (other.latitude, other.longitude)) <= ONE_CITY_KM
    ):
        return None
    if "natural" in (one.feature, other.feature) or "other" in (one.feature, other.feature):
        return None
    return False


def _distinct(places: Iterable[Any]) -> list[Any]:
    """Each place once, those with a point first of all: a list of towns would be compared with itself at every act."""
    every = list({(p.geonameid, p.text.casefold()): p for p in places}.values())
    return [p for p in every if p.latitude is not None] or every


def _place(act: Act, cluster: Cluster) -> bool | None:
    mine = _distinct(act.places) if act.own_place else []
    held = _distinct(p for a in cluster.acts if a.own_place for p in a.places)
    if not mine or not held:
        return None
    answers = [same_place(m, h) for m in mine for h in held]
    if True in answers:
        return True
    return False if all(a is False for a in answers) else None


def _actors(act: Act, cluster: Cluster) -> bool | None:
    mine = {p.key for p in act.parties() if p.side == ARMED}
    held = {p.key for a in cluster.acts for p in a.parties() if p.side == ARMED}
    if not mine or not held:
        return None
    if mine & held:
        return True
    # "Boko Haram claimed the attack": who did what was told before.
    back = act.anaphoric and act.trigger.nominal
    if any((a.sentence == act.sentence or back) and _completes(a, act) for a in cluster.acts):
        return None
    one = {p.group for p in act.parties() if p.side == ARMED and not p.named}
    other = {p.group for a in cluster.acts for p in a.parties() if p.side == ARMED and not p.named}
    state = {"military", "police", "platform", "state"}
    named_mine = any(p.named for p in act.parties() if p.side == ARMED)
    named_held = any(p.named for a in cluster.acts for p in a.parties() if p.side == ARMED)
    if (one & _GENERIC and (other & _GENERIC or named_held)) or (named_mine and other & _GENERIC):
        return None
    if one & state and other & state:
        return None
    if act.pattern.two_way or any(a.pattern.two_way for a in cluster.acts):
        return None
    return False


def _completes(one: Act, other: Act) -> bool:
    """Such as "soldiers were killed when fighters ambushed them": one says who suffered, the other who did it."""
    doers = [[p for p in a.agents if p.side == ARMED] for a in (one, other)]
    victims = [[p for p in [*a.patients, *a.partners] if p.side == ARMED] for a in (one, other)]
    return (
        bool(doers[0]) != bool(doers[1]) and bool(victims[0]) != bool(victims[1]) and bool(doers[0]) != bool(victims[0])
    )


def _kinds(act: Act, cluster: Cluster) -> bool | None:
    mine = _SAME.get(act.name, act.name)
    held = {_SAME.get(n, n) for n in cluster.names()} & _SPECIFIC
    if mine not in _SPECIFIC or not held:
        return None
    return mine in held
