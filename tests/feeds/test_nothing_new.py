"""What a fetch costs when nothing is new, and that it never misses what is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from lending.accounts.models import User, UserRole
from lending.accounts.permissions import SYSTEM, Role
from lending.authorities.models import Depot
from lending.authorities.service import DepotDetails, edit_depot
from lending.bookings.decisions import cancel_booking
from lending.catalogue.models import Item
from lending.catalogue.service import ItemDetails, edit_item
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.organisations.details import details_of
from lending.organisations.models import Organisation
from lending.organisations.service import edit_organisation
from lending.subscriptions import keeping
from lending.subscriptions.keeping import refresh_everything
from lending.subscriptions.models import CalendarFeed, CalendarSubscription, View
from lending.subscriptions.service import revoke
from tests.factories import Cast, approved
from tests.feeds.conftest import URL, Reader, Subscribe

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def reader(subscribed: Subscribe, live: Database, cast: Cast) -> Reader:
    """Alice's calendar of the choir, which has two loans."""
    for name in ("Bal", "Kermesse"):
        approved(live, cast, {cast.chairs: 10}, name=name)
    return subscribed(cast.alice, View.ORGANISATION, cast.choir)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Collect what is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def test_nothing_new_costs_one_query_however_long_the_feed_is(
    reader: Reader, live: Database
) -> None:
    tag = reader.get().headers["ETag"]
    with statements(live) as seen:
        assert reader.get(If_None_Match=tag).status_code == 304
    assert len(seen) == 1
    assert "calendar_entry" not in seen[0]


def test_a_change_of_any_entry_is_seen_by_everybody_who_reads_it(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    number = approved(live, cast, {cast.chairs: 10})
    readers = [
        subscribed(cast.alice, View.ORGANISATION, cast.choir),
        subscribed(cast.alice, View.ORGANISATION, cast.choir, with_alarms=True),
        subscribed(cast.alice, View.ORGANISATION, cast.choir, language="en"),
        subscribed(cast.bob, View.ITEM, cast.chairs),
        subscribed(cast.manager, View.ITEM, cast.chairs),
        subscribed(cast.manager, View.DEPOT, cast.depot),
        subscribed(cast.manager, View.DEPARTMENT, cast.town_department),
        subscribed(cast.auditor, View.AUTHORITY, cast.town),
    ]
    tags = [reader.get().headers["ETag"] for reader in readers]
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    for reader, tag in zip(readers, tags, strict=True):
        assert reader.get(If_None_Match=tag).status_code == 200


def test_another_name_of_what_the_feed_is_about_is_seen_without_any_booking(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    reader = subscribed(cast.bob, View.ORGANISATION, cast.club, language="en")
    tag = reader.get().headers["ETag"]
    with live.read() as uow:
        club = details_of(uow.session.get_one(Organisation, cast.club))
    renamed = replace(club, name="Boule du Gué")
    live.write(lambda uow: edit_organisation(uow, SYSTEM, cast.club, renamed))
    answer = reader.get(If_None_Match=tag)
    assert answer.status_code == 200
    assert "NAME:Boule du Gué – equipment loans" in answer.data.decode()


def test_rights_are_read_again_at_every_fetch(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10})
    reader = subscribed(cast.manager, View.AUTHORITY, cast.town)
    tag = reader.get().headers["ETag"]
    mine = UserRole.user_id == cast.manager.user_id

    def become(role: Role, authority: int) -> None:
        change = update(UserRole).where(mine).values(role=role, authority_id=authority)
        live.write(lambda uow: uow.session.execute(change).rowcount)

    become(Role.MANAGER, cast.agglomeration)
    assert reader.get(If_None_Match=tag).status_code == 404
    become(Role.AUDITOR, cast.town)
    assert reader.get(If_None_Match=tag).status_code == 304
    gone = update(User).where(User.id == cast.manager.user_id).values(is_active=False)
    live.write(lambda uow: uow.session.execute(gone).rowcount)
    assert reader.get(If_None_Match=tag).status_code == 404


def test_who_reads_more_from_now_on_is_told_more(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10})
    reader = subscribed(cast.bob, View.ITEM, cast.chairs)
    tag = reader.get().headers["ETag"]

    def promote(uow: UnitOfWork) -> None:
        number = cast.bob.user_id
        uow.session.add(UserRole(user_id=number, role=Role.MANAGER, authority_id=cast.town))

    live.write(promote)
    answer = reader.get(If_None_Match=tag)
    assert answer.status_code == 200
    assert "Chorale" in answer.text


def test_what_leaves_the_feed_by_itself_is_seen_at_that_very_time(
    reader: Reader, live: Database, cast: Cast, clock: FixedClock
) -> None:
    reader.get()
    with live.read() as uow:
        until = uow.session.get_one(CalendarSubscription, reader.id).etag_until
    assert until is not None
    clock.instant = until - timedelta(minutes=1)
    tag = reader.get().headers["ETag"]
    clock.instant = until
    assert reader.get(If_None_Match=tag).status_code == 200


def test_a_feed_is_kept_for_as_long_as_somebody_reads_it(
    subscribed: Subscribe, live: Database, cast: Cast
) -> None:
    def kept() -> int:
        with live.read() as uow:
            return uow.session.scalar(select(func.count()).select_from(CalendarFeed)) or 0

    readers = [subscribed(cast.alice, View.ORGANISATION, cast.choir) for _ in range(2)]
    for reader in readers:
        reader.get()
    assert kept() == 1
    live.write(lambda uow: revoke(uow, cast.alice, readers[0].id))
    refresh_everything(live, URL)
    assert kept() == 1
    live.write(lambda uow: revoke(uow, cast.alice, readers[1].id))
    refresh_everything(live, URL)
    assert kept() == 0
    approved(live, cast, {cast.chairs: 10}, name="Bal")
    assert len(subscribed(cast.alice, View.ORGANISATION, cast.choir).events()) == 1


def test_the_public_programme_is_kept_once_somebody_looked(app: Flask, live: Database) -> None:
    client = app.test_client()
    tag = client.get("/calendars/programme.ics").headers["ETag"]
    refresh_everything(live, URL)
    with statements(live) as seen:
        answer = client.get("/calendars/programme.ics", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert len(seen) == 1


def test_another_opening_hour_renders_no_feed_anew(
    reader: Reader, live: Database, cast: Cast
) -> None:
    reader.get()
    with live.read() as uow:
        depot = uow.session.get_one(Depot, cast.depot)
        details = DepotDetails(depot.name, depot.address, phone="01 99 00 00 08")
    with statements(live) as seen:
        live.write(lambda uow: edit_depot(uow, SYSTEM, cast.depot, details, []))
    assert not any("calendar_entry" in statement for statement in seen)


def test_a_change_of_more_bookings_than_are_looked_up_by_name_is_seen_all_the_same(
    reader: Reader, live: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = reader.get().headers["ETag"]
    monkeypatch.setattr(keeping, "MOST_AT_ONCE", 1)
    with live.read() as uow:
        item = uow.session.get_one(Item, cast.chairs)
        details = ItemDetails(code=item.code, name="Chaise du bal", category_id=item.category_id)
    live.write(lambda uow: edit_item(uow, SYSTEM, cast.chairs, details))
    answer = reader.get(If_None_Match=tag)
    assert answer.status_code == 200
    assert answer.text.count("10 × Chaise du bal") == 2
