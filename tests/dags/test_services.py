"""The compose file's services as plain processes: PostgreSQL, Redis, and a Celery worker that runs a DAG's tasks.

Skipped where the servers are not installed (Debian: ``postgresql`` and ``redis-server``).
"""

from __future__ import annotations

import base64
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import yaml

from etl.settings import ROOT
from tests.dags.running import free_ports

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

POSTGRES = next(
    (Path(p) for p in (*sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True),)),
    Path(shutil.which("initdb") or "/nowhere/x").parent,
)
REDIS = shutil.which("redis-server")
AIRFLOW = str(Path(sys.executable).parent / "airflow")
# About two minutes on two idle cores.
PATIENCE_SECONDS = 900


def unprivileged() -> str | None:
    """A user to run PostgreSQL as, which refuses to be run by root; None where the tests' own user will do."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("PostgreSQL will not run as root, and there is no user postgres or nobody")


@contextmanager
def running(command: list[str], log: Path, **options) -> Iterator[subprocess.Popen]:
    """A process in a group of its own, ended with all its children."""
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, **options)
    try:
        yield process
    finally:
        for number in (15, 9):
            try:
                os.killpg(process.pid, number)
                process.wait(20)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)


@contextmanager
def postgres(port: int) -> Iterator[str]:
    """A server with an empty database ``eventwire``; gives the address with its password."""
    folder = Path(tempfile.mkdtemp(prefix="eventwire-pg-", dir="/tmp"))
    user, password = unprivileged(), secrets.token_hex(12)
    try:
        (folder / "password").write_text(password)
        if user:
            shutil.chown(folder, user)
            shutil.chown(folder / "password", user)
        as_user = {"user": user} if user else {}
        command = [POSTGRES / "initdb", "-D", folder / "data", "-U", "eventwire", "-A", "scram-sha-256"]
        quiet = {"cwd": folder, "check": True, "capture_output": True}
        subprocess.run([*command, "--pwfile", folder / "password", "--no-sync"], **quiet, **as_user)
        server = [POSTGRES / "postgres", "-D", folder / "data", "-p", str(port), "-h", "127.0.0.1", "-k", folder]
        with running([str(c) for c in server], folder / "log", cwd=folder, **as_user):
            ready = [POSTGRES / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
            wait(lambda: subprocess.run(ready, capture_output=True).returncode == 0, 60, folder / "log")
            create = [POSTGRES / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "eventwire", "eventwire"]
            subprocess.run(create, env={"PGPASSWORD": password, "PATH": os.environ["PATH"]}, **quiet)
            yield f"eventwire:{password}@127.0.0.1:{port}/eventwire"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait(done, seconds: float, log: Path) -> None:
    stop_at = time.monotonic() + seconds
    while time.monotonic() < stop_at:
        if done():
            return
        time.sleep(1)
    tail = "\n".join(line[:200] for line in log.read_text(errors="replace").splitlines()[-25:])
    raise AssertionError(f"not ready after {seconds:.0f} s:\n{tail}")


def commands() -> dict[str, list[str]]:
    """The commands of the celery profile, as the compose file has them."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return {name: s["command"] for name, s in services.items() if "celery" in s["profiles"] and "build" in s}


@pytest.mark.timeout(1200)
@pytest.mark.skipif(not (POSTGRES / "initdb").exists(), reason="no PostgreSQL server is installed")
@pytest.mark.skipif(REDIS is None, reason="no Redis server is installed")
def test_the_celery_profile_runs_a_dag_on_postgresql_and_redis(tmp_path: Path) -> None:
    import psycopg

    pg_port, redis_port, api_port, log_port = free_ports(4)
    redis_password = secrets.token_hex(12)
    with ExitStack() as stack:
        address = stack.enter_context(postgres(pg_port))
        redis = [str(REDIS), "--port", str(redis_port), "--bind", "127.0.0.1", "--requirepass", redis_password]
        stack.enter_context(running([*redis, "--save", ""], tmp_path / "redis.log", cwd=tmp_path))
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW__", "EVENTWIRE_"))}
        environment = inherited | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "AIRFLOW_HOME": str(tmp_path / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{address}",
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": f"redis://:{redis_password}@127.0.0.1:{redis_port}/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql://{address}",
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{api_port}/execution/",
            "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(log_port),
            "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "EVENTWIRE_LAKE": str(tmp_path / "lake"),
            "EVENTWIRE_RELEASE": str(tmp_path / "release"),
            "EVENTWIRE_CACHE": os.environ.get("EVENTWIRE_CACHE", str(ROOT / "var" / "cache")),
            "GX_ANALYTICS_ENABLED": "false",
        }

        def run(*command: str) -> None:
            ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
            assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]

        run(AIRFLOW, "db", "migrate")
        run(AIRFLOW, "pools", "import", str(ROOT / "deploy" / "pools.json"))
        for name, command in commands().items():
            if name != "airflow-init":
                port = [str(api_port) if word == "8080" else word for word in command]
                log = tmp_path / f"{name}.log"
                stack.enter_context(running([AIRFLOW, *port[1:]], log, env=environment, cwd=ROOT))

        def states(sql: str) -> list[str]:
            with psycopg.connect(f"postgresql://{address}") as database:
                return [row[0] for row in database.execute(sql)]

        log = tmp_path / "scheduler-celery.log"
        wait(lambda: "maintain" in states("select dag_id from dag"), PATIENCE_SECONDS / 2, log)
        run(AIRFLOW, "dags", "unpause", "--yes", "maintain")
        # On its own day the schedule starts a run beside this one: only the run asked for is asserted.
        run(AIRFLOW, "dags", "trigger", "--run-id", "asked", "maintain")
        asked = "where run_id = 'asked'"
        wait(lambda: states(f"select state from dag_run {asked}") == ["success"], PATIENCE_SECONDS / 2, log)
        worked = (tmp_path / "worker.log").read_text()
        assert "compact" in worked or "succeeded" in worked
        assert states(f"select state from task_instance {asked}") == ["success"]
