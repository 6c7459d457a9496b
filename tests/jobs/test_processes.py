"""Several workers, real processes: each run happens once, also when the leader is killed."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

import pytest
from sqlalchemy import select, text

from lending.clock import SystemClock
from lending.db.database import Database
from lending.jobs.lease import Leader, find_leader
from lending.jobs.models import JobRun
from tests.jobs.process import stop_while_looking, work
from tests.support.racing import forks

PATIENCE = 40


@pytest.fixture
def real_time(database_url: str) -> Iterator[Database]:
    """Open the database by the machine's clock, with a table for what ran."""
    database = Database(database_url, clock=SystemClock())
    table = text("CREATE TABLE ran (job TEXT, slot TEXT)")
    database.write(lambda uow: uow.session.execute(table).close())
    yield database
    database.dispose()


@contextmanager
def workers(
    url: str, count: int, run: Callable[[str], None] = work
) -> Iterator[dict[int, BaseProcess]]:
    """Run workers, by process number; whatever is left of them is killed at the end."""
    started = [forks.Process(target=run, args=(url,), daemon=True) for _ in range(count)]
    for process in started:
        process.start()
    try:
        yield {process.pid or 0: process for process in started}
    finally:
        for process in started:
            process.kill()
            process.join()


def ended(process: BaseProcess) -> int | None:
    """Return the exit code of a process, once it has one; None after patience is lost."""
    process.join(PATIENCE)
    return process.exitcode


def wait_for(happens: Callable[[], object]) -> object:
    """Wait until something true is returned, and return it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := happens():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def living_leader(database: Database) -> Leader | None:
    with database.read() as uow:
        leader = find_leader(uow)
    return leader if leader and leader.is_alive else None


def pid_of(leader: Leader) -> int:
    return int(leader.worker.split(":")[1])


def ran(database: Database) -> Counter[tuple[str, str]]:
    with database.read() as uow:
        rows = uow.session.execute(text("SELECT job, slot FROM ran"))
        return Counter((job, slot) for job, slot in rows)


def test_three_workers_run_nothing_twice_and_survive_the_killing_of_their_leader(
    real_time: Database, database_url: str
) -> None:
    with workers(database_url, 3) as processes:
        wait_for(lambda: len(ran(real_time)) >= 5)
        leader = living_leader(real_time)
        assert leader is not None
        processes[pid_of(leader)].kill()

        def another() -> Leader | None:
            found = living_leader(real_time)
            return found if found and found.worker != leader.worker else None

        successor = wait_for(another)
        before = len(ran(real_time))
        wait_for(lambda: len(ran(real_time)) >= before + 4)
        assert isinstance(successor, Leader)
        assert pid_of(successor) in processes
    runs = ran(real_time)
    assert set(runs.values()) == {1}
    assert [job for job, _ in runs].count("yearly") == 1


def test_a_worker_that_is_told_to_stop_hands_over_at_once(
    real_time: Database, database_url: str
) -> None:
    with workers(database_url, 2) as processes:
        first = wait_for(lambda: living_leader(real_time))
        assert isinstance(first, Leader)
        wait_for(lambda: len(ran(real_time)) >= 2)
        processes[pid_of(first)].terminate()
        assert ended(processes[pid_of(first)]) == 0

        def handed_over() -> bool:
            leader = living_leader(real_time)
            return leader is not None and leader.worker != first.worker

        assert wait_for(handed_over)
        (other,) = (process for pid, process in processes.items() if pid != pid_of(first))
        other.terminate()
        assert ended(other) == 0
    assert set(ran(real_time).values()) == {1}
    with real_time.read() as uow:
        runs = uow.session.scalars(select(JobRun)).all()
        assert all(run.finished_at is not None and run.attempts == 1 for run in runs)
    assert living_leader(real_time) is None


def test_a_worker_that_is_told_to_stop_while_it_looks_for_work_stops(
    real_time: Database, database_url: str
) -> None:
    with workers(database_url, 1, stop_while_looking) as processes:
        (process,) = processes.values()
        assert ended(process) == 0
    assert living_leader(real_time) is None
