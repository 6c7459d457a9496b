"""The opinions that somebody is expected to give, as duties of the inbox."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select

from calendars.intervals import Interval
from lending.accounts.permissions import Principal
from lending.bookings.duties import DutyKind
from lending.bookings.duty_sources import Duty
from lending.bookings.models import Booking, Event
from lending.db.database import UnitOfWork
from lending.equity.routing.members import member_departments
from lending.equity.routing.models import Opinion, Verdict
from lending.equity.routing.opinions import OPEN
from lending.organisations.models import Organisation

ANSWER_WITHIN = timedelta(days=7)


def opinion_duties(uow: UnitOfWork, actor: Principal) -> list[Duty]:
    """Return the requests that wait for an opinion of the actor's departments."""
    departments = member_departments(uow, actor)
    if not departments:
        return []
    asked: dict[int, set[int]] = defaultdict(set)
    found = {}
    for opinion, booking, organisation, event in uow.session.execute(
        select(Opinion, Booking, Organisation.name, Event.name)
        .join(Booking, Booking.id == Opinion.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .where(
            Opinion.department_id.in_(departments),
            Opinion.verdict == Verdict.PENDING,
            Booking.state.in_(OPEN),
        )
        .order_by(Opinion.id)
    ):
        asked[booking.id].add(opinion.department_id)
        due = opinion.asked_at + ANSWER_WITHIN
        found[booking.id] = Duty(
            kind=DutyKind.OPINION,
            due_at=min(due, booking.option_until or due),
            authority_id=booking.authority_id,
            departments=frozenset(asked[booking.id]),
            booking_id=booking.id,
            reference=booking.reference,
            state=booking.state,
            organisation_id=booking.organisation_id,
            organisation=organisation,
            event=event,
            period=Interval(booking.starts_at, booking.ends_at),
        )
    return list(found.values())
