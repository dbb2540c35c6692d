"""The views of a release: one row an actor, other projects' schemes, month panels, the versions of two sides.

Which views there are, their columns and their queries is data (``schemas/views/``). This module fills in what a query
cannot hold: the cells of each point, which need a library, and the lists and sums that several queries share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import duckdb
import h3
import pyarrow as pa

from etl import schema

# About 250 square kilometres: as fine as the point of a town is, and no finer.
H3_RESOLUTION = 5
# PRIO-GRID (Tollefsen, Strand and Buhaug 2012): half-degree cells, 720 a row, numbered from 1 at 90 S 180 W.
CELL_DEGREES, CELLS_A_ROW, ROWS = 0.5, 720, 360
CELLS = "event_cells"
MONTH = "date_trunc('month', event_date)::DATE"
MEASURES = """count(*) AS events, sum(fatalities)::BIGINT AS fatalities,
    sum(fatalities_low)::BIGINT AS fatalities_low, sum(fatalities_high)::BIGINT AS fatalities_high,
    count(*) FILTER (fatalities_basis = 'not_mentioned') AS events_without_toll,
    count(*) FILTER (geo_precision = 2) AS events_near,
    count(*) FILTER (geo_precision = 3) AS events_region_only,
    count(*) FILTER (date_trunc('month', event_date_low) <> date_trunc('month', event_date_high))
      AS events_month_unsure"""


def priogrid_gid(latitude: float, longitude: float) -> int:
    """Number of the PRIO-GRID cell that holds a point; the north and east edges belong to the last row and column.

    >>> priogrid_gid(10.51, 2.29), priogrid_gid(-90, -180), priogrid_gid(90, 180)
    (145085, 1, 259200)
    """
    row = min(math.floor((latitude + 90) / CELL_DEGREES), ROWS - 1)
    column = min(math.floor((longitude + 180) / CELL_DEGREES), CELLS_A_ROW - 1)
    return row * CELLS_A_ROW + column + 1


def event_cells(events: pa.Table) -> pa.Table:
    """The cells of each event's point."""
    points = list(zip(events["latitude"].to_pylist(), events["longitude"].to_pylist(), strict=True))
    columns = [
        events["event_id_cnty"].combine_chunks(),
        pa.array([h3.latlng_to_cell(*p, H3_RESOLUTION) for p in points], pa.string()),
        pa.array([priogrid_gid(*p) for p in points], pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=schema.view(CELLS).arrow)


def view_sql(name: str) -> str:
    """The query of a view with everything filled in; raises KeyError for one that is computed."""
    query = schema.view(name).query
    if query is None:
        raise KeyError(name)
    return query.replace("{plover}", _plover()).replace("{month}", MONTH).replace("{measures}", MEASURES)


def view_tables(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Every view as a table, sorted by its key.

    Args:
        tables: the released tables by name.
    """
    found = {CELLS: event_cells(tables["events"])}
    with duckdb.connect() as db:
        # No row of ours may make the reader open a file or a socket.
        db.execute("SET enable_external_access = false; SET TimeZone = 'UTC'")
        for name, table in {**tables, **found}.items():
            db.register(name, table)
        for name in schema.view_names():
            if name != CELLS:
                found[name] = db.sql(view_sql(name)).to_arrow_table().select(schema.view(name).arrow.names)
    return {
        name: table.cast(schema.view(name).arrow).sort_by([(k, "ascending") for k in schema.view(name).key])
        for name, table in found.items()
    }


def _plover() -> str:
    rows = [
        (sub, told["event"], told["mode"], told["context"], told.get("acts"), told.get("suffers", "Civilians"))
        for sub, told in schema.plover().items()
    ]
    columns = "sub_event_type, plover_event, plover_mode, plover_context, acts, suffers"
    return f"(VALUES {', '.join('(' + ', '.join(map(literal, r)) + ')' for r in rows)}) AS p({columns})"


def literal(value: str | None) -> str:
    """A text as SQL writes it.

    >>> literal("it's"), literal(None)
    ("'it''s'", 'NULL::VARCHAR')
    """
    return "NULL::VARCHAR" if value is None else "'" + value.replace("'", "''") + "'"
