"""What everybody may know of the authorities: who lends, where, when, for which causes."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from lending.authorities.models import (
    Authority,
    AuthorityKind,
    Commune,
    Competence,
    Department,
    Depot,
    authority_commune,
)
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotFound
from lending.i18n import N_
from lending.words import fold


@dataclass(frozen=True)
class OpenStretch:
    """A stretch of a weekday (0 is Monday) in which a depot is open, in minutes of local time."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True)
class DepotView:
    """A place where equipment is collected and returned."""

    id: int
    authority_id: int
    code: str
    name: str
    address: str
    lat: float | None
    lon: float | None
    phone: str
    note: str
    hours: tuple[OpenStretch, ...]


@dataclass(frozen=True)
class DepartmentView:
    """A department, and the causes it carries."""

    id: int
    authority_id: int
    code: str
    name: str
    email: str
    phone: str
    competences: tuple[Competence, ...]


@dataclass(frozen=True)
class CommuneView:
    """A commune, known by its INSEE code."""

    insee: str
    name: str
    postal_code: str


@dataclass(frozen=True)
class AuthorityView:
    """An authority with what belongs to it."""

    id: int
    uuid: str
    code: str
    name: str
    kind: AuthorityKind
    siren: str
    siret: str
    timezone: str
    email: str
    phone: str
    closed_on_public_holidays: bool
    school_zone: str
    departments: tuple[DepartmentView, ...]
    depots: tuple[DepotView, ...]
    communes: tuple[CommuneView, ...]

    @property
    def competences(self) -> tuple[Competence, ...]:
        """The causes that one of its departments carries, in the order of the list of causes."""
        carried = {cause for department in self.departments for cause in department.competences}
        return tuple(cause for cause in Competence if cause in carried)


def list_authorities(
    uow: UnitOfWork, ids: Collection[int] | None = None
) -> tuple[AuthorityView, ...]:
    """Return the authorities (of these numbers, if given): agglomerations first, then by name."""
    query = _with_everything().order_by(Authority.kind, Authority.name, Authority.id)
    if ids is not None:
        query = query.where(Authority.id.in_(ids))
    return tuple(_view(authority) for authority in uow.session.scalars(query))


def get_authority(uow: UnitOfWork, authority_id: int) -> AuthorityView:
    """Return an authority.

    Raises:
        NotFound: there is none of this number.
    """
    authority = uow.session.scalar(_with_everything().where(Authority.id == authority_id))
    if authority is None:
        raise NotFound
    return _view(authority)


def authority_names(uow: UnitOfWork) -> dict[int, str]:
    """Return the name of each authority by its number, in the order of `list_authorities`."""
    query = select(Authority.id, Authority.name).order_by(
        Authority.kind, Authority.name, Authority.id
    )
    return dict(uow.session.execute(query).all())


def authority_codes(uow: UnitOfWork) -> list[str]:
    """Return the codes of the authorities, in order."""
    return list(uow.session.scalars(select(Authority.code).order_by(Authority.code)))


def authority_id_of(uow: UnitOfWork, code: str) -> int:
    """Return the number of the authority with this code.

    Raises:
        InvalidInput: there is none.
    """
    found = uow.session.scalar(select(Authority.id).where(Authority.code == code))
    if found is None:
        raise InvalidInput(authority=N_("There is no authority with this code."))
    return found


def has_authorities(uow: UnitOfWork) -> bool:
    """Return whether anybody lends here: an installation without is empty."""
    return bool(uow.session.scalar(select(exists(select(Authority.id)))))


def list_communes(
    uow: UnitOfWork,
    *,
    search: str = "",
    authority_id: int | None = None,
    limit: int | None = None,
) -> tuple[CommuneView, ...]:
    """Return communes by name.

    `search` forgives accents and case, and takes the beginning of a word of the name, of the
    postal code or of the INSEE code. `authority_id` keeps the territory of an authority.
    """
    query = select(Commune).order_by(Commune.name, Commune.insee)
    if authority_id is not None:
        query = query.join(
            authority_commune,
            and_(
                authority_commune.c.commune_insee == Commune.insee,
                authority_commune.c.authority_id == authority_id,
            ),
        )
    found = [commune for commune in uow.session.scalars(query) if _matches(commune, search)]
    return tuple(_commune(commune) for commune in found[:limit])


def get_commune(uow: UnitOfWork, insee: str) -> CommuneView | None:
    """Return a commune by its INSEE code, if we know it."""
    commune = uow.session.get(Commune, insee)
    return _commune(commune) if commune else None


def find_communes(uow: UnitOfWork, text: str) -> tuple[CommuneView, ...]:
    """Return the communes that somebody means who writes a name, a postal or an INSEE code."""
    wanted = text.strip()
    exact = select(Commune).where(or_(Commune.insee == wanted, Commune.postal_code == wanted))
    communes = uow.session.scalars(exact.order_by(Commune.name)).all()
    if communes:
        return tuple(_commune(commune) for commune in communes)
    found = list_communes(uow, search=text)
    same = tuple(commune for commune in found if _plain(commune.name) == _plain(text))
    return same or found


def _plain(text: str) -> str:
    return " ".join(fold(text).replace("-", " ").replace("'", " ").replace("’", " ").split())


def _matches(commune: Commune, search: str) -> bool:
    # An installation knows its own surroundings: some hundred communes at most.
    words = [*_plain(commune.name).split(), commune.postal_code, commune.insee]
    return all(any(word.startswith(part) for word in words) for part in _plain(search).split())


def _with_everything() -> Select[Authority]:
    return select(Authority).options(
        selectinload(Authority.departments).selectinload(Department.competences),
        selectinload(Authority.depots).selectinload(Depot.opening_hours),
        selectinload(Authority.communes),
    )


def _view(authority: Authority) -> AuthorityView:
    return AuthorityView(
        id=authority.id,
        uuid=authority.uuid,
        code=authority.code,
        name=authority.name,
        kind=authority.kind,
        siren=authority.siren,
        siret=authority.siret,
        timezone=authority.timezone,
        email=authority.email,
        phone=authority.phone,
        closed_on_public_holidays=authority.closed_on_public_holidays,
        school_zone=authority.school_zone,
        departments=tuple(_department(department) for department in authority.departments),
        depots=tuple(_depot(depot) for depot in authority.depots),
        communes=tuple(
            _commune(commune) for commune in sorted(authority.communes, key=lambda c: c.name)
        ),
    )


def _department(department: Department) -> DepartmentView:
    carried = {row.competence for row in department.competences}
    return DepartmentView(
        id=department.id,
        authority_id=department.authority_id,
        code=department.code,
        name=department.name,
        email=department.email,
        phone=department.phone,
        competences=tuple(cause for cause in Competence if cause in carried),
    )


def _depot(depot: Depot) -> DepotView:
    return DepotView(
        id=depot.id,
        authority_id=depot.authority_id,
        code=depot.code,
        name=depot.name,
        address=depot.address,
        lat=depot.lat,
        lon=depot.lon,
        phone=depot.phone,
        note=depot.note,
        hours=tuple(
            OpenStretch(row.weekday, row.opens, row.closes)
            for row in sorted(depot.opening_hours, key=lambda row: (row.weekday, row.opens))
        ),
    )


def _commune(commune: Commune) -> CommuneView:
    return CommuneView(commune.insee, commune.name, commune.postal_code)
