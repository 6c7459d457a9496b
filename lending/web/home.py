"""The first page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Ask for which dates; staff go to their inbox."""
    return render_template("home/show.html")
