"""Intervals of days and the day the codebook picks from each.

Calendar arithmetic only; reading words is the concern of ``dates``. Precision and best day follow the codebook, "time
precision": a week or weekend takes its middle, a month its 15th, its beginning the first and its end the last day,
anything longer has neither.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

DAY = timedelta(days=1)
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365, "decade": 3650}
# Days either side of "two weeks ago" and "a month ago": half the unit, for people round to it.
_WEEK_SLACK = 3


@dataclass(frozen=True)
class Days:
    """An interval of days; ``best`` and ``precision`` are None where it is vaguer than a month."""

    low: date
    high: date
    best: date | None
    precision: int | None
    vague: bool = False

    @classmethod
    def one(cls, day: date) -> Days:
        """A single day."""
        return cls(day, day, day, 1)

    @classmethod
    def ago(cls, anchor: date, count: int, unit: str, fuzzy: bool) -> Days:
        """Count back from ``anchor``: "three days ago", "a few weeks ago"."""
        if unit == "hour":
            return span_of(anchor - DAY * -(-count // 24), anchor - DAY * (count // 24))
        if fuzzy:
            far = anchor - DAY * (7 if unit == "day" else 5 * _UNIT_DAYS[unit])
            return replace(span_of(far, anchor - DAY * 2 * _UNIT_DAYS[unit]), vague=True)
        if unit == "day":
            return cls.one(anchor - DAY * count)
        if unit == "week":
            middle = anchor - DAY * 7 * count
            return span_of(middle - DAY * _WEEK_SLACK, middle + DAY * _WEEK_SLACK)
        if unit == "month":
            months = anchor.year * 12 + anchor.month - 1 - count
            return month_days(months // 12, months % 12 + 1)
        return year_days(anchor.year - count * (10 if unit == "decade" else 1))

    @classmethod
    def past(cls, anchor: date, count: int, unit: str) -> Days:
        """The days up to ``anchor``: "the past two weeks"; ``count`` 0 where no number is given ("recent days")."""
        if unit == "hour":
            return span_of(anchor - DAY * max(1, -(-count // 24)), anchor)
        size = count * _UNIT_DAYS[unit] if count else {"day": 7, "week": 30}.get(unit, 2 * _UNIT_DAYS[unit])
        return replace(span_of(anchor - DAY * size, anchor), vague=not count)

    @classmethod
    def calendar(cls, anchor: date, unit: str, step: int, part: str) -> Days:
        """This, last or next week, weekend, month or year, or a part of it."""
        if unit == "year":
            return year_days(anchor.year + step).until(anchor if step == 0 and part != "later" else None)
        if unit == "month":
            months = anchor.year * 12 + anchor.month - 1 + step
            if part == "later":
                return span_of(anchor + DAY, month_days(anchor.year, anchor.month).high)
            return part_of_month(months // 12, months % 12 + 1, part).until(anchor if step <= 0 else None)
        monday = anchor - DAY * anchor.weekday()
        if unit == "week":
            week = span_of(monday + DAY * 7 * step, monday + DAY * (7 * step + 6))
            return replace(week, precision=2).until(anchor if step <= 0 else None)
        saturday = monday + DAY * 5
        if (step == 0 and anchor < saturday) or step < 0:
            saturday -= DAY * 7
        elif step > 0 and anchor >= saturday:
            saturday += DAY * 7
        return span_of(saturday, saturday + DAY)

    def until(self, anchor: date | None) -> Days:
        """Cut off what lies after ``anchor``, unless all of it does."""
        if anchor is None or self.high <= anchor or self.low > anchor:
            return self
        best = self.best
        if best is not None and best > anchor:
            best = self.low + (anchor - self.low) // 2
        return replace(self, high=anchor, best=best, precision=1 if self.low == anchor else self.precision)


def span_of(low: date, high: date) -> Days:
    """The interval from ``low`` to ``high``, both included.

    >>> span_of(date(2024, 5, 3), date(2024, 5, 5)).best
    datetime.date(2024, 5, 4)
    """
    low, high = min(low, high), max(low, high)
    length = (high - low).days
    middle = low + DAY * (length // 2)
    if length == 0:
        return Days.one(low)
    if length <= 7:
        return Days(low, high, middle, 2)
    if length > 31:
        return Days(low, high, None, None)
    marks = [d for d in (low + DAY * i for i in range(length + 1)) if d.day == 15]
    return Days(low, high, marks[0] if marks else middle, 3)


def month_days(year: int, month: int) -> Days:
    """A whole month; its day is the 15th."""
    return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]), date(year, month, 15), 3)


def part_of_month(year: int, month: int, part: str | None) -> Days:
    """A month, or its beginning, middle or end.

    >>> part_of_month(2024, 2, "the end of").best
    datetime.date(2024, 2, 29)
    """
    whole = month_days(year, month)
    words = (part or "").lower()
    if words in ("early",) or "beginning" in words or "start" in words:
        return replace(whole, high=whole.low + DAY * 9, best=whole.low)
    if "mid" in words:
        return replace(whole, low=whole.low + DAY * 10, high=whole.low + DAY * 19)
    if words == "late" or "end" in words:
        return replace(whole, low=whole.low + DAY * 20, best=whole.high)
    return whole


def year_days(year: int) -> Days:
    """A whole year: too vague for a day."""
    return Days(date(year, 1, 1), date(year, 12, 31), None, None, vague=True)


def weekday_back(day: date, weekday: int) -> date:
    """The last such weekday (Monday is 0) on or before ``day``."""
    return day - DAY * ((day.weekday() - weekday) % 7)


def two_digit_year(digits: int, anchor: date | None) -> int:
    """Year of a two-digit one: nearest to the anchor, without one between 1950 and 2049.

    >>> two_digit_year(90, None), two_digit_year(21, date(2022, 1, 1))
    (1990, 2021)
    """
    if anchor is None:
        return 1900 + digits if digits >= 50 else 2000 + digits
    return min((1900 + digits, 2000 + digits), key=lambda y: abs(y - anchor.year))
