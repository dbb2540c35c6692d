"""Keeps the lake small and quick."""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from dags.common import DEFAULTS


@dag(
    schedule=CronTriggerTimetable("30 2 * * 0", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["eventwire", "maintain"],
    params={
        "keep_days": Param(
            None,
            type=["null", "integer"],
            minimum=7,
            description="Drop table states older than this many days; empty keeps all history readable (`as_of`).",
        ),
    },
    doc_md="""
### maintain

Joins the small files that many small runs leave behind. History is dropped only where `keep_days` is given: after
that, `as_of` cannot go further back.
""",
)
def maintain():
    """Compaction and retention."""

    @task
    def compact(params: dict | None = None) -> dict:
        from etl.pipeline import maintain_lake

        return maintain_lake(keep_days=(params or {}).get("keep_days"))

    compact()


maintain()
