"""One's own account: password, language, the browsers that are signed in."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.people import choose_language
from lending.accounts.queries import HeldRole, get_person, list_sessions
from lending.accounts.sessions import (
    change_password,
    end_other_sessions,
    end_session,
)
from lending.authorities.queries import authority_names
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotSignedIn, TooManyAttempts
from lending.http_status import status_of
from lending.organisations.queries import organisation_names
from lending.web.accounts import blueprint
from lending.web.accounts.browsers import browser_name
from lending.web.accounts.cookie import this_secret
from lending.web.accounts.forms import PasswordForm
from lending.web.context import database, principal, settings
from lending.web.form_errors import tell_error, tell_errors, text_of
from lending.web.security import limits
from lending.web.templating import LANGUAGE_COOKIE


def own_number() -> int:
    """Return the number of the account that is signed in.

    Raises:
        NotSignedIn: nobody is.
    """
    number = principal().user_id
    if number is None:
        raise NotSignedIn
    return number


@blueprint.get("/compte")
def show() -> ResponseReturnValue:
    """Show one's account and the browsers that are signed in."""
    with database().read() as uow:
        person = get_person(uow, principal(), own_number())
        sessions = list_sessions(uow, principal(), this_secret())
        owners = owner_names(uow, person.roles)
    return render_template(
        "accounts/show.html",
        person=person,
        owners=owners,
        sessions=sessions,
        browser_name=browser_name,
    )


@blueprint.route("/compte/mot-de-passe", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Change one's password; the other browsers are signed out."""
    own_number()
    form, status = PasswordForm(), 200
    if form.validate_on_submit():
        try:
            change_password(
                database(),
                principal(),
                text_of(form.current),
                text_of(form.new),
                this_secret(),
                limits(),
            )
        except InvalidInput as error:
            tell_errors(form, error)
            status = status_of(error)
        except TooManyAttempts as error:
            tell_error(form, error)
            status = status_of(error)
        else:
            flash(gettext("Your password is changed. Other browsers were signed out."), "good")
            return redirect(url_for("accounts.show"), 303)
    elif form.is_submitted():
        status = 422
    with database().read() as uow:
        email = get_person(uow, principal(), own_number()).email
    return render_template("accounts/password.html", form=form, email=email), status


@blueprint.post("/compte/langue")
def language() -> ResponseReturnValue:
    """Choose the language of the pages, on this device and of the account."""
    own_number()
    chosen = request.form.get("language", "")
    database().write(lambda uow: choose_language(uow, principal(), chosen))
    response = redirect(url_for("accounts.show"), 303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        chosen,
        max_age=365 * 24 * 3600,
        secure=settings().secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.post("/compte/navigateurs/<int:session_id>/fin")
def end_one(session_id: int) -> ResponseReturnValue:
    """Sign one browser out."""
    own_number()
    database().write(lambda uow: end_session(uow, principal(), session_id))
    flash(gettext("This browser is signed out."), "good")
    return redirect(url_for("accounts.show"), 303)


@blueprint.post("/compte/navigateurs/fin")
def end_others() -> ResponseReturnValue:
    """Sign out every browser but this one."""
    own_number()
    database().write(lambda uow: end_other_sessions(uow, principal(), this_secret()))
    flash(gettext("All other browsers are signed out."), "good")
    return redirect(url_for("accounts.show"), 303)


def owner_names(uow: UnitOfWork, roles: tuple[HeldRole, ...]) -> dict[int, str]:
    """Return for whom each role is held, by the role's number; nothing where it is everywhere."""
    authorities = authority_names(uow)
    ids = [role.organisation_id for role in roles if role.organisation_id is not None]
    organisations = organisation_names(uow, ids)
    return {
        role.id: authorities.get(role.authority_id or 0)
        or organisations.get(role.organisation_id or 0)
        or ""
        for role in roles
    }
