"""What messages there are, in families, and how people want to hear of them."""

from dataclasses import dataclass
from enum import StrEnum

from lending.i18n import N_


class Family(StrEnum):
    """Messages that somebody wants, or does not want, in the same way."""

    REQUESTS = "requests"
    LOANS = "loans"
    ASSOCIATION = "association"
    DUTIES = "duties"
    ROUNDS = "rounds"

    @property
    def label(self) -> str:
        """Return the gettext id of the family's name."""
        return FAMILIES[self][0]

    @property
    def hint(self) -> str:
        """Return the gettext id of what is in it."""
        return FAMILIES[self][1]


FAMILIES = {
    Family.REQUESTS: (
        N_("Answers to your requests"),
        N_("Received, something missing, granted, refused, waiting list, cancelled"),
    ),
    Family.LOANS: (
        N_("Your loans"),
        N_("Agreement to sign, insurance, reminder, wind, late return, charges"),
    ),
    Family.ASSOCIATION: (
        N_("Your registration and papers"),
        N_("Verified, accepted, or what is wrong"),
    ),
    Family.DUTIES: (
        N_("What is to be done"),
        N_("New requests and papers, signed agreements, shortages, wind, contested charges"),
    ),
    Family.ROUNDS: (N_("Rounds"), N_("Tomorrow's round, what changes in it, and the wind")),
}


class Pace(StrEnum):
    """How soon somebody wants a mail."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"

    @property
    def label(self) -> str:
        """Return the gettext id of the choice in words."""
        return {
            "at_once": N_("By mail, at once"),
            "daily": N_("By mail, once a day"),
            "never": N_("Only here"),
        }[self.value]


USUAL_PACE = {
    Family.REQUESTS: Pace.AT_ONCE,
    Family.LOANS: Pace.AT_ONCE,
    Family.ASSOCIATION: Pace.AT_ONCE,
    Family.DUTIES: Pace.DAILY,
    Family.ROUNDS: Pace.AT_ONCE,
}
"""What holds for who has chosen nothing."""


class Delivery(StrEnum):
    """Where the mail of a message stands."""

    WAITING = "waiting"
    """It is to be mailed, once it is due."""
    SENT = "sent"
    """A mail server took it."""
    GROUPED = "grouped"
    """It went, or goes, with others in one mail."""
    FAILED = "failed"
    NONE = "none"
    """It stands in the application only."""


class Kind(StrEnum):
    """What a message says; also the name of its folder in templates/emails."""

    ACKNOWLEDGEMENT = "acknowledgement"
    MISSING_PIECE = "missing_piece"
    GRANTED = "granted"
    GRANTED_IN_PART = "granted_in_part"
    REFUSED = "refused"
    WAITING_LIST = "waiting_list"
    PASSED_ON = "passed_on"
    SERVED = "served"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    TAKEN_BACK = "taken_back"
    AGREEMENT = "agreement"
    SIGNING_LINK = "signing_link"
    """Its mail carries the address to sign at, which is kept nowhere else."""
    INSURANCE = "insurance"
    REMINDER = "reminder"
    WIND_NO_GO = "wind_no_go"
    WIND_GO = "wind_go"
    LATE_RETURN = "late_return"
    SHORTAGE = "shortage"
    CHARGE_PROPOSED = "charge_proposed"
    CHARGE_DECIDED = "charge_decided"
    VERIFIED = "verified"
    REJECTED = "rejected"
    PAPER_ACCEPTED = "paper_accepted"
    PAPER_DECLINED = "paper_declined"
    NEW_REQUEST = "new_request"
    REQUEST_CANCELLED = "request_cancelled"
    PAPERS_TO_CHECK = "papers_to_check"
    AGREEMENT_SIGNED = "agreement_signed"
    CHARGE_CONTESTED = "charge_contested"
    WIND_DECIDED = "wind_decided"
    STOCK_SHORT = "stock_short"
    ROUND_ADOPTED = "round_adopted"
    ROUND_TOMORROW = "round_tomorrow"
    ROUNDS_CHANGED = "rounds_changed"
    WIND_ON_ROUND = "wind_on_round"
    DIGEST = "digest"
    """Several messages in one mail; it stands nowhere else."""

    @property
    def family(self) -> Family:
        """Return the family that it belongs to."""
        return NATURES[self].family

    @property
    def is_required(self) -> bool:
        """Whether the law wants it to reach the organisation, whatever it prefers."""
        return NATURES[self].is_required

    @property
    def is_mailed(self) -> bool:
        """Whether it is mailed at all, or stands in the application only."""
        return NATURES[self].is_mailed

    @property
    def action(self) -> str:
        """Return the gettext id of what its button says."""
        return NATURES[self].action


@dataclass(frozen=True)
class Nature:
    """What holds for all messages of a kind."""

    family: Family
    action: str
    """A gettext id: what its one button says."""
    is_required: bool = False
    is_mailed: bool = True


SEE_REQUEST, SEE_LOAN = N_("See your request"), N_("See your loan")
OPEN_REQUEST = N_("Open the request")
SIGN, SEE_CHARGE = N_("Read and sign the agreement"), N_("See the charge")

NATURES = {
    Kind.ACKNOWLEDGEMENT: Nature(Family.REQUESTS, SEE_REQUEST, is_required=True),
    Kind.MISSING_PIECE: Nature(Family.REQUESTS, N_("Complete your request"), is_required=True),
    Kind.GRANTED: Nature(Family.REQUESTS, N_("See what you receive"), is_required=True),
    Kind.GRANTED_IN_PART: Nature(
        Family.REQUESTS, N_("See what you receive, and why"), is_required=True
    ),
    Kind.REFUSED: Nature(Family.REQUESTS, N_("Read why"), is_required=True),
    Kind.WAITING_LIST: Nature(Family.REQUESTS, SEE_REQUEST, is_required=True),
    Kind.PASSED_ON: Nature(Family.REQUESTS, N_("See where it goes"), is_required=True),
    Kind.SERVED: Nature(Family.REQUESTS, SEE_REQUEST, is_required=True),
    Kind.LAPSED: Nature(Family.REQUESTS, SEE_REQUEST, is_required=True),
    Kind.CANCELLED: Nature(Family.REQUESTS, SEE_REQUEST, is_required=True),
    Kind.TAKEN_BACK: Nature(Family.REQUESTS, N_("See what remains, and why"), is_required=True),
    Kind.AGREEMENT: Nature(Family.LOANS, SIGN),
    Kind.SIGNING_LINK: Nature(Family.LOANS, SIGN, is_required=True),
    Kind.INSURANCE: Nature(Family.LOANS, N_("Hand in the certificate")),
    Kind.REMINDER: Nature(Family.LOANS, SEE_LOAN),
    Kind.WIND_NO_GO: Nature(Family.LOANS, SEE_LOAN, is_required=True),
    Kind.WIND_GO: Nature(Family.LOANS, SEE_LOAN, is_required=True),
    Kind.LATE_RETURN: Nature(Family.LOANS, SEE_LOAN),
    Kind.SHORTAGE: Nature(Family.LOANS, SEE_LOAN),
    Kind.CHARGE_PROPOSED: Nature(Family.LOANS, SEE_CHARGE, is_required=True),
    Kind.CHARGE_DECIDED: Nature(Family.LOANS, SEE_CHARGE, is_required=True),
    Kind.VERIFIED: Nature(Family.ASSOCIATION, N_("Choose your dates")),
    Kind.REJECTED: Nature(Family.ASSOCIATION, N_("Correct your registration"), is_required=True),
    Kind.PAPER_ACCEPTED: Nature(Family.ASSOCIATION, N_("See the paper"), is_mailed=False),
    Kind.PAPER_DECLINED: Nature(Family.ASSOCIATION, N_("Hand in another paper"), is_required=True),
    Kind.NEW_REQUEST: Nature(Family.DUTIES, OPEN_REQUEST),
    Kind.REQUEST_CANCELLED: Nature(Family.DUTIES, OPEN_REQUEST),
    Kind.PAPERS_TO_CHECK: Nature(Family.DUTIES, N_("Look at the papers")),
    Kind.AGREEMENT_SIGNED: Nature(Family.DUTIES, N_("See the documents")),
    Kind.CHARGE_CONTESTED: Nature(Family.DUTIES, SEE_CHARGE),
    Kind.WIND_DECIDED: Nature(Family.DUTIES, OPEN_REQUEST),
    Kind.STOCK_SHORT: Nature(Family.DUTIES, N_("See the shortage")),
    Kind.ROUND_ADOPTED: Nature(Family.DUTIES, N_("See the result")),
    Kind.ROUND_TOMORROW: Nature(Family.ROUNDS, N_("Open the round")),
    Kind.ROUNDS_CHANGED: Nature(Family.ROUNDS, N_("Open the rounds")),
    Kind.WIND_ON_ROUND: Nature(Family.ROUNDS, N_("Open the round")),
    Kind.DIGEST: Nature(Family.DUTIES, N_("Read your messages")),
}

TOLD = frozenset(Kind) - {Kind.DIGEST}
"""The kinds that say something of their own."""
