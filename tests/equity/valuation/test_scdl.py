"""Aid in kind as open data: it holds to the format, or says of which loan and why it cannot."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from frictionless import Resource, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.clock import FixedClock
from lending.csvfiles import write_table
from lending.db.database import Database
from lending.equity.valuation.scdl import Granted, Remark, Which, read_scdl, scdl_row
from lending.equity.valuation.scdl_fields import NAMES, check_scdl
from lending.errors import Forbidden
from lending.policies.rules import Rules, Tariff
from tests.equity.valuation.loans import (
    CHOIR_SIRET,
    TOWN_SIRET,
    identify,
    lend,
    publish,
    worth,
)
from tests.factories import Cast, approved

LOAN = Granted(
    booking_id=1,
    organisation_id=1,
    reference="2026-0042",
    organisation="Chorale des Planches",
    rna="W001000001",
    siret=CHOIR_SIRET,
    event="Fête de l'été",
    decided_on=date(2026, 3, 2),
    first_day=date(2026, 6, 5),
    last_day=date(2026, 6, 8),
    cents=123_456,
)


DAYS = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?$"
SCHEMA: dict[str, object] = {
    # What the description of the format says, apart from our own table of it.
    "missingValues": [""],
    "fields": [
        {"name": "nomAttribuant", "type": "string", "constraints": {"required": True}},
        {
            "name": "idAttribuant",
            "type": "string",
            "constraints": {"required": True, "pattern": r"^\d{14}$"},
        },
        {"name": "dateConvention", "type": "date", "constraints": {"required": True}},
        {"name": "referenceDecision", "type": "string"},
        {"name": "nomBeneficiaire", "type": "string", "constraints": {"required": True}},
        {"name": "idBeneficiaire", "type": "string", "constraints": {"pattern": r"^\d{14}$"}},
        {"name": "rnaBeneficiaire", "type": "string", "constraints": {"pattern": r"^W\d{9}$"}},
        {
            "name": "objet",
            "type": "string",
            "constraints": {"required": True, "maxLength": 256},
        },
        {"name": "montant", "type": "number", "constraints": {"required": True}},
        {
            "name": "nature",
            "type": "string",
            "constraints": {
                "required": True,
                "enum": [
                    "aide en numéraire",
                    "aide en nature",
                    "aide en numéraire;aide en nature",
                    "aide en nature;aide en numéraire",
                ],
            },
        },
        {
            "name": "conditionsVersement",
            "type": "string",
            "constraints": {"required": True, "maxLength": 256},
        },
        {
            "name": "datesPeriodeVersement",
            "type": "string",
            "constraints": {"required": True, "pattern": DAYS},
        },
        {"name": "idRAE", "type": "string", "constraints": {"maxLength": 5}},
        {
            "name": "notificationUE",
            "type": "boolean",
            "trueValues": ["oui"],
            "falseValues": ["non"],
            "constraints": {"required": True},
        },
        {
            "name": "pourcentageSubvention",
            "type": "number",
            "constraints": {"required": True, "minimum": 0.01, "maximum": 1},
        },
        {"name": "dispositifAide", "type": "string"},
    ],
}


def validated(content: bytes, folder: Path) -> list[list[object]]:
    """Return what an independent validator finds wrong: row, field and kind of error."""
    (folder / "subventions.csv").write_bytes(content)
    resource = Resource(
        path="subventions.csv",
        basepath=str(folder),
        schema=Schema.from_descriptor(SCHEMA),
        encoding="utf-8",
    )
    return resource.validate().flatten(["rowNumber", "fieldName", "type"])  # type: ignore[no-any-return]


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_scenario_20_the_export_passes_its_schema(
    database: Database, cast: Cast, clock: FixedClock, tmp_path: Path
) -> None:
    identify(database, cast, siret=CHOIR_SIRET)
    publish(database, cast, Rules(tariffs=(Tariff(item_code="CHA-PLI", cents=45_050),)))
    clock.instant = clock.instant.replace(hour=10)
    number = approved(database, cast, {cast.chairs: 60}, name='Fête "de la mer", 2e')
    lend(database, clock, number, {cast.chairs: 55})
    with database.read() as uow:
        export = read_scdl(uow, cast.auditor, cast.town, 2026)
    assert validated(export.content, tmp_path) == []
    assert check_scdl(export.content) == []
    (row,) = rows_of(export.content)
    assert row["montant"] == "24777.50"
    assert row["objet"] == 'Prêt de matériel : Fête "de la mer", 2e'
    assert (row["idAttribuant"], row["idBeneficiaire"]) == (TOWN_SIRET, CHOIR_SIRET)
    assert (row["rnaBeneficiaire"], row["nature"]) == ("W001000001", "aide en nature")
    assert (row["dateConvention"], row["datesPeriodeVersement"]) == (
        "2026-03-02",
        "2026-06-05/2026-06-08",
    )
    assert (row["conditionsVersement"], row["pourcentageSubvention"]) == ("unique", "1.00")


def test_the_columns_are_those_of_the_format_in_its_order() -> None:
    assert NAMES == (
        "nomAttribuant", "idAttribuant", "dateConvention", "referenceDecision",
        "nomBeneficiaire", "idBeneficiaire", "rnaBeneficiaire", "objet", "montant", "nature",
        "conditionsVersement", "datesPeriodeVersement", "idRAE", "notificationUE",
        "pourcentageSubvention", "dispositifAide",
    )  # fmt: skip


@pytest.mark.parametrize("rna", ["W9T1002867", "W2A1000123", "W2B1000123"])
def test_an_rna_number_with_letters_stays_empty_and_is_told(
    database: Database, cast: Cast, tmp_path: Path, rna: str
) -> None:
    identify(database, cast, rna=rna, siret=CHOIR_SIRET)
    approved(database, cast, {cast.chairs: 10})
    with database.read() as uow:
        export = read_scdl(uow, cast.manager, cast.town, 2026, Which.ALL)
    assert rows_of(export.content)[0]["rnaBeneficiaire"] == ""
    assert export.noted[0].notes == (Remark.RNA_WITH_LETTERS,)
    assert validated(export.content, tmp_path) == []


def test_without_its_own_siret_an_authority_publishes_nothing(
    database: Database, cast: Cast
) -> None:
    approved(database, cast, {cast.chairs: 10})
    with database.read() as uow:
        export = read_scdl(uow, cast.manager, cast.town, 2026, Which.ALL)
    assert export.told == ()
    assert export.left_out[0].kept_out_by == (Remark.NO_SIRET_OF_AUTHORITY,)
    assert rows_of(export.content) == []


def test_a_loan_that_is_worth_nothing_is_left_out_and_told(database: Database, cast: Cast) -> None:
    identify(database, cast)
    approved(database, cast, {cast.barriers: 10})
    with database.read() as uow:
        export = read_scdl(uow, cast.manager, cast.town, 2026, Which.ALL)
    assert export.left_out[0].kept_out_by == (Remark.NO_VALUE,)


def test_only_who_reached_the_limit_is_told_unless_all_are_asked_for(
    database: Database, cast: Cast
) -> None:
    identify(database, cast)
    worth(database, cast.chairs, 1_000_000)
    approved(database, cast, {cast.chairs: 50})
    approved(database, cast, {cast.chairs: 1}, organisation=cast.club)
    with database.read() as uow:
        some = read_scdl(uow, cast.manager, cast.town, 2026)
        everybody = read_scdl(uow, cast.manager, cast.town, 2026, Which.ALL)
    assert [row.loan.organisation_id for row in some.told] == [cast.choir]
    assert {row.loan.organisation_id for row in everybody.told} == {cast.choir, cast.club}
    assert some.noted[0].notes == (Remark.NO_SIRET,)


def test_only_those_of_the_authority_may_export(database: Database, cast: Cast) -> None:
    with database.read() as uow:
        for reader in (cast.alice, cast.agent, cast.other_manager):
            with pytest.raises(Forbidden):
                read_scdl(uow, reader, cast.town)


def test_a_loan_of_one_day_has_one_day() -> None:
    one = Granted(**{**LOAN.__dict__, "last_day": LOAN.first_day})
    cells = dict(zip(NAMES, scdl_row("Ville", TOWN_SIRET, one).cells, strict=True))
    assert cells["datesPeriodeVersement"] == "2026-06-05"


WRONG = {
    "nomAttribuant": "",
    "idAttribuant": "123",
    "dateConvention": "05/06/2026",
    "nomBeneficiaire": "",
    "idBeneficiaire": "1234567890123",
    "rnaBeneficiaire": "W9T1002867",
    "objet": "a" * 257,
    "montant": "12,50",
    "nature": "prêt",
    "conditionsVersement": "",
    "datesPeriodeVersement": "2026-06-05/",
    "idRAE": "123456",
    "notificationUE": "no",
    "pourcentageSubvention": "1.01",
}


@pytest.mark.parametrize("field", WRONG)
def test_our_check_and_an_independent_one_name_the_same_cell(field: str, tmp_path: Path) -> None:
    good = scdl_row("Ville", TOWN_SIRET, LOAN).cells
    bad = tuple(
        WRONG[field] if name == field else cell for name, cell in zip(NAMES, good, strict=True)
    )
    content = write_table(NAMES, [good, bad, good], mark=False)
    assert [(problem.row, problem.field) for problem in check_scdl(content)] == [(3, field)]
    found = {(row, name) for row, name, _ in validated(content, tmp_path)}
    assert found == {(3, field)}


def test_other_columns_are_refused() -> None:
    assert check_scdl(b"a,b\r\n1,2\r\n")[0].row == 1
    assert check_scdl("é".encode("latin-1"))[0].row == 0


names = st.text(max_size=300)


@settings(max_examples=300)
@given(names, names, st.integers(1, 10**12), st.none() | st.from_regex(r"\AW\d[0-9A-Z]\d{7}\Z"))
def test_whatever_things_are_called_the_file_holds_to_the_format(
    organisation: str, event: str, cents: int, rna: str | None
) -> None:
    told = {**LOAN.__dict__, "organisation": organisation, "event": event, "cents": cents}
    row = scdl_row("Ville", TOWN_SIRET, Granted(**{**told, "rna": rna}))
    content = write_table(NAMES, [row.cells] if row.is_told else [], mark=False)
    assert check_scdl(content) == []
    assert row.is_told == bool("".join(c if c.isprintable() else " " for c in organisation).split())
