"""One request with everything needed to decide it, and the decisions."""

from flask import Blueprint

blueprint = Blueprint("decisions", __name__)

from lending.web.decisions import deciding  # noqa: E402,F401 - its views
