"""Requests, from the draft to what becomes of them, on the borrower's side."""

from dataclasses import replace
from datetime import datetime, time

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.booked import BookingOut, BookingPage, booking_out, summary_out
from lending.api.schemas.bookings import (
    Because,
    BookingChange,
    BookingIn,
    BookingQuery,
    Completion,
    EventChange,
    EventIn,
    LineIn,
    Site,
)
from lending.api.schemas.common import Nothing, page_fields, period_between
from lending.authorities.communes import note_commune
from lending.authorities.models import Competence
from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking, reduce_booking
from lending.bookings.consent import show_event
from lending.bookings.decisions import cancel_booking
from lending.bookings.detail import BookingDetail, get_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking, delete_draft, edit_draft
from lending.bookings.errors import StockConflict
from lending.bookings.kits import set_kit
from lending.bookings.models import SiteAccess, SiteSetting, Source
from lending.bookings.pieces import complete_booking
from lending.bookings.queries import BookingFilter, list_bookings
from lending.bookings.states import GRANTED, State
from lending.bookings.submission import join_waiting_list, submit_booking
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.organisations.queries import get_organisation

operations = Operations("Bookings")
ONE = "/bookings/{booking_id}"
NOT_DETAILS = {"event", "lines", "reason"}
"""What a change can say beside the details of a booking."""


@operations.add("GET", "/bookings", Action.SEE_BOOKING, BookingPage, query=BookingQuery)
def read_bookings(uow: UnitOfWork, call: Call[BookingQuery, None]) -> BookingPage:
    """List the bookings that the token may see."""
    wanted = call.query
    period = None
    if wanted.start and wanted.end:
        period = period_between(wanted.start, wanted.end)
    found = list_bookings(
        uow,
        call.actor,
        BookingFilter(
            states=wanted.state or None,
            organisation_id=wanted.organisation_id,
            authority_id=wanted.authority_id,
            event_id=wanted.event_id,
            words=wanted.q,
            period=period,
        ),
        order=wanted.order,
        page=wanted.page,
        per_page=wanted.per_page,
    )
    return BookingPage(
        items=[summary_out(row) for row in found.rows],
        **page_fields(wanted, found.total, call.address),
    )


@operations.add(
    "POST",
    "/bookings",
    Action.CREATE_BOOKING,
    BookingOut,
    status=201,
    body=BookingIn,
    location="/bookings/{id}",
    may_conflict=True,
    refusals=(404,),
)
def add_booking(uow: UnitOfWork, call: Call[None, BookingIn]) -> BookingOut:
    """Ask for equipment.

    As a draft (`submit` false) it holds nothing. With `submit` it holds what it asks for as an
    option; when not everything is free, the answer is 409 with what is missing and what is
    possible, and nothing is written.
    """
    body = call.body
    details = BookingDetails(
        organisation_id=_asker(call),
        authority_id=body.authority_id,
        starts_at=body.start,
        ends_at=body.end,
        logistics=body.logistics,
        note=body.note,
        source=Source.API,
    )
    call.actor.check(
        Action.CREATE_BOOKING,
        authority_id=details.authority_id,
        organisation_id=details.organisation_id,
    )
    booking = create_booking(uow, call.actor, details, _event(uow, call), _wanted(body.lines))
    for kit in body.kits:
        set_kit(uow, call.actor, booking.id, kit.kit_id, kit.units)
    if body.submit:
        try:
            submit_booking(uow, call.actor, booking.id)
        except StockConflict as conflict:
            # The draft goes with the transaction: nobody may take its number for another's.
            raise StockConflict(conflict.period, conflict.wanted, conflict.lines) from conflict
    return _told(uow, call, booking.id)


@operations.add("GET", ONE, Action.SEE_BOOKING, BookingOut)
def read_booking(uow: UnitOfWork, call: Call[None, None]) -> BookingOut:
    """Read a booking."""
    return _told(uow, call, call.ids["booking_id"])


@operations.add(
    "PATCH",
    ONE,
    Action.EDIT_BOOKING,
    BookingOut,
    body=BookingChange,
    may_conflict=True,
)
def change(uow: UnitOfWork, call: Call[None, BookingChange]) -> BookingOut:
    """Change a booking.

    A draft and a request that is not decided change freely, as far as there is stock; of what is
    granted, a part can be given back (`lines` alone). Whether the public programme shows the
    event (`event.public` alone) can change at any time.
    """
    booking = get_booking(uow, call.actor, call.ids["booking_id"])
    given = call.body.given()
    lines = _wanted(given["lines"]) if "lines" in given else None
    if booking.state in GRANTED and lines is not None and set(given) <= {"lines", "reason"}:
        reduce_booking(uow, call.actor, booking.id, lines, call.body.reason)
        return _told(uow, call, booking.id)
    event = call.body.event
    if event is not None and set(given) == {"event"} and set(event.given()) == {"public"}:
        show_event(uow, call.actor, booking.id, is_public=event.public)
        return _told(uow, call, booking.id)
    edit = edit_draft if booking.state is State.DRAFT else change_booking
    edit(
        uow,
        call.actor,
        booking.id,
        details=_changed_details(booking, given) if set(given) - NOT_DETAILS else None,
        event=_changed_event(uow, call, booking, call.body.event) if call.body.event else None,
        lines=lines,
    )
    return _told(uow, call, booking.id)


@operations.add("DELETE", ONE, Action.EDIT_BOOKING, None, status=204, refusals=(409,))
def throw_away(uow: UnitOfWork, call: Call[None, None]) -> None:
    """Throw a draft away; what was sent is cancelled instead."""
    delete_draft(uow, call.actor, call.ids["booking_id"])


@operations.add(
    "POST", f"{ONE}/submit", Action.EDIT_BOOKING, BookingOut, body=Nothing, may_conflict=True
)
def submit(uow: UnitOfWork, call: Call[None, Nothing]) -> BookingOut:
    """Send a draft: from now on it holds what it asks for, as an option."""
    submit_booking(uow, call.actor, call.ids["booking_id"])
    return _told(uow, call, call.ids["booking_id"])


@operations.add("POST", f"{ONE}/wait", Action.EDIT_BOOKING, BookingOut, body=Nothing)
def wait(uow: UnitOfWork, call: Call[None, Nothing]) -> BookingOut:
    """Wait, with the whole request, until everything it asks for comes free."""
    join_waiting_list(uow, call.actor, call.ids["booking_id"])
    return _told(uow, call, call.ids["booking_id"])


@operations.add("POST", f"{ONE}/complete", Action.EDIT_BOOKING, BookingOut, body=Completion)
def complete(uow: UnitOfWork, call: Call[None, Completion]) -> BookingOut:
    """Tell that what was missing is handed in."""
    complete_booking(uow, call.actor, call.ids["booking_id"], call.body.answer)
    return _told(uow, call, call.ids["booking_id"])


@operations.add("POST", f"{ONE}/cancel", Action.CANCEL_BOOKING, BookingOut, body=Because)
def cancel(uow: UnitOfWork, call: Call[None, Because]) -> BookingOut:
    """Cancel a request or a loan that has not begun."""
    cancel_booking(uow, call.actor, call.ids["booking_id"], call.body.reason)
    return _told(uow, call, call.ids["booking_id"])


def _told(uow: UnitOfWork, call: Call[object, object], booking_id: int) -> BookingOut:
    return booking_out(get_booking(uow, call.actor, booking_id))


def _wanted(lines: list[LineIn]) -> list[Wanted]:
    return [Wanted(line.item_id, line.quantity, line.all_or_nothing) for line in lines]


def _asker(call: Call[None, BookingIn]) -> int:
    """Return which organisation asks: the one that is named, or the token's own.

    Raises:
        InvalidInput: that cannot be told.
    """
    own = call.actor.organisation_ids
    if call.body.organisation_id is None and len(own) != 1:
        raise InvalidInput(organisation_id=N_("Say which organisation asks."))
    return call.body.organisation_id or own[0]


def _event(uow: UnitOfWork, call: Call[None, BookingIn]) -> EventDetails | int:
    body = call.body
    if body.event is None:
        if body.event_id is None:
            raise InvalidInput(event=N_("Say what the equipment is for."))
        return body.event_id
    organisation = get_organisation(uow, call.actor, _asker(call))
    commune = body.event.commune_insee or organisation.commune_insee
    note_commune(uow, call.actor, commune)
    return _event_details(body.event, commune, body.start, body.end)


def _event_details(event: EventIn, commune: str, start: datetime, end: datetime) -> EventDetails:
    return EventDetails(
        name=event.name,
        starts_at=event.start or start,
        ends_at=event.end or end,
        commune_insee=commune,
        competence=event.competence,
        attendance=event.attendance,
        site_address=event.site.address if event.site else "",
        lat=event.site.lat if event.site else None,
        lon=event.site.lon if event.site else None,
        access=_access(event.site),
        setting=_setting(event.site),
        description=event.description,
        is_public=event.public,
    )


def _access(site: Site | None) -> SiteAccess:
    if site is None:
        return SiteAccess()
    return SiteAccess(
        site.contact,
        site.phone,
        site.access,
        time.fromisoformat(site.opens) if site.opens else None,
        time.fromisoformat(site.closes) if site.closes else None,
    )


def _setting(site: Site | None) -> SiteSetting:
    if site is None:
        return SiteSetting()
    return SiteSetting(
        site.tents_apart_m, site.ground, site.stage_height_cm, site.power, site.sockets
    )


def _changed_details(booking: BookingDetail, given: dict[str, object]) -> BookingDetails:
    names = {"start": "starts_at", "end": "ends_at"}
    kept = {
        name: getattr(booking, name)
        for name in ("starts_at", "ends_at", "logistics", "note", "source")
    }
    changed = {
        names.get(name, name): value
        for name, value in given.items()
        if name not in NOT_DETAILS and value is not None
    }
    return BookingDetails(booking.organisation_id, booking.authority_id, **(kept | changed))


def _changed_event(
    uow: UnitOfWork, call: Call[None, BookingChange], booking: BookingDetail, change: EventChange
) -> EventDetails:
    old = booking.event_view
    given = change.given()
    site = given.pop("site", None)
    names = {"start": "starts_at", "end": "ends_at", "public": "is_public"}
    kept = {name: getattr(old, name) for name in EventDetails.__dataclass_fields__}
    kept["competence"] = Competence(old.competence)
    changed = {
        names.get(name, name): value
        for name, value in given.items()
        if value is not None or name == "attendance"
    }
    if site is not None:
        changed |= {"site_address": site.address, "lat": site.lat, "lon": site.lon}
        changed["setting"] = _setting(site)
        changed["access"] = replace(_access(site), plan=old.access.plan)
    details = EventDetails(**(kept | changed))
    note_commune(uow, call.actor, details.commune_insee)
    return details
