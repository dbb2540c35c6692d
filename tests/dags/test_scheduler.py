"""The real scheduler: one installation as ``make up`` starts it, from the first schedule to a release."""

from __future__ import annotations

import json

import psutil
import pytest

from tests.dags.running import free_ports, own_environment, up

pytestmark = [pytest.mark.airflow, pytest.mark.slow]
# Under four minutes on two idle cores; other work on the machine may make it several times that.
PATIENCE_SECONDS = 1200


@pytest.mark.timeout(1300)
def test_the_scheduler_takes_articles_to_a_release(tmp_path) -> None:
    environment = own_environment(tmp_path, ["sahel-ledger", "thanlwin-courier"], free_ports(4))
    with up(tmp_path, environment) as airflow:
        # Shortly after its hour the daily release starts at once, before there is anything to release.
        of_events = "select state from dag_run where dag_id = 'release' and run_type = 'asset_triggered'"
        airflow.wait(lambda _: ("success",) in airflow.query(of_events), PATIENCE_SECONDS)
        chain = airflow.query(
            "select dag_id, run_type, state from dag_run where dag_id in ('collect', 'code', 'release') order by id"
        )
        tasks = airflow.query("select dag_id, task_id, state from task_instance where state != 'removed'")
        pools = dict(airflow.query("select pool, slots from slot_pool"))
        parts = psutil.Process(airflow.process.pid).children(recursive=True)
    first = {dag: (run_type, state) for dag, run_type, state in reversed(chain)}
    assert first["collect"] == ("scheduled", "success")
    assert first["code"] == ("asset_triggered", "success")
    assert ("release", "asset_triggered", "success") in chain
    assert ("collect", "some_failed", "skipped") in tasks
    assert {task for dag, task, state in tasks if dag == "collect" and state == "success"} == {
        "batches",
        "collect_batch",
        "collected",
    }
    assert pools["eventwire_fetch"] > 0
    assert pools["eventwire_code"] > 0

    version = json.loads((tmp_path / "release" / "latest.json").read_text())["version"]
    assert (tmp_path / "release" / version / "events.parquet").is_file()
    assert not (tmp_path / "failures.jsonl").exists()
    # A busy machine takes a moment to bury the processes that were told to end.
    _, left = psutil.wait_procs(parts, timeout=20)
    assert not [p for p in left if p.is_running() and p.status() != psutil.STATUS_ZOMBIE], "a process was left behind"
