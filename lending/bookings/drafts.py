"""Prepare a booking: the event, the dates, the lines, before anything is asked for."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from calendars.zones import days_later, to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.availability.answers import Wanted
from lending.bookings.details import (
    BookingDetails,
    EventDetails,
    check_event,
    check_lines,
    check_period,
)
from lending.bookings.facts import BookingChanged
from lending.bookings.models import Booking, BookingLine, Event, Transition
from lending.bookings.moves import load_for
from lending.bookings.states import State
from lending.bookings.ties import tie_like, untie, untie_broken
from lending.db.counter import next_number
from lending.db.database import UnitOfWork
from lending.errors import FieldError, Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_
from lending.organisations.models import Organisation


def create_booking(
    uow: UnitOfWork,
    actor: Principal,
    details: BookingDetails,
    event: EventDetails | int,
    lines: Sequence[Wanted] = (),
) -> Booking:
    """Write a draft; it holds nothing.

    `event` describes a new event or is the number of one that the organisation has already,
    when it asks a second authority for the same event.

    Raises:
        NotFound: no such organisation, authority or event.
        Forbidden: the actor may not ask for this organisation at this authority.
        InvalidInput: a field cannot be used.
    """
    _check_owners(uow, actor, details)
    errors = check_period(details.starts_at, details.ends_at)
    if isinstance(event, EventDetails):
        errors += check_event(uow, event)
    if errors:
        raise InvalidInput(errors)
    booking = Booking(
        reference=f"R-{uow.now.year}-{next_number(uow.session, f'booking:{uow.now.year}'):04d}",
        organisation_id=details.organisation_id,
        authority_id=details.authority_id,
        event=_event(uow, details.organisation_id, event),
        state=State.DRAFT,
        starts_at=details.starts_at,
        ends_at=details.ends_at,
        logistics=details.logistics,
        note=details.note.strip(),
        source=details.source,
        created_at=uow.now,
        created_by_id=actor.user_id,
        lines=[],
    )
    uow.session.add(booking)
    write_lines(uow, booking, lines)
    uow.session.flush()  # the history needs the booking's id
    uow.session.add(
        Transition(
            booking_id=booking.id,
            move="create",
            old=None,
            new=State.DRAFT,
            actor_id=actor.user_id,
            actor_name=actor.name,
            at=uow.now,
        )
    )
    return booking


def edit_draft(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    *,
    details: BookingDetails | None = None,
    event: EventDetails | None = None,
    lines: Sequence[Wanted] | None = None,
) -> Booking:
    """Change what is given of a draft.

    Raises:
        NotAllowedNow: it was sent already; see `changes.change_booking`.
        NotFound, Forbidden, InvalidInput: as for `create_booking`.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state is not State.DRAFT:
        raise NotAllowedNow
    write_details(uow, booking, details, event)
    if lines is not None:
        write_lines(uow, booking, lines)
    if event is not None:
        uow.session.flush()  # subscribers read what the database holds
        # Another request for the same event may be sent already, and shows its name.
        uow.events.publish(BookingChanged(booking.id), uow)
    return booking


def set_line(
    uow: UnitOfWork, actor: Principal, booking_id: int, item_id: int, quantity: int
) -> Booking:
    """Set the quantity of one item in a draft; zero takes it out.

    Raises:
        as `edit_draft`.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state is not State.DRAFT:
        raise NotAllowedNow
    others = [Wanted(li.item_id, li.requested) for li in booking.lines if li.item_id != item_id]
    write_lines(uow, booking, [*others, Wanted(item_id, quantity)] if quantity else others)
    return booking


def mark_whole(
    uow: UnitOfWork, actor: Principal, booking_id: int, item_ids: Collection[int]
) -> Booking:
    """Say of which items of a draft a part is of no use; of the others it is.

    Raises:
        as `edit_draft`.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state is not State.DRAFT:
        raise NotAllowedNow
    for line in booking.lines:
        line.all_or_nothing = line.item_id in item_ids
    return booking


def delete_draft(uow: UnitOfWork, actor: Principal, booking_id: int) -> None:
    """Throw a draft away.

    Raises:
        NotAllowedNow: it was sent already; cancel it instead.
        NotFound, Forbidden: the actor may not.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state is not State.DRAFT:
        raise NotAllowedNow
    discard(uow, booking)


def discard(uow: UnitOfWork, booking: Booking) -> None:
    """Take a draft out of the database, and its event with it unless another booking is for it."""
    event = booking.event
    uow.session.delete(booking)
    uow.session.flush()  # bookings point to events
    used = select(exists(select(Booking.id).where(Booking.event_id == event.id)))
    if not uow.session.scalar(used):
        uow.session.delete(event)


def copy_booking(
    uow: UnitOfWork, actor: Principal, booking_id: int, starts_at: datetime, ends_at: datetime
) -> Booking:
    """Take up an earlier booking again for other dates, as a draft of its own.

    The event moves along by as many days as the loan, and keeps its hours on the clock.

    Raises:
        NotFound, Forbidden, InvalidInput: as for `create_booking`.
    """
    old = load_for(uow, actor, booking_id, Action.EDIT_BOOKING, lock=False)
    if errors := check_period(starts_at, ends_at):
        raise InvalidInput(errors)
    event, zone = old.event, ZoneInfo(old.authority.timezone)
    days = (to_local(starts_at, zone).date() - to_local(old.starts_at, zone).date()).days
    copy = create_booking(
        uow,
        actor,
        BookingDetails(
            old.organisation_id, old.authority_id, starts_at, ends_at, old.logistics, old.note
        ),
        EventDetails(
            name=event.name,
            starts_at=days_later(event.starts_at, days, zone),
            ends_at=days_later(event.ends_at, days, zone),
            commune_insee=event.commune_insee,
            competence=event.competence,
            attendance=event.attendance,
            site_address=event.site_address,
            lat=event.lat,
            lon=event.lon,
            access=event.access,
            setting=event.setting,
            description=event.description,
        ),
        [
            Wanted(
                line.item_id,
                min(line.requested, line.item.max_per_booking or line.requested),
                line.all_or_nothing,
            )
            for line in old.lines
            if line.item.is_active
        ],
    )
    tie_like(copy, old)
    return copy


def write_details(
    uow: UnitOfWork, booking: Booking, details: BookingDetails | None, event: EventDetails | None
) -> None:
    """Write the event and the dates of a booking that may be changed.

    Raises:
        InvalidInput: a field cannot be used.
    """
    errors = check_period(details.starts_at, details.ends_at) if details else []
    errors += check_event(uow, event) if event else []
    if errors:
        raise InvalidInput(errors)
    if details:
        booking.starts_at, booking.ends_at = details.starts_at, details.ends_at
        booking.logistics, booking.note = details.logistics, details.note.strip()
    if event:
        for name, value in vars(event).items():
            setattr(booking.event, name, value)


def write_lines(uow: UnitOfWork, booking: Booking, lines: Sequence[Wanted]) -> None:
    """Make the booking ask for exactly these lines; several of one item are added up.

    Whether a part is of no use is as the lines say, and as it was where they do not say.

    Raises:
        InvalidInput: an item is not lent by the booking's authority, or too much is asked.
    """
    totals: dict[int, int] = {}
    for line in lines:
        totals[line.item_id] = totals.get(line.item_id, 0) + line.quantity
    check_lines(uow, booking, lines, totals)
    whole: dict[int, bool] = {}
    for line in lines:
        if line.whole is not None:
            whole[line.item_id] = whole.get(line.item_id, False) or line.whole
    kept = {line.item_id: line for line in booking.lines}
    for item_id, quantity in totals.items():
        if item_id in kept:
            kept[item_id].requested = quantity
            kept[item_id].all_or_nothing = whole.get(item_id, kept[item_id].all_or_nothing)
        else:
            booking.lines.append(
                BookingLine(
                    item_id=item_id,
                    requested=quantity,
                    all_or_nothing=whole.get(item_id, False),
                )
            )
    for item_id in kept.keys() - totals.keys():
        for kit_id in [tie.kit_id for tie in kept[item_id].kits]:
            untie(booking, kit_id)
        booking.lines.remove(kept[item_id])
    untie_broken(booking)


def _check_owners(uow: UnitOfWork, actor: Principal, details: BookingDetails) -> None:
    actor.check(
        Action.CREATE_BOOKING,
        authority_id=details.authority_id,
        organisation_id=details.organisation_id,
    )
    errors = []
    if uow.session.get(Organisation, details.organisation_id) is None:
        errors.append(FieldError("organisation_id", N_("We do not know this organisation.")))
    if uow.session.get(Authority, details.authority_id) is None:
        errors.append(FieldError("authority_id", N_("We do not know this authority.")))
    if errors:
        raise InvalidInput(errors)


def _event(uow: UnitOfWork, organisation_id: int, event: EventDetails | int) -> Event:
    if isinstance(event, EventDetails):
        return Event(organisation_id=organisation_id, **vars(event))
    found = uow.session.get(Event, event)
    if found is None:
        raise NotFound
    if found.organisation_id != organisation_id:
        raise Forbidden
    return found
