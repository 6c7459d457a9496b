"""The pages of the catalogue: find equipment, see one item, and keep it."""

from flask import Blueprint

blueprint = Blueprint("catalogue", __name__)

from lending.web.catalogue import browse, companions, families, keep, kits, photo, stock  # noqa: E402,F401 - their views
