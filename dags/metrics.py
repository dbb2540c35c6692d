"""Counters for StatsD or OpenTelemetry, whichever Airflow is configured to send to; nothing where neither is.

``eventwire.<step>.<outcome>.<outlet>``: the outlet is part of the name, because plain StatsD knows no tags.
"""

from __future__ import annotations

from collections.abc import Mapping


def tell_counts(outlet: str, step: str, counts: Mapping[str, int]) -> None:
    """Adds the counts of one step of one outlet to Airflow's counters."""
    from airflow.sdk.observability.stats import incr, normalize_name_for_stats

    name = normalize_name_for_stats(outlet.replace(".", "_"), log_warning=False)
    for outcome, count in counts.items():
        if count:
            incr(f"eventwire.{step}.{outcome}.{name}", count, tags={"outlet": outlet, "outcome": outcome})


def tell_totals(step: str, counts: Mapping[str, int]) -> None:
    """Adds the counts of a step that goes over all outlets."""
    from airflow.sdk.observability.stats import incr

    for outcome, count in counts.items():
        if count:
            incr(f"eventwire.{step}.{outcome}", count, tags={"outcome": outcome})
