"""From an address without an authority to the pages of one."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.authorities.queries import list_authorities
from lending.web.context import database, principal


def lead_to(endpoint: str, title: str, action: Action) -> ResponseReturnValue:
    """Lead to the page of the one authority the reader does this for; of several, let them choose.

    `title` is a gettext id.
    """
    with database().read() as uow:
        found = list_authorities(uow, principal().authority_scope(action))
    if len(found) == 1:
        return redirect(url_for(endpoint, authority_id=found[0].id))
    return render_template(
        "choose_authority.html", authorities=found, endpoint=endpoint, title=gettext(title)
    )
