"""What happens at the hand-over, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StatementMade:
    """Somebody told what left or came back; whether it counts, the statement says."""

    statement_id: int


@dataclass(frozen=True)
class ChargeChanged:
    """A charge was proposed, or went from one state to another."""

    charge_id: int


@dataclass(frozen=True)
class LoanIsLate:
    """A loan is not back some hours after its end; told once for each loan, by day."""

    booking_id: int
