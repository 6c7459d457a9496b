"""Fetch a file from an address that somebody typed, without being made a tool against others.

A server that fetches what it is told can be sent to its own neighbours, which believe it (SSRF).
So the name is looked up once, each address it stands for is checked, and the connection goes to
the very address that was checked: a name that answers otherwise the second time changes nothing.
httpcore lets us make the connection ourselves and does the rest, TLS for the right name included.
"""

import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from lending.closures.problems import CalendarProblem, Problem

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""IPv6 addresses that lead to the IPv4 address in their last 32 bits (RFC 6052, RFC 8215)."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Bounds:
    """What a fetch may cost."""

    seconds: float = 20
    """In all, from the first connection to the last byte."""
    bytes: int = 2_000_000
    """Also once it is unpacked."""
    redirects: int = 3


BOUNDS = Bounds()


@dataclass(frozen=True)
class Fetched:
    """What an address gave; without content when it is what we have."""

    content: bytes | None
    etag: str = ""
    last_modified: str = ""


def is_public(address: Address) -> bool:
    """Return whether an address is one of the internet: no private network, no special use.

    What an IPv6 address carries in it, by mapping, 6to4, Teredo or NAT64, counts as well.
    """
    if isinstance(address, IPv6Address):
        inner = _carried(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carried(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def fetch(
    address: str,
    etag: str = "",
    last_modified: str = "",
    allowed: Sequence[Network] = (),
    bounds: Bounds = BOUNDS,
) -> Fetched:
    """Return what an address gives, if it is not what `etag` and `last_modified` stand for.

    `allowed` are networks that may be reached although they are private.

    Raises:
        CalendarProblem: it cannot be reached, refuses, or goes beyond the bounds.
    """
    backend = _CheckedConnections(allowed, time.monotonic() + bounds.seconds)
    known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers: dict[bytes | str, bytes | str] = {n: v for n, v in known.items() if v}
    with httpcore.ConnectionPool(
        ssl_context=ssl.create_default_context(), network_backend=backend
    ) as pool:
        try:
            for _ in range(bounds.redirects + 1):
                found = _ask(pool, address, headers, bounds)
                if isinstance(found, Fetched):
                    return found
                address = found
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise CalendarProblem(Problem.TOO_SLOW) from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            ssl.SSLError,
            OSError,
        ) as error:
            raise CalendarProblem(Problem.NO_ANSWER) from error
    raise CalendarProblem(Problem.TOO_MANY_REDIRECTS)


def _ask(
    pool: httpcore.ConnectionPool,
    address: str,
    headers: dict[bytes | str, bytes | str],
    bounds: Bounds,
) -> Fetched | str:
    """Ask once; return what came, or where the answer sends us."""
    url = url_of(address)
    asked: dict[bytes | str, bytes | str] = {
        **headers,
        "Host": urlsplit(url).netloc,
        "User-Agent": "Treteau",
        "Accept": "text/calendar, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    with pool.stream("GET", url, headers=asked) as answer:
        told = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in answer.headers
        }
        if answer.status in _REDIRECTS and told.get("location"):
            return urljoin(url, told["location"])
        if answer.status == 304 and headers:
            return Fetched(None)
        if answer.status != 200:
            raise CalendarProblem(Problem.REFUSED, answer.status)
        content = _bounded(answer.iter_stream(), told.get("content-encoding", ""), bounds.bytes)
        return Fetched(content, told.get("etag", "")[:200], told.get("last-modified", "")[:60])


def url_of(address: str) -> str:
    """Return an address as it is asked for; webcal:// is another word for https://.

    Raises:
        CalendarProblem: it is none of the web, or has a password in it.
    """
    address = address.strip()
    if address.lower().startswith("webcal:"):
        address = "https:" + address[len("webcal:") :]
    try:
        parts = urlsplit(address)
        is_right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right or "@" in parts.netloc or not address.isascii() or not address.isprintable():
        raise CalendarProblem(Problem.BAD_ADDRESS)
    if " " in address:
        raise CalendarProblem(Problem.BAD_ADDRESS)
    return parts._replace(path=parts.path or "/", fragment="").geturl()


def _bounded(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """Put an answer together, unpacked; stop as soon as it is too large."""
    unpack = zlib.decompressobj(31) if encoding.strip().lower() in ("gzip", "x-gzip") else None
    content = bytearray()
    for chunk in chunks:
        try:
            content += unpack.decompress(chunk, most + 1 - len(content)) if unpack else chunk
        except zlib.error as error:
            raise CalendarProblem(Problem.BROKEN) from error
        if len(content) > most:
            raise CalendarProblem(Problem.TOO_LARGE)
    if unpack and not unpack.eof:
        raise CalendarProblem(Problem.BROKEN)
    return bytes(content)


class _CheckedConnections(httpcore.NetworkBackend):
    """Connects to public addresses only, and gives everything one deadline."""

    def __init__(self, allowed: Sequence[Network], deadline: float) -> None:
        self._allowed = allowed
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Look the name up once, and connect to the first of its addresses that answers."""
        failure: Exception = httpcore.ConnectError()
        for address in self._checked(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, _left(self._deadline), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Deadlined(stream, self._deadline)
        raise failure

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise CalendarProblem(Problem.UNKNOWN_HOST) from error
        found = list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in rows))
        # One bad address condemns the name: an honest site has none.
        if not all(self._may_reach(ip_address(address)) for address in found):
            raise CalendarProblem(Problem.PRIVATE_ADDRESS)
        return found

    def _may_reach(self, address: Address) -> bool:
        return is_public(address) or any(address in network for network in self._allowed)


class _Deadlined(httpcore.NetworkStream):
    """A connection whose every step ends by one deadline, however slowly bytes drip."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Deadlined(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
