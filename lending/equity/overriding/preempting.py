"""The lender takes back what it granted, for an event of its own.

Until a day that the rules set it may; afterwards it is an override, with a motive. Either way each
association that loses something gets a decision with its reason (DOMAIN: the owner comes first).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.accounts.permissions import SYSTEM, Action, Principal
from lending.availability.holds import Terms, seconds, terms_of
from lending.availability.models import HoldKind
from lending.bookings.changes import keep_only
from lending.bookings.facts import Although, BookingChanged, Preemption
from lending.bookings.holding import (
    hold,
    item_ids_of,
    lock_with_waiting,
    period_of,
    release,
)
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.moves import load_for, move
from lending.bookings.options import start_option
from lending.bookings.states import GRANTED, RefusalReason, State
from lending.bookings.waiting import is_for_a_round, serve_waiting
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.i18n import N_
from lending.organisations.models import Organisation, OrganisationKind
from lending.policies.queries import Rulebook, read_rulebook

NO_MOTIVE = N_(
    "The day until which the rules let you take this back is over: give the motive. It is kept as "
    "an override, and the association reads it."
)


@dataclass(frozen=True)
class Promised:
    """A loan of somebody else from which pieces can be taken back."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    first_day: date
    """Local, as the next."""
    free_until: date
    """The last day on which the rules let the lender take back."""
    is_late: bool
    lines: tuple["PromisedLine", ...]


@dataclass(frozen=True)
class PromisedLine:
    """What such a loan has of an item."""

    item_id: int
    item: str
    granted: int


def may_preempt(booking: Booking) -> bool:
    """Return whether a booking is an event of the lender itself that waits for equipment."""
    is_own = booking.organisation.kind is OrganisationKind.DEPARTMENT
    return is_own and booking.state is State.WAITLISTED


def promised_to_others(uow: UnitOfWork, booking: Booking) -> tuple[Promised, ...]:
    """Return the loans from which something could be taken back for a booking, soonest first."""
    terms = terms_of(uow.session, item_ids_of(booking))
    rows = uow.session.execute(
        select(BookingLine, Booking, Organisation.name, Event.name, Item.name)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Item, Item.id == BookingLine.item_id)
        .where(
            BookingLine.item_id.in_(terms.keys()),
            BookingLine.granted > 0,
            Booking.state.in_(GRANTED),
            Booking.id != booking.id,
        )
        .order_by(Booking.starts_at, Booking.id, Item.name)
    )
    book = read_rulebook(uow.session)
    found: dict[int, Promised] = {}
    for line, other, organisation, event, item in rows:
        if not _meet(booking, other, terms[line.item_id]):
            continue
        known = found.get(other.id) or _promised(
            _deadline(book, uow.now, other), other, organisation, event
        )
        piece = PromisedLine(line.item_id, item, line.granted or 0)
        found[other.id] = Promised(**{**vars(known), "lines": (*known.lines, piece)})
    return tuple(found.values())


def preempt(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    taken: Mapping[int, Mapping[int, int]],
    usual: str,
    motive: str = "",
) -> Booking:
    """Take pieces back from granted loans for the lender's own event, which then holds them.

    `taken` says, by booking and item, how many pieces; `usual` is what those read from whom
    they are taken in time, where no `motive` is given.

    Raises:
        StockConflict: it is not enough for the event; nothing is taken back.
        InvalidInput: more than was granted, nothing at all, or too late without a motive.
        NotAllowedNow: it is no event of the lender itself that waits, or a loan has begun, is
            none any more, or is at another time.
        NotFound, Forbidden: the actor cannot.
    """
    own = load_for(uow, actor, booking_id, Action.DECIDE_BOOKING)
    if not may_preempt(own) or is_for_a_round(uow, own):
        raise NotAllowedNow
    wanted = {number: lines for number, lines in sorted(taken.items()) if any(lines.values())}
    if not wanted:
        raise InvalidInput(taken=N_("Say how many pieces are taken back, and from whom."))
    harmed = [load_for(uow, actor, number, Action.DECIDE_BOOKING) for number in wanted]
    terms = lock_with_waiting(
        uow, item_ids_of(own).union(*(item_ids_of(other) for other in harmed))
    )
    book = read_rulebook(uow.session)
    late = {other.id: _deadline(book, uow.now, other).is_over for other in harmed}
    _check(own, harmed, wanted, terms, needs_motive=any(late.values()) and not motive.strip())
    for other in harmed:
        reason = motive.strip() or usual
        lost = wanted[other.id]
        _take(uow, actor, own, other, lost, terms, reason, is_late=late[other.id])
    hold(uow, own, HoldKind.OPTION, terms)
    start_option(uow, own)
    move(uow, SYSTEM, own, "serve")
    serve_waiting(uow, terms.keys(), terms)
    return own


def _take(
    uow: UnitOfWork,
    actor: Principal,
    own: Booking,
    other: Booking,
    taken: Mapping[int, int],
    terms: Mapping[int, Terms],
    reason: str,
    *,
    is_late: bool,
) -> None:
    kept = {li.item_id: (li.granted or 0) - taken.get(li.item_id, 0) for li in other.lines}
    although = Although(preemption=Preemption(own.id, is_late))
    other.refusal_reason = RefusalReason.PREEMPTED_OWN_EVENT
    if any(kept.values()):
        keep_only(uow, other, kept, terms)
        move(uow, actor, other, "take_back", reason, although)
    else:
        release(uow, other)
        move(uow, actor, other, "cancel", reason, although)
    uow.events.publish(BookingChanged(other.id), uow)


def _check(
    own: Booking,
    harmed: list[Booking],
    taken: Mapping[int, Mapping[int, int]],
    terms: Mapping[int, Terms],
    *,
    needs_motive: bool,
) -> None:
    errors = []
    for other in harmed:
        granted = {line.item_id: line.granted or 0 for line in other.lines}
        meets = any(_meet(own, other, terms[item]) for item in item_ids_of(own))
        if other.state not in GRANTED or other.authority_id != own.authority_id or not meets:
            raise NotAllowedNow
        errors += [
            FieldError(
                f"taken.{other.id}.{item_id}",
                N_("Take back between 0 and the %(granted)d granted."),
                (("granted", granted.get(item_id, 0)),),
            )
            for item_id, pieces in taken[other.id].items()
            if not 0 <= pieces <= granted.get(item_id, 0) or item_id not in item_ids_of(own)
        ]
        errors += [
            FieldError(
                f"taken.{other.id}.{line.item_id}",
                N_(
                    "%(name)s: a part is of no use to the association. "
                    "Leave all %(granted)d or take all back."
                ),
                (("name", line.item.name), ("granted", line.granted or 0)),
            )
            for line in other.lines
            if line.all_or_nothing
            and 0 < taken[other.id].get(line.item_id, 0) < (line.granted or 0)
        ]
    if needs_motive:
        errors.append(FieldError("motive", NO_MOTIVE))
    if errors:
        raise InvalidInput(errors)


@dataclass(frozen=True)
class _Deadline:
    first_day: date
    last: date
    is_over: bool


def _deadline(book: Rulebook, now: datetime, other: Booking) -> _Deadline:
    """Return until when the rules by which a loan was judged let the lender take it back."""
    zone = ZoneInfo(other.authority.timezone)
    rules = book.at(other.authority_id, other.complete_at or now).rules
    first_day = to_local(other.starts_at, zone).date()
    last = first_day - timedelta(days=rules.preemption_days)
    return _Deadline(first_day, last, to_local(now, zone).date() > last)


def _promised(deadline: _Deadline, other: Booking, organisation: str, event: str) -> Promised:
    return Promised(
        booking_id=other.id,
        reference=other.reference,
        organisation=organisation,
        event=event,
        first_day=deadline.first_day,
        free_until=deadline.last,
        is_late=deadline.is_over,
        lines=(),
    )


def _meet(one: Booking, other: Booking, terms: Terms) -> bool:
    """Return whether two loans of an item get in each other's way."""
    (begins, ends), (starts, stops) = (
        terms.widen(seconds(period_of(each).start), seconds(period_of(each).end))
        for each in (one, other)
    )
    return begins < stops and starts < ends
