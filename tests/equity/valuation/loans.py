"""What the tests of values share: loans at each stage, and the rows that tell their worth."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.catalogue.models import Item
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.valuation.models import LoanValue
from lending.handover.service import close_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.organisations.models import Organisation
from lending.policies.drafting import Draft, edit_draft, open_draft, publish_policy
from lending.policies.rules import Rules
from tests.factories import Cast

TOWN_SIRET, CHOIR_SIRET = "00000001800010", "00000002600013"
"""They add up, and nobody has them."""


def values_of(database: Database, number: int) -> list[LoanValue]:
    """Return the rows of a loan, the oldest first."""
    with database.read() as uow:
        rows = uow.session.scalars(
            select(LoanValue).where(LoanValue.booking_id == number).order_by(LoanValue.id)
        ).all()
        uow.session.expunge_all()  # the rows as they were read
        return list(rows)


def publish(database: Database, cast: Cast, rules: Rules, day: date | None = None) -> None:
    """Publish rules of the town, in force from today on if nothing else is said."""
    draft = database.write(lambda uow: open_draft(uow, cast.manager, cast.town).id)
    database.write(
        lambda uow: edit_draft(uow, cast.manager, draft, Draft(rules, "", "2026-01-12 no 7"))
    )
    since = day or database.clock.now().date()
    database.write(lambda uow: publish_policy(uow, cast.manager, draft, since))


def lend(
    database: Database, clock: FixedClock, number: int, delivered: dict[int, int] | None = None
) -> None:
    """Hand a granted loan over, take everything back and close it."""
    with database.read() as uow:
        booking = uow.session.get_one(Booking, number)
        starts, ends = booking.starts_at, booking.ends_at
    clock.instant = starts
    database.write(lambda uow: tell_check_out(uow, SYSTEM, number, delivered))
    clock.instant = ends
    database.write(lambda uow: tell_check_in(uow, SYSTEM, number))
    clock.instant = ends + timedelta(days=1)
    database.write(lambda uow: close_booking(uow, SYSTEM, number))


def worth(database: Database, item_id: int, cents: int) -> None:
    """Say what one piece of an item costs to buy again."""

    def change(uow) -> None:  # type: ignore[no-untyped-def]
        uow.session.get_one(Item, item_id).replacement_value_cents = cents

    database.write(change)


def identify(database: Database, cast: Cast, **numbers: str | None) -> None:
    """Give the town its SIRET, and the choir these numbers."""

    def change(uow) -> None:  # type: ignore[no-untyped-def]
        uow.session.get_one(Authority, cast.town).siret = TOWN_SIRET
        choir = uow.session.get_one(Organisation, cast.choir)
        for name, number in numbers.items():
            setattr(choir, name, number)

    database.write(change)


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    """Return an instant of a year, in UTC."""
    from datetime import UTC

    return datetime(year, month, day, hour, tzinfo=UTC)
