"""The pages of the means of field work: agents, vehicles, crews, and weeks of shifts."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, get_authority
from lending.i18n import N_
from lending.logistics.means.queries import means_of
from lending.web.choosing import lead_to
from lending.web.context import allowed, database, principal

blueprint = Blueprint("means", __name__)


@blueprint.get("/moyens")
@allowed(Action.MANAGE_MEANS)
def choose() -> ResponseReturnValue:
    """Lead to the means of one's authority; of several, let the reader choose."""
    return lead_to("means.index", N_("Crews and vehicles"), Action.MANAGE_MEANS)


@blueprint.get("/collectivites/<int:authority_id>/moyens")
@allowed(Action.MANAGE_MEANS)
def index(authority_id: int) -> ResponseReturnValue:
    """List agents, crews and vehicles."""
    with database().read() as uow:
        means = means_of(uow, principal(), authority_id)
        authority = get_authority(uow, authority_id)
    return render_template("means/index.html", authority=authority, means=means)


def authority_of(authority_id: int) -> AuthorityView:
    """Return the authority whose means the reader sees to.

    Raises:
        NotSignedIn, Forbidden, NotFound: the reader does not.
    """
    principal().check(Action.MANAGE_MEANS, authority_id=authority_id)
    with database().read() as uow:
        return get_authority(uow, authority_id)


def back(authority_id: int) -> ResponseReturnValue:
    """Lead back to the list of means."""
    return redirect(url_for("means.index", authority_id=authority_id), 303)


from lending.web.means import agents, crews, rates, shifts, times, vehicles, week  # noqa: E402,F401 - their views
