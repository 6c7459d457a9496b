"""Plans worked out in the background: asked for, run once by a worker, looked at, applied."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select, update

from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork
from lending.errors import NotAllowedNow, NotFound
from lending.logistics.planner.engine import ITERATIONS
from lending.logistics.planner.plans import Plan, Reasons, Why
from lending.logistics.rounds.asking import Week, ask_week, lock_plans
from lending.logistics.rounds.drafting import span_of
from lending.logistics.rounds.errors import ProposalOutdated
from lending.logistics.rounds.keeping import keep_draft
from lending.logistics.rounds.kinds import UNDECIDED, RunState
from lending.logistics.rounds.models import PlanRun
from lending.logistics.rounds.settling import dropped, is_sound, settled
from lending.logistics.rounds.working_out import PLANS
from lending.logistics.working_time import monday_of


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
