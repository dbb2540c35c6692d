"""Archives of pages become articles: one WARC file is one resumable unit of work."""

from __future__ import annotations

from airflow.sdk import Param, dag, task

from dags.common import ARTICLES, CODE_POOL, DEFAULTS, MOST_MAPPED, cut


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["eventwire", "backfill"],
    params={
        "archives": Param(
            [], type="array", items={"type": "string"}, description="WARC files or folders of them, on this machine."
        ),
        "hosts": Param(
            [], type="array", items={"type": "string"}, description="Only pages of these hosts; empty means all."
        ),
    },
    doc_md="""
### backfill

Reads pages from WARC archives (`.warc`, `.warc.gz`) into the lake, as if they had just been fetched, and extracts
their articles, by outlet. Each archive is a unit: a finished one is not read again, a killed one starts anew and adds
nothing twice. Bad records are counted and passed over. Ends by updating the asset `articles`, which starts `code`.
""",
)
def backfill():
    """Archives to articles."""

    @task
    def units(params: dict | None = None) -> list[list[str]]:
        from etl.pipeline import archive_units

        return cut(archive_units((params or {}).get("archives") or []), MOST_MAPPED)

    @task(pool=CODE_POOL)
    def read_archives(archives: list[str], run_id: str | None = None, params: dict | None = None) -> dict:
        from etl.pipeline import backfill_archives

        return backfill_archives(archives, run_id, hosts=(params or {}).get("hosts") or None)

    # By outlet, so that two workers never read versions of the same article; broken archives hold nothing up.
    @task(trigger_rule="all_done")
    def outlets() -> list[list[str]]:
        from etl.pipeline import outlets_to_extract

        return cut(outlets_to_extract(), MOST_MAPPED)

    @task(pool=CODE_POOL)
    def extract(batch: list[str], run_id: str | None = None) -> dict:
        from etl.pipeline import extract_outlets

        return extract_outlets(batch, run_id)

    @task(outlets=[ARTICLES], trigger_rule="all_done_min_one_success")
    def extracted(counts: list[dict]) -> dict:
        from etl.pipeline import add_up

        return add_up(counts)

    @task(trigger_rule="one_failed", retries=0)
    def some_failed() -> None:
        from etl.errors import GiveUp

        raise GiveUp("an archive or a batch of pages failed; its log says why. All others were handed on.")

    read = read_archives.expand(archives=units())
    batches = outlets()
    read >> batches
    counts = extract.expand(batch=batches)
    extracted(counts)
    [read, counts] >> some_failed()


backfill()
