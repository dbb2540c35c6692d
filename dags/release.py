"""The current events become an audited, immutable release."""

from __future__ import annotations

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, Param, dag, task

from dags.common import DEFAULTS, EVENTS


@dag(
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("0 3 * * *", timezone="UTC"), assets=[EVENTS]),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["eventwire", "release"],
    params={
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date-time",
            description="Publish the state as it was known at this moment; empty means now.",
        ),
    },
    doc_md="""
### release

Runs the Great Expectations suites over the current state. Rows that break a critical rule go to quarantine with the
reason; the rest is written beside the earlier releases, audited again as a reader would find it, and only then does
`latest` point at it. The same state is published once.
""",
)
def release():
    """Events to a release."""

    @task
    def publish(params: dict | None = None) -> dict:
        from etl.pipeline import publish_release

        return publish_release(as_of=(params or {}).get("as_of"))

    publish()


release()
