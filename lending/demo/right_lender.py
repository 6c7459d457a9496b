"""A request that went to the wrong lender, and one on which several departments have a say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.permissions import Grant, Principal, Role
from lending.authorities.models import Authority, Competence, Department
from lending.availability.answers import Wanted
from lending.bookings.decisions import review_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking
from lending.bookings.models import Booking, Logistics
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Item
from lending.db.database import Database, UnitOfWork
from lending.equity.routing.mapping import LeftOut
from lending.equity.routing.models import Opinion, Verdict
from lending.equity.routing.opinions import give_opinion
from lending.equity.routing.redirecting import redirect_booking
from lending.organisations.models import Organisation

SATURDAY = 5
AGGLOMERATION, TOWN = "trois-rives", "rivemont"
WHY = (
    "Le concert a lieu à Valserre, hors du territoire de la ville. L'agglomération dessert "
    "toutes les communes et porte la culture : elle reprend votre demande."
)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    organisation: str
    authority: str
    event: str
    commune: str
    site: str
    weeks: int
    """From now to the Saturday of the event."""
    lines: tuple[tuple[str, int], ...]


ASTRAY = Wish(
    "Valserre Rock",
    TOWN,
    "Concert de la Sainte-Cécile",
    "00004",
    "salle des fêtes, Valserre",
    9,
    (("CHA-PLI", 40), ("TAB-183", 6), ("BAR-200", 10)),
)
SHARED = Wish(
    "Les Lampions de Rivemont",
    AGGLOMERATION,
    "Guinguette des Rives",
    "00001",
    "quai du Halage, Rivemont",
    10,
    (("TAB-220", 6), ("PRA-2X1", 8), ("COF-32", 1), ("SON-BAT", 1)),
)


def pass_on(database: Database, zone: ZoneInfo) -> None:
    """File a request with the town, which passes it on to the agglomeration."""
    number = database.write(lambda uow: _file(uow, ASTRAY, zone))

    def use_case(uow: UnitOfWork) -> None:
        there = _authority(uow, AGGLOMERATION)
        redirect_booking(uow, _staff(uow, TOWN), number, there, WHY, _told)

    database.write(use_case)


def ask_departments(database: Database, zone: ZoneInfo) -> None:
    """File a request over several departments, take it in review, and give one opinion."""
    number = database.write(lambda uow: _file(uow, SHARED, zone))
    database.write(lambda uow: review_booking(uow, _staff(uow, AGGLOMERATION), number))

    def use_case(uow: UnitOfWork) -> None:
        booking = uow.session.get_one(Booking, number)
        asked = uow.session.scalars(
            select(Opinion.department_id)
            .join(Department, Department.id == Opinion.department_id)
            .where(Opinion.booking_id == booking.id, Department.code == "cadre-de-vie")
        ).first()
        if asked is not None:
            give_opinion(uow, _staff(uow, AGGLOMERATION), number, asked, Verdict.FAVOURABLE)

    database.write(use_case)


def _file(uow: UnitOfWork, wish: Wish, zone: ZoneInfo) -> int:
    organisation = uow.session.scalars(
        select(Organisation.id).where(Organisation.name == wish.organisation)
    ).one()
    borrower = Principal(
        None,
        f"Contact – {wish.organisation}",
        (Grant(Role.BORROWER, organisation_id=organisation),),
    )
    authority = _authority(uow, wish.authority)
    day = uow.now.astimezone(zone).date() + timedelta(weeks=wish.weeks)
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
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
            wish.event, at(0, 18), at(0, 23), wish.commune, Competence.CULTURE, 250, wish.site
        ),
        [Wanted(known[code], quantity) for code, quantity in wish.lines if code in known],
    )
    return submit_booking(uow, borrower, booking.id).id


def _authority(uow: UnitOfWork, code: str) -> int:
    return uow.session.scalars(select(Authority.id).where(Authority.code == code)).one()


def _staff(uow: UnitOfWork, code: str) -> Principal:
    names = {AGGLOMERATION: "Gestion du matériel, Trois-Rives"}
    name = names.get(code, "Gestion du matériel, Rivemont")
    return Principal(None, name, (Grant(Role.MANAGER, _authority(uow, code)),))


def _told(left_out: Sequence[LeftOut]) -> str:
    things = ", ".join(f"{left.quantity} × {left.name}" for left in left_out)
    return f"Également demandé, sans équivalent dans ce catalogue : {things}."
