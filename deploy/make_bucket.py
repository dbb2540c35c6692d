"""Creates the buckets of the lake and of the releases where they are on S3-compatible storage and missing."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from etl.errors import EventwireError, RetryLater
from etl.settings import settings


def buckets() -> list[str]:
    """Names of the buckets that the settings name, without repetition.

    >>> all(isinstance(name, str) for name in buckets())
    True
    """
    urls = [urlsplit(url) for url in (settings().lake, settings().release)]
    return sorted({url.netloc for url in urls if url.scheme == "s3"})


def main() -> int:
    """Creates what is missing; 0 where all exist afterwards."""
    import s3fs

    endpoint = settings().s3_endpoint
    storage = s3fs.S3FileSystem(client_kwargs={"endpoint_url": endpoint} if endpoint else {})
    try:
        for name in buckets():
            if not storage.exists(name):
                storage.mkdir(name)
            print(f"bucket {name} is there")
    except OSError as error:
        raise RetryLater(f"the storage at {endpoint or 'AWS'} does not answer: {error}.") from error
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EventwireError as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.exit_code)
