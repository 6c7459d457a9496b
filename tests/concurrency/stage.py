"""A stock made to be fought for: 40 items of 10 pieces each, 60 days, and how to recount it."""

from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import func, select

from lending.authorities.models import Authority, AuthorityKind, Commune, Competence
from lending.availability.answers import Wanted
from lending.availability.models import Hold
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.models import Booking, BookingLine
from lending.bookings.shortages import overbooked
from lending.bookings.states import State
from lending.catalogue.models import Category, Item, StockMovement
from lending.db.database import Database, UnitOfWork
from lending.organisations.models import Organisation, OrganisationKind, Verification

ITEMS, PIECES, DAYS = 40, 10, 60
OPENING = datetime(2031, 6, 1, 12, tzinfo=UTC)


def set_stage(database: Database) -> tuple[int, int, list[int]]:
    """Write the authority, the borrower and the items; return their numbers."""
    return database.write(_write)


def _write(uow: UnitOfWork) -> tuple[int, int, list[int]]:
    session = uow.session
    session.add(Commune(insee="00001", name="Rivemont"))
    authority = Authority(code="lender", name="Ville d'essai", kind=AuthorityKind.TOWN)
    category = Category(code="hot", name="Très demandé")
    session.add_all([authority, category])
    session.flush()
    borrower = Organisation(
        name="Tous les comités des fêtes",
        kind=OrganisationKind.ASSOCIATION,
        commune_insee="00001",
        created_at=uow.now,
        verification=Verification.VERIFIED,
    )
    items = [
        Item(
            authority_id=authority.id,
            category_id=category.id,
            code=f"HOT-{number:02d}",
            name=f"Article {number}",
            turnaround_minutes=120,
            preparation_minutes=60,
            created_at=uow.now,
        )
        for number in range(ITEMS)
    ]
    session.add_all([borrower, *items])
    session.flush()
    session.add_all(
        StockMovement(
            item_id=item.id, quantity_delta=PIECES, effective_at=0, reason="x", created_at=uow.now
        )
        for item in items
    )
    return authority.id, borrower.id, [item.id for item in items]


def random_request(
    chance: Random, authority: int, organisation: int, items: list[int], days: int = DAYS
) -> tuple[BookingDetails, EventDetails, list[Wanted]]:
    """Ask for three to ten items over one to four of the days."""
    start = OPENING + timedelta(days=chance.randrange(days))
    end = start + timedelta(days=chance.randint(1, 4))
    lines = [
        Wanted(item, chance.randint(1, 4)) for item in chance.sample(items, chance.randint(3, 10))
    ]
    details = BookingDetails(organisation, authority, start, end)
    event = EventDetails("Fête", start, end, "00001", Competence.LOCAL_LIFE)
    return details, event, lines


def recount(database: Database) -> dict[str, int]:
    """Count everything again, from nothing but the rows: what is lent twice, what is half there."""
    with database.read() as uow:
        session = uow.session
        held = dict(
            session.execute(
                select(Hold.booking_line_id, func.sum(Hold.quantity)).group_by(Hold.booking_line_id)
            ).all()
        )
        lines = session.execute(
            select(
                BookingLine.id,
                func.coalesce(BookingLine.granted, BookingLine.requested),
                Booking.state,
            ).join(Booking, Booking.id == BookingLine.booking_id)
        ).all()
        wrong = sum(
            held.get(line_id, 0) != (quantity if state.holds is not None else 0)
            for line_id, quantity, state in lines
        )
        empty = session.scalar(
            select(func.count())
            .select_from(Booking)
            .where(~select(BookingLine.id).where(BookingLine.booking_id == Booking.id).exists())
        )
        confirmed = session.scalar(
            select(func.count()).select_from(Booking).where(Booking.state == State.SUBMITTED)
        )
        return {
            "overbooked": len(overbooked(uow, 0)),
            "half_written": wrong + (empty or 0),
            "confirmed": confirmed or 0,
        }
