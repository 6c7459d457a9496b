"""Figures for Prometheus: only where they are asked for, and true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from lending.bookings.supply import move_stock
from lending.db.database import Database
from lending.jobs.declared import JOBS
from lending.jobs.lease import take_lease
from lending.jobs.runs import claim, fail, finish
from lending.jobs.schedule import Count
from lending.settings import Settings
from tests.factories import NOW, Cast, approved, draft

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def figures(
    make_app: Callable[..., Flask], settings: Settings, cast: Cast
) -> Callable[[], dict[tuple[str, ...], float]]:
    """Return a function that reads every figure, by its name and the values of its labels."""
    app = make_app(replace(settings, metrics=True))

    def read() -> dict[tuple[str, ...], float]:
        answer = app.test_client().get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return read


def test_nothing_is_told_unless_it_is_asked_for(app: Flask) -> None:
    assert app.test_client().get("/metrics").status_code == 404


def test_what_waits_and_what_is_short_is_counted(
    figures: Callable[[], dict[tuple[str, ...], float]], database: Database, cast: Cast
) -> None:
    draft(database, cast, {cast.chairs: 1})
    approved(database, cast, {cast.chairs: 80})
    before = figures()
    assert before["treteau_bookings", "draft"] == 1
    assert before["treteau_bookings", "approved"] == 1
    assert before["treteau_bookings", "refused"] == 0
    assert before["treteau_organisations_pending",] == 1
    assert before["treteau_items_short",] == 0
    database.write(lambda uow: move_stock(uow, cast.manager, cast.chairs, -40, NOW, "Casse"))
    assert figures()["treteau_items_short",] == 1


def test_a_monitor_sees_whether_the_worker_lives_and_what_its_jobs_did(
    figures: Callable[[], dict[tuple[str, ...], float]], database: Database
) -> None:
    first, second = JOBS[0], JOBS[1]
    before = figures()
    assert before["treteau_worker_alive",] == 0
    assert before["treteau_job_overdue", first.name] == 1
    assert ("treteau_job_finished_timestamp_seconds", first.name) not in before
    database.write(lambda uow: take_lease(uow, "a", timedelta(minutes=1)))
    for job in (first, second):
        slot = job.slot_at(NOW)
        database.write(lambda uow, job=job, slot=slot: claim(uow, job, slot, "a"))
    database.write(
        lambda uow: finish(uow, first, first.slot_at(NOW), "a", [Count("Options lapsed", 1)])
    )
    database.write(lambda uow: fail(uow, second, second.slot_at(NOW), "a", "no disk"))
    after = figures()
    assert after["treteau_worker_alive",] == 1
    assert after["treteau_job_overdue", first.name] == 0
    assert after["treteau_job_finished_timestamp_seconds", first.name] == NOW.timestamp()
    assert after["treteau_job_failures", first.name] == 0
    assert after["treteau_job_failures", second.name] == 1
