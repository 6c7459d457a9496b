"""The dispatchers' board: a day or a week of rounds, and the basket of what nobody does yet."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask import g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.authorities.outlines import outlines_of
from lending.authorities.queries import AuthorityView
from lending.closures.days import closed_days
from lending.i18n import N_
from lending.logistics.crew_shifts import ON_WHEELS
from lending.logistics.rounds.board import board_of
from lending.logistics.rounds.cards import Board, Lane, PieceKind
from lending.logistics.rounds.drafting import PinKind
from lending.logistics.rounds.publishing import last_publication
from lending.logistics.rounds.runs import undecided_run
from lending.logistics.rounds.strip import Level
from lending.logistics.working_time import DAY, WEEK
from lending.web.context import allowed, database, principal, settings
from lending.web.dates import asked_day
from lending.web.logistics import ICONS, STATES
from lending.web.means import authority_of
from lending.web.means.words import problem_words
from lending.web.planning import blueprint
from lending.web.planning.mapping import map_of, tiles_origin
from lending.web.planning.telling import (
    hours_asked,
    hours_there,
    obstacles_words,
    shortage_words,
    take_told,
)
from lending.web.planning.words import reason_words, skill_words
from lending.web.security import policy_with
from lending.web.templating import language


class Span(StrEnum):
    """How much of the board is shown; the words are those of the address."""

    DAY = "jour"
    WEEK = "semaine"


PIECES = {
    PieceKind.DRIVE: ("signpost-split", N_("On the road")),
    PieceKind.RELOAD: ("arrow-repeat", N_("Back at the depot to load")),
    PieceKind.LUNCH: ("cup-hot", N_("Lunch")),
}


LEVELS = {
    Level.OFF: "",
    Level.FREE: "check-circle-fill",
    Level.TIGHT: "exclamation-circle-fill",
    Level.OVER: "exclamation-triangle-fill",
}


@dataclass(frozen=True)
class BoardPage:
    """What the page of the board shows, and what it was asked."""

    authority: AuthorityView
    board: Board
    span: Span
    day: date
    days: tuple[date, ...]
    notes: dict[date, str]
    """Public holidays and the like."""

    @property
    def is_week(self) -> bool:
        """Whether a whole week is shown."""
        return self.span is Span.WEEK

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The crews of the day that is shown."""
        return self.board.of_day(self.day)

    def lane(self, crew_id: int, day: date) -> Lane | None:
        """Return a crew on a day, if it is there."""
        return next((lane for lane in self.board.of_day(day) if lane.crew_id == crew_id), None)

    def minute(self, at: datetime, day: date) -> int:
        """Return the minute of an instant on the clocks of a day, for what is drawn."""
        local = at.astimezone(self.board.zone)
        return (local.date() - day).days * 1440 + local.hour * 60 + local.minute

    @property
    def hours(self) -> tuple[int, int]:
        """The hours of the clock between which the day that is shown is drawn."""
        found = [8 * 60, 17 * 60]
        for lane in self.lanes:
            if lane.crew is not None and lane.crew.start and lane.crew.end:
                found += [
                    self.minute(lane.crew.start, lane.day),
                    self.minute(lane.crew.end, lane.day),
                ]
            for piece in lane.pieces:
                found += [
                    self.minute(piece.starts_at, lane.day),
                    self.minute(piece.ends_at, lane.day),
                ]
        return max(0, min(found) // 60), min(30, -(-max(found) // 60))

    @property
    def midnight(self) -> time:
        """The hour 0, for what is drawn to write its hours in the same way."""
        return time(0)

    def url(self, day: date, span: Span | None = None) -> str:
        """Return the address of another day, or of another span."""
        return shown_url(self.authority.id, day, span or self.span)

    @property
    def previous_url(self) -> str:
        """Where the day or week before is shown."""
        return self.url(self.day - (WEEK if self.is_week else DAY))

    @property
    def next_url(self) -> str:
        """Where the day or week after is shown."""
        return self.url(self.day + (WEEK if self.is_week else DAY))


def shown_span() -> Span:
    """Return the span that the address or the form asks for: a week by default."""
    return Span.DAY if request.values.get("vue") == Span.DAY else Span.WEEK


def shown_url(authority_id: int, day: date, span: Span) -> str:
    """Return the address of the board at a day."""
    return url_for("planning.board", authority_id=authority_id, day=day, vue=span.value)


@blueprint.get("/collectivites/<int:authority_id>/planification")
@allowed(Action.MANAGE_MEANS)
def board(authority_id: int) -> ResponseReturnValue:
    """Show what each crew does, and what nobody does yet."""
    authority = authority_of(authority_id)
    with database().read() as uow:
        today = uow.now.astimezone(zone_of(authority)).date()
        day = asked_day() or today
        found = board_of(uow, principal(), authority_id, day)
        closed = closed_days(uow, authority_id, found.days[0], found.days[-1], language())
        run_id = undecided_run(uow, authority_id, day)
        last = last_publication(uow, authority_id, day)
        published = (last.at, last.by) if last else None
    g.zone = found.zone
    page = BoardPage(
        authority=authority,
        board=found,
        span=shown_span(),
        day=day,
        days=found.days,
        notes={**closed.noted, **closed.everywhere},
    )
    shown = render_template(
        "planning/board.html",
        page=page,
        board=found,
        today=today,
        run_id=run_id,
        published=published,
        told=take_told(),
        Span=Span,
        PinKind=PinKind,
        pieces=PIECES,
        reason_words=reason_words,
        obstacles=lambda reasons: obstacles_words(reasons, found.crews, found.tasks),
        problem_words=problem_words,
        map=map_of(found, day) if not page.is_week else None,
        shortages=[
            shortage_words(each, found.crews, found.week.shifts) for each in found.strip.shortages
        ],
        hours_asked=hours_asked,
        hours_there=hours_there,
        skill_words=skill_words,
        level_icons=LEVELS,
        on_wheels=ON_WHEELS,
        task_icons=ICONS,
        task_states=STATES,
    )
    origin = tiles_origin(settings().map_tiles)
    headers = {"Content-Security-Policy": policy_with(origin)} if origin else {}
    return shown, 200, headers


@blueprint.get("/collectivites/<int:authority_id>/contours.geojson")
@allowed(Action.MANAGE_MEANS)
def outlines(authority_id: int) -> ResponseReturnValue:
    """Send the limits of the communes, for the map of a day."""
    authority_of(authority_id)
    with database().read() as uow:
        found = outlines_of(uow, authority_id)
    answer = jsonify(found)
    answer.mimetype = "application/geo+json"
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def zone_of(authority: AuthorityView) -> ZoneInfo:
    """Return the zone of an authority's clocks."""
    return ZoneInfo(authority.timezone)
