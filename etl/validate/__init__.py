"""Validate: run a table's suite, tell which rows broke which rules, and split good rows from bad.

``audit`` runs Great Expectations over one table; ``quarantine_rows`` turns broken rows into rows of ``quarantine``;
``quality_rows`` turns the results into rows of ``quality``. What a rule says stands in ``expectations/``.
"""

from etl.validate.audit import Audit, RuleResult, audit, quality_rows, quarantine_rows, split
from etl.validate.files import audit_path

__all__ = ["Audit", "RuleResult", "audit", "audit_path", "quality_rows", "quarantine_rows", "split"]
