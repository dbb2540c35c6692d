"""Great Expectations suites, one a table, derived from ``schemas/`` and the registered rules.

Importing this module imports Great Expectations (six to eight seconds): do it inside the task that needs it.
"""

from __future__ import annotations

from dataclasses import dataclass

import great_expectations as gx
import pandas as pd

from etl import schema
from expectations.lineage import DRIFT_COLUMNS, DRIFT_MEASURES, DRIFT_MINIMUM_HISTORY, DRIFT_SEVERITY
from expectations.rules import CRITICAL, WARNING, Context, Rule, rules_of

# Columns whose own bounds are a numbered rule of the codebook; all others are named after the column.
COLUMN_RULES = {
    "event_id_cnty": "V02",
    "time_precision": "V05",
    "geo_precision": "V05",
    "event_type": "V07",
    "sub_event_type": "V07",
    "inter1": "V09",
    "inter2": "V09",
    "interaction": "V10",
    "fatalities": "V20",
    "latitude": "V23",
    "longitude": "V23",
    "country": "V25",
    "iso": "V25",
    "region": "V25",
}
# What is missing or malformed here makes a row unusable; in any other column it is only worth a warning.
LEADING = "column."


@dataclass(frozen=True)
class Suite:
    """A suite and the frame it runs over (the table's columns plus one boolean column a cross-field rule)."""

    frame: pd.DataFrame
    expectations: list[gx.expectations.Expectation]
    unchecked: dict[str, tuple[Rule, str]]


def rule_of_column(name: str) -> str:
    """The rule that guards a column's own values."""
    return COLUMN_RULES.get(name, LEADING + name)


def _meta(rule: str, description: str) -> dict[str, str]:
    return {"rule": rule, "description": description}


def column_expectations(column: schema.Column) -> list[gx.expectations.Expectation]:
    """Expectations that follow from one column's description: present, in its list, its pattern, its bounds."""
    e, rule, found = gx.expectations, rule_of_column(column.name), []
    if not column.nullable:
        meta = _meta(rule, f"{column.name} is never null")
        found.append(e.ExpectColumnValuesToNotBeNull(column=column.name, severity=CRITICAL, meta=meta))
    if column.type == "strings":
        return found
    if column.enum:
        meta = _meta(rule, f"{column.name} is one of its closed list")
        values = list(schema.enum(column.enum))
        found.append(e.ExpectColumnValuesToBeInSet(column=column.name, value_set=values, severity=CRITICAL, meta=meta))
    if column.pattern:
        meta = _meta(rule, f"{column.name} matches {column.pattern}")
        found.append(
            e.ExpectColumnValuesToMatchRegex(column=column.name, regex=column.pattern, severity=CRITICAL, meta=meta)
        )
    if column.min is not None or column.max is not None:
        meta = _meta(rule, f"{column.name} lies in its bounds")
        found.append(
            e.ExpectColumnValuesToBeBetween(
                column=column.name, min_value=column.min, max_value=column.max, severity=CRITICAL, meta=meta
            )
        )
    return found


def key_expectation(table: schema.Table) -> gx.expectations.Expectation:
    """The key names one row."""
    rule = "V02" if table.name == "events" else "key"
    meta = _meta(rule, f"{', '.join(table.key)} unique")
    if len(table.key) == 1:
        return gx.expectations.ExpectColumnValuesToBeUnique(column=table.key[0], severity=CRITICAL, meta=meta)
    return gx.expectations.ExpectCompoundColumnsToBeUnique(column_list=list(table.key), severity=CRITICAL, meta=meta)


def drift_expectations(frame: pd.DataFrame, context: Context) -> list[gx.expectations.Expectation]:
    """V40: each measure within three standard deviations of its own history, once there is enough of one."""
    found = []
    for name in DRIFT_MEASURES:
        past = pd.Series(context.history.get(name, []), dtype=float)
        low = high = None
        if len(past) >= DRIFT_MINIMUM_HISTORY:
            low, high = past.mean() - 3 * past.std(), past.mean() + 3 * past.std()
        found.append(
            gx.expectations.ExpectColumnMeanToBeBetween(
                column=f"drift: {name}",
                min_value=low,
                # Without history any value will do; the measure is recorded and becomes history.
                max_value=high if high is not None else float("inf"),
                severity=DRIFT_SEVERITY,
                meta=_meta(f"V40.{name}", f"{name} stays within 3 standard deviations of earlier runs"),
            )
        )
    return found


def suite_for(table: schema.Table, frame: pd.DataFrame, context: Context) -> Suite:
    """Builds the suite of a table for the columns that are there; a rule that cannot be checked says why."""
    present = [c for c in (*table.columns, *table.released_extra) if c.name in frame.columns]
    expectations = [e for c in present for e in column_expectations(c)]
    if set(table.key) <= set(frame.columns):
        expectations.append(key_expectation(table))
    unchecked: dict[str, tuple[Rule, str]] = {}
    answers: dict[str, pd.Series] = {}
    for rule in rules_of(table.name):
        why_not = rule.missing(frame, context)
        if why_not:
            unchecked[rule.id] = (rule, why_not)
            continue
        answers[f"rule {rule.id}"] = rule.check(frame, context).astype(bool)
        expectations.append(
            gx.expectations.ExpectColumnValuesToBeInSet(
                column=f"rule {rule.id}",
                value_set=[True],
                severity=rule.severity,
                meta=_meta(rule.id, rule.description),
            )
        )
    if table.name == "events" and set(DRIFT_COLUMNS) <= set(frame.columns) and len(frame):
        answers |= {f"drift: {name}": measure(frame) for name, measure in DRIFT_MEASURES.items()}
        expectations += drift_expectations(frame, context)
    return Suite(pd.concat([frame, pd.DataFrame(answers, index=frame.index)], axis=1), expectations, unchecked)


__all__ = ["CRITICAL", "WARNING", "Suite", "column_expectations", "key_expectation", "rule_of_column", "suite_for"]
