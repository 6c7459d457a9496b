"""What a lending policy sets: one frozen set of parameters, each with its bounds.

Where a default comes from an observed rule, its figure is that of the most usual one in French
municipal lending rules; an authority votes its own.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lending.i18n import N_

MOST_DAYS = 730
HEAVY_CREW = 3
"""From how many people for one piece equipment counts as heavy: stages, marquees, stands."""
Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]
SomeDays = Annotated[int, Field(ge=1, le=MOST_DAYS)]
Percent = Annotated[int, Field(ge=0, le=100)]
Cents = Annotated[int, Field(ge=0, le=100_000_000)]


class Territory(StrEnum):
    """What must lie in the communes of the authority."""

    SEAT_OR_EVENT = "seat_or_event"
    SEAT = "seat"
    EVENT = "event"
    SEAT_AND_EVENT = "seat_and_event"

    @property
    def label(self) -> str:
        """Return the gettext id of the rule in words."""
        return {
            "seat_or_event": N_("The seat of the borrower or the place of the event"),
            "seat": N_("The seat of the borrower"),
            "event": N_("The place of the event"),
            "seat_and_event": N_("The seat of the borrower and the place of the event"),
        }[self.value]


class Late(StrEnum):
    """What becomes of a request that comes later than the lead time."""

    LEFTOVERS = "leftovers"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """Return the gettext id of the rule in words."""
        return {
            "leftovers": N_("Examined with what is left, without any promise"),
            "refused": N_("Refused"),
        }[self.value]


class PriorityClass(StrEnum):
    """Who asks, as far as the order of service goes."""

    SAFETY = "safety"
    OWN = "own"
    SCHOOLS = "schools"
    ASSOCIATIONS = "associations"
    PUBLIC_BODIES = "public_bodies"
    OUTSIDERS = "outsiders"

    @property
    def label(self) -> str:
        """Return the gettext id of the class in words."""
        return {
            "safety": N_("Elections, safety and crisis"),
            "own": N_("Events of the authority itself"),
            "schools": N_("Schools"),
            "associations": N_("Associations of the territory"),
            "public_bodies": N_("Member communes and public bodies"),
            "outsiders": N_("Borrowers from elsewhere"),
        }[self.value]


class Per(StrEnum):
    """What a tariff is counted by."""

    LOAN = "loan"
    DAY = "day"

    @property
    def label(self) -> str:
        """Return the gettext id of the unit in words."""
        return {"loan": N_("per loan"), "day": N_("per day")}[self.value]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tariff(_Frozen):
    """What lending one piece of an item is worth, by vote of the assembly."""

    item_code: str = Field(min_length=1, max_length=40)
    cents: Cents
    per: Per = Per.LOAN


class Rules(_Frozen):
    """Everything that an authority votes on how it lends; days count as whole days."""

    lead_time_days: Days = 45
    """A request filed later than this before the loan is late."""
    heavy_lead_time_days: Days = 90
    """The same where equipment needs a crew: marquees, stages, stands."""
    earliest_days: SomeDays = 365
    """How long before the loan a request may be filed at most."""
    late: Late = Late.LEFTOVERS
    answer_days: SomeDays = 30
    """Within how many days from a complete file the authority answers."""
    option_days: SomeDays = 60
    """How long a request holds stock without a decision."""
    pieces_days: SomeDays = 15
    """How long a borrower has to hand in what is missing."""
    change_notice_days: Days = 10
    """Until how many days before the loan a borrower may change or cancel at no cost."""
    longest_loan_days: SomeDays = 10
    """How long equipment may be out."""

    territory: Territory = Territory.SEAT_OR_EVENT
    insurance: bool = True
    """Whether a liability certificate must cover the day of the return."""
    republican_commitment: bool = True
    """Whether an association must have signed the contrat d'engagement républicain."""
    identifier: bool = True
    """Whether an association must give its RNA number or its SIREN."""
    nothing_outstanding: bool = True
    """Whether what was not brought back stands in the way of a new loan."""
    safety_file_attendance: int = Field(default=300, ge=1, le=1_000_000)
    """From how many people at once a safety file is asked for."""
    power_notice_days: Days = 42
    """How long before the loan a temporary power connection has to be asked for."""

    priorities: tuple[PriorityClass, ...] = tuple(PriorityClass)
    """The classes, first served first; one that is not named is not served at all."""
    large_loan_cents: Cents = 30_000
    """From which value on a loan is a large one."""
    large_loans_a_year: int = Field(default=3, ge=0, le=1000)
    """How many large loans an organisation may have within twelve months."""
    preemption_days: Days = 45
    """Until how many days before the loan the authority may take back for its own events."""
    alert_gap_points: Percent = 15
    """From which difference of service rates between groups an alert is raised."""

    tariffs: tuple[Tariff, ...] = ()
    fallback_percent_a_day: int = Field(default=2, ge=0, le=100)
    """Of the replacement value, where no tariff was voted."""
    fallback_percent_at_most: Percent = 15
    labour_cents_an_hour: Cents = 3000
    transport_cents_a_km: Cents = 60
    damage_percent: Percent = 10
    """Of the replacement value, for repair."""
    cleaning_percent: Percent = 10
    """Of the replacement value, for cleaning what comes back dirty."""
    loss_percent: Percent = 100
    in_kind_limit_cents: Cents = 2_300_000
    """Of aid within a year, from which an agreement is due (decree 2001-495)."""
    in_kind_warning_percent: Percent = 80

    silence_days: SomeDays = 61
    """After how many days without an answer a request is refused by law (CRPA L231-4)."""
    appeal_days: SomeDays = 61
    """Within how many days a decision can be contested (two months, CRPA R421-1 and CJA)."""
    court: str = Field(default="", max_length=120)
    """The administrative court that judges appeals."""
    contact_months: int = Field(default=36, ge=1, le=240)
    """After how many months without a loan a contact is made anonymous."""
    record_years: int = Field(default=10, ge=1, le=100)
    """How long decisions and what belongs to them are kept."""

    @model_validator(mode="after")
    def _each_once(self) -> "Rules":
        if len(set(self.priorities)) != len(self.priorities):
            raise ValueError("a priority class is named twice")
        codes = [tariff.item_code for tariff in self.tariffs]
        if len(set(codes)) != len(codes):
            raise ValueError("an item has two tariffs")
        return self

    def lead_time(self, *, heavy: bool) -> int:
        """Return how many days before the loan a request has to be filed."""
        return self.heavy_lead_time_days if heavy else self.lead_time_days

    def is_late(self, filed_on: date, first_day: date, *, heavy: bool) -> bool:
        """Return whether a request comes later than that; days are local to the lender."""
        return filed_on > first_day - timedelta(days=self.lead_time(heavy=heavy))

    def rank_of(self, priority: PriorityClass) -> int | None:
        """Return the place of a class, from 1 on; none if it is not served."""
        if priority not in self.priorities:
            return None
        return self.priorities.index(priority) + 1


DEFAULT = Rules()
