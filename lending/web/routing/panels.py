"""What the page of a decision shows of where a request belongs."""

from dataclasses import dataclass

from lending.bookings.detail import BookingDetail
from lending.db.database import UnitOfWork
from lending.equity.routing.following import Trail, trail_of
from lending.equity.routing.opinions import Opinions, opinions_of
from lending.equity.routing.targets import Targets, find_targets
from lending.web.context import principal
from lending.web.routing.words import why


@dataclass(frozen=True)
class RoutingPanel:
    """Where a request came from, went to, or had better go, and what departments think of it."""

    trail: Trail
    opinions: Opinions
    can_pass_on: bool
    advice: str = ""
    """Which other authority can help, and why."""
    is_elsewhere: bool = False
    """Whether it is the business of another authority and not of this one."""


def read_routing(uow: UnitOfWork, booking: BookingDetail) -> RoutingPanel:
    """Return the panel of a booking that the reader may see."""
    trail = trail_of(uow, principal(), booking.id)
    heard = opinions_of(uow, principal(), booking.id)
    if not booking.allows("redirect"):
        return RoutingPanel(trail, heard, can_pass_on=False)
    targets: Targets = find_targets(uow, booking.id)
    suggested = targets.suggested
    return RoutingPanel(
        trail,
        heard,
        can_pass_on=bool(targets.others),
        advice=why(suggested) if suggested else "",
        is_elsewhere=targets.better is not None,
    )
