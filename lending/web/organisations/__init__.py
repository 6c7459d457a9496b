"""Associations: their own page, and the front desk's list of them."""

from flask import Blueprint

blueprint = Blueprint("organisations", __name__)

from lending.web.organisations import browse, verifying, writing  # noqa: E402,F401 - their views
