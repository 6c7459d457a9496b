"""Work out the plans that wait: each by one worker, with progress, and proved by the checker."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, or_, select, update

from lending.accounts.permissions import SYSTEM
from lending.db.database import Database, UnitOfWork
from lending.i18n import N_
from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import Progress, plan
from lending.logistics.planner.plans import Plan
from lending.logistics.planner.values import Problem, Weights
from lending.logistics.road_services import RoadService
from lending.logistics.roads import kinds_of, measure_roads
from lending.logistics.rounds.asking import SOON, Week, ask_week
from lending.logistics.rounds.kinds import RunState
from lending.logistics.rounds.models import PlanRun
from lending.logistics.rounds.settling import dropped

SILENCE = timedelta(minutes=2)
"""Who works out a plan and is not heard of for so long is taken for dead."""
TRIES = 3
PLANS = TypeAdapter(Plan)
"""How plans are kept: as JSON."""
PROBLEMS = TypeAdapter(Problem)
NEVER_MIND = 10**9
log = logging.getLogger(__name__)


def _nobody(done: int, whole: int) -> None:
    """Tell nobody."""


class NoLongerWanted(Exception):
    """Somebody dropped the run while it was being worked out."""


def some_run_waits(uow: UnitOfWork) -> bool:
    """Return whether a worker has a plan to work out."""
    return (
        uow.session.scalars(select(PlanRun.id).where(_waits(uow.now)).limit(1)).first() is not None
    )


def run_plans(
    database: Database, report: Progress = _nobody, roads: RoadService | None = None
) -> int:
    """Work out the plans that wait, each by one worker. Returns how many were proposed.

    `report` is told how much of how much of the present one is done; `roads` is asked for the
    drives that are not known yet.
    """
    proposed = 0
    while (run_id := database.write(_claim)) is not None:
        proposed += _work_out(database, run_id, report, roads)
    return proposed


def _waits(now: datetime) -> ColumnElement[bool]:
    silent = (PlanRun.state == RunState.RUNNING) & (PlanRun.heard_at < now - SILENCE)
    return or_(PlanRun.state == RunState.WAITING, silent)


def _claim(uow: UnitOfWork) -> int | None:
    """Take the oldest run that waits; of several workers that see it, one gets it."""
    run = uow.session.scalars(
        select(PlanRun)
        .where(_waits(uow.now))
        .order_by(PlanRun.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if run is None:
        return None
    run.attempts += 1
    run.heard_at = uow.now
    if run.attempts > TRIES:
        run.state, run.ended_at = RunState.FAILED, uow.now
        run.failure = N_("The worker stopped several times while it worked on this plan.")
        return None
    run.state, run.started_at, run.progress = RunState.RUNNING, uow.now, 0
    return run.id


def _work_out(database: Database, run_id: int, report: Progress, roads: RoadService | None) -> bool:
    try:
        iterations, seed, week = _read(database, run_id)
        if roads is not None and _measure(database, roads, week.problem):
            iterations, seed, week = _read(database, run_id)
        proposal, bolder, asked = _plans(week, iterations, seed, _telling(database, run_id, report))
    except NoLongerWanted:
        return False
    except Exception as error:
        log.exception("Plan run %d failed", run_id)
        failure = f"{type(error).__name__}: {error}"
        database.write(lambda uow: _end(uow, run_id, RunState.FAILED, failure=failure))
        return False
    database.write(
        lambda uow: _end(
            uow,
            run_id,
            RunState.PROPOSED,
            progress=1000,
            roads=week.travel.source,
            input_hash=sha256(PROBLEMS.dump_json(asked)).hexdigest(),
            proposal=PLANS.dump_json(proposal).decode(),
            bolder=PLANS.dump_json(bolder).decode() if bolder else "",
        )
    )
    return True


def _read(database: Database, run_id: int) -> tuple[int, int, Week]:
    """Return how often to try, from which seed, and what is asked."""
    with database.read() as uow:
        run = uow.session.get_one(PlanRun, run_id)
        week = ask_week(uow, SYSTEM, run.authority_id, run.monday, soon=SOON)
        return run.iterations, run.seed, week


def _measure(database: Database, roads: RoadService, problem: Problem) -> int:
    """Ask for the drives that are not known; whatever goes wrong, there are estimates."""
    try:
        return measure_roads(database, roads, problem.places, kinds_of(problem))
    except Exception:
        log.exception("Measuring roads failed: they are estimated")
        return 0


def _plans(
    week: Week, iterations: int, seed: int, tell: Progress
) -> tuple[Plan, Plan | None, Problem]:
    """Return a plan, and one that moves more where the first drops what crews already know."""
    asked = week.held_to(week.published)
    first = plan(asked, week.travel, seed=seed, iterations=iterations, progress=tell)
    _prove(asked, first, week)
    if not dropped(first, asked.published):
        return first, None, asked
    free = replace(asked, weights=Weights(moved=0, later=NEVER_MIND))
    second = plan(free, week.travel, seed=seed, iterations=2 * iterations, progress=tell)
    _prove(free, second, week)
    return first, second if second.cost.unserved < first.cost.unserved else None, asked


def _prove(asked: Problem, found: Plan, week: Week) -> None:
    violations = check(asked, found, week.travel)
    if violations:
        raise AssertionError(f"a plan of {week.monday} breaks {violations}")


def _telling(database: Database, run_id: int, report: Progress) -> Progress:
    """Return what reports progress, and writes it down at most once a second."""
    last = monotonic()

    def tell(done: int, whole: int) -> None:
        nonlocal last
        report(done, whole)
        if monotonic() - last < 1:
            return
        last = monotonic()
        if not database.write(lambda uow: _hear(uow, run_id, 1000 * done // whole)):
            raise NoLongerWanted

    return tell


def _hear(uow: UnitOfWork, run_id: int, progress: int) -> bool:
    run = uow.session.get_one(PlanRun, run_id)
    if run.state is not RunState.RUNNING:
        return False
    run.heard_at, run.progress = uow.now, progress
    return True


def _end(uow: UnitOfWork, run_id: int, state: RunState, **values: object) -> None:
    """Write the end down, unless somebody dropped the run meanwhile."""
    uow.session.execute(
        update(PlanRun)
        .where(PlanRun.id == run_id, PlanRun.state == RunState.RUNNING)
        .values(state=state, ended_at=uow.now, heard_at=uow.now, **values)
    )
