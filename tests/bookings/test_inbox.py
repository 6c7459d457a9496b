"""What needs somebody: who sees which duty, in which order, at what cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from lending.accounts.permissions import ANONYMOUS, Principal
from lending.authorities.models import Authority
from lending.bookings.decisions import refuse_booking
from lending.bookings.duties import DutyKind, Remark
from lending.bookings.inbox import Inbox, InboxFilter, next_booking, read_inbox
from lending.bookings.pieces import ask_for_pieces, complete_booking
from lending.bookings.states import RefusalReason
from lending.bookings.supply import move_stock
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, NotSignedIn
from lending.handover.service import prepare_booking
from lending.handover.statements import tell_check_in, tell_check_out
from tests.factories import FRIDAY, MONDAY, Cast, approved, draft, submitted, waiting

DAY = timedelta(days=1)


def inbox(database: Database, actor: Principal, per_page: int = 50, **wanted: object) -> Inbox:
    with database.read() as uow:
        return read_inbox(uow, actor, InboxFilter(**wanted), per_page)  # type: ignore[arg-type]


def bookings(found: Inbox) -> list[int | None]:
    return [duty.booking_id for duty in found.duties if duty.booking_id is not None]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    seen: list[str] = []

    def note(conn, cursor, statement, *rest: object) -> None:  # type: ignore[no-untyped-def]
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_request_to_decide_says_who_asks_for_what_and_until_when(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(database, cast, {cast.chairs: 40, cast.tables: 5}, name="Bal")
    [duty] = inbox(database, cast.manager, kind=DutyKind.DECIDE).duties
    assert (duty.kind, duty.booking_id) == (DutyKind.DECIDE, number)
    assert (duty.organisation, duty.event) == ("Chorale des Planches", "Bal")
    assert [(line.name, line.quantity) for line in duty.lines] == [
        ("Chaise pliante", 40),
        ("Table pliante 183 cm", 5),
    ]
    assert duty.due_at == clock.now() + 30 * DAY


def test_the_oldest_duty_comes_first(database: Database, cast: Cast, clock: FixedClock) -> None:
    far = submitted(
        database, cast, {cast.chairs: 1}, start=FRIDAY + 30 * DAY, end=MONDAY + 30 * DAY
    )
    clock.instant += DAY
    soon = submitted(
        database, cast, {cast.chairs: 1}, start=FRIDAY - 80 * DAY, end=FRIDAY - 78 * DAY
    )
    assert bookings(inbox(database, cast.manager)) == [soon, far]


def test_each_authority_sees_its_own_duties_only(database: Database, cast: Cast) -> None:
    town = submitted(database, cast, {cast.chairs: 1})
    other = submitted(database, cast, {cast.stage: 1}, authority=cast.agglomeration)
    assert bookings(inbox(database, cast.manager)) == [town]
    assert bookings(inbox(database, cast.other_manager)) == [other]
    assert bookings(inbox(database, cast.administrator)) == [town, other]


def test_a_filter_does_not_reach_beyond_the_permission(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.stage: 1}, authority=cast.agglomeration)
    found = inbox(database, cast.manager, authority_id=cast.agglomeration)
    assert bookings(found) == []


def test_who_does_not_work_for_a_lender_has_no_inbox(database: Database, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        inbox(database, cast.alice)
    with pytest.raises(NotSignedIn):
        inbox(database, ANONYMOUS)


def test_duties_are_those_of_the_departments_of_the_items_and_of_the_competence(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    [duty] = [d for d in inbox(database, cast.manager).duties if d.booking_id == number]
    assert duty.departments == {cast.town_department}
    found = inbox(database, cast.administrator, department_id=cast.town_department)
    assert bookings(found) == [number]
    found = inbox(database, cast.administrator, department_id=cast.agglomeration_department)
    assert bookings(found) == []


def test_counts_per_kind_do_not_depend_on_the_kind_that_is_shown(
    database: Database, cast: Cast
) -> None:
    submitted(database, cast, {cast.chairs: 1})
    found = inbox(database, cast.manager, kind=DutyKind.VERIFY)
    assert {duty.kind for duty in found.duties} == {DutyKind.VERIFY}
    assert found.counts == {DutyKind.DECIDE: 1, DutyKind.VERIFY: 1}


def test_pieces_that_were_sent_are_pointed_out(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'attestation"))
    assert bookings(inbox(database, cast.manager)) == []
    database.write(lambda uow: complete_booking(uow, cast.alice, number, "La voici"))
    [duty] = [d for d in inbox(database, cast.manager).duties if d.booking_id == number]
    assert duty.remarks == (Remark.PIECES_ANSWERED,)


def test_an_organisation_to_verify_concerns_the_front_desk(database: Database, cast: Cast) -> None:
    found = inbox(database, cast.front_desk)
    assert [(d.kind, d.organisation_id) for d in found.duties] == [(DutyKind.VERIFY, cast.newcomer)]


def test_the_hand_over_is_not_the_front_desks_duty(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 1})
    clock.instant = FRIDAY
    assert bookings(inbox(database, cast.front_desk)) == []
    assert bookings(inbox(database, cast.manager)) == [number]


def test_an_auditor_sees_everything_that_others_have_to_do(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 1})
    clock.instant = FRIDAY
    assert bookings(inbox(database, cast.auditor)) == [number]


def test_a_loan_is_followed_from_preparation_to_its_end(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 1})

    def kinds() -> list[DutyKind]:
        return [d.kind for d in inbox(database, cast.manager).duties if d.booking_id == number]

    assert kinds() == []
    clock.instant = FRIDAY - 2 * DAY
    assert kinds() == [DutyKind.PREPARE]
    database.write(lambda uow: prepare_booking(uow, cast.manager, number))
    assert kinds() == []
    clock.instant = FRIDAY
    assert kinds() == [DutyKind.HAND_OVER]
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    assert kinds() == []
    clock.instant = MONDAY - timedelta(hours=1)
    assert kinds() == [DutyKind.TAKE_BACK]
    clock.instant = MONDAY + timedelta(hours=1)
    assert kinds() == [DutyKind.LATE_RETURN]
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    assert kinds() == [DutyKind.CLOSE]


def test_a_shortage_is_a_duty_of_the_department_of_its_item(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    approved(database, cast, {cast.chairs: 80})
    database.write(
        lambda uow: move_stock(uow, cast.manager, cast.chairs, -30, clock.now(), "Incendie")
    )
    [duty] = inbox(database, cast.manager, kind=DutyKind.SHORTAGE).duties
    assert (duty.item, duty.missing, duty.due_at) == ("Chaise pliante", 10, FRIDAY)
    assert duty.departments == {cast.town_department}
    assert inbox(database, cast.other_manager, kind=DutyKind.SHORTAGE).total == 0


def test_drafts_and_who_waits_ask_nothing_of_the_staff(database: Database, cast: Cast) -> None:
    draft(database, cast, {cast.chairs: 1})
    approved(database, cast, {cast.chairs: 100})
    waiting(database, cast, {cast.chairs: 1}, organisation=cast.club)
    assert bookings(inbox(database, cast.manager)) == []


def test_a_long_inbox_comes_in_pages(database: Database, cast: Cast) -> None:
    numbers = [submitted(database, cast, {cast.chairs: 1}) for _ in range(5)]
    first = inbox(database, cast.manager, 2, kind=DutyKind.DECIDE)
    last = inbox(database, cast.manager, 2, kind=DutyKind.DECIDE, page=3)
    beyond = inbox(database, cast.manager, 2, kind=DutyKind.DECIDE, page=9)
    assert (bookings(first), first.total) == (numbers[:2], 5)
    assert bookings(last) == numbers[4:]
    assert (bookings(beyond), beyond.page) == (numbers[4:], 3)


def test_after_a_decision_comes_the_next_duty(database: Database, cast: Cast) -> None:
    first, second, third = (submitted(database, cast, {cast.chairs: 1}) for _ in range(3))

    def following(number: int, **wanted: object) -> int | None:
        with database.read() as uow:
            return next_booking(uow, cast.manager, InboxFilter(**wanted), number)  # type: ignore[arg-type]

    assert following(first) == second
    assert following(third) == first
    assert following(second, kind=DutyKind.DECIDE) == third
    assert following(second, kind=DutyKind.CLOSE) is None
    database.write(
        lambda uow: refuse_booking(uow, cast.manager, second, RefusalReason.LATE, "Trop tard")
    )
    assert following(second) == first


def test_the_number_of_queries_does_not_grow_with_the_work(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    def statements() -> int:
        with counted(database) as seen:
            inbox(database, cast.manager)
        return len(seen)

    submitted(database, cast, {cast.chairs: 1})
    few = statements()
    for _ in range(8):
        submitted(database, cast, {cast.chairs: 10, cast.tables: 2})
    database.write(
        lambda uow: move_stock(uow, cast.manager, cast.chairs, -90, clock.now(), "Incendie")
    )
    database.write(
        lambda uow: move_stock(uow, cast.manager, cast.tables, -19, clock.now(), "Incendie")
    )
    assert inbox(database, cast.manager).total == 12
    assert statements() == few


def test_dates_are_told_in_the_zone_of_the_authority(database: Database, cast: Cast) -> None:
    def move(uow) -> None:  # type: ignore[no-untyped-def]
        uow.session.get_one(Authority, cast.agglomeration).timezone = "Indian/Reunion"

    database.write(move)
    assert inbox(database, cast.manager).zone.key == "Europe/Paris"
    assert inbox(database, cast.other_manager).zone.key == "Indian/Reunion"
    chosen = inbox(database, cast.administrator, authority_id=cast.agglomeration)
    assert chosen.zone.key == "Indian/Reunion"
