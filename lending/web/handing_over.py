"""What leaves the depot and what comes back: the staff counts, on the page of the booking."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lending.accounts.permissions import Action
from lending.errors import InvalidInput
from lending.handover.service import (
    Counted,
    check_in,
    check_out,
    close_booking,
    prepare_booking,
)
from lending.handover.values import Circumstances
from lending.web.context import allowed, principal
from lending.web.decisions import blueprint
from lending.web.decisions.carrying_out import carry_out, confirm
from lending.web.decisions.quantities import quantities


@blueprint.post("/a-traiter/<int:booking_id>/preparer")
@allowed(Action.HAND_OVER)
def prepare(booking_id: int) -> ResponseReturnValue:
    """Tell that everything stands ready."""
    return carry_out(
        booking_id,
        lambda uow: prepare_booking(uow, principal(), booking_id),
        gettext("prepared"),
    )


@blueprint.post("/a-traiter/<int:booking_id>/sortie")
@allowed(Action.HAND_OVER)
def hand_over(booking_id: int) -> ResponseReturnValue:
    """Hand the equipment over, as counted."""
    told = Circumstances(unsigned_reason=request.form.get("unsigned_reason", "").strip())
    return carry_out(
        booking_id,
        lambda uow: check_out(uow, principal(), booking_id, quantities("delivered"), told),
        gettext("handed over"),
    )


@blueprint.post("/a-traiter/<int:booking_id>/retour")
@allowed(Action.HAND_OVER)
def take_back(booking_id: int) -> ResponseReturnValue:
    """Take back what came; lost pieces leave the stock, so that is asked once more."""
    try:
        lost = sum(quantities("lost").values())
    except InvalidInput:
        lost = 0
    if lost and not request.form.get("confirmed"):
        return confirm(
            booking_id,
            ngettext("Write off %(num)d lost piece?", "Write off %(num)d lost pieces?", lost),
            gettext("What is lost leaves the stock now, and this cannot be undone here."),
            gettext("Take back and write off"),
        )
    return carry_out(
        booking_id,
        lambda uow: check_in(uow, principal(), booking_id, _counted()),
        gettext("counted"),
    )


def _counted() -> dict[int, Counted]:
    returned, damaged, lost = (quantities(name) for name in ("returned", "damaged", "lost"))
    return {
        item_id: Counted(returned.get(item_id, 0), damaged.get(item_id, 0), lost.get(item_id, 0))
        for item_id in returned.keys() | damaged.keys() | lost.keys()
    }


@blueprint.post("/a-traiter/<int:booking_id>/clore")
@allowed(Action.HAND_OVER)
def close(booking_id: int) -> ResponseReturnValue:
    """Close a loan that is back and settled."""
    return carry_out(
        booking_id,
        lambda uow: close_booking(uow, principal(), booking_id),
        gettext("closed"),
    )


__all__ = ["blueprint"]
