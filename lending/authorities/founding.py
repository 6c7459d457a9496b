"""Add an authority with its departments, depots and territory to an installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.facts import AuthorityChanged
from lending.authorities.models import (
    Authority,
    AuthorityKind,
    Commune,
    Competence,
    Department,
    DepartmentCompetence,
    Depot,
    OpeningHours,
)
from lending.authorities.queries import OpenStretch
from lending.authorities.service import compact_siret, hours_errors, siret_errors
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_


@dataclass(frozen=True)
class NewCommune:
    """A commune of the territory."""

    insee: str
    name: str
    postal_code: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class NewDepartment:
    """A department and the causes that it carries."""

    code: str
    name: str
    email: str = ""
    phone: str = ""
    competences: Sequence[Competence] = ()


@dataclass(frozen=True)
class NewDepot:
    """A place where equipment is collected, and its opening hours."""

    code: str
    name: str
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    phone: str = ""
    note: str = ""
    hours: Sequence[OpenStretch] = ()


@dataclass(frozen=True)
class NewAuthority:
    """A lender as it is first described."""

    code: str
    name: str
    kind: AuthorityKind
    email: str = ""
    phone: str = ""
    siren: str = ""
    siret: str = ""
    timezone: str = "Europe/Paris"
    communes: Sequence[NewCommune] = ()
    departments: Sequence[NewDepartment] = ()
    depots: Sequence[NewDepot] = ()


@dataclass(frozen=True)
class Founded:
    """What was added."""

    authorities: int
    communes: int
    departments: int
    depots: int


def found_authority(uow: UnitOfWork, actor: Principal, new: NewAuthority) -> Founded:
    """Add the authority, and what it lacks of departments, depots and communes.

    What is there already, known by its code, is left as it is: the same description may be
    given again with a department more.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage authorities.
        InvalidInput: an unknown zone, a SIRET that does not add up, or hours that overlap.
    """
    actor.check(Action.MANAGE_AUTHORITY)
    if errors := _errors(new):
        raise InvalidInput(errors)
    session = uow.session
    authority = session.scalars(select(Authority).where(Authority.code == new.code)).one_or_none()
    created = authority is None
    if authority is None:
        authority = Authority(
            code=new.code,
            name=new.name,
            kind=new.kind,
            email=new.email,
            phone=new.phone,
            siren=new.siren or compact_siret(new.siret)[:9],
            siret=compact_siret(new.siret),
            timezone=new.timezone,
        )
        session.add(authority)
    added = Founded(
        int(created),
        _add_communes(uow, authority, new.communes),
        _add_departments(authority, new.departments),
        _add_depots(authority, new.depots),
    )
    session.flush()  # the event carries the authority's number
    uow.events.publish(AuthorityChanged(authority.id), uow)
    return added


def _errors(new: NewAuthority) -> list[FieldError]:
    errors = siret_errors(compact_siret(new.siret))
    try:
        ZoneInfo(new.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        errors.append(FieldError("timezone", N_("Give a time zone, such as Europe/Paris.")))
    for number, depot in enumerate(new.depots):
        errors += [
            FieldError(f"depots.{number}.{error.field}", error.message)
            for error in hours_errors(depot.hours)
        ]
    return errors


def _add_communes(uow: UnitOfWork, authority: Authority, new: Sequence[NewCommune]) -> int:
    there = {commune.insee for commune in authority.communes}
    missing = [commune for commune in new if commune.insee not in there]
    for commune in missing:
        known = uow.session.get(Commune, commune.insee)
        authority.communes.append(
            known
            or Commune(
                insee=commune.insee,
                name=commune.name,
                postal_code=commune.postal_code,
                lat=commune.lat,
                lon=commune.lon,
            )
        )
    return len(missing)


def _add_departments(authority: Authority, new: Sequence[NewDepartment]) -> int:
    there = {department.code for department in authority.departments}
    missing = [department for department in new if department.code not in there]
    authority.departments.extend(
        Department(
            code=department.code,
            name=department.name,
            email=department.email,
            phone=department.phone,
            competences=[DepartmentCompetence(competence=c) for c in department.competences],
        )
        for department in missing
    )
    return len(missing)


def _add_depots(authority: Authority, new: Sequence[NewDepot]) -> int:
    there = {depot.code for depot in authority.depots}
    missing = [depot for depot in new if depot.code not in there]
    authority.depots.extend(
        Depot(
            code=depot.code,
            name=depot.name,
            address=depot.address,
            lat=depot.lat,
            lon=depot.lon,
            phone=depot.phone,
            note=depot.note,
            opening_hours=[
                OpeningHours(weekday=each.weekday, opens=each.opens, closes=each.closes)
                for each in depot.hours
            ],
        )
        for depot in missing
    )
    return len(missing)
