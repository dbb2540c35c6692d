"""Decompress with a bound on what comes out.

A kilobyte of gzip can hold a gigabyte of zeros. Every decoder here stops as soon as the limit is passed, so memory
stays bounded by the limit whatever the input. Which encodings a server may send is decided by the client, not here.
"""

from __future__ import annotations

import zlib

import brotli

GZIP_MAGIC = b"\x1f\x8b"
# Two layers happen (a gzipped sitemap served with Content-Encoding: gzip); more only in attacks.
MAX_LAYERS = 2
_STEP = 1 << 16


class OverLimit(ValueError):
    """The decompressed body would pass the limit."""


class BadEncoding(ValueError):
    """The body is not what its Content-Encoding says, or ends too early."""


def inflate(body: bytes, encodings: tuple[str, ...], limit: int) -> bytes:
    """The body with its content encodings taken off, last applied first.

    Args:
        body: bytes as they were sent.
        encodings: values of Content-Encoding, in the header's order.
        limit: most bytes that any layer may produce.

    Raises:
        OverLimit: a layer produced more than ``limit`` bytes.
        BadEncoding: unknown encoding, too many layers, corrupt or cut data.

    >>> import gzip
    >>> inflate(gzip.compress(b"abc"), ("gzip",), 10)
    b'abc'
    """
    names = [name for name in (e.strip().lower() for e in encodings) if name and name != "identity"]
    if len(names) > MAX_LAYERS:
        raise BadEncoding(f"{len(names)} content encodings")
    for name in reversed(names):
        if not body:
            return body
        if name in ("gzip", "x-gzip"):
            body = gunzip(body, limit)
        elif name == "deflate":
            body = _deflate(body, limit)
        elif name == "br":
            body = _brotli(body, limit)
        else:
            raise BadEncoding(f"unknown content encoding {name[:20]!r}")
    if len(body) > limit:
        raise OverLimit(f"more than {limit} bytes")
    return body


def gunzip(body: bytes, limit: int) -> bytes:
    """All members of a gzip stream; trailing bytes that are no member are left out.

    Raises:
        OverLimit: more than ``limit`` bytes came out.
        BadEncoding: not gzip, corrupt, or cut before its end.
    """
    out = bytearray()
    rest = body
    while rest.startswith(GZIP_MAGIC):
        piece, rest = _zlib_stream(rest, 16 + zlib.MAX_WBITS, limit - len(out))
        out += piece
    if not out and rest:
        raise BadEncoding("not gzip")
    return bytes(out)


def _deflate(body: bytes, limit: int) -> bytes:
    """Deflate is sent both with and without the zlib wrapper; the first two bytes do not tell for sure."""
    try:
        return _zlib_stream(body, zlib.MAX_WBITS, limit)[0]
    except BadEncoding:
        return _zlib_stream(body, -zlib.MAX_WBITS, limit)[0]


def _zlib_stream(body: bytes, wbits: int, limit: int) -> tuple[bytes, bytes]:
    machine = zlib.decompressobj(wbits)
    out = bytearray()
    data = body
    try:
        while not machine.eof:
            piece = machine.decompress(data, _STEP)
            if not piece and not machine.unconsumed_tail and not machine.eof:
                raise BadEncoding("compressed body ends too early")
            out += piece
            if len(out) > limit:
                raise OverLimit(f"more than {limit} bytes")
            data = machine.unconsumed_tail
    except zlib.error as error:
        raise BadEncoding(str(error)) from error
    return bytes(out), machine.unused_data


def _brotli(body: bytes, limit: int) -> bytes:
    machine = brotli.Decompressor()
    out = bytearray()
    data = body
    try:
        while not machine.is_finished():
            piece = machine.process(data, output_buffer_limit=_STEP)
            out += piece
            if len(out) > limit:
                raise OverLimit(f"more than {limit} bytes")
            if not piece and machine.can_accept_more_data():
                raise BadEncoding("compressed body ends too early")
            data = b""
    except brotli.error as error:
        raise BadEncoding(str(error)) from error
    return bytes(out)
