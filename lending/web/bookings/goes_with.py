"""What goes with what a draft asks for: proposed with one click, warned of where it is required."""

from dataclasses import dataclass

from flask_babel import gettext

from lending.bookings.detail import BookingDetail
from lending.catalogue.companions import companions_of, needs_of
from lending.catalogue.queries import get_items
from lending.db.database import UnitOfWork
from lending.web.catalogue.cards import item_name
from lending.web.formats import number


@dataclass(frozen=True)
class GoesWith:
    """An item of which too little is asked for beside the rest."""

    item_id: int
    name: str
    missing: int
    total: int
    """How many the request would ask for."""
    is_required: bool
    words: str


def goes_with(uow: UnitOfWork, booking: BookingDetail) -> tuple[GoesWith, ...]:
    """Return what is missing beside what a draft asks for, what is required first."""
    pieces = {line.item_id: line.requested for line in booking.line_views}
    missing = [need for need in needs_of(pieces, companions_of(uow, pieces)) if need.missing]
    wanted = {need.item_id for need in missing} | {i for need in missing for i in need.with_items}
    names = {number: item_name(item) for number, item in get_items(uow, wanted).items()}
    return tuple(
        GoesWith(
            item_id=need.item_id,
            name=names[need.item_id],
            missing=need.missing,
            total=need.there + need.missing,
            is_required=need.is_required,
            words=gettext(
                "%(others)s: %(needed)s × %(name)s go with them, you ask for %(there)s.",
                others=", ".join(f"{number(pieces[i])} × {names[i]}" for i in need.with_items),
                needed=number(need.needed),
                name=names[need.item_id],
                there=number(need.there),
            ),
        )
        for need in sorted(missing, key=lambda need: not need.is_required)
    )
