"""What a cross-field rule is, and the registry they are kept in.

A rule is a predicate over a whole frame: it gets the table as a pandas frame and a ``Context`` and answers with one
boolean a row, True where the row keeps the rule. Great Expectations sees the answer as a column of that name, so that
keys of bad rows, severities and counts come from one mechanism for all rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

CRITICAL = "critical"
WARNING = "warning"


@dataclass(frozen=True)
class Context:
    """What a rule may look at beside the row itself.

    Attributes:
        run_date: the day of the run; nothing may have happened after it.
        first_year: first year an event may have happened in.
        frames: other tables of the same state by name (``event_reports``, ``articles``, ``mentions``, ``evidence``,
            ``claims``, ``revisions``); a rule whose frames are absent is reported as not checked.
        in_country: answers whether a point lies in a country (iso3, latitude, longitude), buffer for coasts included.
        stands_for_region: answers whether a gazetteer id is an administrative capital or a natural feature.
        known_sources: names a ``source`` may hold.
        history: past values of the drift measures by name, oldest first.
    """

    run_date: date
    first_year: int = 1980
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    in_country: Callable[[str, float, float], bool] | None = None
    stands_for_region: Callable[[int], bool] | None = None
    known_sources: frozenset[str] | None = None
    history: dict[str, list[float]] = field(default_factory=dict)


Check = Callable[[pd.DataFrame, Context], "pd.Series[bool]"]


@dataclass(frozen=True)
class Rule:
    """One named promise about the rows of one table.

    Attributes:
        columns: columns the check reads; where one is missing the rule is not checked.
        frames: tables of the context the check reads.
        needs: other attributes of the context that must be set.
    """

    id: str
    table: str
    severity: str
    description: str
    columns: tuple[str, ...]
    check: Check
    frames: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def missing(self, frame: pd.DataFrame, context: Context) -> str | None:
        """Why the rule cannot be checked here, or None."""
        absent = [c for c in self.columns if c not in frame.columns]
        absent += [f"table {name}" for name in self.frames if name not in context.frames]
        absent += [name for name in self.needs if not getattr(context, name)]
        return f"needs {', '.join(absent)}" if absent else None


REGISTRY: list[Rule] = []


def rule(
    rule_id: str,
    description: str,
    columns: str,
    *,
    table: str = "events",
    severity: str = CRITICAL,
    frames: str = "",
    needs: str = "",
) -> Callable[[Check], Check]:
    """Registers a predicate as a rule; ``columns``, ``frames`` and ``needs`` are separated by blanks."""

    def register(check: Check) -> Check:
        REGISTRY.append(
            Rule(
                rule_id,
                table,
                severity,
                description,
                tuple(columns.split()),
                check,
                tuple(frames.split()),
                tuple(needs.split()),
            )
        )
        return check

    return register


def rules_of(table: str) -> list[Rule]:
    """The cross-field rules of one table, in order of their ids."""
    from expectations import events, lineage  # noqa: F401  (importing fills the registry)

    return sorted((r for r in REGISTRY if r.table == table), key=lambda r: r.id)


def split_list(value: object) -> list[str]:
    """Parts of a '; '-joined column; nothing for a null.

    >>> split_list("a; b")
    ['a', 'b']
    """
    return str(value).split("; ") if isinstance(value, str) else []
