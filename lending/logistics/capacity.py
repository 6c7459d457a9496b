"""What a booking would do to the days of the crews, and whether they can hold it at all.

Work is poured into the crews' hours without any drive: what finds no room finds none in any plan.
That it does is no promise: drives, orders and loads are for the planner.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from calendars.intervals import Interval
from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.availability.alternatives import nearest_dates, shifted
from lending.availability.answers import Wanted
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.moves import load_for
from lending.db.database import UnitOfWork
from lending.logistics.filled_weeks import read_weeks
from lending.logistics.generating import made, work_for
from lending.logistics.means.models import Agent, Crew, Shift
from lending.logistics.models import Task
from lending.logistics.outlook import Outlook
from lending.logistics.rates import rates_of
from lending.logistics.work import Rates

NEAR_DAYS = 7
"""How far from the wanted dates better ones are looked for, before and after."""
MOST_DATES = 3
MOST_TASKS = 1000
"""Of one booking: more than it ever has, to number those of several dates apart."""


def outlook_of(
    uow: UnitOfWork, actor: Principal, booking_id: int, granted: Mapping[int, int] | None = None
) -> Outlook | None:
    """Return what granting a booking would do, whole or in part (item id to quantity).

    None where there is nothing to say: the authority has no crews, or the booking no work.

    Raises:
        NotFound, Forbidden: the actor has no say in this booking.
    """
    booking = load_for(uow, actor, booking_id, Action.REVIEW_BOOKING, lock=False)
    found = foresee(uow, booking, granted)
    if found is None or found.fits:
        return found
    return replace(found, better=_better(uow, booking, granted))


def foresee(
    uow: UnitOfWork, booking: Booking, granted: Mapping[int, int] | None = None
) -> Outlook | None:
    """Return the same without looking for other dates, asked by nobody in particular."""
    if not has_crews(uow, booking.authority_id):
        return None
    rates = rates_of(uow, booking.authority_id)
    tasks = _tasks(booking, _loan(booking), granted, rates)
    if not tasks:
        return None
    return read_weeks(uow, booking.authority, tasks).outlook(uow, tasks)


def has_crews(uow: UnitOfWork, authority_id: int) -> bool:
    """Return whether an authority plans with crews at all."""
    crews = select(Crew.id).where(Crew.authority_id == authority_id, Crew.is_active).limit(1)
    return uow.session.scalar(crews) is not None


def which_cannot_fit(uow: UnitOfWork, booking_ids: Collection[int]) -> frozenset[int]:
    """Return those of these undecided bookings that could not be granted, each taken alone.

    Only the weeks in which somebody works are read, each once.
    """
    ends = dict(
        uow.session.execute(
            select(Agent.authority_id, func.max(Shift.ends_at))
            .join(Agent, Agent.id == Shift.agent_id)
            .where(Shift.crew_id.is_not(None), Shift.ends_at > uow.now)
            .group_by(Agent.authority_id)
        ).all()
    )
    bookings = uow.session.scalars(
        select(Booking)
        .where(Booking.id.in_(booking_ids), Booking.authority_id.in_(ends))
        .options(
            joinedload(Booking.event).joinedload(Event.commune),
            selectinload(Booking.lines).joinedload(BookingLine.item),
        )
    ).all()
    tasks: dict[Authority, dict[int, list[Task]]] = defaultdict(dict)
    rates = {number: rates_of(uow, number) for number in {b.authority_id for b in bookings}}
    for booking in bookings:
        counted = rates[booking.authority_id]
        made_of_it = _tasks(booking, _loan(booking), None, counted, -booking.id * MOST_TASKS)
        if made_of_it and min(task.earliest for task in made_of_it) < ends[booking.authority_id]:
            tasks[booking.authority][booking.id] = made_of_it
    found: set[int] = set()
    for authority, by_booking in tasks.items():
        weeks = read_weeks(uow, authority, [task for each in by_booking.values() for task in each])
        found |= {number for number, each in by_booking.items() if not weeks.may_hold(each)}
    return frozenset(found)


def _loan(booking: Booking) -> Interval:
    return Interval(booking.starts_at, booking.ends_at)


def _tasks(
    booking: Booking,
    loan: Interval,
    granted: Mapping[int, int] | None,
    rates: Rates,
    first: int = 0,
) -> list[Task]:
    """Return the tasks that a booking would have on these dates, numbered from below `first`."""
    quantities = {line.item_id: line.requested for line in booking.lines} | dict(granted or {})
    zone = ZoneInfo(booking.authority.timezone)
    days = (to_local(loan.start, zone).date() - to_local(booking.starts_at, zone).date()).days
    event = Interval(booking.event.starts_at, booking.event.ends_at)
    if days:
        event = shifted(event, days, zone)
    tasks = []
    for number, work in enumerate(work_for(booking, quantities, loan, event, rates), start=1):
        task = made(booking, work)
        task.id, task.booking = first - number, booking
        tasks.append(task)
    return tasks


def _better(
    uow: UnitOfWork, booking: Booking, granted: Mapping[int, int] | None
) -> tuple[Interval, ...]:
    quantities = {line.item_id: line.requested for line in booking.lines} | dict(granted or {})
    free = nearest_dates(
        uow,
        _loan(booking),
        [Wanted(item_id, quantity) for item_id, quantity in quantities.items() if quantity],
        ZoneInfo(booking.authority.timezone),
        without_lines=[line.id for line in booking.lines],
        horizon_days=NEAR_DAYS,
        most=2 * NEAR_DAYS,
    )
    rates = rates_of(uow, booking.authority_id)
    options = {
        loan: _tasks(booking, loan, granted, rates, -number * MOST_TASKS)
        for number, loan in enumerate(free, start=1)
    }
    read = read_weeks(
        uow, booking.authority, [task for tasks in options.values() for task in tasks]
    )
    fitting = (loan for loan, tasks in options.items() if read.is_known_to_hold(tasks))
    return tuple(loan for loan, _ in zip(fitting, range(MOST_DATES), strict=False))
