"""The pages on which dispatchers plan the rounds of crews."""

from datetime import date

from flask import Blueprint

from lending.web.navigation import address

blueprint = Blueprint("planning", __name__)


def board_url(authority_id: int, day: date) -> str:
    """Return where the week of a day is planned."""
    return address("planning.board", authority_id=authority_id, day=day)


from lending.web.planning import runs  # noqa: E402,F401 - its views
