"""The pages of the lending rules: for anyone to read, for managers to draft and publish."""

from flask import Blueprint

blueprint = Blueprint("policies", __name__)

from lending.web.policies import drafting, publishing, reading  # noqa: E402,F401 - their views
