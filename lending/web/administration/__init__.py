"""The administrator's pages: accounts and roles, API tokens, authorities and depots."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.web.context import allowed

blueprint = Blueprint("administration", __name__, url_prefix="/administration")


@blueprint.get("")
@allowed(Action.MANAGE_USERS)
def index() -> ResponseReturnValue:
    """Show what can be administered."""
    return render_template("administration/index.html")


from lending.web.administration import authorities, people, tokens  # noqa: E402,F401 - their views
