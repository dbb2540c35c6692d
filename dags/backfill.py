"""Archives of pages become articles: one WARC file is one resumable unit of work."""

from __future__ import annotations

from airflow.sdk import Param, dag, task

from dags.common import ARTICLES, CODE_POOL, DEFAULTS, MOST_MAPPED, cut

TEXTS = {"type": "array", "items": {"type": "string"}}
DAY = {"type": ["null", "string"], "format": "date"}


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["eventwire", "backfill"],
    params={
        "archives": Param(
            [],
            **TEXTS,
            description="WARC files, folders of them, s3:// or http(s) addresses, or listings (.paths.gz) of these.",
        ),
        "base": Param(None, type=["null", "string"], description="What the lines of a listing are relative to."),
        "since": Param(None, **DAY, description="First day, by the dates in the archives' names."),
        "until": Param(None, **DAY, description="Last day; the run begins there and goes backwards."),
        "hosts": Param([], **TEXTS, description="Only pages of these hosts; empty means all."),
        "languages": Param([], **TEXTS, description="Only pages in these languages (ISO 639-1); empty means all."),
        "at_once": Param(
            MOST_MAPPED,
            type="integer",
            minimum=1,
            maximum=MOST_MAPPED,
            description="Batches that the archives are cut into; the pool decides how many of them run at once.",
        ),
    },
    doc_md="""
### backfill

Reads pages from WARC archives (`.warc`, `.warc.gz`) into the lake, as if they had just been fetched, with their
articles: the newest archives first, several at once (pool `eventwire_code`). Each archive is a unit: a finished one is
not read again, a killed one starts anew and adds nothing twice. Bad records are counted and passed over. What was read
is recorded by one task, in the order of the archives, so that the rows do not depend on which was quicker. Ends by
updating the asset `articles`, which starts `code`. `eventwire backfill status` tells what is left.
""",
)
def backfill():
    """Archives to articles."""

    @task
    def units(params: dict | None = None) -> list[list[str]]:
        from etl.pipeline import backfill_plan

        chosen = dict(params or {})
        most = chosen.pop("at_once", MOST_MAPPED)
        return cut(backfill_plan(chosen.pop("archives", []), **chosen), most)

    @task(pool=CODE_POOL)
    def read_archives(batch: list[str], params: dict | None = None) -> list[str]:
        from etl.pipeline import backfill_read

        return backfill_read(batch, hosts=(params or {}).get("hosts"), languages=(params or {}).get("languages"))

    # Broken archives hold nothing up: what was read is recorded, and the report names the others.
    @task(outlets=[ARTICLES], trigger_rule="all_done")
    def record(batches: list[list[str]], run_id: str | None = None, params: dict | None = None) -> dict:
        from dags.metrics import tell_totals
        from etl.pipeline import backfill_record

        chosen = {name: (params or {}).get(name) for name in ("hosts", "languages")}
        told = backfill_record(batches, run_id, **chosen)
        tell_totals("backfill", {**told["records"], "archives": told["finished"]})
        return told

    @task(retries=0)
    def all_finished(told: dict) -> None:
        from etl.errors import GiveUp

        if not told["complete"]:
            left = [*told["problems"], *told["missing"], *told["unfinished"]]
            raise GiveUp(f"{len(set(left))} archives are not finished, all others were handed on. The first: {left[0]}")

    batches = units()
    recorded = record(batches)
    read_archives.expand(batch=batches) >> recorded
    all_finished(recorded)


backfill()
