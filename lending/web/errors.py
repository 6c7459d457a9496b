"""Errors as pages."""

import logging

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from lending.errors import LendingError, NotSignedIn
from lending.http_status import status_of

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Show each error of the tree, and each of HTTP's own, as a page."""
    app.register_error_handler(NotSignedIn, to_sign_in)
    app.register_error_handler(LendingError, lending_error)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)


def words(error: LendingError) -> str:
    """Return the error's message in the reader's language."""
    return str(gettext(error.message, **error.data))


def to_sign_in(error: NotSignedIn) -> ResponseReturnValue:
    """Send who is not signed in to where it is done, and back afterwards."""
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=target), 303)


def lending_error(error: LendingError) -> ResponseReturnValue:
    """Show an error that a view let through."""
    return _page(status_of(error), words(error))


def stale_form(error: CSRFError) -> ResponseReturnValue:
    """Explain a form that was open too long, or was sent from elsewhere."""
    return _page(
        400, gettext("This form was open for too long. Go back, reload the page and send it again.")
    )


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Show HTTP's own errors: unknown addresses, wrong methods, faults of ours."""
    if error.code is None or error.code < 400:
        return error
    if error.code >= 500:
        log.error("%s %s failed", request.method, request.path)
    if error.code == 413:
        text = gettext("What you sent is too large: files of 10 MB at most. Choose a smaller one.")
        return _page(error.code, text)
    return _page(error.code, "")


def _page(status: int, message: str) -> ResponseReturnValue:
    known = status if status in (403, 404, 409, 422, 429, 503) else 500 if status >= 500 else 400
    return render_template(f"errors/{known}.html", message=message, status=status), status
