"""Where the duties of the inbox come from: bookings, organisations to verify, shortages."""

from collections import defaultdict
from collections.abc import Collection
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
from lending.bookings.lateness import is_late, largest_crew
from lending.bookings.models import Booking, BookingLine, Event, Transition
from lending.bookings.shortages import overbooked
from lending.bookings.states import GRANTED, State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation, Verification
from lending.policies.queries import read_rulebook


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


def duties_for(uow: UnitOfWork, actor: Principal) -> list[Duty]:
    """Return what the actor has to do, in no order; who can do nothing of it, all there is."""
    scope = actor.authority_scope(Action.SEE_INBOX)
    kinds = {kind for kind in DutyKind if actor.can(kind.action)} or set(DutyKind)
    found = [duty for duty in _booking_duties(uow, scope) if duty.kind in kinds]
    if DutyKind.VERIFY in kinds:
        found += _verifications(uow)
    if DutyKind.SHORTAGE in kinds:
        found += _shortages(uow, scope)
    return found


def in_scope(
    column: InstrumentedAttribute[int], scope: Collection[int] | None
) -> list[ColumnElement[bool]]:
    """Return the condition that an authority is among these; none when it may be any."""
    return [] if scope is None else [column.in_(scope)]


def _due_bookings(now: datetime, scope: Collection[int] | None) -> list[ColumnElement[bool]]:
    """Return the conditions under which a booking may be somebody's duty; `duty_of` decides."""
    soon = now + PREPARE_AHEAD
    return [
        or_(
            Booking.state.in_((State.SUBMITTED, State.IN_REVIEW, State.RETURNED)),
            (Booking.state == State.INCOMPLETE)
            & or_(Booking.option_until <= now + LAPSES_SOON, Booking.pieces_until <= now),
            Booking.state.in_(GRANTED) & (Booking.starts_at <= soon),
            (Booking.state == State.OUT) & (Booking.ends_at <= now + timedelta(days=2)),
        ),
        *in_scope(Booking.authority_id, scope),
    ]


def _booking_duties(uow: UnitOfWork, scope: Collection[int] | None) -> list[Duty]:
    conditions = _due_bookings(uow.now, scope)
    due = select(Booking.id).where(*conditions)
    by_items = departments_of_items(uow, due)
    by_competence = departments_by_competence(uow, scope)
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
            largest_crew(),
        )
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Authority, Authority.id == Booking.authority_id)
        .where(*conditions)
    )
    found = []
    rulebook = read_rulebook(uow.session)
    for booking, organisation, event, competence, timezone, crew in rows:
        rules = rulebook.at(booking.authority_id, booking.complete_at or uow.now).rules
        zone = ZoneInfo(timezone)
        standing = Standing(
            state=booking.state,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            filed_at=booking.complete_at or booking.submitted_at or booking.created_at,
            option_until=booking.option_until,
            pieces_until=booking.pieces_until,
            answered_pieces=booking.id in answered,
            zone=zone,
            is_late=is_late(booking, rules, crew, zone, uow.now),
            answer_days=rules.answer_days,
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


def departments_of_items(uow: UnitOfWork, due: Select[int]) -> dict[int, set[int]]:
    """Return the departments that own the items of bookings, by booking."""
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


def departments_by_competence(
    uow: UnitOfWork, scope: Collection[int] | None
) -> dict[tuple[int, Competence], set[int]]:
    """Return the departments that carry causes, by authority and cause."""
    rows = uow.session.execute(
        select(Department.authority_id, DepartmentCompetence.competence, Department.id)
        .join(DepartmentCompetence, DepartmentCompetence.department_id == Department.id)
        .where(*in_scope(Department.authority_id, scope))
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
            *in_scope(Item.authority_id, scope)
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


def with_lines(uow: UnitOfWork, duties: list[Duty]) -> tuple[Duty, ...]:
    """Return the duties with what their bookings are about."""
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
