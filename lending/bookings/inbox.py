"""What needs somebody: read for a person of the staff, oldest duty first.

The number of queries does not depend on how much there is to do.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority, Department
from lending.bookings.duties import DutyKind
from lending.bookings.duty_sources import Duty, duties_for, in_scope, with_lines
from lending.db.database import UnitOfWork

PER_PAGE = 50
USUAL_ZONE = "Europe/Paris"


@dataclass(frozen=True)
class InboxFilter:
    """What part of the work somebody wants to see; pages count from 1."""

    kind: DutyKind | None = None
    authority_id: int | None = None
    department_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class Choice:
    """Something to filter by, and how many duties are behind it."""

    id: int
    name: str
    count: int


@dataclass(frozen=True)
class Inbox:
    """One page of what is to be done, and the ways to narrow it."""

    duties: tuple[Duty, ...]
    total: int
    page: int
    counts: Mapping[DutyKind, int]
    """Per kind, the other filters applied; kinds without any are left out."""
    authorities: tuple[Choice, ...]
    departments: tuple[Choice, ...]
    zone: ZoneInfo
    """Of the authority that is shown, or of the first of them."""
    now: datetime


def read_inbox(
    uow: UnitOfWork,
    actor: Principal,
    wanted: InboxFilter,
    per_page: int = PER_PAGE,
    *,
    more: Collection[Duty] = (),
) -> Inbox:
    """Return what the actor has to do; who can do nothing of it, an auditor, sees all of it.

    `more` are the duties that rooms above this one know of.

    Raises:
        Forbidden, NotSignedIn: the actor has no inbox.
    """
    actor.check(Action.SEE_INBOX)
    everything = [*duties_for(uow, actor), *more]
    of_authority = [duty for duty in everything if _is_of_authority(duty, wanted)]
    of_department = [duty for duty in of_authority if _is_of_department(duty, wanted)]
    shown = _of_kind(of_department, wanted)
    pages = max(1, -(-len(shown) // per_page))
    page = min(max(wanted.page, 1), pages)
    authorities, zone = _authorities(uow, actor, everything, wanted.authority_id)
    return Inbox(
        duties=with_lines(uow, shown[(page - 1) * per_page : page * per_page]),
        total=len(shown),
        page=page,
        counts=Counter(duty.kind for duty in of_department),
        authorities=authorities,
        departments=_departments(uow, actor, of_authority, wanted.authority_id),
        zone=zone,
        now=uow.now,
    )


def next_booking(
    uow: UnitOfWork,
    actor: Principal,
    wanted: InboxFilter,
    after: int,
    *,
    more: Collection[Duty] = (),
) -> int | None:
    """Return the booking to turn to after this one: the next in the inbox, or else the first."""
    actor.check(Action.SEE_INBOX)
    duties = [
        duty
        for duty in (*duties_for(uow, actor), *more)
        if _is_of_authority(duty, wanted) and _is_of_department(duty, wanted)
    ]
    ids = [duty.booking_id for duty in _of_kind(duties, wanted) if duty.booking_id is not None]
    place = ids.index(after) if after in ids else -1
    others = ids[place + 1 :] + ids[: max(place, 0)]
    # One booking can be two duties.
    return next((number for number in others if number != after), None)


def _is_of_authority(duty: Duty, wanted: InboxFilter) -> bool:
    # An organisation to verify concerns every authority.
    return wanted.authority_id is None or duty.authority_id in (None, wanted.authority_id)


def _is_of_department(duty: Duty, wanted: InboxFilter) -> bool:
    return wanted.department_id is None or wanted.department_id in duty.departments


def _of_kind(duties: Iterable[Duty], wanted: InboxFilter) -> list[Duty]:
    chosen = (duty for duty in duties if wanted.kind in (None, duty.kind))
    return sorted(chosen, key=lambda duty: duty.order)


def _authorities(
    uow: UnitOfWork, actor: Principal, duties: Collection[Duty], chosen: int | None
) -> tuple[tuple[Choice, ...], ZoneInfo]:
    counts = Counter(duty.authority_id for duty in duties)
    rows = uow.session.execute(
        select(Authority.id, Authority.name, Authority.timezone)
        .where(*in_scope(Authority.id, actor.authority_scope(Action.SEE_INBOX)))
        .order_by(Authority.name)
    ).all()
    zones = {number: timezone for number, _, timezone in rows}
    zone = zones.get(chosen or 0) or next(iter(zones.values()), USUAL_ZONE)
    return tuple(Choice(number, name, counts[number]) for number, name, _ in rows), ZoneInfo(zone)


def _departments(
    uow: UnitOfWork, actor: Principal, duties: Collection[Duty], authority_id: int | None
) -> tuple[Choice, ...]:
    counts = Counter(department for duty in duties for department in duty.departments)
    scope = actor.authority_scope(Action.SEE_INBOX) if authority_id is None else {authority_id}
    rows = uow.session.execute(
        select(Department.id, Department.name)
        .where(*in_scope(Department.authority_id, scope))
        .order_by(Department.name)
    )
    return tuple(Choice(number, name, counts[number]) for number, name in rows)
