"""What happens to a booking asks for its letters; the worker issues them when nothing lacks."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from lending.bookings.decisions import approve_booking
from lending.documents.facts import DocumentIssued
from lending.documents.kinds import Kind, Signing
from lending.documents.making import issue_and_make, some_document_waits
from lending.documents.models import Document, DocumentFile, DocumentRequest
from lending.errors import InvalidInput
from lending.handover.statements import tell_check_out
from lending.handover.values import Circumstances
from tests import factories
from tests.support.letters import issue, set_letterhead


def issued(database):
    """Return the numbers of what was issued, in order."""
    with database.read() as uow:
        return [row.reference for row in uow.session.query(Document).order_by(Document.id)]


def test_nothing_is_issued_by_itself_unless_the_authority_wants_it(followed, cast):
    set_letterhead(followed, cast)
    factories.approved(followed, cast, {cast.chairs: 2})
    with followed.read() as uow:
        assert uow.session.query(DocumentRequest).count() == 0


def test_a_request_and_its_decision_ask_for_letters_the_worker_issues(followed, cast, files):
    set_letterhead(followed, cast, is_automatic=True)
    told = []
    followed.events.subscribe(DocumentIssued, lambda fact, uow: told.append(fact.document_id))
    booking = factories.submitted(followed, cast, {cast.chairs: 2})
    with followed.read() as uow:
        assert some_document_waits(uow)
    assert issue_and_make(followed, files) == 1
    followed.write(lambda uow: approve_booking(uow, cast.manager, booking))
    assert issue_and_make(followed, files) == 1
    assert issued(followed) == ["AR-2026-0001", "DEC-2026-0001"]
    assert len(told) == 2
    assert issue_and_make(followed, files) == 0
    with followed.read() as uow:
        assert not some_document_waits(uow)


def test_a_letter_waits_until_somebody_may_sign_it(followed, cast, files):
    set_letterhead(followed, cast, is_automatic=True, signatory=None)
    factories.approved(followed, cast, {cast.chairs: 2})
    assert issue_and_make(followed, files) == 1  # the acknowledgement, which nobody signs
    with followed.read() as uow:
        assert not some_document_waits(uow), "it is not tried again and again"
    set_letterhead(followed, cast, is_automatic=True)
    assert issue_and_make(followed, files) == 1
    assert issued(followed) == ["AR-2026-0001", "DEC-2026-0001"]


def test_nothing_leaves_without_the_agreement_that_must_be_signed_or_a_reason(followed, cast):
    set_letterhead(followed, cast, signing=Signing.REQUIRED)
    booking = factories.approved(followed, cast, {cast.chairs: 2})
    issue(followed, cast, booking, Kind.AGREEMENT)
    with pytest.raises(InvalidInput) as told:
        followed.write(lambda uow: tell_check_out(uow, cast.manager, booking))
    assert [error.field for error in told.value.errors] == ["unsigned_reason"]
    why = Circumstances(unsigned_reason="Le président signe sur place.")
    followed.write(lambda uow: tell_check_out(uow, cast.manager, booking, told=why))


def test_where_signing_is_optional_nothing_is_asked(followed, cast):
    set_letterhead(followed, cast)
    booking = factories.approved(followed, cast, {cast.chairs: 2})
    followed.write(lambda uow: tell_check_out(uow, cast.manager, booking))


def test_a_document_that_cannot_be_made_holds_up_no_other(followed, cast, files):
    set_letterhead(followed, cast, is_automatic=True)
    first = factories.submitted(followed, cast, {cast.chairs: 2})

    def spoiled(uow) -> None:
        uow.session.execute(delete(DocumentRequest))
        says = {"content": "{}", "digest": "", "year": 2025, "number": 9, "edition": 1}
        who = {"authority_id": cast.town, "organisation_id": cast.choir, "booking_id": first}
        row = Document(
            kind=Kind.ACKNOWLEDGEMENT, uuid=str(uuid4()), issued_at=uow.now, **says, **who
        )
        uow.session.add(row)

    followed.write(spoiled)
    factories.submitted(followed, cast, {cast.chairs: 2})
    with pytest.raises(KeyError):
        issue_and_make(followed, files)
    with followed.read() as uow:
        made = uow.session.scalars(select(DocumentFile.document_id)).all()
        assert [uow.session.get_one(Document, each).year for each in made] == [2026]
