"""Aid in kind as open data: each loan a subsidy of the SCDL, or told why it cannot be one.

A loan is granted by a decision of its own, so it makes a row of its own. Only associations are
told: the law asks for what goes to bodies under private law.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.accounts.permissions import Principal
from lending.authorities.queries import AuthorityView, get_authority
from lending.bookings.models import Booking, Event
from lending.csvfiles import write_table
from lending.db.database import UnitOfWork
from lending.equity.valuation.annex import read_annex
from lending.equity.valuation.limits import Level, Limit
from lending.equity.valuation.models import LoanValue, Stage
from lending.equity.valuation.scdl_fields import FIELDS, NAMES, NATURE, check_row
from lending.i18n import N_
from lending.organisations.models import Organisation, OrganisationKind

_PERCENT_OF_ONE = "1.00"
_LONGEST = {field.name: field.longest for field in FIELDS}


class Which(StrEnum):
    """Whose loans are told."""

    REACHED = "reached"
    """Of associations whose year reached the limit: those that the law asks for."""
    ALL = "all"

    @property
    def label(self) -> str:
        """Return the gettext id of the choice in words."""
        return {
            "reached": N_("Associations that reached the limit"),
            "all": N_("All associations"),
        }[self.value]


class Remark(StrEnum):
    """What is good to know of a loan that is told, or keeps it from being told."""

    NO_VALUE = "no_value"
    NO_SIRET_OF_AUTHORITY = "no_siret_of_authority"
    UNUSABLE = "unusable"
    RNA_WITH_LETTERS = "rna_with_letters"
    NO_SIRET = "no_siret"

    @property
    def label(self) -> str:
        """Return the gettext id of the reason in words."""
        return {
            "no_value": N_("It is worth nothing"),
            "no_siret_of_authority": N_("The authority has no SIRET"),
            "unusable": N_("A field is not as the format asks"),
            "rna_with_letters": N_("The RNA number has letters that the format does not allow"),
            "no_siret": N_("The association has no SIRET on file"),
        }[self.value]

    @property
    def remedy(self) -> str:
        """Return the gettext id of what to do about it."""
        return {
            "no_value": N_("Vote a tariff for what was lent, or enter its replacement value."),
            "no_siret_of_authority": N_("Enter it under Administration, Authorities and depots."),
            "unusable": N_("Correct what the association or the event is called."),
            "rna_with_letters": N_(
                "The column stays empty; the SIRET tells who it is. Nothing else is to be done."
            ),
            "no_siret": N_(
                "Ask the association for it: it needs one to receive public aid. "
                "Until then only its name and its RNA number tell who it is."
            ),
        }[self.value]

    @property
    def keeps_out(self) -> bool:
        """Whether the loan cannot be told at all."""
        return self in (Remark.NO_VALUE, Remark.NO_SIRET_OF_AUTHORITY, Remark.UNUSABLE)


@dataclass(frozen=True)
class Granted:
    """A loan as it is to be told."""

    booking_id: int
    organisation_id: int
    reference: str
    organisation: str
    rna: str | None
    siret: str | None
    event: str
    decided_on: date
    first_day: date
    last_day: date
    cents: int


@dataclass(frozen=True)
class ScdlRow:
    """A loan with the cells of its row, and what there is to say of it."""

    loan: Granted
    cells: tuple[str, ...]
    remarks: tuple[Remark, ...]

    @property
    def is_told(self) -> bool:
        """Whether the row is in the file."""
        return not any(remark.keeps_out for remark in self.remarks)

    @property
    def kept_out_by(self) -> tuple[Remark, ...]:
        """Why it is not in the file."""
        return tuple(remark for remark in self.remarks if remark.keeps_out)

    @property
    def notes(self) -> tuple[Remark, ...]:
        """What is good to know although it is in the file."""
        return tuple(remark for remark in self.remarks if not remark.keeps_out)


@dataclass(frozen=True)
class ScdlExport:
    """What a file would hold, and what it leaves out."""

    authority: AuthorityView
    year: int
    years: tuple[int, ...]
    which: Which
    limit: Limit
    rows: tuple[ScdlRow, ...]

    @property
    def told(self) -> tuple[ScdlRow, ...]:
        """The rows of the file."""
        return tuple(row for row in self.rows if row.is_told)

    @property
    def left_out(self) -> tuple[ScdlRow, ...]:
        """The loans that are not in the file."""
        return tuple(row for row in self.rows if not row.is_told)

    @property
    def noted(self) -> tuple[ScdlRow, ...]:
        """The rows of the file of which there is something to say."""
        return tuple(row for row in self.told if row.notes)

    @property
    def cents(self) -> int:
        """What the rows of the file come to."""
        return sum(row.loan.cents for row in self.told)

    @property
    def content(self) -> bytes:
        """The file."""
        return write_table(NAMES, (row.cells for row in self.told), mark=False)


def read_scdl(
    uow: UnitOfWork,
    actor: Principal,
    authority_id: int,
    year: int | None = None,
    which: Which = Which.REACHED,
) -> ScdlExport:
    """Return what an authority publishes of a year, of this one if none is named.

    Raises:
        NotSignedIn, Forbidden: the actor does not see what this authority's loans are worth.
        NotFound: no such authority.
    """
    annex = read_annex(uow, actor, authority_id, year)
    wanted = {
        each.organisation_id
        for each in annex.beneficiaries
        if each.kind is OrganisationKind.ASSOCIATION
        and (which is Which.ALL or each.level is Level.REACHED)
    }
    authority = get_authority(uow, authority_id)
    loans = _loans(uow, authority, annex.year, wanted)
    return ScdlExport(
        authority=authority,
        year=annex.year,
        years=annex.years,
        which=which,
        limit=annex.limit,
        rows=tuple(scdl_row(authority.name, authority.siret, loan) for loan in loans),
    )


def _loans(
    uow: UnitOfWork, authority: AuthorityView, year: int, organisations: Collection[int]
) -> Iterable[Granted]:
    zone = ZoneInfo(authority.timezone)
    rows = uow.session.execute(
        select(LoanValue, Booking, Event.name, Organisation)
        .join(Booking, Booking.id == LoanValue.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Organisation, Organisation.id == LoanValue.organisation_id)
        .where(
            LoanValue.authority_id == authority.id,
            LoanValue.year == year,
            LoanValue.replaced_at.is_(None),
            LoanValue.stage != Stage.CANCELLED,
        )
        .order_by(Organisation.name, Organisation.id, Booking.starts_at, Booking.id)
    )
    for value, booking, event, organisation in rows:
        if organisation.id in organisations:
            yield Granted(
                booking_id=booking.id,
                organisation_id=organisation.id,
                reference=booking.reference,
                organisation=organisation.name,
                rna=organisation.rna,
                siret=organisation.siret,
                event=event,
                decided_on=to_local(booking.decided_at or value.valued_at, zone).date(),
                first_day=to_local(booking.starts_at, zone).date(),
                last_day=to_local(booking.ends_at, zone).date(),
                cents=value.cents,
            )


def scdl_row(authority: str, siret: str, loan: Granted) -> ScdlRow:
    """Return the row of a loan."""
    rna = loan.rna or ""
    has_letters = bool(rna) and not _is_short(rna)
    period = loan.first_day.isoformat()
    if loan.last_day > loan.first_day:
        period += f"/{loan.last_day.isoformat()}"
    told = {
        "nomAttribuant": _plain(authority),
        "idAttribuant": siret,
        "dateConvention": loan.decided_on.isoformat(),
        "referenceDecision": loan.reference,
        "nomBeneficiaire": _plain(loan.organisation),
        "idBeneficiaire": loan.siret or "",
        "rnaBeneficiaire": "" if has_letters else rna,
        # A public file in French, whatever the language of who fetches it.
        "objet": _cut(_plain(f"Prêt de matériel : {loan.event}"), "objet"),
        "montant": f"{loan.cents // 100}.{loan.cents % 100:02d}",
        "nature": NATURE,
        "conditionsVersement": "unique",
        "datesPeriodeVersement": period,
        "notificationUE": "non",
        "pourcentageSubvention": _PERCENT_OF_ONE,
    }
    cells = tuple(told.get(name, "") for name in NAMES)
    remarks = []
    if not siret:
        remarks.append(Remark.NO_SIRET_OF_AUTHORITY)
    elif any(check_row(0, cells)):
        remarks.append(Remark.UNUSABLE)
    if not loan.cents:
        remarks.append(Remark.NO_VALUE)
    if has_letters:
        remarks.append(Remark.RNA_WITH_LETTERS)
    if not loan.siret:
        remarks.append(Remark.NO_SIRET)
    return ScdlRow(loan, cells, tuple(remarks))


def _is_short(rna: str) -> bool:
    """Whether the number is one that the format knows: overseas and in Corsica it has letters."""
    return len(rna) == 10 and rna[0] == "W" and rna[1:].isascii() and rna[1:].isdigit()


def _plain(text: str) -> str:
    """Return a text on one line, without what is no text."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _cut(text: str, name: str) -> str:
    longest = _LONGEST[name]
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"
