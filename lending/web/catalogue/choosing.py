"""How what is seen in the catalogue gets into a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from calendars.intervals import Interval
from lending.accounts.permissions import Action
from lending.bookings.detail import BookingDetail
from lending.catalogue.queries import ItemSummary
from lending.db.database import UnitOfWork
from lending.web.bookings.current import current_draft, running_list
from lending.web.context import principal
from lending.web.dates import ChosenDates
from lending.web.widgets import RunningList


@dataclass(frozen=True)
class Choosing:
    """Where quantities are sent: to the request that is being prepared, or to begin one."""

    in_draft: bool
    url: str
    hidden: Markup
    """The fields that every form of a card carries, written once for all of them."""
    start_url: str = ""
    start_query: str = ""
    quantities: Mapping[int, int] = field(default_factory=dict)
    """What the request holds so far, by item."""
    elsewhere: frozenset[int] = frozenset()
    """Items of another lender than the request's: they are asked for separately."""
    draft: BookingDetail | None = None

    @property
    def running(self) -> RunningList | None:
        """What is chosen so far."""
        return running_list(self.draft) if self.draft else None

    def other_dates(self, dates: ChosenDates) -> Interval | None:
        """Return the dates of the request when the page is for others."""
        if self.draft is None or dates.period == self.draft.period:
            return None
        return self.draft.period


def choosing_for(
    uow: UnitOfWork, dates: ChosenDates, items: Sequence[ItemSummary]
) -> Choosing | None:
    """Return how the reader chooses among the items; None for those who only look."""
    if not may_choose():
        return None
    draft = current_draft(uow)
    if draft is None:
        return Choosing(
            in_draft=False, url=url_for("bookings.start"), hidden=_hidden_fields(dates.arguments)
        )
    return Choosing(
        in_draft=True,
        url=url_for("bookings.set_line", booking_id=draft.id),
        hidden=_hidden_fields({"csrf_token": generate_csrf()}),
        start_url=url_for("bookings.start"),
        start_query=urlencode(dates.arguments),
        quantities={line.item_id: line.quantity for line in draft.line_views},
        elsewhere=frozenset(item.id for item in items if item.authority_id != draft.authority_id),
        draft=draft,
    )


def may_choose() -> bool:
    """Return whether the reader may ask for equipment, or might after signing in."""
    return principal().is_anonymous or principal().can(Action.CREATE_BOOKING)


def _hidden_fields(values: Mapping[str, str]) -> Markup:
    line = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(line.format(name, value) for name, value in values.items())
