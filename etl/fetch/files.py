"""Write a file of the lake whole or not at all, on a folder or on S3-compatible storage.

A local file is written beside its place under a hidden name and renamed; an object is written to a local temporary
file and uploaded in one go. A process that is killed leaves nothing under the file's own name.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

import fsspec

from etl.errors import GiveUp, RetryLater
from etl.store.ids import checkpoint

# Half-written files of killed runs are swept after a day: no run takes that long.
STALE_SECONDS = 86_400


def is_remote(url: str) -> bool:
    """Whether an address is object storage rather than a folder.

    >>> is_remote("s3://bucket/lake"), is_remote("var/lake")
    (True, False)
    """
    return "://" in url and not url.startswith("file://")


def join(base: str, *parts: str) -> str:
    """An address below another.

    >>> join("s3://bucket/lake/", "warc", "a.warc.gz")
    's3://bucket/lake/warc/a.warc.gz'
    """
    return "/".join([base.rstrip("/"), *(p.strip("/") for p in parts)])


@contextmanager
def open_output(url: str) -> Iterator[IO[bytes]]:
    """A new file under ``url``, in place only when the block ends without an error.

    Raises:
        RetryLater: the storage does not take it now.
    """
    if is_remote(url):
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / "part"
            with local.open("wb") as out:
                yield out
            fs, path = _filesystem(url)
            try:
                fs.put_file(str(local), path)
            except OSError as error:
                raise RetryLater(f"cannot write {url}: {error}. Check the storage and run again.") from error
        return
    target = _local(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        checkpoint("fetch.rename")
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def open_input(url: str) -> Iterator[IO[bytes]]:
    """An existing file, seekable; one from the web is read from its copy in the cache, fetched where it is missing.

    Raises:
        GiveUp: there is no such file.
    """
    try:
        if url.startswith(("http://", "https://")):
            stream: IO[bytes] = _copy(url).open("rb")
        elif is_remote(url):
            fs, path = _filesystem(url)
            stream = cast(IO[bytes], fs.open(path, "rb"))
        else:
            stream = _local(url).open("rb")
    except FileNotFoundError as error:
        raise GiveUp(f"there is no file {url}. Restore it from a copy of the lake, or fetch the page again.") from error
    with stream:
        yield stream


def _copy(url: str) -> Path:
    from etl.fetch.download import download
    from etl.settings import settings

    newsroom = settings().newsroom
    return download(url, allow=[newsroom] if newsroom else [])


def _filesystem(url: str) -> tuple[Any, str]:
    from etl.settings import settings

    options: dict[str, Any] = {}
    endpoint = settings().s3_endpoint
    if url.startswith("s3://") and endpoint:
        options["client_kwargs"] = {"endpoint_url": endpoint}
    fs, path = fsspec.core.url_to_fs(url, **options)
    return fs, str(path)


def _local(url: str) -> Path:
    return Path(url.removeprefix("file://"))


def _sweep(folder: Path) -> None:
    for old in folder.glob(".*.part"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > STALE_SECONDS:
                old.unlink()
