"""Change the draft by hand: move a task, take it out, pin it. What breaks a rule is refused."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_
from lending.logistics.crew_shifts import shift_name
from lending.logistics.models import Task
from lending.logistics.planner.plans import Obstacle, Plan, Reasons, Why
from lending.logistics.planner.replanning import assignments
from lending.logistics.planner.values import Assignment
from lending.logistics.planner.values import Pin as AskedPin
from lending.logistics.problem import PLANNABLE
from lending.logistics.rounds.asking import Week, ask_week, lock_plans
from lending.logistics.rounds.errors import DoesNotFit
from lending.logistics.rounds.keeping import Span, keep_draft
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Pin, Stop
from lending.logistics.rounds.settling import dropped, is_sound, settled
from lending.logistics.working_time import DAY


class PinKind(StrEnum):
    """What of a task's place the planner may not change."""

    NONE = "none"
    CREW = "crew"
    """Its crew and day."""
    TIME = "time"
    """Its minute, too."""

    @property
    def label(self) -> str:
        """Return the gettext id of the words for it."""
        return PIN_LABELS[self]


PIN_LABELS = {
    PinKind.NONE: N_("The planner may move it"),
    PinKind.CREW: N_("Keep this crew and day"),
    PinKind.TIME: N_("Keep this crew, day and time"),
}


@dataclass(frozen=True)
class Target:
    """Where a dispatcher wants a task."""

    crew_id: int
    day: date
    starts_at: datetime | None = None
    """Not before; none: wherever it costs the least driving."""
    pin: PinKind = PinKind.CREW


def move_task(uow: UnitOfWork, actor: Principal, task_id: int, target: Target) -> None:
    """Put a task on a crew's day; others of that day make room as far as they can.

    Raises:
        DoesNotFit: a rule is in the way, or another task would lose its place.
        InvalidInput: the crew does not work on that day, or a minute to keep is missing.
        NotAllowedNow: the task has begun, or is no longer needed.
        NotFound, Forbidden: the actor cannot.
    """
    task = _load(uow, actor, task_id)
    if target.pin is PinKind.TIME and target.starts_at is None:
        raise InvalidInput(starts_at=N_("Say at what time."))
    _unpin(uow, task_id)
    week = ask_week(uow, actor, task.authority_id, target.day, freed=task_id)
    shift = shift_name(target.crew_id, target.day)
    if shift not in week.shifts:
        raise InvalidInput(crew_id=N_("This crew does not work on that day."))
    name = str(task_id)
    if name not in {each.id for each in week.problem.tasks}:
        raise InvalidInput(day=N_("This task cannot be done in that week."))
    standing = week.standing(week.draft)
    # What has lost its place already is not the fault of this move.
    lost = dropped(settled(week, standing), standing) | {name}
    kept = [each for each in standing if each.task not in lost]
    after, pin = _moved(week, kept, name, shift, target)
    _check(week, after, kept, pin)
    _keep(uow, week, after)
    _pin(uow, actor, task_id, target)


def _moved(
    week: Week, kept: list[Assignment], name: str, shift: str, target: Target
) -> tuple[Plan, AskedPin]:
    if target.starts_at is None:
        pin = AskedPin(name, shift)
        return settled(week, kept, pin), pin
    minute = week.asked.minute(target.starts_at)
    pin = AskedPin(name, shift, minute if target.pin is PinKind.TIME else None)
    return settled(week, [*kept, Assignment(name, shift, minute)], pin), pin


def _check(week: Week, after: Plan, kept: list[Assignment], pin: AskedPin) -> None:
    placed = assignments(after)
    pushed = dropped(after, kept)
    if pin.task in placed and not pushed and is_sound(week, after, pin):
        return
    reasons = {each.task: each for each in after.unserved}
    why = reasons.get(pin.task)
    raise DoesNotFit(_obstacle(why, pin.shift) if why else None, tuple(sorted(map(int, pushed))))


def _obstacle(reasons: Reasons, shift: str) -> Obstacle:
    """Return what is in the way on one shift, rather than that it was pinned there."""
    here = (each for each in reasons.obstacles if shift in each.shifts and each.why is not Why.PIN)
    return next(here, Obstacle(reasons.why))


def unplan_task(uow: UnitOfWork, actor: Principal, task_id: int) -> tuple[int, ...]:
    """Take a task out of the draft. Returns the others that go with it, since they wait for it.

    Raises:
        NotAllowedNow: the task has begun.
        NotFound, Forbidden: the actor cannot.
    """
    task = _load(uow, actor, task_id)
    _unpin(uow, task_id)
    stop = _stop(uow, task_id)
    if stop is None:
        return ()
    week = ask_week(uow, actor, task.authority_id, stop.round.day, freed=task_id)
    standing = [each for each in week.standing(week.draft) if each.task != str(task_id)]
    after = settled(week, standing)
    _keep(uow, week, after)
    return tuple(sorted(map(int, dropped(after, standing))))


def pin_task(uow: UnitOfWork, actor: Principal, task_id: int, kind: PinKind) -> None:
    """Fix a task where the draft has it, or let the planner move it again.

    Raises:
        NotAllowedNow: the task has begun, or is not planned.
        NotFound, Forbidden: the actor cannot.
    """
    _load(uow, actor, task_id)
    _unpin(uow, task_id)
    if kind is PinKind.NONE:
        return
    stop = _stop(uow, task_id)
    if stop is None:
        raise NotAllowedNow
    place = Target(stop.round.crew_id, stop.round.day, stop.starts_at, kind)
    _pin(uow, actor, task_id, place)


def settle_draft(uow: UnitOfWork, actor: Principal, authority_id: int, day: date) -> Week:
    """Bring the draft of a week in line with what changed since: bookings, crews, work begun.

    Returns the week as it was before.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    lock_plans(uow, actor, authority_id)
    week = ask_week(uow, actor, authority_id, day)
    after = settled(week, week.standing(week.draft))
    if not is_sound(week, after):
        raise AssertionError(f"the settled draft of {week.monday} breaks a constraint")
    _keep(uow, week, after)
    return week


def span_of(week: Week) -> Span:
    """Return the days of a week."""
    return Span(week.authority_id, week.monday, week.monday + 6 * DAY, week.today)


def _keep(uow: UnitOfWork, week: Week, plan: Plan) -> None:
    keep_draft(uow, span_of(week), plan, week.origin, week.shifts)


def _load(uow: UnitOfWork, actor: Principal, task_id: int) -> Task:
    task = uow.session.get(Task, task_id)
    if task is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    actor.check(Action.MANAGE_MEANS, authority_id=task.authority_id, hidden=True)
    lock_plans(uow, actor, task.authority_id)
    uow.session.refresh(task)
    if task.state not in PLANNABLE:
        raise NotAllowedNow
    return task


def _stop(uow: UnitOfWork, task_id: int) -> Stop | None:
    return uow.session.scalars(
        select(Stop).where(Stop.task_id == task_id, Stop.version == Version.DRAFT)
    ).one_or_none()


def _unpin(uow: UnitOfWork, task_id: int) -> None:
    known = uow.session.get(Pin, task_id)
    if known is not None:
        uow.session.delete(known)
        uow.session.flush()


def _pin(uow: UnitOfWork, actor: Principal, task_id: int, target: Target) -> None:
    if target.pin is PinKind.NONE:
        return
    uow.session.add(
        Pin(
            task_id=task_id,
            crew_id=target.crew_id,
            day=target.day,
            starts_at=target.starts_at if target.pin is PinKind.TIME else None,
            pinned_by=actor.name,
        )
    )
    uow.session.flush()
