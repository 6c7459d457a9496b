"""Calendars to read, and a web site on this machine that gives them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def calendar(*days: tuple[str, str, str]) -> bytes:
    """Return a calendar of whole days: first, day after the last, title."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mairie//FR"]
    for number, (first, after, title) in enumerate(days):
        lines += [
            *("BEGIN:VEVENT", f"UID:{number}@mairie.example", "DTSTAMP:20260101T000000Z"),
            *(f"DTSTART;VALUE=DATE:{first}", f"DTEND;VALUE=DATE:{after}"),
            *(f"SUMMARY:{title}", "END:VEVENT"),
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


@dataclass
class Site:
    """A web site that answers as it is told, and notes what it was asked."""

    address: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: None

    def gives(self, content: bytes, status: int = 200, **headers: str) -> None:
        """Answer with this from now on."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)

        self.answer = answer


@contextmanager
def serving_site() -> Iterator[Site]:
    """Serve on this machine."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(
                {"path": self.path, **{k.lower(): v for k, v in self.headers.items()}}
            )
            site.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}/jours.ics"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()
