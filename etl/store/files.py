"""Whole objects under one root: a local folder or an S3 prefix.

Decides how bytes get to rest so that a reader never sees half of them. Knows nothing of tables.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from etl.errors import GiveUp, Misconfigured, RetryLater
from etl.settings import settings


class Files(Protocol):
    """What the store needs of a place that holds objects. Names are relative and use ``/``."""

    root: str

    def read(self, name: str) -> bytes | None:
        """The object's bytes, or None where there is none."""

    def write(self, name: str, data: bytes) -> None:
        """Put or replace an object, whole or not at all."""

    def create(self, name: str, data: bytes) -> bool:
        """Put an object only where there is none of that name; False where there is."""

    def delete(self, name: str) -> None:
        """Remove an object; nothing happens where there is none."""

    def names(self, folder: str) -> list[str]:
        """Names of the objects directly in a folder, sorted, without the folder."""


@contextmanager
def clear_errors(place: str) -> Iterator[None]:
    """Turn the operating system's refusals into errors that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"no space left while writing {place}. Free some and run the same command again: nothing is lost."
            raise RetryLater(message) from error
        if error.errno == errno.EFBIG:
            message = f"{place} is larger than this user may write. Raise the limit (ulimit -f) and run again."
            raise RetryLater(message) from error
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            message = f"{place} cannot be written ({error.strerror}). Give write access or name another folder."
            raise Misconfigured(message) from error
        if error.errno == errno.ENOTDIR or isinstance(error, NotADirectoryError | FileExistsError):
            raise Misconfigured(f"{place} is in the way: a folder is needed there. Name another one.") from error
        raise


class LocalFiles:
    """Objects as files; every write goes to a temporary name first and is renamed when it is on the disk."""

    def __init__(self, root: str | Path) -> None:
        self.root = str(root)
        self._root = Path(root)

    def read(self, name: str) -> bytes | None:
        """See ``Files``."""
        try:
            return (self._root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError as error:
            raise Misconfigured(f"{self._root / name} cannot be read. Give this user read access.") from error

    def write(self, name: str, data: bytes) -> None:
        """See ``Files``."""
        path = self._root / name
        with clear_errors(str(path)):
            temporary = self._temporary(path, data)
            temporary.replace(path)

    def create(self, name: str, data: bytes) -> bool:
        """See ``Files``; a hard link, because it fails where the name is taken while a rename would not."""
        path = self._root / name
        with clear_errors(str(path)):
            if path.exists():
                return False
            temporary = self._temporary(path, data)
            try:
                path.hardlink_to(temporary)
            except FileExistsError:
                return False
            finally:
                temporary.unlink(missing_ok=True)
            return True

    def delete(self, name: str) -> None:
        """See ``Files``."""
        with clear_errors(str(self._root / name)):
            (self._root / name).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        """See ``Files``."""
        path = self._root / folder
        if not path.is_dir():
            return []
        return sorted(p.name for p in path.iterdir() if p.is_file() and not p.name.startswith("."))

    def _temporary(self, path: Path, data: bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with temporary.open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        return temporary


class S3Files:
    """Objects in an S3 bucket; a put is atomic there, and ``If-None-Match`` makes ``create`` safe between writers."""

    def __init__(self, root: str) -> None:
        import s3fs

        self.root = root.rstrip("/")
        endpoint = settings().s3_endpoint
        self._fs: Any = s3fs.S3FileSystem(
            endpoint_url=endpoint, use_listings_cache=False, skip_instance_cache=True, anon=False
        )

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}".removeprefix("s3://")

    @contextmanager
    def _clear(self, name: str) -> Iterator[None]:
        try:
            yield
        except PermissionError as error:
            message = f"{self.root}/{name}: access denied. Check the AWS_ variables and the bucket's policy."
            raise Misconfigured(message) from error
        except FileNotFoundError as error:
            raise Misconfigured(f"{self.root}: no such bucket. Create it or correct the address.") from error
        except OSError as error:
            raise RetryLater(f"{self.root}/{name}: the object store does not answer ({error}). Try again.") from error

    def read(self, name: str) -> bytes | None:
        """See ``Files``."""
        try:
            return bytes(self._fs.cat_file(self._path(name)))
        except FileNotFoundError:
            return None
        except OSError:
            with self._clear(name):
                raise
        raise GiveUp(name)

    def write(self, name: str, data: bytes) -> None:
        """See ``Files``."""
        with self._clear(name):
            self._fs.pipe_file(self._path(name), data)

    def create(self, name: str, data: bytes) -> bool:
        """See ``Files``."""
        with self._clear(name):
            try:
                self._fs.pipe_file(self._path(name), data, mode="create")
            except FileExistsError:
                return False
            return True

    def delete(self, name: str) -> None:
        """See ``Files``."""
        with self._clear(name):
            if self._fs.exists(self._path(name)):
                self._fs.rm_file(self._path(name))

    def names(self, folder: str) -> list[str]:
        """See ``Files``."""
        path = self._path(folder)
        try:
            found = self._fs.ls(path, detail=True, refresh=True)
        except FileNotFoundError:
            return []
        return sorted(str(f["name"]).rsplit("/", 1)[1] for f in found if f["type"] == "file")


def files_at(url: str) -> Files:
    """The objects under a local folder or an ``s3://`` URL."""
    if url.startswith("s3://"):
        return S3Files(url)
    if "://" in url:
        raise Misconfigured(f"{url}: only a local folder or an s3:// address can hold a lake.")
    return LocalFiles(url)
