"""Papers of organisations: handed in, looked at by those who may, checked by the front desk."""

from flask import Blueprint

blueprint = Blueprint("attachments", __name__)

from lending.web.attachments import (  # noqa: E402 - their views
    browse,  # noqa: F401
    checking,  # noqa: F401
    handing_in,  # noqa: F401
)
