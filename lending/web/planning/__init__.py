"""The pages on which dispatchers plan the rounds of crews."""

from datetime import date

from flask import Blueprint, request

from lending.web.navigation import address

blueprint = Blueprint("planning", __name__)

FIRST_DAY, LAST_DAY = date(1972, 1, 1), date(2197, 12, 31)


def asked_day() -> date | None:
    """Return the day that the address or the form asks for, if it is one."""
    try:
        asked = date.fromisoformat(request.values.get("day", ""))
    except ValueError:
        return None
    return asked if FIRST_DAY < asked < LAST_DAY else None


def board_url(authority_id: int, day: date) -> str:
    """Return where the week of a day is planned."""
    return address("planning.board", authority_id=authority_id, day=day)


from lending.web.planning import board, moves, runs  # noqa: E402,F401 - their views
