"""Validate: run a table's suite, tell which rows broke which rules, and split good rows from bad.

``audit`` runs Great Expectations over one table; ``quarantine_rows`` turns broken rows into rows of ``quarantine``;
``quality_rows`` turns the results into rows of ``quality``; ``reconcile`` keeps the books of every step; ``coverage``
says what was collected of each outlet. What a rule says stands in ``expectations/``.
"""

from etl.validate.audit import Audit, RuleResult, audit, quality_rows, quarantine_rows, split
from etl.validate.coverage import Coverage, coverage, coverage_quality, lake_coverage
from etl.validate.files import audit_path
from etl.validate.reconcile import Reconciliation, Step, books, reconcile
from etl.validate.state import StateAudit, audit_state

__all__ = [
    "Audit",
    "Coverage",
    "Reconciliation",
    "RuleResult",
    "StateAudit",
    "Step",
    "audit",
    "audit_path",
    "audit_state",
    "books",
    "coverage",
    "coverage_quality",
    "lake_coverage",
    "quality_rows",
    "quarantine_rows",
    "reconcile",
    "split",
]
