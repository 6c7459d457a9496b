"""What sorts of field work there are, and where a piece of it stands."""

from enum import StrEnum

from lending.i18n import N_


class TaskKind(StrEnum):
    """A sort of field work, in the order in which a loan needs it."""

    PREPARE = "prepare"
    DELIVER = "deliver"
    """With the set-up where it was asked for: one visit by one crew."""
    CONNECT = "connect"
    """What is electrical, once it is there, by somebody who may."""
    HAND_OUT = "hand_out"
    """At the counter of the depot, to a borrower who comes to collect."""
    DISCONNECT = "disconnect"
    """What was connected, before it is collected."""
    COLLECT = "collect"
    """With the take-down where the set-up was asked for."""
    TAKE_BACK = "take_back"
    """At the counter of the depot."""
    CHECK_IN = "check_in"

    @property
    def label(self) -> str:
        """Return the gettext id of the kind's name."""
        return KIND_LABELS[self]

    @property
    def is_on_site(self) -> bool:
        """Whether it is done where the event is, and not at the depot."""
        return self in ON_SITE

    @property
    def is_hauled(self) -> bool:
        """Whether it carries something between the depot and the site."""
        return self in (TaskKind.DELIVER, TaskKind.COLLECT)


ON_SITE = frozenset({TaskKind.DELIVER, TaskKind.CONNECT, TaskKind.DISCONNECT, TaskKind.COLLECT})

KIND_LABELS = {
    TaskKind.PREPARE: N_("Prepare the equipment"),
    TaskKind.DELIVER: N_("Deliver the equipment"),
    TaskKind.CONNECT: N_("Connect what is electrical"),
    TaskKind.HAND_OUT: N_("Hand over at the counter"),
    TaskKind.DISCONNECT: N_("Disconnect what is electrical"),
    TaskKind.COLLECT: N_("Collect the equipment"),
    TaskKind.TAKE_BACK: N_("Take back at the counter"),
    TaskKind.CHECK_IN: N_("Count and put away"),
}


class TaskState(StrEnum):
    """Where a task stands."""

    TO_DO = "to_do"
    STARTED = "started"
    DONE = "done"
    PARTIAL = "partial"
    """Somebody did a part of it; the rest waits for who plans."""
    PROBLEM = "problem"
    """Somebody was there, and it could not be done."""
    CANCELLED = "cancelled"
    """The booking needs it no more."""

    @property
    def label(self) -> str:
        """Return the gettext id of the state's name."""
        return STATE_LABELS[self]


STATE_LABELS = {
    TaskState.TO_DO: N_("To be done"),
    TaskState.STARTED: N_("Under way"),
    TaskState.DONE: N_("Done"),
    TaskState.PARTIAL: N_("Partly done"),
    TaskState.PROBLEM: N_("Problem reported"),
    TaskState.CANCELLED: N_("No longer needed"),
}

OPEN = frozenset({TaskState.TO_DO, TaskState.STARTED, TaskState.PARTIAL, TaskState.PROBLEM})
"""What somebody still has to see to."""

STARTABLE = frozenset({TaskState.TO_DO, TaskState.PARTIAL, TaskState.PROBLEM})
FINISHABLE = OPEN
STOPPABLE = frozenset({TaskState.TO_DO, TaskState.STARTED})


class Told(StrEnum):
    """What those who do the work tell of a task."""

    STARTED = "started"
    DONE = "done"
    PARTIAL = "partial"
    IMPOSSIBLE = "impossible"
    NOTE = "note"
    PHOTO = "photo"
    SIGNED = "signed"
    """Somebody on the spot confirmed it, by hand or by name."""

    @property
    def label(self) -> str:
        """Return the gettext id of what was told."""
        return TOLD_LABELS[self]


TOLD_LABELS = {
    Told.STARTED: N_("Begun"),
    Told.DONE: N_("Done"),
    Told.PARTIAL: N_("Partly done"),
    Told.IMPOSSIBLE: N_("Not possible"),
    Told.NOTE: N_("Note"),
    Told.PHOTO: N_("Photo"),
    Told.SIGNED: N_("Signature"),
}

LEADS_TO = {
    Told.STARTED: TaskState.STARTED,
    Told.DONE: TaskState.DONE,
    Told.PARTIAL: TaskState.PARTIAL,
    Told.IMPOSSIBLE: TaskState.PROBLEM,
}
"""Where a task stands once this was told of it; what is not here changes nothing."""
