"""The pages on which dispatchers plan the rounds of crews."""

from flask import Blueprint

blueprint = Blueprint("planning", __name__)

from lending.web.planning import runs  # noqa: E402,F401 - its views
