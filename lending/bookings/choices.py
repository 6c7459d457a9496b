"""What a borrower can take in place of what is not free, each with one decision.

The choices change the draft only; it is sent again afterwards, and only then is anything held.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from calendars.intervals import Interval
from calendars.zones import days_later, to_local
from lending.accounts.permissions import Action, Principal
from lending.availability.alternatives import parts_of
from lending.availability.answers import LineConflict, Wanted, find_conflicts, free_for_loan
from lending.availability.holds import terms_of
from lending.bookings.changes import change_booking
from lending.bookings.details import BookingDetails, check_period
from lending.bookings.drafts import create_booking, discard, write_lines
from lending.bookings.holding import period_of, wanted_by
from lending.bookings.models import Booking, Event
from lending.bookings.moves import load_for
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_


@dataclass(frozen=True)
class Split:
    """A request that was shared between two authorities."""

    booking_id: int | None
    """What remains at the first authority; None when nothing was left there."""
    other_id: int
    """The draft at the second authority."""


def take_dates(
    uow: UnitOfWork, actor: Principal, booking_id: int, starts_at: datetime, ends_at: datetime
) -> Booking:
    """Move a draft to other dates, its event by as many days, unless another request shares it.

    Raises:
        NotAllowedNow: it was sent already.
        NotFound, Forbidden, InvalidInput: as for drafts.
    """
    booking = _draft(uow, actor, booking_id)
    if errors := check_period(starts_at, ends_at):
        raise InvalidInput(errors)
    zone = ZoneInfo(booking.authority.timezone)
    days = (to_local(starts_at, zone).date() - to_local(booking.starts_at, zone).date()).days
    booking.starts_at, booking.ends_at = starts_at, ends_at
    if not _is_shared(uow, booking):
        _move_event(booking.event, days, zone)
    return booking


def change_dates(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    details: BookingDetails,
    lines: Sequence[Wanted],
) -> Booking:
    """Move a request that was sent to other dates, its event by as many days as for a draft.

    Raises:
        StockConflict: what it would ask for is not free; nothing is changed.
        NotAllowedNow, NotFound, Forbidden, InvalidInput: as for `change_booking`.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    before = booking.starts_at
    change_booking(uow, actor, booking_id, details=details, lines=lines)
    if not _is_shared(uow, booking):
        zone = ZoneInfo(booking.authority.timezone)
        days = to_local(details.starts_at, zone).date() - to_local(before, zone).date()
        _move_event(booking.event, days.days, zone)
    return booking


def take_part(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Ask only for what is free; items of which nothing is free are taken out.

    So are those of which a part is of no use, unless all is free.

    Raises:
        InvalidInput: nothing at all is free.
        NotAllowedNow, NotFound, Forbidden: as for drafts.
    """
    booking = _draft(uow, actor, booking_id)
    wanted = wanted_by(booking)
    part = parts_of(wanted, _conflicts(uow, booking, wanted))
    kept = [want for want in part if want.quantity > 0]
    if not kept:
        raise InvalidInput(lines=N_("Nothing of this is free for these dates any more."))
    write_lines(uow, booking, kept)
    return booking


def take_equivalent(
    uow: UnitOfWork, actor: Principal, booking_id: int, item_id: int, substitute_id: int
) -> Booking:
    """Ask for an equivalent item in place of the part that is missing, as far as it is free.

    Raises:
        InvalidInput: the other item cannot stand in, or nothing of it is free any more.
        NotAllowedNow, NotFound, Forbidden: as for drafts.
    """
    booking = _draft(uow, actor, booking_id)
    item, substitute = _pair(uow, booking, item_id, substitute_id)
    if substitute.authority_id != booking.authority_id:
        raise InvalidInput(substitute_id=N_("This authority does not lend this item."))
    keep, move = _share(uow, booking, item, substitute)
    lines = {line.item_id: line.requested for line in booking.lines}
    lines[item.id] = keep
    lines[substitute.id] = lines.get(substitute.id, 0) + move
    write_lines(uow, booking, _wanted(lines, _whole(booking, item, substitute)))
    return booking


def take_elsewhere(
    uow: UnitOfWork, actor: Principal, booking_id: int, item_id: int, substitute_id: int
) -> Split:
    """Ask another authority for the missing part, in a draft of its own for the same event.

    A draft that is there already is extended. When nothing is left to ask the first authority
    for, the new draft takes the place of the old one.

    Raises:
        InvalidInput: the other item cannot stand in, or nothing of it is free any more.
        Forbidden: the actor may not ask the other authority.
        NotAllowedNow, NotFound: as for drafts.
    """
    booking = _draft(uow, actor, booking_id)
    item, substitute = _pair(uow, booking, item_id, substitute_id)
    keep, move = _share(uow, booking, item, substitute)
    other = _draft_at(uow, actor, booking, substitute.authority_id)
    lines = {line.item_id: line.requested for line in other.lines}
    lines[substitute.id] = lines.get(substitute.id, 0) + move
    write_lines(uow, other, _wanted(lines, _whole(booking, item, substitute)))
    left = {line.item_id: line.requested for line in booking.lines} | {item.id: keep}
    uow.session.flush()  # the other draft needs its id
    if not _wanted(left):
        discard(uow, booking)
        return Split(None, other.id)
    write_lines(uow, booking, _wanted(left))
    return Split(booking.id, other.id)


def _draft(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state is not State.DRAFT:
        raise NotAllowedNow
    return booking


def _wanted(lines: dict[int, int], whole: Collection[int] = ()) -> list[Wanted]:
    return [
        Wanted(item_id, quantity, True if item_id in whole else None)
        for item_id, quantity in lines.items()
        if quantity > 0
    ]


def _whole(booking: Booking, item: Item, substitute: Item) -> set[int]:
    """Return the substitute, if a part of what it stands in for is of no use."""
    is_whole = any(li.all_or_nothing for li in booking.lines if li.item_id == item.id)
    return {substitute.id} if is_whole else set()


def _conflicts(uow: UnitOfWork, booking: Booking, wanted: list[Wanted]) -> list[LineConflict]:
    terms = terms_of(uow.session, [want.item_id for want in wanted])
    return find_conflicts(uow, period_of(booking), wanted, terms)


def _pair(uow: UnitOfWork, booking: Booking, item_id: int, substitute_id: int) -> tuple[Item, Item]:
    """Return an item of the booking and the other that can stand in for it."""
    item = next((line.item for line in booking.lines if line.item_id == item_id), None)
    substitute = uow.session.get(Item, substitute_id)
    if item is None or substitute is None:
        raise NotFound
    alike = item.equivalence_group and item.equivalence_group == substitute.equivalence_group
    if not alike or not substitute.is_active or substitute.id == item.id:
        raise InvalidInput(substitute_id=N_("This item cannot stand in for the other."))
    return item, substitute


def _share(uow: UnitOfWork, booking: Booking, item: Item, substitute: Item) -> tuple[int, int]:
    """Return how many pieces stay with the item and how many go over to the substitute."""
    line = next(line for line in booking.lines if line.item_id == item.id)
    asked = line.requested
    taken = next((li.requested for li in booking.lines if li.item_id == substitute.id), 0)
    period: Interval = period_of(booking)
    free = free_for_loan(uow, period, item_ids=[item.id, substitute.id])
    keep = min(asked, max(free[item.id].free, 0))
    most = free[substitute.id].free - taken
    if substitute.max_per_booking is not None:
        most = min(most, substitute.max_per_booking - taken)
    move = min(asked - keep, most)
    if asked == keep:
        return asked, 0
    if move <= 0:
        raise InvalidInput(substitute_id=N_("Nothing of this is free for these dates any more."))
    if line.all_or_nothing and keep + move < asked:
        raise InvalidInput(
            substitute_id=N_("Too little of this is free, and you want all or none.")
        )
    return keep, move


def _draft_at(uow: UnitOfWork, actor: Principal, booking: Booking, authority_id: int) -> Booking:
    """Return the organisation's draft for the same event at another authority, or a new one."""
    actor.check(
        Action.CREATE_BOOKING,
        authority_id=authority_id,
        organisation_id=booking.organisation_id,
    )
    found = uow.session.scalars(
        select(Booking)
        .where(
            Booking.event_id == booking.event_id,
            Booking.authority_id == authority_id,
            Booking.state == State.DRAFT,
            Booking.starts_at == booking.starts_at,
            Booking.ends_at == booking.ends_at,
        )
        .order_by(Booking.id)
    ).first()
    if found is not None and found.id != booking.id:
        return found
    return create_booking(
        uow,
        actor,
        BookingDetails(
            booking.organisation_id,
            authority_id,
            booking.starts_at,
            booking.ends_at,
            booking.logistics,
            booking.note,
            booking.source,
        ),
        booking.event_id,
    )


def _is_shared(uow: UnitOfWork, booking: Booking) -> bool:
    query = select(func.count()).where(
        Booking.event_id == booking.event_id, Booking.id != booking.id
    )
    return bool(uow.session.scalar(query))


def _move_event(event: Event, days: int, zone: ZoneInfo) -> None:
    """Move an event by whole days; it keeps its hours on the clock."""
    event.starts_at = days_later(event.starts_at, days, zone)
    event.ends_at = days_later(event.ends_at, days, zone)
