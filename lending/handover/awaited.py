"""What waits for somebody after a hand-over: statements that differ, charges that are contested."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.bookings.charges import Charge, ChargeMove, ChargeState
from lending.bookings.duties import DutyKind
from lending.bookings.duty_sources import Duty, in_scope
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.handover.kinds import Standing
from lending.handover.models import Statement

CLEAR_UP_WITHIN = timedelta(days=1)
"""As long as two statements differ, nobody knows what is there."""
ANSWER_WITHIN = timedelta(days=15)
WHOSE = (joinedload(Booking.organisation), joinedload(Booking.event))


def handover_duties(uow: UnitOfWork, actor: Principal) -> list[Duty]:
    """Return what the actor has to decide of what was told and charged."""
    return [*_statements(uow, actor), *_charges(uow, actor)]


def _statements(uow: UnitOfWork, actor: Principal) -> Iterator[Duty]:
    if not actor.can(Action.HAND_OVER):
        return
    rows = uow.session.execute(
        select(Statement.arrived_at, Booking)
        .join(Booking, Booking.id == Statement.booking_id)
        .where(
            Statement.standing == Standing.KEPT,
            *in_scope(Booking.authority_id, actor.authority_scope(Action.HAND_OVER)),
        )
        .order_by(Statement.id)
        .options(*WHOSE)
    )
    told: dict[Booking, datetime] = {}
    for arrived_at, booking in rows:
        told.setdefault(booking, arrived_at)  # the oldest waits longest
    for booking, arrived_at in told.items():
        yield _duty(DutyKind.CLEAR_UP, arrived_at + CLEAR_UP_WITHIN, booking)


def _charges(uow: UnitOfWork, actor: Principal) -> Iterator[Duty]:
    if not actor.can(Action.DECIDE_CHARGE):
        return
    rows = uow.session.execute(
        select(ChargeMove.at, Booking)
        .join(Charge, Charge.id == ChargeMove.charge_id)
        .join(Booking, Booking.id == Charge.booking_id)
        .where(
            Charge.state == ChargeState.CONTESTED,
            ChargeMove.new == ChargeState.CONTESTED,
            *in_scope(Booking.authority_id, actor.authority_scope(Action.DECIDE_CHARGE)),
        )
        .order_by(ChargeMove.id)
        .options(*WHOSE)
    )
    contested: dict[Booking, datetime] = {}
    for at, booking in rows:
        contested.setdefault(booking, at)
    for booking, at in contested.items():
        yield _duty(DutyKind.CHARGE, at + ANSWER_WITHIN, booking)


def _duty(kind: DutyKind, due_at: datetime, booking: Booking) -> Duty:
    return Duty(
        kind=kind,
        due_at=due_at,
        authority_id=booking.authority_id,
        booking_id=booking.id,
        reference=booking.reference,
        state=booking.state,
        organisation_id=booking.organisation_id,
        organisation=booking.organisation.name,
        event=booking.event.name,
        period=Interval(booking.starts_at, booking.ends_at),
    )
