"""`treteau import` and `treteau export`: files in and out, all of their lines or none."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar, cast

import click

from lending.accounts.permissions import SYSTEM
from lending.authorities.outlines import import_outlines, read_outlines
from lending.authorities.queries import authority_codes
from lending.bookings.inventory import import_inventory
from lending.catalogue.importing import ImportedItems, export_items, read_items
from lending.catalogue.kit_files import ImportedKits, export_kits, import_kits, read_kits
from lending.catalogue.unit_files import ImportedUnits, export_units, import_units, read_units
from lending.csvfiles import BadFile, Table
from lending.db.database import Database, UnitOfWork
from lending.organisations.importing import (
    ImportedOrganisations,
    export_organisations,
    import_organisations,
    read_organisations,
)
from lending.sheets import Sheet, write_sheet

Outcome = TypeVar("Outcome")


class HasDatabase(Protocol):
    """The part of the commands' context that files need."""

    @property
    def database(self) -> Database:
        """Return the database."""


class _Checked(Exception):
    """Carries what a dry run would have done out of the transaction that it undoes."""

    def __init__(self, outcome: object) -> None:
        self.outcome = outcome


SOURCE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
TARGET = click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
CHECK = click.option("--check", is_flag=True, help="Only try: say what would happen.")


@click.group("import")
def import_files() -> None:
    """Read items, kits, units, organisations or outlines from a file: all of it or nothing."""


@click.group("export")
def export_files() -> None:
    """Write items, kits, units or organisations to a file: its name ends in .csv, .ods or .xlsx.

    What is written as CSV, also from a spreadsheet, can be imported again.
    """


@import_files.command("items")
@SOURCE
@click.option("--authority", default="", help="Code of the lender, where no column tells it.")
@CHECK
@click.pass_obj
def import_items(context: HasDatabase, file: Path, authority: str, check: bool) -> None:
    """Read items; known ones (by authority and code) are updated.

    A count that differs from the stock becomes a stock movement of now.
    """
    with _told_lines():
        table = read_items(file.read_bytes())
        lender = authority or _only_authority(context.database, table)
        outcome = _run(
            context.database, check, lambda uow: import_inventory(uow, SYSTEM, table.rows, lender)
        )
    _tell_unused(table.unused)
    _tell_items(outcome, check)


@import_files.command("kits")
@SOURCE
@click.option("--authority", default="", help="Code of the lender, where no column tells it.")
@CHECK
@click.pass_obj
def import_recipes(context: HasDatabase, file: Path, authority: str, check: bool) -> None:
    """Read kits; known ones (by authority and code) are updated.

    Parts are written `PRA-2X1:6 PRA-ESC:1`: the code of an item and its pieces in one kit.
    """
    with _told_lines():
        table = read_kits(file.read_bytes())
        lender = authority or _only_authority(context.database, table)
        outcome = _run(
            context.database, check, lambda uow: import_kits(uow, SYSTEM, table.rows, lender)
        )
    _tell_unused(table.unused)
    _tell_counts("kits", outcome, check)


@import_files.command("units")
@SOURCE
@click.option("--authority", default="", help="Code of the lender, where no column tells it.")
@CHECK
@click.pass_obj
def import_numbered(context: HasDatabase, file: Path, authority: str, check: bool) -> None:
    """Read numbered units; known ones (by item and number) are updated.

    Labels are drawn by lot, and units are retired on their pages: both columns are passed over.
    """
    with _told_lines():
        table = read_units(file.read_bytes())
        lender = authority or _only_authority(context.database, table)
        outcome = _run(
            context.database, check, lambda uow: import_units(uow, SYSTEM, table.rows, lender)
        )
    _tell_unused(table.unused)
    _tell_counts("units", outcome, check)


@import_files.command("outlines")
@SOURCE
@CHECK
@click.pass_obj
def import_limits(context: HasDatabase, file: Path, check: bool) -> None:
    """Read the limits of communes from a GeoJSON file, for maps without tiles."""
    outlines = read_outlines(file.read_bytes())
    outcome = _run(context.database, check, lambda uow: import_outlines(uow, SYSTEM, outlines))
    click.echo(f"{outcome.kept} outlines")
    if outcome.unknown:
        click.echo(f"not known here: {', '.join(outcome.unknown)}", err=True)


@import_files.command("organisations")
@SOURCE
@CHECK
@click.pass_obj
def import_borrowers(context: HasDatabase, file: Path, check: bool) -> None:
    """Read organisations; known ones (by RNA, SIRET, or name and commune) are updated.

    New ones count as verified: the authority answers for its own file.
    """
    with _told_lines():
        table = read_organisations(file.read_bytes())
        outcome = _run(
            context.database, check, lambda uow: import_organisations(uow, SYSTEM, table.rows)
        )
    _tell_unused(table.unused)
    _tell_counts("organisations", outcome, check)


@export_files.command("items")
@TARGET
@click.pass_obj
def write_items(context: HasDatabase, file: Path) -> None:
    """Write all items with their stock of now."""
    _write(context.database, file, export_items)


@export_files.command("kits")
@TARGET
@click.pass_obj
def write_recipes(context: HasDatabase, file: Path) -> None:
    """Write all kits."""
    _write(context.database, file, export_kits)


@export_files.command("units")
@TARGET
@click.pass_obj
def write_numbered(context: HasDatabase, file: Path) -> None:
    """Write all numbered units with the codes of their labels."""
    _write(context.database, file, export_units)


@export_files.command("organisations")
@TARGET
@click.pass_obj
def write_borrowers(context: HasDatabase, file: Path) -> None:
    """Write all organisations."""
    _write(context.database, file, export_organisations)


def _run(database: Database, check: bool, use_case: Callable[[UnitOfWork], Outcome]) -> Outcome:
    """Run a use case; a dry run does the very same and is then undone."""

    def tried(uow: UnitOfWork) -> Outcome:
        outcome = use_case(uow)
        if check:
            raise _Checked(outcome)
        return outcome

    try:
        return database.write(tried)
    except _Checked as checked:
        return cast(Outcome, checked.outcome)


@contextmanager
def _told_lines() -> Iterator[None]:
    """Print the lines that cannot be used, and exit."""
    try:
        yield
    except BadFile as error:
        for line in error.errors:
            click.echo(str(line), err=True)
        click.echo(f"treteau: {error}", err=True)
        sys.exit(1)


def _only_authority(database: Database, table: Table) -> str:
    with database.read() as uow:
        codes = authority_codes(uow)
    if len(codes) == 1:
        return codes[0]
    if all(row.text("authority") for row in table.rows):
        return ""
    raise click.UsageError(f"Say who lends with --authority: {', '.join(codes) or 'none yet'}.")


def _write(database: Database, file: Path, export: Callable[[UnitOfWork], Sheet]) -> None:
    with database.read() as uow:
        sheet = export(uow)
    file.write_bytes(write_sheet(sheet, file.suffix))
    click.echo(f"{file}: {len(sheet.rows)} lines")


def _tell_unused(unused: Sequence[str]) -> None:
    if unused:
        click.echo(f"Columns that are not used: {', '.join(unused)}", err=True)


def _tell_items(outcome: ImportedItems, check: bool) -> None:
    _tell_counts("items", outcome, check)
    if outcome.categories:
        click.echo(f"new families: {', '.join(outcome.categories)}")
    if outcome.differences:
        pieces = sum(abs(difference.quantity_delta) for difference in outcome.differences)
        click.echo(f"stock movements: {len(outcome.differences)} ({pieces} pieces)")


def _tell_counts(
    what: str,
    done: ImportedItems | ImportedOrganisations | ImportedKits | ImportedUnits,
    check: bool,
) -> None:
    click.echo(f"{what} new: {done.created}")
    click.echo(f"{what} updated: {done.updated}")
    click.echo(f"{what} unchanged: {done.unchanged}")
    if check:
        click.echo("Nothing was written: this was a check.")
