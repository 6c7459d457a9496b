"""Closed days: what is to come, days typed by hand, calendars that tell them."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileSize
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # stubs lag behind
from wtforms.validators import InputRequired, Length, Optional

from calendars.holidays import SCHOOL_HOLIDAYS, SCHOOL_ZONES
from calendars.reading import Limits
from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, get_authority
from lending.closures.days import (
    SourceRow,
    find_closure,
    find_source,
    list_closures,
    list_sources,
)
from lending.closures.fetching import Fetched
from lending.closures.problems import CalendarProblem
from lending.closures.service import (
    Fetch,
    NewClosure,
    NewSource,
    add_source,
    check_source,
    close_days,
    fetcher,
    open_days,
    read_again,
    remove_source,
    set_holidays,
)
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.web.choosing import lead_to
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of
from lending.web.numbers import number_or_none

blueprint = Blueprint("closures", __name__)


class DaysForm(FlaskForm):  # type: ignore[misc]
    """Days on which it is closed."""

    title = StringField(
        _l("Why?"),
        [InputRequired(_l("Say why it is closed.")), Length(max=200)],
        description=_l("Associations read it. For example: annual stocktaking."),
    )
    first_day = DateField(_l("First closed day"), [InputRequired(_l("Give a day."))])
    last_day = DateField(_l("Last closed day"), [InputRequired(_l("Give a day."))])
    depot_id = SelectField(_l("Where?"))

    def details(self) -> NewClosure:
        """Return what is typed."""
        return NewClosure(
            first_day=self.first_day.data or date.min,
            last_day=self.last_day.data or date.min,
            title=text_of(self.title),
            depot_id=number_or_none(self.depot_id.data),
        )


class SourceForm(FlaskForm):  # type: ignore[misc]
    """A calendar to read: of the ministry, at an address, or a file."""

    name = StringField(_l("Name"), [InputRequired(_l("Give a name.")), Length(max=120)])
    address = StringField(
        _l("Address of the calendar"),
        [Optional(), Length(max=1000)],
        description=_l("It is read again four times a day. It ends in .ics most of the time."),
        render_kw={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"},
    )
    file = FileField(
        _l("Or a file"),
        [FileSize(Limits().bytes, message=_l("Choose a file of at most 2 MB."))],
        description=_l("A file in .ics format. It is read once: send it again when it changes."),
        render_kw={"accept": ".ics,text/calendar"},
    )
    depot_id = SelectField(_l("Where?"))
    closes = SelectField(
        _l("On these days"),
        choices=[
            SelectChoice("yes", _l("It is closed")),
            SelectChoice("no", _l("It is open: only show them, as school holidays")),
        ],
    )

    def details(self) -> NewSource:
        """Return what is typed and sent."""
        sent = self.file.data
        return NewSource(
            name=text_of(self.name),
            content=sent.read() if sent else b"",
            address=text_of(self.address).strip(),
            depot_id=number_or_none(self.depot_id.data),
            closes=self.closes.data == "yes",
        )


class HolidaysForm(FlaskForm):  # type: ignore[misc]
    """Days that everybody knows."""

    public = BooleanField(_l("Closed on public holidays"))
    school_zone = SelectField(
        _l("Show the school holidays of zone"),
        choices=[SelectChoice("", _l("no zone"))]
        + [SelectChoice(zone, zone) for zone in SCHOOL_ZONES],
    )


@blueprint.get("/fermetures")
@allowed(Action.MANAGE_CLOSURES)
def choose() -> ResponseReturnValue:
    """Lead to the closed days of one's authority; of several, let the reader choose."""
    return lead_to("closures.index", N_("Closed days"), Action.MANAGE_CLOSURES)


@blueprint.get("/collectivites/<int:authority_id>/fermetures")
@allowed(Action.MANAGE_CLOSURES)
def index(authority_id: int) -> ResponseReturnValue:
    """List the closed days to come, and the calendars that tell them."""
    with database().read() as uow:
        rows = list_closures(uow, principal(), authority_id, _today(uow, authority_id))
        sources = list_sources(uow, principal(), authority_id, _today(uow, authority_id))
        authority = get_authority(uow, authority_id)
    form = HolidaysForm(
        data={"public": authority.closed_on_public_holidays, "school_zone": authority.school_zone}
    )
    return render_template(
        "closures/index.html",
        authority=authority,
        rows=rows,
        sources=sources,
        form=form,
        problem_words=_problem_words,
    )


def _problem_words(source: SourceRow) -> str:
    if source.problem is None:
        return ""
    return str(gettext(source.problem.text, number=source.problem_number))


@blueprint.post("/collectivites/<int:authority_id>/fermetures/feries")
@allowed(Action.MANAGE_CLOSURES)
def keep_holidays(authority_id: int) -> ResponseReturnValue:
    """Set whether public holidays are closed, and whose school holidays are shown."""
    form = HolidaysForm()
    database().write(
        lambda uow: set_holidays(
            uow,
            principal(),
            authority_id,
            closed_on_public_holidays=form.public.data,
            school_zone=form.school_zone.data,
        )
    )
    flash(gettext("The closed days are saved."), "good")
    return _back(authority_id)


@blueprint.route("/collectivites/<int:authority_id>/fermetures/jours", methods=["GET", "POST"])
@allowed(Action.MANAGE_CLOSURES)
def close(authority_id: int) -> ResponseReturnValue:
    """Close some days, by hand."""
    authority = _authority(authority_id)
    form = DaysForm()
    form.depot_id.choices = _places(authority)
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: close_days(uow, principal(), authority_id, form.details()).id
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The days are closed."), "good")
            return _back(authority_id)
    page = render_template("closures/close.html", form=form, authority=authority)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/collectivites/<int:authority_id>/fermetures/agenda", methods=["GET", "POST"])
@allowed(Action.MANAGE_CLOSURES)
def follow(authority_id: int) -> ResponseReturnValue:
    """Read closed days in a calendar that somebody else keeps."""
    authority = _authority(authority_id)
    form = SourceForm()
    form.depot_id.choices = _places(authority)
    if form.validate_on_submit():
        new = form.details()
        try:
            fetched = _first_fetch(authority_id, new)
            database().write(
                lambda uow: add_source(uow, principal(), authority_id, new, fetched).id
            )
        except InvalidInput as error:
            tell_errors(form, error)
        except CalendarProblem as error:
            form.address.errors = [gettext(error.message, **error.data)]
        else:
            flash(gettext("The calendar is read, and its days are kept."), "good")
            return _back(authority_id)
    page = render_template(
        "closures/follow.html", form=form, authority=authority, official=SCHOOL_HOLIDAYS
    )
    return page, 422 if form.is_submitted() else 200


def _first_fetch(authority_id: int, new: NewSource) -> Fetched | None:
    """Fetch a new calendar's address, once what was typed is right."""
    with database().read() as uow:
        check_source(uow, principal(), authority_id, new)
    return _fetch()(new.address, "", "") if new.address else None


@blueprint.get("/fermetures/<int:closure_id>/rouvrir")
@allowed(Action.MANAGE_CLOSURES)
def ask_open(closure_id: int) -> ResponseReturnValue:
    """Ask before closed days are opened again."""
    with database().read() as uow:
        row = find_closure(uow, principal(), closure_id)
    return render_template("closures/open.html", row=row)


@blueprint.post("/fermetures/<int:closure_id>/rouvrir")
@allowed(Action.MANAGE_CLOSURES)
def reopen(closure_id: int) -> ResponseReturnValue:
    """Open days again."""
    authority_id = database().write(lambda uow: open_days(uow, principal(), closure_id))
    flash(gettext("The days are open again."), "good")
    return _back(authority_id)


@blueprint.post("/agendas-lus/<int:source_id>/lire")
@allowed(Action.MANAGE_CLOSURES)
def read_now(source_id: int) -> ResponseReturnValue:
    """Read a calendar again, now."""
    authority_id = _source(source_id).authority_id
    problem = read_again(database(), principal(), source_id, _fetch())
    if problem:
        flash(gettext(problem.message, **problem.data), "error")
    else:
        flash(gettext("The calendar is read, and its days are kept."), "good")
    return _back(authority_id)


@blueprint.get("/agendas-lus/<int:source_id>/retirer")
@allowed(Action.MANAGE_CLOSURES)
def ask_remove(source_id: int) -> ResponseReturnValue:
    """Ask before a calendar is read no longer."""
    return render_template("closures/remove.html", source=_source(source_id))


@blueprint.post("/agendas-lus/<int:source_id>/retirer")
@allowed(Action.MANAGE_CLOSURES)
def remove(source_id: int) -> ResponseReturnValue:
    """Read a calendar no longer."""
    authority_id = _source(source_id).authority_id
    database().write(lambda uow: remove_source(uow, principal(), source_id))
    flash(gettext("The calendar is removed, with its days."), "good")
    return _back(authority_id)


def _authority(authority_id: int) -> AuthorityView:
    principal().check(Action.MANAGE_CLOSURES, authority_id=authority_id)
    with database().read() as uow:
        return get_authority(uow, authority_id)


def _source(source_id: int) -> SourceRow:
    with database().read() as uow:
        return find_source(uow, principal(), source_id, uow.now.date())


def _today(uow: UnitOfWork, authority_id: int) -> date:
    zone = ZoneInfo(get_authority(uow, authority_id).timezone)
    return to_local(uow.now, zone).date()


def _places(authority: AuthorityView) -> list[tuple[str, Any]]:
    return [
        ("", gettext("All depots")),
        *((str(depot.id), depot.name) for depot in authority.depots),
    ]


def _fetch() -> Fetch:
    return fetcher(current_app.extensions["settings"].fetch_allow)


def _back(authority_id: int) -> ResponseReturnValue:
    return redirect(url_for("closures.index", authority_id=authority_id), 303)
