"""The accuracy gate: the coder stays above pinned floors on gold that nobody changed unseen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from etl.settings import ROOT
from tests.gold import pin


@pytest.fixture(scope="module")
def measured() -> dict[str, float]:
    return pin.measure()


def test_the_gold_is_the_pinned_one():
    assert pin.gold_hash() == pin.load().gold_sha256, (
        "the gold or its articles changed: look the change over, then pin both anew with `python -m tests.gold.pin`"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(pin.load().floors))
def test_the_coder_is_no_worse_than_its_floor(measured: dict[str, float], name: str):
    floor = pin.load().floors[name]
    print(f"{name}: {measured[name]:.3f}, floor {floor:.2f}")
    assert measured[name] >= floor, f"{name} fell to {measured[name]:.3f}; `eventwire evaluate --errors` shows on what"


@pytest.mark.slow
def test_every_figure_has_a_floor(measured: dict[str, float]):
    assert set(pin.load().floors) == set(measured)


def test_no_floor_was_lowered_without_a_line_in_the_changelog():
    listed = _git("log", "--format=%H", "-2", "--", "tests/gold/floors.yml").split()
    if not listed:
        pytest.skip("floors.yml has no history here to compare with")
    now = pin.load().floors
    for commit in listed:
        before = yaml.safe_load(_git("show", f"{commit}:tests/gold/floors.yml"))["floors"]
        lowered = {n: now.get(n, 0.0) for n in before if now.get(n, 0.0) < before[n]}
        unsaid = [n for n, value in lowered.items() if not pin.named_in_changelog(n, value)]
        assert unsaid == [], f"name in CHANGELOG.md, with the new value and the reason: {unsaid}"


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""


# ---------------------------------------------------------------- how floors move


def test_a_better_coder_raises_the_floor():
    assert pin.floors_for({"recall": 0.9}, {"recall": 0.5}, lower=False) == {"recall": 0.88}


def test_a_floor_stays_where_the_figure_is_between_it_and_the_margin():
    assert pin.floors_for({"recall": 0.89}, {"recall": 0.88}, lower=False) == {"recall": 0.88}


def test_a_floor_goes_down_only_with_the_flag_and_a_line_that_names_it(tmp_path: Path):
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changes\n")
    fallen, old = {"recall": 0.80, "precision": 0.9}, {"recall": 0.88, "precision": 0.5}
    with pytest.raises(pin.Refused, match=pin.FLAG):
        pin.floors_for(fallen, old, False, changelog)
    with pytest.raises(pin.Refused, match=r"CHANGELOG\.md"):
        pin.floors_for(fallen, old, True, changelog)
    changelog.write_text("# Changes\n\n- Floor `recall` down to 0.78: dates without a year are refused now.\n")
    with pytest.raises(pin.Refused, match=pin.FLAG):
        pin.floors_for(fallen, old, False, changelog)
    assert pin.floors_for(fallen, old, True, changelog) == {"recall": 0.78, "precision": 0.88}


def test_a_line_about_an_earlier_lowering_does_not_count_again(tmp_path: Path):
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("- Floor `recall` down to 0.78.\n")
    with pytest.raises(pin.Refused, match=r"0\.58"):
        pin.floors_for({"recall": 0.60}, {"recall": 0.78}, True, changelog)


def test_any_change_of_gold_or_article_changes_the_hash(tmp_path: Path):
    (tmp_path / "a.yml").write_text("- slug: a\n")
    before = pin.gold_hash((tmp_path,))
    (tmp_path / "a.yml").write_text("- slug: b\n")
    assert pin.gold_hash((tmp_path,)) != before
