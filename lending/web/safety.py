"""Safety: what must be minded with a loan, what the place is like, and the wind."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # stubs lag behind
from wtforms.validators import InputRequired, NumberRange, Optional

from lending.accounts.permissions import Action
from lending.bookings.models import Ground, SiteSetting
from lending.bookings.setting import declare_setting
from lending.catalogue.plugs import Plug
from lending.errors import InvalidInput
from lending.safety.reading import questions_of
from lending.safety.rules import Question
from lending.safety.wind import WindCase, check_wind, wind_case
from lending.web.bookings.common import read_booking, to_booking
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.navigation import booking_url

blueprint = Blueprint("safety", __name__)


class SettingForm(FlaskForm):  # type: ignore[misc]
    """What the place is like; only what the equipment makes one ask."""

    tents_apart_m = IntegerField(
        _l("How many metres are between two tents, at the least?"),
        [Optional(), NumberRange(0, 1000)],
        description=_l("0 if they touch. From 5 m on, small tents count each by itself."),
    )
    ground = RadioField(_l("What do the tents stand on?"), [Optional()])
    stage_height_cm = IntegerField(
        _l("How high is the stage, in centimetres?"),
        [Optional(), NumberRange(0, 1000)],
        description=_l("From 100 cm on, it takes guard rails and steps."),
    )
    power = RadioField(_l("What electricity is there?"), [Optional()])
    sockets = IntegerField(
        _l("How many ordinary sockets can you use?"), [Optional(), NumberRange(0, 1000)]
    )

    def __init__(self, asked: Collection[Question], **more: Any) -> None:
        super().__init__(**more)
        for question in Question:
            if question not in asked:
                del self[question.value]
        if Question.POWER not in asked:
            del self.sockets
        else:
            self.power.choices = [(plug.value, gettext(plug.label)) for plug in Plug]
        if Question.GROUND in asked:
            self.ground.choices = [(ground.value, gettext(ground.label)) for ground in Ground]

    def setting(self, before: SiteSetting) -> SiteSetting:
        """Return what is said; what was not asked stays as it was."""
        said = {field.short_name: field.data for field in self}
        told: dict[str, Any] = {
            name: said[name] for name in ("tents_apart_m", "stage_height_cm") if name in said
        }
        if "ground" in said:
            told["ground"] = Ground(said["ground"]) if said["ground"] else None
        if "power" in said:
            told["power"] = Plug(said["power"]) if said["power"] else None
            told["sockets"] = said["sockets"] or 0
        return replace(before, **told)


@blueprint.route("/demandes/<int:booking_id>/installation", methods=["GET", "POST"])
@allowed(Action.EDIT_BOOKING)
def setting(booking_id: int) -> ResponseReturnValue:
    """Ask what the place is like, as far as the equipment of the request needs it."""
    booking = read_booking(booking_id)
    principal().check(
        Action.EDIT_BOOKING,
        authority_id=booking.authority_id,
        organisation_id=booking.organisation_id,
    )
    with database().read() as uow:
        asked = questions_of(uow, booking_id)
    if not asked:
        return to_booking(booking_id)
    before = booking.event_view.setting
    form = SettingForm(asked, obj=before)
    if form.validate_on_submit():
        told = form.setting(before)
        try:
            database().write(lambda uow: declare_setting(uow, principal(), booking_id, told))
        except InvalidInput as error:
            names = {f"event.setting.{field.short_name}": field.short_name for field in form}
            tell_errors(form, error, names)
        else:
            flash(gettext("What you say of the place is kept."), "good")
            return redirect(booking_url(booking_id, principal()), 303)
    page = render_template("safety/setting.html", form=form, booking=booking)
    return page, 422 if form.is_submitted() else 200


class WindForm(FlaskForm):  # type: ignore[misc]
    """The forecast, and what comes of it."""

    forecast_kmh = IntegerField(
        _l("Strongest gust that is forecast (km/h)"),
        [
            InputRequired(_l("Give the strongest gust in km/h, such as 45.")),
            NumberRange(0, 400, _l("Give the strongest gust in km/h, such as 45.")),
        ],
        description=_l(
            "For the time from the set-up to the take-down, as the weather service says."
        ),
    )
    decision = RadioField(
        _l("Decision"),
        [Optional()],
        choices=[SelectChoice("go", _l("Go")), SelectChoice("no_go", _l("No-go"))],
    )


@blueprint.route("/demandes/<int:booking_id>/vent", methods=["GET", "POST"])
@allowed(Action.DO_TASKS)
def wind(booking_id: int) -> ResponseReturnValue:
    """Ask for the forecast, say what it comes to, and keep the decision once it is confirmed."""
    with database().read() as uow:
        case = wind_case(uow, principal(), booking_id)
    form = WindForm()
    forecast = form.forecast_kmh.data if form.validate_on_submit() else None
    if forecast is not None and form.decision.data and _decide(case, form, forecast):
        return redirect(_way_back(booking_id), 303)
    page = render_template(
        "safety/wind.html",
        form=form,
        case=case,
        forecast=forecast,
        is_too_much=forecast is not None and forecast > case.limit_kmh,
        back=_way_back(booking_id),
    )
    return page, 422 if form.errors else 200


def _decide(case: WindCase, form: WindForm, forecast: int) -> bool:
    is_go = form.decision.data == "go"
    try:
        database().write(
            lambda uow: check_wind(uow, principal(), case.booking_id, forecast, is_go=is_go)
        )
    except InvalidInput as error:
        tell_errors(form, error)
        return False
    no_go = gettext("No-go: the association, the crews and the managers are told.")
    flash(gettext("Go: kept. Whoever heard of a no-go is told.") if is_go else no_go, "good")
    return True


def _way_back(booking_id: int) -> str:
    """Return where the reader came from: those in the field have no desk."""
    if principal().can(Action.SEE_INBOX):
        return booking_url(booking_id, principal())
    return url_for("rounds.index")
