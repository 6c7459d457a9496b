"""The pages on which dispatchers plan the rounds of crews."""

from datetime import date

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.i18n import N_
from lending.web.choosing import lead_to
from lending.web.context import allowed

blueprint = Blueprint("planning", __name__)


@blueprint.get("/planification")
@allowed(Action.MANAGE_MEANS)
def choose() -> ResponseReturnValue:
    """Lead to the rounds of one's authority; of several, let the reader choose."""
    return lead_to("planning.board", N_("Rounds"), Action.MANAGE_MEANS)


def board_url(authority_id: int, day: date) -> str:
    """Return where the week of a day is planned."""
    return url_for("planning.board", authority_id=authority_id, day=day)


from lending.web.planning import board, moves, regrouping, runs, wall  # noqa: E402,F401 - their views
