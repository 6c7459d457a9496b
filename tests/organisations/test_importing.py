"""Organisations from a file: all lines or none, known ones found again."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lending.accounts.permissions import SYSTEM, Principal
from lending.authorities.models import Commune
from lending.csvfiles import BadFile
from lending.db.database import Database
from lending.errors import Forbidden
from lending.organisations.importing import (
    ImportedOrganisations,
    export_organisations,
    import_organisations,
    read_organisations,
)
from lending.organisations.models import Organisation, Verification
from lending.sheets import write_sheet
from tests.factories import OTHER_COMMUNE, TOWN_COMMUNE, Cast

SMALL = """name,postal_code,commune,first_year,last_year,grants,total_eur
LES AMIS DU KIOSQUE,00100,SAINTE PLANCHE,2004,2011,9,64346.66
AFR DU GUE,00110,LE GUE AUX TRETEAUX CEDEX 2,2006,2016,11,4573.11
CHORALE DES PLANCHES,00100,STE PLANCHE,2006,2016,11,4573.11
"""
REAL = Path(__file__).parents[3] / "shared" / "data" / "associations_maine_et_loire.csv"
FILES = [SMALL, *([REAL.read_text(encoding="utf-8")] if REAL.is_file() else [])]


def take(
    database: Database, content: str | bytes, actor: Principal = SYSTEM
) -> ImportedOrganisations:
    """Import a file."""
    raw = content.encode() if isinstance(content, str) else content
    rows = read_organisations(raw).rows
    return database.write(lambda uow: import_organisations(uow, actor, rows))


def refused(database: Database, content: str) -> list[tuple[int, str]]:
    """Return the lines and fields that an import complains of."""
    with pytest.raises(BadFile) as error:
        take(database, content)
    return [(found.line, found.field) for found in error.value.errors]


def count(database: Database) -> int:
    """Return how many organisations there are."""
    with database.read() as uow:
        return uow.session.scalar(select(func.count()).select_from(Organisation)) or 0


def know_its_communes(database: Database, content: str) -> None:
    """Write the communes of a file, one for each name, as an installation there would have."""
    rows = {row["commune"]: row["postal_code"] for row in csv.DictReader(io.StringIO(content))}

    def write(uow) -> None:
        from lending.organisations.importing import _place

        known = {_place(name) for name in uow.session.scalars(select(Commune.name))}
        for number, (name, post) in enumerate(rows.items()):
            if _place(name) not in known:
                known.add(_place(name))
                uow.session.add(
                    Commune(insee=f"Z{number:04d}", name=name.title(), postal_code=post[:5])
                )

    database.write(write)


@pytest.mark.parametrize("content", FILES)
def test_a_file_as_offices_keep_it_is_taken_whole_or_every_bad_line_is_told(
    database: Database, cast: Cast, content: str
) -> None:
    know_its_communes(database, content)
    before = count(database)
    try:
        done = take(database, content)
    except BadFile as error:
        assert count(database) == before
        bad = {found.line for found in error.errors}
        kept = [line for number, line in enumerate(content.splitlines(), 1) if number not in bad]
        done = take(database, "\n".join(kept))
    assert count(database) == before + done.created
    assert done.created >= 2


def test_names_of_communes_are_found_as_people_write_them(database: Database, cast: Cast) -> None:
    done = take(database, SMALL)
    assert (done.created, done.updated, done.unchanged) == (2, 1, 0)
    with database.read() as uow:
        seats = dict(
            uow.session.execute(select(Organisation.name, Organisation.commune_insee)).all()
        )
    assert seats["LES AMIS DU KIOSQUE"] == TOWN_COMMUNE
    assert seats["AFR DU GUE"] == OTHER_COMMUNE


def test_new_organisations_count_as_verified(database: Database, cast: Cast) -> None:
    take(database, SMALL)
    with database.read() as uow:
        query = select(Organisation.verification).where(Organisation.name == "AFR DU GUE")
        assert uow.session.scalars(query).one() is Verification.VERIFIED


def test_reading_a_file_twice_has_no_second_effect(database: Database, cast: Cast) -> None:
    take(database, SMALL)
    again = take(database, SMALL)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)


def test_what_is_exported_is_imported_without_changing_anything(
    database: Database, cast: Cast
) -> None:
    take(database, SMALL)
    with database.read() as uow:
        exported = write_sheet(export_organisations(uow), ".csv")
    again = take(database, exported)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 5)


def test_one_is_known_by_its_number_whatever_its_name(database: Database, cast: Cast) -> None:
    done = take(database, "name,rna\nChorale rebaptisée,W 001 000 001\n")
    assert (done.created, done.updated) == (0, 1)
    with database.read() as uow:
        choir = uow.session.get_one(Organisation, cast.choir)
        assert (choir.name, choir.commune_insee) == ("Chorale rebaptisée", TOWN_COMMUNE)


def test_what_the_file_has_no_column_for_stays(database: Database, cast: Cast) -> None:
    take(database, "name,commune,contact_phone\nChorale des Planches,Sainte-Planche,0199\n")
    with database.read() as uow:
        choir = uow.session.get_one(Organisation, cast.choir)
        assert (choir.rna, choir.contact_phone) == ("W001000001", "0199")
        assert choir.contact_email == "contact@association.example"


def test_one_bad_line_keeps_all_from_being_written_and_every_bad_line_is_told(
    database: Database, cast: Cast
) -> None:
    before = count(database)
    assert refused(
        database,
        "name,rna,siren,commune,kind,insurance_until\n"
        "Bonne,,,Sainte-Planche,,2026-12-31\n"
        "Ailleurs,,,Atlantis,,\n"
        "Mal numérotée,W12,123456789,Sainte-Planche,,\n"
        ",,,Sainte-Planche,,\n"
        "Drôle,,,Sainte-Planche,fanfare,\n"
        "Datée,,,Sainte-Planche,,demain\n"
        "BONNE,,,Sainte Planche,,\n"
        "Sans commune,,,,,\n",
    ) == [
        (3, "commune"),
        (4, "rna"),
        (4, "siren"),
        (5, "name"),
        (6, "kind"),
        (7, "insurance_until"),
        (8, "name"),
        (9, "commune_insee"),
    ]
    assert count(database) == before


def test_a_postal_code_of_several_communes_needs_a_name(database: Database, cast: Cast) -> None:
    database.write(
        lambda uow: uow.session.add(Commune(insee="00103", name="Petit-Banc", postal_code="00100"))
    )
    assert refused(database, "name,postal_code\nX,00100\n") == [(2, "postal_code")]
    assert take(database, "name,postal_code,commune\nX,00100,Petit Banc\n").created == 1


def test_only_those_who_verify_organisations_import_them(database: Database, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        take(database, SMALL, actor=cast.alice)
    take(database, SMALL, actor=cast.front_desk)
