"""The accuracy gate: the coder stays above pinned floors on gold that nobody changed unseen."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest

from etl.settings import ROOT
from tests.gold import corpora, pin

PINNED = pin.load()


@cache
def newsroom() -> dict[str, float]:
    return pin.measure_newsroom()


@cache
def part(name: str) -> dict[str, float]:
    return pin.measure_part(name)


def test_the_gold_is_the_pinned_one():
    said = "the gold or its texts changed: look the change over, then pin both anew with `python -m tests.gold.pin`"
    assert pin.gold_hash() == PINNED.gold_sha256, said
    assert pin.open_hash() == PINNED.open_sha256, said


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PINNED.floors))
def test_the_coder_is_no_worse_than_its_floor(name: str):
    hold(newsroom(), PINNED.floors, name, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("of", "name"),
    [
        # The learned stage was trained on the train part: its figures move less than those of the test part.
        pytest.param(p, n, marks=() if p == "test" else pytest.mark.thorough)
        for p in pin.PARTS
        for n in sorted(PINNED.parts.get(p, {}))
    ],
)
def test_the_coder_is_no_worse_on_the_open_gold(of: str, name: str):
    hold(part(of), PINNED.parts[of], name, f"--part {of} ")


def hold(measured: dict[str, float], floors: dict[str, float], name: str, option: str) -> None:
    print(f"{name}: {measured[name]:.3f}, floor {floors[name]:.2f}")
    assert measured[name] >= floors[name], (
        f"{name} fell to {measured[name]:.3f}; `eventwire evaluate {option}--errors` shows on what"
    )


@pytest.mark.slow
@pytest.mark.thorough
def test_every_figure_has_a_floor():
    assert set(PINNED.floors) == set(newsroom())
    assert "train" in PINNED.parts
    for name, floors in PINNED.parts.items():
        assert set(floors) == set(part(name))


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(bool(corpora.absent()), reason=corpora.absent())
@pytest.mark.parametrize(("of", "name"), [(c, n) for c, one in PINNED.corpora.items() for n in one["floors"]])
def test_the_coder_is_no_worse_on_the_measuring_corpora(of: str, name: str):
    assert PINNED.corpora[of]["sha256"] == corpora.sha256(of), "another corpus: pin it anew with --part corpora"
    measured, floor = corpora.measure()[of][name], PINNED.corpora[of]["floors"][name]
    print(f"{of}.{name}: {measured:.3f}, floor {floor:.2f}")
    assert measured >= floor


def test_no_floor_was_lowered_without_a_line_in_the_changelog():
    listed = _git("log", "--format=%H", "-2", "--", "tests/gold/floors.yml").split()
    if not listed:
        pytest.skip("floors.yml has no history here to compare with")
    now = PINNED.all_floors()
    for commit in listed:
        before = pin.read(_git("show", f"{commit}:tests/gold/floors.yml")).all_floors()
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


def test_floors_of_parts_and_corpora_are_written_and_read_back(tmp_path: Path):
    sample = {"muc4": {"sha256": "c", "sample": 60, "floors": {"type F": 0.5}}}
    pinned = pin.Pinned("a", {"recall": 0.5}, "b", {"test": {"recall": 0.3}, "train": {"recall": 0.4}}, sample)
    pin.write(pinned, tmp_path / "floors.yml")
    assert pin.load(tmp_path / "floors.yml") == pinned
    assert pinned.all_floors() == {"recall": 0.5, "train.recall": 0.4, "test.recall": 0.3, "muc4.type F": 0.5}


def test_a_line_about_one_part_does_not_lower_another(tmp_path: Path):
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("- Floor `train.recall` down to 0.58: a label was wrong.\n")
    fallen, old = {"recall": 0.60}, {"recall": 0.78}
    assert pin.floors_for(fallen, old, True, changelog, prefix="train.") == {"recall": 0.58}
    for prefix in ("", "test."):
        with pytest.raises(pin.Refused, match=r"CHANGELOG\.md|EVENTWIRE"):
            pin.floors_for(fallen, old, True, changelog, prefix=prefix)
