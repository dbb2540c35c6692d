"""All checks and tests, as ``make test`` runs them: style, types, the order of the rooms, then the tests.

Tests that start Airflow's processes run last and two at a time, each in folders and on ports of its own; all others
run side by side. Everything runs even where something fails, so that one run tells all there is to correct.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.airflow_home import ROOT

BIN = Path(sys.executable).parent
# Each worker that codes articles takes about 600 MB; more workers than processors only wait for each other.
WORKERS = min(4, os.cpu_count() or 1)
SUMMARY = re.compile(r"=* ?((?:\d+ [a-z]+(?:, )?)+ in [\d.]+s.*?) ?=*$")
BUILD = [str(BIN / "python"), "-c", "from etl.geocode import gazetteer; gazetteer()"]
COUNT = re.compile(r"(\d+) ([a-z]+)")


@dataclass(frozen=True)
class Check:
    """One command and how it ended.

    Attributes:
        told: the closing line of pytest, else the last line of its output.
    """

    name: str
    status: int
    seconds: float
    told: str


def check(name: str, command: list[str], environment: dict[str, str]) -> Check:
    """Runs one command, passes its output on, and keeps its closing line."""
    print(f"== {name}", flush=True)
    start, lines = time.monotonic(), [""]
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        if line.strip():
            lines.append(line.strip())
    status = process.wait()
    closing = next((found[1] for line in reversed(lines) if (found := SUMMARY.match(line))), lines[-1])
    return Check(name, status, time.monotonic() - start, closing)


def sum_up(told: list[str]) -> str:
    """Adds up the closing lines of pytest; other lines count nothing.

    >>> sum_up(["2 failed, 10 passed in 3.10s", "All checks passed!", "1 passed, 2 skipped in 60.00s (0:01:00)"])
    '2 failed, 11 passed, 2 skipped'
    """
    counts: Counter[str] = Counter()
    for line in told:
        if SUMMARY.match(line):
            counts.update({word: int(number) for number, word in COUNT.findall(line.partition(" in ")[0])})
    order = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "error", "errors")
    shown = [f"{counts[word]} {word}" for word in order if counts[word]]
    return ", ".join(shown) or "no tests ran"


def airflow_files() -> list[str]:
    """Test files with tests that start Airflow; collecting all others takes half a minute of imports."""
    files = (ROOT / "tests").rglob("test_*.py")
    return sorted(str(f.relative_to(ROOT)) for f in files if "mark.airflow" in f.read_text(encoding="utf-8"))


def commands(report: Path) -> list[tuple[str, list[str]]]:
    """What is checked, in order."""
    pytest = [str(BIN / "python"), "-m", "pytest", "-q", "-ra", "--durations=15"]
    return [
        ("style", [str(BIN / "ruff"), "check", "."]),
        ("format", [str(BIN / "ruff"), "format", "--check", "."]),
        ("types", [str(BIN / "mypy")]),
        ("rooms", [str(BIN / "lint-imports")]),
        # Built once, beside the checks before this one, or every worker would build its own; here it is waited for.
        ("gazetteer", BUILD),
        (
            "tests",
            [
                *pytest,
                "-n",
                str(WORKERS),
                "--dist",
                "loadfile",
                "--no-loadscope-reorder",
                "-m",
                "not airflow and not thorough",
                f"--junitxml={report}/tests.xml",
            ],
        ),
        (
            "tests with Airflow",
            # Two installations at once wait for each other less than one after the other; more would starve.
            [
                *pytest,
                "-n",
                "2",
                "--dist",
                "loadfile",
                "-m",
                "airflow",
                f"--junitxml={report}/airflow.xml",
                *airflow_files(),
            ],
        ),
    ]


def thorough(report: Path) -> list[tuple[str, list[str]]]:
    """What takes ``make test`` beyond a quarter of an hour: more of what it samples."""
    pytest = [str(BIN / "python"), "-m", "pytest", "-q", "-ra", "--durations=15", "-n", str(WORKERS)]
    return [
        ("gazetteer", BUILD),
        ("thorough tests", [*pytest, "--dist", "loadfile", "-m", "thorough", f"--junitxml={report}/thorough.xml"]),
    ]


def main(arguments: Sequence[str] = ()) -> int:
    """Runs everything, or with ``thorough`` only what ``make test`` leaves out; 0 where all of it held."""
    report = ROOT / "var" / "reports"
    report.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="eventwire-airflow-") as home:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW__")} | {
            "AIRFLOW_HOME": home,
            "EVENTWIRE_CACHE": str(ROOT / "var" / "cache"),
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        # It takes half a minute of one processor, as the static checks do of the other.
        building = subprocess.Popen(BUILD, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603
        done = []
        for name, command in thorough(report) if "thorough" in arguments else commands(report):
            if command is BUILD:
                building.wait()
            done.append(check(name, command, environment))
    print(f"\n{'check':20} {'seconds':>7}  result")
    for one in done:
        print(f"{one.name:20} {one.seconds:7.0f}  {'ok' if one.status == 0 else 'FAILED'}: {one.told}")
    failed = [one.name for one in done if one.status]
    seconds = time.monotonic() - began
    print(f"{'all':20} {seconds:7.0f}  {'FAILED: ' + ', '.join(failed) if failed else 'ok'}")
    print(f"== {sum_up([one.told for one in done])} in {seconds:.2f}s ==")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
