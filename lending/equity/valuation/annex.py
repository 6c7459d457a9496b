"""The annex of the budget: who received aid in kind of an authority in a year, and how much."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Commune
from lending.authorities.queries import AuthorityView, get_authority
from lending.db.database import UnitOfWork
from lending.equity.valuation.limits import Level, Limit, limit_of
from lending.equity.valuation.models import LoanValue, Stage
from lending.equity.valuation.statements import euros_of
from lending.organisations.models import Organisation, OrganisationKind
from lending.sheets import Sheet

FIRST_YEAR, LAST_YEAR = 2000, 2199


@dataclass(frozen=True)
class Beneficiary:
    """What one organisation received."""

    organisation_id: int
    name: str
    kind: OrganisationKind
    commune: str
    rna: str | None
    siret: str | None
    loans: int
    expected: int
    """How many of these loans are not closed yet: their value may still change."""
    cents: int
    level: Level
    percent: int | None
    """Of the limit; none where it does not hold."""


@dataclass(frozen=True)
class Annex:
    """Who received aid of an authority in a year, who received most first."""

    authority: AuthorityView
    year: int
    years: tuple[int, ...]
    """In which it lent anything, and this one; the latest first."""
    limit: Limit
    beneficiaries: tuple[Beneficiary, ...]

    @property
    def cents(self) -> int:
        """What all of them received."""
        return sum(each.cents for each in self.beneficiaries)

    @property
    def loans(self) -> int:
        """How many loans that was."""
        return sum(each.loans for each in self.beneficiaries)

    @property
    def expected(self) -> int:
        """How many of them are not closed yet."""
        return sum(each.expected for each in self.beneficiaries)

    @property
    def warned(self) -> tuple[Beneficiary, ...]:
        """Those who come near the limit, or reached it."""
        return tuple(each for each in self.beneficiaries if each.level is not Level.BELOW)


def read_annex(
    uow: UnitOfWork, actor: Principal, authority_id: int, year: int | None = None
) -> Annex:
    """Return the annex of an authority, of this year if none is named.

    What its own departments borrow is no aid and stays out.

    Raises:
        NotSignedIn, Forbidden: the actor does not see what this authority's loans are worth.
        NotFound: no such authority.
    """
    actor.check(Action.SEE_VALUE, authority_id=authority_id)
    authority = get_authority(uow, authority_id)
    this_year = to_local(uow.now, ZoneInfo(authority.timezone)).year
    wanted = this_year if year is None else year
    years = uow.session.scalars(
        select(LoanValue.year).where(LoanValue.authority_id == authority_id).distinct()
    )
    limit = limit_of(uow, authority_id, wanted)
    return Annex(
        authority=authority,
        year=wanted,
        years=tuple(sorted({*years, wanted, this_year}, reverse=True)),
        limit=limit,
        beneficiaries=_beneficiaries(uow, authority_id, wanted, limit),
    )


def _beneficiaries(
    uow: UnitOfWork, authority_id: int, year: int, limit: Limit
) -> tuple[Beneficiary, ...]:
    total = func.sum(LoanValue.cents)
    rows = uow.session.execute(
        select(
            Organisation,
            Commune.name,
            func.count(LoanValue.id),
            func.sum(case((LoanValue.stage == Stage.CLOSED, 0), else_=1)),
            total,
        )
        .join(Organisation, Organisation.id == LoanValue.organisation_id)
        .join(Commune, Commune.insee == Organisation.commune_insee)
        .where(
            LoanValue.authority_id == authority_id,
            LoanValue.year == year,
            LoanValue.replaced_at.is_(None),
            LoanValue.stage != Stage.CANCELLED,
            Organisation.kind != OrganisationKind.DEPARTMENT,
        )
        .group_by(Organisation.id, Commune.insee)
        .order_by(total.desc(), Organisation.name, Organisation.id)
    )
    return tuple(
        _beneficiary(organisation, commune, loans, expected, cents, limit)
        for organisation, commune, loans, expected, cents in rows
    )


def _beneficiary(
    organisation: Organisation, commune: str, loans: int, expected: int, cents: int, limit: Limit
) -> Beneficiary:
    holds = organisation.kind is OrganisationKind.ASSOCIATION
    value = int(cents)
    return Beneficiary(
        organisation_id=organisation.id,
        name=organisation.name,
        kind=organisation.kind,
        commune=commune,
        rna=organisation.rna,
        siret=organisation.siret,
        loans=loans,
        expected=int(expected),
        cents=value,
        level=limit.level(value) if holds else Level.BELOW,
        percent=limit.percent(value) if holds else None,
    )


def annex_sheet(annex: Annex) -> Sheet:
    """Return the annex as a table for offices and programs."""
    columns = (
        "year", "authority", "beneficiary", "kind", "commune", "rna", "siret",
        "nature", "loans", "loans_not_closed", "euros", "percent_of_limit",
    )  # fmt: skip
    return Sheet(
        f"annex-{annex.year}",
        columns,
        [
            [
                annex.year,
                annex.authority.name,
                each.name,
                each.kind.value,
                each.commune,
                each.rna,
                each.siret,
                "aide en nature",
                each.loans,
                each.expected,
                euros_of(each.cents),
                each.percent,
            ]
            for each in annex.beneficiaries
        ],
    )
