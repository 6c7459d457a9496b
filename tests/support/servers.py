"""Real servers, each with several processes, over one database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

STARTING_SECONDS = 60


@dataclass
class Served:
    """A running `treteau serve`: a master and its workers."""

    process: subprocess.Popen[bytes]
    address: str

    def kill(self) -> None:
        """Kill the master and the workers on the spot: nothing is finished, nothing rolled back."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(url: str, instance: Path, count: int, **settings: str) -> Iterator[list[Served]]:
    """Run so many servers with these settings beside; all are gone afterwards."""
    servers = [_start(url, instance, settings) for _ in range(count)]
    try:
        for server in servers:
            _wait_for(server)
        yield servers
    finally:
        for server in servers:
            if server.process.poll() is None:
                server.kill()


def _start(url: str, instance: Path, settings: Mapping[str, str]) -> Served:
    port = _free_port()
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TRETEAU_")}
    environ |= {
        "DATABASE_URL": url,
        "TRETEAU_INSTANCE": str(instance),
        "TRETEAU_WEB_WORKERS": "2",
        "TRETEAU_LOG_LEVEL": "ERROR",
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "lending", "serve", "--port", str(port)],
        env=environ,
        start_new_session=True,
    )
    return Served(process, f"http://127.0.0.1:{port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: Served) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while True:
        assert server.process.poll() is None, "the server did not start"
        try:
            if httpx.get(f"{server.address}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.1)
