"""Hand in a paper, and take it back."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.attachments.handing_in import NewPaper, hand_in, withdraw_paper
from lending.attachments.keeping import keep_file
from lending.attachments.kinds import PaperKind
from lending.attachments.queries import PaperView, get_paper
from lending.bookings.states import State
from lending.errors import InvalidInput
from lending.organisations.queries import get_organisation
from lending.web.attachments import blueprint
from lending.web.attachments.browse import store
from lending.web.attachments.forms import PaperForm
from lending.web.bookings.common import read_booking
from lending.web.context import allowed, database, principal
from lending.web.fields import ACCEPTED
from lending.web.form_errors import tell_errors
from lending.web.numbers import whole_number


@dataclass(frozen=True)
class _Purpose:
    """For whom a paper is, and where its page leads back to."""

    organisation_id: int
    name: str
    back: str
    booking_id: int | None = None


@blueprint.route("/associations/<int:organisation_id>/pieces/deposer", methods=["GET", "POST"])
@allowed(Action.HAND_IN_PAPERS)
def give(organisation_id: int) -> ResponseReturnValue:
    """Ask for a paper that serves all requests of an organisation, and keep it."""
    with database().read() as uow:
        organisation = get_organisation(uow, principal(), organisation_id)
    back = url_for("attachments.index", organisation_id=organisation_id)
    return _ask(_Purpose(organisation_id, organisation.name, back))


@blueprint.route("/demandes/<int:booking_id>/pieces/deposer", methods=["GET", "POST"])
@allowed(Action.HAND_IN_PAPERS)
def give_for(booking_id: int) -> ResponseReturnValue:
    """Ask for a paper that serves one request, and keep it."""
    booking = read_booking(booking_id)
    awaited = booking.state is State.INCOMPLETE and booking.allows("complete")
    endpoint = "bookings.complete" if awaited else "attachments.of_booking"
    back = url_for(endpoint, booking_id=booking_id)
    return _ask(_Purpose(booking.organisation_id, booking.event, back, booking_id))


def _ask(purpose: _Purpose) -> ResponseReturnValue:
    principal().check(Action.HAND_IN_PAPERS, organisation_id=purpose.organisation_id)
    before = _replaced()
    kind = before.kind if before else _kind()
    form = PaperForm(kind)
    if form.validate_on_submit() and _keep(purpose, kind, form, before):
        flash(gettext("The paper is handed in. The front desk looks at it."), "good")
        return redirect(purpose.back, 303)
    page = render_template(
        "attachments/hand_in.html",
        form=form,
        kind=kind,
        purpose=purpose,
        before=before,
        accepted=ACCEPTED,
    )
    return page, 422 if form.is_submitted() else 200


def _keep(purpose: _Purpose, kind: PaperKind, form: PaperForm, before: PaperView | None) -> bool:
    try:
        # Outside the transaction: the name is that of the content, so twice does no harm.
        kept = keep_file(store(), form.file.data.read())
        paper = NewPaper(
            kind=kind,
            file=kept,
            label=form.file.data.filename or "",
            issuer=form.said("issuer"),
            number=form.said("number"),
            valid_from=form.day("valid_from"),
            valid_until=form.day("valid_until"),
            booking_id=before.booking_id if before else _only_for(purpose, kind),
            replaces_id=before.id if before else None,
        )
        database().write(lambda uow: hand_in(uow, principal(), purpose.organisation_id, paper))
    except InvalidInput as error:
        tell_errors(form, error)
        return False
    return True


def _only_for(purpose: _Purpose, kind: PaperKind) -> int | None:
    """Return the request that the paper is for; what serves all of them is for none alone."""
    return None if kind.serves_all else purpose.booking_id


def _kind() -> PaperKind:
    asked = request.args.get("kind", "")
    return PaperKind(asked) if asked in list(PaperKind) else PaperKind.INSURANCE


def _replaced() -> PaperView | None:
    number = request.args.get("replaces", type=whole_number)
    if number is None:
        return None
    with database().read() as uow:
        return get_paper(uow, principal(), number)


@blueprint.post("/pieces/<int:attachment_id>/retirer")
@allowed(Action.HAND_IN_PAPERS)
def withdraw(attachment_id: int) -> ResponseReturnValue:
    """Take a paper back."""
    with database().read() as uow:
        paper = get_paper(uow, principal(), attachment_id)
    database().write(lambda uow: withdraw_paper(uow, principal(), attachment_id))
    flash(gettext("The paper is taken back, and its file removed."), "good")
    return redirect(home_of(paper), 303)


def home_of(paper: PaperView) -> str:
    """Return where the paper stands with its like."""
    if paper.booking_id is not None:
        return url_for("attachments.of_booking", booking_id=paper.booking_id)
    return url_for("attachments.index", organisation_id=paper.organisation_id)
