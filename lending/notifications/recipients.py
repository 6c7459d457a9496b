"""Who is told: the people of an organisation and its contact, the staff, the crews."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from calendars.intervals import Interval
from lending.accounts.models import User, UserRole
from lending.accounts.permissions import Role
from lending.authorities.models import Department
from lending.db.database import UnitOfWork
from lending.equity.routing.models import DepartmentMember
from lending.i18n import LANGUAGES
from lending.logistics.means.models import Agent, Shift
from lending.organisations.models import Organisation

DESK = (Role.FRONT_DESK, Role.MANAGER)


@dataclass(frozen=True)
class Recipient:
    """Somebody who is told: a person who signs in, or the contact of an organisation."""

    user_id: int | None = None
    organisation_id: int | None = None
    language: str = LANGUAGES[0]
    is_contact: bool = False
    """Whether what the law wants to be told has to reach this one."""

    @property
    def key(self) -> str:
        """Return the name under which it is told once."""
        if self.user_id is not None:
            return f"person:{self.user_id}"
        return f"organisation:{self.organisation_id}"


def people_of(uow: UnitOfWork, organisation_id: int) -> list[Recipient]:
    """Return who is told for an organisation: its people, and its contact by mail only.

    A contact with an account of the same address is told once. Where no address of a contact is
    known, its people stand for it.
    """
    organisation = uow.session.get_one(Organisation, organisation_id)
    users = uow.session.scalars(
        select(User)
        .where(User.is_active, User.roles.any(organisation_id=organisation_id))
        .order_by(User.id)
    ).all()
    contact = organisation.contact_email.strip().lower()
    is_apart = contact not in {user.email for user in users}
    found = [
        Recipient(user.id, language=user.language, is_contact=contact in ("", user.email))
        for user in users
    ]
    if is_apart and (contact or not users):
        found.append(Recipient(organisation_id=organisation_id, is_contact=True))
    return found


def staff_of(
    uow: UnitOfWork,
    authority_id: int,
    roles: Collection[Role] = (Role.MANAGER,),
    departments: Collection[int] = (),
) -> list[Recipient]:
    """Return who works for a lender in these roles.

    With departments: who belongs to one of them, and who belongs to none of the lender's.
    """
    users = uow.session.scalars(
        select(User)
        .where(
            User.is_active,
            User.roles.any(
                UserRole.role.in_(roles)
                & (UserRole.authority_id.is_(None) | (UserRole.authority_id == authority_id))
            ),
        )
        .order_by(User.id)
    ).all()
    if departments:
        elsewhere = _members_elsewhere(uow, authority_id, departments)
        users = [user for user in users if user.id not in elsewhere]
    return list(_as_recipients(users))


def _members_elsewhere(
    uow: UnitOfWork, authority_id: int, departments: Collection[int]
) -> set[int]:
    members = uow.session.execute(
        select(DepartmentMember.user_id, DepartmentMember.department_id)
        .join(Department, Department.id == DepartmentMember.department_id)
        .where(Department.authority_id == authority_id)
    ).all()
    concerned = {user_id for user_id, department_id in members if department_id in departments}
    return {user_id for user_id, _ in members} - concerned


def crews_people(uow: UnitOfWork, crew_ids: Collection[int], period: Interval) -> list[Recipient]:
    """Return who works with these crews at some time of a period and has an account."""
    users = uow.session.scalars(
        select(User)
        .where(
            User.is_active,
            User.id.in_(
                select(Agent.user_id)
                .join(Shift, Shift.agent_id == Agent.id)
                .where(
                    Shift.crew_id.in_(crew_ids),
                    Shift.starts_at < period.end,
                    Shift.ends_at > period.start,
                )
            ),
        )
        .order_by(User.id)
    )
    return list(_as_recipients(users))


def _as_recipients(users: Iterable[User]) -> Iterable[Recipient]:
    return (Recipient(user.id, language=user.language) for user in users)
