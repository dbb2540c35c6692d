"""The views of a release agree with its events, and lead to other projects' schemes as their definitions say."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import h3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl import schema
from etl.publish import publish
from etl.publish.views import event_cells, priogrid_gid, view_tables
from etl.settings import settings
from etl.store import open_lake
from tests.publish.test_release import EVENT, MOMENT, lake_rows

ARMY, GROUP = ("Military Forces of Mali (2021-)", "State forces"), ("JNIM: Group", "Rebel group")
MILITIA, PEOPLE = ("Dozo Militia (Mali)", "Identity militia"), ("Civilians (Mali)", "Civilians")
CROWD, ABROAD = ("Protesters (Mali)", "Protesters"), ("Military Forces of France (2017-)", "External/Other forces")


def event(number: int, one: tuple[str, str], two: tuple[str, str] | None, **more: Any) -> dict[str, Any]:
    second = two or (None, None)
    row = EVENT | {"event_id_cnty": f"MLI{number}", "actor1": one[0], "inter1": one[1], "actor2": second[0]}
    row |= {"inter2": second[1], "interaction": schema.interaction_label(one[1], second[1]), "event_year": 2026}
    return row | more


def claim(
    number: int, event_id: str, who: str, act: str, slot: str, value: str | None, role: str = "party"
) -> dict[str, Any]:
    return {"claim_id": f"c{number}", "mention_id": "m", "doc_id": "d", "claimant": who, "claimant_role": role,
            "speech_act": act, "slot": slot, "value": value, "hedged": False, "start": number, "end": number + 1,
            "quote": "q", "outlet_name": "o", "event_id_cnty": event_id, "url": "u"}  # fmt: skip


def views(*events: dict[str, Any], claims: tuple[dict[str, Any], ...] = ()) -> dict[str, list[dict[str, Any]]]:
    given = {"events": list(events), "claims": list(claims)}
    tables = {n: pa.Table.from_pylist(rows, schema=schema.table(n).release_arrow) for n, rows in given.items()}
    return {name: table.to_pylist() for name, table in view_tables(tables).items()}


@pytest.mark.parametrize(
    ("one", "two", "kind", "a", "b"),
    [
        (GROUP, ARMY, 1, ARMY, GROUP),
        (ABROAD, ARMY, 1, ARMY, ABROAD),
        (ABROAD, GROUP, 1, ABROAD, GROUP),
        (GROUP, MILITIA, 2, GROUP, MILITIA),
        (GROUP, PEOPLE, 3, GROUP, PEOPLE),
        (CROWD, ARMY, 3, ARMY, CROWD),
    ],
)
def test_type_of_violence_follows_from_the_two_sides(one, two, kind, a, b):
    (row,) = views(event(1, one, two))["events_ucdp"]
    assert (row["type_of_violence"], row["side_a"], row["side_b"]) == (kind, a[0], b[0])


@pytest.mark.parametrize(
    "odd", [event(1, GROUP, None), event(1, PEOPLE, PEOPLE), event(1, GROUP, ARMY, fatalities=0, fatalities_high=None)]
)
def test_without_two_sides_an_armed_one_or_a_death_there_is_no_ucdp_row(odd):
    assert not views(odd)["events_ucdp"]


@pytest.mark.parametrize(("last", "precision"), [(2, 1), (4, 2), (7, 2), (8, 3), (20, 4)])
def test_date_precision_follows_from_the_span_of_days(last, precision):
    (row,) = views(event(1, GROUP, ARMY, event_date_high=date(2026, 3, last)))["events_ucdp"]
    assert row["date_prec"] == precision


def test_every_sub_event_type_has_a_plover_line():
    assert set(schema.plover()) == {p["sub_event_type"] for p in schema.event_types()}


def test_plover_has_one_row_an_event_and_says_who_acts():
    rows = views(
        event(1, GROUP, PEOPLE),
        event(2, GROUP, ARMY, event_type="Battles", sub_event_type="Armed clash"),
        event(3, CROWD, ARMY, event_type="Protests", sub_event_type="Excessive force against protesters"),
        event(4, ARMY, CROWD, event_type="Protests", sub_event_type="Protest with intervention"),
        event(5, GROUP, None, event_type="Strategic developments", sub_event_type="Other"),
    )["events_plover"]
    assert [(r["plover_event"], r["plover_actor"], r["plover_recipient"], r["mutual"]) for r in rows] == [
        ("ASSAULT", GROUP[0], PEOPLE[0], False),
        ("ASSAULT", GROUP[0], ARMY[0], True),
        ("ASSAULT", ARMY[0], CROWD[0], False),
        ("PROTEST", CROWD[0], ARMY[0], False),
        (None, GROUP[0], None, False),
    ]


@pytest.mark.parametrize("panel", [n for n in schema.view_names() if n.startswith("panel_")])
def test_a_panel_adds_up_to_the_events_and_says_what_is_placed_only_to_a_region(panel):
    events = [event(n, GROUP, PEOPLE, geo_precision=n % 3 + 1, admin1=None if n > 7 else "Mopti") for n in range(1, 10)]
    events[0] |= {"event_date_high": date(2026, 4, 1)}
    rows = views(*events)[panel]
    assert sum(r["events"] for r in rows) == 9
    assert sum(r["fatalities"] for r in rows) == 36
    assert [sum(r[c] for r in rows) for c in ("events_near", "events_region_only", "events_month_unsure")] == [3, 3, 1]
    assert all(r["month"] == date(2026, 3, 1) for r in rows)


@pytest.mark.parametrize(
    ("point", "gid"), [((10.51, 2.29), 145085), ((-14.75, 25.75), 108412), ((-54.6, -71.2), 50618)]
)
def test_priogrid_cells_are_those_that_others_computed(point, gid):
    # The last two are row 151, column 412 and row 71, column 218 of the grid.
    assert priogrid_gid(*point) == gid


def test_the_cells_of_an_event_hold_its_point():
    (row,) = event_cells(pa.Table.from_pylist([EVENT], schema=schema.table("events").arrow)).to_pylist()
    assert row["h3_cell"] == h3.latlng_to_cell(EVENT["latitude"], EVENT["longitude"], 5)
    assert row["priogrid_gid"] == priogrid_gid(EVENT["latitude"], EVENT["longitude"])


def test_each_side_tells_its_version_and_undisputed_events_stand_as_coded():
    denied = event(1, ("Unidentified Military Forces", "Political militia"), PEOPLE, alleged_actor1=[ARMY[0]])
    denied |= {"dispute_actor1": "attributed_denied"}
    said = (
        claim(1, "MLI1", "Resident", "accuse", "actor1", ARMY[0], "witness"),
        claim(2, "MLI1", "Resident", "assert", "fatalities", "9", "witness"),
        claim(3, "MLI1", "Army", "deny", "actor1", ARMY[0]),
        claim(4, "MLI1", "Army", "accuse", "actor1", GROUP[0]),
        claim(5, "MLI1", "Mayor", "accuse", "actor1", ARMY[0], "authority"),
    )
    found = views(denied, event(2, GROUP, PEOPLE), claims=said)
    accuser, plain = found["events_accuser"]
    assert (accuser["actor1"], accuser["fatalities_told"], accuser["speakers"]) == (ARMY[0], 9, ["Mayor", "Resident"])
    accused, _ = found["events_accused"]
    assert (accused["actor1"], accused["told_occurred"], accused["speakers"]) == (GROUP[0], True, ["Army"])
    assert (plain["actor1"], plain["speakers"]) == (GROUP[0], None)
    assert [e["event_id_cnty"] for e in found["events_undisputed"]] == ["MLI2"]


def test_who_denies_that_it_happened_tells_of_no_event():
    (row,) = views(event(1, ARMY, PEOPLE), claims=(claim(1, "MLI1", "Army", "deny", "occurrence", None),))[
        "events_accused"
    ]
    assert (row["told_occurred"], row["actor1"]) == (False, None)


def test_views_are_files_and_duckdb_views_with_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.setenv("EVENTWIRE_NOW", MOMENT.isoformat())
    settings.cache_clear()
    lake = open_lake(tmp_path / "lake")
    lake.transaction("one", lake_rows(EVENT))
    path = publish(lake, str(tmp_path / "release")).path
    with duckdb.connect(f"{path}/eventwire.duckdb", read_only=True) as db:
        for name in schema.view_names():
            table = pq.read_table(f"{path}/views/{name}.parquet")
            assert table.schema.equals(schema.view(name).arrow), name
            assert db.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (table.num_rows,), name
            assert db.sql(f'SELECT * FROM "{name}"').columns == table.schema.names, name
