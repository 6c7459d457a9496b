"""Prepare, check out, check in, close: quantities and holds follow in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, delete, select, update

from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.availability.answers import Wanted, find_conflicts
from lending.availability.holds import Terms, add_holds, seconds
from lending.availability.models import Hold, HoldKind
from lending.bookings.changes import note_change
from lending.bookings.errors import StockConflict
from lending.bookings.facts import StockChanged
from lending.bookings.holding import item_ids_of, lock_with_waiting
from lending.bookings.models import Booking, BookingLine
from lending.bookings.moves import check_move, load_for, move
from lending.bookings.waiting import serve_waiting
from lending.catalogue.models import StockMovement
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_


@dataclass(frozen=True)
class Counted:
    """What came back of one item, in pieces."""

    returned: int = 0
    """In good order, or dirty."""
    damaged: int = 0
    lost: int = 0

    def __bool__(self) -> bool:
        """Whether anything came back, or never will."""
        return bool(self.returned or self.damaged or self.lost)


def prepare_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Tell that everything stands ready.

    Raises:
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    move(uow, actor, booking, "prepare")
    return booking


def check_out(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    delivered: Mapping[int, int] | None = None,
    reason: str = "",
) -> Booking:
    """Hand the equipment over (`delivered`: item id to pieces; what is not named goes whole).

    From now on its holds do not end before it is back, and what leaves early is away from now.
    A reason is needed where a room above wants something first (see `BookingMoved`).

    Raises:
        InvalidInput: more is handed over than was granted, or nothing at all; or no reason.
        StockConflict: it would leave early, and is promised to others until then.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    check_move(actor, booking, "check_out", "")
    pieces = {line.item_id: line.granted or 0 for line in booking.lines} | dict(delivered or {})
    _check_delivered(booking, pieces)
    terms = lock_with_waiting(uow, item_ids_of(booking))
    _check_early(uow, booking, pieces, terms)
    for line in booking.lines:
        line.delivered = pieces[line.item_id]
        if not line.item.is_service:  # hours are of their week, and never away
            _send_out(uow, line)
    move(uow, actor, booking, "check_out", reason)
    serve_waiting(uow, item_ids_of(booking), terms)
    return booking


def _send_out(uow: UnitOfWork, line: BookingLine) -> None:
    of_line = Hold.booking_line_id == line.id
    if not line.delivered:
        uow.session.execute(delete(Hold).where(of_line))
        return
    now = seconds(uow.now)
    since = case((Hold.starts > now, now), else_=Hold.starts)
    uow.session.execute(
        update(Hold).where(of_line).values(is_out=True, quantity=line.delivered, starts=since)
    )


def _check_delivered(booking: Booking, pieces: Mapping[int, int]) -> None:
    errors = [
        FieldError(
            f"lines.{position}.delivered",
            N_("Hand over between 0 and the %(granted)d granted."),
            (("granted", line.granted or 0),),
        )
        for position, line in enumerate(booking.lines)
        if not 0 <= pieces[line.item_id] <= (line.granted or 0)
    ]
    if set(pieces) - item_ids_of(booking):
        errors.append(FieldError("lines", N_("Only what was granted can be handed over.")))
    if not errors and not any(pieces.values()):
        errors.append(FieldError("lines", N_("Nothing leaves: cancel the booking instead.")))
    if errors:
        raise InvalidInput(errors)


def _check_early(
    uow: UnitOfWork,
    booking: Booking,
    pieces: Mapping[int, int],
    terms: Mapping[int, Terms],
) -> None:
    """Refuse to let go what others were promised until the loan begins."""
    starts, ends, now = (
        seconds(booking.starts_at),
        seconds(booking.ends_at),
        seconds(uow.now),
    )
    early = {
        line.item_id: line.id
        for line in booking.lines
        if pieces[line.item_id]
        and not line.item.is_service
        and terms[line.item_id].widen(starts, ends)[0] > now
    }
    if not early:
        return
    period = Interval(uow.now, booking.starts_at)
    wanted = [Wanted(item_id, pieces[item_id]) for item_id in early]
    conflicts = find_conflicts(
        uow,
        period,
        wanted,
        # Taken as it is: what follows is the loan itself, which has its buffers already.
        {item_id: Terms(item_id, 0, 0) for item_id in early},
        without_lines=list(early.values()),
    )
    if conflicts:
        raise StockConflict(period, wanted, conflicts, booking.id)


def check_in(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    counted: Mapping[int, Counted] | None = None,
) -> Booking:
    """Take back what came (`counted`: item id to pieces; without it, everything in good order).

    What is still away keeps its hold; what is back, also damaged, is free after its turnaround
    (the depot enters the repair as maintenance); lost pieces leave the stock.

    Raises:
        InvalidInput: more comes back than went out, or nothing does.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    check_move(actor, booking, "check_in", "")
    pieces = {line.item_id: Counted(returned=_away(line)) for line in booking.lines}
    if counted is not None:
        pieces = {line.item_id: counted.get(line.item_id, Counted()) for line in booking.lines}
    _check_counted(booking, pieces, counted or {})
    terms = lock_with_waiting(uow, item_ids_of(booking))
    for line in booking.lines:
        _take_back(uow, actor, line, pieces[line.item_id], terms[line.item_id])
    uow.session.flush()  # the sums below and the subscribers read what the database holds
    if any(_away(line) for line in booking.lines):
        note_change(uow, actor, booking, "check_in_part")
    else:
        move(uow, actor, booking, "check_in")
    serve_waiting(uow, item_ids_of(booking), terms)
    return booking


def close_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Close a loan that is back and settled.

    Raises:
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    move(uow, actor, booking, "close")
    return booking


def _away(line: BookingLine) -> int:
    return line.delivered - line.returned - line.damaged - line.lost


def _check_counted(
    booking: Booking, pieces: Mapping[int, Counted], given: Mapping[int, Counted]
) -> None:
    errors = []
    for position, line in enumerate(booking.lines):
        counts = pieces[line.item_id]
        values = (counts.returned, counts.damaged, counts.lost)
        if min(values) < 0 or sum(values) > _away(line):
            errors.append(
                FieldError(
                    f"lines.{position}.returned",
                    N_("Between 0 and the %(away)d still away can come back."),
                    (("away", _away(line)),),
                )
            )
    if set(given) - item_ids_of(booking):
        errors.append(FieldError("lines", N_("Only what was handed over can come back.")))
    if not errors and not any(pieces.values()):
        errors.append(FieldError("lines", N_("Count what came back, or wait until it does.")))
    if errors:
        raise InvalidInput(errors)


def _take_back(
    uow: UnitOfWork, actor: Principal, line: BookingLine, counts: Counted, term: Terms
) -> None:
    """Book one line's return and make its holds say what is still away."""
    if not counts:
        return
    line.returned += counts.returned
    line.damaged += counts.damaged
    line.lost += counts.lost
    if line.item.is_service:
        return
    starts = uow.session.scalar(
        select(Hold.starts).where(Hold.booking_line_id == line.id, Hold.is_out)
    ) or seconds(uow.now)
    _shrink_out_hold(uow, line)
    back = counts.returned + counts.damaged
    now = seconds(uow.now)
    if back:
        add_holds(
            uow.session,
            [
                {
                    "item_id": line.item_id,
                    "starts": starts,
                    "ends": max(now + 60 * term.turnaround_minutes, starts + 1),
                    "quantity": back,
                    "kind": HoldKind.DECIDED,
                    "is_out": False,
                    "booking_line_id": line.id,
                }
            ],
        )
    if counts.lost:
        _write_off(uow, actor, line, counts.lost)


def _shrink_out_hold(uow: UnitOfWork, line: BookingLine) -> None:
    away = _away(line)
    out = (Hold.booking_line_id == line.id) & Hold.is_out
    if away:
        uow.session.execute(update(Hold).where(out).values(quantity=away))
    else:
        uow.session.execute(delete(Hold).where(out))


def _write_off(uow: UnitOfWork, actor: Principal, line: BookingLine, lost: int) -> None:
    """Take lost pieces out of the stock from now on."""
    uow.session.add(
        StockMovement(
            item_id=line.item_id,
            quantity_delta=-lost,
            effective_at=seconds(uow.now),
            # Which loan lost them; a sentence would be in one language for all readers.
            reason=f"{line.booking.reference}, {line.booking.organisation.name}"[:300],
            actor_id=actor.user_id,
            created_at=uow.now,
        )
    )
    uow.events.publish(StockChanged(line.item_id), uow)
