"""Help other than equipment: hours of the graphic designer and of an electrician."""

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Department
from lending.catalogue.models import Category
from lending.catalogue.service import ItemDetails, create_service
from lending.db.database import UnitOfWork
from lending.demo.wishes import AGGLOMERATION, authority_of

WEEK = 7 * 24 * 60
SERVICES = (
    ("SRV-AFF", "Graphiste : affiche et tracts", "Graphic designer: poster", "culture", 14, 3),
    ("SRV-ELE", "Électricien sur place", "Electrician on the site", "cadre-de-vie", 12, 0),
)
"""Code, names, department, hours a week, how many weeks before the loan it is done."""


def write_services(uow: UnitOfWork) -> None:
    """Write a family of services, and two of the agglomeration."""
    authority = authority_of(uow, AGGLOMERATION)
    family = Category(
        code="services",
        name="Aide des services",
        name_en="Help of the departments",
        pictogram="box",
        position=90,
    )
    uow.session.add(family)
    uow.session.flush()  # its number
    departments = dict(
        uow.session.execute(
            select(Department.code, Department.id).where(Department.authority_id == authority)
        ).all()
    )
    for code, name, english, department, hours, weeks in SERVICES:
        details = ItemDetails(
            code=code,
            name=name,
            name_en=english,
            category_id=family.id,
            department_id=departments[department],
            description="Comptée en heures, sur la semaine où le service intervient.",
            preparation_minutes=weeks * WEEK,
            max_per_booking=6,
        )
        create_service(uow, SYSTEM, authority, details, hours)
