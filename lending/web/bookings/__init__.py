"""The pages of a request: begin it, prepare it, send it, follow it, change it."""

from flask import Blueprint

blueprint = Blueprint("bookings", __name__)

from lending.web.bookings import (  # noqa: E402 - they need the blueprint
    alter,  # noqa: F401 - their views
    choose,  # noqa: F401
    conflict,  # noqa: F401
    follow,  # noqa: F401
    lines,  # noqa: F401
    prepare,  # noqa: F401
    send,  # noqa: F401
    why,  # noqa: F401
)
