"""What an organisation received in a year, loan by loan: the statement that its treasurer needs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.equity.valuation.limits import Level, Limit, limit_for
from lending.equity.valuation.models import LoanValue, Stage
from lending.equity.valuation.service import read_breakdown
from lending.equity.valuation.tariff import Valuation
from lending.organisations.models import Organisation
from lending.organisations.queries import OrganisationView, get_organisation
from lending.policies.models import LendingPolicy
from lending.sheets import Cell, Sheet


@dataclass(frozen=True)
class Earlier:
    """What a loan was worth at a stage before."""

    stage: Stage
    cents: int
    valued_at: datetime


@dataclass(frozen=True)
class ValuedLoan:
    """A loan with what it is worth and how that was counted."""

    booking_id: int
    reference: str
    event: str
    starts_at: datetime
    ends_at: datetime
    stage: Stage
    valuation: Valuation
    policy_number: int | None
    """Of the version of the rules; none for those that one begins with."""
    valued_at: datetime
    earlier: tuple[Earlier, ...]
    """What it was worth before, the oldest first."""

    @property
    def cents(self) -> int:
        """What it is worth."""
        return self.valuation.cents

    @property
    def is_final(self) -> bool:
        """Whether the loan is over, and its value will not change any more."""
        return self.stage is Stage.CLOSED


@dataclass(frozen=True)
class AuthorityPart:
    """What one authority lent."""

    authority_id: int
    name: str
    email: str
    siret: str
    zone: ZoneInfo
    loans: tuple[ValuedLoan, ...]
    limit: Limit | None

    @property
    def cents(self) -> int:
        """What all loans of the year are worth."""
        return sum(loan.cents for loan in self.loans)

    @property
    def final_cents(self) -> int:
        """What those are worth that are over."""
        return sum(loan.cents for loan in self.loans if loan.is_final)

    @property
    def is_final(self) -> bool:
        """Whether no loan is still to end."""
        return all(loan.is_final for loan in self.loans)

    @property
    def level(self) -> Level:
        """How near the limit the year comes."""
        return self.limit.level(self.cents) if self.limit else Level.BELOW

    @property
    def percent(self) -> int:
        """The year in percent of the limit."""
        return self.limit.percent(self.cents) if self.limit else 0


@dataclass(frozen=True)
class Statement:
    """What an organisation received in a year, by authority."""

    organisation: OrganisationView
    year: int
    years: tuple[int, ...]
    """In which it received anything, and this one; the latest first."""
    parts: tuple[AuthorityPart, ...]


def read_statement(
    uow: UnitOfWork, actor: Principal, organisation_id: int, year: int | None = None
) -> Statement:
    """Return the statement of an organisation, of this year if none is named.

    Its own people see the loans of all authorities, staff those of their own.

    Raises:
        NotFound, NotSignedIn: there is no such organisation that the actor may know of.
    """
    organisation = get_organisation(uow, actor, organisation_id)
    scope = None
    if organisation_id not in actor.organisation_ids:
        scope = actor.authority_scope(Action.SEE_VALUE)
    rows = [
        row
        for row in uow.session.scalars(
            select(LoanValue)
            .where(LoanValue.organisation_id == organisation_id)
            .options(joinedload(LoanValue.booking).joinedload(Booking.event))
            .order_by(LoanValue.id)
        )
        if scope is None or row.authority_id in scope
    ]
    this_year = to_local(uow.now, ZoneInfo("Europe/Paris")).year
    wanted = this_year if year is None else year
    return Statement(
        organisation=organisation,
        year=wanted,
        years=tuple(sorted({row.year for row in rows} | {wanted, this_year}, reverse=True)),
        parts=_parts(uow, organisation_id, wanted, [row for row in rows if row.year == wanted]),
    )


def _parts(
    uow: UnitOfWork, organisation_id: int, year: int, rows: Sequence[LoanValue]
) -> tuple[AuthorityPart, ...]:
    borrower = uow.session.get_one(Organisation, organisation_id)
    numbers = _policy_numbers(uow, rows)
    of_loan: dict[int, list[LoanValue]] = defaultdict(list)
    for row in rows:
        of_loan[row.booking_id].append(row)
    loans: dict[int, list[ValuedLoan]] = defaultdict(list)
    for history in of_loan.values():
        if history[-1].stage is not Stage.CANCELLED:
            loans[history[-1].authority_id].append(_loan(history, numbers))
    authorities = uow.session.scalars(
        select(Authority).where(Authority.id.in_(loans)).order_by(Authority.kind, Authority.name)
    )
    return tuple(
        AuthorityPart(
            authority_id=authority.id,
            name=authority.name,
            email=authority.email,
            siret=authority.siret,
            zone=ZoneInfo(authority.timezone),
            loans=tuple(
                sorted(loans[authority.id], key=lambda loan: (loan.starts_at, loan.booking_id))
            ),
            limit=limit_for(uow, borrower, authority.id, year),
        )
        for authority in authorities
    )


def _policy_numbers(uow: UnitOfWork, rows: Sequence[LoanValue]) -> dict[int, int | None]:
    ids = {row.policy_id for row in rows if row.policy_id is not None}
    found = uow.session.execute(
        select(LendingPolicy.id, LendingPolicy.number).where(LendingPolicy.id.in_(ids))
    )
    return dict(found.all())


def _loan(history: Sequence[LoanValue], numbers: dict[int, int | None]) -> ValuedLoan:
    *earlier, row = history
    booking = row.booking
    return ValuedLoan(
        booking_id=booking.id,
        reference=booking.reference,
        event=booking.event.name,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        stage=row.stage,
        valuation=read_breakdown(row),
        policy_number=numbers.get(row.policy_id) if row.policy_id is not None else None,
        valued_at=row.valued_at,
        earlier=tuple(Earlier(each.stage, each.cents, each.valued_at) for each in earlier),
    )


def euros_of(cents: int) -> Decimal:
    """Return cents as euros, exactly."""
    return Decimal(cents) / 100


STATEMENT_COLUMNS = (
    "authority", "reference", "event", "first_day", "last_day", "days", "stage",
    "what", "name", "quantity", "basis", "unit_euros", "percent", "euros",
)  # fmt: skip


def statement_sheet(statement: Statement) -> Sheet:
    """Return a statement as a table: a row for each line, for the work and for the way."""
    rows: list[list[Cell]] = []
    for part in statement.parts:
        for loan in part.loans:
            head: list[Cell] = [
                part.name,
                loan.reference,
                loan.event,
                to_local(loan.starts_at, part.zone).date(),
                to_local(loan.ends_at, part.zone).date(),
                loan.valuation.days,
                loan.stage.value,
            ]
            rows += [[*head, *line] for line in _lines(loan.valuation)]
    return Sheet(f"value-{statement.year}", STATEMENT_COLUMNS, rows)


def _lines(valuation: Valuation) -> list[list[Cell]]:
    found: list[list[Cell]] = [
        [
            line.item_code,
            line.name,
            line.quantity,
            line.basis.value,
            euros_of(line.unit_cents),
            line.percent,
            euros_of(line.cents),
        ]
        for line in valuation.lines
    ]
    labour, way = valuation.labour, valuation.transport
    if labour.cents:
        rate = euros_of(labour.cents_an_hour)
        found.append(["labour", "", labour.minutes, "minute", rate, 100, euros_of(labour.cents)])
    if way.cents:
        rate = euros_of(way.cents_a_km)
        found.append(["transport", "", way.km, "km", rate, 100, euros_of(way.cents)])
    return found
