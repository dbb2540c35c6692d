"""Write, audit, publish: one release from one state of the lake.

1. Read one state. Audit it; rows that break a critical rule go to ``quarantine`` with the reason.
2. Write the good rows into a staging folder and audit what was written, read back from disk.
3. Only if that passes: move the folder to its version in one step, then switch ``latest`` in one step.

A reader sees the old release or the new one, never a part. The same state gives the same release and no new version.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl import schema
from etl.errors import GiveUp
from etl.publish.describe import data_dictionary, data_package
from etl.publish.files import checksums, write_tables
from etl.publish.report import quality_report
from etl.publish.tables import digest, release_tables
from etl.publish.views import view_tables
from etl.settings import settings
from etl.store import Lake, checkpoint, clear_errors, files_at
from etl.validate import Audit, audit_path, audit_state, coverage, coverage_quality

READ = (
    *("candidates", "pages", "extractions", "codings", "quarantine", "quality", "articles", "mentions", "evidence"),
    *("claims", "events", "event_reports", "revisions", "deletions"),
)
POINTER = "latest.json"
# More than this share of all events kept out means that something upstream is broken: nothing is published.
LARGEST_SHARE_KEPT_OUT = 0.5
# Below this many events the share says nothing.
SHARE_COUNTS_FROM = 10


@dataclass(frozen=True)
class Published:
    """What ``publish`` did.

    Attributes:
        version: name of the release; of the last good one where nothing changed.
        path: folder (or URL) of the release.
        changed: False where the state was published already.
        set_aside: number of rows kept out, by table.
    """

    version: str
    path: str
    report: str
    changed: bool
    counts: Mapping[str, int]
    set_aside: Mapping[str, int]
    warnings: tuple[str, ...] = ()
    audits: tuple[Audit, ...] = field(default=(), repr=False)


def latest_release(root: str) -> dict[str, Any] | None:
    """What ``latest.json`` says under ``root``: version, digest, created; None before the first release."""
    raw = files_at(root).read(POINTER)
    return dict(json.loads(raw)) if raw else None


def publish(lake: Lake, root: str, as_of: datetime | None = None) -> Published:
    """Publishes the lake's current state, or an earlier one, as a new release under ``root``.

    An earlier state is published without changing the lake, and ``latest`` never goes back in time.

    Args:
        lake: where to read from; quarantine and quality rows are recorded in it.
        root: folder or ``s3://`` URL that holds the releases.
        as_of: publish the state as it was known at this moment.

    Raises:
        GiveUp: the audit failed; the reasons are in the message and the last good release is untouched.
    """
    root = root.rstrip("/")
    moment = as_of or settings().clock()
    snapshot = lake.as_of(as_of)
    tables = {name: lake.read(name, as_of=snapshot) for name in READ}
    content = digest({name: tables[name] for name in schema.table_names() if schema.table(name).released})
    run_id = f"release-{content[:12]}"
    known = latest_release(root)
    if known and known["digest"] == content:
        return _unchanged(root, known)
    state = audit_state(tables, run_id, moment)
    quiet = coverage_quality(coverage(tables), run_id, moment)
    state.quality.extend(quiet)
    if as_of is None and (state.quality or state.quarantine):
        lake.transaction(run_id, {"quality": state.quality, "quarantine": state.quarantine})
    checkpoint("publish: quality recorded")
    total, kept = tables["events"].num_rows, state.good["events"].num_rows
    if total >= SHARE_COUNTS_FROM and kept < total * (1 - LARGEST_SHARE_KEPT_OUT):
        raise GiveUp(
            f"the audit kept {total - kept} of {total} events out; nothing was published and the last release stands. "
            f"Look at them with 'eventwire status' and correct the cause. {_reasons(state.audits)}"
        )
    good = dict(state.good)
    good["quality"] = pa.Table.from_pylist(
        [*(r for r in tables["quality"].to_pylist() if r["run_id"] != run_id), *state.quality],
        schema=schema.table("quality").arrow,
    )
    released = release_tables(good, settings().mask_persons)
    version = f"{moment:%Y%m%dT%H%M%SZ}-{content[:8]}"
    with clear_errors(root), _staging(root) as staging:
        folder = Path(staging) / version
        folder.mkdir()
        views = view_tables(released)
        write_tables(folder, released, views)
        created = moment.isoformat(timespec="seconds")
        (folder / "quality_report.html").write_text(
            quality_report(version, created, tables, released, state), encoding="utf-8"
        )
        package = data_package(version, released, views, created)
        _write_json(folder / "datapackage.json", package)
        (folder / "data-dictionary.md").write_text(data_dictionary(), encoding="utf-8")
        checkpoint("publish: written")
        _audit_written(folder, released)
        sums = checksums(folder)
        lines = "".join(f"{value}  {name}\n" for name, value in sums.items())
        (folder / "SHA256SUMS").write_text(lines, encoding="utf-8")
        checkpoint("publish: audited")
        _move(folder, root, version)
    checkpoint("publish: moved")
    if not (known and as_of and known["created"] > created):
        _switch(root, {"version": version, "digest": content, "created": created})
    aside = {a.table: len(a.broken) for a in state.audits if a.broken}
    warnings = tuple(f"{a.table} {r.rule}" for a in state.audits for r in a.results if r.held is False)
    warnings += tuple(f"outlets {row['rule']}" for row in quiet)
    counts = {name: table.num_rows for name, table in released.items()}
    path = f"{root}/{version}"
    return Published(version, path, f"{path}/quality_report.html", True, counts, aside, warnings, state.audits)


def _unchanged(root: str, known: Mapping[str, Any]) -> Published:
    path = f"{root}/{known['version']}"
    raw = files_at(path).read("datapackage.json")
    if raw is None:
        raise GiveUp(f"{path} is named by {root}/{POINTER} but is not there. Delete {POINTER} and publish again.")
    resources = [r for r in json.loads(raw)["resources"] if "/" not in r["path"]]  # views stand in a folder
    counts = {r["name"].replace("-", "_"): r["rows"] for r in resources}
    return Published(known["version"], path, f"{path}/quality_report.html", False, counts, {})


def _audit_written(folder: Path, released: Mapping[str, pa.Table]) -> None:
    """Audits the files as a reader would find them; raises GiveUp with the reasons."""
    outcome = audit_path(str(folder), "events")
    if not outcome.ok:
        raise GiveUp(
            "the written release failed its audit; it was not published and the last release stands. "
            f"{_reasons([outcome])}"
        )
    if outcome.rows != released["events"].num_rows:
        raise GiveUp(
            f"{outcome.rows} of {released['events'].num_rows} events could be read back; nothing was published."
        )


def _reasons(audits: tuple[Audit, ...] | list[Audit]) -> str:
    found = [
        f"{a.table} {r.rule} ({r.description}): {r.detail or f'{r.failed} rows'}"
        for a in audits
        for r in a.results
        if r.held is False and r.severity == "critical"
    ]
    return "; ".join(found[:10])


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _staging(root: str) -> tempfile.TemporaryDirectory[str]:
    """A folder to write into: beside the releases, so that the move is a rename; elsewhere for S3."""
    if "://" in root:
        return tempfile.TemporaryDirectory(prefix="eventwire-release-")
    Path(root).mkdir(parents=True, exist_ok=True)
    # What a killed run left; nothing but staging folders has this prefix.
    for left in Path(root).glob(".staging-*"):
        shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=".staging-", dir=root)


def _move(folder: Path, root: str, version: str) -> None:
    """Puts a written release in its place. On S3 the pointer is written last, so a part is never pointed at."""
    if "://" in root:
        files = files_at(f"{root}/{version}")
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            files.write(path.relative_to(folder).as_posix(), path.read_bytes())
        return
    target = Path(root) / version
    # Left by a run that was killed before it switched; nobody was ever pointed at it.
    if target.exists():
        shutil.rmtree(target)
    folder.rename(target)


def _switch(root: str, pointer: dict[str, str]) -> None:
    """Points ``latest`` at a release: one atomic write, and on a local folder a link of that name for people."""
    files_at(root).write(POINTER, (json.dumps(pointer) + "\n").encode())
    if "://" in root:
        return
    link, fresh = Path(root) / "latest", Path(root) / ".latest-new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(pointer["version"])
    fresh.replace(link)
