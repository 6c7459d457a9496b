"""Reminders: only in the feeds that have them, and only for who asked."""

from datetime import timedelta

import icalendar
import pytest

from lending.accounts.permissions import SYSTEM
from lending.bookings.decisions import approve_booking, cancel_booking
from lending.bookings.models import Logistics
from lending.clock import FixedClock
from lending.db.database import Database
from lending.handover.statements import tell_check_out
from lending.subscriptions.models import View
from lending.subscriptions.service import find_subscription
from tests.factories import FRIDAY, Cast, approved, submitted
from tests.feeds.conftest import Reader, Subscribe

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def plain(subscribed: Subscribe, cast: Cast) -> Reader:
    """Alice's calendar of the choir."""
    return subscribed(cast.alice, View.ORGANISATION, cast.choir, language="en")


@pytest.fixture
def reminding(subscribed: Subscribe, cast: Cast) -> Reader:
    """The same with reminders."""
    return subscribed(cast.alice, View.ORGANISATION, cast.choir, language="en", with_alarms=True)


def alarms(reader: Reader) -> list[icalendar.Alarm]:
    return list(reader.only().walk("VALARM"))


def test_a_granted_loan_is_announced_the_day_before_to_who_asked(
    plain: Reader, reminding: Reader, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10}, name="Bal", logistics=Logistics.DELIVERY)
    (alarm,) = alarms(reminding)
    assert str(alarm["ACTION"]) == "DISPLAY"
    assert alarm["TRIGGER"].dt == -timedelta(days=1)
    assert str(alarm["DESCRIPTION"]).startswith("Tomorrow: Delivered loan – Bal (R-2026-")
    assert alarms(plain) == []


def test_what_is_not_granted_or_not_any_more_reminds_of_nothing(
    reminding: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(live, cast, {cast.chairs: 10})
    assert alarms(reminding) == []
    live.write(lambda uow: approve_booking(uow, SYSTEM, number))
    assert len(alarms(reminding)) == 1
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    assert alarms(reminding) == []
    other = approved(live, cast, {cast.chairs: 10}, name="Kermesse")
    clock.instant = FRIDAY
    live.write(lambda uow: tell_check_out(uow, SYSTEM, other))
    assert b"VALARM" not in reminding.get().data


def test_with_and_without_are_two_feeds_each_with_its_validator(
    plain: Reader, reminding: Reader, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10})
    tags = [reader.get().headers["ETag"] for reader in (plain, reminding)]
    assert tags[0] != tags[1]
    for reader, tag in zip((plain, reminding), tags, strict=True):
        assert reader.get(If_None_Match=tag).status_code == 304
    assert plain.only()["UID"] == reminding.only()["UID"]
    assert int(plain.only()["SEQUENCE"]) == int(reminding.only()["SEQUENCE"])


def test_views_without_reminders_have_none_whoever_asks(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10})
    scopes = {View.ITEM: cast.chairs, View.DEPOT: cast.depot, View.AUTHORITY: cast.town}
    for view, scope_id in scopes.items():
        reader = subscribed(cast.manager, view, scope_id, with_alarms=True)
        assert b"VALARM" not in reader.get().data
        with live.read() as uow:
            assert not find_subscription(uow, cast.manager, reader.id).with_alarms
