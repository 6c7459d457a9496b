"""The planning board: items down, days across."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, list_authorities
from lending.bookings.board import BoardCategory, BoardFilter, read_board
from lending.catalogue.queries import list_categories
from lending.closures.days import ClosedDays, closed_days
from lending.db.database import UnitOfWork
from lending.web.board_columns import (
    Column,
    MonthSpan,
    Zoom,
    columns_from,
    first_day,
    following,
    months_of,
    previous,
)
from lending.web.context import allowed, database, principal
from lending.web.formats import DEFAULT_ZONE
from lending.web.numbers import whole_number
from lending.web.templating import language

blueprint = Blueprint("board", __name__)

SHOWN = ("all", "busy", "short")


@dataclass(frozen=True)
class BoardPage:
    """What the page shows, and what it was asked."""

    zoom: Zoom
    zooms: tuple[tuple[str, str, bool], ...]
    first: date
    last: date
    columns: tuple[Column, ...]
    months: tuple[MonthSpan, ...]
    categories: tuple[BoardCategory, ...]
    families: tuple[tuple[int, str], ...]
    authorities: tuple[AuthorityView, ...]
    category_id: int | None
    authority_id: int | None
    shown: str
    items: int
    short_items: int
    may_close: bool
    previous_url: str
    next_url: str
    today_url: str

    @property
    def active_filters(self) -> int:
        """How many filters narrow the board."""
        return sum((bool(self.category_id), bool(self.authority_id), self.shown != "all"))


@blueprint.app_template_filter("weekday_letters")
def weekday_letters(day: date, whole: bool = False) -> str:
    """Write "sam.", or "sa" where there is little room."""
    return format_date(day, "EEE" if whole else "EEEEEE", locale=get_locale()).rstrip(".")


@blueprint.app_template_filter("day_number")
def day_number(day: date) -> str:
    """Write "6 juin" as short as it stays clear."""
    return format_date(day, "d MMM", locale=get_locale())


@blueprint.get("/planning")
@allowed(Action.SEE_BOARD)
def index() -> ResponseReturnValue:
    """Show who has what, what is free, where it is short."""
    with database().read() as uow:
        page = _page(uow)
    return render_template("board/index.html", page=page)


def _page(uow: UnitOfWork) -> BoardPage:
    authorities = list_authorities(uow, principal().authority_scope(Action.SEE_BOARD))
    authority_id = request.args.get("authority", type=whole_number)
    category_id = request.args.get("category", type=whole_number)
    place = next((a for a in authorities if authority_id in (None, a.id)), None)
    g.zone = zone = ZoneInfo(place.timezone) if place else DEFAULT_ZONE
    today = to_local(uow.now, zone).date()
    zoom = Zoom(request.args["zoom"]) if request.args.get("zoom") in list(Zoom) else Zoom.MONTH
    first = first_day(zoom, _asked_day() or today)
    closed = _closed(uow, place, first, following(zoom, first))
    depots = {depot.id: depot.name for depot in place.depots} if place else {}
    columns = columns_from(zoom, first, zone, today, closed.at_all(depots), closed.notes(depots))
    board = read_board(
        uow,
        principal(),
        BoardFilter(
            authority_ids=frozenset({authority_id} if authority_id else ()),
            category_ids=frozenset({category_id} if category_id else ()),
        ),
        [column.interval for column in columns],
    )
    shown = request.args.get("show", "all")
    categories = _narrowed(board, shown)
    return BoardPage(
        zoom=zoom,
        zooms=tuple(
            (
                gettext(each.label),
                _url(zoom=each.value, start=_kept_day(each, first, today)),
                each is zoom,
            )
            for each in Zoom
        ),
        first=first,
        last=columns[-1].last,
        columns=columns,
        months=months_of(columns),
        categories=categories,
        families=tuple(
            (entry.id, entry.name_en if entry.name_en and language() == "en" else entry.name)
            for entry in list_categories(uow)
        ),
        authorities=tuple(authorities),
        category_id=category_id,
        authority_id=authority_id,
        shown=shown if shown in SHOWN else "all",
        items=sum(len(category.items) for category in categories),
        short_items=sum(item.is_short for category in board for item in category.items),
        may_close=principal().can(Action.MANAGE_CLOSURES),
        previous_url=_url(start=previous(zoom, first)),
        next_url=_url(start=following(zoom, first)),
        today_url=_url(start=""),
    )


def _asked_day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("start", ""))
    except ValueError:
        return None


def _kept_day(zoom: Zoom, first: date, today: date) -> date:
    """Return where another zoom begins: today while it is in sight, or else the same place."""
    here = first_day(zoom, today) <= first < following(zoom, first_day(zoom, today))
    return today if here else first


def _closed(uow: UnitOfWork, place: AuthorityView | None, first: date, after: date) -> ClosedDays:
    return closed_days(uow, place.id, first, after, language()) if place else ClosedDays()


def _narrowed(board: Sequence[BoardCategory], shown: str) -> tuple[BoardCategory, ...]:
    """Leave out the items that nobody uses, or that are not short."""
    if shown not in ("busy", "short"):
        return tuple(board)
    narrowed = (
        replace(
            category,
            items=tuple(
                item
                for item in category.items
                if (item.is_short if shown == "short" else item.rows or item.is_short)
            ),
        )
        for category in board
    )
    return tuple(category for category in narrowed if category.items)


def _url(**changes: object) -> str:
    kept = {name: value for name, value in request.args.items() if value}
    merged = {**kept, **{name: str(value) for name, value in changes.items()}}
    return url_for("board.index", **{name: value for name, value in merged.items() if value})  # type: ignore[arg-type]
