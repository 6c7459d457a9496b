"""What sorts of documents there are, and which of them a booking can have where it stands."""

from enum import StrEnum

from lending.bookings.states import GRANTED, State
from lending.i18n import N_


class Kind(StrEnum):
    """A sort of document, in the order in which a loan needs it."""

    ACKNOWLEDGEMENT = "acknowledgement"
    DECISION = "decision"
    AGREEMENT = "agreement"
    PLAN = "plan"
    """Who does what when, on both sides."""
    PICK_LIST = "pick_list"
    DELIVERY_NOTE = "delivery_note"
    RETURN_NOTE = "return_note"
    INVENTORY = "inventory"
    """In which condition things left and came back."""
    DAMAGE = "damage"
    """What came back dirty, broken or not at all, and what is charged for it."""
    STATEMENT = "statement"
    """What the loans of a year were worth: of an organisation, not of a booking."""

    @property
    def label(self) -> str:
        """Return the gettext id of the kind's name."""
        return LABELS[self]

    @property
    def purpose(self) -> str:
        """Return the gettext id of what it is for, in a sentence."""
        return PURPOSES[self]

    @property
    def prefix(self) -> str:
        """Return what its numbers begin with, by the French name."""
        return PREFIXES[self]

    @property
    def is_act(self) -> bool:
        """Whether somebody who may do so has to sign it for the authority."""
        return self in ACTS

    @property
    def is_internal(self) -> bool:
        """Whether it is for the staff alone."""
        return self is Kind.PICK_LIST

    def fits(self, state: State) -> bool:
        """Return whether a booking in this state can have one."""
        return state in STATES.get(self, frozenset())


LABELS = {
    Kind.ACKNOWLEDGEMENT: N_("Acknowledgement of receipt"),
    Kind.DECISION: N_("Decision letter"),
    Kind.AGREEMENT: N_("Loan agreement"),
    Kind.PLAN: N_("Commitment plan"),
    Kind.PICK_LIST: N_("Pick list"),
    Kind.DELIVERY_NOTE: N_("Delivery note"),
    Kind.RETURN_NOTE: N_("Return note"),
    Kind.INVENTORY: N_("Statement of condition"),
    Kind.DAMAGE: N_("Damage report"),
    Kind.STATEMENT: N_("Statement of value"),
}

PURPOSES = {
    Kind.ACKNOWLEDGEMENT: N_(
        "Says when the request came, what is missing, and until when to wait."
    ),
    Kind.DECISION: N_("Says what is granted or refused, why, and how to appeal."),
    Kind.AGREEMENT: N_("Says what each side owes; the association signs it."),
    Kind.PLAN: N_("Says who does what when, on both sides."),
    Kind.PICK_LIST: N_("For the depot: what to take from the shelves."),
    Kind.DELIVERY_NOTE: N_("What left the depot, signed by who received it."),
    Kind.RETURN_NOTE: N_("What came back, counted."),
    Kind.INVENTORY: N_("In which condition things left and came back."),
    Kind.DAMAGE: N_("What is charged for damage, by which scale; for the finance department."),
    Kind.STATEMENT: N_("What the loans of a year were worth, for the accounts."),
}

PREFIXES = {
    Kind.ACKNOWLEDGEMENT: "AR",
    Kind.DECISION: "DEC",
    Kind.AGREEMENT: "CONV",
    Kind.PLAN: "PE",
    Kind.PICK_LIST: "BP",
    Kind.DELIVERY_NOTE: "BL",
    Kind.RETURN_NOTE: "BR",
    Kind.INVENTORY: "EDL",
    Kind.DAMAGE: "CD",
    Kind.STATEMENT: "AV",
}

ACTS = frozenset({Kind.DECISION, Kind.AGREEMENT, Kind.STATEMENT})

_SENT = frozenset(State) - {State.DRAFT}
_LENT = GRANTED | {State.OUT, State.RETURNED, State.CLOSED}
_GONE = frozenset({State.OUT, State.RETURNED, State.CLOSED})

STATES = {
    Kind.ACKNOWLEDGEMENT: _SENT,
    Kind.DECISION: _LENT | {State.REFUSED},
    Kind.AGREEMENT: _LENT,
    Kind.PLAN: _LENT,
    Kind.PICK_LIST: GRANTED,
    Kind.DELIVERY_NOTE: _LENT,
    Kind.RETURN_NOTE: _GONE,
    Kind.INVENTORY: _GONE,
    Kind.DAMAGE: _GONE,
}

OF_BOOKINGS = tuple(STATES)
"""The kinds that a booking can have, in order."""


class Signing(StrEnum):
    """Whether an authority wants its agreements signed before anything leaves."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"

    @property
    def label(self) -> str:
        """Return the gettext id of the choice in words."""
        return {
            "required": N_("Must be signed before anything leaves"),
            "optional": N_("May be signed"),
            "none": N_("No agreement is signed"),
        }[self.value]


class Way(StrEnum):
    """How an agreement was signed."""

    SCREEN = "screen"
    HAND = "hand"
    """On paper, of which a copy was handed in."""
