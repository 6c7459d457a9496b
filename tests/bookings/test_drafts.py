"""Preparing a request: nothing is held, everything can still change."""

from datetime import time, timedelta

import pytest
from sqlalchemy import func, select

from lending.accounts.permissions import ANONYMOUS
from lending.authorities.models import Competence
from lending.availability.answers import Wanted
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking, delete_draft, edit_draft, set_line
from lending.bookings.models import Booking, Event, SiteAccess
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound, NotSignedIn
from tests.bookings.steps import booking_of, lines_of
from tests.factories import FRIDAY, MONDAY, TOWN_COMMUNE, Cast, draft, submitted


def _event(**more) -> EventDetails:
    values = {
        "name": "Fête",
        "starts_at": FRIDAY,
        "ends_at": MONDAY,
        "commune_insee": TOWN_COMMUNE,
        "competence": Competence.CULTURE,
    }
    return EventDetails(**(values | more))


def _fields(caught: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [error.field for error in caught.value.errors]


def test_references_count_up_within_the_year(database: Database, cast: Cast) -> None:
    numbers = [draft(database, cast, {}) for _ in range(2)]
    assert [booking_of(database, number).reference for number in numbers] == [
        "R-2026-0001",
        "R-2026-0002",
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "event.name"),
        ({"name": "x" * 201}, "event.name"),
        ({"ends_at": FRIDAY}, "event.end"),
        ({"attendance": -1}, "event.attendance"),
        ({"attendance": 10**12}, "event.attendance"),
        ({"commune_insee": "99999"}, "event.commune_insee"),
        ({"site_address": "x" * 251}, "event.site_address"),
        ({"access": SiteAccess(contact="x" * 121)}, "event.access.contact"),
        ({"access": SiteAccess(phone="0" * 31)}, "event.access.phone"),
        ({"access": SiteAccess(note="x" * 501)}, "event.access.note"),
        ({"access": SiteAccess(opens=time(8))}, "event.access.closes"),
        ({"access": SiteAccess(closes=time(8))}, "event.access.opens"),
        ({"access": SiteAccess(opens=time(8), closes=time(8))}, "event.access.closes"),
    ],
)
def test_what_is_wrong_with_an_event_is_told_by_field(
    database: Database, cast: Cast, wrong: dict, field: str
) -> None:
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY)
    with pytest.raises(InvalidInput) as caught:
        database.write(lambda uow: create_booking(uow, cast.alice, details, _event(**wrong)))
    assert _fields(caught) == [field]


def test_a_loan_must_last(database: Database, cast: Cast) -> None:
    details = BookingDetails(cast.choir, cast.town, FRIDAY, FRIDAY)
    with pytest.raises(InvalidInput) as caught:
        database.write(lambda uow: create_booking(uow, cast.alice, details, _event()))
    assert _fields(caught) == ["end"]


@pytest.mark.parametrize("quantity", [0, -1, 10**9])
def test_a_quantity_is_a_number_of_pieces(database: Database, cast: Cast, quantity: int) -> None:
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY)
    lines = [Wanted(cast.chairs, quantity)]
    with pytest.raises(InvalidInput) as caught:
        database.write(lambda uow: create_booking(uow, cast.alice, details, _event(), lines))
    assert _fields(caught) == ["lines.0.quantity"]


def test_lines_of_one_item_are_added_up_and_kept_below_its_maximum(
    database: Database, cast: Cast
) -> None:
    number = draft(database, cast, {cast.barriers: 40})
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY)
    twice = [Wanted(cast.barriers, 30), Wanted(cast.barriers, 20)]
    with pytest.raises(InvalidInput) as caught:
        database.write(lambda uow: create_booking(uow, cast.alice, details, _event(), twice))
    assert "lines.0.quantity" in _fields(caught)
    assert lines_of(database, number) == {cast.barriers: (40, None)}


def test_only_what_the_authority_lends_can_be_asked_of_it(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {})
    with pytest.raises(InvalidInput) as caught:
        database.write(lambda uow: set_line(uow, cast.alice, number, cast.stage, 2))
    assert _fields(caught) == ["lines.0.item_id"]


def test_a_line_is_set_changed_and_taken_out(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 5})
    for item_id, quantity in ((cast.tables, 2), (cast.chairs, 9), (cast.tables, 0)):
        database.write(lambda uow, i=item_id, q=quantity: set_line(uow, cast.alice, number, i, q))
    assert lines_of(database, number) == {cast.chairs: (9, None)}


def test_a_draft_is_deleted_with_its_event(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 5})
    database.write(lambda uow: delete_draft(uow, cast.alice, number))
    with database.read() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Booking)) == 0
        assert uow.session.scalar(select(func.count()).select_from(Event)) == 0


def test_an_event_stays_while_another_request_is_for_it(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 5})
    event_id = booking_of(database, number).event_id
    details = BookingDetails(cast.choir, cast.agglomeration, FRIDAY, MONDAY)
    other = database.write(lambda uow: create_booking(uow, cast.alice, details, event_id)).id
    database.write(lambda uow: delete_draft(uow, cast.alice, number))
    assert booking_of(database, other).event_id == event_id


def test_nobody_borrows_the_event_of_another(database: Database, cast: Cast) -> None:
    event_id = booking_of(database, draft(database, cast, {})).event_id
    details = BookingDetails(cast.club, cast.town, FRIDAY, MONDAY)
    with pytest.raises(Forbidden):
        database.write(lambda uow: create_booking(uow, cast.bob, details, event_id))


def test_a_request_that_was_sent_is_no_draft_any_more(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 5})
    for step in (
        lambda uow: set_line(uow, cast.alice, number, cast.chairs, 6),
        lambda uow: edit_draft(uow, cast.alice, number, event=_event()),
        lambda uow: delete_draft(uow, cast.alice, number),
    ):
        with pytest.raises(NotAllowedNow):
            database.write(step)


def test_who_may_prepare_a_request(database: Database, cast: Cast) -> None:
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY)

    def create(actor):
        return database.write(lambda uow: create_booking(uow, actor, details, _event()))

    for actor in (cast.alice, cast.front_desk, cast.manager, cast.administrator):
        assert create(actor).id
    for actor in (cast.bob, cast.auditor, cast.other_manager):
        with pytest.raises(Forbidden):
            create(actor)
    with pytest.raises(NotSignedIn):
        create(ANONYMOUS)


def test_the_draft_of_another_does_not_exist(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 5})
    with pytest.raises(NotFound):
        database.write(lambda uow: set_line(uow, cast.bob, number, cast.chairs, 6))
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY + timedelta(days=1))
    database.write(lambda uow: edit_draft(uow, cast.front_desk, number, details=details))
    assert booking_of(database, number).ends_at == MONDAY + timedelta(days=1)
