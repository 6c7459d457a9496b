"""The pages on which dispatchers plan the rounds of crews."""

from datetime import date

from flask import Blueprint, url_for

blueprint = Blueprint("planning", __name__)


def board_url(authority_id: int, day: date) -> str:
    """Return where the week of a day is planned."""
    return url_for("planning.board", authority_id=authority_id, day=day)


from lending.web.planning import board, moves, regrouping, runs, wall  # noqa: E402,F401 - their views
