"""A fair queue of writers in front of SQLite. Contains no business logic.

SQLite's own busy handler sleeps and tries again, so that with many writers one of them can
starve for seconds. A lock on a file next to the database serves them in order.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: the busy timeout alone must do.
    fcntl = None  # type: ignore[assignment]


class WriterQueue:
    """One writer at a time, over the threads of this process and over processes."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        # flock does not separate threads that share one descriptor.
        self._threads = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the writer's place."""
        with self._threads:
            if fcntl is None:
                yield
                return
            with self._path.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
