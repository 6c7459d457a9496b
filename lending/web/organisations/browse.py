"""Find associations and look at one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.accounts.queries import people_of_organisation
from lending.equity.valuation.statements import read_statement
from lending.errors import NotFound
from lending.notifications.addresses import dead_among
from lending.organisations.identifiers import grouped
from lending.organisations.models import Verification
from lending.organisations.queries import count_pending, get_organisation, list_organisations
from lending.web.context import allowed, database, principal
from lending.web.numbers import whole_number
from lending.web.organisations import blueprint
from lending.web.widgets import Pager

PER_PAGE = 50
LONGEST_SEARCH = 100


@blueprint.get("/association")
@allowed(Action.SEE_ORGANISATION)
def own() -> ResponseReturnValue:
    """Go to the association one speaks for."""
    ids = principal().organisation_ids
    if not ids and principal().can(Action.LIST_ORGANISATIONS):
        return redirect(url_for("organisations.index"), 303)
    if not ids:
        raise NotFound
    return redirect(url_for("organisations.show", organisation_id=ids[0]), 303)


@blueprint.get("/associations")
@allowed(Action.LIST_ORGANISATIONS)
def index() -> ResponseReturnValue:
    """List associations; those to be verified on a tab of their own."""
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    states = {each.value: each for each in Verification}
    chosen = states.get(request.args.get("state", ""))
    page = max(1, min(request.args.get("page", 1, type=whole_number), 10_000))
    with database().read() as uow:
        found = list_organisations(
            uow,
            principal(),
            search=words,
            verification=chosen,
            page=page,
            per_page=PER_PAGE,
        )
        pending = count_pending(uow)
        now = uow.now
    return render_template(
        "organisations/index.html",
        found=found.organisations,
        pager=Pager(page, PER_PAGE, found.total),
        words=words,
        chosen=chosen,
        pending=pending,
        now=now,
        grouped=grouped,
        can_create=principal().can(Action.VERIFY_ORGANISATION),
    )


@blueprint.get("/associations/<int:organisation_id>")
@allowed(Action.SEE_ORGANISATION)
def show(organisation_id: int) -> ResponseReturnValue:
    """Show an association to its own people and to staff."""
    with database().read() as uow:
        organisation = get_organisation(uow, principal(), organisation_id)
        people = people_of_organisation(uow, organisation_id)
        aid = read_statement(uow, principal(), organisation_id)
        dead = dead_among(uow, [organisation.contact_email, *(person.email for person in people)])
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        people=people,
        aid=aid,
        dead=dead,
        grouped=grouped,
        is_own=organisation_id in principal().organisation_ids,
        can_verify=principal().can(Action.VERIFY_ORGANISATION),
        can_edit=principal().can(Action.EDIT_ORGANISATION, organisation_id=organisation_id),
        can_book=principal().can(Action.CREATE_BOOKING)
        and organisation.verification is not Verification.REJECTED,
        can_list=principal().can(Action.LIST_ORGANISATIONS),
    )
