"""Single requests of the demonstration that stand for something, and who files and answers them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.permissions import Grant, Principal, Role
from lending.authorities.models import Authority, Competence
from lending.availability.answers import Wanted
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking
from lending.bookings.models import Logistics
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation

SATURDAY = 5
AGGLOMERATION, TOWN = "trois-rives", "rivemont"


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    organisation: str
    authority: str
    event: str
    commune: str
    site: str
    lines: tuple[tuple[str, int], ...]
    competence: Competence = Competence.CULTURE


def saturday_in(uow: UnitOfWork, zone: ZoneInfo, weeks: int) -> date:
    """Return the Saturday after so many weeks."""
    day = uow.now.astimezone(zone).date() + timedelta(weeks=weeks)
    return day + timedelta(days=(SATURDAY - day.weekday()) % 7)


def file_wish(uow: UnitOfWork, wish: Wish, day: date, zone: ZoneInfo) -> int:
    """Write a request for an event on the evening of a day, and send it; return its number."""
    organisation = uow.session.scalars(
        select(Organisation.id).where(Organisation.name == wish.organisation)
    ).one()
    borrower = Principal(
        None,
        f"Contact – {wish.organisation}",
        (Grant(Role.BORROWER, organisation_id=organisation),),
    )
    authority = authority_of(uow, wish.authority)
    items = uow.session.execute(
        select(Item.code, Item.id).where(
            Item.authority_id == authority, Item.code.in_([code for code, _ in wish.lines])
        )
    )
    known: dict[str, int] = dict(items.all())

    def at(days: int, hour: int) -> datetime:
        return datetime.combine(day + timedelta(days=days), time(hour), tzinfo=zone)

    booking = create_booking(
        uow,
        borrower,
        BookingDetails(organisation, authority, at(-1, 14), at(2, 10), Logistics.PICKUP),
        EventDetails(
            wish.event, at(0, 18), at(0, 23), wish.commune, wish.competence, 250, wish.site
        ),
        [Wanted(known[code], quantity) for code, quantity in wish.lines if code in known],
    )
    return submit_booking(uow, borrower, booking.id).id


def authority_of(uow: UnitOfWork, code: str) -> int:
    """Return the number of a lender."""
    return uow.session.scalars(select(Authority.id).where(Authority.code == code)).one()


def staff_of(uow: UnitOfWork, code: str) -> Principal:
    """Return who manages the equipment of a lender."""
    names = {AGGLOMERATION: "Gestion du matériel, Trois-Rives"}
    name = names.get(code, "Gestion du matériel, Rivemont")
    return Principal(None, name, (Grant(Role.MANAGER, authority_of(uow, code)),))
