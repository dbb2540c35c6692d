"""The learned stage: a small sentence encoder that says which of the 25 types a text reports, or none.

Stands beside the rules and never replaces them: the rules read who, where, when and how many; the encoder decides where
they are weaker by measurement (docs/decisions/007-learned-stage.md). Without its model file, or with the setting
``learned`` off, the rules decide alone.
"""

from etl.code.learned.encoder import NONE, Opinion, Phrase, Reading
from etl.code.learned.judge import Judge, judge_of
from etl.code.learned.parts import Parts, parts_of, placed, recast
from etl.code.learned.stage import SURE_ACT, reconsider, sure_trigger

__all__ = [
    "NONE",
    "SURE_ACT",
    "Judge",
    "Opinion",
    "Parts",
    "Phrase",
    "Reading",
    "judge_of",
    "parts_of",
    "placed",
    "recast",
    "reconsider",
    "sure_trigger",
]
