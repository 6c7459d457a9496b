"""Where each role can go: a pure function from who acts to the places offered."""

from dataclasses import dataclass
from typing import Literal

from flask import current_app, request, url_for
from flask_babel import gettext

from lending.accounts.permissions import Action, Principal
from lending.i18n import N_
from lending.web.widgets import NavEntry


@dataclass(frozen=True)
class Place:
    """A place of the navigation; the label is a gettext id."""

    endpoint: str
    label: str
    icon: str
    action: Action
    readers: Literal["staff", "field", "others", "all"] = "all"
    """Whom it is offered to: those at a desk, those on the road, those who borrow."""


PLACES = (
    Place("inbox.index", N_("Inbox"), "inbox", Action.SEE_INBOX, "staff"),
    Place("board.index", N_("Planning"), "calendar3-range", Action.SEE_BOARD, "staff"),
    Place("logistics.index", N_("Field work"), "truck", Action.SEE_TASKS, "staff"),
    Place("rounds.index", N_("Rounds"), "signpost-split", Action.SEE_TASKS, "field"),
    Place("logistics.index", N_("Field work"), "truck", Action.SEE_TASKS, "field"),
    Place("home.show", N_("Home"), "house", Action.BROWSE_CATALOGUE, "others"),
    Place("catalogue.index", N_("Equipment"), "grid", Action.BROWSE_CATALOGUE),
    Place("programme.index", N_("Events"), "calendar-event", Action.SEE_PROGRAMME, "others"),
    Place("bookings.index", N_("Requests"), "card-list", Action.SEE_BOOKING, "staff"),
    Place("bookings.index", N_("Your requests"), "card-checklist", Action.SEE_BOOKING, "others"),
    Place(
        "shortages.index", N_("Shortages"), "exclamation-triangle", Action.SEE_SHORTAGES, "staff"
    ),
    Place("organisations.index", N_("Organisations"), "people", Action.LIST_ORGANISATIONS, "staff"),
    Place("organisations.own", N_("Your association"), "people", Action.SEE_ORGANISATION, "others"),
    Place("jobs.index", N_("Jobs"), "gear", Action.SEE_JOBS, "staff"),
    Place("administration.index", N_("Administration"), "sliders", Action.MANAGE_USERS, "staff"),
)


def places_for(principal: Principal) -> tuple[Place, ...]:
    """Return the places that the person may go to, in their order."""
    at_a_desk = principal.can(Action.SEE_INBOX)
    kind = "staff" if at_a_desk else "field" if principal.is_staff else "others"
    return tuple(
        place for place in PLACES if place.readers in ("all", kind) and principal.can(place.action)
    )


def navigation(principal: Principal) -> tuple[NavEntry, ...]:
    """Return the entries of the navigation, the present one marked."""
    here = (request.endpoint or "").partition(".")[0]
    return tuple(
        NavEntry(
            label=gettext(place.label),
            url=url_for(place.endpoint),
            icon=place.icon,
            current=here in _rooms_of(place),
        )
        for place in places_for(principal)
        if place.endpoint in current_app.view_functions
    )


def _rooms_of(place: Place) -> tuple[str, ...]:
    room = place.endpoint.partition(".")[0]
    # A booking that the staff decides is opened from the inbox.
    # Who does the field work, and with what, is looked up from there.
    return {
        "inbox": (room, "decisions", "routing", "assigning"),
        "bookings": (room, "charges"),
        "rounds": (room, "statements"),
        "logistics": (room, "means", "planning"),
        "organisations": (room, "valuation", "attachments"),
        "catalogue": (room, "units"),
        "jobs": (room, "audit"),
    }.get(room, (room,))


def address(endpoint: str, **values: object) -> str:
    """Return the address of a view, or nothing where this installation does not have it."""
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, **values)  # type: ignore[arg-type]


def booking_url(booking_id: int, principal: Principal) -> str:
    """Return where the person reads a booking: the staff where it is decided."""
    endpoint = "decisions.show" if principal.can(Action.SEE_INBOX) else "bookings.show"
    return address(endpoint, booking_id=booking_id)
