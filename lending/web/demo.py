"""Sign in as anybody with one click: in a demonstration, and only there."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import SYSTEM, Role
from lending.accounts.queries import first_people, get_person
from lending.accounts.sessions import open_session
from lending.authorities.queries import authority_names
from lending.errors import NotFound
from lending.organisations.queries import organisation_names
from lending.web.accounts.cookie import give_session, visitor
from lending.web.addresses import own_address
from lending.web.context import database
from lending.web.numbers import whole_number
from lending.web.security import limits

MOST = 12
ICONS = {
    Role.BORROWER: "people",
    Role.FRONT_DESK: "telephone",
    Role.MANAGER: "box-seam",
    Role.AGENT: "truck",
    Role.AUDITOR: "eye",
    Role.ADMINISTRATOR: "gear",
}

blueprint = Blueprint("demo", __name__)
"""Registered in a demonstration only."""


@dataclass(frozen=True)
class DemoPerson:
    """Somebody one can be with one click."""

    user_id: int
    role: str
    owner: str
    icon: str


def people() -> tuple[DemoPerson, ...]:
    """Return whom the demonstration offers, borrowers first."""
    with database().read() as uow:
        found = first_people(uow, MOST)
        authorities = authority_names(uow)
        organisations = organisation_names(
            uow, [r.organisation_id for p in found for r in p.roles if r.organisation_id]
        )
    return tuple(
        DemoPerson(
            person.id,
            gettext(person.roles[0].role.label),
            organisations.get(person.roles[0].organisation_id or 0)
            or authorities.get(person.roles[0].authority_id or 0)
            or gettext("for every authority"),
            ICONS[person.roles[0].role],
        )
        for person in found
    )


@blueprint.post("/demo/sign-in")
def sign_in() -> ResponseReturnValue:
    """Be somebody of the demonstration.

    Raises:
        NotFound: there is no such person.
    """
    user_id = request.form.get("user_id", 0, type=whole_number)
    with database().read() as uow:
        if not get_person(uow, SYSTEM, user_id).is_active:
            raise NotFound
    secret = database().write(lambda uow: open_session(uow, user_id, visitor(), limits()))
    target = own_address(request.form.get("next")) if "next" in request.form else ""
    return give_session(redirect(target or url_for("home.show"), 303), secret)
