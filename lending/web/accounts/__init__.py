"""Sign in, register, look after one's own account."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

from lending.web.accounts import own, registering, signing  # noqa: E402,F401 - their views
