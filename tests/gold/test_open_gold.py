"""The open gold keeps its form: vocabularies, dates, quotes to the letter, pairs of types and actors, the split."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from etl import schema
from etl.code.actors import registry, years
from etl.model import DISPUTE_SLOTS

FOLDER = Path(__file__).parent / "open"
NEWSROOM = 114
STYLES = {"wire", "local", "radio", "ngo", "communique", "claim", "monitor", "sitrep", "translated", "caps", "note"}
REASONS = {
    *(
        "negated",
        "denied",
        "planned",
        "threatened",
        "exercise",
        "commemoration",
        "background_only",
        "metaphor",
        "sport",
    ),
    *("fiction", "finance", "judicial", "crime", "accident", "nature", "generic", "politics", "labour"),
}
KEYS = {"sub_event_type", "country", "locations", "latitude", "longitude", "actor1", "actor2", "quotes"}
KEYS |= {"event_date", "event_date_low", "event_date_high"}
KEYS |= {"fatalities", "fatalities_low", "fatalities_high", "fatalities_basis"}
# Names that the grammar forms from a word of the text; all others stand in the registry.
GRAMMAR = re.compile(
    r"^(?:(?:Protesters|Rioters|Civilians|Private Security Forces|Unidentified [A-Z][A-Za-z ]+"
    r"|[A-Z][\w' -]+ (?:Ethnic|Communal|Clan) Militia) \((?P<country>.+)\)|Unidentified Military Forces"
    r"|(?:Government of|Mutiny of Military Forces of) .+ \(\d{4}-(?:\d{4})?\))$"
)
# A village's own men, whom no registry lists.
LOCAL = {"Andarab Defence Column"}
# Shingles of three words that two texts may share; reports of one kind share a tenth at most.
LARGEST_OVERLAP = 0.25


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


REPORTS, ARTICLES = read("reports"), read("articles")
TEXTS = [*REPORTS, *ARTICLES]
EVENTS = [(t, e) for t in TEXTS for e in t["events"]]


def broken(holds: Any, pairs: list[tuple[dict[str, Any], dict[str, Any]]] = EVENTS) -> list[str]:
    """Ids of texts with an event that breaks a rule; the texts themselves are not shown."""
    return sorted({text["id"] for text, event in pairs if not holds(text, event)})


def test_it_is_as_large_as_promised() -> None:
    assert len(REPORTS) >= 1500 and len(ARTICLES) + NEWSROOM >= 120
    types = Counter(e["sub_event_type"] for _, e in EVENTS)
    assert set(types) == set(schema.enum("sub_event_type")) and min(types.values()) >= 25
    assert {t["reason"] for t in TEXTS if t["outcome"] == "abstained"} == REASONS
    assert {t["style"] for t in REPORTS} == STYLES


def test_ids_are_unique_and_sorted_and_decide_the_split() -> None:
    for part in (REPORTS, ARTICLES):
        assert [t["id"] for t in part] == sorted(t["id"] for t in part)
    ids = [t["id"] for t in TEXTS]
    assert len(set(ids)) == len(ids)
    in_test = {i for i in ids if int(hashlib.sha256(i.encode()).hexdigest(), 16) % 3 == 0}
    assert {t["id"] for t in TEXTS if t["split"] == "test"} == in_test
    assert {t["split"] for t in TEXTS} == {"train", "test"}


def test_no_two_texts_are_nearly_the_same() -> None:
    shingles = {}
    for text in TEXTS:
        words = re.findall(r"\w+", text["text"].lower())
        shingles[text["id"]] = set(zip(words, words[1:], words[2:], strict=False))
    holders = defaultdict(list)
    for name, found in shingles.items():
        for shingle in found:
            holders[shingle].append(name)
    shared = Counter(pair for names in holders.values() for pair in combinations(names, 2))
    alike = {
        pair: n / len(shingles[pair[0]] | shingles[pair[1]])
        for pair, n in shared.items()
        if n > LARGEST_OVERLAP * len(shingles[pair[0]] | shingles[pair[1]])
    }
    assert alike == {}


def test_each_text_has_its_keys_and_its_length() -> None:
    for text in TEXTS:
        article = "title" in text
        words = len(text["text"].split())
        assert (150 <= words <= 650) if article else (12 <= words <= 130), text["id"]
        assert (text["outcome"] == "coded") == bool(text["events"]) == (text["reason"] is None), text["id"]
        if text["published_at"]:
            date.fromisoformat(text["published_at"][:10])
        elif article:  # what says when the events happened is then in the text
            assert all(e["event_date"] for e in text["events"]), text["id"]
        assert text["text"] == text["text"].strip(), text["id"]


def test_events_have_all_columns_from_closed_lists() -> None:
    countries, kinds = set(schema.enum("country")), set(schema.enum("sub_event_type"))
    bases = set(schema.enum("fatalities_basis"))
    assert broken(lambda t, e: set(e) >= KEYS) == []
    assert broken(lambda t, e: e["country"] in countries and e["sub_event_type"] in kinds) == []
    assert broken(lambda t, e: e["fatalities_basis"] in bases) == []


def test_quotes_are_letters_of_the_text() -> None:
    assert broken(lambda t, e: all(q in t["text"] for q in e["quotes"].values())) == []
    assert broken(lambda t, e: "event_type" in e["quotes"]) == []
    assert broken(lambda t, e: not e["locations"] or "location" in e["quotes"]) == []
    assert broken(lambda t, e: not e["fatalities"] or "fatalities" in e["quotes"]) == []


def test_days_lie_in_their_interval_and_not_after_publication() -> None:
    def holds(text: dict[str, Any], event: dict[str, Any]) -> bool:
        days = [event[f"event_date{end}"] for end in ("_low", "", "_high")]
        if not any(days):
            return not text["published_at"]
        low, best, high = map(date.fromisoformat, days)
        return low <= best <= high and (not text["published_at"] or best <= date.fromisoformat(text["published_at"]))

    assert broken(holds) == []


def test_points_belong_to_named_places() -> None:
    def holds(_: dict[str, Any], event: dict[str, Any]) -> bool:
        if event["latitude"] is None:
            return event["longitude"] is None
        return bool(event["locations"]) and abs(event["latitude"]) <= 90 and abs(event["longitude"]) <= 180

    assert broken(holds) == []


def test_tolls_have_bounds_only_where_somebody_gave_one() -> None:
    def holds(_: dict[str, Any], event: dict[str, Any]) -> bool:
        low, best, high = (event[f"fatalities{end}"] for end in ("_low", "", "_high"))
        if event["fatalities_basis"] in ("not_mentioned", "casualties_only"):
            return best == 0 and low is None and high is None
        return low <= best and (high is None or best <= high)

    assert broken(holds) == []


@pytest.mark.parametrize("slot", ["actor1", "actor2"])
def test_actors_are_named_by_the_registry_or_the_grammar(slot: str) -> None:
    known = {n.replace(" ({country})", "") for n in registry().names()} | LOCAL

    def holds(_: dict[str, Any], event: dict[str, Any]) -> bool:
        name = event[slot]
        return not name or name in known or bool(GRAMMAR.match(name)) or name.partition(" (")[0] in known

    assert broken(holds) == []


def test_generic_actors_carry_a_country_and_state_forces_the_period_of_the_day() -> None:
    countries = set(schema.enum("country"))
    states, listed = {s.called: s for s in registry().states.values()}, {a.name for a in registry().actors.values()}

    def holds(_: dict[str, Any], event: dict[str, Any]) -> bool:
        for name in (event["actor1"], event["actor2"] or ""):
            generic = GRAMMAR.match(name)
            if generic and generic["country"] and generic["country"] not in countries:
                return False
            force = re.match(r"(?:Military|Police) Forces of (.+?) \((\d*-\d*)\)", name)
            if name not in listed and force and force[1] in states and event["event_date"]:
                day = date.fromisoformat(event["event_date"])
                if not any(p.holds(day) and years(p) == force[2] for p in states[force[1]].periods):
                    return False
        return True

    assert broken(holds) == []


def test_types_have_the_parties_that_the_codebook_asks_for() -> None:
    def holds(_: dict[str, Any], event: dict[str, Any]) -> bool:
        one, two, kind = event["actor1"], event["actor2"], event["sub_event_type"]
        both = [one, two or ""]
        family = schema.sub_event(kind)["event_type"]
        return (
            bool(one)
            and one != two
            and (family != "Violence against civilians" or both[1].startswith("Civilians ("))
            and (family != "Battles" or bool(two))
            and (family != "Protests" or any(n.startswith("Protesters (") for n in both))
            and (family != "Riots" or any(n.startswith("Rioters (") for n in both))
            and (kind not in NO_DEATHS or event["fatalities"] == 0)
        )

    assert broken(holds) == []


NO_DEATHS = {"Abduction/forced disappearance", "Protest with intervention", "Peaceful protest"}


def test_claims_stand_on_letters_of_their_article() -> None:
    acts = set(schema.enum("speech_act"))
    pairs = [(t, e) for t in ARTICLES for e in t["events"]]

    def holds(text: dict[str, Any], event: dict[str, Any]) -> bool:
        return all(
            c["quote"] in text["text"] and c["speech_act"] in acts and c["slot"] in (*DISPUTE_SLOTS, "damage")
            for c in event["claims"]
        )

    assert broken(holds, pairs) == []
    assert broken(lambda t, e: "claims" not in e, [(t, e) for t in REPORTS for e in t["events"]]) == []
