"""The lake on S3-compatible storage, served on the loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from etl.errors import EventwireError
from etl.settings import ROOT, settings
from etl.store import Conflict, files_at, open_lake
from tests.store.rows import claim, event

BUCKET = "s3://eventwire"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    # A process of its own: the Delta library holds Python's lock while it waits for an answer.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(20)


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    import boto3

    env = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "EVENTWIRE_S3_ENDPOINT": endpoint,
    }
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="eventwire")
    return env


def test_a_lake_on_s3_keeps_batches_and_history(s3: dict[str, str]):
    lake = open_lake(f"{BUCKET}/lake")
    lake.transaction("b1", {"claims": [claim("a")], "events": [event("SYR1")]})
    first = lake.head()
    lake.transaction("b2", {"claims": [claim("b")]}, {"events": [("SYR1",)]})
    again = open_lake(f"{BUCKET}/lake")
    assert again.read("claims")["claim_id"].to_pylist() == ["a", "b"]
    assert again.read("events").num_rows == 0 and again.read("events", as_of=first).num_rows == 1
    with pytest.raises(Conflict):
        again.transaction("b3", {"claims": [claim("c")]}, expected=first)


def test_an_object_is_created_once(s3: dict[str, str]):
    files = files_at(f"{BUCKET}/files")
    assert files.create("x", b"one") and not files.create("x", b"two")
    assert files.read("x") == b"one" and files.names("") == ["x"]
    files.delete("x")
    assert files.read("x") is None


WRITER = """
import sys
from tests.store.rows import claim
from etl.store import open_lake
lake = open_lake("s3://eventwire/shared")
for n in range(3):
    lake.transaction(f"{sys.argv[1]}{n}", {"claims": [claim(f"{sys.argv[1]}{n}")]})
"""


def test_two_writers_on_s3_lose_nothing(s3: dict[str, str]):
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, name], cwd=ROOT, env=env) for name in "ab"]
    assert [w.wait(180) for w in writers] == [0, 0]
    found = open_lake(f"{BUCKET}/shared").read("claims")["claim_id"].to_pylist()
    assert found == ["a0", "a1", "a2", "b0", "b1", "b2"]


def test_a_writer_that_died_on_s3_is_finished(s3: dict[str, str]):
    env = os.environ | {"PYTHONPATH": str(ROOT), "EVENTWIRE_KILL_AT": "batch.applied"}
    program = WRITER.replace("shared", "died")
    assert subprocess.run([sys.executable, "-c", program, "a"], cwd=ROOT, env=env, check=False).returncode == -9
    lake = open_lake(f"{BUCKET}/died")
    assert lake.read("claims")["claim_id"].to_pylist() == ["a0"]


def test_a_missing_bucket_is_a_clear_error(s3: dict[str, str]):
    with pytest.raises(EventwireError, match="bucket"):
        open_lake("s3://nowhere-at-all/lake").upsert("claims", [claim("a")])
