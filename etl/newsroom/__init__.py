"""The sample newsroom: invented outlets on one loopback server, so that everything can be tried without the web.

Decides what the invented outlets say and how their pages, feeds and HTTP answers look, in two rounds (the second
corrects, withdraws and adds articles). Knows nothing of how they are collected, read or coded.
"""

from __future__ import annotations

from etl.newsroom.content import Outlet, Piece, load_outlets, load_pieces, piece_text
from etl.newsroom.server import Hit, Newsroom, serve

__all__ = ["Hit", "Newsroom", "Outlet", "Piece", "load_outlets", "load_pieces", "piece_text", "serve"]
