"""The discover room: outlets in, candidate URLs out.

Reads feeds, sitemaps and front pages through a client that somebody else makes, so it opens no connection itself.
"""

from __future__ import annotations

from etl.discover.discover import LAG, discover
from etl.discover.outlets import Feed, Outlet, load_outlet, load_outlets
from etl.discover.records import Answer, Candidate, Discovery, FeedReport, Getter
from etl.discover.urls import normalise_url

__all__ = [
    "LAG",
    "Answer",
    "Candidate",
    "Discovery",
    "Feed",
    "FeedReport",
    "Getter",
    "Outlet",
    "discover",
    "load_outlet",
    "load_outlets",
    "normalise_url",
]
