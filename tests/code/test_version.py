"""The coder's version changes with what its answers hang on, and with nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etl import __version__
from etl.code.coder import RuleCoder
from etl.code.version import READ, coder_version, fingerprint
from etl.settings import ROOT


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in READ:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).is_file():
            shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_it_is_the_release_and_a_short_hash():
    release, _, mark = coder_version().partition("+")
    assert release == __version__ and len(mark) == 7
    assert RuleCoder().version == coder_version()


def test_a_copy_elsewhere_has_the_same_version(clone: Path):
    assert fingerprint(clone) == fingerprint(ROOT)


def test_what_runs_leave_behind_explanations_and_line_ends_do_not_count(clone: Path):
    before = fingerprint(clone)
    (clone / "etl/code/__pycache__").mkdir()
    (clone / "etl/code/__pycache__/coder.cpython-312.pyc").write_bytes(b"x")
    (clone / "schemas/gazetteer/README.md").write_text("Other words about the same facts.\n")
    triggers = clone / "schemas/lexicon/triggers.yml"
    triggers.write_bytes(triggers.read_bytes().replace(b"\n", b"\r\n"))
    assert fingerprint(clone) == before


@pytest.mark.parametrize(
    "name", ["etl/code/counts.py", "etl/geocode/resolve.py", "etl/annotate.py", "schemas/lexicon/confidence.yml"]
)
def test_code_and_knowledge_count(clone: Path, name: str):
    before = fingerprint(clone)
    with open(clone / name, "a", encoding="utf-8") as file:
        file.write("# one more line\n")
    assert fingerprint(clone) != before


def test_a_file_more_and_a_file_less_count(clone: Path):
    before = fingerprint(clone)
    (clone / "schemas/models").mkdir(exist_ok=True)
    (clone / "schemas/models/new.onnx").write_bytes(b"\0")
    more = fingerprint(clone)
    (clone / "schemas/models/new.onnx").unlink()
    (clone / "etl/code/quotes.py").unlink()
    assert len({before, more, fingerprint(clone)}) == 3
