"""The feed of an item tells when it is taken, and who has it to staff alone."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from lending.accounts.models import UserRole
from lending.accounts.permissions import SYSTEM
from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking
from lending.bookings.decisions import approve_booking, cancel_booking
from lending.bookings.supply import end_maintenance, plan_maintenance
from lending.clock import FixedClock
from lending.db.database import Database
from lending.subscriptions.models import View
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted
from tests.feeds.conftest import Reader, Subscribe


@pytest.fixture
def staff(subscribed: Subscribe, cast: Cast) -> Reader:
    """The calendar of the town's tables, for its manager."""
    return subscribed(cast.manager, View.ITEM, cast.tables, language="en")


@pytest.fixture
def public(subscribed: Subscribe, cast: Cast) -> Reader:
    """The same calendar for an association."""
    return subscribed(cast.bob, View.ITEM, cast.tables, language="en")


def test_an_association_sees_quantities_and_never_who(
    public: Reader, staff: Reader, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.tables: 12}, name="Bal des pompiers")
    assert set(public.events()) == {"12 × Table pliante 183 cm – loan"}
    assert set(staff.events()) == {"12 × Table pliante 183 cm – Chorale des Planches"}
    data = public.get().data.decode().replace("\r\n ", "")
    for secret in ("Chorale", "Bal des pompiers", "R-2026", "/demandes/"):
        assert secret not in data


def test_the_staff_of_another_authority_sees_no_more_than_an_association(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.tables: 12})
    other = subscribed(cast.other_manager, View.ITEM, cast.tables, language="en")
    assert set(other.events()) == {"12 × Table pliante 183 cm – loan"}


def test_who_loses_the_right_to_know_who_reads_quantities_from_the_next_fetch_on(
    staff: Reader, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.tables: 12})
    assert "Chorale" in staff.get().text
    manager = cast.manager.user_id

    def demote(uow) -> None:  # type: ignore[no-untyped-def]
        uow.session.execute(delete(UserRole).where(UserRole.user_id == manager))
        uow.session.add(UserRole(user_id=manager, role="borrower", organisation_id=cast.club))

    live.write(demote)
    assert "Chorale" not in staff.get().text
    assert set(staff.events()) == {"12 × Table pliante 183 cm – loan"}


def test_who_loses_every_right_reads_nothing(staff: Reader, live: Database, cast: Cast) -> None:
    mine = delete(UserRole).where(UserRole.user_id == cast.manager.user_id)
    live.write(lambda uow: uow.session.execute(mine).rowcount)
    assert staff.get().status_code == 404


def test_preparation_and_turnaround_are_part_of_the_occupation(
    public: Reader, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.tables: 12})
    event = public.only()
    assert event["DTSTART"].dt == FRIDAY - timedelta(hours=1)
    assert event["DTEND"].dt == MONDAY + timedelta(hours=2)


def test_an_option_is_to_be_confirmed(public: Reader, live: Database, cast: Cast) -> None:
    number = submitted(live, cast, {cast.tables: 12})
    assert set(public.events()) == {"12 × Table pliante 183 cm – loan (to be confirmed)"}
    assert str(public.only()["STATUS"]) == "TENTATIVE"
    live.write(lambda uow: approve_booking(uow, SYSTEM, number))
    assert str(public.only()["STATUS"]) == "CONFIRMED"


def test_what_is_given_back_is_free_at_once_and_leaves_the_feed(
    public: Reader, staff: Reader, live: Database, cast: Cast
) -> None:
    number = approved(live, cast, {cast.tables: 12})
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    assert public.events() == {}
    assert staff.events() == {}


def test_an_item_that_comes_back_into_a_request_goes_on_counting(
    public: Reader, live: Database, cast: Cast
) -> None:
    number = submitted(live, cast, {cast.tables: 12})
    before = public.only()

    def ask(*lines: Wanted) -> None:
        live.write(lambda uow: change_booking(uow, SYSTEM, number, lines=list(lines)))

    ask(Wanted(cast.chairs, 5))
    assert public.events() == {}
    ask(Wanted(cast.tables, 3))
    after = public.only()
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1


def test_maintenance_takes_stock_as_well_and_only_staff_reads_why(
    public: Reader, staff: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    maintenance = live.write(
        lambda uow: plan_maintenance(uow, SYSTEM, cast.tables, 3, FRIDAY, MONDAY, "Pied cassé")
    )
    assert set(public.events()) == {"3 × Table pliante 183 cm – maintenance"}
    assert "Pied cassé" in str(staff.only()["DESCRIPTION"])
    assert "Pied cass" not in public.get().text
    clock.instant = FRIDAY + timedelta(hours=1)
    live.write(lambda uow: end_maintenance(uow, SYSTEM, maintenance.id))
    assert public.only()["DTEND"].dt == clock.instant


def test_maintenance_that_was_called_off_leaves_the_feed(
    public: Reader, live: Database, cast: Cast
) -> None:
    maintenance = live.write(
        lambda uow: plan_maintenance(uow, SYSTEM, cast.tables, 3, FRIDAY, MONDAY, "Peinture")
    )
    assert len(public.events()) == 1
    live.write(lambda uow: end_maintenance(uow, SYSTEM, maintenance.id))
    assert public.events() == {}
