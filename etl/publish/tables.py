"""What a release shows of each lake table: its released columns, quotes shortened and masked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from etl import schema
from etl.publish.mask import mask_persons, shorten

RELEASED = tuple(name for name in schema.table_names() if schema.table(name).released)
# Tables whose rows say when the release was made rather than what it holds; they do not make a new release.
BOOKKEEPING = ("quality",)


def release_tables(good: Mapping[str, pa.Table], mask: bool) -> dict[str, pa.Table]:
    """The released tables by name, with the columns that only a release carries."""
    reports = good["event_reports"]
    event_of = dict(zip(reports["mention_id"].to_pylist(), reports["event_id_cnty"].to_pylist(), strict=True))
    url_of = dict(zip(reports["mention_id"].to_pylist(), reports["url"].to_pylist(), strict=True))
    names = mask_persons(_shown_texts(good), _public_names(good)) if mask else {}
    found = {}
    for name in RELEASED:
        table = good[name]
        if name == "events":
            table = table.append_column("event_year", table["year"])
            targets = [None if t is None else [names.get(x, x) for x in t] for t in table["targets"].to_pylist()]
            index = table.schema.get_field_index("targets")
            table = table.set_column(index, "targets", pa.array(targets, pa.list_(pa.string())))
        if name in ("evidence", "claims"):
            shown = [shorten(names.get(q, q)) for q in table["quote"].to_pylist()]
            table = _replace(table, "quote", shown)
            values = [None if v is None else shorten(names.get(v, v)) for v in table["value"].to_pylist()]
            table = _replace(table, "value", values)
            mentions = table["mention_id"].to_pylist()
            table = table.append_column("event_id_cnty", pa.array([event_of[m] for m in mentions], pa.string()))
            table = table.append_column("url", pa.array([url_of[m] for m in mentions], pa.string()))
        if name == "claims":
            # A witness is nobody's public figure; officials and spokespeople keep their names.
            pairs = zip(table["claimant"].to_pylist(), table["claimant_role"].to_pylist(), strict=True)
            table = _replace(table, "claimant", [names.get(c, c) if r == "witness" else c for c, r in pairs])
        spec = schema.table(name)
        keys = [(k, "ascending") for k in spec.key]
        found[name] = table.select(spec.release_arrow.names).cast(spec.release_arrow).sort_by(keys)
    return found


def _shown_texts(good: Mapping[str, pa.Table]) -> list[str]:
    """Every text of a release that stands in an article's own words."""
    found = [t for name in ("evidence", "claims") for c in ("quote", "value") for t in good[name][c].to_pylist()]
    found += good["claims"]["claimant"].to_pylist()
    found += [target for targets in good["events"]["targets"].to_pylist() for target in targets or ()]
    return [t for t in found if t]


def _public_names(good: Mapping[str, pa.Table]) -> set[str]:
    """Names that the coding itself read as a place, or as somebody who speaks for an office, group or outlet."""
    events, evidence, claims = good["events"], good["evidence"], good["claims"]
    found = {v for c in ("location", "admin1", "admin2", "country") for v in events[c].to_pylist() if v}
    slots = zip(evidence["slot"].to_pylist(), evidence["quote"].to_pylist(), strict=True)
    found |= {quote for slot, quote in slots if slot == "location"}
    roles = zip(claims["claimant_role"].to_pylist(), claims["claimant"].to_pylist(), strict=True)
    found |= {claimant.partition(" (")[0] for role, claimant in roles if role != "witness"}
    return found


def _replace(table: pa.Table, column: str, values: Sequence[str | None]) -> pa.Table:
    return table.set_column(table.schema.get_field_index(column), column, pa.array(values, pa.string()))


def digest(tables: Mapping[str, pa.Table]) -> str:
    """SHA-256 over the rows of all tables that make a release what it is."""
    total = hashlib.sha256(schema.SCHEMA_VERSION.encode())
    for name in sorted(set(tables) - set(BOOKKEEPING)):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, tables[name].schema) as stream:
            stream.write_table(tables[name].combine_chunks())
        total.update(name.encode())
        total.update(sink.getvalue())
    return total.hexdigest()


def count_by(table: pa.Table, column: str) -> dict[str, int]:
    """Rows by value of a column, most frequent first."""
    counts = {v["values"]: v["counts"] for v in pc.value_counts(table[column]).to_pylist()}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))
