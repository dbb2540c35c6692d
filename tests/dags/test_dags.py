"""The DAG files without a scheduler: what they import, what they promise, how they are cut, what they retry."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from etl import errors
from etl.settings import ROOT

DAGS = ("backfill", "code", "collect", "maintain", "release")
# Packages that take seconds to import; the scheduler parses every file again and again.
HEAVY = ("pandas", "pyarrow", "spacy", "great_expectations", "deltalake", "duckdb", "newspaper", "trafilatura")

pytest.importorskip("airflow")

PROBE = """
import importlib, json, sys, time
start = time.perf_counter()
import airflow.sdk
airflow_seconds = time.perf_counter() - start
start = time.perf_counter()
for name in sys.argv[1].split(","):
    importlib.import_module(f"dags.{name}")
own_seconds = time.perf_counter() - start
heavy = [name for name in sys.argv[2].split(",") if name in sys.modules]
print(json.dumps({"airflow": airflow_seconds, "own": own_seconds, "heavy": heavy}))
"""


@cache
def dag(name: str):
    from importlib import import_module

    from airflow.sdk import DAG

    module = import_module(f"dags.{name}")
    builder = getattr(module, name)
    built = builder()
    assert isinstance(built, DAG)
    return built


@pytest.mark.slow
def test_the_files_import_nothing_heavy_and_are_quick_beside_airflow(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), "AIRFLOW_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, ",".join(DAGS), ",".join(HEAVY)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["heavy"] == []
    # All five files together cost less than importing Airflow once.
    assert told["own"] < told["airflow"]


@pytest.mark.parametrize("name", DAGS)
def test_one_dag_a_file_named_as_the_file(name: str) -> None:
    assert dag(name).dag_id == name
    assert "eventwire" in dag(name).tags
    assert f"### {name}" in dag(name).doc_md
    assert dag(name).catchup is False
    assert dag(name).max_active_runs == 1


@pytest.mark.parametrize("name", DAGS)
def test_params_say_what_they_take(name: str) -> None:
    for key in dag(name).params:
        param = dag(name).params.get_param(key)
        assert param.description, key
        assert param.schema["type"], key
        param.resolve()


def test_params_refuse_nonsense() -> None:
    from airflow.sdk.exceptions import ParamValidationError

    for name, key, value in (
        ("code", "batch_size", 0),
        ("collect", "outlets", "sahel-ledger"),
        ("release", "as_of", "yesterday"),
        ("maintain", "keep_days", 1),
        ("backfill", "since", "soon"),
        ("backfill", "at_once", 0),
    ):
        with pytest.raises((ParamValidationError, ValueError)):
            dag(name).params.get_param(key).resolve(value)


@pytest.mark.parametrize("name", DAGS)
def test_every_pool_is_created_by_the_deployment(name: str) -> None:
    pools = set(json.loads((ROOT / "deploy" / "pools.json").read_text())) | {"default_pool"}
    for task in dag(name).tasks:
        assert task.pool in pools, task.task_id


@pytest.mark.parametrize("name", DAGS)
def test_every_task_retries_by_error_class_and_tells_its_failure(name: str) -> None:
    from dags.common import RETRY_BY_ERROR, tell_failure

    for task in dag(name).tasks:
        arguments = task.partial_kwargs if hasattr(task, "partial_kwargs") else vars(task)
        assert arguments["retry_policy"] is RETRY_BY_ERROR, task.task_id
        callbacks = arguments["on_failure_callback"]
        assert tell_failure in (callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]), task.task_id
        assert arguments["execution_timeout"], task.task_id


def test_the_chain_hangs_together_by_assets() -> None:
    def updates(name: str) -> set[str]:
        return {asset.name for task in dag(name).tasks for asset in task.outlets}

    assert updates("collect") == updates("backfill") == {"eventwire://lake/articles"}
    assert updates("code") == {"eventwire://lake/events"}
    assert "eventwire://lake/articles" in str(dag("code").timetable)
    assert "eventwire://lake/events" in str(dag("release").timetable)
    assert updates("release") == updates("maintain") == set()


def every_error() -> list[type[BaseException]]:
    return [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.EventwireError) and kind is not errors.EventwireError
    ]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_the_retry_policy_follows_the_error_classes(kind: type[BaseException]) -> None:
    from airflow.sdk import RetryAction

    from dags.common import RETRY_BY_ERROR

    wanted = RetryAction.RETRY if kind is errors.RetryLater else RetryAction.FAIL
    decision = RETRY_BY_ERROR.evaluate(kind("trouble"), try_number=1, max_tries=3)
    assert decision.action == wanted
    assert decision.reason


def test_subclasses_follow_their_class_and_strangers_follow_the_defaults() -> None:
    from airflow.sdk import RetryAction

    from dags.common import RETRY_BY_ERROR
    from etl.store.lake import Conflict

    assert RETRY_BY_ERROR.evaluate(Conflict("x"), 1, 3).action == RetryAction.RETRY
    assert RETRY_BY_ERROR.evaluate(MemoryError(), 1, 3).action == RetryAction.DEFAULT


@pytest.mark.parametrize(("items", "lists"), [(0, 0), (1, 1), (100, 100), (101, 51), (5000, 100)])
def test_work_is_cut_into_at_most_a_hundred_tasks(items: int, lists: int) -> None:
    from dags.common import cut

    names = [str(n) for n in range(items)]
    cuts = cut(names)
    assert len(cuts) == lists <= 100
    assert [name for part in cuts for name in part] == names


def test_outlets_are_cut_for_the_pool_that_fetches_them() -> None:
    from dags.common import FETCH_POOL, FETCH_TASKS, MOST_MAPPED

    slots = json.loads((ROOT / "deploy" / "pools.json").read_text())[FETCH_POOL]["slots"]
    assert slots <= FETCH_TASKS <= MOST_MAPPED


def test_a_failure_leaves_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dags.common import tell_failure

    monkeypatch.setenv("EVENTWIRE_FAILURES", str(tmp_path / "deep" / "failures.jsonl"))
    instance = SimpleNamespace(dag_id="collect", task_id="collect_batch", map_index=3, run_id="r1")
    tell_failure({"task_instance": instance, "exception": errors.GiveUp("the host is gone")})
    tell_failure({"task_instance": instance, "exception": None})
    first, second = (json.loads(x) for x in (tmp_path / "deep" / "failures.jsonl").read_text().splitlines())
    assert (first["dag"], first["task"], first["map_index"], first["error"]) == (
        "collect",
        "collect_batch",
        3,
        "the host is gone",
    )
    assert second["error"] == ""
    assert first["at"].endswith("+00:00")


def test_one_failed_batch_keeps_nothing_from_the_coder() -> None:
    tasks = {task.task_id: task for task in dag("collect").tasks}
    assert tasks["collected"].trigger_rule == "all_done_min_one_success"
    assert tasks["some_failed"].trigger_rule == "one_failed"
    assert tasks["collected"].upstream_task_ids == tasks["some_failed"].upstream_task_ids == {"collect_batch"}


def test_archives_that_fail_keep_nothing_from_the_coder_and_are_told() -> None:
    tasks = {task.task_id: task for task in dag("backfill").tasks}
    assert tasks["record"].trigger_rule == "all_done"
    assert tasks["record"].upstream_task_ids == {"units", "read_archives"}
    assert tasks["all_finished"].upstream_task_ids == {"record"} and not tasks["all_finished"].retries
    assert json.loads((ROOT / "deploy" / "pools.json").read_text())[tasks["read_archives"].pool]["slots"] <= 8


def test_the_dag_files_follow_airflows_rules() -> None:
    ruff = str(Path(sys.executable).parent / "ruff")
    ran = subprocess.run([ruff, "check", "--select", "AIR", "dags"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
