"""A week of shifts: agents down, days across; plan a crew, or the same as last week."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView
from lending.closures.days import closed_days
from lending.errors import InvalidInput
from lending.logistics.means.queries import means_of
from lending.logistics.means.roster import WorkingTimeRefused
from lending.logistics.means.rows import CrewRow
from lending.logistics.means.shifts import Planned, copy_week, plan_week
from lending.logistics.means.week import Week, week_of
from lending.logistics.working_time import WEEK, monday_of
from lending.web.context import allowed, database, principal
from lending.web.dates import asked_day
from lending.web.form_errors import tell_errors, text_of
from lending.web.means import authority_of, blueprint
from lending.web.means.forms import CopyForm, WeekForm, day_of
from lending.web.means.words import hours, planned_words, problem_words, refusal_words
from lending.web.templating import language
from lending.words import fold


@dataclass(frozen=True)
class CrewWeek:
    """A crew over the days of a week; None where it does not work."""

    crew_id: int
    name: str
    days: tuple[object, ...]


@blueprint.get("/collectivites/<int:authority_id>/moyens/semaine")
@allowed(Action.MANAGE_MEANS)
def week(authority_id: int) -> ResponseReturnValue:
    """Show who works when in a week, and what the crews are on each day."""
    authority = authority_of(authority_id)
    g.zone = zone = ZoneInfo(authority.timezone)
    with database().read() as uow:
        today = to_local(uow.now, zone).date()
        shown = week_of(uow, principal(), authority_id, asked_day() or today)
        means = means_of(uow, principal(), authority_id)
        closed = closed_days(uow, authority_id, shown.days[0], shown.days[-1], language())
    return render_template(
        "means/week.html",
        authority=authority,
        week=shown,
        crews=_crew_weeks(shown),
        colours={crew.id: crew.colour for crew in means.crews},
        today=today,
        this_monday=monday_of(today),
        previous=shown.monday - WEEK,
        following=shown.monday + WEEK,
        has_crews=bool(means.crews),
        problems=_problems(shown),
        notes={**closed.noted, **closed.everywhere},
        hours=hours,
    )


def _crew_weeks(shown: Week) -> list[CrewWeek]:
    by_crew = {(each.crew_id, each.day): each for each in shown.crew_days}
    names = {each.crew_id: each.name for each in shown.crew_days}
    return [
        CrewWeek(number, name, tuple(by_crew.get((number, day)) for day in shown.days))
        for number, name in sorted(names.items(), key=lambda pair: fold(pair[1]))
    ]


def _problems(shown: Week) -> list[tuple[str, str, list[date]]]:
    """Return crew, what it lacks, and on which days: once, however many days it lasts."""
    found: dict[tuple[str, str], list[date]] = {}
    for each in shown.crew_days:
        for problem in each.problems:
            found.setdefault((each.name, problem_words(problem)), []).append(each.day)
    return [(crew, words, days) for (crew, words), days in found.items()]


@blueprint.route("/collectivites/<int:authority_id>/moyens/semaine/equipe", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def plan_crew(authority_id: int) -> ResponseReturnValue:
    """Plan a crew over a week."""
    authority = authority_of(authority_id)
    form = _week_form(authority)
    refused: list[str] = []
    if form.validate_on_submit():
        try:
            planned = database().write(
                lambda uow: plan_week(uow, principal(), int(form.crew_id.data), form.pattern())
            )
        except WorkingTimeRefused as error:
            refused = refusal_words(error)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            return _planned(authority_id, day_of(form.monday), planned)
    page = render_template("means/plan_crew.html", form=form, authority=authority, refused=refused)
    return page, 422 if form.is_submitted() else 200


def _week_form(authority: AuthorityView) -> WeekForm:
    with database().read() as uow:
        crews: tuple[CrewRow, ...] = means_of(uow, principal(), authority.id).crews
        today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    form = WeekForm(
        data={
            "monday": asked_day() or today,
            "weekdays": [str(number) for number in range(5)],
            "crew_id": request.args.get("crew", ""),
        }
    )
    names = get_day_names("wide", locale=get_locale())
    form.offer(crews, [names[number] for number in range(7)])
    return form


@blueprint.route("/collectivites/<int:authority_id>/moyens/semaine/copier", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def copy(authority_id: int) -> ResponseReturnValue:
    """Plan a week as the one before it."""
    authority = authority_of(authority_id)
    with database().read() as uow:
        today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    form = CopyForm(data={"monday": monday_of(asked_day() or today)})
    refused: list[str] = []
    if form.validate_on_submit():
        try:
            planned = database().write(
                lambda uow: copy_week(
                    uow, principal(), authority_id, day_of(form.monday), text_of(form.reason)
                )
            )
        except WorkingTimeRefused as error:
            refused = refusal_words(error)
        except InvalidInput as error:
            tell_errors(form, error, {"day": "monday"})
        else:
            return _planned(authority_id, day_of(form.monday), planned)
    page = render_template("means/copy.html", form=form, authority=authority, refused=refused)
    return page, 422 if form.is_submitted() else 200


def _planned(authority_id: int, day: date, planned: Planned) -> ResponseReturnValue:
    flash(planned_words(planned), "good" if planned.made else "warn")
    return redirect(url_for("means.week", authority_id=authority_id, day=monday_of(day)), 303)
