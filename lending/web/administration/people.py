"""Accounts and roles."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.passwords import hash_password, password_errors
from lending.accounts.people import (
    create_user,
    deactivate_user,
    grant_role,
    reactivate_user,
    revoke_role,
)
from lending.accounts.permissions import PERMISSIONS, Action, Role
from lending.accounts.queries import get_person, list_people
from lending.accounts.secrets import new_password
from lending.accounts.sessions import reset_password
from lending.authorities.queries import authority_names
from lending.db.database import UnitOfWork
from lending.equity.routing.members import department_choices, set_departments
from lending.errors import InvalidInput
from lending.notifications.addresses import dead_among
from lending.organisations.queries import list_organisations
from lending.web.accounts.own import owner_names
from lending.web.administration import blueprint
from lending.web.administration.forms import PersonForm, RoleForm
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of
from lending.web.numbers import whole_number
from lending.web.widgets import Pager

PER_PAGE = 50
MOST_ORGANISATIONS = 2000


@blueprint.get("/comptes")
@allowed(Action.MANAGE_USERS)
def people() -> ResponseReturnValue:
    """List accounts."""
    words = request.args.get("q", "").strip()[:100]
    page = max(1, min(request.args.get("page", 1, type=whole_number), 10_000))
    with database().read() as uow:
        found = list_people(uow, principal(), search=words, page=page, per_page=PER_PAGE)
        owners = owner_names(uow, tuple(role for p in found.people for role in p.roles))
        dead = dead_among(uow, [person.email for person in found.people])
        now = uow.now
    return render_template(
        "administration/people.html",
        people=found.people,
        pager=Pager(page, PER_PAGE, found.total),
        owners=owners,
        words=words,
        dead=dead,
        now=now,
    )


@blueprint.route("/comptes/nouveau", methods=["GET", "POST"])
@allowed(Action.MANAGE_USERS)
def create_person() -> ResponseReturnValue:
    """Make an account with its first role."""
    form = PersonForm()
    with database().read() as uow:
        _offer(uow, form)
    if form.validate_on_submit():
        try:
            number = _create(form)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The account is made. Tell the person the first password."), "good")
            return redirect(url_for("administration.person", user_id=number), 303)
    page = render_template("administration/new_person.html", form=form)
    return page, 422 if form.is_submitted() else 200, {"Cache-Control": "no-store"}


def _create(form: PersonForm) -> int:
    if errors := password_errors(text_of(form.password), text_of(form.email)):
        raise InvalidInput(errors)
    hashed = hash_password(text_of(form.password))

    def use_case(uow: UnitOfWork) -> int:
        user = create_user(
            uow, principal(), email=text_of(form.email), name=text_of(form.name), password=hashed
        )
        grant_role(uow, principal(), user.id, Role(form.role.data), **form.owner())
        return user.id

    return database().write(use_case)


@blueprint.get("/comptes/<int:user_id>")
@allowed(Action.MANAGE_USERS)
def person(user_id: int) -> ResponseReturnValue:
    """Show an account and its roles."""
    return _person(user_id, RoleForm())


def _person(user_id: int, form: RoleForm, password: str = "") -> str:
    with database().read() as uow:
        found = get_person(uow, principal(), user_id)
        owners = owner_names(uow, found.roles)
        _offer(uow, form)
        works = any(role.role in PERMISSIONS[Action.GIVE_OPINION] for role in found.roles)
        departments = department_choices(uow, principal(), user_id) if works else ()
    return render_template(
        "administration/person.html",
        person=found,
        owners=owners,
        form=form,
        password=password,
        departments=departments,
    )


@blueprint.post("/comptes/<int:user_id>/services")
@allowed(Action.MANAGE_USERS)
def assign(user_id: int) -> ResponseReturnValue:
    """Say for which departments somebody works."""
    wanted = request.form.getlist("department_id", type=whole_number)
    try:
        database().write(lambda uow: set_departments(uow, principal(), user_id, wanted))
    except InvalidInput as error:
        for each in error.errors:
            flash(gettext(each.message), "error")
    else:
        flash(gettext("The departments are kept."), "good")
    return redirect(url_for("administration.person", user_id=user_id), 303)


@blueprint.post("/comptes/<int:user_id>/roles")
@allowed(Action.MANAGE_USERS)
def give_role(user_id: int) -> ResponseReturnValue:
    """Give a role."""
    form = RoleForm()
    with database().read() as uow:
        get_person(uow, principal(), user_id)
        _offer(uow, form)
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: grant_role(
                    uow, principal(), user_id, Role(form.role.data), **form.owner()
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The role is given, and works from the next click."), "good")
            return redirect(url_for("administration.person", user_id=user_id), 303)
    return _person(user_id, form), 422


@blueprint.post("/comptes/<int:user_id>/roles/<int:role_id>/retirer")
@allowed(Action.MANAGE_USERS)
def take_role(user_id: int, role_id: int) -> ResponseReturnValue:
    """Take a role away."""
    database().write(lambda uow: revoke_role(uow, principal(), user_id, role_id))
    flash(gettext("The role is taken away."), "good")
    return redirect(url_for("administration.person", user_id=user_id), 303)


@blueprint.post("/comptes/<int:user_id>/mot-de-passe")
@allowed(Action.MANAGE_USERS)
def new_password_for(user_id: int) -> ResponseReturnValue:
    """Give somebody another password, and show it this once."""
    password = new_password()
    hashed = hash_password(password)
    database().write(lambda uow: reset_password(uow, principal(), user_id, hashed))
    return _person(user_id, RoleForm(formdata=None), password), 201, {"Cache-Control": "no-store"}


@blueprint.post("/comptes/<int:user_id>/desactiver")
@allowed(Action.MANAGE_USERS)
def deactivate(user_id: int) -> ResponseReturnValue:
    """Keep a person out; the account can be brought back."""
    database().write(lambda uow: deactivate_user(uow, principal(), user_id))
    flash(gettext("The person is signed out everywhere and cannot sign in."), "good")
    return redirect(url_for("administration.person", user_id=user_id), 303)


@blueprint.post("/comptes/<int:user_id>/reactiver")
@allowed(Action.MANAGE_USERS)
def reactivate(user_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    database().write(lambda uow: reactivate_user(uow, principal(), user_id))
    flash(gettext("The person can sign in again."), "good")
    return redirect(url_for("administration.person", user_id=user_id), 303)


def _offer(uow: UnitOfWork, form: RoleForm) -> None:
    found = list_organisations(uow, principal(), per_page=MOST_ORGANISATIONS).organisations
    form.offer(authority_names(uow), {seen.id: seen.name for seen in found})
