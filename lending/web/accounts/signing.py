"""Sign in and out."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.errors import WrongCredentials
from lending.accounts.sessions import end_this_session
from lending.accounts.sessions import sign_in as open_by_password
from lending.errors import TooManyAttempts
from lending.http_status import status_of
from lending.web import demo
from lending.web.accounts import blueprint
from lending.web.accounts.cookie import give_session, take_session, this_secret, visitor
from lending.web.accounts.forms import SignInForm
from lending.web.addresses import own_address
from lending.web.context import database, principal, settings
from lending.web.form_errors import tell_error, tell_errors, text_of
from lending.web.security import limits


@blueprint.route("/connexion", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask who it is, and go where they wanted to go."""
    target = own_address(request.values.get("next"))
    if request.method == "GET" and not principal().is_anonymous:
        return redirect(target, 303)
    form, status = SignInForm(), 200
    if form.validate_on_submit():
        try:
            secret = open_by_password(
                database(), text_of(form.email), text_of(form.password), visitor(), limits()
            )
        except WrongCredentials as error:
            tell_errors(form, error)
            status = status_of(error)
        except TooManyAttempts as error:
            tell_error(form, error)
            status = status_of(error)
        else:
            return give_session(redirect(target, 303), secret)
    elif form.is_submitted():
        status = 422
    people = demo.people() if settings().demo else ()
    page = render_template("accounts/sign_in.html", form=form, target=target, demo_people=people)
    return page, status, {"Cache-Control": "no-store"}


@blueprint.post("/deconnexion")
def sign_out() -> ResponseReturnValue:
    """End this session."""
    secret = this_secret()
    if secret:
        database().write(lambda uow: end_this_session(uow, secret))
    return take_session(redirect(url_for("home.show"), 303))
