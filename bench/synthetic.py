"""Clustering of mentions against known truth: ``python -m bench.synthetic [EVENTS] [--seed N] [--days N]``.

A world of events is drawn, each is told 1 to 12 times (every number as likely), and the tellings are clustered without
their truth. Printed are pairwise precision and recall: of two mentions put together, how often they tell of one event;
of two that tell of one event, how often they are together.

The world: twelve countries in conflict over one year, in each the 150 largest towns within 300 km of its capital (from
the gazetteer; the larger the likelier) and the armed groups that the registry knows for it. Fewer ``--days`` make few
events as dense as many. 15 events in 100 follow another one in the same town on the same day or within two days, by
anybody, so that neighbours are the rule. Two acts of one day, town and type between the same two actors are one event
by the codebook and drawn once only.

The noise, drawn for every telling and every slot by itself:

* day: 88 % exact, 7 % "that day or the one before", 4 % a week around it, 1 % wrong by one to three days;
* place: 80 % the town, 8 % a neighbouring place within 12 km by its own id, 7 % "near" it (another point up to 15 km
  away, no id), 4.5 % the province's chief town, 0.5 % another town of the country;
* each actor: 75 % as it is, 12 % unidentified, 6 % one of its units, 4 % spelt otherwise, 2.5 % left out (first
  actors: unidentified), 0.5 % another group of the country; the two sides of a battle change places in 20 %;
* type: 83 % right, 13 % another type of the same family, 3.5 % of violence as such, 0.5 % anything;
* toll: 50 % as it was, else up to a third higher or lower; in 20 % not told;
* 3 articles in 10 tell of two events of their country; an article never tells one event twice.

The shares are judgement, not measurement: set before the first run and not changed after it. Wrong values (a day, a
town, an actor, a type that is simply false) are kept rare, for no clustering can mend those and with the coder's real
rate of them recall would measure the coder. A world with more of them gives less recall.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from etl import schema
from etl.code.actors import registry
from etl.geocode.gazetteer import Entry, gazetteer
from etl.merge.records import Report
from etl.model import DISPUTE_SLOTS, Evidence, Mention

COUNTRIES = ("SYR", "IRQ", "YEM", "MLI", "BFA", "NGA", "SDN", "SOM", "COD", "AFG", "MMR", "COL")
FIRST, DAYS = date(2023, 1, 1), 365
TOWNS, NEAR_KM, REACH_KM = 150, 12.0, 300.0
MOST_TOLD = 12
Actor = tuple[str, str]
Weighted = tuple[tuple[str, float], ...]

FOLLOWS, TWO_EVENTS, SWAPPED = 0.15, 0.3, 0.2
KINDS: Weighted = (
    ("Armed clash", 30), ("Air/drone strike", 12), ("Shelling/artillery/missile attack", 12),
    ("Remote explosive/landmine/IED", 8), ("Attack", 22), ("Abduction/forced disappearance", 6),
    ("Peaceful protest", 6), ("Violent demonstration", 2), ("Arrests", 2),
)  # fmt: skip
DAY: Weighted = (("exact", 88), ("night", 7), ("week", 4), ("wrong", 1))
PLACE: Weighted = (("exact", 80), ("neighbour", 8), ("near", 7), ("province", 4.5), ("wrong", 0.5))
NAME: Weighted = (("exact", 75), ("unknown", 12), ("unit", 6), ("spelt", 4), ("left out", 2.5), ("wrong", 0.5))
TYPE: Weighted = (("exact", 83), ("family", 13), ("violence", 3.5), ("wrong", 0.5))
UNITS = ("First Brigade", "Eastern Command", "Special Forces", "Desert Wing", "Martyrs Battalion")


@dataclass(frozen=True)
class Event:
    """What happened."""

    number: int
    day: date
    town: Entry
    kind: str
    one: Actor
    two: Actor | None
    dead: int


@dataclass(frozen=True)
class Told:
    """One mention with the event it tells of."""

    event: int
    article: str
    mention: Mention

    def report(self) -> Report:
        """As the merge reads it; its id hangs on event and article."""
        row = vars(self.mention) | {f"dispute_{s}": self.mention.dispute.get(s) for s in DISPUTE_SLOTS}
        row |= {"mention_id": f"{self.article}-{self.event}", "doc_id": self.article, "uncertainty_km": None}
        known = datetime.combine(FIRST, datetime.min.time(), UTC)
        return Report(row, self.article, "", self.article, self.article, None, known, self.article, self.article)


def pick(rng: random.Random, weighted: Weighted) -> str:
    """One of several, by weight."""
    return rng.choices([name for name, _ in weighted], [w for _, w in weighted])[0]


@cache
def towns(iso3: str) -> tuple[Entry, ...]:
    """The largest towns around a capital."""
    capital = gazetteer().capital(iso3)
    assert capital is not None, iso3
    found = [e for e in gazetteer().around(*capital.point, REACH_KM) if e.country == iso3 and e.geonameid]
    return tuple(found[:TOWNS])


@cache
def groups(iso3: str) -> tuple[Actor, ...]:
    """The armed actors of a country: its forces and the groups at home there."""
    found = {(registry().state_forces(iso3, FIRST).name, "State forces")}
    for key, actor in sorted(registry().actors.items()):
        if actor.home == iso3 and actor.types:
            known = registry().resolve(key, FIRST, iso3)
            if known.inter in ("Rebel group", "Political militia", "Identity militia"):
                found.add((known.name, known.inter))
    return tuple(sorted(found))


def world(events: int, seed: int = 1, days: int = DAYS) -> list[Event]:
    """Events that differ in day, town, type or actors."""
    rng = random.Random(seed)  # noqa: S311
    made: list[Event] = []
    known = set()
    while len(made) < events:
        if made and rng.random() < FOLLOWS:
            before = rng.choice(made)
            town, day = before.town, before.day + timedelta(days=rng.randint(0, 2))
        else:
            here = towns(rng.choice(COUNTRIES))
            town = rng.choices(here, [math.sqrt(e.population + 500) for e in here])[0]
            day = FIRST + timedelta(days=rng.randrange(days))
        kind = pick(rng, KINDS)
        one, two = _sides(rng, str(town.country), kind)
        mark = (day, town.id, schema.sub_event(kind)["event_type"], frozenset((one, two)))
        if mark not in known:
            known.add(mark)
            made.append(Event(len(made), day, town, kind, one, two, int(rng.expovariate(0.25))))
    return made


def _sides(rng: random.Random, iso3: str, kind: str) -> tuple[Actor, Actor | None]:
    civilians = (f"Civilians ({_country(iso3)})", "Civilians")
    army = next(a for a in groups(iso3) if a[1] == "State forces")
    if kind == "Peaceful protest":
        return (f"Protesters ({_country(iso3)})", "Protesters"), None
    if kind == "Violent demonstration":
        return (f"Rioters ({_country(iso3)})", "Rioters"), None
    if kind == "Arrests":
        return army, civilians
    one = rng.choice(groups(iso3))
    if kind == "Armed clash":
        return one, rng.choice([g for g in groups(iso3) if g != one])
    if kind in ("Air/drone strike", "Shelling/artillery/missile attack") and rng.random() < 0.5:
        return army, rng.choice([g for g in groups(iso3) if g != army])
    return one, civilians


@cache
def _country(iso3: str) -> str:
    return str((schema.country_by_iso3(iso3) or {})["country"])


def tell(events: Sequence[Event], seed: int = 1) -> list[Told]:
    """All tellings, in no order."""
    rng = random.Random(seed + 1)  # noqa: S311
    open_articles: dict[str, list[tuple[str, int]]] = {}
    found = []
    for event in sorted(events, key=lambda e: (e.day, e.number)):
        used = set()
        for n in range(rng.randint(1, MOST_TOLD)):
            waiting = open_articles.setdefault(str(event.town.country), [])
            shared = next((a for a, number in waiting if number != event.number and a not in used), None)
            if shared is not None:
                waiting[:] = [w for w in waiting if w[0] != shared]
            elif rng.random() < TWO_EVENTS / (2 - TWO_EVENTS):
                waiting.append((f"a{event.number}-{n}", event.number))
                waiting[:] = waiting[-10:]
            article = shared or f"a{event.number}-{n}"
            used.add(article)
            found.append(Told(event.number, article, _telling(rng, event)))
    rng.shuffle(found)
    return found


def _telling(rng: random.Random, event: Event) -> Mention:
    kind = _kind(rng, event.kind)
    pair = schema.sub_event(kind)
    iso3 = str(event.town.country)
    one = _name(rng, event.one, iso3) or _unknown(event.one, iso3)
    two = _name(rng, event.two, iso3) if event.two else None
    if two is not None and two[0] == one[0]:
        two = None
    if pair["event_type"] == "Battles" and two is not None and rng.random() < SWAPPED:
        one, two = two, one
    dead = event.dead
    if rng.random() < 0.5:
        dead = max(0, dead + rng.randint(-(dead // 3), dead // 3))
    told = rng.random() < 0.8
    mention = Mention(
        **pair,
        actor1=one[0],
        inter1=one[1],
        actor2=two[0] if two else None,
        inter2=two[1] if two else None,
        interaction=schema.interaction_label(one[1], two[1] if two else None),
        civilian_targeting=pair["event_type"] == "Violence against civilians",
        iso3=iso3,
        country=_country(iso3),
        fatalities=dead if told else 0,
        fatalities_low=dead if told else None,
        fatalities_high=dead if told else None,
        fatalities_basis="exact" if told else "not_mentioned",
        confidence=round(rng.uniform(0.3, 0.95), 2),
        notes="told",
        tags="crowd size=no report" if pair["event_type"] in ("Protests", "Riots") else None,
        attribution_rule="undisputed_report",
        dispute={"occurrence": "undisputed", "actor1": "undisputed", "location": "undisputed"},
        evidence=tuple(Evidence(s, None, 0, 4, "text") for s in ("event_type", "event_date", "actor1", "location")),
    )
    return _placed(rng, _dated(rng, mention, event.day), event.town)


def _dated(rng: random.Random, mention: Mention, day: date) -> Mention:
    low = high = day
    how = pick(rng, DAY)
    if how == "night":
        low, high = (day - timedelta(days=1), day) if rng.random() < 0.5 else (day, day + timedelta(days=1))
    elif how == "week":
        low = day - timedelta(days=rng.randint(0, 6))
        high = low + timedelta(days=6)
    elif how == "wrong":
        low = high = day + timedelta(days=rng.choice((-3, -2, -1, 1, 2, 3)))
    middle = low + (high - low + timedelta(days=1)) // 2 if high > low else low
    precision = 1 if low == high else 2
    return replace(mention, event_date=middle, event_date_low=low, event_date_high=high, time_precision=precision)


def _placed(rng: random.Random, mention: Mention, town: Entry) -> Mention:
    how = pick(rng, PLACE)
    iso3 = str(town.country)
    where, precision, point, geonameid = town, 1, town.point, town.geonameid
    if how == "neighbour":
        beside = [e for e in gazetteer().around(*town.point, NEAR_KM) if e.country == iso3 and e.id != town.id]
        where = rng.choice(beside) if beside else town
        point, geonameid = where.point, where.geonameid
    elif how == "near":
        turn, far = rng.uniform(0, 2 * math.pi), rng.uniform(1, 15) / 111
        point = (town.latitude + far * math.sin(turn), town.longitude + far * math.cos(turn))
        precision, geonameid = 2, None
    elif how == "province":
        where = next((e for e in towns(iso3) if e.admin1 == town.admin1), town)
        precision, point, geonameid = 3, where.point, where.geonameid
    elif how == "wrong":
        where = rng.choice(towns(iso3))
        point, geonameid = where.point, where.geonameid
    return replace(
        mention,
        admin1=where.admin1,
        location=where.name,
        latitude=point[0],
        longitude=point[1],
        geo_precision=precision,
        geonameid=geonameid,
    )


def _name(rng: random.Random, actor: Actor, iso3: str) -> Actor | None:
    name, inter = actor
    if inter in ("Civilians", "Protesters", "Rioters"):
        return None if inter == "Civilians" and rng.random() < 0.1 else actor
    how = pick(rng, NAME)
    if how == "unknown":
        return _unknown(actor, iso3)
    if how == "unit":
        return f"{name} {rng.choice(UNITS)}", inter
    if how == "spelt":
        return name.upper().replace("-", " "), inter
    if how == "wrong":
        return rng.choice(groups(iso3))
    return None if how == "left out" else actor


def _unknown(actor: Actor, iso3: str) -> Actor:
    if actor[1] == "State forces":
        return "Unidentified Military Forces", "External/Other forces"
    return f"Unidentified Armed Group ({_country(iso3)})", "Political militia"


def _kind(rng: random.Random, kind: str) -> str:
    how = pick(rng, TYPE)
    pairs = schema.event_types()
    family = schema.sub_event(kind)["event_type"]
    violence = ("Battles", "Explosions/Remote violence", "Violence against civilians")
    if how == "family":
        return str(rng.choice([p["sub_event_type"] for p in pairs if p["event_type"] == family]))
    if how == "violence" and family in violence:
        return str(rng.choice([p["sub_event_type"] for p in pairs if p["event_type"] in violence]))
    return str(rng.choice(pairs)["sub_event_type"]) if how == "wrong" else kind


def pairwise(found: Sequence[Sequence[str]], truth: dict[str, int]) -> tuple[float, float]:
    """Precision and recall over pairs of mentions.

    >>> pairwise([["a", "b"], ["c"]], {"a": 1, "b": 1, "c": 1})
    (1.0, 0.3333333333333333)
    """
    both = together = 0
    for keys in found:
        counts = Counter(truth[k] for k in keys)
        both += sum(n * (n - 1) // 2 for n in counts.values())
        together += len(keys) * (len(keys) - 1) // 2
    wanted = sum(n * (n - 1) // 2 for n in Counter(truth.values()).values())
    return both / together if together else 1.0, both / wanted if wanted else 1.0


def measure(events: int, seed: int = 1, days: int = DAYS) -> tuple[float, float, int, float]:
    """Pairwise precision and recall, mentions, and seconds of clustering."""
    from etl.merge.cluster import clusters

    told = tell(world(events, seed, days), seed)
    reports = [t.report() for t in told]
    truth = {r.key: t.event for r, t in zip(reports, told, strict=True)}
    start = time.process_time()
    found = clusters(reports)
    seconds = time.process_time() - start
    return *pairwise([[r.key for r in c] for c in found], truth), len(told), seconds


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("events", type=int, nargs="?", default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=DAYS)
    asked = parser.parse_args()
    precision, recall, mentions, seconds = measure(asked.events, asked.seed, asked.days)
    print(f"{asked.events:,} events, {mentions:,} mentions, {seconds:.0f} s of processor time")
    print(f"pairwise precision {precision:.4f} recall {recall:.4f}")


if __name__ == "__main__":
    main()
