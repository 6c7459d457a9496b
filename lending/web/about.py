"""What the service says of itself."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

blueprint = Blueprint("about", __name__)


@blueprint.get("/accessibilite")
def accessibility() -> ResponseReturnValue:
    """Say how the pages can be used, what was checked, and where to tell of an obstacle."""
    return render_template("about/accessibility.html")
