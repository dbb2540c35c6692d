"""WARC files on S3-compatible storage."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from etl.discover import Candidate
from etl.fetch import PageState, fetch_batch, read_body
from etl.settings import settings

NOW = datetime(2024, 5, 3, 12, tzinfo=UTC)


@pytest.fixture
def bucket(monkeypatch):
    server = pytest.importorskip("moto.server", reason="moto is a development dependency")
    made = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    for name, value in (
        ("EVENTWIRE_S3_ENDPOINT", endpoint),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    import s3fs

    s3fs.S3FileSystem(endpoint_url=endpoint, skip_instance_cache=True).mkdir("lake")
    yield "s3://lake/main"
    made.stop()


def test_pages_are_kept_and_read_back_from_a_bucket(site, client, bucket):
    url = site.page("/a", "<p>Shots were heard.</p>")
    batch = [Candidate(url, "desk", site.base, NOW)]
    first = fetch_batch(batch, client, {}, f"{bucket}/warc", "run-1", NOW)[0]
    again = fetch_batch(batch, client, {url: PageState.from_row(first)}, f"{bucket}/warc", "run-2", NOW)[0]
    assert (first["page_outcome"], again["page_outcome"]) == ("stored", "unchanged")
    for row in (first, again):
        assert read_body(row["warc_file"], row["warc_offset"], root=bucket)[0] == b"<p>Shots were heard.</p>"
