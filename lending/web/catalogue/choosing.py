"""How what is seen in the catalogue gets into a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app, url_for
from markupsafe import Markup

from lending.accounts.permissions import Action
from lending.web.context import principal
from lending.web.dates import ChosenDates


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


def choosing_for(dates: ChosenDates) -> Choosing | None:
    """Return how the reader chooses equipment; None for those who only look."""
    if not may_choose() or "bookings.start" not in current_app.view_functions:
        return None
    return Choosing(
        in_draft=False, url=url_for("bookings.start"), hidden=_hidden_fields(dates.arguments)
    )


def may_choose() -> bool:
    """Return whether the reader may ask for equipment, or might after signing in."""
    return principal().is_anonymous or principal().can(Action.CREATE_BOOKING)


def _hidden_fields(values: Mapping[str, str]) -> Markup:
    line = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(line.format(name, value) for name, value in values.items())
