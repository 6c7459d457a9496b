"""Rounds of allocation: announced to everybody, tried and adopted by the staff."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DateTimeLocalField, StringField
from wtforms.validators import InputRequired, Length

from calendars.zones import start_of_day, to_utc
from lending.accounts.permissions import Action
from lending.authorities.queries import get_authority
from lending.equity.allocation.values import Limit
from lending.equity.rounds.deciding import Words, adopt_round, cancel_round
from lending.equity.rounds.queries import RoundView, read_round, rounds_of, shares_of
from lending.equity.rounds.trying import LineResult, Result, Trial, look_at_round
from lending.equity.rounds.words import LIMITS, explain, left_out
from lending.equity.routing.opinions import OpinionsStand
from lending.errors import InvalidInput
from lending.policies.rounds import NewRound, Stage, announce_round
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of
from lending.web.formats import day
from lending.web.numbers import whole_number

blueprint = Blueprint("allocations", __name__)


class RoundForm(FlaskForm):  # type: ignore[misc]
    """A round to announce."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Give a name.")), Length(max=120)],
        description=_l("For example: loans of July 2027."),
    )
    first_day = DateField(_l("First day of the loans"), [InputRequired(_l("Give a day."))])
    last_day = DateField(_l("Last day on which a loan begins"), [InputRequired(_l("Give a day."))])
    opens_at = DateTimeLocalField(
        _l("Requests are collected from"),
        [InputRequired(_l("Give a day and an hour."))],
        description=_l("From then on, requests for these days hold nothing: nobody is first."),
    )
    cut_off_at = DateTimeLocalField(
        _l("Files must be complete by"),
        [InputRequired(_l("Give a day and an hour."))],
        description=_l("Who comes later gets what is left."),
    )
    decides_on = DateField(
        _l("Decided at the latest on"),
        [InputRequired(_l("Give a day."))],
        description=_l("Associations read this date when they send their request."),
    )

    def details(self, zone: ZoneInfo) -> NewRound:
        """Return what is typed as instants; the fields are all required."""
        typed: dict[str, Any] = self.data
        a_day = timedelta(days=1)
        return NewRound(
            name=text_of(self.name),
            period_start=start_of_day(typed["first_day"], zone),
            period_end=start_of_day(typed["last_day"] + a_day, zone),
            opens_at=to_utc(typed["opens_at"], zone),
            cut_off_at=to_utc(typed["cut_off_at"], zone),
            decides_at=start_of_day(typed["decides_on"] + a_day, zone) - timedelta(minutes=1),
        )


@blueprint.get("/collectivites/<int:authority_id>/tours-d-attribution")
@allowed(Action.SEE_POLICY)
def index(authority_id: int) -> ResponseReturnValue:
    """List the rounds of an authority, for anybody."""
    with database().read() as uow:
        authority = get_authority(uow, authority_id)
        found = rounds_of(uow, authority_id)
    g.zone = ZoneInfo(authority.timezone)
    may_announce = principal().can(Action.MANAGE_POLICY, authority_id=authority_id)
    return render_template(
        "allocations/index.html", authority=authority, rounds=found, may_announce=may_announce
    )


@blueprint.route(
    "/collectivites/<int:authority_id>/tours-d-attribution/annoncer", methods=["GET", "POST"]
)
@allowed(Action.MANAGE_POLICY)
def announce(authority_id: int) -> ResponseReturnValue:
    """Announce a round."""
    principal().check(Action.MANAGE_POLICY, authority_id=authority_id)
    with database().read() as uow:
        authority = get_authority(uow, authority_id)
    form = RoundForm()
    if form.validate_on_submit():
        zone = ZoneInfo(authority.timezone)
        try:
            number = database().write(
                lambda uow: announce_round(uow, principal(), authority_id, form.details(zone)).id
            )
        except InvalidInput as error:
            names = {"period_start": "first_day", "period_end": "last_day"}
            tell_errors(form, error, names | {"decides_at": "decides_on"})
        else:
            flash(gettext("The round is announced."), "good")
            return redirect(url_for("allocations.show", round_id=number), 303)
    page = render_template("allocations/announce.html", authority=authority, form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/tours-d-attribution/<int:round_id>")
@allowed(Action.SEE_POLICY)
def show(round_id: int) -> ResponseReturnValue:
    """Tell anybody what a round is about; tell the staff what it gave."""
    return _page(round_id)


def _page(round_id: int, error: str = "", status: int = 200) -> ResponseReturnValue:
    with database().read() as uow:
        view = read_round(uow, round_id)
        sees = principal().can(Action.SEE_INBOX, authority_id=view.authority_id)
        shares = shares_of(uow, principal(), round_id) if sees else ()
    g.zone = view.zone
    page = render_template(
        "allocations/show.html",
        view=view,
        shares=shares,
        limits=LIMITS,
        Stage=Stage,
        error=error,
        reason=request.form.get("reason", ""),
        may_decide=principal().can(Action.MANAGE_POLICY, authority_id=view.authority_id),
    )
    return page, status


@blueprint.get("/tours-d-attribution/<int:round_id>/essai")
@allowed(Action.MANAGE_POLICY)
def attempt(round_id: int) -> ResponseReturnValue:
    """Show what the round would come to now; nothing is written."""
    return _attempt(round_id)


def _attempt(
    round_id: int, error: str = "", status: int = 200, *, reason_missing: bool = False
) -> ResponseReturnValue:
    with database().read() as uow:
        view = read_round(uow, round_id)
        trial = look_at_round(uow, principal(), round_id)
    g.zone = view.zone
    page = render_template(
        "allocations/attempt.html",
        view=view,
        trial=trial,
        groups=_groups(trial),
        scarce=_scarce(trial),
        chosen=request.args.get("item", 0, type=whole_number),
        limits=LIMITS,
        error=error,
        reason_missing=reason_missing,
        reason=request.form.get("opinions_reason", ""),
        is_over=view.stage in (Stage.ADOPTED, Stage.CANCELLED),
        may_adopt=view.stage is Stage.TO_DECIDE,
    )
    return page, status


@dataclass(frozen=True)
class Groups:
    """Requests by what they would get."""

    nothing: tuple[Result, ...]
    part: tuple[Result, ...]
    whole: tuple[Result, ...]


def _groups(trial: Trial) -> Groups:
    less = [result for result in trial.results if not result.is_whole]
    return Groups(
        nothing=tuple(result for result in less if not any(result.granted.values())),
        part=tuple(result for result in less if any(result.granted.values())),
        whole=tuple(result for result in trial.results if result.is_whole),
    )


@dataclass(frozen=True)
class ScarceItem:
    """An item of which there is not enough for everyone at some moment."""

    item_id: int
    name: str
    asked: int
    given: int
    """Of all that is asked for, also where there is enough."""
    lines: tuple[tuple[Result, LineResult], ...]
    """Those for which it is scarce, the first place first."""


def _scarce(trial: Trial) -> list[ScarceItem]:
    """Return the items of which there is not enough for everyone, by name."""
    by_item: dict[int, list[tuple[Result, LineResult]]] = defaultdict(list)
    for result in trial.results:
        for each in result.lines:
            by_item[each.line.item_id].append((result, each))
    found = [
        ScarceItem(
            item_id=item_id,
            name=lines[0][1].line.item,
            asked=sum(each.line.quantity for _, each in lines),
            given=sum(each.grant.units for _, each in lines),
            lines=tuple(
                sorted(
                    (pair for pair in lines if pair[1].grant.limit is not Limit.ENOUGH),
                    key=lambda pair: (pair[0].candidate.rank or 0, pair[0].place.position),
                )
            ),
        )
        for item_id, lines in by_item.items()
    ]
    return sorted((each for each in found if each.lines), key=lambda each: each.name)


@blueprint.post("/tours-d-attribution/<int:round_id>/adopter")
@allowed(Action.MANAGE_POLICY)
def adopt(round_id: int) -> ResponseReturnValue:
    """Decide all requests of the round at once, as they were shown."""
    words = Words(lambda result: explain(result, gettext), lambda each: left_out(each, gettext))
    expected = request.form.get("expected", "") or "nothing was looked at"
    reason = request.form.get("opinions_reason", "")
    try:
        database().write(
            lambda uow: adopt_round(uow, principal(), round_id, words, expected, reason).id
        )
    except InvalidInput as error:
        told = gettext(error.errors[0].message, **dict(error.errors[0].data))
        return _attempt(round_id, told, 422, reason_missing=isinstance(error, OpinionsStand))
    flash(gettext("The round is decided. Each association reads its answer."), "good")
    return redirect(url_for("allocations.show", round_id=round_id), 303)


@blueprint.post("/tours-d-attribution/<int:round_id>/abandonner")
@allowed(Action.MANAGE_POLICY)
def give_up(round_id: int) -> ResponseReturnValue:
    """Give a round up; its requests go back to the order of arrival."""
    reason = request.form.get("reason", "")
    try:
        database().write(lambda uow: cancel_round(uow, principal(), round_id, reason).id)
    except InvalidInput as error:
        return _page(round_id, gettext(error.errors[0].message), 422)
    flash(gettext("The round is given up. Requests are decided one by one again."), "good")
    return redirect(url_for("allocations.show", round_id=round_id), 303)


@blueprint.app_template_filter("round_period")
def round_period(view: RoundView) -> str:
    """Write over which days a round decides."""
    words: str = gettext(
        "loans from %(first)s to %(last)s",
        first=day(view.first_day),
        last=day(view.last_day),
    )
    return words
