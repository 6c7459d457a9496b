"""Why a request does not fit, put so that its borrower may read it, and what is possible.

An association learns quantities and times, never who stands in the way.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.availability.alternatives import Substitute, find_alternatives
from lending.availability.answers import (
    FreeStep,
    LineConflict,
    Missing,
    Wanted,
    find_conflicts,
    free_steps,
)
from lending.availability.holds import terms_of
from lending.bookings.errors import StockConflict
from lending.bookings.holding import period_of, wanted_by
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork

AROUND = timedelta(days=2)
"""How much of the days before and after the loan the timeline of an item shows."""


@dataclass(frozen=True)
class ConflictLine:
    """One item of which too little is free."""

    item_id: int
    code: str
    name: str
    name_en: str
    requested: int
    stock: int
    free: int
    """Signed, over the whole loan."""
    possible: int
    """The part that can be had."""
    missing: tuple[Missing, ...]
    only_requested: bool
    """Whether nothing but requests that nobody has decided stands in the way."""
    free_if_undecided_yield: int
    window: Interval
    steps: tuple[FreeStep, ...]
    """How the free quantity goes over the window."""
    equivalents: tuple[Substitute, ...]
    """Of the same authority."""
    elsewhere: tuple[Substitute, ...]
    """Of other authorities."""

    @property
    def short(self) -> int:
        """How many pieces are missing at the worst moment."""
        return self.requested - self.possible


@dataclass(frozen=True)
class PossiblePart:
    """The quantity of an item that can be had now."""

    item_id: int
    name: str
    name_en: str
    quantity: int
    requested: int


@dataclass(frozen=True)
class ConflictAnswer:
    """The answer to a request that does not fit; without lines, it fits by now."""

    booking_id: int | None
    period: Interval
    zone: ZoneInfo
    lines: tuple[ConflictLine, ...]
    dates: tuple[Interval, ...]
    """The nearest other dates at which everything is free, nearest first."""
    part: tuple[PossiblePart, ...]
    """All that can be had of the whole request; empty when nothing can."""


def conflict_of(uow: UnitOfWork, actor: Principal, booking_id: int) -> ConflictAnswer:
    """Return what now stands in the way of a booking that the actor may see.

    Raises:
        NotFound, NotSignedIn: as for seeing it.
    """
    booking = load_for(uow, actor, booking_id, Action.SEE_BOOKING, lock=False)
    period, wanted = period_of(booking), wanted_by(booking)
    own = [line.id for line in booking.lines]
    terms = terms_of(uow.session, [want.item_id for want in wanted])
    conflicts = find_conflicts(uow, period, wanted, terms, without_lines=own)
    return _answer(uow, booking.id, period, wanted, conflicts, _zone(booking), own)


def explain_conflict(uow: UnitOfWork, conflict: StockConflict, zone: ZoneInfo) -> ConflictAnswer:
    """Return what an error of stock says, with its alternatives, in a unit of work that reads."""
    booking = (
        uow.session.get(Booking, conflict.booking_id) if conflict.booking_id is not None else None
    )
    own = [line.id for line in booking.lines] if booking else []
    number = booking.id if booking else None
    return _answer(uow, number, conflict.period, conflict.wanted, conflict.lines, zone, own)


def _answer(
    uow: UnitOfWork,
    booking_id: int | None,
    period: Interval,
    wanted: Sequence[Wanted],
    conflicts: Sequence[LineConflict],
    zone: ZoneInfo,
    own: Collection[int],
) -> ConflictAnswer:
    if not conflicts:
        return ConflictAnswer(booking_id, period, zone, (), (), ())
    others = find_alternatives(uow, period, wanted, conflicts, zone, without_lines=own)
    items = {
        item.id: item
        for item in uow.session.scalars(
            select(Item).where(Item.id.in_([want.item_id for want in wanted]))
        )
    }
    possible = {want.item_id: want.quantity for want in others.part}
    return ConflictAnswer(
        booking_id=booking_id,
        period=period,
        zone=zone,
        lines=tuple(
            _line(
                uow,
                items[conflict.item_id],
                conflict,
                period,
                others.equivalents,
                others.elsewhere,
                own,
            )
            for conflict in conflicts
        ),
        dates=others.dates,
        part=tuple(
            PossiblePart(
                want.item_id,
                items[want.item_id].name,
                items[want.item_id].name_en,
                possible[want.item_id],
                want.quantity,
            )
            for want in wanted
            if want.item_id in possible
        ),
    )


def _line(
    uow: UnitOfWork,
    item: Item,
    conflict: LineConflict,
    period: Interval,
    equivalents: Sequence[Substitute],
    elsewhere: Sequence[Substitute],
    own: Collection[int],
) -> ConflictLine:
    bounds = [period, *(stretch.period for stretch in conflict.missing)]
    window = Interval(
        min(bound.start for bound in bounds) - AROUND, max(bound.end for bound in bounds) + AROUND
    )
    return ConflictLine(
        item_id=item.id,
        code=item.code,
        name=item.name,
        name_en=item.name_en,
        requested=conflict.requested,
        stock=conflict.stock,
        free=conflict.free,
        possible=conflict.possible,
        missing=conflict.missing,
        only_requested=conflict.only_undecided_in_the_way,
        free_if_undecided_yield=conflict.free_if_undecided_yield,
        window=window,
        steps=free_steps(uow, item.id, window, without_lines=own),
        equivalents=tuple(sub for sub in equivalents if sub.instead_of == item.id),
        elsewhere=tuple(sub for sub in elsewhere if sub.instead_of == item.id),
    )


def _zone(booking: Booking) -> ZoneInfo:
    return ZoneInfo(booking.authority.timezone)
