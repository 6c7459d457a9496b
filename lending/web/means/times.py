"""Computed against real times: the report, its files, and what it proposes."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView
from lending.logistics.kinds import TaskKind
from lending.logistics.means.checks import FIRST, LAST
from lending.logistics.rates import rates_of
from lending.logistics.reporting import TimesReport, apply_proposal, times_report, times_sheet
from lending.web.context import allowed, database, principal
from lending.web.files import ENDINGS, check_ending, sheet_file
from lending.web.means import authority_of, blueprint

USUALLY = timedelta(days=90)
"""How far back one looks who does not say."""


@blueprint.get("/collectivites/<int:authority_id>/moyens/durees/constat")
@allowed(Action.MANAGE_MEANS)
def times(authority_id: int) -> ResponseReturnValue:
    """Show what work took, by kind of task."""
    authority = authority_of(authority_id)
    with database().read() as uow:
        report = times_report(uow, principal(), authority_id, *_period(authority))
        paces = rates_of(uow, authority_id)
    return render_template(
        "means/times.html",
        authority=authority,
        report=report,
        rates=paces,
        endings=ENDINGS,
    )


@blueprint.get("/collectivites/<int:authority_id>/moyens/durees/constat.<ending>")
@allowed(Action.MANAGE_MEANS)
def times_file(authority_id: int, ending: str) -> ResponseReturnValue:
    """Give the same as a file."""
    authority = authority_of(authority_id)
    check_ending(ending)
    with database().read() as uow:
        report = times_report(uow, principal(), authority_id, *_period(authority))
    return sheet_file(times_sheet(report), _name(report), ending)


@blueprint.post("/collectivites/<int:authority_id>/moyens/durees/constat")
@allowed(Action.MANAGE_MEANS)
def correct(authority_id: int) -> ResponseReturnValue:
    """Correct the time of a kind of task as the report proposes."""
    authority = authority_of(authority_id)
    try:
        kind = TaskKind(request.form.get("kind", ""))
    except ValueError:
        abort(422)
    first, last = _period(authority)
    percent = database().write(
        lambda uow: apply_proposal(uow, principal(), authority_id, kind, first, last)
    )
    name = gettext(kind.label)
    flash(gettext("%(name)s: corrected to %(percent)d %%.", name=name, percent=percent), "good")
    return redirect(url_for("means.rates", authority_id=authority_id), 303)


def _name(report: TimesReport) -> str:
    return f"durees-{report.first_day.isoformat()}-{report.last_day.isoformat()}"


def _period(authority: AuthorityView) -> tuple[date, date]:
    """Return the days that are asked for, in order; up to today, if nothing usable is said."""
    with database().read() as uow:
        today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    last = _day("last_day", today)
    first = _day("first_day", max(FIRST, last - USUALLY))
    return min(first, last), max(first, last)


def _day(name: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return otherwise
    return min(max(found, FIRST), LAST)
