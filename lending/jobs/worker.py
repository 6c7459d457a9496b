"""The worker: a process of its own that runs jobs when they are due.

The schedule is in the code and in memory, never in the database: what is renamed or removed
here leaves nothing behind. Any number of workers may run; one leads, and when it dies another
leads as soon as its lease has run out.
"""

import logging
import secrets
import signal
import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from os import getpid
from types import FrameType
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from lending.db.database import Database, UnitOfWork
from lending.jobs.declared import JOBS
from lending.jobs.lease import find_leader, release_lease, take_lease
from lending.jobs.orders import another_goes_on, drop_order_if_over, read_orders
from lending.jobs.runs import claim, due, fail, finish
from lending.jobs.schedule import Job, Run
from lending.settings import Settings

BEAT = timedelta(seconds=5)
log = logging.getLogger(__name__)


def run_worker(
    database: Database,
    settings: Settings,
    jobs: Sequence[Job] = JOBS,
    beat: timedelta = BEAT,
) -> None:
    """Run jobs until the process is told to stop; what has begun is finished first."""
    logging.basicConfig(
        level=settings.log_level,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # The scheduler tells of each wake-up; what the jobs did is told below.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    Worker(database, settings, jobs, beat).run()


class Worker:
    """One worker process."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        jobs: Sequence[Job],
        beat: timedelta,
    ) -> None:
        self.name = f"{socket.gethostname()[:50]}:{getpid()}:{secrets.token_hex(3)}"
        self._database = database
        self._settings = settings
        self._jobs = {job.name: job for job in jobs}
        self._beat = beat
        self._leads = False
        self._executor = ThreadPoolExecutor(4)
        self._scheduler = self._build_scheduler()

    def _build_scheduler(self) -> Any:
        scheduler = BlockingScheduler(
            timezone=UTC,
            executors={"default": self._executor},
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": 60,
            },
        )
        start = self._database.clock.now()
        for job in self._jobs.values():
            trigger = IntervalTrigger(
                seconds=int(job.every.total_seconds()),
                start_date=job.slot_at(start),
                timezone=UTC,
            )
            scheduler.add_job(self.attempt, trigger, args=[job], id=job.name)
        every = IntervalTrigger(seconds=self._beat.total_seconds(), timezone=UTC)
        now = datetime.now(UTC)
        scheduler.add_job(self.beat, every, id="beat", next_run_time=now)
        return scheduler

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, then hand over."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._told_to_stop)
            signal.signal(signal.SIGINT, self._told_to_stop)
        log.info("Worker %s started with %d jobs", self.name, len(self._jobs))
        self._scheduler.start()
        # The scheduler itself would wait with its lock held, which what runs may need to end.
        self._executor.shutdown()
        self._database.write(lambda uow: release_lease(uow, self.name))
        log.info("Worker %s stopped", self.name)

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        # In a thread: a signal may come while the scheduler holds its own lock.
        threading.Thread(target=self._scheduler.shutdown, kwargs={"wait": False}).start()

    def beat(self) -> None:
        """Renew the lease or try to get it; as leader, see to what nobody ran."""
        try:
            led, self._leads = self._leads, self._try_to_lead()
            if not self._leads:
                return
            if not led:
                log.info("Worker %s leads", self.name)
            with self._database.read() as uow:
                waiting = due(uow, [job for job in self._jobs.values() if _has_work(uow, job)])
                asked = [(order.job, order.asked_at) for order in read_orders(uow)]
            for job in waiting:
                # At once, beside the schedule, which keeps its own times.
                self._scheduler.add_job(
                    self.attempt, args=[job], id=f"{job.name} now", replace_existing=True
                )
            for name, asked_at in asked:
                if name in self._jobs:
                    self._scheduler.add_job(
                        self.carry_out,
                        args=[self._jobs[name], asked_at],
                        id=f"{name} asked",
                        replace_existing=True,
                    )
        except Exception:
            # The database may be away for a while; a worker outlives that.
            self._leads = False
            log.exception("Worker %s could not reach the database", self.name)

    def _try_to_lead(self) -> bool:
        with self._database.read() as uow:
            leader = find_leader(uow)
        if leader is not None and leader.is_alive and leader.worker != self.name:
            return False
        return self._database.write(lambda uow: take_lease(uow, self.name, 3 * self._beat))

    def attempt(self, job: Job) -> None:
        """Run a job for its present slot, if we lead and nobody has claimed it."""
        if not self._leads:
            return
        with self._database.read() as uow:
            if not _has_work(uow, job):
                return
        self._run(job, job.slot_at(self._database.clock.now()))

    def carry_out(self, job: Job, asked_at: datetime) -> None:
        """Run a job that somebody asked for, if we lead, and forget that it was asked for."""
        if not self._leads:
            return
        self._run(job, asked_at)
        self._database.write(lambda uow: drop_order_if_over(uow, job))

    def _run(self, job: Job, slot: datetime) -> None:
        number = self._database.write(lambda uow: self._claim(uow, job, slot))
        if number is None:
            return
        try:
            counts = job.run(Run(self._database, self._settings, slot))
        except Exception as error:
            log.exception("Job %s of %s failed (attempt %d)", job.name, slot, number)
            reason = f"{type(error).__name__}: {error}"
            self._database.write(lambda uow: fail(uow, job, slot, self.name, reason))
        else:
            self._database.write(lambda uow: finish(uow, job, slot, self.name, counts))
            told = ", ".join(str(count) for count in counts)
            log.info("Job %s of %s: %s", job.name, slot, told or "done")

    def _claim(self, uow: UnitOfWork, job: Job, slot: datetime) -> int | None:
        return None if another_goes_on(uow, job, slot) else claim(uow, job, slot, self.name)


def _has_work(uow: UnitOfWork, job: Job) -> bool:
    return job.waits is None or job.waits(uow)
