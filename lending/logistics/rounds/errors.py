"""What can go wrong with plans."""

from lending.errors import LendingError
from lending.i18n import N_
from lending.logistics.planner.plans import Obstacle


class DoesNotFit(LendingError):
    """A task cannot be put there; nothing was changed.

    `obstacle` is what is in the way of the task, none if it would have found room; `pushed` are the
    tasks, by number, that would lose their place.
    """

    code = "does_not_fit"
    default_message = N_("This task does not fit there; nothing was changed.")

    def __init__(self, obstacle: Obstacle | None = None, pushed: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.obstacle = obstacle
        self.pushed = pushed


class ProposalOutdated(LendingError):
    """Bookings, crews or work changed since the plan was proposed."""

    code = "proposal_outdated"
    default_message = N_(
        "Bookings or crews changed since this plan was worked out. Ask for a new one."
    )
