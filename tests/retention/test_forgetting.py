"""People are forgotten when their time is over, or when they ask; decisions stay."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lending.accounts.models import User, UserSession
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.bookings.decisions import approve_booking
from lending.bookings.models import Booking, Logistics, SiteAccess, Transition
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.record.listening import listen
from lending.equity.record.replaying import replay_chain
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.handover.service import close_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.logistics import generating
from lending.logistics.kinds import Told
from lending.logistics.models import Task, TaskEvent
from lending.organisations.models import Organisation
from lending.policies.drafting import Draft
from lending.policies.rules import Rules
from lending.retention.forgetting import (
    NOBODY,
    due_contacts,
    forget_contact,
    forget_old_contacts,
)
from lending.retention.queries import last_erasures
from tests.equity.record.chains import contents, walk
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved, submitted
from tests.policies.test_versions import published

DAY = timedelta(days=1)
YEARS_LATER = datetime(2029, 7, 1, tzinfo=UTC)
"""More than 36 months after the loans of June 2026."""


def contact(database: Database, number: int) -> tuple[str, str, str]:
    with database.read() as uow:
        found = uow.session.get_one(Organisation, number)
        return found.contact_name, found.contact_email, found.contact_phone


def person(database: Database, number: int | None) -> tuple[str, str, bool]:
    with database.read() as uow:
        found = uow.session.get_one(User, number)
        return found.name, found.email, found.is_active


@pytest.fixture
def lent(database: Database, cast: Cast, clock: FixedClock) -> int:
    """A loan of the choir that is over, with somebody who was met on the site."""
    number = approved(database, cast, {cast.chairs: 5}, actor=cast.alice)
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    database.write(lambda uow: close_booking(uow, cast.manager, number))

    def somebody_on_site(uow) -> None:
        event = uow.session.get_one(Booking, number).event
        event.access = SiteAccess("Dora Planche", "06 99 00 00 09")
        organisation = uow.session.get_one(Organisation, cast.choir)
        organisation.contact_name, organisation.contact_phone = "Alice Planche", "06 99 00 00 08"

    database.write(somebody_on_site)
    return number


def test_scenario_15_a_contact_is_made_anonymous_and_the_record_still_verifies(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    listen(database.events)
    number = submitted(database, cast, {cast.chairs: 5}, actor=cast.alice)
    database.write(lambda uow: approve_booking(uow, cast.manager, number))
    before = contents(database, cast.town)
    clock.instant = YEARS_LATER
    database.write(lambda uow: setattr(uow.session.get_one(Booking, number), "state", "closed"))
    assert forget_old_contacts(database) > 0
    assert contact(database, cast.choir) == ("", "", "")
    assert contents(database, cast.town) == before
    assert walk(database, cast.town).first_break is None
    with database.read() as uow:
        assert replay_chain(uow, cast.town).differences == ()


def test_contacts_accounts_and_who_was_met_are_forgotten_after_the_time_of_the_rules(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    database.write(lambda uow: open_session(uow, cast.alice.user_id or 0, Visitor(), Limits()))
    clock.instant = MONDAY + 3 * 365 * DAY
    assert cast.choir not in {each.organisation_id for each in _due(database)}
    clock.instant = YEARS_LATER
    forget_old_contacts(database)
    assert contact(database, cast.choir) == ("", "", "")
    name, email, is_active = person(database, cast.alice.user_id)
    assert (name, is_active) == (NOBODY, False)
    assert "alice" not in email
    with database.read() as uow:
        booking = uow.session.get_one(Booking, lent)
        assert (booking.event.access.contact, booking.event.access.phone) == ("", "")
        assert booking.event.name == "Fête de l'été"
        names = set(uow.session.scalars(select(Transition.actor_name)))
        assert "Alice" not in names
        assert uow.session.scalars(select(UserSession)).all() == []
    assert person(database, cast.manager.user_id)[2]
    assert forget_old_contacts(database) == 0


def _due(database: Database):
    with database.read() as uow:
        return due_contacts(uow, uow.now)


def test_the_longest_time_of_any_lender_holds(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    published(database, cast, draft=Draft(Rules(contact_months=48), vote_reference="no 1"))
    clock.instant = YEARS_LATER
    assert _due(database) == []
    clock.instant = datetime(2030, 7, 1, tzinfo=UTC)
    due = {each.organisation_id: each for each in _due(database)}
    assert due[cast.choir].last == MONDAY
    assert due[cast.choir].due_at <= clock.instant


def test_who_registered_and_never_borrowed_is_forgotten_too(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    clock.instant = YEARS_LATER
    forget_old_contacts(database)
    assert contact(database, cast.newcomer) == ("", "", "")
    with database.read() as uow:
        assert {row.by for row in last_erasures(uow)} == {"Tréteau"}


def test_who_was_met_on_an_old_loan_is_forgotten_though_the_organisation_still_borrows(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    clock.instant = YEARS_LATER - 100 * DAY
    soon = clock.instant + 90 * DAY
    submitted(database, cast, {cast.chairs: 5}, start=soon, end=soon + DAY)
    clock.instant = YEARS_LATER
    forget_old_contacts(database)
    assert contact(database, cast.choir)[0] == "Alice Planche"
    with database.read() as uow:
        assert uow.session.get_one(Booking, lent).event.access.contact == ""


def test_somebody_who_asks_is_forgotten_at_once_unless_something_is_still_to_be_done(
    database: Database, cast: Cast, clock: FixedClock, lent: int
) -> None:
    with pytest.raises(InvalidInput):
        database.write(lambda uow: forget_contact(uow, cast.front_desk, cast.choir, " "))
    for actor in (cast.alice, cast.auditor, cast.agent):
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: forget_contact(uow, a, cast.choir, "Moi"))
    with pytest.raises(NotFound):
        database.write(lambda uow: forget_contact(uow, cast.front_desk, 4711, "Demandé"))
    later = clock.instant + 60 * DAY
    submitted(
        database, cast, {cast.chairs: 1}, organisation=cast.club, start=later, end=later + DAY
    )
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: forget_contact(uow, cast.front_desk, cast.club, "Demandé"))
    database.write(lambda uow: forget_contact(uow, cast.front_desk, cast.choir, "Lettre du 3 juin"))
    assert contact(database, cast.choir) == ("", "", "")
    with database.read() as uow:
        (row,) = last_erasures(uow)
    assert (row.by, row.reason) == ("Fanny", "Lettre du 3 juin")


def test_signatures_and_photos_of_the_field_go_with_the_people(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    generating.listen(database.events)
    number = approved(database, cast, {cast.chairs: 5}, logistics=Logistics.DELIVERY)

    def told(uow) -> int:
        task = uow.session.scalars(select(Task.id).where(Task.booking_id == number)).first()
        event = TaskEvent(
            task_id=task,
            key="k",
            kind=Told.SIGNED,
            happened_at=NOW,
            arrived_at=NOW,
            told_by="Gaston",
            receiver="Dora Planche",
            signature="a.png",
            has_moved=False,
        )
        uow.session.add(event)
        uow.session.flush()
        return event.id

    event = database.write(told)
    clock.instant = YEARS_LATER
    forget_old_contacts(database)
    with database.read() as uow:
        kept = uow.session.get_one(TaskEvent, event)
        assert (kept.receiver, kept.signature, kept.told_by) == ("", "", "Gaston")
