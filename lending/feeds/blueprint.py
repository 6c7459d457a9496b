"""Serve calendars: each at its secret address, the public programme at one that all know."""

import logging
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.http import is_resource_modified, quote_etag

from lending.db.database import Database
from lending.errors import NotFound
from lending.feeds.logs import SECRETS
from lending.i18n import LANGUAGES
from lending.settings import Settings
from lending.subscriptions.addresses import PROGRAMME_FEED
from lending.subscriptions.errors import SubscriptionRevoked
from lending.subscriptions.fetching import open_feed, open_programme, read_feed
from lending.subscriptions.glance import Opened

blueprint = Blueprint("feeds", __name__)

HEADERS = {
    "Cache-Control": "private, max-age=900",
    "Content-Disposition": 'inline; filename="treteau.ics"',
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
    "X-Robots-Tag": "noindex",
}
PUBLIC_HEADERS = {
    # Anyone's page may show the programme: calendars in web pages fetch it from the browser.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
    "Cache-Control": "public, max-age=900",
    "Content-Disposition": 'inline; filename="programme.ics"',
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}
CONTENT_TYPE = "text/calendar; charset=utf-8"
GZIP = 16
"""zlib's mark for a gzip header around the data."""
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
    """Answer with the feed at a secret address, or that it has not changed."""
    agent = request.headers.get("User-Agent", "")
    try:
        opened = open_feed(_database(), token, agent, _settings().public_url)
        return _answer(opened, HEADERS)
    except NotFound:
        return _nothing(404, "There is no calendar at this address.\n")
    except SubscriptionRevoked:
        return _nothing(410, "This calendar address was revoked.\n")


@blueprint.get(PROGRAMME_FEED, provide_automatic_options=False)
@blueprint.get("/calendars/programme/<authority_code>.ics", provide_automatic_options=False)
def programme(authority_code: str | None = None) -> Response:
    """Answer with the public programme of one authority or of all; `?language=en` for English."""
    language = request.args.get("language", "")
    language = language if language in LANGUAGES else LANGUAGES[0]
    try:
        opened = open_programme(_database(), authority_code, language, _settings().public_url)
        return _answer(opened, PUBLIC_HEADERS)
    except NotFound:
        return _nothing(404, "There is no calendar at this address.\n")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _database() -> Database:
    database: Database = current_app.extensions["database"]
    return database


def _answer(opened: Opened, headers: Mapping[str, str]) -> Response:
    zipped = _settings().feed_gzip and request.accept_encodings["gzip"] > 0
    if not _is_new(opened, zipped):
        return _headed(304, _tag(opened.etag, zipped), opened.changed_at, headers)
    etag, parts = read_feed(_database(), opened)
    response = _headed(200, _tag(etag, zipped), opened.changed_at, headers)
    response.content_type = CONTENT_TYPE
    if zipped:
        parts = list(_compressed(parts))
        response.headers["Content-Encoding"] = "gzip"
    response.response = parts
    response.content_length = sum(map(len, parts))
    return response


def _compressed(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Compress as gzip; zlib writes no time into it, so that the same feed is the same bytes."""
    compressor = zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS | GZIP)
    for part in parts:
        yield compressor.compress(part)
    yield compressor.flush()


def _tag(etag: str, zipped: bool) -> str:
    """Name the bytes on the wire: zipped or not, they are two things."""
    return f"{etag}-gz" if zipped else etag


def _is_new(opened: Opened, zipped: bool) -> bool:
    return is_resource_modified(
        request.environ, etag=_tag(opened.etag, zipped), last_modified=opened.changed_at
    )


def _headed(status: int, etag: str, changed_at: datetime, headers: Mapping[str, str]) -> Response:
    response = Response(status=status, headers=dict(headers))
    del response.headers["Content-Type"]
    response.headers["ETag"] = quote_etag(etag)
    response.last_modified = changed_at
    return response


def _nothing(status: int, text: str) -> Response:
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return Response(
        text, status, headers | {"Referrer-Policy": "no-referrer"}, mimetype="text/plain"
    )
