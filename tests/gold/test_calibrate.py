"""Confidence is fitted so that mentions are right as often as it says, and judged on what was left out of the fit."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from etl.code.confidence import weights
from etl.evaluate.calibrate import calibrate, left_out, write


@pytest.fixture(scope="module")
def seen() -> tuple[list[dict[str, float]], list[bool], list[str]]:
    """Mentions that are right in three of four cases where dated, in one of four otherwise; "noise" says nothing."""
    dice = random.Random(7)
    features = [{"dated": float(dice.random() < 0.5), "noise": float(dice.random() < 0.5)} for _ in range(1200)]
    right = [dice.random() < (0.75 if f["dated"] else 0.25) for f in features]
    return features, right, [f"text-{n // 3}" for n in range(1200)]


def test_weights_tell_signal_from_noise_and_hold_on_what_was_left_out(seen):
    found = calibrate(*seen)
    assert found["weights"]["dated"] > 1.5 and abs(found["weights"]["noise"]) < 0.4
    assert found["fitted"]["calibration_error"] < 0.05
    assert found["fitted"]["log_loss"] < found["fitted"]["log_loss_of_the_mean"]


def test_a_mention_is_judged_by_weights_that_never_saw_its_text():
    import numpy as np

    x, y = np.array([[0.0], [0.0], [1.0]]), np.array([0.0, 0.0, 1.0])
    alone = left_out(x, y, ["a", "b", "c"], 1.0)
    assert alone[2] < 0.1  # without its own text nothing speaks for it


def test_the_file_is_one_that_the_coder_reads(seen, tmp_path: Path):
    write(calibrate(*seen), tmp_path / "confidence.yml")
    text = (tmp_path / "confidence.yml").read_text(encoding="utf-8")
    assert text.startswith("# ") and "bias:" in text


def test_the_bundled_weights_were_fitted_and_are_calibrated():
    import yaml

    from etl.evaluate.calibrate import FILE

    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert raw["fitted"]["calibration_error"] < 0.1
    assert set(raw["weights"]) == set(weights())
