"""The register is read from requests, decisions, values and rules."""

from datetime import timedelta

import pytest
from sqlalchemy import event as sql_event

from lending.bookings.decisions import approve_booking, cancel_booking, refuse_booking
from lending.bookings.models import Booking
from lending.bookings.states import RefusalReason
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.overriding import guarding
from lending.equity.overriding.service import confirm_override, propose_override
from lending.equity.record import listening
from lending.equity.register.figures import Outcome, count
from lending.equity.register.reading import Register, read_public_register, read_register
from lending.equity.register.sheets import public_sheet, register_sheet
from lending.equity.valuation import service as valuation
from lending.errors import Forbidden, NotFound
from lending.organisations.models import Organisation
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved, submitted, waiting

DAY = timedelta(days=1)


@pytest.fixture
def town(database: Database) -> Database:
    guarding.listen(database.events)
    valuation.listen(database.events)
    listening.listen(database.events)
    return database


def read(database: Database, cast: Cast, year: int | None = None) -> Register:
    with database.read() as uow:
        return read_register(uow, cast.auditor, cast.town, year)


def outcomes(found: Register) -> dict[int, Outcome]:
    return {case.booking_id: case.outcome for case in found.cases}


def test_each_request_that_was_sent_is_counted_with_what_became_of_it(
    town: Database, cast: Cast, clock: FixedClock
) -> None:
    granted = submitted(town, cast, {cast.chairs: 30})
    part = submitted(town, cast, {cast.chairs: 40, cast.tables: 2}, organisation=cast.club)
    clock.instant = NOW + 4 * DAY
    town.write(lambda uow: approve_booking(uow, cast.manager, granted))
    town.write(lambda uow: approve_booking(uow, cast.manager, part, {cast.chairs: 10}, "Pas plus."))
    refused = submitted(town, cast, {cast.barriers: 10})
    code = RefusalReason.NOT_GENERAL_INTEREST
    town.write(lambda uow: refuse_booking(uow, cast.manager, refused, code, "Soirée privée."))
    withdrawn = submitted(town, cast, {cast.barriers: 10})
    town.write(lambda uow: cancel_booking(uow, cast.alice, withdrawn, "Il pleuvra."))
    open_one = submitted(town, cast, {cast.barriers: 10})
    waits = waiting(town, cast, {cast.barriers: 40})
    found = read(town, cast)
    assert outcomes(found) == {
        granted: Outcome.GRANTED,
        part: Outcome.PART,
        refused: Outcome.REFUSED,
        withdrawn: Outcome.WITHDRAWN,
        open_one: Outcome.OPEN,
        waits: Outcome.WAITING,
    }
    whole = count("", found.cases)
    assert (whole.asked, whole.granted, whole.rate) == (30 + 42 + 10, 30 + 12, 51)
    first = found.cases[0]
    assert (first.days, first.quarter, first.commune) == (4, "2026-T2", "Sainte-Planche")
    assert first.cents > 0
    assert found.head is not None
    assert found.head.sequence == 4


def test_what_came_late_and_was_granted_and_what_was_overridden_are_named(
    town: Database, cast: Cast
) -> None:
    soon = NOW + 20 * DAY
    late = approved(town, cast, {cast.chairs: 5}, start=soon, end=soon + DAY)
    town.write(
        lambda uow: setattr(uow.session.get_one(Organisation, cast.choir), "insurance_until", None)
    )
    number = submitted(town, cast, {cast.chairs: 5})
    town.write(lambda uow: propose_override(uow, cast.manager, number, "Accord du maire."))
    town.write(lambda uow: confirm_override(uow, cast.administrator, number))
    found = read(town, cast)
    assert [case.booking_id for case in found.late] == [late]
    assert [case.booking_id for case in found.overrides] == [number]


def test_a_year_holds_the_loans_that_begin_in_it(town: Database, cast: Cast) -> None:
    this = submitted(town, cast, {cast.chairs: 5})
    following = submitted(
        town, cast, {cast.chairs: 5}, start=FRIDAY + 300 * DAY, end=MONDAY + 300 * DAY
    )
    assert list(outcomes(read(town, cast))) == [this]
    assert list(outcomes(read(town, cast, 2027))) == [following]
    assert read(town, cast).years == (2027, 2026)
    assert read(town, cast, 2020).cases == ()


def test_many_requests_take_no_more_questions_than_one(town: Database, cast: Cast) -> None:
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    def questions() -> int:
        asked.clear()
        sql_event.listen(town.engine, "before_cursor_execute", note)
        read(town, cast)
        sql_event.remove(town.engine, "before_cursor_execute", note)
        return len(asked)

    approved(town, cast, {cast.chairs: 1})
    one = questions()
    for organisation in (cast.choir, cast.club) * 3:
        approved(town, cast, {cast.chairs: 1, cast.tables: 1}, organisation=organisation)
    # the lines of each booking come with it, those of all in one question
    assert questions() <= one


def test_only_those_who_see_the_record_read_names(town: Database, cast: Cast) -> None:
    submitted(town, cast, {cast.chairs: 5})
    for actor in (cast.alice, cast.front_desk, cast.other_manager):
        with town.read() as uow, pytest.raises(Forbidden):
            read_register(uow, actor, cast.town)
    with town.read() as uow, pytest.raises(NotFound):
        read_public_register(uow, 4711)


def test_the_files_have_a_row_a_request_and_the_public_one_no_names(
    town: Database, cast: Cast
) -> None:
    number = approved(town, cast, {cast.chairs: 5})
    submitted(town, cast, {cast.chairs: 5}, organisation=cast.club)
    found = read(town, cast)
    sheet = register_sheet(found)
    assert len(sheet.rows) == 2
    with town.read() as uow:
        reference = uow.session.get_one(Booking, number).reference
    assert reference in sheet.rows[0]
    public = public_sheet(found)
    # the open request is no answer yet; the commune has too few organisations to be told
    (row,) = public.rows
    said = {str(cell) for cell in row}
    assert not {reference, "Chorale des Planches", "Sainte-Planche"} & said
