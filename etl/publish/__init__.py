"""Publish: write a release beside the others, audit what was written, then switch ``latest`` to it in one step.

``publish`` is the whole of it. A release is immutable: a folder of plain Parquet, CSV and DuckDB files with their data
dictionary, checksums and quality report. Article texts and page bytes never leave the lake.
"""

from etl.publish.release import Published, latest_release, publish

__all__ = ["Published", "latest_release", "publish"]
