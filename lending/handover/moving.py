"""What hand-overs do to lines, holds and stock, in the transaction of their statement.

Each of the two begins with its checks: what it refuses, it has not begun to change.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete, select, update

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
from lending.bookings.moves import check_move, move
from lending.bookings.states import State
from lending.bookings.supply import put_in_maintenance
from lending.bookings.waiting import serve_waiting
from lending.catalogue.models import StockMovement
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.handover.values import Counted
from lending.i18n import N_


def load_loan(uow: UnitOfWork, actor: Principal, booking_id: int, *, lock: bool = True) -> Booking:
    """Return a loan that the actor may hand over and take back, its row locked against changes.

    Raises:
        NotSignedIn, NotFound, Forbidden: the actor may not.
    """
    booking = uow.session.get(Booking, booking_id, with_for_update=lock or None)
    if booking is None:
        raise NotFound
    owners = {"authority_id": booking.authority_id, "organisation_id": booking.organisation_id}
    is_hidden = not actor.can(Action.SEE_BOOKING, **owners)
    actor.check(Action.MAKE_STATEMENT, hidden=is_hidden, **owners)
    return booking


def due(line: BookingLine) -> int:
    """Return how many pieces may leave now: all that is granted, or what was to follow."""
    return line.awaited if line.booking.state is State.OUT else line.granted or 0


def away(line: BookingLine) -> int:
    """Return how many pieces have left and are neither back nor lost."""
    return line.delivered - line.returned - line.damaged - line.lost


def send_out(
    uow: UnitOfWork,
    actor: Principal,
    booking: Booking,
    pieces: Mapping[int, int],
    *,
    rest_follows: bool,
    reason: str = "",
) -> None:
    """Let pieces go, by item; of a loan that is out already, what was to follow.

    What does not leave is free again, unless it follows: then it stays reserved. A reason is
    needed where a room above wants something first (see `BookingMoved`).

    Raises:
        InvalidInput: more leaves than may, or nothing at all.
        StockConflict: it would leave early, and is promised to others until then.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    is_more = booking.state is State.OUT and any(line.awaited for line in booking.lines)
    if not is_more:
        check_move(actor, booking, "check_out", "")
    _check_delivered(booking, pieces)
    terms = lock_with_waiting(uow, item_ids_of(booking))
    _check_early(uow, booking, pieces, terms)
    for line in booking.lines:
        leaving = pieces[line.item_id]
        rest = due(line) - leaving if rest_follows else 0
        if not line.item.is_service:  # hours are of their week, and never away
            _hold_what_left(uow, line, leaving, rest)
        line.delivered += leaving
        line.awaited = rest
    uow.session.flush()  # the subscribers read what the database holds
    if is_more:
        note_change(uow, actor, booking, "check_out_more")
    else:
        move(uow, actor, booking, "check_out", reason)
    serve_waiting(uow, item_ids_of(booking), terms)


def _check_delivered(booking: Booking, pieces: Mapping[int, int]) -> None:
    errors = [
        FieldError(
            f"lines.{position}.delivered",
            N_("Hand over between 0 and the %(granted)d granted."),
            (("granted", due(line)),),
        )
        for position, line in enumerate(booking.lines)
        if not 0 <= pieces[line.item_id] <= due(line)
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
        line.item_id: line
        for line in booking.lines
        if pieces[line.item_id]
        and not line.item.is_service
        and terms[line.item_id].widen(starts, ends)[0] > now
    }
    if not early:
        return
    period = Interval(uow.now, booking.starts_at)
    # What left before is away until then as well.
    wanted = [Wanted(item_id, pieces[item_id] + away(line)) for item_id, line in early.items()]
    conflicts = find_conflicts(
        uow,
        period,
        wanted,
        # Taken as it is: what follows is the loan itself, which has its buffers already.
        {item_id: Terms(item_id, 0, 0) for item_id in early},
        without_lines=[line.id for line in early.values()],
    )
    if conflicts:
        raise StockConflict(period, wanted, conflicts, booking.id)


def _hold_what_left(uow: UnitOfWork, line: BookingLine, leaving: int, rest: int) -> None:
    """Make the line's holds say what is away, and what is reserved until it follows."""
    reserved = _reserved(uow, line)
    if reserved is None:
        return
    if leaving:
        _hold_away(uow, line, away(line) + leaving, reserved)
    if rest:
        reserved.quantity = rest
    else:
        uow.session.delete(reserved)
    uow.session.flush()


def _reserved(uow: UnitOfWork, line: BookingLine) -> Hold | None:
    """Return the hold of what has not left: the line's first one, as long as there is any."""
    if not due(line):
        return None
    return uow.session.scalars(
        select(Hold)
        .where(Hold.booking_line_id == line.id, ~Hold.is_out)
        .order_by(Hold.id)
        .limit(1)
        .execution_options(populate_existing=True)
    ).one()


def _hold_away(uow: UnitOfWork, line: BookingLine, pieces: int, reserved: Hold) -> None:
    """Hold so many pieces as away, over the time that they were reserved for."""
    out = (Hold.booking_line_id == line.id) & Hold.is_out
    if uow.session.scalar(select(Hold.id).where(out)) is not None:
        uow.session.execute(update(Hold).where(out).values(quantity=pieces))
        return
    row = _row(line, min(reserved.starts, seconds(uow.now)), reserved.ends, pieces)
    add_holds(uow.session, [row | {"is_out": True}])


def _row(line: BookingLine, starts: int, ends: int, quantity: int) -> dict[str, object]:
    return {
        "item_id": line.item_id,
        "starts": starts,
        "ends": ends,
        "quantity": quantity,
        "kind": HoldKind.DECIDED,
        "is_out": False,
        "booking_line_id": line.id,
    }


def take_back(
    uow: UnitOfWork,
    actor: Principal,
    booking: Booking,
    counted: Mapping[int, Counted],
    at: datetime,
) -> dict[int, int]:
    """Take back what came, by item; return the maintenance of what is damaged, by line.

    What is still away keeps its hold. What is back is free after its turnaround, counted from
    when it came; what is damaged goes into maintenance until it is repaired; lost pieces leave
    the stock. Once nothing is away, nothing follows any more.

    Raises:
        InvalidInput: more comes back than went out, or nothing does.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    check_move(actor, booking, "check_in", "")
    pieces = {line.item_id: counted.get(line.item_id, Counted()) for line in booking.lines}
    _check_counted(booking, pieces, counted)
    terms = lock_with_waiting(uow, item_ids_of(booking))
    repairs = {}
    for line in booking.lines:
        repair = _take_line_back(uow, actor, line, pieces[line.item_id], terms[line.item_id], at)
        if repair is not None:
            repairs[line.id] = repair
    uow.session.flush()  # the sums below and the subscribers read what the database holds
    if any(away(line) for line in booking.lines):
        note_change(uow, actor, booking, "check_in_part")
    else:
        _give_up_the_rest(uow, booking)
        move(uow, actor, booking, "check_in")
    serve_waiting(uow, item_ids_of(booking), terms)
    return repairs


def _check_counted(
    booking: Booking, pieces: Mapping[int, Counted], given: Mapping[int, Counted]
) -> None:
    errors = []
    for position, line in enumerate(booking.lines):
        counts = pieces[line.item_id]
        values = (counts.returned, counts.damaged, counts.lost)
        if min(values) < 0 or sum(values) > away(line):
            errors.append(
                FieldError(
                    f"lines.{position}.returned",
                    N_("Between 0 and the %(away)d still away can come back."),
                    (("away", away(line)),),
                )
            )
        elif not 0 <= counts.dirty <= counts.returned:
            errors.append(
                FieldError(
                    f"lines.{position}.dirty",
                    N_("Dirty are at most the %(returned)d that came back whole."),
                    (("returned", counts.returned),),
                )
            )
    if set(given) - item_ids_of(booking):
        errors.append(FieldError("lines", N_("Only what was handed over can come back.")))
    if not errors and not any(pieces.values()):
        errors.append(FieldError("lines", N_("Count what came back, or wait until it does.")))
    if errors:
        raise InvalidInput(errors)


def _take_line_back(
    uow: UnitOfWork,
    actor: Principal,
    line: BookingLine,
    counts: Counted,
    term: Terms,
    at: datetime,
) -> int | None:
    """Book one line's return; return the number of the maintenance that it makes, if it does."""
    if not counts:
        return None
    line.returned += counts.returned
    line.damaged += counts.damaged
    line.lost += counts.lost
    if line.item.is_service:
        return None
    starts = uow.session.scalar(
        select(Hold.starts).where(Hold.booking_line_id == line.id, Hold.is_out)
    ) or seconds(uow.now)
    _shrink_out_hold(uow, line)
    if counts.returned:
        free_at = max(seconds(at) + 60 * term.turnaround_minutes, starts + 1)
        add_holds(uow.session, [_row(line, starts, free_at, counts.returned)])
    if counts.lost:
        _write_off(uow, actor, line, counts.lost)
    return _repair(uow, actor, line, counts.damaged, starts) if counts.damaged else None


def _shrink_out_hold(uow: UnitOfWork, line: BookingLine) -> None:
    left = away(line)
    out = (Hold.booking_line_id == line.id) & Hold.is_out
    if left:
        uow.session.execute(update(Hold).where(out).values(quantity=left))
    else:
        uow.session.execute(delete(Hold).where(out))


def _repair(uow: UnitOfWork, actor: Principal, line: BookingLine, damaged: int, starts: int) -> int:
    """Put damaged pieces into maintenance: the loan takes them up to then, the repair from then."""
    begins = max(seconds(uow.now), starts + 1)
    add_holds(uow.session, [_row(line, starts, begins, damaged)])
    since = datetime.fromtimestamp(begins, UTC)
    return put_in_maintenance(
        uow, actor, line.item_id, damaged, since, None, _whose(line.booking)
    ).id


def _write_off(uow: UnitOfWork, actor: Principal, line: BookingLine, lost: int) -> None:
    """Take lost pieces out of the stock from now on."""
    uow.session.add(
        StockMovement(
            item_id=line.item_id,
            quantity_delta=-lost,
            effective_at=seconds(uow.now),
            reason=_whose(line.booking),
            actor_id=actor.user_id,
            created_at=uow.now,
        )
    )
    uow.events.publish(StockChanged(line.item_id), uow)


def _whose(booking: Booking) -> str:
    """Return which loan it was; a sentence would be in one language for all readers."""
    return f"{booking.reference}, {booking.organisation.name}"[:300]


def _give_up_the_rest(uow: UnitOfWork, booking: Booking) -> None:
    """Let go what was still to follow: the loan is over."""
    for line in booking.lines:
        if line.awaited and not line.item.is_service:
            reserved = _reserved(uow, line)
            if reserved is not None:
                uow.session.delete(reserved)
        line.awaited = 0
    uow.session.flush()  # who waits is served from what the database holds
