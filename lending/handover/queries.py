"""Statements and charges as they are read, and who may."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.bookings.states import GRANTED, State
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_models import Unit
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.handover.assignment_queries import assignments_of, has_units
from lending.handover.kinds import Fate, Place, Standing, StatementKind
from lending.handover.models import Statement, StatementLine, StatementPhoto, StatementUnit
from lending.handover.moving import away, due, load_loan


@dataclass(frozen=True)
class TheUnit:
    """A numbered unit, as a statement says what became of it."""

    number: int
    code: str
    fate: Fate
    condition: Condition | None


@dataclass(frozen=True)
class LineTold:
    """What a statement says of one item."""

    item_id: int
    name: str
    name_en: str
    expected: int
    delivered: int
    returned: int
    dirty: int
    damaged: int
    lost: int
    condition: Condition | None
    remark: str
    photos: tuple[str, ...]
    """The names of pictures."""
    maintenance_id: int | None
    """The repair of what is damaged."""
    units: tuple[TheUnit, ...]


@dataclass(frozen=True)
class StatementView:
    """A statement."""

    id: int
    booking_id: int
    kind: StatementKind
    standing: Standing
    happened_at: datetime
    arrived_at: datetime
    told_by: str
    place: Place
    position: tuple[float, float] | None
    rest_follows: bool
    borrower_name: str
    lender_name: str
    borrower_signature: str
    lender_signature: str
    is_contradictory: bool
    absence: str
    remarks: str
    lines: tuple[LineTold, ...]
    photos: tuple[str, ...]
    """The names of pictures that are of no one item."""


@dataclass(frozen=True)
class UnitExpected:
    """A numbered unit that is to leave, or to come back."""

    number: int
    code: str
    condition: Condition


@dataclass(frozen=True)
class LineExpected:
    """What is to leave, or to come back, of one item."""

    item_id: int
    name: str
    name_en: str
    expected: int
    is_service: bool
    units: tuple[UnitExpected, ...]
    """Those of its units that go with it, or are out."""


@dataclass(frozen=True)
class StatementForm:
    """All that a telephone needs to write a statement."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    kind: StatementKind
    contact: str
    """Whom one meets on the site, or else the borrower's contact."""
    item_ids: tuple[int, ...]
    """Of all lines, in the order in which the services count them."""
    lines: tuple[LineExpected, ...]
    """What is left to count; empty when the loan is not where it would have to be."""
    has_units: bool
    """Whether some of it has numbers."""
    begins_loan: bool
    """Whether the first pieces leave with it."""
    zone: ZoneInfo
    read_at: datetime


def form_of(
    uow: UnitOfWork, actor: Principal, booking_id: int, kind: StatementKind
) -> StatementForm:
    """Return what a statement of this kind is about now.

    Raises:
        NotSignedIn, NotFound, Forbidden: the actor may not write it.
    """
    booking = load_loan(uow, actor, booking_id, lock=False)
    count = due if kind is StatementKind.CHECK_OUT else away
    rows = assignments_of(uow, [line.id for line in booking.lines])
    units = [
        row
        for row in rows
        if (row.left_at is None if kind is StatementKind.CHECK_OUT else row.is_out)
    ]
    begins_loan = kind is StatementKind.CHECK_OUT and booking.state in GRANTED
    return StatementForm(
        booking_id=booking.id,
        reference=booking.reference,
        organisation=booking.organisation.name,
        event=booking.event.name,
        kind=kind,
        contact=booking.event.access.contact or booking.organisation.contact_name,
        item_ids=tuple(line.item_id for line in booking.lines),
        lines=tuple(
            LineExpected(
                line.item_id,
                line.item.name,
                line.item.name_en,
                count(line),
                line.item.is_service,
                tuple(_expected(row.unit) for row in units if row.line_id == line.id),
            )
            for line in booking.lines
            if count(line)
        )
        if begins_loan or booking.state is State.OUT
        else (),
        has_units=has_units(uow, booking_id),
        begins_loan=begins_loan,
        zone=ZoneInfo(uow.session.get_one(Authority, booking.authority_id).timezone),
        read_at=uow.now,
    )


def _expected(unit: Unit) -> UnitExpected:
    return UnitExpected(unit.number, unit.code, unit.condition)


def statements_of(uow: UnitOfWork, actor: Principal, booking_id: int) -> list[StatementView]:
    """Return the statements of a booking, in the order in which they came.

    Raises:
        NotSignedIn, NotFound: the actor may not see them.
    """
    _check(uow, actor, booking_id)
    rows = _rows().where(Statement.booking_id == booking_id).order_by(Statement.id)
    return [_view(row) for row in uow.session.scalars(rows)]


def get_statement(uow: UnitOfWork, actor: Principal, statement_id: int) -> StatementView:
    """Return a statement.

    Raises:
        NotSignedIn, NotFound: there is none that the actor may see.
    """
    row = uow.session.scalars(_rows().where(Statement.id == statement_id)).one_or_none()
    if row is None:
        actor.check(Action.SEE_BOOKING)
        raise NotFound
    _check(uow, actor, row.booking_id)
    return _view(row)


def has_statement_picture(uow: UnitOfWork, actor: Principal, statement_id: int, name: str) -> bool:
    """Return whether a picture belongs to a statement that the actor may see.

    Raises:
        NotSignedIn, NotFound: there is no such statement.
    """
    told = get_statement(uow, actor, statement_id)
    own = {told.borrower_signature, told.lender_signature, *told.photos}
    return bool(name) and name in own.union(*(line.photos for line in told.lines))


def statement_pictures_in_use(uow: UnitOfWork) -> set[str]:
    """Return the names of all pictures that were told with a statement."""
    signed = uow.session.execute(select(Statement.borrower_signature, Statement.lender_signature))
    photos = uow.session.scalars(select(StatementPhoto.name))
    return {name for row in signed for name in row if name} | {*photos}


def _check(uow: UnitOfWork, actor: Principal, booking_id: int) -> None:
    booking = uow.session.get(Booking, booking_id)
    if booking is None:
        raise NotFound
    owners = {"authority_id": booking.authority_id, "organisation_id": booking.organisation_id}
    if not actor.can(Action.MAKE_STATEMENT, **owners):
        actor.check(Action.SEE_BOOKING, hidden=True, **owners)


def _rows() -> Select[Statement]:
    return select(Statement).options(
        selectinload(Statement.lines).joinedload(StatementLine.line),
        selectinload(Statement.photos),
        selectinload(Statement.units).joinedload(StatementUnit.unit),
        joinedload(Statement.booking),
    )


def _view(row: Statement) -> StatementView:
    return StatementView(
        id=row.id,
        booking_id=row.booking_id,
        kind=row.kind,
        standing=row.standing,
        happened_at=row.happened_at,
        arrived_at=row.arrived_at,
        told_by=row.told_by,
        place=row.place,
        position=None if row.lat is None or row.lon is None else (row.lat, row.lon),
        rest_follows=row.rest_follows,
        borrower_name=row.borrower_name,
        lender_name=row.lender_name,
        borrower_signature=row.borrower_signature,
        lender_signature=row.lender_signature,
        is_contradictory=row.is_contradictory,
        absence=row.absence,
        remarks=row.remarks,
        lines=tuple(_line(row, line) for line in row.lines),
        photos=tuple(photo.name for photo in row.photos if photo.line_id is None),
    )


def _line(row: Statement, line: StatementLine) -> LineTold:
    item = line.line.item
    return LineTold(
        item_id=item.id,
        name=item.name,
        name_en=item.name_en,
        expected=line.expected,
        delivered=line.delivered,
        returned=line.returned,
        dirty=line.dirty,
        damaged=line.damaged,
        lost=line.lost,
        condition=line.condition,
        remark=line.remark,
        photos=tuple(photo.name for photo in row.photos if photo.line_id == line.line_id),
        maintenance_id=line.maintenance_id,
        units=tuple(
            TheUnit(told.unit.number, told.unit.code, told.fate, told.condition)
            for told in sorted(row.units, key=lambda told: told.unit.number)
            if told.unit.item_id == item.id
        ),
    )
