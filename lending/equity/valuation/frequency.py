"""What requests would be worth and how many large loans came before, for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lending.bookings.models import Booking, BookingLine, Event
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.valuation.models import LoanValue, Stage
from lending.equity.valuation.service import valuation_under
from lending.policies.queries import Rulebook

TWELVE_MONTHS = timedelta(days=365)


@dataclass(frozen=True)
class Worth:
    """What a request would be worth, and what its borrower had before."""

    cents: int
    large_loans: int
    """Of the same lender, that began within the twelve months before this one."""


def worth_of(uow: UnitOfWork, bookings: Sequence[Booking], rulebook: Rulebook) -> dict[int, Worth]:
    """Return by booking what it would be worth, in a fixed number of queries."""
    ids = [booking.id for booking in bookings]
    # The bookings are in the session: this loads what hangs on them, all at once.
    uow.session.scalars(
        select(Booking)
        .where(Booking.id.in_(ids))
        .options(
            joinedload(Booking.authority),
            joinedload(Booking.event).joinedload(Event.commune),
            selectinload(Booking.lines).joinedload(BookingLine.item).joinedload(Item.depot),
        )
    ).unique().all()
    before = _loans(uow, bookings)
    found = {}
    for booking in bookings:
        version = rulebook.at(booking.authority_id, booking.complete_at or uow.now)
        loans = before.get((booking.organisation_id, booking.authority_id), ())
        found[booking.id] = Worth(
            valuation_under(version.rules, booking).cents,
            sum(
                cents >= version.rules.large_loan_cents
                and number != booking.id
                and booking.starts_at - TWELVE_MONTHS <= starts_at < booking.starts_at
                for number, starts_at, cents in loans
            ),
        )
    return found


def _loans(
    uow: UnitOfWork, bookings: Sequence[Booking]
) -> dict[tuple[int, int], list[tuple[int, datetime, int]]]:
    """Return by borrower and lender the loans of all years: number, beginning, value."""
    rows = uow.session.execute(
        select(
            LoanValue.organisation_id,
            LoanValue.authority_id,
            LoanValue.booking_id,
            Booking.starts_at,
            LoanValue.cents,
        )
        .join(Booking, Booking.id == LoanValue.booking_id)
        .where(
            LoanValue.organisation_id.in_({booking.organisation_id for booking in bookings}),
            LoanValue.authority_id.in_({booking.authority_id for booking in bookings}),
            LoanValue.replaced_at.is_(None),
            LoanValue.stage != Stage.CANCELLED,
            Booking.starts_at >= min(booking.starts_at for booking in bookings) - TWELVE_MONTHS,
        )
    )
    found: dict[tuple[int, int], list[tuple[int, datetime, int]]] = defaultdict(list)
    for organisation_id, authority_id, number, starts_at, cents in rows:
        found[organisation_id, authority_id].append((number, starts_at, cents))
    return found
