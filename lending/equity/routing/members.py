"""Who works for which department, and who speaks for whom while they are away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select

from calendars.zones import to_local
from lending.accounts.models import User, UserRole
from lending.accounts.permissions import PERMISSIONS, Action, Grant, Principal
from lending.authorities.models import Authority, Department
from lending.db.database import UnitOfWork
from lending.equity.routing.models import Delegation, DepartmentMember
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_


@dataclass(frozen=True)
class Person:
    """Somebody in a list to choose from."""

    id: int
    name: str


@dataclass(frozen=True)
class DepartmentChoice:
    """A department, and whether somebody works for it."""

    id: int
    name: str
    authority: str
    is_member: bool


@dataclass(frozen=True)
class DelegationView:
    """Who speaks for whom, and on which days."""

    id: int
    giver: str
    holder: str
    is_own: bool
    """Whether the reader gave it."""
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Voice:
    """A department for which somebody may speak, and for whom (none: for themselves)."""

    department_id: int
    for_id: int | None = None
    for_name: str = ""


def voices(uow: UnitOfWork, actor: Principal, authority_id: int) -> dict[int, Voice]:
    """Return the departments of an authority for which the actor may speak today.

    Members speak for their departments; staff that belongs to no department of the authority
    speaks for all of them; who holds a delegation, for those of its giver.
    """
    if not actor.can(Action.GIVE_OPINION, authority_id=authority_id):
        return {}
    found = {
        department_id: Voice(department_id)
        for department_id in _departments_of(uow, actor.user_id, authority_id)
    }
    for giver in _givers(uow, actor, authority_id):
        if _principal(giver).can(Action.GIVE_OPINION, authority_id=authority_id):
            for department_id in _departments_of(uow, giver.id, authority_id):
                found.setdefault(department_id, Voice(department_id, giver.id, giver.name))
    return found


def member_departments(uow: UnitOfWork, actor: Principal) -> set[int]:
    """Return the departments whose opinions the actor is expected to give, here or anywhere."""
    if actor.user_id is None:
        return set()
    people = {actor.user_id}
    scope = actor.authority_scope(Action.GIVE_OPINION)
    authorities = uow.session.execute(select(Authority.id, Authority.timezone)).all()
    for authority_id, _ in authorities:
        if scope is None or authority_id in scope:
            people |= {giver.id for giver in _givers(uow, actor, authority_id)}
    rows = uow.session.execute(
        select(DepartmentMember.department_id, Department.authority_id)
        .join(Department, Department.id == DepartmentMember.department_id)
        .where(DepartmentMember.user_id.in_(people))
    )
    return {number for number, owner in rows if scope is None or owner in scope}


def department_choices(
    uow: UnitOfWork, actor: Principal, user_id: int
) -> tuple[DepartmentChoice, ...]:
    """Return all departments, and for which of them somebody works.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
    """
    actor.check(Action.MANAGE_USERS)
    held = set(
        uow.session.scalars(
            select(DepartmentMember.department_id).where(DepartmentMember.user_id == user_id)
        )
    )
    rows = uow.session.execute(
        select(Department.id, Department.name, Authority.name)
        .join(Authority, Authority.id == Department.authority_id)
        .order_by(Authority.name, Department.name)
    )
    return tuple(DepartmentChoice(*row, is_member=row[0] in held) for row in rows)


def set_departments(
    uow: UnitOfWork, actor: Principal, user_id: int, department_ids: Collection[int]
) -> None:
    """Make somebody work for exactly these departments.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        NotFound: no such account.
        InvalidInput: no such department.
    """
    actor.check(Action.MANAGE_USERS)
    if uow.session.get(User, user_id) is None:
        raise NotFound
    wanted = set(department_ids)
    known = set(uow.session.scalars(select(Department.id).where(Department.id.in_(wanted))))
    if wanted - known:
        raise InvalidInput(department_ids=N_("We do not know this department."))
    uow.session.execute(delete(DepartmentMember).where(DepartmentMember.user_id == user_id))
    uow.session.add_all(DepartmentMember(user_id=user_id, department_id=i) for i in sorted(wanted))


def list_delegations(uow: UnitOfWork, actor: Principal) -> tuple[DelegationView, ...]:
    """Return what the actor gave and holds that is not over, the earliest first.

    Raises:
        NotSignedIn, Forbidden: the actor gives no opinions.
    """
    actor.check(Action.GIVE_OPINION)
    rows = uow.session.scalars(
        select(Delegation)
        .where(
            or_(Delegation.from_id == actor.user_id, Delegation.to_id == actor.user_id),
            Delegation.last_day >= uow.now.date(),
        )
        .order_by(Delegation.first_day, Delegation.id)
    ).all()
    people = {number for row in rows for number in (row.from_id, row.to_id)}
    found = uow.session.execute(select(User.id, User.name).where(User.id.in_(people)))
    names: dict[int, str] = dict(found.all())
    return tuple(
        DelegationView(
            row.id,
            names[row.from_id],
            names[row.to_id],
            row.from_id == actor.user_id,
            row.first_day,
            row.last_day,
        )
        for row in rows
    )


def colleagues(uow: UnitOfWork, actor: Principal) -> tuple[Person, ...]:
    """Return who could speak for the actor: who may give opinions at one of its authorities.

    Raises:
        NotSignedIn, Forbidden: the actor gives no opinions.
    """
    actor.check(Action.GIVE_OPINION)
    own = actor.authority_scope(Action.GIVE_OPINION)
    rows = uow.session.scalars(
        select(User)
        .where(
            User.is_active,
            User.id != (actor.user_id or 0),
            User.roles.any(UserRole.role.in_(PERMISSIONS[Action.GIVE_OPINION])),
        )
        .order_by(User.name, User.id)
    )
    found = []
    for user in rows:
        theirs = _principal(user).authority_scope(Action.GIVE_OPINION)
        if own is None or theirs is None or own & theirs:
            found.append(Person(user.id, user.name))
    return tuple(found)


def delegate(
    uow: UnitOfWork, actor: Principal, to_id: int, first_day: date, last_day: date
) -> Delegation:
    """Let a colleague give one's opinions during an absence.

    Raises:
        NotSignedIn, Forbidden: the actor gives no opinions.
        InvalidInput: not a colleague, or days that cannot be.
    """
    actor.check(Action.GIVE_OPINION)
    errors = []
    if actor.user_id is None or to_id not in {each.id for each in colleagues(uow, actor)}:
        errors.append(FieldError("to_id", N_("Choose a colleague from the list.")))
    if last_day < first_day:
        errors.append(FieldError("last_day", N_("The last day comes after the first.")))
    elif last_day < uow.now.date():
        errors.append(FieldError("last_day", N_("Choose today or a later day.")))
    if errors:
        raise InvalidInput(errors)
    delegation = Delegation(
        from_id=actor.user_id,
        to_id=to_id,
        first_day=first_day,
        last_day=last_day,
        created_at=uow.now,
    )
    uow.session.add(delegation)
    uow.session.flush()  # callers want its id
    return delegation


def take_back_delegation(uow: UnitOfWork, actor: Principal, delegation_id: int) -> None:
    """End a delegation that one gave.

    Raises:
        NotSignedIn, Forbidden: the actor gives no opinions.
        NotFound: there is none that the actor gave.
    """
    actor.check(Action.GIVE_OPINION)
    found = uow.session.get(Delegation, delegation_id)
    if found is None or found.from_id != actor.user_id:
        raise NotFound
    uow.session.delete(found)


def _departments_of(uow: UnitOfWork, user_id: int | None, authority_id: int) -> set[int]:
    """Return for which departments of an authority somebody of its staff speaks."""
    every = set(
        uow.session.scalars(select(Department.id).where(Department.authority_id == authority_id))
    )
    own = set(
        uow.session.scalars(
            select(DepartmentMember.department_id).where(
                DepartmentMember.user_id == user_id, DepartmentMember.department_id.in_(every)
            )
        )
    )
    return own or every


def _givers(uow: UnitOfWork, actor: Principal, authority_id: int) -> list[User]:
    """Return whose delegation the actor holds today, by the authority's calendar."""
    if actor.user_id is None:
        return []
    zone = ZoneInfo(uow.session.get_one(Authority, authority_id).timezone)
    today = to_local(uow.now, zone).date()
    return list(
        uow.session.scalars(
            select(User)
            .join(Delegation, Delegation.from_id == User.id)
            .where(
                Delegation.to_id == actor.user_id,
                Delegation.first_day <= today,
                Delegation.last_day >= today,
                User.is_active,
            )
            .order_by(Delegation.id)
        )
    )


def _principal(user: User) -> Principal:
    grants = (Grant(role.role, role.authority_id, role.organisation_id) for role in user.roles)
    return Principal(user.id, user.name, tuple(grants))
