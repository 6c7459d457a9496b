"""The public programme: events that their organisations agreed to show, for anyone."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.intervals import Interval
from calendars.zones import start_of_day, to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, list_authorities
from lending.bookings.programme import ProgrammeEvent, list_programme, next_in_programme
from lending.db.database import UnitOfWork
from lending.subscriptions.addresses import programme_feed
from lending.web.calendar_ways import habits, ways_to
from lending.web.context import allowed, database
from lending.web.formats import DEFAULT_ZONE
from lending.web.numbers import whole_number
from lending.web.templating import language

blueprint = Blueprint("programme", __name__)

YEARS = range(2000, 2200)


@dataclass(frozen=True)
class ProgrammePage:
    """A month of the programme."""

    month: date
    days: tuple[tuple[date, tuple[ProgrammeEvent, ...]], ...]
    """Events under the day on which they begin."""
    authorities: tuple[AuthorityView, ...]
    authority: AuthorityView | None
    """The lender whose events are shown, if not all."""
    previous_url: str
    next_url: str
    upcoming: date | None
    """Where nothing is shown: the next month with something, if there is one."""
    upcoming_url: str
    follow_url: str
    """The page with the addresses of the calendar that shows the same."""


@blueprint.get("/programme")
@allowed(Action.SEE_PROGRAMME)
def index() -> ResponseReturnValue:
    """Show the events of a month, of all lenders or of one."""
    with database().read() as uow:
        page = _page(uow)
    return render_template("programme/index.html", page=page)


@blueprint.get("/programme/agenda")
@allowed(Action.SEE_PROGRAMME)
def follow() -> ResponseReturnValue:
    """Show how to follow the programme in one's own calendar: its addresses are no secret."""
    with database().read() as uow:
        authority = _wanted(list_authorities(uow))
    path = programme_feed(authority.code if authority else None, language())
    name = authority.name if authority else gettext("All lenders")
    return render_template(
        "programme/follow.html", authority=authority, ways=ways_to(path, name), habits=habits()
    )


def _wanted(authorities: tuple[AuthorityView, ...]) -> AuthorityView | None:
    """Return the lender that the address names, if it names one."""
    wanted = request.args.get("authority", type=whole_number)
    return next((one for one in authorities if one.id == wanted), None)


def _page(uow: UnitOfWork) -> ProgrammePage:
    authorities = list_authorities(uow)
    authority = _wanted(authorities)
    zone = ZoneInfo(authority.timezone) if authority else DEFAULT_ZONE
    g.zone = zone
    month = _month(to_local(uow.now, zone).date())
    after = _following(month)
    whole = Interval(start_of_day(month, zone), start_of_day(after, zone))
    number = authority.id if authority else None
    events = list_programme(uow, authority_id=number, within=whole)
    days = groupby(events, lambda event: to_local(event.starts_at, event.zone).date())
    upcoming = None if events else next_in_programme(uow, number, whole.end)
    upcoming_month = to_local(upcoming, zone).date().replace(day=1) if upcoming else None
    return ProgrammePage(
        month=month,
        days=tuple((day, tuple(found)) for day, found in days),
        authorities=authorities,
        authority=authority,
        previous_url=_url((month - timedelta(days=1)).replace(day=1), number),
        next_url=_url(after, number),
        upcoming=upcoming_month,
        upcoming_url=_url(upcoming_month, number) if upcoming_month else "",
        follow_url=url_for("programme.follow", authority=number),
    )


def _month(today: date) -> date:
    """Return the first day of the month asked for, or of this one."""
    try:
        asked = date.fromisoformat(request.args.get("month", "") + "-01")
    except ValueError:
        asked = today
    return (asked if asked.year in YEARS else today).replace(day=1)


def _following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _url(month: date, authority_id: int | None) -> str:
    if month.year not in YEARS:
        return ""
    return url_for("programme.index", month=f"{month:%Y-%m}", authority=authority_id)
