"""Do what was decided, after asking once more where it cannot be undone."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.bookings.detail import BookingDetail, get_booking
from lending.bookings.errors import StockConflict
from lending.bookings.inbox import next_booking
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.handover.assignment_errors import UnitNotFit, UnitTaken
from lending.logistics.overruling import CapacityExceeded
from lending.web.context import database, principal
from lending.web.decisions.page import page_of
from lending.web.errors import words
from lending.web.inbox import filter_arguments, filter_of_request, more_duties
from lending.web.outlook import told_again


def carry_out(
    booking_id: int,
    service: Callable[[UnitOfWork], Any],
    done: str,
    *,
    anchors: dict[str, str] | None = None,
    stay: bool = False,
    instead: Callable[[Any], ResponseReturnValue | None] = lambda result: None,
) -> ResponseReturnValue:
    """Do what was decided, then turn to the next duty; show the page again if it cannot be done.

    `anchors` says which field of the page a field of the service is; `instead` what is answered to
    some results of it.
    """
    wanted = filter_of_request()
    with database().read() as uow:
        booking = get_booking(uow, principal(), booking_id)
        following = next_booking(uow, principal(), wanted, booking_id, more=more_duties(uow))
    try:
        result = database().write(service)
    except CapacityExceeded as error:
        return page_of(booking_id, [("capacity_reason", told_again(error.outlook))], status=422)
    except InvalidInput as error:
        return page_of(booking_id, _errors(booking, error, anchors or {}), status=422)
    except StockConflict as conflict:
        return page_of(booking_id, conflict=conflict, status=409)
    except (UnitTaken, UnitNotFit) as error:
        return page_of(booking_id, [("", words(error))], status=409)
    except NotAllowedNow:
        return page_of(booking_id, status=409, overtaken=True)
    if (answer := instead(result)) is not None:
        return answer
    flash(f"{booking.reference} : {done}", "good")
    arguments = filter_arguments()
    if stay:
        following = booking_id
    if following is None:
        return redirect(url_for("inbox.index", **arguments), 303)  # type: ignore[arg-type]
    return redirect(url_for("decisions.show", booking_id=following, **arguments), 303)  # type: ignore[arg-type]


def _errors(
    booking: BookingDetail, error: InvalidInput, anchors: dict[str, str]
) -> list[tuple[str, str]]:
    return [(_anchor(booking, each, anchors), _words(each)) for each in error.errors]


def _anchor(booking: BookingDetail, error: FieldError, anchors: dict[str, str]) -> str:
    parts = error.field.split(".")
    if len(parts) == 3 and parts[0] == "lines":
        # The services count lines in the order in which they were entered.
        entered = sorted(booking.line_views, key=lambda line: line.id)
        return f"{parts[2]}-{entered[int(parts[1])].item_id}"
    return anchors.get(error.field, error.field)


def _words(error: FieldError) -> str:
    return str(gettext(error.message, **dict(error.data)))


def confirm(
    booking_id: int, question: str, text: str, button: str, quote: str = ""
) -> ResponseReturnValue:
    """Ask once more, carrying everything that was typed along."""
    with database().read() as uow:
        booking = get_booking(uow, principal(), booking_id)
    g.zone = booking.zone
    fields = {name: value for name, value in request.form.items() if name != "csrf_token"}
    return render_template(
        "decisions/confirm.html",
        booking=booking,
        question=question,
        text=text,
        button=button,
        quote=quote,
        action=request.full_path.rstrip("?"),
        back=url_for("decisions.show", booking_id=booking_id, **filter_arguments()),  # type: ignore[arg-type]
        fields=fields | {"confirmed": "yes"},
    )
