"""Plans worked out in the background: asked for, run once by a worker, looked at, applied."""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import monotonic

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, or_, select, update

from lending.accounts.permissions import SYSTEM, Action, Principal
from lending.db.database import Database, UnitOfWork
from lending.errors import NotAllowedNow, NotFound
from lending.i18n import N_
from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import ITERATIONS, Progress, plan
from lending.logistics.planner.plans import Plan, Reasons, Why
from lending.logistics.planner.values import Problem, Weights
from lending.logistics.road_services import RoadService
from lending.logistics.roads import kinds_of, measure_roads
from lending.logistics.rounds.asking import SOON, Week, ask_week, lock_plans
from lending.logistics.rounds.drafting import span_of
from lending.logistics.rounds.errors import ProposalOutdated
from lending.logistics.rounds.keeping import keep_draft
from lending.logistics.rounds.kinds import UNDECIDED, RunState
from lending.logistics.rounds.models import PlanRun
from lending.logistics.rounds.settling import dropped, is_sound, settled
from lending.logistics.working_time import monday_of

SILENCE = timedelta(minutes=2)
"""Who works out a plan and is not heard of for so long is taken for dead."""
TRIES = 3
PLANS = TypeAdapter(Plan)
PROBLEMS = TypeAdapter(Problem)
NEVER_MIND = 10**9
log = logging.getLogger(__name__)


def _nobody(done: int, whole: int) -> None:
    """Tell nobody."""


class NoLongerWanted(Exception):
    """Somebody dropped the run while it was being worked out."""


@dataclass(frozen=True)
class Proposed:
    """A run as it is read."""

    id: int
    authority_id: int
    monday: date
    state: RunState
    progress: int
    """Thousandths."""
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    iterations: int
    proposal: Plan | None
    bolder: Plan | None
    """Moves more of what is published, to serve more."""
    failure: str
    roads: str
    """Who told how long drives take; nothing until the plan is proposed."""


def ask_for_plan(
    uow: UnitOfWork,
    actor: Principal,
    authority_id: int,
    day: date,
    iterations: int = ITERATIONS,
    seed: int = 0,
) -> int:
    """Ask for a plan of the week of a day. Returns the number of the run.

    What else was asked for this week and not applied is dropped.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    lock_plans(uow, actor, authority_id)
    monday = monday_of(day)
    uow.session.execute(
        update(PlanRun)
        .where(
            PlanRun.authority_id == authority_id,
            PlanRun.monday == monday,
            PlanRun.state.in_(UNDECIDED),
        )
        .values(state=RunState.DROPPED, decided_by=actor.name, decided_at=uow.now)
    )
    run = PlanRun(
        authority_id=authority_id,
        monday=monday,
        state=RunState.WAITING,
        iterations=iterations,
        seed=seed,
        asked_by=actor.name,
        asked_at=uow.now,
        heard_at=uow.now,
    )
    uow.session.add(run)
    uow.session.flush()
    return run.id


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


def get_run(uow: UnitOfWork, actor: Principal, run_id: int) -> Proposed:
    """Return a run.

    Raises:
        NotSignedIn, NotFound: the actor does not plan for its authority, or there is none.
    """
    run = _load(uow, actor, run_id)
    return Proposed(
        run.id,
        run.authority_id,
        run.monday,
        run.state,
        run.progress,
        run.asked_by,
        run.asked_at,
        run.ended_at,
        run.iterations,
        PLANS.validate_json(run.proposal) if run.proposal else None,
        PLANS.validate_json(run.bolder) if run.bolder else None,
        run.failure,
        run.roads,
    )


def undecided_run(uow: UnitOfWork, authority_id: int, day: date) -> int | None:
    """Return the run of a week that is not decided; who may ask is asked before."""
    return uow.session.scalars(
        select(PlanRun.id).where(
            PlanRun.authority_id == authority_id,
            PlanRun.monday == monday_of(day),
            PlanRun.state.in_(UNDECIDED),
        )
    ).first()


def apply_run(
    uow: UnitOfWork, actor: Principal, run_id: int, *, bolder: bool = False
) -> tuple[int, ...]:
    """Make a proposed plan the draft of its week. Returns the tasks it does not know: new ones.

    Raises:
        ProposalOutdated: the plan no longer holds.
        NotAllowedNow: it is not, or no longer, proposed.
        NotSignedIn, NotFound: the actor does not plan for its authority, or there is none.
    """
    run = _load(uow, actor, run_id)
    lock_plans(uow, actor, run.authority_id)
    uow.session.refresh(run)
    text = run.bolder if bolder else run.proposal
    if run.state is not RunState.PROPOSED or not text:
        raise NotAllowedNow
    found = PLANS.validate_json(text)
    week = ask_week(uow, actor, run.authority_id, run.monday)
    known = {stop.task for each in found.rounds for stop in each.stops}
    known |= {each.task for each in found.unserved}
    new = [task.id for task in week.problem.tasks if task.id not in known]
    found = _still_true(week, found, new)
    keep_draft(uow, span_of(week), found, week.origin, week.shifts)
    run.state, run.decided_by, run.decided_at = RunState.APPLIED, actor.name, uow.now
    return tuple(sorted(map(int, new)))


def _still_true(week: Week, found: Plan, new: list[str]) -> Plan:
    """Return the plan as it holds now: as it is, or with what has since gone taken out."""
    left = tuple(Reasons(name, Why.FULL) for name in new)
    whole = replace(found, unserved=(*found.unserved, *left))
    if is_sound(week, whole):
        return whole
    standing = week.standing(found)
    again = settled(week, standing)
    if dropped(again, standing) or not is_sound(week, again):
        raise ProposalOutdated
    return again


def drop_run(uow: UnitOfWork, actor: Principal, run_id: int) -> None:
    """Do without a plan; one that is being worked out is stopped.

    Raises:
        NotAllowedNow: it is decided.
        NotSignedIn, NotFound: the actor does not plan for its authority, or there is none.
    """
    run = _load(uow, actor, run_id)
    lock_plans(uow, actor, run.authority_id)
    uow.session.refresh(run)
    if run.state not in UNDECIDED:
        raise NotAllowedNow
    run.state, run.decided_by, run.decided_at = RunState.DROPPED, actor.name, uow.now


def _load(uow: UnitOfWork, actor: Principal, run_id: int) -> PlanRun:
    run = uow.session.get(PlanRun, run_id)
    if run is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    actor.check(Action.MANAGE_MEANS, authority_id=run.authority_id, hidden=True)
    return run
