"""What the lake promises: whole batches, each once, and every earlier state."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etl.errors import EventwireError, GiveUp, Misconfigured, RetryLater
from etl.settings import ROOT, settings
from etl.store import Conflict, Lake, open_lake, stable_id
from tests.store.contention import KILLED_AT
from tests.store.rows import MOMENT, claim, event


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setenv("EVENTWIRE_NOW", moment.isoformat())
    settings.cache_clear()


def keys(lake: Lake, table: str = "claims", **options) -> list[str]:
    return lake.read(table, **options).column(0).to_pylist()


def test_a_new_lake_is_empty_and_typed(tmp_path: Path):
    lake = open_lake(tmp_path / "lake")
    assert lake.read("events").num_rows == 0
    assert not (tmp_path / "lake").exists(), "reading must not create anything"


def test_a_batch_changes_several_tables_or_none(tmp_path: Path):
    lake = open_lake(tmp_path / "lake")
    assert lake.transaction("b1", {"claims": [claim("b"), claim("a")], "events": [event("SYR1")]})
    assert keys(lake) == ["a", "b"]
    assert keys(lake, "events") == ["SYR1"]
    with pytest.raises(GiveUp, match="required column quote"):
        lake.transaction("b2", {"events": [event("SYR2")], "claims": [claim("c", quote=None)]})
    assert (keys(lake), keys(lake, "events")) == (["a", "b"], ["SYR1"])


def test_the_same_batch_twice_changes_nothing(tmp_path: Path):
    lake = open_lake(tmp_path / "lake")
    assert lake.transaction("b1", {"claims": [claim("a", quote="first")]})
    before = lake.head()
    assert not lake.transaction("b1", {"claims": [claim("a", quote="second"), claim("b")]})
    assert lake.head() == before
    assert lake.rows("claims")[0]["quote"] == "first"


def test_rows_are_replaced_and_taken_out_by_key(tmp_path: Path):
    lake = open_lake(tmp_path / "lake")
    lake.transaction("b1", {"events": [event("SYR1", 2023), event("SYR2"), event("SYR3")]})
    lake.transaction("b2", {"events": [event("SYR1", 2024, notes="moved")]}, deletes={"events": [("SYR2",)]})
    assert [(e["event_id_cnty"], e["year"], e["notes"]) for e in lake.rows("events")] == [
        ("SYR1", 2024, "moved"),
        ("SYR3", 2024, "x"),
    ]


def test_filters_work_on_strings_numbers_days_and_moments(tmp_path: Path):
    lake = open_lake(tmp_path / "lake")
    lake.upsert("events", [event("SYR1", 2023), event("SYR2", 2024)])
    assert keys(lake, "events", filters=[("event_id_cnty", "=", "SYR2")]) == ["SYR2"]
    assert keys(lake, "events", filters=[("year", "=", 2023)]) == ["SYR1"]
    assert keys(lake, "events", filters=[("event_date", ">", MOMENT.date() - timedelta(days=30))]) == ["SYR2"]
    found = lake.read("events", columns=["notes"], filters=[("event_id_cnty", "in", ["SYR1"])])
    assert found.column_names == ["notes"] and found.num_rows == 1


def test_every_earlier_state_can_be_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lake = open_lake(tmp_path / "lake")
    for day, batch in enumerate((["a"], ["b"], ["c"])):
        at(monkeypatch, MOMENT + timedelta(days=day))
        lake.transaction(f"b{day}", {"claims": [claim(k) for k in batch]})
    assert keys(lake, as_of=MOMENT - timedelta(seconds=1)) == []
    assert keys(lake, as_of=MOMENT) == ["a"]
    assert keys(lake, as_of=MOMENT + timedelta(days=1, hours=1)) == ["a", "b"]
    lake.maintain()
    assert keys(lake, as_of=MOMENT) == ["a"] and keys(lake) == ["a", "b", "c"]


def test_a_clock_that_goes_back_does_not_reorder_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lake = open_lake(tmp_path / "lake")
    at(monkeypatch, MOMENT)
    lake.transaction("b1", {"claims": [claim("a")]})
    at(monkeypatch, MOMENT - timedelta(days=1))
    lake.transaction("b2", {"claims": [claim("b")]})
    assert keys(lake, as_of=MOMENT) == ["a", "b"]
    assert keys(lake, as_of=MOMENT - timedelta(hours=1)) == []


def test_a_decision_from_an_old_state_is_refused(tmp_path: Path):
    lake, other = open_lake(tmp_path / "lake"), open_lake(tmp_path / "lake")
    seen = lake.head()
    other.transaction("theirs", {"claims": [claim("a")]})
    with pytest.raises(Conflict):
        lake.transaction("ours", {"claims": [claim("b")]}, expected=seen)
    assert keys(lake) == ["a"]


PROGRAM = """
import sys
from tests.store.rows import claim, event
from etl.store import open_lake
lake = open_lake(sys.argv[1])
lake.transaction("b1", {"claims": [claim("a", quote="old")], "events": [event("SYR1")]})
rows = {"claims": [claim("a", quote="new"), claim("b")], "events": [event("SYR2")]}
lake.transaction("b2", rows, {"events": [("SYR1",)]})
"""


def run(lake: Path, kill_at: str | None = None) -> int:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "EVENTWIRE_NOW": MOMENT.isoformat()}
    if kill_at:
        env["EVENTWIRE_KILL_AT"] = kill_at
    return subprocess.run([sys.executable, "-c", PROGRAM, str(lake)], env=env, cwd=ROOT, check=False).returncode


@pytest.mark.parametrize(
    "step", ["batch.claimed#1", *(pytest.param(f"{name}#2", marks=pytest.mark.thorough) for name in KILLED_AT)]
)
def test_killed_anywhere_and_run_again_gives_the_undisturbed_tables(tmp_path: Path, step: str):
    assert run(tmp_path / "lake", kill_at=step) == -9
    between = Lake(tmp_path / "lake")
    seen = (keys(between), keys(between, "events"))
    assert seen in (([], []), (["a"], ["SYR1"]), (["a", "b"], ["SYR2"])), "a reader saw half a batch"
    assert run(tmp_path / "lake") == 0
    lake = open_lake(tmp_path / "lake")
    assert [(c["claim_id"], c["quote"]) for c in lake.rows("claims")] == [("a", "new"), ("b", "x")]
    assert keys(lake, "events") == ["SYR2"]
    assert lake.head().number == 2 and lake.recover() == 0


WRITER = """
import sys
from tests.store.rows import claim
from etl.store import open_lake
lake = open_lake(sys.argv[1])
for n in range(4):
    lake.transaction(f"{sys.argv[2]}{n}", {"claims": [claim(f"{sys.argv[2]}{n}")]})
"""


def test_two_writers_lose_nothing(tmp_path: Path):
    command = [sys.executable, "-c", WRITER, str(tmp_path / "lake")]
    writers = [
        subprocess.Popen([*command, name], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}) for name in "ab"
    ]
    assert [w.wait(120) for w in writers] == [0, 0]
    assert keys(open_lake(tmp_path / "lake")) == [f"{name}{n}" for name in ("a", "b") for n in range(4)]


def test_a_lake_of_a_newer_schema_is_refused(tmp_path: Path):
    lake = open_lake(tmp_path / "lake")
    lake.upsert("claims", [claim("a")])
    lake.files.write("_lake.json", json.dumps({"schema_version": "99.0.0"}).encode())
    with pytest.raises(GiveUp, match=r"99\.0\.0.*Upgrade"):
        open_lake(tmp_path / "lake")


@pytest.mark.parametrize("harm", ["log", "data"])
def test_a_damaged_table_is_named_with_what_to_do(tmp_path: Path, harm: str):
    lake = open_lake(tmp_path / "lake")
    lake.upsert("claims", [claim("a")])
    folder = tmp_path / "lake" / "claims"
    if harm == "log":
        for file in (folder / "_delta_log").iterdir():
            file.unlink()
    else:
        for file in folder.glob("*.parquet"):
            file.write_bytes(b"no parquet")
    with pytest.raises(GiveUp, match=r"table claims .*Restore .*backup"):
        lake.read("claims")


def test_damaged_unfinished_work_is_named(tmp_path: Path):
    assert run(tmp_path / "lake", kill_at="batch.claimed#2") == -9
    pending = next((tmp_path / "lake/_batches/pending").iterdir())
    pending.write_bytes(b"half")
    with pytest.raises(GiveUp, match=r"is damaged.*run that step again"):
        open_lake(tmp_path / "lake")


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(Misconfigured, match="holds other files"):
        open_lake(tmp_path).upsert("claims", [claim("a")])


def test_a_file_in_the_way_is_a_clear_error(tmp_path: Path):
    (tmp_path / "lake").write_text("")
    with pytest.raises(Misconfigured):
        open_lake(tmp_path / "lake").upsert("claims", [claim("a")])


def test_a_missing_lake_is_a_clear_error_for_readers(tmp_path: Path):
    with pytest.raises(Misconfigured, match="no lake"):
        open_lake(tmp_path / "lake", must_exist=True)


def test_no_space_left_says_that_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lake = open_lake(tmp_path / "lake")
    lake.upsert("claims", [claim("a")])
    real = os.fsync

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RetryLater, match="nothing is lost"):
        lake.upsert("claims", [claim("b")])
    monkeypatch.setattr(os, "fsync", real)
    lake.upsert("claims", [claim("b")])
    assert keys(lake) == ["a", "b"]


def _mount(folder: Path, options: str) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


def test_a_full_disk_and_a_read_only_disk_are_clear_errors(tmp_path: Path):
    disk = tmp_path / "disk"
    if not _mount(disk, "size=300k"):
        pytest.skip("this user may not mount a small disk")
    try:
        lake = open_lake(disk / "lake")
        lake.upsert("claims", [claim("a")])
        filler = disk / "filler"
        with pytest.raises(EventwireError, match="no space left"):
            filler.write_bytes(b"x" * 180_000)
            for n in range(40):
                lake.upsert("claims", [claim(f"n{n}", quote=os.urandom(8000).hex())])
        filler.unlink()
        lake = open_lake(disk / "lake")
        lake.upsert("claims", [claim("z")])
        assert {"a", "z"} <= set(keys(lake))
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(Misconfigured, match=r"cannot be written|write access"):
            open_lake(disk / "lake").upsert("claims", [claim("y")])
        assert "a" in keys(open_lake(disk / "lake"))
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_ids_depend_on_content_only():
    assert stable_id("a", 1, None) == stable_id("a", 1, None) != stable_id("a", 1, "")
