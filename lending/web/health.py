"""Whether the service lives and whether it is ready, for monitors and proxies."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lending.db.schema import pending_migrations
from lending.web.context import database

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "alive"}


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether the database answers and is up to date."""
    try:
        pending = pending_migrations(database())
    except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
        return {"status": "unavailable", "reason": type(error).__name__}, 503
    if pending:
        return {"status": "unavailable", "reason": "migrations are pending"}, 503
    return {"status": "ready"}
