"""What needs somebody: read for a person of the staff, oldest duty first.

The number of queries does not depend on how much there is to do.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority, Competence, Department, DepartmentCompetence
from lending.availability.answers import instant
from lending.availability.holds import FOREVER, seconds
from lending.bookings.duties import (
    LAPSES_SOON,
    PREPARE_AHEAD,
    VERIFY_WITHIN,
    DutyKind,
    Remark,
    Standing,
    duty_of,
    remarks_on,
)
from lending.bookings.models import Booking, BookingLine, Event, Transition
from lending.bookings.shortages import overbooked
from lending.bookings.states import GRANTED, State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation, Verification

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
class DutyLine:
    """What a booking is about, one item."""

    name: str
    quantity: int
    """Granted if that is decided, requested otherwise."""


@dataclass(frozen=True)
class Duty:
    """One thing to do, and until when."""

    kind: DutyKind
    due_at: datetime
    authority_id: int | None
    """None for what concerns every authority: an organisation to verify."""
    departments: frozenset[int] = frozenset()
    remarks: tuple[Remark, ...] = ()
    booking_id: int | None = None
    reference: str = ""
    state: State | None = None
    organisation_id: int | None = None
    organisation: str = ""
    event: str = ""
    period: Interval | None = None
    item_id: int | None = None
    item: str = ""
    missing: int = 0
    lines: tuple[DutyLine, ...] = ()

    @property
    def order(self) -> tuple[datetime, str, int]:
        """What the inbox is sorted by."""
        return self.due_at, self.kind, self.booking_id or self.item_id or self.organisation_id or 0


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
    uow: UnitOfWork, actor: Principal, wanted: InboxFilter, per_page: int = PER_PAGE
) -> Inbox:
    """Return what the actor has to do; who can do nothing of it, an auditor, sees all of it.

    Raises:
        Forbidden, NotSignedIn: the actor has no inbox.
    """
    actor.check(Action.SEE_INBOX)
    everything = _duties(uow, actor)
    of_authority = [duty for duty in everything if _is_of_authority(duty, wanted)]
    of_department = [duty for duty in of_authority if _is_of_department(duty, wanted)]
    shown = _of_kind(of_department, wanted)
    pages = max(1, -(-len(shown) // per_page))
    page = min(max(wanted.page, 1), pages)
    authorities, zone = _authorities(uow, actor, everything, wanted.authority_id)
    return Inbox(
        duties=_with_lines(uow, shown[(page - 1) * per_page : page * per_page]),
        total=len(shown),
        page=page,
        counts=Counter(duty.kind for duty in of_department),
        authorities=authorities,
        departments=_departments(uow, actor, of_authority, wanted.authority_id),
        zone=zone,
        now=uow.now,
    )


def next_booking(uow: UnitOfWork, actor: Principal, wanted: InboxFilter, after: int) -> int | None:
    """Return the booking to turn to after this one: the next in the inbox, or else the first."""
    actor.check(Action.SEE_INBOX)
    duties = [
        duty
        for duty in _duties(uow, actor)
        if _is_of_authority(duty, wanted) and _is_of_department(duty, wanted)
    ]
    ids = [duty.booking_id for duty in _of_kind(duties, wanted) if duty.booking_id is not None]
    place = ids.index(after) if after in ids else -1
    others = ids[place + 1 :] + ids[: max(place, 0)]
    return others[0] if others else None


def _is_of_authority(duty: Duty, wanted: InboxFilter) -> bool:
    # An organisation to verify concerns every authority.
    return wanted.authority_id is None or duty.authority_id in (None, wanted.authority_id)


def _is_of_department(duty: Duty, wanted: InboxFilter) -> bool:
    return wanted.department_id is None or wanted.department_id in duty.departments


def _of_kind(duties: Iterable[Duty], wanted: InboxFilter) -> list[Duty]:
    chosen = (duty for duty in duties if wanted.kind in (None, duty.kind))
    return sorted(chosen, key=lambda duty: duty.order)


def _duties(uow: UnitOfWork, actor: Principal) -> list[Duty]:
    scope = actor.authority_scope(Action.SEE_INBOX)
    kinds = {kind for kind in DutyKind if actor.can(kind.action)} or set(DutyKind)
    found = [duty for duty in _booking_duties(uow, scope) if duty.kind in kinds]
    if DutyKind.VERIFY in kinds:
        found += _verifications(uow)
    if DutyKind.SHORTAGE in kinds:
        found += _shortages(uow, scope)
    return found


def _in_scope(
    column: InstrumentedAttribute[int], scope: Collection[int] | None
) -> list[ColumnElement[bool]]:
    return [] if scope is None else [column.in_(scope)]


def _due_bookings(now: datetime, scope: Collection[int] | None) -> list[ColumnElement[bool]]:
    """Return the conditions under which a booking may be somebody's duty; `duty_of` decides."""
    soon = now + PREPARE_AHEAD
    return [
        or_(
            Booking.state.in_((State.SUBMITTED, State.IN_REVIEW, State.RETURNED)),
            (Booking.state == State.INCOMPLETE) & (Booking.option_until <= now + LAPSES_SOON),
            Booking.state.in_(GRANTED) & (Booking.starts_at <= soon),
            (Booking.state == State.OUT) & (Booking.ends_at <= now + timedelta(days=2)),
        ),
        *_in_scope(Booking.authority_id, scope),
    ]


def _booking_duties(uow: UnitOfWork, scope: Collection[int] | None) -> list[Duty]:
    conditions = _due_bookings(uow.now, scope)
    due = select(Booking.id).where(*conditions)
    by_items = _departments_of_items(uow, due)
    by_competence = _departments_by_competence(uow, scope)
    answered = set(
        uow.session.scalars(
            select(Transition.booking_id).where(
                Transition.move == "complete", Transition.booking_id.in_(due)
            )
        )
    )
    rows = uow.session.execute(
        select(
            Booking,
            Organisation.name,
            Event.name,
            Event.competence,
            Authority.timezone,
            Authority.lead_time_days,
            Authority.answer_days,
        )
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Authority, Authority.id == Booking.authority_id)
        .where(*conditions)
    )
    found = []
    for booking, organisation, event, competence, timezone, lead_time, answer_days in rows:
        standing = Standing(
            state=booking.state,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            filed_at=booking.complete_at or booking.submitted_at or booking.created_at,
            submitted_at=booking.submitted_at,
            option_until=booking.option_until,
            answered_pieces=booking.id in answered,
            zone=ZoneInfo(timezone),
            lead_time_days=lead_time,
            answer_days=answer_days,
        )
        duty = duty_of(standing, uow.now)
        if duty is None:
            continue
        departments = by_items[booking.id] | by_competence[booking.authority_id, competence]
        found.append(
            Duty(
                kind=duty[0],
                due_at=duty[1],
                authority_id=booking.authority_id,
                departments=frozenset(departments),
                remarks=remarks_on(standing, uow.now),
                booking_id=booking.id,
                reference=booking.reference,
                state=booking.state,
                organisation_id=booking.organisation_id,
                organisation=organisation,
                event=event,
                period=Interval(booking.starts_at, booking.ends_at),
            )
        )
    return found


def _departments_of_items(uow: UnitOfWork, due: Select[int]) -> dict[int, set[int]]:
    rows = uow.session.execute(
        select(BookingLine.booking_id, Item.department_id)
        .join(Item, Item.id == BookingLine.item_id)
        .where(BookingLine.booking_id.in_(due))
        .distinct()
    )
    found: dict[int, set[int]] = defaultdict(set)
    for booking_id, department_id in rows:
        if department_id is not None:
            found[booking_id].add(department_id)
    return found


def _departments_by_competence(
    uow: UnitOfWork, scope: Collection[int] | None
) -> dict[tuple[int, Competence], set[int]]:
    rows = uow.session.execute(
        select(Department.authority_id, DepartmentCompetence.competence, Department.id)
        .join(DepartmentCompetence, DepartmentCompetence.department_id == Department.id)
        .where(*_in_scope(Department.authority_id, scope))
    )
    found: dict[tuple[int, Competence], set[int]] = defaultdict(set)
    for authority_id, competence, department_id in rows:
        found[authority_id, competence].add(department_id)
    return found


def _verifications(uow: UnitOfWork) -> list[Duty]:
    rows = uow.session.execute(
        select(Organisation.id, Organisation.name, Organisation.created_at).where(
            Organisation.verification == Verification.PENDING
        )
    )
    return [
        Duty(
            kind=DutyKind.VERIFY,
            due_at=created_at + VERIFY_WITHIN,
            authority_id=None,
            organisation_id=organisation_id,
            organisation=name,
        )
        for organisation_id, name, created_at in rows
    ]


def _shortages(uow: UnitOfWork, scope: Collection[int] | None) -> list[Duty]:
    rows = uow.session.execute(
        select(Item.id, Item.name, Item.authority_id, Item.department_id).where(
            *_in_scope(Item.authority_id, scope)
        )
    )
    items = {row[0]: row for row in rows}
    found = []
    for item_id, gaps in overbooked(uow, seconds(uow.now), items.keys()).items():
        _, name, authority_id, department_id = items[item_id]
        start, end = gaps[0].starts, gaps[0].ends
        found.append(
            Duty(
                kind=DutyKind.SHORTAGE,
                due_at=instant(start),
                authority_id=authority_id,
                departments=frozenset(() if department_id is None else (department_id,)),
                item_id=item_id,
                item=name,
                missing=max(gap.missing for gap in gaps),
                period=None if end >= FOREVER else Interval(instant(start), instant(end)),
            )
        )
    return found


def _with_lines(uow: UnitOfWork, duties: list[Duty]) -> tuple[Duty, ...]:
    ids = [duty.booking_id for duty in duties if duty.booking_id is not None]
    rows = uow.session.execute(
        select(
            BookingLine.booking_id,
            Item.name,
            func.coalesce(BookingLine.granted, BookingLine.requested),
        )
        .join(Item, Item.id == BookingLine.item_id)
        .where(BookingLine.booking_id.in_(ids))
        .order_by(BookingLine.id)
    )
    lines: dict[int | None, list[DutyLine]] = defaultdict(list)
    for booking_id, name, quantity in rows:
        if quantity:
            lines[booking_id].append(DutyLine(name, quantity))
    return tuple(replace(duty, lines=tuple(lines[duty.booking_id])) for duty in duties)


def _authorities(
    uow: UnitOfWork, actor: Principal, duties: Collection[Duty], chosen: int | None
) -> tuple[tuple[Choice, ...], ZoneInfo]:
    counts = Counter(duty.authority_id for duty in duties)
    rows = uow.session.execute(
        select(Authority.id, Authority.name, Authority.timezone)
        .where(*_in_scope(Authority.id, actor.authority_scope(Action.SEE_INBOX)))
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
        .where(*_in_scope(Department.authority_id, scope))
        .order_by(Department.name)
    )
    return tuple(Choice(number, name, counts[number]) for number, name in rows)
