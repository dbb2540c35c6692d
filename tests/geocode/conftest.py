"""The gazetteer of the installation, built once (about forty seconds) and kept in the cache folder."""

import pytest

from etl.annotate import annotate
from etl.geocode import gazetteer, recognise


@pytest.fixture(scope="session")
def gaz():
    return gazetteer()


@pytest.fixture(scope="session")
def places(gaz):
    def read(text, context_country=None):
        found = recognise(annotate(text), gaz, context_country)
        assert all(text[p.start : p.end] == p.text for p in found)
        return {p.text: p for p in found}

    return read
