"""API tokens."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action, Role
from lending.accounts.tokens import Token, create_token, list_tokens, revoke_token
from lending.authorities.queries import authority_names
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.organisations.queries import list_organisations, organisation_names
from lending.web.administration import blueprint
from lending.web.administration.forms import TokenForm
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of

MOST_ORGANISATIONS = 2000


@blueprint.route("/jetons", methods=["GET", "POST"])
@allowed(Action.MANAGE_USERS)
def tokens() -> ResponseReturnValue:
    """List tokens; make one and show its secret this once."""
    form, secret = TokenForm(), ""
    with database().read() as uow:
        _offer(uow, form)
    if form.validate_on_submit():
        try:
            secret = database().write(
                lambda uow: create_token(
                    uow,
                    principal(),
                    Role(form.role.data),
                    label=text_of(form.label),
                    **form.owner(),
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
    with database().read() as uow:
        found = list_tokens(uow, principal())
        owners, now = _owners(uow, found), uow.now
    page = render_template(
        "administration/tokens.html",
        tokens=found,
        owners=owners,
        form=form,
        secret=secret,
        now=now,
    )
    status = 201 if secret else 422 if form.is_submitted() else 200
    return page, status, {"Cache-Control": "no-store"}


@blueprint.post("/jetons/<int:token_id>/revoquer")
@allowed(Action.MANAGE_USERS)
def revoke(token_id: int) -> ResponseReturnValue:
    """Make a token worthless."""
    database().write(lambda uow: revoke_token(uow, principal(), token_id))
    flash(gettext("The token no longer opens anything."), "good")
    return redirect(url_for("administration.tokens"), 303)


def _offer(uow: UnitOfWork, form: TokenForm) -> None:
    found = list_organisations(uow, principal(), per_page=MOST_ORGANISATIONS).organisations
    form.offer(authority_names(uow), {seen.id: seen.name for seen in found})


def _owners(uow: UnitOfWork, tokens: tuple[Token, ...]) -> dict[int, str]:
    authorities = authority_names(uow)
    organisations = organisation_names(
        uow, [token.organisation_id for token in tokens if token.organisation_id]
    )
    return {
        token.id: authorities.get(token.authority_id or 0)
        or organisations.get(token.organisation_id or 0)
        or ""
        for token in tokens
    }
