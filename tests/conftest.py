"""Shared by all tests: settings that stay inside the test, and the optional folder of measuring corpora."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from etl.settings import ROOT, settings

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory):
    """Lake and releases of a test never land in the working folder; the gazetteer is built once and shared."""
    monkeypatch.setenv("EVENTWIRE_LAKE", str(tmp_path_factory.getbasetemp() / "unset-lake"))
    monkeypatch.setenv("EVENTWIRE_RELEASE", str(tmp_path_factory.getbasetemp() / "unset-release"))
    monkeypatch.setenv("EVENTWIRE_CACHE", os.environ.get("EVENTWIRE_CACHE", str(ROOT / "var" / "cache")))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with measuring corpora and the seed; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("EVENTWIRE_SHARED", ROOT.parent / "shared"))
    if not (folder / "corpora").is_dir():
        pytest.skip(f"measuring corpora are not at {folder}; set EVENTWIRE_SHARED to their folder")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: side by side, a long file that starts last would be waited for alone."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: item.path not in slow)
