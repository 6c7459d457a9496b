"""Where a round and a run of the planner stand."""

from enum import StrEnum

from lending.i18n import N_


class Version(StrEnum):
    """Which of the two plans of a day a round belongs to."""

    DRAFT = "draft"
    """What dispatchers change; crews do not see it."""
    PUBLISHED = "published"
    """What crews see and work by."""


class RunState(StrEnum):
    """Where a run of the planner stands."""

    WAITING = "waiting"
    """For the worker."""
    RUNNING = "running"
    PROPOSED = "proposed"
    """It found a plan that somebody has yet to look at."""
    APPLIED = "applied"
    DROPPED = "dropped"
    """Nobody wanted it, or another run was asked for."""
    FAILED = "failed"

    @property
    def label(self) -> str:
        """Return the gettext id of the state's name."""
        return RUN_LABELS[self]


RUN_LABELS = {
    RunState.WAITING: N_("Waiting for its turn"),
    RunState.RUNNING: N_("Being worked out"),
    RunState.PROPOSED: N_("To be looked at"),
    RunState.APPLIED: N_("Applied"),
    RunState.DROPPED: N_("Not used"),
    RunState.FAILED: N_("Failed"),
}

UNDECIDED = frozenset({RunState.WAITING, RunState.RUNNING, RunState.PROPOSED})
"""A week has at most one such run."""
