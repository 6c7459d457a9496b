"""Documents: those of a request, how agreements are signed, what letters look like."""

from flask import Blueprint

from lending.documents.letterhead import FOLDER
from lending.storing import FileStore
from lending.web.context import settings

blueprint = Blueprint("documents", __name__)


def store() -> FileStore:
    """Return the folder of the installation's documents."""
    return FileStore(settings().instance, FOLDER)


from lending.web.documents import letterhead, of_booking, signing, statements  # noqa: E402,F401
