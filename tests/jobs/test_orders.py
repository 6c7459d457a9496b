"""Runs asked for by hand: carried out by the worker, once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, NotFound
from lending.jobs.models import JobRun
from lending.jobs.orders import another_goes_on, order_run, read_orders
from lending.jobs.runs import claim
from lending.jobs.schedule import Count, Job, Run
from lending.jobs.worker import Worker
from lending.settings import Settings
from tests.factories import NOW, Cast


class Counting:
    """A job that notes when it ran, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.slots: list[object] = []
        self.failures = failures
        self.job = Job("counting", self.run, timedelta(days=1))

    def run(self, run: Run) -> list[Count]:
        """Note the run."""
        self.slots.append(run.slot)
        if len(self.slots) <= self.failures:
            raise OSError("no disk")
        return []


def worker_of(database: Database, settings: Settings, job: Job) -> Worker:
    worker = Worker(database, settings, [job], timedelta(hours=1))
    worker.beat()
    return worker


def ask(database: Database, cast: Cast, job: Job) -> None:
    database.write(lambda uow: order_run(uow, cast.administrator, [job], job.name))


def asked(database: Database) -> list[str]:
    with database.read() as uow:
        return [order.job for order in read_orders(uow)]


def test_a_job_asked_for_twice_runs_once_and_is_forgotten(
    database: Database, settings: Settings, cast: Cast, clock: FixedClock
) -> None:
    counting = Counting()
    worker = worker_of(database, settings, counting.job)
    ask(database, cast, counting.job)
    clock.instant += timedelta(seconds=2)
    ask(database, cast, counting.job)
    assert asked(database) == ["counting"]
    for _ in range(2):
        worker.carry_out(counting.job, NOW)
    assert counting.slots == [NOW]
    assert asked(database) == []


def test_what_fails_is_tried_again_and_not_for_ever(
    database: Database, settings: Settings, cast: Cast
) -> None:
    counting = Counting(failures=9)
    worker = worker_of(database, settings, counting.job)
    ask(database, cast, counting.job)
    for _ in range(5):
        worker.carry_out(counting.job, NOW)
    assert len(counting.slots) == counting.job.tries
    assert asked(database) == []


def test_it_waits_for_the_run_that_goes_on(
    database: Database, settings: Settings, cast: Cast, clock: FixedClock
) -> None:
    counting = Counting()
    worker = worker_of(database, settings, counting.job)
    slot = counting.job.slot_at(NOW)
    database.write(lambda uow: claim(uow, counting.job, slot, "another"))
    clock.instant += timedelta(seconds=1)
    ask(database, cast, counting.job)
    worker.carry_out(counting.job, clock.instant)
    assert counting.slots == []
    assert asked(database) == ["counting"]
    clock.instant += counting.job.patience
    assert not database.write(lambda uow: another_goes_on(uow, counting.job, clock.instant))


def test_only_administrators_ask_and_only_for_what_there_is(database: Database, cast: Cast) -> None:
    job = Counting().job
    with pytest.raises(Forbidden):
        database.write(lambda uow: order_run(uow, cast.manager, [job], job.name))
    with pytest.raises(NotFound):
        database.write(lambda uow: order_run(uow, cast.administrator, [job], "rm -rf"))
    with database.read() as uow:
        assert uow.session.scalars(select(JobRun)).all() == []
