"""Communes beyond the surroundings that an installation was set up with."""

import re

from sqlalchemy import text

from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork

# Metropolitan and overseas departments: 99 would be another country, 00 nowhere.
_CODE = re.compile(r"(0[1-9]|[1-8]\d|9[0-5]|2[AB])\d{3}|9[78]\d{3}")

_INSERT = text(
    "INSERT INTO commune (insee, name, postal_code) VALUES (:insee, :name, '')"
    " ON CONFLICT (insee) DO NOTHING"
)


def note_commune(uow: UnitOfWork, actor: Principal, insee: str) -> None:
    """Make a commune known by its code, if staff name one that is new here.

    An association from elsewhere can then be entered; until somebody gives the commune its name,
    it goes by its code. Of others, and of what cannot be a code, nothing is written.
    """
    if actor.can(Action.VERIFY_ORGANISATION) and _CODE.fullmatch(insee):
        uow.session.execute(_INSERT, {"insee": insee, "name": insee})
