"""Accept papers, or say why not."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.attachments.checking import accept_paper, decline_paper
from lending.attachments.queries import PaperView, get_paper
from lending.errors import InvalidInput
from lending.web.attachments import blueprint
from lending.web.attachments.browse import page_of
from lending.web.attachments.forms import CheckForm, DeclineForm
from lending.web.attachments.handing_in import home_of
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of


@blueprint.post("/pieces/<int:attachment_id>/accepter")
@allowed(Action.CHECK_PAPERS)
def accept(attachment_id: int) -> ResponseReturnValue:
    """Accept a paper, with the dates that stand on it."""
    paper = _read(attachment_id)
    form = CheckForm(paper.kind)
    if not form.validate():
        return page_of(paper, accept=form), 422
    try:
        database().write(
            lambda uow: accept_paper(
                uow,
                principal(),
                attachment_id,
                valid_from=form.day("valid_from"),
                valid_until=form.day("valid_until"),
            )
        )
    except InvalidInput as error:
        tell_errors(form, error)
        return page_of(paper, accept=form), 422
    flash(gettext("Accepted. What the rules read of the organisation follows."), "good")
    return redirect(home_of(paper), 303)


@blueprint.post("/pieces/<int:attachment_id>/refuser")
@allowed(Action.CHECK_PAPERS)
def decline(attachment_id: int) -> ResponseReturnValue:
    """Do not accept a paper."""
    paper = _read(attachment_id)
    form = DeclineForm()
    if not form.validate():
        return page_of(paper, decline=form), 422
    try:
        database().write(
            lambda uow: decline_paper(uow, principal(), attachment_id, text_of(form.reason))
        )
    except InvalidInput as error:
        tell_errors(form, error)
        return page_of(paper, decline=form), 422
    flash(gettext("Not accepted: the association reads your reason."), "good")
    return redirect(home_of(paper), 303)


def _read(attachment_id: int) -> PaperView:
    with database().read() as uow:
        return get_paper(uow, principal(), attachment_id)
