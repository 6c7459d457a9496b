"""What leaves the depot and what comes back: the staff counts, on the page of the booking."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lending.accounts.permissions import Action
from lending.errors import InvalidInput
from lending.handover.kinds import Standing
from lending.handover.service import close_booking, prepare_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted, Outcome
from lending.logistics.arriving import new_key
from lending.web.context import allowed, principal
from lending.web.decisions import blueprint
from lending.web.decisions.carrying_out import carry_out, confirm
from lending.web.decisions.quantities import quantities
from lending.web.statements import words_of
from lending.web.telling import sent_instant


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
    return carry_out(
        booking_id,
        lambda uow: tell_check_out(
            uow, principal(), booking_id, quantities("delivered"), _circumstances()
        ),
        gettext("handed over"),
        instead=_unless_it_counts,
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
        lambda uow: tell_check_in(uow, principal(), booking_id, _counted(), _circumstances()),
        gettext("counted"),
        instead=_unless_it_counts,
    )


def _unless_it_counts(outcome: Outcome) -> ResponseReturnValue | None:
    """Show a statement that changed nothing, instead of turning to the next duty."""
    if outcome.standing is Standing.COUNTED and not outcome.is_repeated:
        return None
    flash(words_of(outcome), "warn" if outcome.standing is Standing.KEPT else "info")
    return redirect(url_for("statements.show", statement_id=outcome.statement_id), 303)


def _circumstances() -> Circumstances:
    return Circumstances(
        key=request.form.get("key") or new_key(),
        seen_at=sent_instant("seen_at"),
        unsigned_reason=request.form.get("unsigned_reason", "").strip(),
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
        anchors={"units": "acts-title"},  # where the page of the units is
    )


__all__ = ["blueprint"]
