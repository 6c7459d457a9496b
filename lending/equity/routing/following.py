"""Where a request that was passed on came from, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking, Redirection
from lending.bookings.states import State
from lending.db.database import UnitOfWork


@dataclass(frozen=True)
class Link:
    """The other end of a passing on."""

    booking_id: int | None
    """None once its organisation has deleted the draft."""
    reference: str
    authority: str
    state: State | None
    reason: str
    at: datetime
    may_see: bool
    """Whether the reader may open it."""


@dataclass(frozen=True)
class Trail:
    """What a booking has to do with others that are the same request."""

    passed_to: Link | None = None
    came_from: Link | None = None
    filed_at: datetime | None = None
    """When it was first sent, and with whom; of what came from elsewhere."""
    filed_with: str = ""


def trail_of(uow: UnitOfWork, actor: Principal, booking_id: int) -> Trail:
    """Return where a booking came from and went to; the caller has checked that it may be seen.

    Whoever sees one end reads the state of the other: the first authority follows what became
    of a request, the second where it began.
    """
    on = uow.session.get(Redirection, booking_id)
    came = came_by(uow, booking_id)
    return Trail(
        passed_to=_link(uow, actor, on, on.to_id, on.to_authority_id) if on else None,
        came_from=_link(uow, actor, came, came.from_id, None) if came else None,
        filed_at=came.filed_at if came else None,
        filed_with=_name(uow, came.filed_with_id) if came else "",
    )


def came_by(uow: UnitOfWork, booking_id: int) -> Redirection | None:
    """Return the passing on by which a booking came, if it came so."""
    return uow.session.scalar(select(Redirection).where(Redirection.to_id == booking_id))


def passed_it_on(uow: UnitOfWork, booking_id: int) -> set[int]:
    """Return the authorities that a request went through before: it does not go back to them."""
    found: set[int] = set()
    came = came_by(uow, booking_id)
    while came is not None:
        found.add(uow.session.get_one(Booking, came.from_id).authority_id)
        came = came_by(uow, came.from_id)
    return found


def _link(
    uow: UnitOfWork,
    actor: Principal,
    redirection: Redirection,
    booking_id: int | None,
    authority_id: int | None,
) -> Link:
    booking = uow.session.get_one(Booking, booking_id) if booking_id is not None else None
    lender = booking.authority_id if booking else authority_id
    return Link(
        booking_id=booking_id,
        reference=booking.reference if booking else "",
        authority=_name(uow, lender),
        state=booking.state if booking else None,
        reason=redirection.reason,
        at=redirection.at,
        may_see=booking is not None
        and actor.can(
            Action.SEE_BOOKING,
            authority_id=booking.authority_id,
            organisation_id=booking.organisation_id,
        ),
    )


def _name(uow: UnitOfWork, authority_id: int | None) -> str:
    return uow.session.get_one(Authority, authority_id).name
