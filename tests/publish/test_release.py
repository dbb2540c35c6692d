"""What a reader finds after a release, and what a release never shows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from frictionless import validate as validate_package

from etl import schema
from etl.errors import GiveUp
from etl.publish import latest_release, publish
from etl.publish.describe import data_dictionary
from etl.publish.files import checksums, plain_cell
from etl.publish.mask import mask_persons, shorten
from etl.settings import ROOT, settings
from etl.store import open_lake

MOMENT = datetime(2026, 3, 5, 12, tzinfo=UTC)
TEXT = "Gunmen killed four villagers in Douentza on Monday, said resident Amadou Sissoko. =1+1 was painted on a wall."
EVENT = {
    "event_id_cnty": "MLI1",
    "event_date": date(2026, 3, 2),
    "year": 2026,
    "time_precision": 1,
    "disorder_type": "Political violence",
    "event_type": "Violence against civilians",
    "sub_event_type": "Attack",
    "actor1": "Unidentified Armed Group (Mali)",
    "inter1": "Political militia",
    "actor2": "Civilians (Mali)",
    "inter2": "Civilians",
    "interaction": "Political militia-Civilians",
    "civilian_targeting": True,
    "iso": 466,
    "region": "Western Africa",
    "country": "Mali",
    "admin1": "Mopti",
    "location": "Douentza",
    "latitude": 14.9958,
    "longitude": -2.9511,
    "geo_precision": 1,
    "source": "Sahel Courier",
    "source_scale": "Regional",
    "notes": "On 2 March 2026, gunmen killed 4 civilians in Douentza (Mopti).",
    "fatalities": 4,
    "timestamp": int(MOMENT.timestamp()),
    "event_date_low": date(2026, 3, 2),
    "event_date_high": date(2026, 3, 2),
    "iso3": "MLI",
    "geonameid": 2457161,
    "fatalities_low": 4,
    "fatalities_high": 4,
    "fatalities_basis": "exact",
    "targets": ["villagers"],
    "attribution": "reported",
    "attribution_rule": "unidentified_unknown",
    "dispute_occurrence": "single_source",
    "dispute_actor1": "single_source",
    "dispute_location": "single_source",
    "confidence": 0.8,
    "reports": 1,
    "independent_origins": 1,
    "first_reported": MOMENT,
    "revision": 1,
}
RUN = {"recorded_at": MOMENT, "run_id": "r1"}


def lake_rows(event: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    """The least that a lake with one event holds."""
    article = {
        "doc_id": "d1", "article_id": "a1", "version": 1, "url": "http://127.0.0.1/a1", "outlet": "sahel-courier",
        "outlet_name": "Sahel Courier", "text": TEXT, "text_hash": "h", "published_basis": "meta", "access": "open",
        "published_at": "2026-03-03T08:00:00+00:00", "withdrawn": False, "fetched_at": MOMENT, "story_id": "s1", **RUN,
    }  # fmt: skip
    shared = {k: v for k, v in event.items() if k in {c.name for c in schema.table("mentions").columns}}
    key = {"mention_id": f"m-{event['event_id_cnty']}", "doc_id": "d1"}
    words = {"event_type": "killed", "location": "Douentza", "actor2": "villagers", "fatalities": "four"}
    quotes = {slot: (TEXT.index(w), w) for slot, w in words.items()}
    evidence = [
        {**key, "slot": slot, "value": w, "start": start, "end": start + len(w), "quote": w}
        for slot, (start, w) in quotes.items()
    ]
    report = {**key, "event_id_cnty": event["event_id_cnty"], "article_id": "a1", "url": "http://127.0.0.1/a1",
              "outlet_name": "Sahel Courier", "published_at": "2026-03-03T08:00:00+00:00", "story_id": "s1",
              "origin": "s1", "recorded_at": MOMENT}  # fmt: skip
    claim = {**key, "claim_id": f"c-{event['event_id_cnty']}", "claimant": "resident Amadou Sissoko",
             "claimant_role": "witness", "speech_act": "assert", "slot": "occurrence", "hedged": False, "start": 0,
             "end": len(TEXT), "quote": TEXT}  # fmt: skip
    return {
        "articles": [article],
        "codings": [{"doc_id": "d1", "article_id": "a1", "coder": "rules", "coder_version": "1",
                     "coding_outcome": "coded", "mention_count": 1, **RUN}],
        "mentions": [{**shared, **key, "article_id": "a1", "coder_version": "1", **RUN}],
        "evidence": evidence,
        "claims": [claim],
        "events": [event],
        "event_reports": [report],
    }  # fmt: skip


@pytest.fixture
def lake(tmp_path, monkeypatch):
    monkeypatch.setenv("EVENTWIRE_NOW", MOMENT.isoformat())
    settings.cache_clear()
    lake = open_lake(tmp_path / "lake")
    lake.transaction("one", lake_rows(EVENT))
    return lake


@pytest.fixture
def release(lake, tmp_path):
    return publish(lake, str(tmp_path / "release"))


def test_every_reader_finds_the_documented_types(release):
    wanted = schema.table("events").release_arrow
    flat = pq.read_table(f"{release.path}/events.parquet")
    assert flat.schema.equals(wanted)
    parts = ds.dataset(f"{release.path}/events", partitioning="hive").to_table()
    assert parts.drop_columns(["event_year"]).schema.equals(schema.table("events").arrow)
    with duckdb.connect(f"{release.path}/eventwire.duckdb", read_only=True) as db:
        kinds = dict(
            db.execute("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'events'").fetchall()
        )
    arrow_to_duckdb = {pa.string(): "VARCHAR", pa.int64(): "BIGINT", pa.float64(): "DOUBLE", pa.bool_(): "BOOLEAN",
                       pa.date32(): "DATE", pa.list_(pa.string()): "VARCHAR[]",
                       pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE"}  # fmt: skip
    assert kinds == {f.name: arrow_to_duckdb[f.type] for f in wanted}
    frame = pl.read_parquet(f"{release.path}/events.parquet")
    assert frame.schema["event_date"] == pl.Date and frame.schema["targets"] == pl.List(pl.String)
    assert pl.read_parquet(f"{release.path}/events/**/*.parquet").height == 1
    pandas = pd.read_parquet(f"{release.path}/events")
    assert pandas["event_date"].iloc[0] == date(2026, 3, 2) and pandas["fatalities"].dtype == "int64"


def test_the_first_31_columns_are_those_of_the_codebook(release):
    names = pq.read_schema(f"{release.path}/events.parquet").names
    assert names[:3] == ["event_id_cnty", "event_date", "year"] and names[30] == "timestamp"


def test_views_answer(release):
    with duckdb.connect(f"{release.path}/eventwire.duckdb", read_only=True) as db:
        actors = {a for (a,) in db.execute("SELECT actor FROM events_by_actor").fetchall()}
        months = db.execute("SELECT events, fatalities FROM events_by_month").fetchall()
        claims = db.execute("SELECT speech_act FROM claims_by_event").fetchall()
    assert actors == {"Unidentified Armed Group (Mali)", "Civilians (Mali)"}
    assert months == [(1, 4)] and claims == [("assert",)]


def test_the_data_package_is_valid_by_its_own_standard(release):
    report = validate_package(f"{release.path}/datapackage.json")
    assert report.valid, report.flatten(["type", "note", "fieldName"])[:5]


def test_checksums_match_the_files(release):
    from pathlib import Path

    folder = Path(release.path)
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    stated = {name: value for value, name in (line.split("  ") for line in lines)}
    assert stated == {k: v for k, v in checksums(folder).items() if k != "SHA256SUMS"}


def test_no_article_text_and_no_private_name_leaves_the_lake(release):
    from pathlib import Path

    for path in (p for p in Path(release.path).rglob("*") if p.is_file()):
        assert b"Sissoko" not in path.read_bytes(), path
    quotes = pq.read_table(f"{release.path}/claims.parquet")["quote"].to_pylist()
    assert all(len(q) <= 280 for q in quotes)


def test_the_report_opens_offline_and_runs_nothing(release):
    from pathlib import Path

    html = Path(release.report).read_text()
    assert "<script" not in html and "http" not in html.replace("http-equiv", "")
    assert "Attack" in html and "in = out + set aside" in html


def test_the_same_state_is_published_once(lake, release, tmp_path):
    again = publish(lake, str(tmp_path / "release"))
    assert (again.version, again.changed, again.counts["events"]) == (release.version, False, 1)
    assert len([p for p in (tmp_path / "release").iterdir() if p.is_dir() and not p.is_symlink()]) == 1


def test_two_lakes_of_the_same_rows_give_the_same_bytes(lake, release, tmp_path):
    other = open_lake(tmp_path / "other")
    other.transaction("one", lake_rows(EVENT))
    twin = publish(other, str(tmp_path / "twin"))
    from pathlib import Path

    ours, theirs = checksums(Path(release.path)), checksums(Path(twin.path))
    # DuckDB files hold block ids that differ from run to run; the list of sums names that file too.
    for name in ("eventwire.duckdb", "SHA256SUMS"):
        ours.pop(name), theirs.pop(name)
    assert ours == theirs


def test_a_bad_event_is_kept_out_with_its_words_and_the_reason_stays(lake, release, tmp_path):
    bad = EVENT | {"event_id_cnty": "MLI2", "latitude": 51.5, "longitude": -0.1, "geonameid": 5}
    lake.transaction("two", lake_rows(bad))
    second = publish(lake, str(tmp_path / "release"))
    assert second.changed and second.set_aside["events"] == 1
    assert pq.read_table(f"{second.path}/events.parquet")["event_id_cnty"].to_pylist() == ["MLI1"]
    assert set(pq.read_table(f"{second.path}/claims.parquet")["event_id_cnty"].to_pylist()) == {"MLI1"}
    kept = [r for r in lake.rows("quarantine") if r["table_name"] == "events"]
    assert [(r["row_key"], r["rules"]) for r in kept] == [("MLI2", ["V24"])]
    assert json.loads(kept[0]["row_json"])["latitude"] == 51.5


def test_a_broken_state_publishes_nothing_and_leaves_the_last_release(lake, release, tmp_path):
    broken = [EVENT | {"event_id_cnty": f"MLI{i}", "geonameid": i, "geo_precision": 9} for i in range(2, 22)]
    lake.upsert("events", broken)
    with pytest.raises(GiveUp, match="V05"):
        publish(lake, str(tmp_path / "release"))
    assert latest_release(str(tmp_path / "release"))["version"] == release.version
    assert (tmp_path / "release" / "latest" / "events.parquet").exists()


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx"])
def test_no_csv_cell_is_a_formula(cell):
    assert plain_cell(cell)[0] == "'"


def test_an_official_keeps_the_name_and_a_villager_does_not():
    masked = mask_persons(["Colonel John Carter denied it.", "A farmer, Peter Miller, saw the blast."])
    assert "John Carter" in masked["Colonel John Carter denied it."]
    assert "Peter Miller" not in masked["A farmer, Peter Miller, saw the blast."]


def test_a_long_quote_is_cut_at_a_word():
    cut = shorten("word " * 100)
    assert len(cut) <= 280 and cut.endswith("word…")


def test_the_printed_dictionary_is_the_derived_one():
    page = ROOT / "docs" / "data-dictionary.md"
    assert page.read_text(encoding="utf-8") == data_dictionary(), "run 'make docs'"


def test_places_actors_and_speakers_are_no_private_persons():
    quote = "Mali's army bombed a market in Niafunké, Tal Diallo told us, and Hamas denied it, Jean Massillon said."
    shown = mask_persons([quote], public=["Jean Massillon"])[quote]
    assert "Diallo" not in shown
    assert all(name in shown for name in ("Mali's", "Niafunké", "Hamas", "Jean Massillon"))
