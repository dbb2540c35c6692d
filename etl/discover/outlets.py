"""Outlets as data: one YAML file each.

Decides what an outlet file must say; a file that breaks the form is refused with its line and what to change. Says
nothing about whether an outlet can be reached (``etl.fetch.check_outlets``).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from etl.discover.urls import normalise_url
from etl.errors import Misconfigured
from etl.schema import country_by_iso3

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Kind = Literal["rss", "atom", "jsonfeed", "rdf", "sitemap", "news_sitemap", "front_page"]
Reach = Literal["Subnational", "National", "Regional", "International"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Feed(_Strict):
    """One place where an outlet lists its articles."""

    url: str
    kind: Kind

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        return _address(value)


class Politeness(_Strict):
    """How gently an outlet is read; robots.txt may ask for more, never for less.

    Two seconds and one connection are what a person clicking through a site does.
    """

    delay_seconds: float = Field(default=2.0, ge=0, le=3600)
    concurrency: int = Field(default=1, ge=1, le=8)


class Filters(_Strict):
    """Regular expressions searched in the whole address; an empty ``include`` takes everything."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @field_validator("include", "exclude")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        return patterns


class Outlet(_Strict):
    """One source of news.

    Attributes:
        hosts: further registrable domains or hosts that its articles live on.
        country: ISO 3166-1 alpha-3 of the country it reports at home, also where it works from exile; ``INT`` for an
            outlet without one.
        reach: how far its usual audience lies; the source scale of an event is computed from it and the place.
        orientation: who owns or funds it, or whose side it takes, in a few words.
        licence_note: what its terms allow, in our words.
        terms: address of its terms of use.
        verified: whether somebody has seen the feeds answer.
        sample: part of the bundled newsroom.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,60}$")
    name: str = Field(min_length=1)
    url: str
    feeds: tuple[Feed, ...] = Field(min_length=1)
    hosts: tuple[str, ...] = ()
    country: str
    language: str = Field(pattern=r"^[a-z]{2,3}$")
    reach: Reach
    orientation: str = ""
    licence_note: str = ""
    terms: str | None = None
    politeness: Politeness = Politeness()
    filters: Filters = Filters()
    extractor: Literal["ladder", "newspaper"] = "ladder"
    sample: bool = False
    verified: bool = False

    @field_validator("url", "terms")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        return None if value is None else _address(value)

    @field_validator("country")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != "INT" and country_by_iso3(value) is None:
            raise ValueError(f"{value!r} is no ISO 3166-1 alpha-3 code of schemas/vocabularies/countries.tsv")
        return value


def _address(value: str) -> str:
    if normalise_url(value) is None:
        raise ValueError(f"{value!r} is no http or https address")
    return value


def load_outlets(folder: Path | str, base: str | None = None) -> list[Outlet]:
    """All outlets of a folder, by id.

    Args:
        folder: holds one ``.yml`` file per outlet.
        base: put in for ``{base}`` in addresses, for example ``http://127.0.0.1:8765``.

    Raises:
        Misconfigured: no such folder, no outlet in it, a broken file, or two outlets of one id.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise Misconfigured(f"there is no folder {folder}. Set EVENTWIRE_OUTLETS to a folder of outlet files.")
    files = sorted(p for p in folder.rglob("*") if p.suffix in (".yml", ".yaml"))
    if not files:
        raise Misconfigured(f"{folder} holds no .yml file. Add an outlet with `eventwire outlets add URL`.")
    outlets: dict[str, Outlet] = {}
    for file in files:
        outlet = load_outlet(file, base)
        if outlet.id in outlets:
            raise Misconfigured(f"{file}: the id {outlet.id} is used by another outlet file. Give it an id of its own.")
        outlets[outlet.id] = outlet
    return sorted(outlets.values(), key=lambda o: o.id)


def load_outlet(file: Path, base: str | None = None) -> Outlet:
    """One outlet file.

    Raises:
        Misconfigured: naming the file, the line and what to change.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"cannot read {file}: {error}. Save it as UTF-8 text.") from error
    if "{base}" in text and base is None:
        raise Misconfigured(
            f"{file} has {{base}} in its addresses: it belongs to the bundled newsroom, which must run."
        )
    text = text.replace("{base}", (base or "").rstrip("/"))
    try:
        raw = yaml.load(text, Loader=_LOADER)  # noqa: S506 a safe loader, in C
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or "not valid YAML"
        raise Misconfigured(f"{file}, line {line}: {what}. Correct the indentation or quote the value.") from error
    if not isinstance(raw, dict):
        raise Misconfigured(f"{file}, line 1: an outlet file is a list of `key: value` lines. See docs/outlets.md.")
    try:
        return Outlet.model_validate(raw)
    except ValidationError as error:
        # A misspelt key explains the missing one, not the other way round.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        place = ".".join(str(p) for p in first["loc"]) or "outlet"
        line = _line(yaml.compose(text, Loader=yaml.SafeLoader), first["loc"])
        more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise Misconfigured(
            f"{file}, line {line}: {place}: {first['msg'].removeprefix('Value error, ')}{more}. See docs/outlets.md."
        ) from error


def _line(node: Any, loc: tuple[int | str, ...]) -> int:
    """Line of the value that a validation error names, or of the nearest node around it."""
    line: int = node.start_mark.line + 1
    for step in loc:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((v for k, v in node.value if k.value == step), None)
            key = next((k for k, _ in node.value if k.value == step), None)
            if key is not None:
                line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line
