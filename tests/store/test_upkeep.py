"""Maintenance keeps what is promised, a damaged lake says what is wrong, and an older lake goes on."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from etl import schema
from etl.errors import GiveUp
from etl.settings import settings
from etl.store import Lake, check, open_lake
from tests.store.rows import MOMENT, event, row


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake with one event added and an older one revised on each of six days."""
    lake = open_lake(tmp_path / "lake")
    for day in range(6):
        clock(monkeypatch, MOMENT + timedelta(days=day))
        revised = [event("SYR0", notes=f"day {day}")] if day else []
        lake.transaction(f"b{day}", {"events": [event(f"SYR{day}"), *revised]}, marks={"step": day})
    return lake


def clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setenv("EVENTWIRE_NOW", moment.isoformat())
    settings.cache_clear()


def states(lake: Lake, days: range) -> list[list[tuple[str, str]]]:
    return [
        [(e["event_id_cnty"], e["notes"]) for e in lake.rows("events", as_of=MOMENT + timedelta(days=day))]
        for day in days
    ]


def test_maintenance_joins_files_and_changes_no_state(lake: Lake):
    before = states(lake, range(6))
    lake.maintain()
    assert states(lake, range(6)) == before
    assert len(DeltaTable(f"{lake.url}/events").file_uris()) == 1


def test_files_of_one_time_are_joined_without_reading_all_of_them_at_once(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    before = states(lake, range(6))
    read = []
    monkeypatch.setattr("etl.store.tables.WIDEST_BYTES", 1)
    monkeypatch.setattr("etl.store.scan.Scan.read", lambda *_: read.append(1))
    lake.maintain()
    monkeypatch.undo()
    assert not read
    assert states(lake, range(6)) == before
    assert len(DeltaTable(f"{lake.url}/events").file_uris()) == 1


def test_dropped_states_are_refused_and_kept_ones_stay_whole(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    before = states(lake, range(6))
    lake.maintain()
    clock(monkeypatch, MOMENT + timedelta(days=7, hours=1))
    lake.maintain(keep_days=3)
    assert states(lake, range(4, 6)) == before[4:]
    with pytest.raises(GiveUp, match=r"keeps no states before 2024-05-08.*maintenance dropped them"):
        lake.read("events", as_of=MOMENT + timedelta(days=2))


def test_a_state_is_kept_though_the_clock_was_wrong_when_it_ended(lake: Lake, monkeypatch: pytest.MonkeyPatch):
    clock(monkeypatch, MOMENT - timedelta(days=5000))
    lake.transaction("late", {"events": [event("SYR0", notes="by a wrong clock")]})
    clock(monkeypatch, MOMENT + timedelta(days=6))
    lake.maintain(keep_days=2)
    assert states(lake, range(5, 6))[0][0] == ("SYR0", "by a wrong clock")
    assert lake.rows("events", as_of=lake.snapshot(6))[0]["notes"] == "day 5"


def test_marks_are_handed_on_and_maintenance_drops_them(lake: Lake):
    lake.transaction("other", {"events": [event("IRQ1")]})
    assert lake.head().marks == {"step": 5}
    lake.maintain()
    assert lake.head().marks == {}


@pytest.mark.parametrize("harm", ["missing", "damaged", "cut off"])
def test_a_harmed_file_is_named_with_what_to_do(lake: Lake, harm: str):
    file = max(Path(lake.url).glob("events/*/*.parquet"), key=lambda p: p.stat().st_mtime)
    whole = file.read_bytes()
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(b"no parquet" if harm == "damaged" else whole[:-100])
    with pytest.raises(GiveUp, match=f"{file.name} is (damaged|missing).*Restore from any backup"):
        lake.read("events")
    (said,) = check(lake)
    assert file.name in said and "put this one back" in said
    file.write_bytes(whole)
    assert check(lake) == [] and lake.read("events").num_rows == 6


def test_a_harmed_lake_is_not_maintained(lake: Lake):
    number = lake.head().number
    max(Path(lake.url).glob("events/*/*.parquet"), key=lambda p: p.stat().st_mtime).unlink()
    with pytest.raises(GiveUp, match="Nothing was maintained"):
        lake.maintain()
    assert lake.head().number == number


def test_a_lookup_finds_all_rows_of_a_key_with_and_without_its_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("etl.store.keys.SMALL_FILES", 1)
    lake = open_lake(tmp_path / "lake")
    for n in range(9):
        rows = [row("evidence", mention_id=f"m{n % 3}", start=n), row("evidence", mention_id=f"only{n}")]
        lake.transaction(f"b{n}", {"evidence": rows})

    def found() -> list[tuple[str, int]]:
        rows = lake.lookup("evidence", "mention_id", ["m1", "only4", "none"], lake.head()).to_pylist()
        return [(r["mention_id"], r["start"]) for r in rows]

    wanted = [("m1", 1), ("m1", 4), ("m1", 7), ("only4", 1)]
    assert found() == wanted
    segments = list(Path(lake.url).glob("_index/evidence/mention_id*/*.keys"))
    assert segments
    assert found() == wanted
    segments[0].write_bytes(segments[0].read_bytes()[:40])
    assert found() == wanted


def test_changed_rows_are_those_of_files_that_came_since(lake: Lake):
    since = lake.snapshot(6)
    lake.transaction("new", {"events": [event("IRQ1"), event("IRQ2")]})
    changed = lake.changed("events", since, lake.head(), ["event_id_cnty"])["event_id_cnty"].to_pylist()
    assert sorted(changed) == ["IRQ1", "IRQ2"]
    assert lake.changed("events", None, lake.head(), ["event_id_cnty"]).num_rows == 8


# ---------------------------------------------------------------- versions


def older_lake(folder: Path) -> Path:
    """A lake as version 1.0.0 wrote it: no ``expired_at`` in ``pages``, no layout, no marks, events by MERGE only."""
    spec = schema.table("pages")
    columns = [f for f in spec.arrow if f.name != "expired_at"]
    old = [{k: v for k, v in row("pages", page_id=f"p{n}").items() if k != "expired_at"} for n in range(2)]
    import pyarrow as pa
    from deltalake import CommitProperties, Transaction, write_deltalake

    write_deltalake(
        str(folder / "pages"),
        pa.Table.from_pylist(old, schema=pa.schema(columns)),
        configuration={"delta.checkpointInterval": "50"},
        commit_properties=CommitProperties(app_transactions=[Transaction("eventwire", 1)]),
    )
    record = {"number": 1, "batch_id": "b1", "recorded_at": MOMENT.isoformat(), "versions": {"pages": 0}, "rows": {}}
    (folder / "_batches/done/0000000").mkdir(parents=True)
    (folder / "_batches/done/0000000/0000000001.json").write_text(json.dumps(record))
    (folder / "_batches/head.json").write_text('{"number": 1}')
    (folder / "_lake.json").write_text(json.dumps({"schema_version": "1.0.0", "created_at": MOMENT.isoformat()}))
    return folder


def test_a_lake_of_the_schema_before_is_read_and_goes_on(tmp_path: Path):
    lake = open_lake(older_lake(tmp_path / "lake"))
    assert [(p["page_id"], p["expired_at"]) for p in lake.rows("pages")] == [("p0", None), ("p1", None)]
    assert lake.about()["schema_version"] == "1.0.0", "reading changes nothing"
    lake.transaction("b2", {"pages": [row("pages", page_id="p1", expired_at=MOMENT), row("pages", page_id="p2")]})
    assert [(p["page_id"], p["expired_at"]) for p in lake.rows("pages")] == [("p0", None), ("p1", MOMENT), ("p2", None)]
    about = lake.about()
    assert (about["schema_version"], about["was"][0]["schema_version"]) == (schema.SCHEMA_VERSION, "1.0.0")
    assert len(lake.rows("pages", as_of=MOMENT)) == 2
    lake.maintain()
    assert lake.read("pages").num_rows == 3 and lake.read("pages", as_of=MOMENT).num_rows == 2


def test_a_lake_whose_schema_cannot_be_carried_over_is_refused_with_what_to_do(tmp_path: Path):
    folder = older_lake(tmp_path / "lake")
    (folder / "_lake.json").write_text(json.dumps({"schema_version": "0.9.0"}))
    with pytest.raises(GiveUp, match=r"has schema 0\.9\.0.*Build a new lake"):
        open_lake(folder)


def test_a_lake_of_a_newer_layout_is_refused(tmp_path: Path):
    folder = older_lake(tmp_path / "lake")
    (folder / "_lake.json").write_text(json.dumps({"schema_version": "1.0.0", "layout": 99}))
    with pytest.raises(GiveUp, match=r"layout 99.*Upgrade"):
        open_lake(folder)
