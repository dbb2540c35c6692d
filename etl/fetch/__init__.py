"""The fetch room: candidate URLs in, rows of ``pages`` and WARC files out.

A guest on the web: robots.txt, pacing, a contact in the user agent, limits on everything; walls are recorded, never
climbed.
"""

from __future__ import annotations

from etl.fetch.answers import NOT_ASKED, Answer
from etl.fetch.checks import OutletCheck, Proposal, check_outlets, propose_outlet
from etl.fetch.client import Client, Limits
from etl.fetch.pages import PageState, fetch_batch, page_id
from etl.fetch.warc import read_body

__all__ = [
    "NOT_ASKED",
    "Answer",
    "Client",
    "Limits",
    "OutletCheck",
    "PageState",
    "Proposal",
    "check_outlets",
    "fetch_batch",
    "page_id",
    "propose_outlet",
    "read_body",
]
