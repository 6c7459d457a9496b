"""The accounts of the demonstration: one a role, named after what they do."""

from dataclasses import dataclass

from sqlalchemy import select

from lending.accounts.models import User, UserRole
from lending.accounts.passwords import hash_password
from lending.accounts.permissions import Role
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
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
    session.add_all(
        User(
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
    )
