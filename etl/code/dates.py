"""Resolve when something happened.

Turns the time expressions of one text ("on Tuesday", "Sept. 14, 2021", "last week") into intervals of days, anchored on
the publication date where there is one. An expression that cannot be anchored stays unresolved (its days are None): no
date is ever borrowed from the publication date. It does not decide which expression belongs to which event. See
docs/codebook.md, "time precision".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from etl.code.numbers import number, source_text
from etl.code.periods import DAY, Days, month_days, part_of_month, span_of, two_digit_year, weekday_back, year_days
from etl.code.words import small_words

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# White space inside an expression: all-caps wire copy breaks lines anywhere and indents the next by three blanks.
_S = r"\s{1,5}"
_O = r"\s{0,5}"
_FULL_MONTH = "|".join(MONTHS)
_MONTH = rf"(?:{_FULL_MONTH}|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)"
_NUM = r"(?<![\d.,:/$£€-])(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d%/:])(?![.,]\d)"
_LAST_NUM = _NUM.replace("€-", "€")  # the second day of "1-5 March" stands behind a dash
_YEAR = r"(?:19|20)\d{2}(?![\d%])(?![.,]\d)"
_WEEKDAY = r"(?:" + "|".join(WEEKDAYS) + r")"
_DAYNAME = rf"(?:{_WEEKDAY}|(?:mon|tues|tue|wed|thurs|thur|thu|fri|sat|sun)\b\.?)"
_DAYTIME = r"(?:morning|afternoon|evening|night|midday|noon|dawn|dusk|midnight)"
_COUNT = (
    r"(?:\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|a few|few|several|a couple of|couple of)"
)
_TO = r"(?:to|and|until|till|through|thru|-|–|—)"
_PEOPLE = (
    r"(?:people|persons|civilians|soldiers|troops|men|women|children|fighters|others|police|residents"
    r"|protesters|cases)\b"
)

# How far ahead of the anchor a date without a year is still read as announced, if the words around it announce.
_ANNOUNCED_DAYS = 200
# Nobody writes of a day eleven months ago without its year, and many of one next month ("the 19 March election").
_NEAR_DAYS = 30
_ANNOUNCES = re.compile(
    r"\b(will|would|planned|plans?|scheduled|due|upcoming|set to|to be held|expected|coming)\b", re.I
)
# Words before an expression that turn it into the start of an open period.
_SINCE = re.compile(r"\bsince(?:\s{1,5}(?:the|at least|late|early|last))?\s{1,5}$", re.I)
_ANNIVERSARY = re.compile(r"\b(anniversary|commemorat\w{1,4}|memorial|remembrance|in memory)\b", re.I)
_FEASTS = r"(?:bloody|black|palm|good|easter|ash|holy|maundy|cyber|super|red)"


@dataclass(frozen=True)
class When:
    """One time expression: ``text`` stands at ``[start:end]`` of the text it was read from.

    Attributes:
        low: first day it allows; None where it cannot be resolved.
        high: last day it allows, both included.
        best: the day the codebook picks; None where it is vaguer than a month.
        precision: 1 a day, 2 a week or weekend, 3 a month; None for anything vaguer or unresolved.
        basis: ``explicit``, ``text_year`` (the year stands elsewhere in the text), ``relative``, ``weekday``,
            ``period``, ``narrative`` (counted from a day named before), ``since``, ``dateline`` or ``byline``.
        vague: the words themselves are vague ("a few days ago", "2019").
        planned: it lies after the anchor.
        background: it dates something else than news ("the 2014 war", an anniversary, "since 2011").
    """

    start: int
    end: int
    text: str
    low: date | None
    high: date | None
    best: date | None
    precision: int | None
    basis: str
    vague: bool = False
    planned: bool = False
    background: bool = False


@dataclass
class _Context:
    text: str
    anchor: date | None
    shouting: bool
    full_dates: list[tuple[int, date]]

    def around(self, m: re.Match[str]) -> str:
        return self.text[max(0, m.start() - 60) : m.end() + 40]

    def year_for(self, month: int, day: int, m: re.Match[str]) -> tuple[int, str] | None:
        """Year of a date without one: nearest before the anchor, else the year the text gave last."""
        if self.anchor is not None:
            anchor = self.anchor
            here = date(anchor.year, month, min(day, month_days(anchor.year, month).high.day))
            if here <= anchor + DAY:
                return anchor.year, "explicit"
            ahead = (here - anchor).days
            if ahead <= _NEAR_DAYS or (ahead <= _ANNOUNCED_DAYS and _ANNOUNCES.search(self.around(m))):
                return anchor.year, "explicit"
            return anchor.year - 1, "explicit"
        if not self.full_dates:
            return None
        before = [d for at, d in self.full_dates if at <= m.start()]
        return (before[-1] if before else self.full_dates[0][1]).year, "text_year"


_Found = Iterator[tuple[int, int, Days | None, str]]
_Handler = Callable[[re.Match[str], _Context], _Found]
_LETTERS_AROUND = 120
"""More letters than any expression has before or behind its month, weekday or year."""


@dataclass(frozen=True)
class _Core:
    """What an expression is about: the words of which one stands in it, and where they stand in a text."""

    words: frozenset[str]
    pattern: re.Pattern[str] | None

    def stretches(self, text: str) -> list[tuple[int, int]]:
        """The parts of a text that can hold an expression: all of it where no pattern says where."""
        if self.words and self.words.isdisjoint(small_words(text)):
            return []
        if self.pattern is None:
            return [(0, len(text))]
        found: list[tuple[int, int]] = []
        for m in self.pattern.finditer(text):
            start, end = max(0, m.start() - _LETTERS_AROUND), min(len(text), m.end() + _LETTERS_AROUND)
            if found and start <= found[-1][1]:
                start = found.pop()[0]
            found.append((start, end))
        return found


_MONTH_NAMES = frozenset(" ".join((*MONTHS, "jan feb mar apr jun jul aug sept sep oct nov dec")).split())
_SOME_YEAR = re.compile(r"(?:19|20)\d{2}")
_A_MONTH = _Core(_MONTH_NAMES, re.compile(rf"\b{_MONTH}", re.IGNORECASE))
_A_WEEKDAY = _Core(frozenset((*WEEKDAYS, *(f"{d}s" for d in WEEKDAYS))), re.compile(rf"\b{_WEEKDAY}", re.IGNORECASE))
_A_YEAR = _Core(frozenset(), _SOME_YEAR)
_RULES: list[tuple[re.Pattern[str], _Handler, _Core]] = []


def _rule(pattern: str, core: _Core | str) -> Callable[[_Handler], _Handler]:
    """A rule for a pattern; ``core`` is what stands wherever it matches (words: one of them), else it is not tried."""
    about = core if isinstance(core, _Core) else _Core(frozenset(core.split()), None)

    def keep(handler: _Handler) -> _Handler:
        _RULES.append((re.compile(pattern, re.IGNORECASE), handler, about))
        return handler

    return keep


def _month(name: str) -> int:
    return next(i for i, full in enumerate(MONTHS, 1) if full.startswith(name.lower().rstrip(".")[:3]))


def _weekday(name: str) -> int:
    return next(i for i, full in enumerate(WEEKDAYS) if full.startswith(name.lower().rstrip(".")[:3]))


def _daynum(digits: str) -> int:
    return int(re.sub(r"\D", "", digits))


def _explicit(day: int, month: int, year: str | None, m: re.Match[str], ctx: _Context) -> tuple[Days | None, str]:
    if year is not None:
        written = int(year) if len(year) == 4 else two_digit_year(int(year), ctx.anchor)
        return Days.one(date(written, month, day)), "explicit"
    found = ctx.year_for(month, day, m)
    if found is None:
        date(2000, month, day)  # an impossible day is no date at all, anchored or not
        return None, "explicit"
    return Days.one(date(found[0], month, day)), found[1]


@_rule(rf"(?<![\d-])(?P<y>{_YEAR})-(?P<m>0[1-9]|1[0-2])-(?P<d>\d\d)(?!\d)(?:T[\d:.]{{4,15}}(?:Z|[+-]\d\d:?\d\d)?)?",
       _A_YEAR)  # fmt: skip
def _iso(m: re.Match[str], ctx: _Context) -> _Found:
    yield m.start(), m.end(), Days.one(date(int(m["y"]), int(m["m"]), int(m["d"]))), "explicit"


@_rule(rf"(?<![\d./-])(?P<a>\d{{1,2}})(?P<s>[./])(?P<b>\d{{1,2}})(?P=s)(?P<y>{_YEAR})(?![./])", _A_YEAR)
def _numeric(m: re.Match[str], ctx: _Context) -> _Found:
    a, b, year = int(m["a"]), int(m["b"]), int(m["y"])
    orders = [(a, b)] if m["s"] == "." or a > 12 else [(b, a)] if b > 12 else [(a, b), (b, a)]
    days = sorted({date(year, month, day) for day, month in orders})
    exact = len(days) == 1
    yield (
        m.start(),
        m.end(),
        Days.one(days[0]) if exact else Days(days[0], days[-1], None, None, vague=True),
        "explicit",
    )


@_rule(rf"(?:\b(?:from|between){_S})?(?P<a>{_NUM})(?:{_S}(?P<am>{_MONTH}))?{_O}{_TO}{_O}(?P<b>{_LAST_NUM}){_S}(?:of{_S})?"
       rf"(?P<m>{_MONTH})(?:,?{_S}(?P<y>{_YEAR}))?", _A_MONTH)  # fmt: skip
def _day_to_day(m: re.Match[str], ctx: _Context) -> _Found:
    joined = " and " in m[0].lower() and not m[0].lower().startswith("between")
    last, basis = _explicit(_daynum(m["b"]), _month(m["m"]), m["y"], m, ctx)
    year = m["y"] or (str(last.low.year) if last else None)
    first, _ = _explicit(_daynum(m["a"]), _month(m["am"] or m["m"]), year, m, ctx)
    yield from _pair(m, m.start("a"), m.end("am" if m["am"] else "a"), m.start("b"), first, last, joined, basis)


@_rule(rf"(?:\b(?:from|between){_S})?\b(?P<m>{_MONTH}){_S}(?P<a>{_NUM}){_O}{_TO}{_O}(?:(?P<bm>{_MONTH}){_S})?(?P<b>{_LAST_NUM})"
       rf"(?:(?:,{_O}|{_S})(?P<y>{_YEAR}))?", _A_MONTH)  # fmt: skip
def _month_day_to_day(m: re.Match[str], ctx: _Context) -> _Found:
    joined = " and " in m[0].lower() and not m[0].lower().startswith("between")
    last, basis = _explicit(_daynum(m["b"]), _month(m["bm"] or m["m"]), m["y"], m, ctx)
    first, _ = _explicit(_daynum(m["a"]), _month(m["m"]), m["y"] or (str(last.low.year) if last else None), m, ctx)
    yield from _pair(m, m.start("m"), m.end("a"), m.start("bm" if m["bm"] else "b"), first, last, joined, basis)


def _pair(m: re.Match[str], a_start: int, a_end: int, b_start: int, first: Days | None, last: Days | None, joined: bool,
          basis: str) -> _Found:  # fmt: skip
    """Two days named together: each for itself after "and", else the period between them."""
    if joined:
        yield a_start, a_end, first, basis
        yield b_start, m.end(), last, basis
    elif first is None or last is None:
        yield m.start(), m.end(), None, "period"
    elif first.low <= last.low:
        yield m.start(), m.end(), span_of(first.low, last.low), "period"


@_rule(rf"(?:\b{_DAYNAME},?{_S}(?:the{_S})?)?(?P<d>{_NUM}){_S}(?:of{_S})?(?P<m>{_MONTH})\b\.?"
       rf"(?:,?{_S}(?P<y>{_YEAR})|{_S}(?P<yy>\d\d)(?={_O}(?:[,(.)\];:]|--|-|–|—|$)))?", _A_MONTH)  # fmt: skip
def _day_month(m: re.Match[str], ctx: _Context) -> _Found:
    days, basis = _explicit(_daynum(m["d"]), _month(m["m"]), m["y"] or m["yy"], m, ctx)
    yield m.start(), m.end(), days, basis


@_rule(
    rf"(?:\b{_DAYNAME},?{_S})?\b(?P<m>{_MONTH}){_S}(?:the{_S})?(?P<d>{_NUM})(?:(?:,{_O}|{_S})(?P<y>{_YEAR}))?",
    _A_MONTH,
)
def _month_day(m: re.Match[str], ctx: _Context) -> _Found:
    if not _is_name(m["m"], ctx):
        return
    days, basis = _explicit(_daynum(m["d"]), _month(m["m"]), m["y"], m, ctx)
    yield m.start(), m.end(), days, basis


def _is_name(month: str, ctx: _Context) -> bool:
    """Whether the word is a month: "may" and "march" are only where they are written as names."""
    return ctx.shouting or month[0].isupper() or month.lower() not in ("may", "march", "mar")


_EARLY = rf"(?P<part>early|mid|late|(?:the{_S})?(?:beginning|start|middle|end){_S}of)"


@_rule(rf"\b(?:(?P<in>in|since|during|by|until|last|this|next|of"
       rf"|from)(?:{_S}the)?{_S})?(?:{_EARLY}[\s-]{{1,5}}(?P<q>last{_S})?)?"
       rf"\b(?P<m>{_MONTH})\b(?:,?{_S}(?:of{_S})?(?P<y>{_YEAR}))?", _A_MONTH)  # fmt: skip
def _month_alone(m: re.Match[str], ctx: _Context) -> _Found:
    lead = (m["in"] or "").lower()
    abbreviated = m["m"].lower().rstrip(".") not in MONTHS
    if abbreviated and not m["y"]:
        return
    if m["m"].lower() in ("may", "march") and not (lead or m["part"] or m["y"]):
        return
    if not _is_name(m["m"], ctx):
        return
    month = _month(m["m"])
    start = m.start("part") if m["part"] else m.start("m")
    if lead in ("last", "this", "next"):
        start = m.start("in")
    if m["y"]:
        year, basis = int(m["y"]), "explicit"
    else:
        found = ctx.year_for(month, 1, m)
        if found is None:
            yield start, m.end(), None, "explicit"
            return
        year, basis = found
        if lead == "next" and ctx.anchor:
            year, basis = ctx.anchor.year + (date(ctx.anchor.year, month, 1) <= ctx.anchor), "relative"
        elif (lead == "last" or m["q"]) and ctx.anchor and (year, month) == (ctx.anchor.year, ctx.anchor.month):
            year -= 1
    yield start, m.end(), part_of_month(year, month, m["part"]).until(ctx.anchor if not m["y"] else None), basis


@_rule(rf"(?:\b(?:from|between){_S})(?P<a>{_WEEKDAY})(?:{_S}{_DAYTIME})?{_S}(?:to|and|until"
       rf"|through){_S}(?P<b>{_WEEKDAY})"
       rf"(?:{_S}{_DAYTIME})?\b", _A_WEEKDAY)  # fmt: skip
def _weekday_to_weekday(m: re.Match[str], ctx: _Context) -> _Found:
    if ctx.anchor is None:
        yield m.start(), m.end(), None, "period"
        return
    last = weekday_back(ctx.anchor, _weekday(m["b"]))
    yield m.start(), m.end(), span_of(weekday_back(last, _weekday(m["a"])), last), "period"


@_rule(rf"\b(?:(?P<feast>{_FEASTS}){_S})?(?:(?P<q>last|this|next|past|previous|coming|every|each){_S})?"
       rf"(?:week{_S})?(?P<d>{_WEEKDAY})(?P<many>s)?\b(?:{_S}{_DAYTIME}\b)?"
       rf"(?P<lw>{_S}(?:of{_S})?last{_S}week\b)?", _A_WEEKDAY)  # fmt: skip
def _weekday_alone(m: re.Match[str], ctx: _Context) -> _Found:
    q = (m["q"] or "").lower()
    if m["feast"] or m["many"] or q in ("every", "each"):
        return
    start = m.start("q") if m["q"] else m.start("d")
    if ctx.anchor is None:
        yield start, m.end(), None, "weekday"
        return
    anchor, day = ctx.anchor, _weekday(m["d"])
    if m["lw"]:
        found = anchor - DAY * (anchor.weekday() + 7 - day)
    elif q in ("next", "coming"):
        found = weekday_back(anchor + DAY * 7, day)
    else:
        found = weekday_back(anchor - DAY if q in ("last", "past", "previous") else anchor, day)
    yield start, m.end(), Days.one(found), "weekday"


@_rule(rf"\bthe{_S}day{_S}before{_S}yesterday\b|\byesterday(?:{_S}{_DAYTIME})?\b|\btoday\b|\btonight\b|\btomorrow\b"
       rf"|\bovernight\b"
       rf"|\bthis{_S}{_DAYTIME}\b|\blast{_S}(?:night|evening)\b|\bearlier{_S}in{_S}the{_S}day\b",
       "yesterday today tonight tomorrow overnight this night evening day")  # fmt: skip
def _near_days(m: re.Match[str], ctx: _Context) -> _Found:
    words = " ".join(m[0].lower().split())
    days = None
    if ctx.anchor is not None:
        if words == "overnight":
            days = span_of(ctx.anchor - DAY, ctx.anchor)
        else:
            back = 2 if "before" in words else 1 if words.startswith(("yesterday", "last")) else 0
            days = Days.one(ctx.anchor - DAY * (-1 if words == "tomorrow" else back))
    yield m.start(), m.end(), days, "relative"


@_rule(rf"\b(?P<n>{_COUNT}){_S}(?P<u>hour|day|week|month|year|decade)s?{_S}ago\b", "ago")
def _ago(m: re.Match[str], ctx: _Context) -> _Found:
    words, unit = m["n"].lower(), m["u"].lower()
    fuzzy = words.split()[-1] in ("few", "several", "of")
    days = None
    if ctx.anchor is not None:
        days = Days.ago(ctx.anchor, 3 if fuzzy else number(words) or 1, unit, fuzzy)
    yield m.start(), m.end(), days, "relative"


@_rule(rf"\b(?:the{_S}|these{_S})?(?:past|last|previous|recent){_S}(?P<n>(?:{_COUNT}(?:{_S}(?:or"
       rf"|to){_S}{_COUNT})?){_S})?"
       rf"(?P<u>hour|day|week|month|year|decade)s\b|\bthe{_S}past{_S}(?P<u1>day|week|month|year|decade)\b",
       "past last previous recent")  # fmt: skip
def _past(m: re.Match[str], ctx: _Context) -> _Found:
    unit = (m["u"] or m["u1"]).lower()
    size = (
        1 if m["u1"] else max((number(w) or 0 for w in re.split(r"\s+(?:or|to)\s+", (m["n"] or "").strip())), default=0)
    )
    yield m.start(), m.end(), Days.past(ctx.anchor, size, unit) if ctx.anchor else None, "relative"


@_rule(rf"\b(?:(?P<part>early|earlier|late|later|mid|(?:the{_S})?(?:beginning|start|end|middle){_S}of)[\s-]{{1,5}})?"
       rf"(?:(?P<q>last|this|next|the|current)|the{_S}(?P<q2>current|previous)){_S}"
       rf"(?P<u>weekend|week|month|year)\b", "weekend week month year")  # fmt: skip
def _calendar(m: re.Match[str], ctx: _Context) -> _Found:
    which, unit, part = (m["q"] or m["q2"]).lower(), m["u"].lower(), (m["part"] or "").lower()
    before = ctx.text[max(0, m.start() - 9) : m.start()].lower().rstrip()
    if which == "the" and not (
        part.endswith(" of") or (unit == "weekend" and before.endswith(("over", "at", "during")))
    ):
        return
    if ctx.anchor is None:
        yield m.start(), m.end(), None, "relative"
        return
    step = {"last": -1, "previous": -1, "next": 1}.get(which, 0)
    yield m.start(), m.end(), Days.calendar(ctx.anchor, unit, step, part), "relative"


@_rule(rf"\b(?:the|that){_S}(?P<w>same|previous|next|following|very){_S}day\b|\bthat{_S}(?P<w2>day)\b"
       rf"|\bthe{_S}day{_S}(?P<w3>before|after)\b"
       rf"|\b(?P<n>{_COUNT}){_S}days?{_S}(?P<dir>later|earlier|before|after)\b", "day days")  # fmt: skip
def _narrative(m: re.Match[str], ctx: _Context) -> _Found:
    yield m.start(), m.end(), None, "narrative"


@_rule(rf"\b(?P<in>in|since|during|of|by|until|after|before|from|between|and|early|late|mid-?|year){_S}(?P<y>{_YEAR})\b"
       rf"(?!{_S}{_PEOPLE})(?!-\d)", _A_YEAR)  # fmt: skip
def _year(m: re.Match[str], ctx: _Context) -> _Found:
    yield m.start("y"), m.end("y"), year_days(int(m["y"])), "explicit"


@_rule(rf"\b(?:the|a|its|their|his|her|our|'s|’s){_S}(?P<y>{_YEAR})\b{_S}(?!{_PEOPLE})(?=[^\W\d_])", _A_YEAR)
def _year_of_something(m: re.Match[str], ctx: _Context) -> _Found:
    yield m.start("y"), m.end("y"), year_days(int(m["y"])), "background"


_FULL = re.compile(
    rf"(?P<d>{_NUM}){_S}(?P<m>{_MONTH})\.?,?{_S}(?P<y>{_YEAR})"
    rf"|\b(?P<m2>{_MONTH}){_S}(?P<d2>{_NUM}),?{_S}(?P<y2>{_YEAR})"
    rf"|(?<![\d-])(?P<y3>{_YEAR})-(?P<m3>0[1-9]|1[0-2])-(?P<d3>\d\d)(?!\d)",
    re.IGNORECASE,
)
# What follows the date of a dateline: the agency in brackets, then a dash; or the dash at once.
_AFTER_DATELINE = re.compile(r"[.,]?\s{0,3}(?:\([^()\n]{1,60}\)\s{0,3}(?:--|-|–|—|:|\[)|(?:--|–|—|-(?=\s)))")
_BYLINE = re.compile(
    r"^\W{0,3}(?:(?:last\s)?(?:updated|modified)|published|posted|date|dated|first published)\b[^\n]{0,40}$", re.I
)
# A dateline or a line with the date of publication stands at the very top; further down a date tells of events.
_TOP = 600


def _full_dates(text: str) -> list[tuple[int, date]]:
    found: list[tuple[int, date]] = []
    if _SOME_YEAR.search(text) is None or ("-" not in text and _MONTH_NAMES.isdisjoint(small_words(text))):
        return found
    for m in _FULL.finditer(text):
        g = m.groupdict()
        day, month, year = g["d"] or g["d2"] or g["d3"], g["m"] or g["m2"], int(g["y"] or g["y2"] or g["y3"])
        try:
            found.append((m.start(), date(year, _month(month) if month else int(g["m3"]), _daynum(day))))
        except ValueError:
            continue
    return found


def _place_in_text(text: str, start: int, end: int) -> str | None:
    """``dateline`` or ``byline`` where an expression stands in one."""
    if start > _TOP:
        return None
    line_start = text.rfind("\n", 0, start) + 1
    before = text[line_start:start]
    if start <= 120 and not text[:line_start].strip() and before.strip() and _AFTER_DATELINE.match(text, end):
        return "dateline"
    line_end = text.find("\n", end)
    rest = text[end : line_end if line_end >= 0 else len(text)]
    alone = not before.strip(" \t-–—|•") and not rest.strip(" \t.:-–—|•0123456789APMapmISTGUC")
    if len(before) <= 60 and len(rest) <= 40 and (_BYLINE.match(before) or (alone and "\n" in text[end : end + 60])):
        return "byline"
    return None


def date_expressions(doc: Any, anchor: date | None) -> list[When]:
    """Every time expression of a text, in order, none overlapping.

    Args:
        doc: a spaCy ``Doc`` or a plain ``str``; offsets count its characters.
        anchor: the day the text was published (``anchor_date``); None leaves relative expressions unresolved.

    Returns:
        The expressions; ``text[w.start:w.end] == w.text`` for each.

    >>> [(w.text, str(w.best), w.precision) for w in date_expressions("A bomb on Tuesday", date(2021, 9, 16))]
    [('Tuesday', '2021-09-14', 1)]
    >>> date_expressions("It began on Tuesday.", None)[0].low is None
    True
    """
    return list(_expressions(source_text(doc), anchor))


@lru_cache(maxsize=2)
def _expressions(text: str, anchor: date | None) -> tuple[When, ...]:
    """As ``date_expressions``; of a short text all of it is read for its anchor, and then again."""
    ctx = _Context(text, anchor, not any(c.islower() for c in text), _full_dates(text))
    taken = bytearray(len(text))
    found: list[When] = []
    where: dict[_Core, list[tuple[int, int]]] = {}
    for pattern, handler, core in _RULES:
        if core not in where:
            where[core] = core.stretches(text)
        for m in (m for stretch in where[core] for m in pattern.finditer(text, *stretch)):
            if any(taken[m.start() : m.end()]):
                continue
            try:
                for start, end, days, basis in handler(m, ctx):
                    found.append(_when(text, start, end, days, basis, anchor))
                    taken[m.start() : m.end()] = b"\1" * (m.end() - m.start())
            except (ValueError, OverflowError):  # 31 February, or further back than the calendar goes
                taken[m.start() : m.end()] = b"\1" * (m.end() - m.start())
    found.sort(key=lambda w: w.start)
    return tuple(_chain(text, found, anchor))


def _when(text: str, start: int, end: int, days: Days | None, basis: str, anchor: date | None) -> When:
    words = text[start:end]
    place = _place_in_text(text, start, end) if basis == "explicit" and (days is None or days.precision == 1) else None
    since = _SINCE.search(text[max(0, start - 30) : start]) is not None
    background = basis == "background" or since or _ANNIVERSARY.search(text[max(0, start - 40) : end + 30]) is not None
    basis = "explicit" if basis == "background" else place or basis
    if days is None:
        return When(start, end, words, None, None, None, None, basis, background=background)
    if since:
        high = max(anchor, days.low) if anchor else days.high
        return When(start, end, words, days.low, high, None, None, "since", days.vague, False, True)
    planned = anchor is not None and days.low is not None and days.low > anchor
    return When(
        start, end, words, days.low, days.high, days.best, days.precision, basis, days.vague, planned, background
    )


def _chain(text: str, found: list[When], anchor: date | None) -> list[When]:
    """Resolve "the next day" and "two days later" from the day named last before them."""
    known: date | None = None
    chained = []
    for when in found:
        if when.basis == "narrative" and known is not None:
            words = when.text.lower().split()
            steps = 0
            if words[-1] in ("later", "after", "earlier", "before"):
                size = 1 if words[1] == "day" else number(" ".join(words[:-2])) or 0
                fuzzy = any(w in ("few", "several", "couple") for w in words)
                steps = 0 if fuzzy else size * (1 if words[-1] in ("later", "after") else -1)
                day = None if fuzzy else known + timedelta(steps)
            else:
                step = {"previous": -1, "next": 1, "following": 1}.get(words[1], 0)
                day = known + timedelta(step)
            if day is not None:
                when = replace(when, low=day, high=day, best=day, precision=1, planned=bool(anchor and day > anchor))
        elif (
            when.precision == 1
            and when.basis not in ("dateline", "byline")
            and not when.background
            and not when.planned
        ):
            known = when.best
        chained.append(when)
    return chained


def anchor_date(published_at: str | None, text: str) -> date | None:
    """The day that "today" means in a text.

    The date of a dateline beats a publication time up to three days later: wire copy counts its days from the
    dateline. Without a publication time a full date in a dateline, or on a line of its own at the top, is taken; a date
    in running text never is.

    >>> anchor_date("2021-09-15T10:00:00+00:00", "")
    datetime.date(2021, 9, 15)
    >>> anchor_date(None, "SAN SALVADOR, 3 JAN 90 (ACAN) -- A bomb exploded today.")
    datetime.date(1990, 1, 3)
    >>> anchor_date(None, "A bomb exploded on 3 January 1990.") is None
    True
    """
    published: date | None = None
    try:
        published = date.fromisoformat((published_at or "")[:10])
    except ValueError:
        published = None
    top = text[: _TOP + 100]
    if _SOME_YEAR.search(top) is None and _MONTH_NAMES.isdisjoint(small_words(top)):
        return published
    for when in date_expressions(top, published):
        if when.basis == "dateline" and when.best and (published is None or 0 <= (published - when.best).days <= 3):
            return when.best
        if when.basis == "byline" and when.best and published is None:
            return when.best
    return published
