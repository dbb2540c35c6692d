"""Hand-made articles and mentions for merge tests, written into a real lake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from etl import schema
from etl.model import Article, Claim, Coding, Evidence, Mention

TOWN = {"country": "Syria", "iso3": "SYR", "admin1": "Idlib", "location": "Kafr Nabl", "latitude": 35.6144,
        "longitude": 36.5622, "geo_precision": 1, "geonameid": 168627}  # fmt: skip
CITY = {"country": "Syria", "iso3": "SYR", "admin1": "Aleppo", "location": "Aleppo", "latitude": 36.2012,
        "longitude": 37.1612, "geo_precision": 1, "geonameid": 170063}  # fmt: skip
ARMY = ("Military Forces of Syria (2000-2024)", "State forces")
RUSSIA = ("Military Forces of Russia (2000-)", "External/Other forces")
GUNMEN = ("Unidentified Armed Group (Syria)", "Political militia")
JETS = ("Unidentified Military Forces", "External/Other forces")
CIVILIANS = ("Civilians (Syria)", "Civilians")
PROTESTERS = ("Protesters (Syria)", "Protesters")

SLOTS = ("event_type", "event_date", "actor1", "actor2", "location", "fatalities", "tags")


def mention(
    sub: str = "Air/drone strike",
    one: tuple[str, str] = ARMY,
    two: tuple[str, str] | None = CIVILIANS,
    day: date | None = date(2024, 5, 3),
    where: dict[str, Any] | None = None,
    **more: Any,
) -> Mention:
    """A mention with the given main points and everything that follows from them."""
    pair = schema.sub_event(sub)
    low, high = more.pop("low", day), more.pop("high", day)
    dated = {"event_date": day, "event_date_low": low, "event_date_high": high, "time_precision": 1 if day else None}
    values: dict[str, Any] = {
        **pair,
        "actor1": one[0],
        "inter1": one[1],
        "actor2": two[0] if two else None,
        "inter2": two[1] if two else None,
        "interaction": schema.interaction_label(one[1], two[1] if two else None),
        "civilian_targeting": bool(two and two[1] == "Civilians" and pair["event_type"] not in ("Battles", "Protests")),
        "confidence": 0.7,
        "notes": "noted",
        "tags": "crowd size=no report" if pair["event_type"] in ("Protests", "Riots") else None,
        "attribution_rule": "undisputed_report",
        "dispute": {"occurrence": "undisputed", "actor1": "undisputed", "location": "undisputed"},
        "evidence": tuple(Evidence(slot, None, 0, 4, "text") for slot in SLOTS),
    }
    return Mention(**{**values, **dated, **(TOWN if where is None else where), **more})


def killed(low: int, high: int | None = None, basis: str = "exact") -> dict[str, Any]:
    high = low if high is None else high
    return {"fatalities": low, "fatalities_low": low, "fatalities_high": high, "fatalities_basis": basis}


def says(claimant: str, role: str, act: str, slot: str, value: str | None, via: tuple[str, ...] = ()) -> Claim:
    """A claim; ``via``: who passed it on, outermost first."""
    return Claim(claimant, role, act, slot, value, False, 0, 4, "text", (*via, claimant) if via else ())


def line(doc_id: str, text: str | None = None, **more: Any) -> dict[str, Any]:
    """An input line of ``build``; each document has words of its own."""
    words = text or "text " + " ".join(f"{doc_id}{n}" for n in range(40))
    base = {"url": f"https://news.example/{doc_id}", "source": f"Paper {doc_id}", "published_at": "2024-05-04"}
    return {"doc_id": doc_id, "text": words, **base, **more}


class HandCoder:
    """Answers each article with the mentions that the test wrote down for its text."""

    name = "hand"

    def __init__(self, told: dict[str, Iterable[Mention]], version: str = "1") -> None:
        self.told = {k: tuple(v) for k, v in told.items()}
        self.version = version

    def code(self, articles: Iterable[Article]) -> Iterator[Coding]:
        for a in articles:
            found = self.told.get(a.doc_id.split(".")[0], ())
            found = self.told.get(f"{a.doc_id}|{a.text}", found)
            reason = None if found else "no_event"
            yield Coding(a.doc_id, "coded" if found else "abstained", reason, "en", self.name, self.version, found)
