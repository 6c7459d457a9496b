"""A worker in a process of its own (see test_processes.py)."""

import os
import signal
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from lending.db.database import Database, UnitOfWork
from lending.jobs.schedule import Count, Job, Run
from lending.jobs.worker import run_worker
from lending.settings import Settings

BEAT = timedelta(seconds=0.5)
RECORD = text("INSERT INTO ran (job, slot) VALUES (:job, :slot)")


def job(name: str, **every: float) -> Job:
    """Return a job that writes down that it ran, and for which scheduled time."""

    def record(run: Run) -> list[Count]:
        values = {"job": name, "slot": run.slot.isoformat()}
        run.database.write(lambda uow: uow.session.execute(RECORD, values).rowcount)
        return []

    return Job(name, record, timedelta(**every))


JOBS = (job("each-second", seconds=1), job("often", seconds=2), job("yearly", days=365))


def work(url: str) -> None:
    """Work on the database at the given address until told to stop."""
    settings = Settings(database_url=url, instance=Path(), secret_key="tests only")
    run_worker(Database(url), settings, JOBS, BEAT)


def stop_while_looking(url: str) -> None:
    """Be told to stop in the middle of the first look for work."""

    def waits(uow: UnitOfWork) -> bool:
        os.kill(os.getpid(), signal.SIGTERM)
        return True

    settings = Settings(database_url=url, instance=Path(), secret_key="tests only")
    looking = Job("looking", lambda run: [], timedelta(hours=1), waits=waits)
    run_worker(Database(url), settings, (looking,), timedelta(hours=1))
