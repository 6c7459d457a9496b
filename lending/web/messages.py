"""What one is told: the messages, how one wants them by mail, and which mails did not arrive."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lending.accounts.permissions import Action
from lending.accounts.queries import get_person
from lending.errors import FieldError, InvalidInput, NotSignedIn
from lending.i18n import N_
from lending.notifications.addresses import find_dead
from lending.notifications.failing import list_failures, try_again, try_all_again
from lending.notifications.kinds import Family, Pace
from lending.notifications.preferences import choose, preferences_of
from lending.notifications.reading import PER_PAGE, Box, open_message, read_all, read_box
from lending.web.context import allowed, database, principal, settings
from lending.web.numbers import whole_number
from lending.web.templating import language
from lending.web.widgets import Pager

blueprint = Blueprint("messages", __name__)

ICONS = {
    Family.REQUESTS: "card-checklist",
    Family.LOANS: "box-seam",
    Family.ASSOCIATION: "people",
    Family.DUTIES: "inbox",
    Family.ROUNDS: "signpost-split",
}


@dataclass(frozen=True)
class BoxPage:
    """One page of somebody's messages."""

    box: Box
    family: Family | None
    tabs: tuple[tuple[str, str, bool, int], ...]
    pager: Pager
    icons: dict[Family, str]


@blueprint.get("/messages")
def index() -> ResponseReturnValue:
    """Show one's messages, unread ones first."""
    family = _family(request.args.get("family", ""))
    page = request.args.get("page", 1, type=whole_number)
    with database().read() as uow:
        box = read_box(uow, principal(), language(), family, page)
        now = uow.now
    shown = BoxPage(
        box=box,
        family=family,
        tabs=tuple(_tabs(box, family)),
        pager=Pager(page=page, per_page=PER_PAGE, total=box.total),
        icons=ICONS,
    )
    return render_template("messages/index.html", page=shown, now=now)


@blueprint.post("/messages/<int:message_id>/ouvrir")
def open_one(message_id: int) -> ResponseReturnValue:
    """Mark a message as read, and go where it leads."""
    path = database().write(lambda uow: open_message(uow, principal(), message_id))
    return redirect(path, 303)


@blueprint.post("/messages/<int:message_id>/lu")
def mark_one(message_id: int) -> ResponseReturnValue:
    """Mark a message as read."""
    database().write(lambda uow: open_message(uow, principal(), message_id))
    return redirect(_back(), 303)


@blueprint.post("/messages/lus")
def mark_all() -> ResponseReturnValue:
    """Mark all messages as read, or all of a family."""
    family = _family(request.form.get("family", ""))
    count = database().write(lambda uow: read_all(uow, principal(), family))
    text = ngettext(
        "%(num)d message is marked as read.", "%(num)d messages are marked as read.", count
    )
    flash(text, "good")
    return redirect(_back(), 303)


@blueprint.route("/messages/reglages", methods=["GET", "POST"])
def preferences() -> ResponseReturnValue:
    """Choose how one hears of each family of messages."""
    number = principal().user_id
    if number is None:
        raise NotSignedIn
    if request.method == "POST":
        paces = {family: _pace(family) for family in Family if family.value in request.form}
        database().write(lambda uow: choose(uow, principal(), paces))
        flash(gettext("Kept. It holds for the messages to come."), "good")
        return redirect(url_for("messages.preferences"), 303)
    with database().read() as uow:
        chosen = preferences_of(uow, principal())
        email = get_person(uow, principal(), number).email
        dead = find_dead(uow, email)
    return render_template(
        "messages/preferences.html", chosen=chosen, paces=tuple(Pace), email=email, dead=dead
    )


@blueprint.get("/messages/envois")
@allowed(Action.SEE_MAIL)
def failures() -> ResponseReturnValue:
    """Show the mails that did not arrive, and why."""
    with database().read() as uow:
        found = list_failures(uow, principal(), language())
    return render_template(
        "messages/failures.html", failures=found, has_server=settings().mail_server is not None
    )


@blueprint.post("/messages/envois/<int:failed_id>/renvoyer")
@allowed(Action.SEE_MAIL)
def retry(failed_id: int) -> ResponseReturnValue:
    """Mail a message once more."""
    database().write(lambda uow: try_again(uow, principal(), failed_id))
    flash(gettext("The mail leaves again within a few seconds."), "good")
    return redirect(url_for("messages.failures"), 303)


@blueprint.post("/messages/envois/renvoyer")
@allowed(Action.SEE_MAIL)
def retry_all() -> ResponseReturnValue:
    """Mail everything once more that failed."""
    count = database().write(lambda uow: try_all_again(uow, principal()))
    flash(ngettext("%(num)d mail leaves again.", "%(num)d mails leave again.", count), "good")
    return redirect(url_for("messages.failures"), 303)


def _family(text: str) -> Family | None:
    return Family(text) if text in set(Family) else None


def _pace(family: Family) -> Pace:
    value = request.form[family.value]
    if value not in set(Pace):
        raise InvalidInput([FieldError(family.value, N_("Choose one of the three ways."))])
    return Pace(value)


def _back() -> str:
    """Return the page of messages, at the family that was read."""
    family = _family(request.form.get("family", ""))
    return url_for("messages.index", family=family.value if family else None)


def _tabs(box: Box, chosen: Family | None) -> list[tuple[str, str, bool, int]]:
    tabs = [(gettext("All messages"), url_for("messages.index"), chosen is None, box.unread)]
    for family in Family:
        if family in box.counts or family is chosen:
            url = url_for("messages.index", family=family.value)
            unread = box.counts.get(family, 0)
            tabs.append((gettext(family.label), url, family is chosen, unread))
    return tabs
