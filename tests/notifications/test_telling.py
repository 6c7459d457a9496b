"""What happens is told to whom it concerns, once, in the transaction in which it happens."""

import json

import pytest
from sqlalchemy import select

from lending.bookings.decisions import approve_booking, cancel_booking, refuse_booking
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.states import RefusalReason
from lending.bookings.submission import submit_booking
from lending.db.database import Database, UnitOfWork
from lending.notifications.kinds import Delivery, Kind, Pace
from lending.notifications.models import Message
from lending.notifications.recipients import people_of
from lending.notifications.writing import Told, tell
from lending.organisations.models import Organisation
from lending.organisations.service import reject_organisation, verify_organisation
from tests.factories import Cast, draft, submitted, waiting


def written(database: Database, kind: Kind | None = None) -> list[Message]:
    """Return the messages, in their order."""
    with database.read() as uow:
        query = select(Message).order_by(Message.id)
        if kind is not None:
            query = query.where(Message.kind == kind)
        rows = list(uow.session.scalars(query))
        uow.session.expunge_all()
        return rows


def recipients(messages: list[Message]) -> set[str]:
    return {message.recipient for message in messages}


def test_a_request_is_acknowledged_to_its_people_and_its_contact_and_told_to_the_managers(
    told: Database, cast: Cast
):
    number = draft(told, cast, {cast.chairs: 10})
    told.write(lambda uow: submit_booking(uow, cast.alice, number))
    first = written(told, Kind.ACKNOWLEDGEMENT)
    assert recipients(first) == {f"person:{cast.alice.user_id}", f"organisation:{cast.choir}"}
    assert {message.pace for message in first} == {Pace.AT_ONCE}
    data = json.loads(first[0].data)
    assert (data["event"], data["lines"][0]["requested"]) == ("Fête de l'été", 10)
    news = written(told, Kind.NEW_REQUEST)
    assert recipients(news) == {f"person:{cast.manager.user_id}"}
    assert news[0].pace is Pace.DAILY


def test_what_is_undone_was_never_told(told: Database, cast: Cast):
    number = draft(told, cast, {cast.chairs: 10})

    def submit_and_fail(uow: UnitOfWork) -> None:
        submit_booking(uow, cast.alice, number)
        raise RuntimeError("the power fails")

    with pytest.raises(RuntimeError):
        told.write(submit_and_fail)
    assert written(told) == []


def test_every_answer_is_told_with_its_reason(told: Database, cast: Cast):
    whole = submitted(told, cast, {cast.chairs: 10})
    part = submitted(told, cast, {cast.tables: 10})
    none = submitted(told, cast, {cast.barriers: 10})
    missing = submitted(told, cast, {cast.chairs: 5})
    why = "Le reste est prêté ailleurs."
    told.write(lambda uow: approve_booking(uow, cast.manager, whole))
    told.write(lambda uow: approve_booking(uow, cast.manager, part, {cast.tables: 4}, why))
    told.write(
        lambda uow: refuse_booking(uow, cast.manager, none, RefusalReason.LATE, "Trop tard.")
    )
    told.write(lambda uow: ask_for_pieces(uow, cast.manager, missing, "Le plan du site"))
    for booking, kind, reason in (
        (whole, Kind.GRANTED, ""),
        (part, Kind.GRANTED_IN_PART, why),
        (none, Kind.REFUSED, "Trop tard."),
        (missing, Kind.MISSING_PIECE, "Le plan du site"),
    ):
        found = written(told, kind)
        assert {message.booking_id for message in found} == {booking}
        assert len(found) == 2
        assert {json.loads(message.data)["reason"] for message in found} == {reason}


def test_who_waited_hears_that_it_is_served(told: Database, cast: Cast):
    first = submitted(told, cast, {cast.tent: 1})
    second = waiting(told, cast, {cast.tent: 1}, organisation=cast.club)
    assert len(written(told, Kind.WAITING_LIST)) == 2
    told.write(lambda uow: cancel_booking(uow, cast.alice, first, "Il pleut."))
    served = written(told, Kind.SERVED)
    assert {message.booking_id for message in served} == {second}
    assert recipients(served) == {f"person:{cast.bob.user_id}", f"organisation:{cast.club}"}


def test_the_other_side_hears_of_a_cancellation_and_no_one_of_what_they_did(
    told: Database, cast: Cast
):
    ours = submitted(told, cast, {cast.chairs: 10})
    theirs = submitted(told, cast, {cast.chairs: 10})
    told.write(lambda uow: cancel_booking(uow, cast.alice, ours, "Il pleut."))
    told.write(lambda uow: cancel_booking(uow, cast.manager, theirs, "Le gymnase ferme."))
    assert {m.booking_id for m in written(told, Kind.REQUEST_CANCELLED)} == {ours}
    assert {m.booking_id for m in written(told, Kind.CANCELLED)} == {theirs}


def test_a_registration_is_answered(told: Database, cast: Cast):
    told.write(lambda uow: reject_organisation(uow, cast.manager, cast.newcomer, "RNA illisible."))
    told.write(lambda uow: verify_organisation(uow, cast.manager, cast.newcomer))
    rejected, verified = written(told, Kind.REJECTED), written(told, Kind.VERIFIED)
    assert recipients(rejected) == recipients(verified)
    assert f"person:{cast.carol.user_id}" in recipients(verified)
    assert "RNA illisible." in rejected[0].data


def test_a_contact_with_an_account_is_told_once(told: Database, cast: Cast):
    def same_address(uow: UnitOfWork) -> None:
        choir = uow.session.get_one(Organisation, cast.choir)
        choir.contact_email = "Alice@treteau.example"

    told.write(same_address)
    submitted(told, cast, {cast.chairs: 10})
    assert recipients(written(told, Kind.ACKNOWLEDGEMENT)) == {f"person:{cast.alice.user_id}"}


def test_nothing_is_told_twice_for_one_cause(told: Database, cast: Cast):
    said = Told(Kind.AGREEMENT, "document:1", "/demandes/1", {"number": "C-1"})

    def say(uow: UnitOfWork) -> int:
        return tell(uow, said, people_of(uow, cast.choir))

    assert [told.write(say), told.write(say)] == [2, 0]
    assert {message.delivery for message in written(told)} == {Delivery.WAITING}
