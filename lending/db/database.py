"""The unit of work: one use case, one transaction. Contains no business logic."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from lending.clock import Clock, SystemClock
from lending.db.engine import make_engine
from lending.db.queue import WriterQueue
from lending.errors import Busy
from lending.events import Events

Result = TypeVar("Result")

# serialisation failure, deadlock, lock not available: the transaction as a whole may be tried again
RETRIED_STATES = {"40001", "40P01", "55P03"}
TRIES = 3


@dataclass(frozen=True)
class UnitOfWork:
    """What a service needs: the session, the instant at which it acts, whom to tell."""

    session: Session
    now: datetime
    events: Events


class Database:
    """Reads and use cases on one database."""

    def __init__(self, url: str, clock: Clock | None = None, events: Events | None = None) -> None:
        self.engine: Engine = make_engine(url)
        self.clock: Clock = clock or SystemClock()
        self.events = events or Events()
        self._write_engine = self.engine.execution_options(write=True)
        self._queue: WriterQueue | None = None
        path = make_url(url).database
        if self.is_sqlite and path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._queue = WriterQueue(Path(path))

    @property
    def is_sqlite(self) -> bool:
        """Whether the whole database is one local file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that reads one consistent state and takes no lock."""
        with Session(self.engine, autoflush=False) as session:
            yield UnitOfWork(session, self.clock.now(), self.events)
            session.rollback()

    def write(self, use_case: Callable[[UnitOfWork], Result]) -> Result:
        """Run a use case in one transaction: kept when it returns, undone when it raises.

        A transaction that the database itself gave up is run again as a whole, so the use
        case must do nothing outside the database.

        Raises:
            Busy: the database could not serve it after several tries; nothing was written.
        """
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(use_case)
            except DBAPIError as error:
                if not _may_be_retried(error):
                    raise
                if attempt == TRIES:
                    raise Busy from error
                time.sleep(0.05 * attempt)
        raise AssertionError("unreachable")

    def _once(self, use_case: Callable[[UnitOfWork], Result]) -> Result:
        turn: AbstractContextManager[None] = self._queue.turn() if self._queue else nullcontext()
        with turn, Session(self._write_engine, expire_on_commit=False) as session:
            result = use_case(UnitOfWork(session, self.clock.now(), self.events))
            session.commit()
            return result

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _may_be_retried(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in RETRIED_STATES
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)
