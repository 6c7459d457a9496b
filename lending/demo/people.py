"""The accounts of the demonstration: one a role, named after what they do."""

from dataclasses import dataclass

from sqlalchemy import select

from lending.accounts.models import User, UserRole
from lending.accounts.passwords import hash_password
from lending.accounts.permissions import Role
from lending.authorities.models import Authority, Department
from lending.db.database import UnitOfWork
from lending.equity.routing.models import DepartmentMember
from lending.organisations.models import Organisation

PASSWORD = "treteau-demo"  # noqa: S105 - meant to be known


@dataclass(frozen=True)
class DemoPerson:
    """An account, and for whom it acts."""

    email: str
    name: str
    role: Role
    authority: str | None = None
    organisation: str | None = None
    department: str | None = None
    """Works for this department of the authority."""


PEOPLE = (
    DemoPerson(
        "lampions@demo.example",
        "Les Lampions de Rivemont (contact)",
        Role.BORROWER,
        organisation="Les Lampions de Rivemont",
    ),
    DemoPerson(
        "valserre@demo.example",
        "Valserre Rock (contact)",
        Role.BORROWER,
        organisation="Valserre Rock",
    ),
    DemoPerson("accueil@demo.example", "Guichet des associations", Role.FRONT_DESK),
    DemoPerson(
        "materiel@demo.example",
        "Gestion du matériel, Trois-Rives",
        Role.MANAGER,
        authority="trois-rives",
    ),
    DemoPerson(
        "rivemont@demo.example", "Gestion du matériel, Rivemont", Role.MANAGER, authority="rivemont"
    ),
    DemoPerson(
        "culture@demo.example",
        "Régie culturelle, Trois-Rives",
        Role.FRONT_DESK,
        authority="trois-rives",
        department="culture",
    ),
    DemoPerson("tournee@demo.example", "Driss Vauban", Role.AGENT, authority="trois-rives"),
    DemoPerson("audit@demo.example", "Audit et contrôle", Role.AUDITOR),
    DemoPerson("admin@demo.example", "Administration de Tréteau", Role.ADMINISTRATOR),
)


def write_people(uow: UnitOfWork) -> None:
    """Write the accounts."""
    session = uow.session
    authorities = dict(session.execute(select(Authority.code, Authority.id)).all())
    organisations = dict(session.execute(select(Organisation.name, Organisation.id)).all())
    # One hash for all: it is printed on the first page anyway, and hashing is slow on purpose.
    password = hash_password(PASSWORD)
    users = {
        person.email: User(
            email=person.email,
            name=person.name,
            password_hash=password,
            created_at=uow.now,
            roles=[
                UserRole(
                    role=person.role,
                    authority_id=authorities.get(person.authority or ""),
                    organisation_id=organisations.get(person.organisation or ""),
                )
            ],
        )
        for person in PEOPLE
    }
    session.add_all(users.values())
    session.flush()  # members need their ids
    departments = session.execute(select(Department.authority_id, Department.code, Department.id))
    known = {(authority_id, code): number for authority_id, code, number in departments}
    session.add_all(
        DepartmentMember(
            user_id=users[person.email].id,
            department_id=known[authorities[person.authority or ""], person.department],
        )
        for person in PEOPLE
        if person.department
    )
