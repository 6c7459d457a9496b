"""Pass a request on to the authority that can help, with everything that was typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM, Action, Principal
from lending.authorities.models import Authority
from lending.availability.answers import Wanted, free_for_loan
from lending.bookings.details import BookingDetails
from lending.bookings.drafts import create_booking, discard
from lending.bookings.errors import OrganisationNotVerified, StockConflict
from lending.bookings.holding import item_ids_of, lock_with_waiting, period_of, release
from lending.bookings.models import Booking, Redirection
from lending.bookings.moves import check_move, load_for, move
from lending.bookings.states import State
from lending.bookings.submission import submit_booking
from lending.bookings.waiting import serve_waiting
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.routing.following import came_by, passed_it_on
from lending.equity.routing.mapping import Asked, CarryOver, LeftOut, Likeness, Thing, carry_over
from lending.errors import InvalidInput, NotAllowedNow
from lending.i18n import N_


@dataclass(frozen=True)
class PassedOn:
    """What came of a request that was passed on."""

    booking_id: int
    """At the other authority."""
    is_sent: bool
    """Whether it could be sent at once; otherwise its organisation completes the draft."""
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class PreviewLine:
    """What is asked of the other authority in place of something."""

    asked: str
    name: str
    quantity: int
    likeness: Likeness
    free: int
    """Of it, over the loan."""


@dataclass(frozen=True)
class Preview:
    """What would be carried over to another authority, and what could not be."""

    authority_id: int
    authority: str
    lines: tuple[PreviewLine, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def can_be_sent(self) -> bool:
        """Whether something is carried over and all of it is free now."""
        wanted: dict[str, int] = {}
        for line in self.lines:
            wanted[line.name] = wanted.get(line.name, 0) + line.quantity
        return bool(self.lines) and all(wanted[line.name] <= line.free for line in self.lines)


def listed(left_out: Sequence[LeftOut]) -> str:
    """Write what could not be carried over, in no language."""
    return "\n".join(f"+ {left.quantity} × {left.name}" for left in left_out)


Words = Callable[[Sequence[LeftOut]], str]
"""How a note tells what could not be carried over."""


def preview(uow: UnitOfWork, actor: Principal, booking_id: int, to_authority_id: int) -> Preview:
    """Return what would become of a booking at another authority.

    Raises:
        NotFound, Forbidden: the actor may not see the booking.
        InvalidInput: it cannot be passed on there.
    """
    booking = load_for(uow, actor, booking_id, Action.SEE_BOOKING, lock=False)
    authority = _check_target(uow, booking, to_authority_id)
    over = _carry_over(uow, booking, authority.id)
    names = dict(
        uow.session.execute(select(Item.id, Item.name).where(Item.id.in_(over.totals))).all()
    )
    names |= {line.item_id: line.item.name for line in booking.lines}
    free = free_for_loan(uow, period_of(booking), item_ids=list(over.totals)) if names else {}
    lines = tuple(
        PreviewLine(
            names[part.asked_id],
            names[part.item_id],
            part.quantity,
            part.likeness,
            free[part.item_id].free,
        )
        for part in over.carried
    )
    return Preview(authority.id, authority.name, lines, over.left_out)


def redirect_booking(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    to_authority_id: int,
    reason: str,
    words: Words = listed,
) -> PassedOn:
    """Pass a request on to another authority; what it held goes to who waits.

    There it is sent at once if all that could be carried over is free, and is a draft for its
    organisation otherwise. Both bookings stay linked, and keep when it was first sent.

    Raises:
        InvalidInput: no reason, or it cannot be passed on there.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.REVIEW_BOOKING)
    check_move(actor, booking, "redirect", reason)
    authority = _check_target(uow, booking, to_authority_id)
    # The other authority has not engaged this person: the installation writes there for them.
    carrier = replace(actor, grants=SYSTEM.grants)
    over = _carry_over(uow, booking, authority.id)
    # The draft comes before the locks, as everywhere: its number is a lock too.
    other = _write(uow, carrier, booking, authority.id, over, words)
    uow.session.add(_link(uow, actor, booking, other, reason))
    terms = lock_with_waiting(uow, item_ids_of(booking) | item_ids_of(other))
    held = booking.state.holds is not None
    release(uow, booking)
    booking.option_until, booking.waiting_since, booking.decided_at = None, None, uow.now
    move(uow, actor, booking, "redirect", reason)
    if held:
        serve_waiting(uow, item_ids_of(booking), terms)
    return PassedOn(other.id, _send(uow, carrier, other), over.left_out)


def take_there(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    to_authority_id: int,
    words: Words = listed,
) -> PassedOn:
    """Take a draft to another authority before it is sent; the new draft replaces it.

    Raises:
        InvalidInput: it cannot be taken there.
        NotAllowedNow: it was sent already.
        NotFound, Forbidden: the actor may not ask this or that authority.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state is not State.DRAFT:
        raise NotAllowedNow
    authority = _check_target(uow, booking, to_authority_id)
    over = _carry_over(uow, booking, authority.id)
    other = _write(uow, actor, booking, authority.id, over, words)
    if (came := came_by(uow, booking.id)) is not None:
        # It was passed on to the first one: it is still followed, where it goes now.
        came.to_id, came.to_authority_id = other.id, authority.id
        uow.session.flush()  # before the draft goes, and its link with it
    discard(uow, booking)
    return PassedOn(other.id, is_sent=False, left_out=over.left_out)


def _check_target(uow: UnitOfWork, booking: Booking, to_authority_id: int) -> Authority:
    authority = uow.session.get(Authority, to_authority_id)
    if authority is None:
        raise InvalidInput(to_authority_id=N_("We do not know this authority."))
    if authority.id == booking.authority_id:
        raise InvalidInput(to_authority_id=N_("Choose another authority: this one has it."))
    if authority.id in passed_it_on(uow, booking.id):
        raise InvalidInput(to_authority_id=N_("This authority has passed it on already."))
    return authority


def _carry_over(uow: UnitOfWork, booking: Booking, authority_id: int) -> CarryOver:
    items = list(
        uow.session.scalars(
            select(Item).where(Item.authority_id == authority_id, Item.is_active).order_by(Item.id)
        )
    )
    stock = free_for_loan(uow, period_of(booking), item_ids=[item.id for item in items])
    offered = [_thing(item, stock[item.id].stock) for item in items]
    return carry_over([Asked(_thing(li.item, 0), li.requested) for li in booking.lines], offered)


def _thing(item: Item, stock: int) -> Thing:
    return Thing(
        id=item.id,
        code=item.code,
        name=item.name,
        category_id=item.category_id,
        group=item.equivalence_group,
        stock=stock,
        limit=item.max_per_booking,
    )


def _write(
    uow: UnitOfWork,
    actor: Principal,
    booking: Booking,
    authority_id: int,
    over: CarryOver,
    words: Words,
) -> Booking:
    wanted = {line.item_id for line in booking.lines if line.all_or_nothing}
    whole = {part.item_id for part in over.carried if part.asked_id in wanted}
    notes = [booking.note, words(over.left_out) if over.left_out else ""]
    return create_booking(
        uow,
        actor,
        BookingDetails(
            booking.organisation_id,
            authority_id,
            booking.starts_at,
            booking.ends_at,
            booking.logistics,
            "\n\n".join(note for note in notes if note),
            booking.source,
        ),
        booking.event_id,
        [Wanted(item_id, quantity, item_id in whole) for item_id, quantity in over.totals.items()],
    )


def _link(
    uow: UnitOfWork, actor: Principal, booking: Booking, other: Booking, reason: str
) -> Redirection:
    came = came_by(uow, booking.id)
    sent: datetime = booking.submitted_at or uow.now
    return Redirection(
        from_id=booking.id,
        to_id=other.id,
        to_authority_id=other.authority_id,
        reason=reason.strip(),
        at=uow.now,
        by_id=actor.user_id,
        by_name=actor.name,
        filed_at=came.filed_at if came else sent,
        filed_with_id=came.filed_with_id if came else booking.authority_id,
    )


def _send(uow: UnitOfWork, carrier: Principal, other: Booking) -> bool:
    """Send the draft if it can be; where it cannot, nothing of it has changed."""
    if other.starts_at <= uow.now:
        return False
    try:
        with uow.session.begin_nested():
            submit_booking(uow, carrier, other.id)
    except (StockConflict, OrganisationNotVerified, InvalidInput):
        return False
    return True
