"""Serve a feed at its secret address."""

import gzip
import logging
from datetime import datetime

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.http import is_resource_modified, quote_etag

from lending.db.database import Database
from lending.errors import NotFound
from lending.feeds.logs import SECRETS
from lending.settings import Settings
from lending.subscriptions.errors import SubscriptionRevoked
from lending.subscriptions.fetching import Opened, open_feed, read_feed

blueprint = Blueprint("feeds", __name__)

HEADERS = {
    "Cache-Control": "private, max-age=900",
    "Content-Disposition": 'inline; filename="treteau.ics"',
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
    "X-Robots-Tag": "noindex",
}
CONTENT_TYPE = "text/calendar; charset=utf-8"
GZIP_LEVEL = 1
"""The quickest: calendars repeat themselves so much that more work saves little more."""


def register(app: Flask) -> None:
    """Serve the feeds, and keep their addresses out of what the server logs."""
    app.register_blueprint(blueprint)
    for name in ("gunicorn.access", "gunicorn.error", "werkzeug", "lending.web.errors"):
        logging.getLogger(name).addFilter(SECRETS)
    app.logger.addFilter(SECRETS)


@blueprint.get("/calendars/<token>.ics", provide_automatic_options=False)
def show(token: str) -> Response:
    """Answer with the feed, or that it has not changed."""
    settings: Settings = current_app.extensions["settings"]
    database: Database = current_app.extensions["database"]
    try:
        opened = open_feed(
            database, token, request.headers.get("User-Agent", ""), settings.public_url
        )
    except NotFound:
        return _nothing(404, "There is no calendar at this address.\n")
    except SubscriptionRevoked:
        return _nothing(410, "This calendar address was revoked.\n")
    zipped = settings.feed_gzip and request.accept_encodings["gzip"] > 0
    if not _is_new(opened, zipped):
        return _answer(304, _tag(opened.etag, zipped), opened.changed_at)
    etag, data = read_feed(database, opened)
    response = _answer(200, _tag(etag, zipped), opened.changed_at)
    response.content_type = CONTENT_TYPE
    if zipped:
        # Without a time in it, the same feed is the same bytes.
        data = gzip.compress(data, GZIP_LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(data)
    return response


def _tag(etag: str, zipped: bool) -> str:
    """Name the bytes on the wire: zipped or not, they are two things."""
    return f"{etag}-gz" if zipped else etag


def _is_new(opened: Opened, zipped: bool) -> bool:
    return is_resource_modified(
        request.environ, etag=_tag(opened.etag, zipped), last_modified=opened.changed_at
    )


def _answer(status: int, etag: str, changed_at: datetime) -> Response:
    response = Response(status=status, headers=HEADERS)
    del response.headers["Content-Type"]
    response.headers["ETag"] = quote_etag(etag)
    response.last_modified = changed_at
    return response


def _nothing(status: int, text: str) -> Response:
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return Response(
        text, status, headers | {"Referrer-Policy": "no-referrer"}, mimetype="text/plain"
    )
