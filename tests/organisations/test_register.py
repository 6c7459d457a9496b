"""An association registers itself; the front desk registers who phones."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from lending.accounts.models import User
from lending.accounts.permissions import ANONYMOUS, Action
from lending.accounts.sessions import principal_of_session, sign_in
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotSignedIn
from lending.organisations.details import OrganisationDetails
from lending.organisations.models import Organisation, OrganisationKind, Verification
from lending.organisations.queries import get_organisation
from lending.organisations.service import (
    NewContact,
    create_organisation,
    register_organisation,
)
from tests.factories import TOWN_COMMUNE, Cast

BAND = OrganisationDetails(
    name=" Harmonie de Sainte-Planche ",
    rna="w 001 000 777",
    siret="732 829 320 00074",
    commune_insee=TOWN_COMMUNE,
    contact_name="Dora",
    contact_email="dora@harmonie.example",
)
DORA = NewContact("Dora", "Dora@Harmonie.example", "trois planches, deux tréteaux")


def fields(refused: pytest.ExceptionInfo[InvalidInput]) -> set[str]:
    return {error.field for error in refused.value.errors}


def count(database: Database) -> tuple[int | None, int | None]:
    with database.read() as uow:
        return (
            uow.session.scalar(select(func.count(Organisation.id))),
            uow.session.scalar(select(func.count(User.id))),
        )


def test_an_association_registers_and_its_contact_can_sign_in(
    database: Database, cast: Cast
) -> None:
    made = register_organisation(database, BAND, DORA)

    dora = principal_of_session(database, sign_in(database, DORA.email, DORA.password))
    assert dora is not None
    assert dora.organisation_ids == (made.organisation_id,)
    with database.read() as uow:
        seen = get_organisation(uow, dora, made.organisation_id)
    assert seen.verification is Verification.PENDING
    assert (seen.name, seen.rna, seen.siret, seen.siren) == (
        "Harmonie de Sainte-Planche",
        "W001000777",
        "73282932000074",
        "732829320",
    )


def test_everything_wrong_is_said_at_once_and_nothing_is_written(
    database: Database, cast: Cast
) -> None:
    before = count(database)
    with pytest.raises(InvalidInput) as refused:
        register_organisation(
            database,
            OrganisationDetails(
                name="", rna="12", siren="552008444", siret="1", commune_insee="",
                contact_email="dora",
            ),
            NewContact("", "alice", "short"),
        )  # fmt: skip
    assert fields(refused) == {
        "name", "rna", "siren", "siret", "commune_insee", "contact_email",
        "contact.name", "contact.email", "contact.password",
    }  # fmt: skip
    assert count(database) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rna": "", "siret": ""}, "rna"),
        ({"rna": "W001000001"}, "rna"),
        ({"commune_insee": "00999"}, "commune_insee"),
        ({"siren": "552008443"}, "siret"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_what_cannot_be_registered_is_refused(
    database: Database, cast: Cast, change: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        register_organisation(database, replace(BAND, **change), DORA)
    assert fields(refused) == {field}


def test_an_address_that_has_an_account_is_told_so(database: Database, cast: Cast) -> None:
    before = count(database)
    with pytest.raises(InvalidInput) as refused:
        register_organisation(database, BAND, replace(DORA, email="ALICE@treteau.example"))
    assert fields(refused) == {"contact.email"}
    assert count(database) == before


def test_an_association_that_registers_twice_at_once_is_written_once(
    database: Database, cast: Cast
) -> None:
    before = count(database)

    def attempt(turn: int) -> bool:
        try:
            register_organisation(database, BAND, replace(DORA, email=f"d{turn}@band.example"))
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(attempt, range(4))).count(True) == 1
    assert count(database) == tuple((number or 0) + 1 for number in before)


def test_the_front_desk_registers_who_phones_verified_at_once(
    database: Database, cast: Cast
) -> None:
    school = OrganisationDetails("École du Gué", TOWN_COMMUNE, OrganisationKind.SCHOOL)
    number = database.write(lambda uow: create_organisation(uow, cast.front_desk, school))
    with database.read() as uow:
        seen = get_organisation(uow, cast.front_desk, number)
    assert seen.verification is Verification.VERIFIED
    assert seen.verified_by == "Fanny"
    assert seen.commune_name == "Sainte-Planche"


def test_only_who_verifies_may_register_others(database: Database, cast: Cast) -> None:
    for actor in (cast.alice, cast.auditor):
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: create_organisation(uow, a, BAND))
    with pytest.raises(NotSignedIn):
        database.write(lambda uow: create_organisation(uow, ANONYMOUS, BAND))
    assert ANONYMOUS.can(Action.REGISTER_ORGANISATION)
