"""The pages say what is: links lead somewhere; commands, options, targets and settings exist; figures are generated."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from deploy.write_docs import PAGES
from etl import accuracy
from etl.cli import main as commands
from etl.errors import Misconfigured
from etl.evaluate import Part, Rate, Report
from etl.settings import ROOT, Settings

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
COMMAND = re.compile(r"\beventwire((?: +[a-z][a-z-]*)+)((?: +[^`|\n]+)?)")
# What a reader loads with a page.
LARGEST_PICTURE = 200_000


def pages() -> list[Path]:
    """Markdown files of the project, without the newsroom's articles and what is installed or written by runs."""
    skipped = {".venv", "var", "node_modules", "articles", ".git"}
    return sorted(p for p in ROOT.rglob("*.md") if not skipped & set(p.relative_to(ROOT).parts))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def walk(path: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from walk((*path, name), inner)


TREE = dict(walk((), commands))


@pytest.mark.parametrize("page", pages(), ids=named)
def test_every_relative_link_leads_somewhere(page: Path):
    targets = [t.partition("#")[0] for t in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))]
    broken = [
        t for t in targets if t and "://" not in t and not t.startswith("mailto:") and not (page.parent / t).exists()
    ]
    assert not broken


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_up_to_date(name: str):
    assert (ROOT / name).read_text(encoding="utf-8") == PAGES[name](), "run 'make docs'"


@pytest.mark.parametrize("path", TREE, ids=lambda p: " ".join(p) or "eventwire")
def test_every_command_and_option_is_documented(path: tuple[str, ...]):
    heading = f"`{' '.join(('eventwire', *path))}`\n"
    _, found, rest = (ROOT / "docs/cli.md").read_text(encoding="utf-8").partition(heading)
    section = re.split(r"^#+ `", rest, maxsplit=1, flags=re.M)[0]
    assert found
    assert TREE[path].help
    for parameter in TREE[path].params:
        if isinstance(parameter, click.Option):
            assert all(f"`{name}`" in section for name in parameter.opts), parameter.opts


@pytest.mark.parametrize("page", pages(), ids=named)
def test_commands_on_the_pages_exist(page: Path):
    code = "\n".join(re.findall(r"^```(?:shell|bash|sh)\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S))
    code += "\n" + "\n".join(re.findall(r"`(eventwire [^`\n]+)`", page.read_text(encoding="utf-8")))
    for words, rest in COMMAND.findall(code):
        names = tuple(words.split())
        known = max((n for n in range(len(names) + 1) if names[:n] in TREE), default=0)
        command = TREE[names[:known]]
        assert known, f"eventwire{words}"
        assert not isinstance(command, click.Group) or known == len(names), f"eventwire{words}"
        options = {o for p in command.params for o in p.opts}
        told = set(re.findall(r"(?<=\s)--[a-z-]+", rest.split("|")[0].split(";")[0]))
        assert told <= options, f"eventwire{words}{rest}"


@pytest.mark.parametrize("page", pages(), ids=named)
def test_make_targets_on_the_pages_exist(page: Path):
    told = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", page.read_text(encoding="utf-8"), re.M))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert told <= targets


def test_every_setting_is_documented_with_its_default():
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        row = next(line for line in page.splitlines() if f"`EVENTWIRE_{name.upper()}`" in line)
        assert field.description in row
        assert isinstance(field.default, Path) or str(field.default) in row or "not set" in row


@pytest.mark.parametrize("page", pages(), ids=named)
def test_variables_on_the_pages_are_settings_or_read_somewhere(page: Path):
    told = set(re.findall(r"EVENTWIRE_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
    known = {f"EVENTWIRE_{name.upper()}" for name in Settings.model_fields}
    for variable in told - known:
        places = [
            ROOT / "Makefile",
            ROOT / "docker-compose.yml",
            *(ROOT / "deploy").iterdir(),
            ROOT / "tests/conftest.py",
        ]
        places += (ROOT / "dags").glob("*.py")
        assert any(variable in p.read_text(encoding="utf-8") for p in places if p.is_file()), variable


def test_pictures_are_small():
    pictures = [p for p in (ROOT / "docs/img").iterdir() if p.suffix in (".png", ".svg")]
    assert pictures
    assert all(p.stat().st_size < LARGEST_PICTURE for p in pictures)


def test_the_readme_names_the_codebook_it_is_modelled_on_once():
    # The sentence is the only place of the name; it must not drift into headings or product text.
    sentence = re.findall(
        r"modelled on the publicly documented[^.]+\.", (ROOT / "README.md").read_text(encoding="utf-8")
    )
    assert len(sentence) == 1
    assert "not affiliated" in sentence[0]


# ---------------------------------------------------------------- the accuracy block


def report() -> Report:
    return Report(
        strict=Rate(3, 4, 6),
        lenient=Rate(4, 4, 6),
        claims=Rate(1, 2, 2),
        slots={"actor1": Rate(3, 4, 0)},
        false_alarms=["x"],
    )


def test_the_block_says_how_it_was_made_and_what_was_measured():
    text = accuracy.block(report(), articles=9, eventless=5)
    assert text.startswith(accuracy.BEGIN) and text.endswith(accuracy.END)
    assert "eventwire evaluate --part all --readme README.md" in text and "9 invented articles" in text
    assert "| 0.75 | 0.50 | 0.60 | 3 / 4 / 6 |" in text
    assert "`actor1` 0.75" in text and "1 of 5" in text


def test_the_block_shows_the_parts_of_the_open_gold_side_by_side():
    text = accuracy.block(report(), 9, 5, {"train": Part("train"), "test": Part("test", tolls_all=Rate(1, 4, 0))})
    assert "| what has to be right | train: precision / recall / F1 | test: precision / recall / F1 |" in text
    assert "| deaths exact, of all events | 1.00 (0 of 0) | 0.25 (1 of 4) |" in text


def test_the_block_is_replaced_and_the_rest_stays(tmp_path: Path):
    page = tmp_path / "README.md"
    page.write_text(f"before\n{accuracy.BEGIN}\nold\n{accuracy.END}\nafter\n", encoding="utf-8")
    text = accuracy.block(report(), 9, 5)
    accuracy.write(page, text)
    accuracy.write(page, text)
    assert page.read_text(encoding="utf-8") == f"before\n{text}\nafter\n"


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("no marks\n", encoding="utf-8")
    with pytest.raises(Misconfigured, match="accuracy:begin"):
        accuracy.write(page, accuracy.block(report(), 9, 5))
    assert page.read_text(encoding="utf-8") == "no marks\n"


def test_the_readmes_block_is_one_that_the_function_writes():
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert page.count(accuracy.BEGIN) == page.count(accuracy.END) == 1
    block = page[page.index(accuracy.BEGIN) : page.index(accuracy.END)]
    opened = {name: Part(name) for name in ("train", "test") if f"{name}: precision" in block}
    made = accuracy.block(report(), 9, 5, opened).removesuffix(accuracy.END)

    def shape(text: str) -> str:
        return re.sub(r"\d+(\.\d+)?", "0", re.sub(r"Share of found events.*?\n", "", text)).split()

    assert shape(block) == shape(made)


def test_generated_pages_are_written_by_make_docs():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^docs:.*\n.*deploy\.write_docs", makefile, re.M)


def test_no_page_is_left_out_of_the_index():
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    missing = [p.name for p in (ROOT / "docs").glob("*.md") if p.name != "index.md" and f"({p.name})" not in index]
    assert not missing


def test_git_knows_every_page():
    told = subprocess.run(["git", "ls-files", "--", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip("not a git checkout")
    linked = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "schemas/CHANGELOG.md", "docs/index.md", "docs/cli.md"}
    assert linked <= set(told.stdout.split())
