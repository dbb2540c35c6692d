"""The command line as a person or a script meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from etl.cli import main
from etl.settings import ROOT, settings
from etl.store import open_lake
from tests.merge.mentions import HandCoder, killed, line, mention


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTWIRE_NOW", "2024-05-06T12:00:00+00:00")
    settings.cache_clear()


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin, catch_exceptions=False)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...]):
    told = run(*path, "--help")
    assert told.exit_code == 0
    lines = told.output.splitlines()
    assert lines[0].startswith("Usage:") and len(lines[2].strip()) > 20


def test_help_does_not_load_the_rooms():
    program = "import sys; import etl.cli; print([m for m in sys.modules if m.split('.')[0] in %r])"
    heavy = {"spacy", "pandas", "pyarrow", "deltalake", "great_expectations", "httpx", "trafilatura"}
    out = subprocess.run([sys.executable, "-c", program % heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions

    opened = open_lake(tmp_path / "lake")
    told = {"a": [mention(**killed(5))], "b": [mention(**killed(3))], "c": [mention(day=None)]}
    ingest_articles(opened, [line(d) for d in told], "run")
    code_articles(opened, coder=HandCoder(told), run_id="run")
    merge_mentions(opened, "run")
    return tmp_path / "lake"


def test_show_tells_an_event_with_quotes_reports_and_history(lake: Path):
    told = run("show", "SYR1", "--lake", lake)
    assert told.exit_code == 0
    for words in (
        "SYR1",
        "Kafr Nabl",
        "\u201ctext\u201d",
        "Paper a",
        "Paper b",
        "https://news.example/a",
        "fatalities",
    ):
        assert words in told.output
    card = json.loads(run("show", "SYR1", "--lake", lake, "--json").output)
    assert card["event"]["fatalities"] == 3 and len(card["reports"]) == 2 and card["evidence"]


def test_status_tells_the_books(lake: Path):
    told = json.loads(run("status", "--lake", lake, "--json").output)
    assert told["rows"]["events"] == 1
    assert told["steps"]["merge"] == {"in": 3, "out": 2, "set_aside": {"no_date": 1}, "waiting": 0}
    assert "no_date" in run("status", "--lake", lake).output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "SYR1", "--lake", "{tmp}/none"], 2, "there is no lake"),
        (["status", "--lake", "{tmp}/none"], 2, "there is no lake"),
        (["recover", "--lake", "{tmp}/none"], 2, "there is no lake"),
        (["build", "{tmp}/none.jsonl", "--lake", "{tmp}/lake"], 2, "there is no file"),
        (["code", "{tmp}/none.jsonl", "-o", "{tmp}/out.jsonl"], 2, "cannot be read"),
        (["extract", "{tmp}/none.jsonl", "-o", "{tmp}/out.jsonl"], 2, "cannot be read"),
        (["audit", "{tmp}/none"], 2, "does not exist"),
        (["audit"], 2, "Missing argument"),
        (["merge", "--lake", "ftp://somewhere"], 2, "local folder or an s3://"),
        (["publish", "--lake", "{tmp}/none"], 2, "there is no lake"),
    ],
)
def test_a_wrong_argument_is_one_message_and_its_exit_code(tmp_path: Path, arguments: list[str], code: int, words: str):
    told = run(*(a.format(tmp=tmp_path) for a in arguments))
    assert (told.exit_code, words in told.output) == (code, True), told.output
    assert "Traceback" not in told.output


def test_an_unknown_event_is_named(lake: Path):
    told = run("show", "SYR99", "--lake", lake)
    assert told.exit_code == 2 and "no event SYR99" in told.output


def test_code_answers_every_line_in_order_and_never_stops(tmp_path: Path):
    source = tmp_path / "in.jsonl"
    source.write_text(
        '{"doc_id": "1", "text": "Cake needs two eggs."}\nno json\n[1]\n{"doc_id": "4"}\n', encoding="utf-8"
    )
    told = run("code", source, "-o", tmp_path / "out.jsonl")
    assert told.exit_code == 0
    answers = [json.loads(x) for x in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [a["outcome"] for a in answers] == ["abstained", "failed", "failed", "failed"]
    assert [a["doc_id"] for a in answers][::3] == ["1", "4"]
    assert all(a["reason"] for a in answers)


def test_code_reads_standard_input_and_writes_standard_output():
    told = run("code", "-", stdin='{"doc_id": "1", "text": "Cake needs two eggs."}\n')
    assert json.loads(told.output)["outcome"] == "abstained"


def test_extract_answers_every_line(tmp_path: Path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"doc_id": "1", "html_path": "missing.html"}\nno json\n', encoding="utf-8")
    told = run("extract", source, "-o", "-")
    assert [json.loads(x)["outcome"] for x in told.output.splitlines()] == ["failed", "failed"]


def test_recover_finishes_what_a_killed_run_left(lake: Path):
    program = (
        f"from etl.store import open_lake; open_lake({str(lake)!r}).transaction('x', {{}}, {{'events': [('SYR1',)]}})"
    )
    env = os.environ | {"EVENTWIRE_KILL_AT": "batch.claimed"}
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, check=False).returncode == -9
    assert json.loads(run("recover", "--lake", lake).output)["finished"] == 1
    assert open_lake(lake).read("events").num_rows == 0


def test_help_is_quick():
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "etl.cli", "--help"], cwd=ROOT, capture_output=True, check=True)
    # Half a second on an idle core; the margin is for a busy machine.
    assert time.perf_counter() - start < 10


def test_reads_go_back_to_what_was_known_then(lake: Path, monkeypatch: pytest.MonkeyPatch):
    from etl.pipeline.steps import code_articles, ingest_articles, merge_mentions, publish_release

    def build(day: str) -> str:
        monkeypatch.setenv("EVENTWIRE_NOW", f"{day}T12:00:00+00:00")
        settings.cache_clear()
        opened = open_lake(lake)
        ingest_articles(opened, [line("d")] if day == "2024-05-08" else [], "late")
        code_articles(opened, coder=HandCoder({"d": [mention(**killed(2))]}), run_id="late")
        merge_mentions(opened, "late")
        return publish_release(opened, str(lake.parent / "release")).path

    first, second = build("2024-05-07"), build("2024-05-08")
    then = "2024-05-07T00:00:00Z"
    assert json.loads(run("show", "SYR1", "--lake", lake, "--json").output)["event"]["fatalities"] == 2
    assert json.loads(run("show", "SYR1", "--lake", lake, "--json", "--as-of", then).output)["event"]["fatalities"] == 3
    assert (
        "as of 2024-05-01"
        in CliRunner().invoke(main, ["show", "SYR1", "--lake", str(lake), "--as-of", "2024-05-01"]).output
    )
    assert json.loads(run("status", "--lake", lake, "--json", "--as-of", then).output)["rows"]["articles"] == 3
    assert "1 rows" in run("audit", lake, "--table", "events", "--as-of", then).output
    assert "0 rows" in run("audit", lake, "--table", "events", "--as-of", "2024-05-01").output
    between = run("diff", then, "now", "--lake", lake, "--json", lake / "d.json", "--html", lake / "d.html")
    assert "toll_update" in between.output and "3 -> 2" in between.output
    releases = run("diff", first, second)
    assert releases.output.splitlines()[1:] == between.output.splitlines()[1:]
    assert json.loads((lake / "d.json").read_text())["counts"]["revised"] == 1
    assert "SYR1" in (lake / "d.html").read_text()
