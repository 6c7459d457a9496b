"""One's calendar subscriptions: subscribe, see who reads what, give an address up."""

from urllib.parse import quote

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # stubs lag behind

from lending.accounts.permissions import Action
from lending.errors import NotFound
from lending.organisations.queries import organisation_names
from lending.settings import Settings
from lending.subscriptions.models import View
from lending.subscriptions.service import (
    find_subscription,
    list_subscriptions,
    revoke,
    scope_name,
    subscribe,
)
from lending.web.context import allowed, database, principal, settings
from lending.web.numbers import whole_number
from lending.web.templating import language

blueprint = Blueprint("subscriptions", __name__)

CLIENTS = (
    ("google-calendar", "Google Agenda"),
    ("dataaccessd", "iPhone, iPad"),
    ("calendaragent", "Mac"),
    ("ios/", "iPhone, iPad"),
    ("macos/", "Mac"),
    ("thunderbird", "Thunderbird"),
    ("icsx5", "ICSx⁵ (Android)"),
    ("nextcloud", "Nextcloud"),
    ("outlook", "Outlook"),
    ("exchange", "Outlook"),
    ("evolution", "GNOME"),
    ("vdirsyncer", "vdirsyncer"),
    ("mozilla", _l("A web browser")),
)


class SubscribeForm(FlaskForm):  # type: ignore[misc]
    """How one wants a feed."""

    language = SelectField(
        _l("Language of the entries"),
        choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")],
    )
    cancelled = BooleanField(
        _l("Keep what was cancelled or refused for a month, marked as such"), default=True
    )


@blueprint.get("/agendas")
@allowed(Action.SUBSCRIBE)
def index() -> ResponseReturnValue:
    """List one's subscriptions, and offer those one would want."""
    person = principal()
    with database().read() as uow:
        rows = list_subscriptions(uow, person)
        mine = organisation_names(uow, person.organisation_ids)
        now = uow.now
    read = {row.scope_id for row in rows if row.view is View.ORGANISATION}
    offered = [(number, name) for number, name in mine.items() if number not in read]
    return render_template(
        "subscriptions/index.html", rows=rows, offered=offered, now=now, client_name=client_name
    )


@blueprint.route("/agendas/nouveau", methods=["GET", "POST"])
@allowed(Action.SUBSCRIBE)
def create() -> ResponseReturnValue:
    """Ask how one wants the feed; make the address and show it, this once.

    It is kept nowhere, not even in a cookie: that is why no redirect follows.
    """
    view, scope_id = _wanted()
    with database().read() as uow:
        name = scope_name(uow, principal(), view, scope_id)
    form = SubscribeForm(data={"language": language(), "cancelled": True})
    if not form.validate_on_submit():
        page = render_template(
            "subscriptions/ask.html", form=form, view=view, scope_id=scope_id, name=name
        )
        return page, 422 if request.method == "POST" else 200
    done = database().write(
        lambda uow: subscribe(
            uow,
            principal(),
            view,
            scope_id,
            with_cancelled=form.cancelled.data,
            language=form.language.data,
        )
    )
    with database().read() as uow:
        row = find_subscription(uow, principal(), done.id)
    ways = addresses(public_root() + done.path)
    response = make_response(render_template("subscriptions/created.html", row=row, **ways))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/agendas/<int:subscription_id>/revoquer")
@allowed(Action.SUBSCRIBE)
def ask_revoke(subscription_id: int) -> ResponseReturnValue:
    """Ask before giving an address up: it cannot be had back."""
    with database().read() as uow:
        row = find_subscription(uow, principal(), subscription_id)
    return render_template("subscriptions/revoke.html", row=row)


@blueprint.post("/agendas/<int:subscription_id>/revoquer")
@allowed(Action.SUBSCRIBE)
def give_up(subscription_id: int) -> ResponseReturnValue:
    """Give an address up."""
    database().write(lambda uow: revoke(uow, principal(), subscription_id))
    flash(gettext("The address is revoked: nobody reads this calendar there any more."), "good")
    return redirect(url_for("subscriptions.index"), 303)


def addresses(address: str) -> dict[str, str]:
    """Return the ways to give a calendar's address to a program."""
    webcal = "webcal://" + address.split("://", 1)[1]
    return {
        "address": address,
        "webcal": webcal,
        "google": "https://calendar.google.com/calendar/r?cid=" + quote(webcal, safe=""),
    }


def public_root() -> str:
    """Return where we are reached: as set, or else as this very request reached us."""
    chosen = settings().public_url
    return request.url_root.rstrip("/") if chosen == Settings.public_url else chosen


def client_name(user_agent: str) -> str:
    """Return the program's name as people know it, or what it calls itself."""
    lower = user_agent.lower()
    for part, name in CLIENTS:
        if part in lower:
            return str(name)
    return user_agent.split("/", 1)[0][:40]


def _wanted() -> tuple[View, int]:
    """Return what the address or the form asks for.

    Raises:
        NotFound: no such view or thing.
    """
    try:
        return View(request.values.get("view", "")), whole_number(request.values.get("id", ""))
    except ValueError as error:
        raise NotFound from error
