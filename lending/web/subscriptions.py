"""One's calendar subscriptions: subscribe, see who reads what, give an address up."""

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
from lending.subscriptions.models import View
from lending.subscriptions.offers import list_offers
from lending.subscriptions.service import (
    Subscribed,
    SubscriptionRow,
    find_subscription,
    list_subscriptions,
    renew,
    revoke,
    scope_name,
    subscribe,
)
from lending.subscriptions.single import one_booking
from lending.web.calendar_ways import client_name, habits, public_root, ways_to
from lending.web.context import allowed, database, principal
from lending.web.numbers import whole_number
from lending.web.templating import language

blueprint = Blueprint("subscriptions", __name__)


class SubscribeForm(FlaskForm):  # type: ignore[misc]
    """How one wants a feed."""

    language = SelectField(
        _l("Language of the entries"),
        choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")],
    )
    alarms = BooleanField(_l("Remind me the day before"))
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
        offers = list_offers(uow, person)
        now = uow.now
    return render_template(
        "subscriptions/index.html", rows=rows, offers=offers, now=now, client_name=client_name
    )


@blueprint.route("/agendas/nouveau", methods=["GET", "POST"])
@allowed(Action.SUBSCRIBE)
def create() -> ResponseReturnValue:
    """Ask how one wants the feed; make the address and show it, this once."""
    view, scope_id = _wanted()
    with database().read() as uow:
        name = scope_name(uow, principal(), view, scope_id)
        mine = [row for row in list_subscriptions(uow, principal()) if _is_of(row, view, scope_id)]
        now = uow.now
    form = SubscribeForm(data={"language": language(), "cancelled": True})
    if not form.validate_on_submit():
        page = render_template(
            "subscriptions/ask.html",
            form=form,
            view=view,
            scope_id=scope_id,
            name=name,
            rows=mine,
            now=now,
            client_name=client_name,
        )
        return page, 422 if request.method == "POST" else 200
    done = database().write(
        lambda uow: subscribe(
            uow,
            principal(),
            view,
            scope_id,
            with_alarms=view.has_alarms and form.alarms.data,
            with_cancelled=form.cancelled.data,
            language=form.language.data,
        )
    )
    return _show_once(done)


def _show_once(done: Subscribed) -> ResponseReturnValue:
    """Show a new address, now and never again.

    It is kept nowhere, not even in a cookie: that is why no redirect follows.
    """
    with database().read() as uow:
        row = find_subscription(uow, principal(), done.id)
    page = render_template(
        "subscriptions/created.html",
        row=row,
        ways=ways_to(done.path, row.scope_name),
        habits=habits(),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _is_of(row: SubscriptionRow, view: View, scope_id: int) -> bool:
    return row.view is view and row.scope_id == scope_id


@blueprint.get("/agendas/<int:subscription_id>/renouveler")
@allowed(Action.SUBSCRIBE)
def ask_renew(subscription_id: int) -> ResponseReturnValue:
    """Ask before an address is replaced: programs that use it stop being updated."""
    with database().read() as uow:
        row = find_subscription(uow, principal(), subscription_id)
    return render_template("subscriptions/renew.html", row=row)


@blueprint.post("/agendas/<int:subscription_id>/renouveler")
@allowed(Action.SUBSCRIBE)
def replace(subscription_id: int) -> ResponseReturnValue:
    """Give an address up and show the one that takes its place."""
    return _show_once(database().write(lambda uow: renew(uow, principal(), subscription_id)))


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


@blueprint.get("/demandes/<int:booking_id>/agenda.ics")
@allowed(Action.SEE_BOOKING)
def download(booking_id: int) -> ResponseReturnValue:
    """Give one request as a calendar file, for who wants no subscription."""
    reference, data = database().write(
        lambda uow: one_booking(
            uow, principal(), booking_id, language=language(), public_url=public_root()
        )
    )
    response = make_response(data)
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.ics"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _wanted() -> tuple[View, int]:
    """Return what the address or the form asks for.

    Raises:
        NotFound: no such view or thing.
    """
    try:
        return View(request.values.get("view", "")), whole_number(request.values.get("id", ""))
    except ValueError as error:
        raise NotFound from error
