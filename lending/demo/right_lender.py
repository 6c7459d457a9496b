"""A request that went to the wrong lender, and one on which several departments have a say."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.authorities.models import Department
from lending.bookings.decisions import review_booking
from lending.bookings.models import Booking
from lending.db.database import Database, UnitOfWork
from lending.demo.wishes import (
    AGGLOMERATION,
    TOWN,
    Wish,
    authority_of,
    file_wish,
    saturday_in,
    staff_of,
)
from lending.equity.routing.mapping import LeftOut
from lending.equity.routing.models import Opinion, Verdict
from lending.equity.routing.opinions import give_opinion
from lending.equity.routing.redirecting import redirect_booking

WHY = (
    "Le concert a lieu à Valserre, hors du territoire de la ville. L'agglomération dessert "
    "toutes les communes et porte la culture : elle reprend votre demande."
)


ASTRAY = Wish(
    "Valserre Rock",
    TOWN,
    "Concert de la Sainte-Cécile",
    "00004",
    "salle des fêtes, Valserre",
    (("CHA-PLI", 40), ("TAB-183", 6), ("BAR-200", 10)),
)
SHARED = Wish(
    "Les Lampions de Rivemont",
    AGGLOMERATION,
    "Guinguette des Rives",
    "00001",
    "quai du Halage, Rivemont",
    (("TAB-220", 6), ("PRA-2X1", 8), ("COF-32", 1), ("SON-BAT", 1)),
)


def pass_on(database: Database, zone: ZoneInfo) -> None:
    """File a request with the town, which passes it on to the agglomeration."""
    number = database.write(lambda uow: file_wish(uow, ASTRAY, saturday_in(uow, zone, 9), zone))

    def use_case(uow: UnitOfWork) -> None:
        there = authority_of(uow, AGGLOMERATION)
        redirect_booking(uow, staff_of(uow, TOWN), number, there, WHY, _told)

    database.write(use_case)


def ask_departments(database: Database, zone: ZoneInfo) -> None:
    """File a request over several departments, take it in review, and give one opinion."""
    number = database.write(lambda uow: file_wish(uow, SHARED, saturday_in(uow, zone, 10), zone))
    database.write(lambda uow: review_booking(uow, staff_of(uow, AGGLOMERATION), number))

    def use_case(uow: UnitOfWork) -> None:
        booking = uow.session.get_one(Booking, number)
        asked = uow.session.scalars(
            select(Opinion.department_id)
            .join(Department, Department.id == Opinion.department_id)
            .where(Opinion.booking_id == booking.id, Department.code == "cadre-de-vie")
        ).first()
        if asked is not None:
            give_opinion(uow, staff_of(uow, AGGLOMERATION), number, asked, Verdict.FAVOURABLE)

    database.write(use_case)


def _told(left_out: Sequence[LeftOut]) -> str:
    things = ", ".join(f"{left.quantity} × {left.name}" for left in left_out)
    return f"Également demandé, sans équivalent dans ce catalogue : {things}."
