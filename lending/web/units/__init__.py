"""The pages of numbered units: their list, each one's card and register, labels, scanning."""

from flask import Blueprint

blueprint = Blueprint("units", __name__)

from lending.web.units import inspecting, keeping, labels, scanning, words  # noqa: E402,F401 - their views
