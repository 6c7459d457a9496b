"""Ask a server as often as it answers, by bare sockets: the client must not be the slow one."""

import socket
import time
from threading import Thread
from urllib.parse import urlsplit

CLIENTS, SECONDS = 8, 4


def etag_of(address: str, path: str) -> bytes:
    """Return the validator of a feed, of a fetch that has been noted already."""
    for _ in range(2):
        head = _ask(_connect(address), _request(path, b""))
    lines = [line for line in head.split(b"\r\n") if line.lower().startswith(b"etag:")]
    return lines[0].split(b":", 1)[1].strip()


def answers_per_second(address: str, path: str, header: bytes) -> float:
    """Ask from several connections for some seconds, by sockets: the client must not be slow."""
    counted = [0] * CLIENTS
    request = _request(path, header)
    end = time.monotonic() + SECONDS

    def ask(number: int) -> None:
        connection = _connect(address)
        while time.monotonic() < end:
            answer = _ask(connection, request)
            if not answer.startswith((b"HTTP/1.1 304", b"HTTP/1.1 200")):
                raise AssertionError(answer[:200])
            counted[number] += 1
            if b"connection: close" in answer.lower():
                connection.close()
                connection = _connect(address)
        connection.close()

    threads = [Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not all(counted):
        raise AssertionError("a client was never answered")
    return sum(counted) / SECONDS


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname or "", parts.port or 80))


def _request(path: str, header: bytes) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n".encode() + header + b"\r\n"


def _ask(connection: socket.socket, request: bytes) -> bytes:
    """Send a request, read all of the answer and return its head."""
    connection.sendall(request)
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, body = received.split(b"\r\n\r\n", 1)
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    left = int(fields.get(b"content-length", b"0")) - len(body)
    while left > 0:
        left -= len(_more(connection))
    return head


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(1 << 20)
    if not part:
        raise ConnectionError("the server hung up in the middle")
    return part
