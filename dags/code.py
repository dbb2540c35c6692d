"""New articles become audited events."""

from __future__ import annotations

from airflow.sdk import Param, dag, task

from dags.common import ARTICLES, CODE_POOL, DEFAULTS, EVENTS, MOST_MAPPED


@dag(
    schedule=[ARTICLES],
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["eventwire", "code"],
    params={
        "batch_size": Param(200, type="integer", minimum=1, maximum=5000, description="Articles a mapped task codes."),
    },
    doc_md="""
### code

Reads every article version that this coder version has not read yet, codes it into mentions with evidence and claims,
and merges mentions into events with stable ids. Each article ends in `codings`: coded, abstained or failed, with the
reason. Ends by updating the asset `events`, which starts `release`.
""",
)
def code():
    """Articles to events."""

    @task
    def batches(params: dict | None = None) -> list[list[str]]:
        from etl.pipeline import uncoded_batches

        return uncoded_batches(size=(params or {}).get("batch_size", 200), most=MOST_MAPPED)

    @task(pool=CODE_POOL)
    def code_batch(batch: list[str], run_id: str | None = None) -> dict:
        from dags.metrics import tell_totals
        from etl.pipeline import code_articles

        counts = code_articles(batch, run_id)
        tell_totals("code", counts)
        return counts

    # Nothing new to code is a normal day: the merge still runs, because corrections may wait.
    @task(outlets=[EVENTS], trigger_rule="none_failed")
    def merge(run_id: str | None = None) -> dict:
        from etl.pipeline import merge_mentions

        return merge_mentions(run_id)

    code_batch.expand(batch=batches()) >> merge()


code()
