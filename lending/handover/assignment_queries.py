"""Which units go with a booking, which could, and where a unit is."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.availability.holds import seconds
from lending.availability.models import Hold
from lending.bookings.holding import item_ids_of
from lending.bookings.models import Booking, BookingLine
from lending.bookings.moves import load_for
from lending.bookings.states import GRANTED
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_models import Unit
from lending.catalogue.unit_queries import UnitView, units_of_items
from lending.db.database import UnitOfWork
from lending.handover.assignment_models import OUT, Assignment
from lending.handover.kinds import Fate
from lending.handover.unit_counts import to_choose, to_choose_still, unnamed_of

SOON = timedelta(days=14)
"""How long before its beginning a loan is prepared: then its units are chosen."""


@dataclass(frozen=True)
class UnitLoan:
    """A loan that a unit goes with, or went."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    starts_at: datetime
    ends_at: datetime
    left_at: datetime | None
    returned_at: datetime | None
    is_late: bool

    @property
    def is_out(self) -> bool:
        """Whether the unit is away with it."""
        return self.left_at is not None and self.returned_at is None


@dataclass(frozen=True)
class ChosenUnit:
    """A unit that goes with a booking."""

    unit: UnitView
    chosen_by: str
    left_at: datetime | None
    returned_at: datetime | None
    is_fit: bool
    """Whether it may be away until the end of the loan."""
    still_with: UnitLoan | None
    """Another loan from which it has not come back."""

    @property
    def is_out(self) -> bool:
        """Whether it is away with this booking."""
        return self.left_at is not None and self.returned_at is None


@dataclass(frozen=True)
class LineUnits:
    """A line of a booking whose item has numbered units."""

    line_id: int
    item_id: int
    item: str
    item_en: str
    pieces: int
    chosen: tuple[ChosenUnit, ...]
    free: tuple[UnitView, ...]
    """The units that could go as well, the best first."""
    missing: int
    """How many pieces no unit is chosen for yet."""
    fates: frozenset[Fate]
    """What can be told of those that are out: a statement counted it, and named no unit."""


@dataclass(frozen=True)
class Waiting:
    """A booking that could take a unit which somebody holds in their hands."""

    booking_id: int
    reference: str
    organisation: str
    starts_at: datetime
    missing: int


def last_day_of(booking: Booking) -> date:
    """Return the last day of the loan where it is lent."""
    zone = ZoneInfo(booking.authority.timezone)
    return to_local(booking.ends_at - timedelta(microseconds=1), zone).date()


def bounds_of(uow: UnitOfWork, line: BookingLine) -> tuple[int, int]:
    """Return over which time the line takes its pieces: that of its hold."""
    starts, ends = uow.session.execute(
        select(func.min(Hold.starts), func.max(Hold.ends)).where(Hold.booking_line_id == line.id)
    ).one()
    if starts is None:
        return seconds(line.booking.starts_at), seconds(line.booking.ends_at)
    return starts, ends


def assignments_of(uow: UnitOfWork, line_ids: Collection[int]) -> list[Assignment]:
    """Return the assignments of these lines in the order in which they were made."""
    query = (
        select(Assignment)
        .where(Assignment.line_id.in_(line_ids))
        .order_by(Assignment.id)
        .options(joinedload(Assignment.unit))
    )
    return list(uow.session.scalars(query))


def in_the_way(
    uow: UnitOfWork, unit_ids: Collection[int], bounds: tuple[int, int]
) -> list[Assignment]:
    """Return what keeps these units from being away over `[starts, ends)`.

    Something that is out is away from now, also before its hold begins; what is late stays away
    until it is back.
    """
    starts, ends = bounds
    overlapping = and_(Assignment.starts < ends, Assignment.ends > starts)
    away = and_(OUT, or_(Assignment.ends > starts, Assignment.ends <= seconds(uow.now)))
    query = select(Assignment).where(Assignment.unit_id.in_(unit_ids), or_(overlapping, away))
    return list(uow.session.scalars(query.order_by(OUT.desc(), Assignment.starts)))


def out_now(uow: UnitOfWork, unit_ids: Collection[int]) -> list[Assignment]:
    """Return the assignments with which these units are away."""
    return _rows(uow, Assignment.unit_id.in_(unit_ids), OUT)


def free_units(
    uow: UnitOfWork, booking: Booking, lines: Sequence[BookingLine]
) -> dict[int, list[UnitView]]:
    """Return, by line, the units that are free and fit: the best condition, then the least used."""
    units = units_of_items(uow, {line.item_id for line in lines})
    used = _times_lent(uow, [unit.id for unit in units])
    last_day, order = last_day_of(booking), list(Condition)
    found = {}
    for line in lines:
        fit = [u for u in units if u.item_id == line.item_id and u.is_fit_until(last_day)]
        blocking = in_the_way(uow, [unit.id for unit in fit], bounds_of(uow, line)) if fit else []
        taken = {each.unit_id for each in blocking}
        found[line.id] = sorted(
            (unit for unit in fit if unit.id not in taken),
            key=lambda unit: (order.index(unit.condition), used.get(unit.id, 0), unit.number),
        )
    return found


def units_of_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> tuple[LineUnits, ...]:
    """Return the lines of a booking whose items have numbered units, with what was chosen.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not hand it over.
    """
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER, lock=False)
    units = {u.id: u for u in units_of_items(uow, item_ids_of(booking), with_retired=True)}
    numbered = {unit.item_id for unit in units.values() if unit.is_active}
    rows: dict[int, list[Assignment]] = defaultdict(list)
    for row in assignments_of(uow, [line.id for line in booking.lines]):
        rows[row.line_id].append(row)
    lines = [line for line in booking.lines if line.item_id in numbered or rows[line.id]]
    missing = {line.id: to_choose_still(line, rows[line.id]) for line in lines}
    open_lines = [line for line in lines if missing[line.id]]
    free = free_units(uow, booking, open_lines)
    away = out_now(uow, [row.unit_id for each in rows.values() for row in each])
    elsewhere = {row.unit_id: row for row in away}
    return tuple(
        LineUnits(
            line_id=line.id,
            item_id=line.item_id,
            item=line.item.name,
            item_en=line.item.name_en,
            pieces=to_choose(line),
            chosen=tuple(
                _chosen(uow, row, units[row.unit_id], booking, elsewhere) for row in rows[line.id]
            ),
            free=tuple(free.get(line.id, ())),
            missing=missing[line.id],
            fates=unnamed_of(line, rows[line.id]).fates,
        )
        for line in lines
        if to_choose(line) or rows[line.id]
    )


def loans_of_unit(uow: UnitOfWork, unit_id: int) -> list[UnitLoan]:
    """Return the loans that a unit goes with or went, the latest first."""
    return [_loan(uow, row) for row in _rows(uow, Assignment.unit_id == unit_id)]


def where_are(uow: UnitOfWork, unit_ids: Collection[int]) -> dict[int, UnitLoan]:
    """Return the loans that units are away with, by unit, in a fixed number of queries."""
    return {row.unit_id: _loan(uow, row) for row in out_now(uow, unit_ids)}


def waiting_for(uow: UnitOfWork, unit: UnitView) -> list[Waiting]:
    """Return the loans that begin soon and lack a unit of this kind, while this one is free."""
    lines = uow.session.scalars(
        select(BookingLine)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .where(
            BookingLine.item_id == unit.item_id,
            Booking.state.in_(GRANTED),
            Booking.starts_at < uow.now + SOON,
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    found = []
    for line in lines:
        missing = to_choose_still(line, assignments_of(uow, [line.id]))
        fits = unit.is_fit_until(last_day_of(line.booking))
        if missing > 0 and fits and not in_the_way(uow, [unit.id], bounds_of(uow, line)):
            booking = line.booking
            found.append(
                Waiting(
                    booking.id,
                    booking.reference,
                    booking.organisation.name,
                    booking.starts_at,
                    missing,
                )
            )
    return found


def has_units(uow: UnitOfWork, booking_id: int) -> bool:
    """Return whether an item of the booking has numbered units."""
    found = select(Unit.id).join(BookingLine, BookingLine.item_id == Unit.item_id)
    active = found.where(BookingLine.booking_id == booking_id, Unit.retired_at.is_(None))
    return bool(uow.session.scalar(select(active.exists())))


def _times_lent(uow: UnitOfWork, unit_ids: Collection[int]) -> dict[int, int]:
    rows = uow.session.execute(
        select(Assignment.unit_id, func.count())
        .where(Assignment.unit_id.in_(unit_ids))
        .group_by(Assignment.unit_id)
    )
    return {unit_id: int(times) for unit_id, times in rows}


def _rows(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> list[Assignment]:
    booking = joinedload(Assignment.line).joinedload(BookingLine.booking)
    query = (
        select(Assignment)
        .where(*conditions)
        .order_by(Assignment.starts.desc())
        .options(booking.joinedload(Booking.organisation), booking.joinedload(Booking.event))
    )
    return list(uow.session.scalars(query))


def _chosen(
    uow: UnitOfWork,
    row: Assignment,
    unit: UnitView,
    booking: Booking,
    elsewhere: dict[int, Assignment],
) -> ChosenUnit:
    other = elsewhere.get(row.unit_id)
    return ChosenUnit(
        unit=unit,
        chosen_by=row.assigned_by,
        left_at=row.left_at,
        returned_at=row.returned_at,
        is_fit=booking.state not in GRANTED or unit.is_fit_until(last_day_of(booking)),
        still_with=_loan(uow, other) if other and other.id != row.id else None,
    )


def _loan(uow: UnitOfWork, row: Assignment) -> UnitLoan:
    booking = row.line.booking
    return UnitLoan(
        booking_id=booking.id,
        reference=booking.reference,
        organisation=booking.organisation.name,
        event=booking.event.name,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        left_at=row.left_at,
        returned_at=row.returned_at,
        is_late=row.is_out and booking.ends_at <= uow.now,
    )
