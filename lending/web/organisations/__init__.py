"""Associations: their own page, and the front desk's list of them."""

from flask import Blueprint

blueprint = Blueprint("organisations", __name__)

from lending.web.organisations import (  # noqa: E402 - their views
    browse,  # noqa: F401
    contacts,  # noqa: F401
    forgetting,  # noqa: F401
    verifying,  # noqa: F401
    writing,  # noqa: F401
)
