"""What ``make test`` runs and how it ends."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy import check
from etl.settings import ROOT


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("===== 2 failed, 10 passed in 3.10s =====", "2 failed, 10 passed in 3.10s"),
        ("1 passed, 1 warning in 75.00s (0:01:15)", "1 passed, 1 warning in 75.00s (0:01:15)"),
    ],
)
def test_the_closing_line_of_pytest_is_kept(line: str, told: str) -> None:
    code = f"print('noise'); print({line!r}); print('more noise'); raise SystemExit(1)"
    done = check.check("x", [sys.executable, "-c", code], {})
    assert (done.status, done.told) == (1, told)


def test_any_failure_fails_the_whole_and_everything_still_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "ROOT", tmp_path)
    good, bad = [sys.executable, "-c", "print('3 passed in 1.00s')"], [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(check, "commands", lambda report: [("one", bad), ("two", good)])
    assert check.main() == 1
    last = capsys.readouterr().out.splitlines()
    assert last[-1].startswith("== 3 passed in ")
    assert "FAILED: one" in last[-2]
    monkeypatch.setattr(check, "commands", lambda report: [("two", good)])
    assert check.main() == 0


def test_no_test_is_left_out(tmp_path: Path) -> None:
    marks = [command[command.index("-m", 3) + 1] for name, command in check.commands(tmp_path) if "tests" in name]
    more = [command[command.index("-m", 3) + 1] for name, command in check.thorough(tmp_path) if "tests" in name]
    assert (marks, more) == (["not airflow and not thorough", "airflow"], ["thorough"])


def test_the_files_with_airflow_are_found() -> None:
    assert "tests/dags/test_scheduler.py" in check.airflow_files()
    assert "tests/dags/test_dags.py" not in check.airflow_files()


def test_continuous_integration_calls_the_same() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test </dev/null" in text and "make test-thorough </dev/null" in text
    assert "deploy.check" in (ROOT / "Makefile").read_text(encoding="utf-8")
