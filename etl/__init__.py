"""Eventwire: news articles in, conflict events that can be traced to their words out.

The folders are rooms in flow order: discover, fetch, extract, geocode, code, merge, validate, publish. Data goes
one way and no room imports a later one; ``pyproject.toml`` holds the contract that import-linter checks.
"""

__version__ = "0.1.0"
