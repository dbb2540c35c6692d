"""Lake and release on S3-compatible storage: one URL each, nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl.store import files_at, open_lake
from tests.end_to_end.driver import write_articles
from tests.forking import staged
from tests.store.test_s3 import endpoint, s3  # noqa: F401  (fixtures)


@pytest.mark.slow
def test_lake_and_release_live_on_s3(s3: dict[str, str], tmp_path: Path):  # noqa: F811
    articles = write_articles(tmp_path / "articles.jsonl")
    lake, release = "s3://eventwire/build/lake", "s3://eventwire/build/release"
    with staged("tests.end_to_end.driver", "2024-05-06T12:00:00+00:00") as stage:
        done = stage.run(tmp_path / "said.txt", {}, articles=str(articles), lake=lake, release=release, upto="release")
    assert done.returncode == 0, done.said
    told = json.loads(done.said.splitlines()[-1])
    assert told["events"] == open_lake(lake).read("events").num_rows == 3
    latest = json.loads(files_at(release).read("latest.json") or b"{}")
    assert latest["version"] == told["release"]
    assert files_at(f"{release}/{latest['version']}").read("datapackage.json")
