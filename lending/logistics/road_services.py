"""Services that know the roads, over HTTP: OSRM and Valhalla.

They are told coordinates and nothing else: no name, no address, no date.
"""

import json
import math
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpcore

from lending.logistics.planner.travel import kilometres
from lending.logistics.planner.values import Place

Row = list[float | None]
Seconds = list[Row]
"""From each origin (rows) to each destination; None where the service knows no road."""

TIMEOUT = 5.0
"""Seconds until a question is given up, from the first connection to the last byte."""
MOST_BYTES = 20_000_000
LORRY = 1.2
"""How much longer a lorry takes than a car, for a service that knows cars alone."""
FASTEST = 130.0
"""Kilometres an hour along the straight line. Who is said to be faster was taken for somebody
else: a place outside the service's map is moved to its edge."""


class RoadsUnavailable(Exception):
    """The service cannot be reached, refuses, or answers something else."""


class RoadService(Protocol):
    """Who measures drives on the roads."""

    @property
    def name(self) -> str:
        """Return how it is called."""

    @property
    def most(self) -> int:
        """Return how many origins, and how many destinations, may be asked at once."""

    def seconds(
        self, origins: Sequence[Place], destinations: Sequence[Place], kind: str
    ) -> Seconds:
        """Return how long the drives take.

        Raises:
            RoadsUnavailable: there is no answer that could be used.
        """


@dataclass(frozen=True)
class Osrm:
    """OSRM's table service, with its profile for cars."""

    address: str
    timeout: float = TIMEOUT
    name: str = "osrm"
    most: int = 100

    def seconds(
        self, origins: Sequence[Place], destinations: Sequence[Place], kind: str
    ) -> Seconds:
        """Ask for durations; those of lorries are stretched."""
        points = ";".join(
            f"{place.longitude:.6f},{place.latitude:.6f}" for place in (*origins, *destinations)
        )
        whole = len(origins) + len(destinations)
        sources = ";".join(map(str, range(len(origins))))
        targets = ";".join(map(str, range(len(origins), whole)))
        told = _ask(
            f"{self.address}/table/v1/driving/{points}?sources={sources}&destinations={targets}",
            self.timeout,
        )
        if told.get("code") != "Ok":
            raise RoadsUnavailable(f"{told.get('code')}: {told.get('message', '')}"[:200])
        factor = 1.0 if kind == "VL" else LORRY
        return _checked(told.get("durations"), origins, destinations, factor)


@dataclass(frozen=True)
class Valhalla:
    """Valhalla's matrix service, which knows cars and lorries."""

    address: str
    timeout: float = TIMEOUT
    name: str = "valhalla"
    most: int = 50
    """It answers 2,500 pairs at once unless told otherwise."""

    def seconds(
        self, origins: Sequence[Place], destinations: Sequence[Place], kind: str
    ) -> Seconds:
        """Ask for the times of the drives."""
        asked = {
            "sources": [{"lat": each.latitude, "lon": each.longitude} for each in origins],
            "targets": [{"lat": each.latitude, "lon": each.longitude} for each in destinations],
            "costing": "auto" if kind == "VL" else "truck",
        }
        told = _ask(f"{self.address}/sources_to_targets", self.timeout, asked)
        rows = told.get("sources_to_targets")
        if isinstance(rows, dict):  # asked or set up to answer without words
            return _checked(rows.get("durations"), origins, destinations)
        if not isinstance(rows, list):
            raise RoadsUnavailable(str(told.get("error", "no matrix"))[:200])
        times = [[_time(cell) for cell in row] if isinstance(row, list) else row for row in rows]
        return _checked(times, origins, destinations)


KINDS: dict[str, type[Osrm] | type[Valhalla]] = {"osrm": Osrm, "valhalla": Valhalla}


def road_service(setting: str) -> RoadService | None:
    """Return the service that a setting such as `osrm:https://roads.example` names, if any."""
    if not setting:
        return None
    kind, _, address = setting.partition(":")
    return KINDS[kind](address)


def _time(cell: object) -> object:
    return cell.get("time") if isinstance(cell, dict) else cell


def _checked(
    rows: object, origins: Sequence[Place], destinations: Sequence[Place], factor: float = 1.0
) -> Seconds:
    """Return the matrix if it is one of this size; a value that cannot be true is none.

    Raises:
        RoadsUnavailable: it is of another size, or holds something else.
    """
    if not isinstance(rows, list) or len(rows) != len(origins):
        raise RoadsUnavailable("a matrix of another size")
    found = []
    for origin, row in zip(origins, rows, strict=True):
        if not isinstance(row, list) or len(row) != len(destinations):
            raise RoadsUnavailable("a matrix of another size")
        found.append(
            [
                _true(value, factor, kilometres(origin, destination))
                for destination, value in zip(destinations, row, strict=True)
            ]
        )
    return found


def _true(value: object, factor: float, distance: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RoadsUnavailable(f"not a duration: {value!r}"[:200])
    if not math.isfinite(value) or value < 3600 * distance / FASTEST:
        return None
    return factor * value


def _ask(url: str, timeout: float, body: object = None) -> dict[str, Any]:
    """Return what a service answers, as JSON.

    Raises:
        RoadsUnavailable: it does not, in time.
    """
    try:
        status, content = _fetch(url, timeout, body)
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
        OSError,
    ) as error:
        raise RoadsUnavailable(f"{type(error).__name__}: {error}") from error
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RoadsUnavailable(f"status {status}, and no JSON") from error
    if not isinstance(told, dict):
        raise RoadsUnavailable(f"status {status}, and no object")
    if status != 200:
        words = told.get("message") or told.get("error") or ""
        raise RoadsUnavailable(f"status {status}: {words}"[:200])
    return told


def _fetch(url: str, timeout: float, body: object) -> tuple[int, bytes]:
    deadline = time.monotonic() + timeout
    limits = dict.fromkeys(("connect", "read", "write", "pool"), timeout)
    headers = {
        "Host": urlsplit(url).netloc,
        "User-Agent": "Treteau",
        "Accept": "application/json",
        "Connection": "close",
    }
    content = None if body is None else json.dumps(body).encode()
    if content is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    received = bytearray()
    with (
        httpcore.ConnectionPool(ssl_context=ssl.create_default_context()) as pool,
        pool.stream(
            "GET" if content is None else "POST",
            _address(url),
            headers=dict(headers.items()),
            content=content,
            extensions={"timeout": limits},
        ) as answer,
    ):
        for chunk in answer.iter_stream():
            received += chunk
            if len(received) > MOST_BYTES:
                raise RoadsUnavailable("an answer without end")
            if time.monotonic() > deadline:
                raise httpcore.ReadTimeout("the answer trickles")
        return answer.status, bytes(received)


def _address(url: str) -> httpcore.URL:
    """Return an address with all that stands in its path: httpcore alone drops what follows `;`."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return httpcore.URL(
        scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=path
    )
