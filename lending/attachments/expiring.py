"""Loans that last longer than the insurance of who asks for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from calendars.zones import to_local
from lending.accounts.permissions import Principal
from lending.attachments.kinds import PaperKind, PaperState
from lending.attachments.models import Attachment
from lending.authorities.models import Authority
from lending.bookings.models import Booking, Event
from lending.bookings.states import AT_WORK, State
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation, OrganisationKind
from lending.policies.queries import read_rulebook

UNDER_WAY = AT_WORK | {State.DRAFT}


@dataclass(frozen=True)
class UncoveredLoan:
    """A loan that lasts longer than the insurance of who asks for it."""

    booking_id: int
    reference: str
    event: str
    authority_id: int
    organisation_id: int
    organisation: str
    starts_at: datetime
    ends_on: date
    insured_until: date | None
    """None where no certificate was seen."""
    is_coming: bool
    """Whether a certificate that is long enough waits to be checked."""


def uncovered_loans(
    uow: UnitOfWork,
    *,
    organisation_ids: Collection[int] | None = None,
    booking_id: int | None = None,
    states: Collection[State] = UNDER_WAY,
) -> tuple[UncoveredLoan, ...]:
    """Return the requests and loans in these states that outlast the insurance; soonest first.

    Where the rules of a lender ask for none, and of its own departments, nothing is.
    """
    conditions: list[ColumnElement[bool]] = [Booking.state.in_(states)]
    if organisation_ids is not None:
        conditions.append(Booking.organisation_id.in_(organisation_ids))
    if booking_id is not None:
        conditions.append(Booking.id == booking_id)
    rows = uow.session.execute(
        select(Booking, Organisation, Event.name, Authority.timezone)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Authority, Authority.id == Booking.authority_id)
        .where(
            *conditions,
            Booking.ends_at > uow.now,
            Organisation.kind != OrganisationKind.DEPARTMENT,
        )
        .order_by(Booking.starts_at, Booking.id)
    ).all()
    if not rows:
        return ()
    coming = _coming(uow, {row[1].id for row in rows})
    rulebook = read_rulebook(uow.session)
    found = []
    for booking, organisation, event, timezone in rows:
        rules = rulebook.at(booking.authority_id, booking.complete_at or uow.now).rules
        ends_on = to_local(booking.ends_at, ZoneInfo(timezone)).date()
        insured = organisation.insurance_until
        if rules.insurance and (insured is None or insured < ends_on):
            found.append(
                UncoveredLoan(
                    booking_id=booking.id,
                    reference=booking.reference,
                    event=event,
                    authority_id=booking.authority_id,
                    organisation_id=organisation.id,
                    organisation=organisation.name,
                    starts_at=booking.starts_at,
                    ends_on=ends_on,
                    insured_until=insured,
                    is_coming=coming.get(organisation.id, date.min) >= ends_on,
                )
            )
    return tuple(found)


def own_uncovered_loans(uow: UnitOfWork, actor: Principal) -> tuple[UncoveredLoan, ...]:
    """Return those of the organisations that the actor speaks for."""
    if not actor.organisation_ids:
        return ()
    return uncovered_loans(uow, organisation_ids=actor.organisation_ids)


def _coming(uow: UnitOfWork, organisation_ids: Collection[int]) -> dict[int, date]:
    """Return until when the certificates run that wait to be checked, by organisation."""
    rows = uow.session.execute(
        select(Attachment.organisation_id, Attachment.valid_until)
        .where(
            Attachment.organisation_id.in_(organisation_ids),
            Attachment.booking_id.is_(None),
            Attachment.kind == PaperKind.INSURANCE,
            Attachment.state == PaperState.TO_CHECK,
        )
        .order_by(Attachment.valid_until)
    )
    return {number: until for number, until in rows if until is not None}
