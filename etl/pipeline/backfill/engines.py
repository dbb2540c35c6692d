"""Where archives are read: in this process, in a pool of processes, or on Dask workers.

Each engine takes jobs in order and gives answers in the same order, with a bounded number of jobs on the way, so that
recording keeps pace with reading. A worker that dies costs its archive one more try.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Literal

from etl.errors import EventwireError, Misconfigured, RetryLater
from etl.pipeline.backfill.unit import Job, read_unit
from etl.pipeline.backfill.worker import Worker, WorkerDied, raise_told, tell

Engine = Literal["serial", "pool", "dask"]
Answer = tuple[Job, "dict[str, int] | EventwireError"]
# A process that dies twice on one archive dies of it.
TRIES = 2
# Units read ahead of the one that is recorded next, for each worker; what they found lies on the disk.
AHEAD = 4
SECONDS_TO_CONNECT = 30


def read_all(jobs: Iterable[Job], engine: Engine, workers: int, scheduler: str | None = None) -> Iterator[Answer]:
    """Reads archives; each answer is the job and its counts, or the error that it ended with.

    Args:
        jobs: what to read.
        engine: where.
        workers: processes, of the pool or of the local Dask cluster.
        scheduler: address of a Dask scheduler; a local cluster where None.
    """
    if engine == "serial":
        return ((job, _told(partial(read_unit, job))) for job in jobs)
    if engine == "pool":
        return _pool(jobs, workers)
    return _dask(jobs, workers, scheduler)


def _told(call: Callable[[], dict[str, int]]) -> dict[str, int] | EventwireError:
    for attempt in range(TRIES):
        try:
            return call()
        except WorkerDied as error:
            if attempt == TRIES - 1:
                return error
        except EventwireError as error:
            return error
    raise AssertionError


_own = threading.local()
# Every process that a thread of this one holds; a Dask worker outlives the runs that use it.
_held: list[Worker] = []


def _in_process(job: Job) -> dict[str, int] | EventwireError:
    """One job on the process that belongs to this thread."""
    if not hasattr(_own, "worker"):
        _own.worker = Worker()
        _held.append(_own.worker)
    return _told(partial(_own.worker.read, job))


def _pool(jobs: Iterable[Job], workers: int) -> Iterator[Answer]:
    before = len(_held)
    threads = ThreadPoolExecutor(workers, thread_name_prefix="backfill")
    try:
        yield from _in_order(jobs, lambda job: threads.submit(_in_process, job), lambda _, f: f.result(), workers)
    finally:
        # Whoever stops taking answers does not wait for archives that nobody records.
        for worker in _held[before:]:
            worker.stop()
        threads.shutdown(cancel_futures=True)
        del _held[before:]


def _in_order(
    jobs: Iterable[Job], submit: Callable[[Job], Any], result: Callable[[Job, Any], Any], workers: int
) -> Iterator[Answer]:
    waiting: deque[tuple[Job, Any]] = deque()
    for job in jobs:
        waiting.append((job, submit(job)))
        if len(waiting) >= workers * AHEAD:
            first, future = waiting.popleft()
            yield first, result(first, future)
    while waiting:
        first, future = waiting.popleft()
        yield first, result(first, future)


def on_dask_worker(line: str) -> dict[str, Any]:
    """One job as a task of Dask: on a process of the worker's thread, because a task is not in the main thread."""
    told = _in_process(Job.from_json(line))
    return tell(told) if isinstance(told, EventwireError) else {"counts": told}


def close_idle() -> None:
    """Ends the processes of this Dask worker that read nothing now."""
    for worker in _held:
        worker.close_if_idle()


def _dask(jobs: Iterable[Job], workers: int, scheduler: str | None) -> Iterator[Answer]:
    try:
        from distributed import Client, LocalCluster
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise Misconfigured("Dask is not installed. Install eventwire[dask], or take --engine pool.") from error
    cluster = None
    try:
        if scheduler is None:
            # The workers are threads that hold a process each: the cluster itself needs none.
            cluster = LocalCluster(
                n_workers=1,
                threads_per_worker=workers,
                processes=False,
                dashboard_address=None,
                host="127.0.0.1",
                protocol="tcp",
            )
        client = Client(scheduler or cluster, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise RetryLater(
            f"the Dask scheduler {scheduler} does not answer ({error}). Start it and run again."
        ) from error

    def submit(job: Job) -> Any:
        # Dask tries a task again whose worker was lost; pure=False, because the same job may be asked twice.
        return client.submit(on_dask_worker, job.as_json(), pure=False, retries=TRIES - 1)

    def result(job: Job, future: Any) -> dict[str, int] | EventwireError:
        try:
            return raise_told(future.result())
        except KilledWorker:
            return RetryLater(f"the Dask workers that read {job.archive} died. Run the same command again.")
        except EventwireError as error:
            return error

    try:
        if scheduler:
            workers = max(1, sum(client.nthreads().values()))
        yield from _in_order(jobs, submit, result, workers)
    finally:
        with suppress(Exception):
            client.run(close_idle)
        client.close()
        if cluster is not None:
            cluster.close()
