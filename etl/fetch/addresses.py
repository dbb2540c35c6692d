"""Connect only to addresses that are meant for the public.

A feed can name any host, and a host name can point anywhere, so names are not judged: the address that is about to be
connected to is. The name is resolved once and the socket is opened to that very address, so a name that changes its
answer in between gains nothing. The one exception is an explicit list of loopback servers (the bundled newsroom).

Every read also keeps to the deadline of the whole request, so a server that sends one byte a second cannot hold it.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpcore

from etl.errors import Misconfigured

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]
"""The addresses of a host; raises ``NameNotResolved`` where it has none."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(httpcore.ConnectError):
    """The host's address is not for the public."""


class NameNotResolved(httpcore.ConnectError):
    """The host name has no address, or there is no network."""


class DeadlinePassed(httpcore.ReadTimeout):
    """The whole request has taken too long."""


def is_public(address: str) -> bool:
    """Whether an address may be connected to: global unicast, also inside IPv4-in-IPv6 forms.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("169.254.169.254")
    (True, False, False, False)
    """
    try:
        ip: IPAddress = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(i.is_global and not i.is_multicast and not i.is_reserved for i in (ip, *_embedded(ip)))


def _embedded(ip: IPAddress) -> list[IPAddress]:
    """IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo, NAT64."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found: list[IPAddress | None] = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [i for i in found if i is not None]


def allowed_origins(urls: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Host and port of each allow-listed base address; even then only its loopback addresses are connected to.

    Names under ``.test`` are reserved (RFC 6761): nobody's server has one, so tests may give them to local servers.

    Raises:
        Misconfigured: an address that is not loopback, or has no port.
    """
    origins = set()
    for url in urls:
        parts = urlsplit(url)
        host = parts.hostname or ""
        loopback = (
            host == "localhost"
            or host.endswith(".test")
            or (_ip(host) is not None and ipaddress.ip_address(host).is_loopback)
        )
        if not loopback or parts.port is None:
            raise Misconfigured(f"{url} cannot be allow-listed: only loopback addresses with a port can.")
        origins.add((host, parts.port))
    return frozenset(origins)


def _ip(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class Deadline(threading.local):
    """The moment (monotonic clock) by which this thread's request has to be over."""

    at: float | None = None

    def remaining(self, timeout: float | None) -> float | None:
        """The smaller of a timeout and what is left; raises DeadlinePassed where nothing is."""
        if self.at is None:
            return timeout
        left = self.at - time.monotonic()
        if left <= 0:
            raise DeadlinePassed("deadline")
        return left if timeout is None else min(timeout, left)

    @property
    def passed(self) -> bool:
        """Whether the moment is over; a read that was cut short by it looks like any other timeout."""
        return self.at is not None and time.monotonic() >= self.at - 0.01

    @contextmanager
    def within(self, seconds: float) -> Any:
        """Everything this thread does on the network inside the block has to end in time."""
        before, self.at = self.at, time.monotonic() + seconds
        try:
            yield
        finally:
            self.at = before


class _Stream(httpcore.NetworkStream):
    """A socket whose reads and writes keep to the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.remaining(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.remaining(timeout))
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections only to checked addresses."""

    def __init__(self, allow: frozenset[tuple[str, int]], deadline: Deadline, resolve: Resolver | None = None) -> None:
        self._allow, self._deadline = allow, deadline
        self._resolve = resolve or resolve_by_system
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve once, then connect to the checked address itself."""
        addresses = self._resolve(host, port)
        if (host, port) in self._allow:
            good = [a for a in addresses if ipaddress.ip_address(a).is_loopback]
        else:
            good = [a for a in addresses if is_public(a)]
        if not good:
            raise AddressRefused(f"{host} is at {', '.join(addresses)}")
        problem: Exception = AddressRefused(host)
        for address in good[:3]:
            try:
                wait = self._deadline.remaining(timeout)
                return _Stream(self._plain.connect_tcp(address, port, wait, None, socket_options), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        """Refused: no feed names a local socket."""
        raise AddressRefused("a local socket")


def resolve_by_system(host: str, port: int) -> list[str]:
    """The addresses that the machine's resolver gives, each once.

    Raises:
        NameNotResolved: there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameNotResolved(f"{host}: {error}") from error
    return list(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found))
