"""Figures for Prometheus, where the installation asks for them.

All of them are read from the database when they are asked for: every process of every machine
gives the same answer. How long requests take is known to the proxy in front.
"""

from collections.abc import Iterable

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from lending import __version__
from lending.availability.holds import seconds
from lending.bookings.queries import count_by_state
from lending.bookings.shortages import overbooked
from lending.db.database import Database, UnitOfWork
from lending.jobs.backups import last_backup
from lending.jobs.declared import JOBS
from lending.jobs.queries import read_jobs
from lending.notifications.failing import count_trouble
from lending.organisations.queries import count_pending
from lending.web.context import database

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def show() -> Response:
    """Tell how things stand, in the format that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(Figures(database()))
    response = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


class Figures(Collector):
    """What an operator watches: work that waits, what is short, whether jobs run."""

    def __init__(self, kept: Database) -> None:
        self._database = kept

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering the collector must not read the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Yield every figure as it is now."""
        yield InfoMetricFamily("treteau", "The software.", {"version": __version__})
        with self._database.read() as uow:
            yield _bookings(uow)
            yield GaugeMetricFamily(
                "treteau_organisations_pending",
                "Organisations that wait to be verified.",
                count_pending(uow),
            )
            yield GaugeMetricFamily(
                "treteau_items_short",
                "Items promised more often than they exist, from now on.",
                len(overbooked(uow, seconds(uow.now))),
            )
            yield from _mails(uow)
            yield from _jobs(uow)
            yield from _backups(uow)


def _bookings(uow: UnitOfWork) -> Metric:
    metric = GaugeMetricFamily("treteau_bookings", "Bookings in each state.", labels=["state"])
    for state, count in count_by_state(uow).items():
        metric.add_metric([state.value], count)
    return metric


def _mails(uow: UnitOfWork) -> Iterable[Metric]:
    trouble = count_trouble(uow)
    yield GaugeMetricFamily(
        "treteau_mails_failed", "Mails that have failed for good.", trouble.failed
    )
    yield GaugeMetricFamily(
        "treteau_mails_stuck", "Mails that are tried again and again.", trouble.stuck
    )


def _jobs(uow: UnitOfWork) -> Iterable[Metric]:
    page = read_jobs(uow, JOBS)
    yield GaugeMetricFamily(
        "treteau_worker_alive", "Whether a worker has given a sign of life.", int(page.is_alive)
    )
    overdue = GaugeMetricFamily(
        "treteau_job_overdue", "Whether a job is late by more than its interval.", labels=["job"]
    )
    failures = GaugeMetricFamily(
        "treteau_job_failures", "Runs of a job that failed in the last seven days.", labels=["job"]
    )
    finished = GaugeMetricFamily(
        "treteau_job_finished_timestamp_seconds",
        "When the newest run of a job was done, if it is.",
        labels=["job"],
    )
    took = GaugeMetricFamily(
        "treteau_job_duration_seconds",
        "How long the newest run took, if it is over.",
        labels=["job"],
    )
    for job in page.jobs:
        overdue.add_metric([job.name], int(job.is_overdue))
        failures.add_metric([job.name], job.failures)
        if job.last is not None and job.last.finished_at is not None:
            finished.add_metric([job.name], job.last.finished_at.timestamp())
        if job.last is not None and job.last.seconds is not None:
            took.add_metric([job.name], job.last.seconds)
    yield from (overdue, failures, finished, took)


def _backups(uow: UnitOfWork) -> Iterable[Metric]:
    last = last_backup(uow)
    if last is not None:
        yield GaugeMetricFamily(
            "treteau_backup_timestamp_seconds",
            "When the last good backup was made.",
            last.made_at.timestamp(),
        )
        yield GaugeMetricFamily(
            "treteau_backup_size_bytes", "How large it is.", last.kilobytes * 1000
        )
