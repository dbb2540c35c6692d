"""Pages from archives that others made: one archive is one resumable unit, on one processor or on many.

A unit is done in two steps. Reading it (``read_unit``) asks nothing but the archive and the state of the lake in which
the run began, so it runs anywhere, several at once, and leaves its findings in the lake; recording them
(``record_unit``) is done by one writer, in the order of the units. So the rows do not depend on the engine, on the
number of workers, or on which of them was quicker. See docs/decisions/005-archives-are-units.md.
"""

from etl.pipeline.backfill.report import Status, status
from etl.pipeline.backfill.run import Options, backfill, plan_units, read_units, record_units, unfinished
from etl.pipeline.backfill.units import Unit, archive_units

__all__ = [
    "Options",
    "Status",
    "Unit",
    "archive_units",
    "backfill",
    "plan_units",
    "read_units",
    "record_units",
    "status",
    "unfinished",
]
