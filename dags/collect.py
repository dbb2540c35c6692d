"""Collects new articles: every outlet's feeds are read, new pages fetched and kept, articles extracted."""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from dags.common import ARTICLES, DEFAULTS, FETCH_POOL, FETCH_TASKS, cut


@dag(
    # A new installation collects at once instead of at the next half hour.
    schedule=CronTriggerTimetable("*/30 * * * *", timezone="UTC", run_immediately=True),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["eventwire", "collect"],
    params={
        "outlets": Param([], type="array", items={"type": "string"}, description="Ids of outlets; empty means all."),
    },
    doc_md="""
### collect

Reads the feeds of every outlet in `EVENTWIRE_OUTLETS`, fetches what is new or changed as a polite guest (robots.txt,
pacing, conditional requests), keeps request and response as WARC, and extracts articles. One mapped task is a batch of
outlets, never one a URL. Safe to run again at any time: a page that did not change adds nothing.

Ends by updating the asset `articles`, which starts `code`. A batch that fails holds nothing up: the others are handed
on, and the run still ends as failed.
""",
)
def collect():
    """Outlets to articles."""

    @task
    def batches(params: dict | None = None) -> list[list[str]]:
        from etl.pipeline import outlet_ids

        return cut(outlet_ids(only=(params or {}).get("outlets") or None), FETCH_TASKS)

    @task(pool=FETCH_POOL)
    def collect_batch(batch: list[str], run_id: str | None = None) -> dict:
        from dags.metrics import tell_counts
        from etl.pipeline import collect_outlets

        return collect_outlets(batch, run_id, tell_counts)

    # One outlet's trouble must not keep the articles of all others from the coder.
    @task(outlets=[ARTICLES], trigger_rule="all_done_min_one_success")
    def collected(counts: list[dict]) -> dict:
        from etl.pipeline import add_up

        return add_up(counts)

    @task(trigger_rule="one_failed", retries=0)
    def some_failed() -> None:
        from etl.errors import GiveUp

        raise GiveUp("a batch of outlets failed; its log says why. All others were collected and handed on.")

    counts = collect_batch.expand(batch=batches())
    collected(counts)
    counts >> some_failed()


collect()
