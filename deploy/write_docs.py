"""Writes the generated parts of ``docs/`` anew: the data dictionary, and the settings of the operations page."""

from __future__ import annotations

import sys

from deploy.airflow_home import ROOT
from etl.publish.describe import data_dictionary
from etl.settings import Settings

DICTIONARY = ROOT / "docs" / "data-dictionary.md"
OPERATIONS = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- settings: written by make docs -->", "<!-- end of settings -->"


def settings_table() -> str:
    """The settings as a Markdown table, from ``etl/settings.py``."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    root = f"{ROOT}/"
    for name, field in Settings.model_fields.items():
        default = "none" if field.default is None else f"`{str(field.default).removeprefix(root)}`"
        lines.append(f"| `EVENTWIRE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def with_settings(page: str) -> str:
    """The operations page with the table of settings put in its place.

    Raises:
        ValueError: the page has lost the marks around the table.
    """
    head, rest = page.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n\n{settings_table()}\n\n{END}{tail}"


def main() -> int:
    """Writes the pages; 0."""
    DICTIONARY.write_text(data_dictionary(), encoding="utf-8")
    OPERATIONS.write_text(with_settings(OPERATIONS.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"written: {DICTIONARY.relative_to(ROOT)}, {OPERATIONS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
