"""The front desk verifies; an association changes only what does not undo that."""

from dataclasses import replace

import pytest

from lending.accounts.permissions import Principal
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound, NotSignedIn
from lending.organisations.details import OrganisationDetails, details_of
from lending.organisations.facts import OrganisationChanged
from lending.organisations.models import Organisation, Verification
from lending.organisations.queries import (
    count_pending,
    get_organisation,
    list_organisations,
    organisation_names,
)
from lending.organisations.service import (
    edit_organisation,
    reject_organisation,
    verify_organisation,
)
from tests.factories import OTHER_COMMUNE, Cast, make_organisation


def details(database: Database, number: int) -> OrganisationDetails:
    with database.read() as uow:
        return details_of(uow.session.get_one(Organisation, number))


def edit(database: Database, actor: Principal, number: int, **change: object) -> None:
    changed = replace(details(database, number), **change)  # type: ignore[arg-type]
    database.write(lambda uow: edit_organisation(uow, actor, number, changed))


def verification(database: Database, cast: Cast, number: int) -> Verification:
    with database.read() as uow:
        return get_organisation(uow, cast.administrator, number).verification


def test_a_verified_association_is_no_longer_pending(database: Database, cast: Cast) -> None:
    database.write(lambda uow: verify_organisation(uow, cast.front_desk, cast.newcomer))
    with database.read() as uow:
        assert count_pending(uow) == 0
        assert get_organisation(uow, cast.carol, cast.newcomer).verified_by == "Fanny"
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: verify_organisation(uow, cast.manager, cast.newcomer))


def test_a_rejection_needs_a_reason_that_the_association_reads(
    database: Database, cast: Cast
) -> None:
    with pytest.raises(InvalidInput):
        database.write(lambda uow: reject_organisation(uow, cast.manager, cast.newcomer, "  "))
    reason = "Le siège est hors du territoire."
    database.write(lambda uow: reject_organisation(uow, cast.manager, cast.newcomer, reason))
    with database.read() as uow:
        seen = get_organisation(uow, cast.carol, cast.newcomer)
    assert (seen.verification, seen.verification_note) == (Verification.REJECTED, reason)
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: reject_organisation(uow, cast.manager, cast.newcomer, reason))


def test_borrowers_and_auditors_verify_nothing(database: Database, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        database.write(lambda uow: verify_organisation(uow, cast.carol, cast.newcomer))
    with pytest.raises(Forbidden):
        database.write(lambda uow: reject_organisation(uow, cast.auditor, cast.newcomer, "no"))
    with pytest.raises(NotFound):
        database.write(lambda uow: verify_organisation(uow, cast.alice, cast.newcomer))


def test_a_verified_association_changes_its_contact_and_not_its_identity(
    database: Database, cast: Cast
) -> None:
    edit(database, cast.alice, cast.choir, contact_phone="06 99 00 00 00")
    for change in (
        {"name": "Autre nom"},
        {"rna": "W001000999"},
        {"commune_insee": OTHER_COMMUNE},
        {"siren": "552008443"},
    ):
        with pytest.raises(InvalidInput) as refused:
            edit(database, cast.alice, cast.choir, **change)
        assert [error.field for error in refused.value.errors] == list(change)
    assert verification(database, cast, cast.choir) is Verification.VERIFIED
    edit(database, cast.front_desk, cast.choir, name="Chorale des Planches réunies")
    assert details(database, cast.choir).name == "Chorale des Planches réunies"


def test_a_rejected_association_corrects_itself_and_is_looked_at_again(
    database: Database, cast: Cast
) -> None:
    database.write(lambda uow: reject_organisation(uow, cast.manager, cast.newcomer, "RNA faux"))
    edit(database, cast.carol, cast.newcomer, rna="W001000004")
    assert verification(database, cast, cast.newcomer) is Verification.PENDING


def test_dates_of_documents_are_the_front_desks(database: Database, cast: Cast) -> None:
    today = database.clock.now().date()
    with pytest.raises(InvalidInput):
        edit(database, cast.carol, cast.newcomer, insurance_until=today)
    edit(database, cast.front_desk, cast.newcomer, insurance_until=today)
    assert details(database, cast.newcomer).insurance_until == today


def test_a_change_is_told_to_the_rooms_above(database: Database, cast: Cast) -> None:
    told: list[int] = []
    database.events.subscribe(
        OrganisationChanged, lambda fact, uow: told.append(fact.organisation_id)
    )
    edit(database, cast.alice, cast.choir, address="1 place du Kiosque")
    assert told == [cast.choir]


def test_no_association_sees_another(database: Database, cast: Cast) -> None:
    with database.read() as uow:
        with pytest.raises(NotFound):
            get_organisation(uow, cast.alice, cast.club)
        own = list_organisations(uow, cast.alice)
        searched = list_organisations(uow, cast.alice, search="pétanque")
        with pytest.raises(NotSignedIn):
            list_organisations(uow, Principal())
    assert [seen.id for seen in own.organisations] == [cast.choir]
    assert searched.total == 0
    with pytest.raises(NotFound):
        edit(database, cast.alice, cast.club, contact_phone="1")


@pytest.mark.parametrize(
    "search",
    ["petanque", "PÉTANQUES", "club gue", "W001000002", "w 001 000 002", "001000002"],
)
def test_staff_find_by_name_commune_and_number(database: Database, cast: Cast, search: str) -> None:
    edit(database, cast.front_desk, cast.club, contact_phone="1")
    with database.read() as uow:
        found = list_organisations(uow, cast.manager, search=search)
    if search == "001000002":
        assert found.total == 0
    else:
        assert [seen.id for seen in found.organisations] == [cast.club]


def test_those_to_be_verified_come_in_the_order_of_their_registration(
    database: Database, cast: Cast
) -> None:
    def write(name: str) -> int:
        return database.write(
            lambda uow: make_organisation(uow.session, name, verification=Verification.PENDING).id
        )

    later = write("A later one")
    with database.read() as uow:
        pending = list_organisations(uow, cast.front_desk, verification=Verification.PENDING)
        page = list_organisations(uow, cast.front_desk, page=2, per_page=3)
        names = organisation_names(uow, [later, cast.choir])
    assert [seen.id for seen in pending.organisations] == [cast.newcomer, later]
    assert (page.total, len(page.organisations)) == (4, 1)
    assert names == {later: "A later one", cast.choir: "Chorale des Planches"}
