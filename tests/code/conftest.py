"""What the coder's tests share."""

from __future__ import annotations

import pytest

from etl.code.learned import judge


@pytest.fixture
def rules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules' own decisions, on sentences shorter than any report."""
    monkeypatch.setattr(judge, "encoder", lambda: None)
