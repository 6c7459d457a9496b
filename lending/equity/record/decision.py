"""What a decision is: plain values, as whoever decides hands them over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lending.i18n import N_


class Kind(StrEnum):
    """What was decided."""

    GRANT = "grant"
    GRANT_IN_PART = "grant_in_part"
    REFUSE = "refuse"
    WAIT = "wait"
    """Put on the waiting list by the lender."""
    SERVE = "serve"
    """Served from the waiting list."""
    REDIRECT = "redirect"
    OVERRIDE = "override"
    CANCEL = "cancel"
    EXPIRE = "expire"
    ALLOCATE = "allocate"

    @property
    def label(self) -> str:
        """Return the gettext id of the kind's name."""
        return _KINDS[self]


_KINDS = {
    Kind.GRANT: N_("Granted"),
    Kind.GRANT_IN_PART: N_("Granted in part"),
    Kind.REFUSE: N_("Refused"),
    Kind.WAIT: N_("Moved to the waiting list"),
    Kind.SERVE: N_("Served from the waiting list"),
    Kind.REDIRECT: N_("Sent on to another lender"),
    Kind.OVERRIDE: N_("Decided against the rule"),
    Kind.CANCEL: N_("Cancelled"),
    Kind.EXPIRE: N_("Lapsed without a decision"),
    Kind.ALLOCATE: N_("Allocated in a round"),
}


class Rule(StrEnum):
    """By what a decision was made; the value is kept for ever."""

    ARRIVAL = "arrival"
    ROUND = "round"
    OVERRIDE = "override"
    STAFF = "staff"
    WAITING_LIST = "waiting_list"
    BORROWER = "borrower"
    DEADLINE = "deadline"

    @property
    def label(self) -> str:
        """Return the gettext id of the rule in words."""
        return _RULES[self]


_RULES = {
    Rule.ARRIVAL: N_("By the order of complete files"),
    Rule.ROUND: N_("By an allocation round"),
    Rule.OVERRIDE: N_("Against the rule, with a reason"),
    Rule.STAFF: N_("By the lender's staff"),
    Rule.WAITING_LIST: N_("Who waited longest comes first"),
    Rule.BORROWER: N_("By the borrower"),
    Rule.DEADLINE: N_("The time was over"),
}


@dataclass(frozen=True)
class Author:
    """Who decided, by number only: a person, a program with a token, or the installation."""

    role: str
    """A role of the table of permissions, or `installation`."""
    user_id: int | None = None
    token_id: int | None = None


INSTALLATION = Author("installation")


@dataclass(frozen=True)
class Stock:
    """What there was of an item at the moment of the decision, for its dates."""

    stock: int
    free: int
    """Signed, over the whole loan; what the booking itself holds does not count as taken."""


@dataclass(frozen=True)
class Decision:
    """A decision to be recorded. Nothing personal is in it but `reason`, kept apart."""

    kind: Kind
    rule: Rule
    author: Author
    inputs: Mapping[str, object]
    """The facts it was made on (see canonical.py for what may be in it)."""
    result: Mapping[str, object]
    booking_id: int | None = None
    round_id: int | None = None
    policy_id: int | None = None
    rank: int | None = None
    stock: Mapping[int, Stock] = field(default_factory=dict)
    """By number of the item."""
    reason_code: str | None = None
    reason: str = ""
    """In words. They can be erased; what stays in the chain is a salted digest."""
