"""What every view needs of the request: the database, who acts, the settings."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import current_app, g

from lending.accounts.permissions import ANONYMOUS, Action, Principal
from lending.catalogue.photos import FIELD, PhotoStore
from lending.db.database import Database
from lending.settings import Settings

Args = ParamSpec("Args")
Answer = TypeVar("Answer")


def database() -> Database:
    """Return the application's database."""
    return cast(Database, current_app.extensions["database"])


def settings() -> Settings:
    """Return the installation's settings."""
    return cast(Settings, current_app.extensions["settings"])


def field_pictures() -> PhotoStore:
    """Return the folder of the pictures that come with field work, and of plans of places."""
    return PhotoStore(settings().instance, FIELD)


def principal() -> Principal:
    """Return who acts in this request."""
    return cast(Principal, g.get("principal", ANONYMOUS))


def allowed(
    action: Action,
) -> Callable[[Callable[Args, Answer]], Callable[Args, Answer]]:
    """Let only those call the view whom the table of permissions allows the action somewhere.

    Which object it is about is checked by the service or query that the view calls.
    """

    def decorate(view: Callable[Args, Answer]) -> Callable[Args, Answer]:
        @wraps(view)
        def guarded(*args: Args.args, **kwargs: Args.kwargs) -> Answer:
            principal().check(action)
            return view(*args, **kwargs)

        guarded.__dict__["action"] = action
        return guarded

    return decorate
