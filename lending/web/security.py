"""Who acts, and the headers that keep others from acting in their name."""

from flask import Flask, Response, abort, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lending.accounts.permissions import ANONYMOUS
from lending.accounts.sessions import Limits, principal_of_session
from lending.web.context import database, settings

SESSION_COOKIE = "treteau_session"
IMPERSONAL = frozenset({"static", "health.alive", "metrics.show", "feeds.show", "feeds.programme"})
"""What is the same for everybody. Programs that call the API act by their token alone."""

DIRECTIVES = {
    "default-src": "'self'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{name} {value}" for name, value in DIRECTIVES.items())

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Load who acts before each request, and set the headers after it."""
    csrf.init_app(app)
    proxies = app.extensions["settings"].behind_proxies
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.before_request(refuse_what_cannot_be_kept)
    app.before_request(load_principal)
    app.after_request(set_headers)


def refuse_what_cannot_be_kept() -> None:
    """Refuse the one character that PostgreSQL does not keep; no browser sends it by itself.

    Programs are told by the API which field it is in.
    """
    if request.blueprint == "api":
        return
    for given in (request.args, request.form):
        if any("\x00" in name or "\x00" in value for name, value in given.items(multi=True)):
            abort(400)


def policy_with(origin: str) -> str:
    """Return the content security policy of a page that shows what another server has: tiles."""
    known = {
        **DIRECTIVES,
        "img-src": f"{DIRECTIVES['img-src']} {origin}",
        "connect-src": f"'self' {origin}",
    }
    return "; ".join(f"{name} {value}" for name, value in known.items())


def policy_of_scanner() -> str:
    """Return the content security policy of a page that reads labels with our own WebAssembly."""
    known = {**DIRECTIVES, "script-src": f"{DIRECTIVES['script-src']} 'wasm-unsafe-eval'"}
    return "; ".join(f"{name} {value}" for name, value in known.items())


def limits() -> Limits:
    """Return how often one may try to sign in here, and how long a session lasts."""
    return Limits(settings().sign_in_attempts, settings().session_days)


def load_principal() -> None:
    """Set `g.principal` from the session cookie, if it names a session that lives."""
    g.principal = ANONYMOUS
    secret = request.cookies.get(SESSION_COOKIE)
    if secret and request.endpoint not in IMPERSONAL and request.blueprint != "api":
        g.principal = principal_of_session(database(), secret, limits()) or ANONYMOUS


def set_headers(response: Response) -> Response:
    """Add the security headers that the answer does not set itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings().secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not g.get("principal", ANONYMOUS).is_anonymous:
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response
