"""An agreement is signed once, by a link that serves once, or by hand with a copy."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from lending.accounts.permissions import ANONYMOUS
from lending.attachments.inspecting import inspect
from lending.bookings.decisions import cancel_booking
from lending.db.database import Database
from lending.documents.drawings import checked_drawing
from lending.documents.errors import LinkUnusable
from lending.documents.facts import AgreementSigned
from lending.documents.kinds import Kind
from lending.documents.models import Document, DocumentFile, SigningLink
from lending.documents.queries import Agreed, agreement_of, documents_of
from lending.documents.signing import (
    LINK_LASTS,
    HandedIn,
    Signed,
    make_link,
    make_own_link,
    open_link,
    sign_on_screen,
    take_signed_copy,
    withdraw_links,
)
from lending.errors import Forbidden, InvalidInput, NotAllowedNow
from tests import factories
from tests.support.letters import issue, set_letterhead
from tests.support.papers import pdf

WHO = Signed("Alice Martin", "présidente", agrees=True, address="192.0.2.7")


@pytest.fixture
def agreement(database: Database, cast) -> int:
    """Return the number of an agreement whose file is made, as far as signing looks at it."""
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    number = issue(database, cast, booking, Kind.AGREEMENT)

    def made(uow) -> None:
        uow.session.add(DocumentFile(document_id=number, sha256="a" * 64, size=9, made_at=uow.now))

    database.write(made)
    return number


def link(database, cast, number):
    return database.write(lambda uow: make_link(uow, cast.manager, number))


def sign(database, secret, who=WHO, actor=ANONYMOUS):
    return database.write(lambda uow: sign_on_screen(uow, actor, secret, who).id)


def booking_of(database, number):
    with database.read() as uow:
        return uow.session.get_one(Document, number).booking_id


def test_the_signed_edition_keeps_the_number_and_tells_how_it_was_signed(database, cast, agreement):
    told = []
    database.events.subscribe(AgreementSigned, lambda fact, uow: told.append(fact.document_id))
    edition = sign(database, link(database, cast, agreement))
    with database.read() as uow:
        before = json.loads(uow.session.get_one(Document, agreement).content)
        row = uow.session.get_one(Document, edition)
        says = json.loads(row.content)
        proof = says.pop("signature")
        assert (row.reference, row.edition, row.replaces_id) == ("CONV-2026-0001", 2, agreement)
        assert agreement_of(uow, row.booking_id).state is Agreed.SIGNED
    assert says == before, "the text that was signed is unchanged"
    assert proof["name"] == "Alice Martin"
    assert proof["address"] == "192.0.2.7"
    assert proof["sha256"] == "a" * 64
    assert proof["at"] == "2026-03-02T08:00:00.000000Z"
    assert "Chorale des Planches" in proof["consent"]
    assert proof["by_link"] is True
    assert told == [agreement]


def test_a_link_serves_once(database, cast, agreement):
    secret = link(database, cast, agreement)
    sign(database, secret)
    with pytest.raises(LinkUnusable):
        sign(database, secret)


def test_only_a_hash_of_the_secret_is_kept(database, cast, agreement):
    secret = link(database, cast, agreement)
    with database.read() as uow:
        (row,) = uow.session.query(SigningLink)
    assert secret not in repr(vars(row))


def test_a_new_link_makes_the_earlier_one_worthless(database, cast, agreement):
    first, second = link(database, cast, agreement), link(database, cast, agreement)
    with pytest.raises(LinkUnusable):
        sign(database, first)
    sign(database, second)


def test_a_link_can_be_withdrawn_and_ends_by_itself(database, cast, agreement, clock):
    first = link(database, cast, agreement)
    database.write(lambda uow: withdraw_links(uow, cast.manager, agreement))
    second = link(database, cast, agreement)
    clock.instant += LINK_LASTS - timedelta(seconds=1)
    with database.read() as uow:
        assert open_link(uow, second).reference == "CONV-2026-0001"
    clock.instant += timedelta(seconds=1)
    for secret in (first, second, "guessed"):
        with pytest.raises(LinkUnusable):
            sign(database, secret)


def test_a_link_to_a_replaced_agreement_leads_nowhere(database, cast, agreement):
    secret = link(database, cast, agreement)
    issue(database, cast, booking_of(database, agreement), Kind.AGREEMENT)
    with pytest.raises(LinkUnusable):
        sign(database, secret)


def test_the_agreement_of_a_cancelled_loan_is_not_signed_any_more(database, cast, agreement):
    secret, booking = link(database, cast, agreement), booking_of(database, agreement)
    with database.read() as uow:
        assert agreement_of(uow, booking).can_be_signed
    database.write(lambda uow: cancel_booking(uow, cast.manager, booking, "Fête annulée"))
    with pytest.raises(LinkUnusable):
        sign(database, secret)
    with pytest.raises(NotAllowedNow):
        link(database, cast, agreement)
    with database.read() as uow:
        assert not agreement_of(uow, booking).can_be_signed


def test_a_link_that_staff_open_signed_in_is_not_the_borrowers_own_account(
    database, cast, agreement
):
    edition = sign(database, link(database, cast, agreement), actor=cast.manager)
    with database.read() as uow:
        proof = json.loads(uow.session.get_one(Document, edition).content)["signature"]
    assert proof["by_link"] is True


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("who", "field"),
    [
        (Signed("", "présidente", agrees=True), "name"),
        (Signed("Alice", " ", agrees=True), "quality"),
        (Signed("Alice", "présidente", agrees=False), "agrees"),
    ],
)
def test_nobody_signs_without_name_quality_and_consent(database, cast, agreement, who, field):
    secret = link(database, cast, agreement)
    with pytest.raises(InvalidInput) as told:
        sign(database, secret, who)
    assert [error.field for error in told.value.errors] == [field]
    sign(database, secret)  # the link was not used up


def test_an_association_signs_with_its_account_and_staff_cannot(database, cast, agreement):
    for actor in (cast.manager, cast.administrator):
        with pytest.raises(Forbidden):
            database.write(lambda uow, actor=actor: make_own_link(uow, actor, agreement))
    secret = database.write(lambda uow: make_own_link(uow, cast.alice, agreement))
    edition = sign(database, secret, actor=cast.alice)
    with database.read() as uow:
        says = json.loads(uow.session.get_one(Document, edition).content)
    assert says["signature"]["by_link"] is False


def test_what_is_signed_is_neither_signed_nor_issued_again(database, cast, agreement):
    given = HandedIn("Alice Martin", "présidente", "b" * 64, "application/pdf")
    database.write(lambda uow: take_signed_copy(uow, cast.alice, agreement, given))
    with pytest.raises(NotAllowedNow):
        link(database, cast, agreement)
    booking = booking_of(database, agreement)
    with pytest.raises(NotAllowedNow):
        issue(database, cast, booking, Kind.AGREEMENT)
    with database.read() as uow:
        latest = documents_of(uow, cast.alice, booking)[0]
    assert latest.signature.has_copy
    assert latest.is_signed_edition


def test_the_database_refuses_to_alter_a_signature(database, cast, agreement):
    sign(database, link(database, cast, agreement))
    for statement in (
        "UPDATE agreement_signature SET name = 'Bob'",
        "DELETE FROM agreement_signature",
    ):
        with (
            pytest.raises(DatabaseError, match="stay as they were written"),
            database.engine.begin() as connection,
        ):
            connection.execute(text(statement))


def test_copies_are_known_by_what_they_hold():
    assert inspect(pdf()).media == "application/pdf"
    cut_off = b"%PDF-1.7 cut off"
    for content in (b"", cut_off, cut_off + b" %%EOF", b"<html>agreement.pdf</html>", b"MZ\x90"):
        with pytest.raises(InvalidInput) as refused:
            inspect(content)
        assert refused.value.errors[0].field == "file"
    drawn = "data:image/png;base64,"
    for address in (
        f"{drawn}aGVsbG8=",
        f"{drawn}é",
        f"{drawn}=",
        "https://elsewhere.example/x.png",
    ):
        with pytest.raises(InvalidInput):
            checked_drawing(address)
