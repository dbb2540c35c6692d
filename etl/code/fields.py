"""What a report as a whole is about, where its words of violence mean something else.

An article full of words of sport, finance, fiction or drills belongs to that field. A short report is read as one
piece: one plain word of a drill ("role-players", "blank rounds"), an accident ("the brakes failed") or a court's
sitting settles it, unless somebody who attacked is told of as well. Does not judge single clauses (``factuality``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from etl.code.lexicon import phrases, speaks_of

SHORT = 7
"""Sentences up to which a text is one report; longer ones tell several things."""
LEAD = 400
"""Characters in which a text says whether it is a survey of many events."""
DOMAIN_SHARE = 2.0
"""Words of another field per 100 words above which a whole article belongs to it."""
_WHOLE = ("sport", "fiction", "finance", "exercise")

_REAL_DRILL = re.compile(
    r"\b(?:(?:after|from|following|returning from|way to|way back from)\s+(?:\w+\s+){0,2}(?:exercises?|drills?)|"
    r"exercis\w+ (?:restraint|caution|the right|control|patience)|drill(?:ed|ing)|fire drill)\b",
    re.I,
)
_DRILL = re.compile(
    r"\b(?:mock|make-believe|role-?play\w*|simulat\w+|dummy|blank rounds?|rounds were blank|in the scenario|"
    r"the scenario|"
    r"drills?|war ?games?|exercises?|rehears\w+|plywood targets?|target drone|played the (?:victims|attackers|"
    r"terrorists)|"
    r"played by (?:cadets|actors|soldiers|students))\b",
    re.I,
)
_ACCIDENT = re.compile(
    r"\b(?:brakes? (?:had )?failed|engine failure|mechanical (?:failure|fault)|boiler|fireworks?|firecrackers?|"
    r"gas (?:leak|cylinder|main|canister)|short circuit|electrical fault|friction|accidental\w*|lost control|faulty|"
    r"ruled out (?:\w+ ){0,3}(?:sabotage|foul play|hostile|attack|terror\w*)|there was no attack|"
    r"no sign of (?:an )?attack|"
    r"carelessness|overheat\w+|overload\w+|derail\w+|capsiz\w+|burst into flames and (?:plunged|crashed)|"
    r"crashed (?:into|near|while|shortly)|not an attack|no foul play|collapsed under|welding)\b",
    re.I,
)
_NATURE = re.compile(
    r"\b(?:earthquake|quake|tremors?|tusker|elephants?|trampl\w+|leopard|tiger|lion(?:ess)?s?|wolves|bees|"
    r"landslide|mudslide|"
    r"avalanche|eruption|lava|cyclone|hurricane|typhoon|tornado|the storm|a storm|flood\w*|lightning|wildfires?|"
    r"drought|"
    r"locusts|magnitude)\b",
    re.I,
)
_CRIME = re.compile(
    r"\b(?:motive other than (?:money|robbery)|landlord|(?:months'?|unpaid|over|back) rent|jilted|lover|jealous\w*|"
    r"inheritance|dowry|drunken|brawl|bar fight|takings|insurance money|family feud|marital|ex-(?:wife|husband|"
    r"boyfriend|girlfriend)|"
    r"estranged|(?:no|not) (?:a )?political|purely criminal|gambling debt|over a (?:debt|phone|woman|girl|goat|"
    r"parking)|"
    r"love triangle|burglar\w*|shoplift\w*|joyrid\w*)\b",
    re.I,
)
_HABIT = re.compile(
    r"\b(?:usually|tend to|most often|anyone who|typically|are often|generally|sometimes|as a rule|guidebook|"
    r"leaflet for|"
    r"handbook|according to a survey|survey of|over the past (?:five|ten|two|three) (?:years|decades)|"
    r"analysts? (?:traced|argue)|"
    r"has always been so|researchers?|study finds|report finds|lecturer)\b",
    re.I,
)
_SURVEY = re.compile(
    r"\b(?:annual (?:survey|report|figures|count)|in (?:at least )?\w+ countries|largest share|(?:nine|eight|"
    r"seven) out of ten|"
    r"one in (?:five|nine|ten)|rose by a|per cent (?:more|fewer)|according to a survey)\b",
    re.I,
)
_COURT = re.compile(r"\b(?:court|tribunal|judges?|jury|prosecutors?|magistrates?)\b", re.I)
_SITTING = re.compile(
    r"\b(?:charges? of|sentence[ds]?|sentences|convict\w+|pleads?|pleaded|verdict|on trial|went on trial|acquit\w+|"
    r"indict\w+|guilty|life imprisonment|years in prison|jail terms?|appeal\w*|testif\w+)\b",
    re.I,
)
_REMEMBERED = re.compile(
    r"\b(?:honou?r(?:s|ed|ing)? (?:the|its|their) (?:dead|fallen|victims|martyrs)|minute of silence|wreaths?|"
    r"anniversary|"
    r"memorial|commemorat\w+|each (?:january|february|march|april|may|june|july|august|september|october|"
    r"november|december))\b",
    re.I,
)
_PLAY = re.compile(
    r"\b(?:goalkeepers?|strikers?|midfielders?|innings|wickets?|batsm[ae]n|batters?|quarter-?finals?|semi-?finals?|"
    r"penalty shoot-?out|hat-?trick|scoreline|stoppage time|grand slam|title race|touchdown|playoffs?|"
    r"knockout stage)\b",
    re.I,
)
_STORY = re.compile(
    r"\b(?:heroine|protagonist|screenplay|box office|episode (?:one|two|three|four|five|six|\d+)|the (?:film|"
    r"novel|serial|"
    r"movie|series) (?:that|opens|tells|follows|ends|is|was|has)|ramadan serial|season finale|video ?game|filmmaker|"
    r"playwright|the director's|with \d+ extras)\b",
    re.I,
)
_ATTACKERS = re.compile(
    r"\b(?:gunm[ae]n|militants?|rebels?|insurgents?|guerrillas?|bombers?|bombs?|ied|claimed responsibility|"
    r"planted|jihadists?|"
    r"terrorists?|protesters?|demonstrators?|rioters?|mob|bandits?|kidnapp\w+)\b",
    re.I,
)


def field_of(text: str, sentences: int) -> str:
    """The field that a text as a whole belongs to ("sport"), or "".

    Args:
        sentences: how many it has.

    >>> field_of("Cadets playing kidnappers took a bus in a mock raid. The exercise ends on Friday.", 2)
    'exercise'
    """
    words = max(len(text.split()), 1)
    for reason, matches in phrases("domains").found(text).items():
        if reason in _WHOLE:
            hits = [m.group().lower() for m in matches]
            if len(set(hits)) >= 3 and 100 * len(hits) / words >= DOMAIN_SHARE:
                return reason
    if sentences > SHORT:
        return ""
    if _DRILL.search(text) and _DRILL.search(_REAL_DRILL.sub(" ", text)):
        return "exercise"
    if _PLAY.search(text):
        return "sport"
    if _STORY.search(text):
        return "fiction"
    if _ATTACKERS.search(text):
        return ""
    for reason, pattern in (("accident", _ACCIDENT), ("nature", _NATURE), ("crime", _CRIME)):
        if pattern.search(text):
            return reason
    return ""


def manner_of(text: str, sentence: str, sentences: int, dated: bool) -> str:
    """Why an act of a short report is none: it is told as a habit, in court, or in remembrance; or "".

    Args:
        sentence: where it is told.
        dated: the act has a day of its own.
    """
    survey, habit, remembered = _told_as(text)
    if survey:
        return "generic"
    if sentences > SHORT:
        return ""
    if _COURT.search(sentence) and _SITTING.search(sentence):
        return "judicial"
    if dated:
        return ""
    if habit:
        return "generic"
    return "commemoration" if remembered or speaks_of("commemoration", sentence) else ""


@lru_cache(maxsize=1)
def _told_as(text: str) -> tuple[bool, bool, bool]:
    """Whether a text is a survey, tells habits, remembers; asked once an act."""
    return (
        _SURVEY.search(text[:LEAD]) is not None,
        _HABIT.search(text) is not None,
        _REMEMBERED.search(text) is not None,
    )


__all__ = ["SHORT", "field_of", "manner_of"]
