"""Change a request that was sent: freely until it is decided, downwards afterwards."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from lending.accounts.permissions import Action, Principal
from lending.availability.answers import Wanted
from lending.availability.holds import Terms
from lending.availability.models import HoldKind
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import write_details, write_lines
from lending.bookings.facts import BookingChanged
from lending.bookings.holding import hold, item_ids_of, lock_with_waiting
from lending.bookings.models import Booking, Transition
from lending.bookings.moves import check_move, load_for, move
from lending.bookings.options import check_start, collect, limit_option, option_since, start_option
from lending.bookings.states import GRANTED, UNDECIDED, State
from lending.bookings.waiting import serve_waiting
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.i18n import N_
from lending.policies.queries import rules_in_force


def change_booking(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    *,
    details: BookingDetails | None = None,
    event: EventDetails | None = None,
    lines: Sequence[Wanted] | None = None,
) -> Booking:
    """Change dates, event or lines of a request that is being decided or waits.

    Raises:
        StockConflict: what it would ask for is not free; nothing is changed.
        NotAllowedNow: it is decided; see `reduce_booking`.
        InvalidInput, NotFound, Forbidden: as for drafts.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state not in UNDECIDED | {State.WAITLISTED}:
        raise NotAllowedNow
    before = item_ids_of(booking)
    write_details(uow, booking, details, event)
    if lines is not None:
        if not lines:
            raise InvalidInput(lines=N_("Choose at least one item, or cancel the request."))
        write_lines(uow, booking, lines)
    if details is not None:
        check_start(uow, actor, booking)
        if booking.option_until is not None:
            limit_option(uow, booking, option_since(uow, booking))
    terms = lock_with_waiting(uow, before | item_ids_of(booking))
    if booking.state.holds is not None and not collect(uow, booking):
        hold(uow, booking, booking.state.holds, terms)
        if booking.option_until is None:
            start_option(uow, booking)
    note_change(uow, actor, booking, "change")
    # Everybody who waited for what this request let go, and itself if it now fits.
    serve_waiting(uow, before | item_ids_of(booking), terms)
    return booking


def reduce_booking(
    uow: UnitOfWork, actor: Principal, booking_id: int, lines: Sequence[Wanted], reason: str = ""
) -> Booking:
    """Give back a part of what was granted; a new request asks for more.

    Where the staff does it, it is a decision: it takes a reason, and is recorded.

    Raises:
        NotAllowedNow: it is not granted, or the notice for changes has passed.
        InvalidInput: a line would grow, nothing would remain, or the staff gives no reason or
            would leave a part of what is of use only whole. Who asked may well need less by now.
        NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state not in GRANTED or not _in_time(uow, actor, booking):
        raise NotAllowedNow
    kept = {line.item_id: line.quantity for line in lines}
    is_decision = actor.can(Action.REVIEW_BOOKING, authority_id=booking.authority_id)
    if is_decision:
        check_move(actor, booking, "take_back", reason)
    _check_kept(booking, kept, is_decision=is_decision)
    terms = lock_with_waiting(uow, item_ids_of(booking))
    keep_only(uow, booking, kept, terms)
    if is_decision:
        move(uow, actor, booking, "take_back", reason)
        uow.events.publish(BookingChanged(booking.id), uow)
    else:
        note_change(uow, actor, booking, "reduce")
    serve_waiting(uow, item_ids_of(booking), terms)
    return booking


def keep_only(
    uow: UnitOfWork, booking: Booking, kept: Mapping[int, int], terms: Mapping[int, Terms]
) -> None:
    """Lower what is granted to these pieces by item; the rest stays as it is.

    The items must be locked, and who waits must be served afterwards.
    """
    for line in booking.lines:
        line.granted = kept.get(line.item_id, line.granted or 0)
    hold(uow, booking, HoldKind.DECIDED, terms, reduces=True)


def _check_kept(booking: Booking, kept: Mapping[int, int], *, is_decision: bool) -> None:
    errors = [
        FieldError(
            f"lines.{position}.quantity",
            N_("You can keep up to the %(granted)d granted; ask for more in a new request."),
            (("granted", line.granted or 0),),
        )
        for position, line in enumerate(booking.lines)
        if not 0 <= kept.get(line.item_id, line.granted or 0) <= (line.granted or 0)
    ]
    if is_decision:
        errors += _broken(booking, kept)
    if kept.keys() - item_ids_of(booking):
        errors.append(FieldError("lines", N_("This is not in the booking.")))
    if not errors and not any(kept.get(li.item_id, li.granted or 0) for li in booking.lines):
        errors.append(FieldError("lines", N_("Nothing remains: cancel the booking instead.")))
    if errors:
        raise InvalidInput(errors)


def _broken(booking: Booking, kept: Mapping[int, int]) -> list[FieldError]:
    """Return the lines of which a part would be left although it is of no use."""
    return [
        FieldError(
            f"lines.{position}.quantity",
            N_(
                "%(name)s: a part is of no use to the association. "
                "Leave all %(granted)d or take all back."
            ),
            (("name", line.item.name), ("granted", line.granted or 0)),
        )
        for position, line in enumerate(booking.lines)
        if line.all_or_nothing
        and 0 < kept.get(line.item_id, line.granted or 0) < (line.granted or 0)
    ]


def _in_time(uow: UnitOfWork, actor: Principal, booking: Booking) -> bool:
    if actor.can(Action.REVIEW_BOOKING, authority_id=booking.authority_id):
        return True
    rules = rules_in_force(uow.session, booking.authority_id, booking.complete_at or uow.now).rules
    return uow.now <= booking.starts_at - timedelta(days=rules.change_notice_days)


def note_change(
    uow: UnitOfWork, actor: Principal, booking: Booking, name: str, reason: str = ""
) -> None:
    """Write in the history that the booking changed, its state did not."""
    uow.session.add(
        Transition(
            booking_id=booking.id,
            move=name,
            old=booking.state,
            new=booking.state,
            actor_id=actor.user_id,
            actor_name=actor.name,
            reason=reason.strip(),
            at=uow.now,
        )
    )
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(BookingChanged(booking.id), uow)
