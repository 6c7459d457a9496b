"""Due times, claims and the lease."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lending.clock import FixedClock
from lending.db.database import Database
from lending.jobs.declared import JOBS
from lending.jobs.lease import find_leader, release_lease, take_lease
from lending.jobs.models import JobRun
from lending.jobs.runs import claim, counts_of, due, fail, finish, forget_old_runs
from lending.jobs.schedule import EPOCH, Count, Job, Run
from lending.jobs.worker import Worker
from lending.settings import Settings
from lending.web.jobs import WORDS
from tests.factories import NOW, Cast
from tests.web.conftest import Browser

HOURLY = Job("hourly", lambda run: [], timedelta(hours=1), patience=timedelta(minutes=10))
SLOT = NOW


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 100_000),
    st.integers(0, 100_000),
)
def test_the_present_slot_is_the_newest_that_has_come(
    now: datetime, every: int, offset: int
) -> None:
    job = Job("x", lambda run: [], timedelta(seconds=every), timedelta(seconds=offset))
    slot = job.slot_at(now)
    assert slot <= now < slot + job.every
    assert (slot - EPOCH - job.offset) % job.every == timedelta(0)


def test_a_run_is_claimed_by_one(database: Database) -> None:
    assert database.write(lambda uow: claim(uow, HOURLY, SLOT, "a")) == 1
    assert database.write(lambda uow: claim(uow, HOURLY, SLOT, "b")) is None
    assert database.write(lambda uow: claim(uow, HOURLY, SLOT, "a")) is None
    later = SLOT + HOURLY.every
    assert database.write(lambda uow: claim(uow, HOURLY, later, "b")) == 1


def test_a_failed_run_is_tried_again_and_not_for_ever(database: Database) -> None:
    for attempt in range(1, HOURLY.tries + 1):
        assert database.write(lambda uow: claim(uow, HOURLY, SLOT, "a")) == attempt
        database.write(lambda uow: fail(uow, HOURLY, SLOT, "a", "no disk"))
    assert database.write(lambda uow: claim(uow, HOURLY, SLOT, "a")) is None
    with database.read() as uow:
        assert due(uow, [HOURLY]) == []


def test_the_run_of_a_dead_worker_is_claimed_after_a_while(
    database: Database, clock: FixedClock
) -> None:
    database.write(lambda uow: claim(uow, HOURLY, SLOT, "dead"))
    clock.instant += HOURLY.patience - timedelta(seconds=1)
    assert database.write(lambda uow: claim(uow, HOURLY, SLOT, "b")) is None
    clock.instant += timedelta(seconds=1)
    with database.read() as uow:
        assert due(uow, [HOURLY]) == [HOURLY]
    assert database.write(lambda uow: claim(uow, HOURLY, SLOT, "b")) == 2


def test_a_finished_run_is_never_run_again(database: Database, clock: FixedClock) -> None:
    database.write(lambda uow: claim(uow, HOURLY, SLOT, "a"))
    database.write(lambda uow: finish(uow, HOURLY, SLOT, "a", [Count("Done", 3)]))
    clock.instant += timedelta(minutes=59)
    assert database.write(lambda uow: claim(uow, HOURLY, SLOT, "b")) is None
    with database.read() as uow:
        assert due(uow, [HOURLY]) == []


def test_who_was_taken_for_dead_does_not_speak_for_who_came_after(
    database: Database, clock: FixedClock
) -> None:
    database.write(lambda uow: claim(uow, HOURLY, SLOT, "slow"))
    clock.instant += HOURLY.patience
    database.write(lambda uow: claim(uow, HOURLY, SLOT, "next"))
    database.write(lambda uow: fail(uow, HOURLY, SLOT, "slow", "too late"))
    with database.read() as uow:
        run = uow.session.get_one(JobRun, ("hourly", SLOT))
        assert (run.worker, run.failed_at) == ("next", None)


def test_one_leads_until_its_lease_runs_out(database: Database, clock: FixedClock) -> None:
    lasts = timedelta(seconds=15)
    assert database.write(lambda uow: take_lease(uow, "a", lasts))
    assert not database.write(lambda uow: take_lease(uow, "b", lasts))
    clock.instant += timedelta(seconds=10)
    assert database.write(lambda uow: take_lease(uow, "a", lasts))
    clock.instant += timedelta(seconds=15)
    with database.read() as uow:
        leader = find_leader(uow)
    assert leader is not None
    assert (leader.worker, leader.since, leader.is_alive) == ("a", NOW, False)
    assert database.write(lambda uow: take_lease(uow, "b", lasts))
    assert not database.write(lambda uow: take_lease(uow, "a", lasts))


def test_only_the_leader_gives_its_lease_back(database: Database) -> None:
    lasts = timedelta(seconds=15)
    database.write(lambda uow: take_lease(uow, "a", lasts))
    database.write(lambda uow: release_lease(uow, "b"))
    assert not database.write(lambda uow: take_lease(uow, "b", lasts))
    database.write(lambda uow: release_lease(uow, "a"))
    assert database.write(lambda uow: take_lease(uow, "b", lasts))


def test_old_records_are_forgotten(database: Database, clock: FixedClock) -> None:
    database.write(lambda uow: claim(uow, HOURLY, SLOT, "a"))
    assert database.write(forget_old_runs) == 0
    clock.instant += timedelta(days=31)
    assert database.write(forget_old_runs) == 1


def test_a_worker_keeps_what_a_job_said_and_why_it_failed(
    database: Database, settings: Settings
) -> None:
    def broken(run: Run) -> list[Count]:
        raise OSError("no disk")

    jobs = (
        Job("good", lambda run: [Count("Done", 3)], timedelta(hours=1)),
        Job("bad", broken, timedelta(hours=1)),
    )
    worker = Worker(database, settings, jobs, timedelta(hours=1))
    worker.beat()
    for job in jobs:
        worker.attempt(job)
    with database.read() as uow:
        good, bad = (uow.session.get_one(JobRun, (name, SLOT)) for name in ("good", "bad"))
        assert (counts_of(good), good.finished_at) == ((Count("Done", 3),), NOW)
        assert (bad.result, bad.finished_at, bad.failed_at) == ("OSError: no disk", None, NOW)


def test_a_worker_that_does_not_lead_runs_nothing(database: Database, settings: Settings) -> None:
    database.write(lambda uow: take_lease(uow, "another", timedelta(minutes=1)))
    ran: list[Run] = []

    def note(run: Run) -> list[Count]:
        ran.append(run)
        return []

    job = Job("x", note, timedelta(hours=1))
    worker = Worker(database, settings, [job], timedelta(hours=1))
    worker.beat()
    worker.attempt(job)
    assert ran == []


def test_every_declared_job_runs(database: Database, settings: Settings) -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    for job in JOBS:
        counted = job.run(Run(database, settings, job.slot_at(NOW)))
        assert [count.number for count in counted] == [0] * len(counted)
        assert counted, "a job says what it did"


def test_the_page_tells_in_the_readers_language_what_a_job_did(
    make_app: Callable[..., Flask], cast: Cast, database: Database
) -> None:
    job = JOBS[0]
    slot = job.slot_at(NOW)
    database.write(lambda uow: claim(uow, job, slot, "a"))
    database.write(lambda uow: finish(uow, job, slot, "a", [Count("Options lapsed", 1200)]))
    ada = Browser(make_app()).sign_in(cast.administrator)
    page = ada.get("/travaux").text
    assert "Options expirées\N{NO-BREAK SPACE}: 1\N{NARROW NO-BREAK SPACE}200" in page


def test_the_page_of_jobs_has_words_for_each() -> None:
    assert set(WORDS) == {job.name for job in JOBS}
