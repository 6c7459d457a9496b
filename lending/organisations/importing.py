"""Organisations from a file: all of its lines or none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.authorities.models import Commune
from lending.csvfiles import BadFile, LineError, Row, Table, read_table
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.organisations.details import OrganisationDetails, details_of
from lending.organisations.identifiers import compact
from lending.organisations.models import Organisation, OrganisationKind
from lending.organisations.service import create_organisation, edit_organisation
from lending.sheets import Sheet
from lending.words import fold

TEXTS = (
    "name",
    "rna",
    "siren",
    "siret",
    "address",
    "purpose",
    "contact_name",
    "contact_email",
    "contact_phone",
)
DAYS = ("insurance_until", "republican_commitment_on")
SEAT = ("commune_insee", "postal_code", "commune")
ALIASES = {"nom": "name", "code_postal": "postal_code", "insee": "commune_insee"}
IGNORED = ("id", "uuid", "verification")
_ABBREVIATED = {"st": "saint", "ste": "sainte", "s": "sur"}


@dataclass(frozen=True)
class ImportedOrganisations:
    """What an import did."""

    created: int
    updated: int
    unchanged: int


def read_organisations(content: bytes) -> Table:
    """Read a file of organisations.

    Raises:
        BadFile: it cannot be read as a table with the column `name`.
    """
    known = (*TEXTS, *DAYS, *SEAT, "kind")
    return read_table(content, known, aliases=ALIASES, ignored=IGNORED, required=("name",))


def import_organisations(
    uow: UnitOfWork, actor: Principal, rows: Sequence[Row]
) -> ImportedOrganisations:
    """Write the organisations of a file, known ones as the file says; all count as verified.

    One is known by its RNA number or SIRET, or else by its name and commune. What the file has
    no column for stays.

    Raises:
        BadFile: a line cannot be used; nothing may be kept.
        NotSignedIn, Forbidden: the actor may not.
    """
    work = _Import(uow, actor)
    for row in rows:
        work.take(row)
    errors = [error for row in rows for error in row.errors]
    if errors:
        raise BadFile(errors)
    return ImportedOrganisations(work.created, work.updated, work.unchanged)


class _Import:
    """One import: communes and organisations are looked up once."""

    def __init__(self, uow: UnitOfWork, actor: Principal) -> None:
        self.uow, self.actor = uow, actor
        self.seats = _Seats(uow.session.scalars(select(Commune)).all())
        self.known: dict[tuple[str, ...], int] = {}
        self.kept: dict[int, Organisation] = {}
        for organisation in uow.session.scalars(select(Organisation)):
            self.kept[organisation.id] = organisation
            for key in _keys(details_of(organisation)):
                self.known.setdefault(key, organisation.id)
        self.seen: dict[tuple[str, ...], int] = {}
        self.created = self.updated = self.unchanged = 0

    def take(self, row: Row) -> None:
        """Write one line, or remember what is wrong with it."""
        details = self._details(row)
        if details is None or row.errors:
            return
        keys = _keys(details)
        again = next((self.seen[key] for key in keys if key in self.seen), None)
        if again is not None:
            row.refuse("name", N_("Line %(line)d is the same organisation."), line=again)
            return
        self.seen |= dict.fromkeys(keys, row.line)
        try:
            self._write(row, details, next((self.known[k] for k in keys if k in self.known), None))
        except InvalidInput as error:
            row.errors += [LineError(row.line, e.field, e.message, e.data) for e in error.errors]

    def _write(self, row: Row, details: OrganisationDetails, itself: int | None) -> None:
        if itself is None:
            create_organisation(self.uow, self.actor, details)
            self.created += 1
            return
        before = details_of(self.kept[itself])
        told = {n: getattr(details, n) for n in _told(row)} | {
            "commune_insee": details.commune_insee
        }
        after = replace(before, **told)
        if _comparable(after) == _comparable(before):
            self.unchanged += 1
            return
        edit_organisation(self.uow, self.actor, itself, after)
        self.updated += 1

    def _details(self, row: Row) -> OrganisationDetails | None:
        commune = self._seat_as_kept(row) or self.seats.find(row)
        kind = row.text("kind") or OrganisationKind.ASSOCIATION.value
        if kind not in set(OrganisationKind):
            kinds = ", ".join(OrganisationKind)
            row.refuse("kind", N_("Write one of: %(kinds)s."), kinds=kinds)
        days = {name: row.day(name) for name in DAYS}
        if commune is None or row.errors:
            return None
        texts = {name: row.text(name) for name in TEXTS}
        return OrganisationDetails(
            commune_insee=commune,
            kind=OrganisationKind(kind),
            insurance_until=days["insurance_until"],
            republican_commitment_on=days["republican_commitment_on"],
            **texts,
        )

    def _seat_as_kept(self, row: Row) -> str | None:
        """Return the seat of who is known by its number, where the file tells no seats."""
        if any(row.has(field) for field in SEAT):
            return None
        numbers = ((name, compact(row.text(name))) for name in ("rna", "siret"))
        itself = next((self.known[key] for key in numbers if key in self.known), None)
        return None if itself is None else self.kept[itself].commune_insee


def _told(row: Row) -> list[str]:
    return [name for name in (*TEXTS, *DAYS, "kind") if row.has(name)]


def _comparable(details: OrganisationDetails) -> OrganisationDetails:
    numbers = {n: compact(getattr(details, n) or "") for n in ("rna", "siren", "siret")}
    if numbers["siret"] and not numbers["siren"]:
        numbers["siren"] = numbers["siret"][:9]
    return replace(details, **numbers)  # type: ignore[arg-type]


def _keys(details: OrganisationDetails) -> list[tuple[str, ...]]:
    """Return by what an organisation is recognised, the surest first."""
    numbers = [
        (name, compact(number))
        for name, number in (("rna", details.rna), ("siret", details.siret))
        if number
    ]
    return [*numbers, ("name", " ".join(_words(details.name)), details.commune_insee)]


class _Seats:
    """The communes we know, found as people write them: ST GEORGES SUR LOIRE CEDEX."""

    def __init__(self, communes: Sequence[Commune]) -> None:
        self.codes = {commune.insee for commune in communes}
        self.named: dict[str, list[Commune]] = defaultdict(list)
        self.posted: dict[str, list[Commune]] = defaultdict(list)
        for commune in communes:
            self.named[_place(commune.name)].append(commune)
            self.posted[commune.postal_code].append(commune)

    def find(self, row: Row) -> str | None:
        """Return the INSEE code of the seat, or tell the row why it is not known."""
        insee, post, name = (row.text(field) for field in SEAT)
        if insee:
            if insee in self.codes:
                return insee
            row.refuse("commune_insee", N_("We do not know this commune: %(text)s."), text=insee)
            return None
        found = self.named.get(_place(name), []) if name else self.posted.get(post, [])
        if len(found) > 1:
            found = [commune for commune in found if commune.postal_code == post] if name else found
        if len(found) == 1:
            return found[0].insee
        field = "commune" if name else "postal_code" if post else "commune_insee"
        text = " ".join(part for part in (post, name) if part)
        if found:
            row.refuse(field, N_("Several communes are meant by: %(text)s."), text=text)
        elif text:
            row.refuse(field, N_("We do not know this commune: %(text)s."), text=text)
        else:
            row.refuse(field, N_("Give the commune of the seat."))
        return None


def _place(name: str) -> str:
    words = [_ABBREVIATED.get(word, word) for word in _words(name)]
    return " ".join(words[: words.index("cedex")] if "cedex" in words else words)


def _words(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in fold(text)).split()


def export_organisations(uow: UnitOfWork) -> Sheet:
    """Return all organisations as a table that `import_organisations` reads back unchanged."""
    names = ("name", "kind", "rna", "siren", "siret", *SEAT, *TEXTS[4:], *DAYS)
    communes = {commune.insee: commune for commune in uow.session.scalars(select(Commune))}
    rows = []
    for kept in uow.session.scalars(select(Organisation).order_by(Organisation.id)):
        seat = communes[kept.commune_insee]
        told = (getattr(kept, name) for name in (*TEXTS[4:], *DAYS))
        identity = (kept.name, kept.kind.value, kept.rna, kept.siren, kept.siret)
        rows.append([*identity, seat.insee, seat.postal_code, seat.name, *told])
    return Sheet("organisations", names, rows)
