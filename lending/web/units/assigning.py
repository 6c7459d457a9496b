"""Which unit goes with which line of a booking: chosen where it is prepared, with a telephone."""

from collections.abc import Callable

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lending.accounts.permissions import Action
from lending.bookings.detail import get_booking
from lending.catalogue.conditions import Condition
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, LendingError, NotAllowedNow
from lending.handover.assigning import (
    OPEN,
    assign_code,
    assign_proposed,
    assign_unit,
    free_unit,
)
from lending.handover.assignment_errors import UnitNotFit, UnitTaken
from lending.handover.assignment_models import Assignment
from lending.handover.assignment_queries import units_of_booking
from lending.handover.kinds import Fate
from lending.handover.naming_units import tell_fate
from lending.http_status import status_of
from lending.web.context import allowed, database, principal
from lending.web.errors import words
from lending.web.numbers import number_or_none
from lending.web.units.scanning import with_scanner

blueprint = Blueprint("assigning", __name__)

PLACE = "/a-traiter/<int:booking_id>/exemplaires"


@blueprint.get(PLACE)
@allowed(Action.HAND_OVER)
def show(booking_id: int) -> ResponseReturnValue:
    """Show which units go with a booking, and which could."""
    return _page(booking_id)


@blueprint.post(f"{PLACE}/scan")
@allowed(Action.HAND_OVER)
def scan(booking_id: int) -> ResponseReturnValue:
    """Choose the unit whose label was scanned or typed."""
    typed = request.form.get("code", "")[:200]
    return _act(
        booking_id,
        lambda uow: _told(assign_code(uow, principal(), booking_id, typed)),
        typed=typed,
    )


@blueprint.post(f"{PLACE}/choisir")
@allowed(Action.HAND_OVER)
def choose(booking_id: int) -> ResponseReturnValue:
    """Choose a unit of the list, in place of another one where one is named."""
    unit_id, instead = _number("unit_id"), number_or_none(request.form.get("instead_of"))
    return _act(
        booking_id,
        lambda uow: _told(assign_unit(uow, principal(), booking_id, unit_id, instead_of=instead)),
    )


@blueprint.post(f"{PLACE}/proposer")
@allowed(Action.HAND_OVER)
def propose(booking_id: int) -> ResponseReturnValue:
    """Choose the best units that are free for all that is open of a line."""
    line_id = _number("line_id")

    def chosen(uow: UnitOfWork) -> str:
        count = assign_proposed(uow, principal(), booking_id, line_id)
        return str(ngettext("%(num)d unit is chosen.", "%(num)d units are chosen.", count))

    return _act(booking_id, chosen)


@blueprint.post(f"{PLACE}/liberer")
@allowed(Action.HAND_OVER)
def let_go(booking_id: int) -> ResponseReturnValue:
    """Let a chosen unit go."""
    unit_id = _number("unit_id")

    def freed(uow: UnitOfWork) -> str:
        free_unit(uow, principal(), booking_id, unit_id)
        return str(gettext("The unit stays here."))

    return _act(booking_id, freed)


@blueprint.post(f"{PLACE}/rendu")
@allowed(Action.HAND_OVER)
def back(booking_id: int) -> ResponseReturnValue:
    """Tell that a unit is back, and in what condition."""
    unit_id = _number("unit_id")
    given = request.form.get("condition", "")
    condition = Condition(given) if given in list(Condition) else None
    fate = Fate.DAMAGED if request.form.get("broken") == "yes" else Fate.BACK

    def returned(uow: UnitOfWork) -> str:
        unit = tell_fate(uow, principal(), booking_id, unit_id, fate, condition)
        return str(gettext("No. %(number)d is back.", number=unit.number))

    return _act(booking_id, returned)


@blueprint.post(f"{PLACE}/perdu")
@allowed(Action.HAND_OVER)
def lost(booking_id: int) -> ResponseReturnValue:
    """Tell that a unit will not come back, once that was asked."""
    unit_id = _number("unit_id")
    if not request.form.get("confirmed"):
        return _ask_lost(booking_id, unit_id)

    def gone(uow: UnitOfWork) -> str:
        unit = tell_fate(uow, principal(), booking_id, unit_id, Fate.LOST)
        return str(gettext("No. %(number)d is retired as lost.", number=unit.number))

    return _act(booking_id, gone)


def _ask_lost(booking_id: int, unit_id: int) -> ResponseReturnValue:
    with database().read() as uow:
        lines = units_of_booking(uow, principal(), booking_id)
    away = (each.unit for line in lines for each in line.chosen if each.is_out)
    unit = next((unit for unit in away if unit.id == unit_id), None)
    if unit is None:
        return _page(booking_id, NotAllowedNow())
    return render_template("assigning/lost.html", booking_id=booking_id, unit=unit)


def _number(name: str) -> int:
    """Return a number that a button of the page brings; none is there under another one."""
    return number_or_none(request.form.get(name)) or 0


def _told(row: Assignment) -> str:
    return str(
        gettext(
            "%(item)s no. %(number)d goes with this booking.",
            item=row.unit.item.name,
            number=row.unit.number,
        )
    )


def _act(
    booking_id: int, use_case: Callable[[UnitOfWork], str], typed: str = ""
) -> ResponseReturnValue:
    """Do it and go back to the list; what stands in the way is said there."""
    try:
        done = database().write(use_case)
    except (InvalidInput, UnitTaken, UnitNotFit, NotAllowedNow) as error:
        return _page(booking_id, error, typed)
    flash(done, "good")
    return redirect(url_for("assigning.show", booking_id=booking_id), 303)


def _page(
    booking_id: int, error: LendingError | None = None, typed: str = ""
) -> ResponseReturnValue:
    with database().read() as uow:
        lines = units_of_booking(uow, principal(), booking_id)
        booking = get_booking(uow, principal(), booking_id)
    g.zone = booking.zone
    page = render_template(
        "assigning/show.html",
        booking=booking,
        lines=lines,
        is_open=booking.state in OPEN,
        typed=typed,
        error=_says(error) if error else "",
        conditions=list(Condition),
    )
    return with_scanner(make_response(page, status_of(error) if error else 200))


def _says(error: LendingError) -> str:
    if isinstance(error, InvalidInput):
        return " ".join(gettext(each.message, **dict(each.data)) for each in error.errors)
    return words(error)
