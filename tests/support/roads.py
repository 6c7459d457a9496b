"""A service on this machine that knows roads, and speaks as OSRM or as Valhalla."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lending.logistics.planner.travel import kilometres
from lending.logistics.planner.values import Place

Point = tuple[float, float]
"""Latitude and longitude."""
Told = dict[str, Any]


def at_40_an_hour(origin: Point, destination: Point) -> float | None:
    """Return the seconds of a drive along the straight line."""
    return 90 * kilometres(Place("", *origin), Place("", *destination))


@dataclass
class Roads:
    """The service: what it knows, how it answers, and what it was asked."""

    address: str = ""
    drive: Callable[[Point, Point], float | None] = at_40_an_hour
    asked: list[tuple[int, int, str]] = field(default_factory=list)
    """Origins, destinations, and for what sort of vehicle."""
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None
    """In the place of a matrix."""

    def says(self, content: bytes, status: int = 200) -> None:
        """Answer with this from now on."""
        self.answer = lambda handler: _send(handler, content, status)

    def is_silent_for(self, seconds: float) -> None:
        """Say nothing for so long."""

        def wait(handler: BaseHTTPRequestHandler) -> None:
            time.sleep(seconds)
            _send(handler, b"{}")

        self.answer = wait

    def trickles(self) -> None:
        """Answer a byte at a time, each well within any patience."""

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", "100")
            handler.end_headers()
            for _ in range(100):
                try:
                    handler.wfile.write(b" ")
                    time.sleep(0.05)
                except OSError:
                    return

        self.answer = drip

    def matrix(self, origins: list[Point], destinations: list[Point]) -> list[list[float | None]]:
        """Return seconds."""
        return [[self.drive(here, there) for there in destinations] for here in origins]


@contextmanager
def serving_roads() -> Iterator[Roads]:
    """Serve on this machine."""
    roads = Roads()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            head, _, points = parts.path.rpartition("/")
            assert head == "/table/v1/driving"
            known = [tuple(map(float, reversed(each.split(",")))) for each in points.split(";")]
            query = {name: values[0].split(";") for name, values in parse_qs(parts.query).items()}
            origins = [known[int(number)] for number in query["sources"]]
            destinations = [known[int(number)] for number in query["destinations"]]
            self._told(
                origins, destinations, "driving", lambda rows: {"code": "Ok", "durations": rows}
            )

        def do_POST(self) -> None:
            assert self.path == "/sources_to_targets"
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            origins = [(each["lat"], each["lon"]) for each in asked["sources"]]
            destinations = [(each["lat"], each["lon"]) for each in asked["targets"]]
            self._told(origins, destinations, asked["costing"], _in_valhallas_words)

        def _told(
            self,
            origins: list[Any],
            destinations: list[Any],
            kind: str,
            wording: Callable[[Any], Told],
        ) -> None:
            roads.asked.append((len(origins), len(destinations), kind))
            if roads.answer is not None:
                roads.answer(self)
                return
            _send(self, json.dumps(wording(roads.matrix(origins, destinations))).encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    roads.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield roads
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _in_valhallas_words(rows: list[list[float | None]]) -> Told:
    cells = [
        [
            {"distance": 1.0, "time": seconds, "from_index": here, "to_index": there}
            for there, seconds in enumerate(row)
        ]
        for here, row in enumerate(rows)
    ]
    return {"sources_to_targets": cells, "units": "kilometers"}


def _send(handler: BaseHTTPRequestHandler, content: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    with suppress(OSError):  # who asked may have given up
        handler.end_headers()
        handler.wfile.write(content)
