"""Compare what a coder says of texts with what it should say, and tell where it goes wrong.

``gold`` reads what should come out, ``match`` says when an answer is right, ``report`` counts on the newsroom's
articles, ``measure`` on any gold with errors by type, actor, region, style and cause, ``clusters`` on what the merge
makes of the answers, ``page`` shows that as HTML. Decides nothing about the coder.
"""

from etl.evaluate.clusters import Clusters, Placed, b_cubed, right_mentions
from etl.evaluate.gold import Gold, newsroom_gold, open_gold
from etl.evaluate.match import NEAR_KM, Rate, same_event, same_place
from etl.evaluate.measure import Part, measure
from etl.evaluate.report import Report, evaluate

__all__ = [
    "NEAR_KM",
    "Clusters",
    "Gold",
    "Part",
    "Placed",
    "Rate",
    "Report",
    "b_cubed",
    "evaluate",
    "measure",
    "newsroom_gold",
    "open_gold",
    "right_mentions",
    "same_event",
    "same_place",
]
