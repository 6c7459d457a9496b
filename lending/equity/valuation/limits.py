"""How near the aid of a year comes to the limit from which an agreement is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import func, select

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.db.database import UnitOfWork
from lending.equity.valuation.models import LoanValue
from lending.equity.valuation.service import (
    current_value,
    read_breakdown,
    value_if_granted,
    year_of,
)
from lending.equity.valuation.tariff import Valuation
from lending.i18n import N_
from lending.organisations.models import Organisation, OrganisationKind
from lending.policies.queries import rules_in_force


class Level(StrEnum):
    """How near a sum comes to the limit."""

    BELOW = "below"
    NEAR = "near"
    REACHED = "reached"

    @property
    def label(self) -> str:
        """Return the gettext id of the level in words."""
        return {
            "below": N_("Below the limit"),
            "near": N_("Near the limit"),
            "reached": N_("Limit reached"),
        }[self.value]


@dataclass(frozen=True)
class Limit:
    """From which sum of aid within a year an agreement is due, and when to tell before."""

    cents: int
    warning_percent: int

    def level(self, cents: int) -> Level:
        """Return how near a sum comes."""
        if cents >= self.cents:
            return Level.REACHED
        if 100 * cents >= self.warning_percent * self.cents:
            return Level.NEAR
        return Level.BELOW

    def percent(self, cents: int) -> int:
        """Return a sum in percent of the limit, never rounded up to what it has not reached."""
        return 100 * cents // self.cents if self.cents else 100


@dataclass(frozen=True)
class YearWithLoan:
    """What a loan is worth, and what the year of its borrower comes to with it."""

    valuation: Valuation
    is_granted: bool
    """Whether it counts already, or would if it were granted."""
    year: int
    others_cents: int
    """What the other loans of the same year are worth."""
    limit: Limit | None
    """None where no agreement is ever due: the borrower is no association."""

    @property
    def cents(self) -> int:
        """What the year comes to with this loan."""
        return self.others_cents + self.valuation.cents

    @property
    def level(self) -> Level:
        """How near the limit that is."""
        return self.limit.level(self.cents) if self.limit else Level.BELOW

    @property
    def percent(self) -> int:
        """The year with this loan, in percent of the limit."""
        return self.limit.percent(self.cents) if self.limit else 0

    @property
    def crosses(self) -> bool:
        """Whether it is this very loan that reaches the limit."""
        return self.level is Level.REACHED and (
            self.limit is not None and self.limit.level(self.others_cents) is not Level.REACHED
        )


def year_with_loan(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    granted: Mapping[int, int] | None = None,
) -> YearWithLoan:
    """Return what a booking is worth, or would be with these pieces (item to quantity) granted.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor does not see what this authority's loans
            are worth.
    """
    booking = load_for(uow, actor, booking_id, Action.SEE_VALUE, lock=False)
    row = current_value(uow, booking.id)
    return YearWithLoan(
        valuation=read_breakdown(row) if row else value_if_granted(uow, booking, granted),
        is_granted=row is not None,
        year=year_of(booking),
        others_cents=_others(uow, booking),
        limit=limit_for(uow, booking.organisation, booking.authority_id, year_of(booking)),
    )


def limit_for(
    uow: UnitOfWork, organisation: Organisation, authority_id: int, year: int
) -> Limit | None:
    """Return the limit that holds for a borrower; agreements are due of associations alone."""
    if organisation.kind is not OrganisationKind.ASSOCIATION:
        return None
    return limit_of(uow, authority_id, year)


def limit_of(uow: UnitOfWork, authority_id: int, year: int) -> Limit:
    """Return the limit of an authority: of the rules in force now, or at the end of a past year."""
    end = datetime(year, 12, 31, 12, tzinfo=UTC)
    rules = rules_in_force(uow.session, authority_id, min(uow.now, end)).rules
    return Limit(rules.in_kind_limit_cents, rules.in_kind_warning_percent)


def _others(uow: UnitOfWork, booking: Booking) -> int:
    query = select(func.coalesce(func.sum(LoanValue.cents), 0)).where(
        LoanValue.organisation_id == booking.organisation_id,
        LoanValue.authority_id == booking.authority_id,
        LoanValue.year == year_of(booking),
        LoanValue.replaced_at.is_(None),
        LoanValue.booking_id != booking.id,
    )
    return int(uow.session.scalar(query) or 0)
