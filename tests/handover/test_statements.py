"""Statements: written once with their effect, kept when they contradict, partial both ways."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from calendars.intervals import Interval
from lending.accounts.permissions import Principal
from lending.availability.answers import free_for_loan
from lending.bookings.consent import show_event
from lending.bookings.models import Booking, BookingLine
from lending.bookings.states import State
from lending.catalogue.conditions import Condition
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.handover.clearing_up import adopt_statement, dismiss_statement
from lending.handover.kinds import Place, Standing
from lending.handover.models import Statement
from lending.handover.service import prepare_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted, Meeting, Note, Outcome
from tests.bookings.steps import moves_of, state_of
from tests.factories import FRIDAY, MONDAY, Cast, approved

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BOTH = Meeting(borrower_name="Alice Martin", lender_name="Marc Dupont")


@pytest.fixture
def out(database: Database, cast: Cast, clock: FixedClock) -> int:
    """Return a loan of forty chairs and ten barriers that left on Friday."""
    number = approved(database, cast, {cast.chairs: 40, cast.barriers: 10})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    return number


def statements_of(database: Database, number: int) -> list[Statement]:
    with database.read() as uow:
        found = list(
            uow.session.scalars(
                select(Statement).where(Statement.booking_id == number).order_by(Statement.id)
            )
        )
        for each in found:
            _ = each.lines, each.photos
        uow.session.expunge_all()  # the rows as they were read, after the session is over
        return found


def free(database: Database, item_id: int, start: timedelta, end: timedelta) -> int:
    with database.read() as uow:
        period = Interval(FRIDAY + start, FRIDAY + end)
        return free_for_loan(uow, period, item_ids=[item_id])[item_id].free


def back(
    cast: Cast, number: int, chairs: Counted, who: Principal | None = None, **told: object
) -> Callable[..., Outcome]:
    circumstances = Circumstances(**told)  # type: ignore[arg-type]
    return lambda uow: tell_check_in(
        uow, who or cast.manager, number, {cast.chairs: chairs}, circumstances
    )


def test_a_statement_says_who_what_where_and_in_what_state(
    database: Database, cast: Cast, clock: FixedClock, out: int
) -> None:
    clock.instant = MONDAY
    note = Note(Condition.POOR, "Deux dossiers fendus", ("a" * 32,))
    chairs = Counted(returned=35, damaged=2, lost=1, dirty=4, note=note)
    told = {
        "happened_at": MONDAY - HOUR,
        "place": Place.SITE,
        "position": (48.1, -1.6),
        "meeting": BOTH,
        "remarks": "Sous la pluie",
        "photos": ("b" * 32,),
    }
    database.write(back(cast, out, chairs, **told))
    made = statements_of(database, out)[-1]
    assert (made.happened_at, made.arrived_at) == (MONDAY - HOUR, MONDAY)
    assert (made.place, made.lat, made.borrower_name) == (Place.SITE, 48.1, "Alice Martin")
    assert made.is_contradictory
    assert [p.name[0] for p in made.photos] == ["b", "a"]
    [line] = [line for line in made.lines if line.condition]
    assert (line.expected, line.returned, line.dirty, line.damaged, line.lost) == (40, 35, 4, 2, 1)
    assert line.remark == "Deux dossiers fendus"


def test_who_signs_is_named_or_it_is_said_why_nobody_does(
    database: Database, cast: Cast, out: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        database.write(back(cast, out, Counted(1), meeting=Meeting()))
    assert [error.field for error in refused.value.errors] == ["borrower_name"]
    database.write(back(cast, out, Counted(1), meeting=Meeting(absence="Personne sur place")))
    made = statements_of(database, out)[-1]
    assert (made.is_contradictory, made.absence) == (False, "Personne sur place")


def test_more_cannot_be_dirty_than_came_back(database: Database, cast: Cast, out: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        database.write(back(cast, out, Counted(returned=3, dirty=4)))
    assert [error.field for error in refused.value.errors] == ["lines.0.dirty"]
    assert len(statements_of(database, out)) == 1


def test_a_statement_counts_once_however_often_it_comes(
    database: Database, cast: Cast, out: int
) -> None:
    tell = back(cast, out, Counted(returned=10, lost=2), key="from-the-phone")
    first, second = database.write(tell), database.write(tell)
    assert (first.is_repeated, second.is_repeated) == (False, True)
    assert first.statement_id == second.statement_id
    with database.read() as uow:
        [line] = [x for x in uow.session.get_one(Booking, out).lines if x.item_id == cast.chairs]
        assert (line.returned, line.lost) == (10, 2)


def test_scenario_17_a_partial_delivery_and_a_second_tour(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40, cast.barriers: 10})
    clock.instant = FRIDAY
    first = {cast.chairs: 25, cast.barriers: 10}
    follows = Circumstances(rest_follows=True)
    database.write(lambda uow: tell_check_out(uow, cast.manager, number, first, follows))
    assert state_of(database, number) is State.OUT
    # What follows stays reserved, what left is away, nothing is counted twice.
    assert free(database, cast.chairs, HOUR, DAY) == 60
    clock.instant = FRIDAY + 3 * HOUR
    with pytest.raises(InvalidInput):
        database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.chairs: 16}))
    database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.chairs: 12}))
    # The three that nobody brought are free again.
    assert free(database, cast.chairs, 4 * HOUR, DAY) == 63
    assert moves_of(database, number)[-2:] == ["check_out", "check_out_more"]
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    with database.read() as uow:
        lines = uow.session.get_one(Booking, number).lines
        assert [(x.granted, x.delivered, x.awaited, x.returned) for x in lines] == [
            (40, 37, 0, 37),
            (10, 10, 0, 10),
        ]
    assert free(database, cast.chairs, 4 * DAY, 5 * DAY) == 100


def test_once_nothing_is_away_nothing_follows_any_more(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    follows = Circumstances(rest_follows=True)
    database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.chairs: 5}, follows))
    clock.instant = FRIDAY + HOUR
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    assert state_of(database, number) is State.RETURNED
    assert free(database, cast.chairs, 2 * HOUR, DAY) == 100


def test_two_who_tell_the_same_agree(
    database: Database, cast: Cast, clock: FixedClock, out: int
) -> None:
    clock.instant = MONDAY
    database.write(back(cast, out, Counted(returned=40)))
    clock.instant = MONDAY + HOUR
    late = database.write(
        back(cast, out, Counted(returned=40), cast.agent, seen_at=FRIDAY, happened_at=MONDAY)
    )
    assert (late.standing, late.told_before) == (Standing.AGREES, cast.manager.name)


def test_what_contradicts_what_was_told_meanwhile_changes_nothing_and_is_kept(
    database: Database, cast: Cast, clock: FixedClock, out: int
) -> None:
    clock.instant = MONDAY
    database.write(back(cast, out, Counted(returned=30)))
    clock.instant = MONDAY + HOUR
    seen = {"seen_at": FRIDAY + HOUR, "happened_at": MONDAY}
    late = database.write(back(cast, out, Counted(returned=8, lost=2), cast.agent, **seen))
    assert (late.standing, late.told_before) == (Standing.KEPT, cast.manager.name)
    assert free(database, cast.chairs, 4 * DAY, 5 * DAY) == 90
    # Whoever decides may still let it count: there are ten away.
    with pytest.raises(Forbidden):
        database.write(lambda uow: adopt_statement(uow, cast.agent, late.statement_id))
    database.write(lambda uow: adopt_statement(uow, cast.manager, late.statement_id))
    assert free(database, cast.chairs, 4 * DAY, 5 * DAY) == 98
    assert statements_of(database, out)[-1].standing is Standing.COUNTED


def test_what_was_kept_can_be_set_aside_with_a_reason(
    database: Database, cast: Cast, clock: FixedClock, out: int
) -> None:
    clock.instant = MONDAY
    database.write(lambda uow: tell_check_in(uow, cast.manager, out))
    seen = {"seen_at": FRIDAY + HOUR, "happened_at": MONDAY}
    late = database.write(back(cast, out, Counted(returned=1, lost=2), cast.agent, **seen))
    assert late.standing is Standing.KEPT
    with pytest.raises(InvalidInput):
        database.write(lambda uow: dismiss_statement(uow, cast.manager, late.statement_id, " "))
    database.write(
        lambda uow: dismiss_statement(uow, cast.manager, late.statement_id, "Recompté au dépôt")
    )
    assert statements_of(database, out)[-1].standing is Standing.DISMISSED
    assert moves_of(database, out)[-1] == "statement_dismissed"
    assert free(database, cast.chairs, 4 * DAY, 5 * DAY) == 100


def test_who_counts_other_lines_meanwhile_contradicts_nobody(
    database: Database, cast: Cast, clock: FixedClock, out: int
) -> None:
    clock.instant = MONDAY
    database.write(back(cast, out, Counted(returned=40)))
    told = Circumstances(seen_at=FRIDAY + HOUR)
    outcome = database.write(
        lambda uow: tell_check_in(uow, cast.agent, out, {cast.barriers: Counted(10)}, told)
    )
    assert outcome.standing is Standing.COUNTED
    assert state_of(database, out) is State.RETURNED


def test_a_check_out_of_what_was_cancelled_meanwhile_is_kept(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    from lending.bookings.decisions import cancel_booking

    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    database.write(lambda uow: cancel_booking(uow, cast.manager, number, "Orage"))
    told = Circumstances(seen_at=FRIDAY - HOUR)
    outcome = database.write(lambda uow: tell_check_out(uow, cast.agent, number, None, told))
    assert outcome.standing is Standing.KEPT
    assert state_of(database, number) is State.CANCELLED


@pytest.mark.parametrize("meanwhile", ["prepared", "announced", "by the sender"])
def test_what_is_wrong_is_refused_whatever_else_happened_to_the_loan_meanwhile(
    database: Database, cast: Cast, clock: FixedClock, meanwhile: str
) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    does = {
        "prepared": lambda uow: prepare_booking(uow, cast.manager, number),
        "announced": lambda uow: show_event(uow, cast.alice, number, is_public=True),
        "by the sender": lambda uow: tell_check_out(uow, cast.agent, number, {cast.chairs: 39}),
    }
    database.write(does[meanwhile])
    told = Circumstances(seen_at=FRIDAY - HOUR)
    forty_one = {cast.chairs: 41}
    with pytest.raises((InvalidInput, NotAllowedNow)):
        database.write(lambda uow: tell_check_out(uow, cast.agent, number, forty_one, told))
    assert Standing.KEPT not in {each.standing for each in statements_of(database, number)}


def test_a_driver_writes_statements_and_a_stranger_does_not(
    database: Database, cast: Cast, clock: FixedClock, out: int
) -> None:
    outcome = database.write(back(cast, out, Counted(1), cast.agent))
    assert outcome.standing is Standing.COUNTED
    with pytest.raises(Forbidden):
        database.write(back(cast, out, Counted(1), cast.alice))
    for stranger in (cast.bob, cast.other_manager):
        with pytest.raises(NotFound):
            database.write(back(cast, out, Counted(1), stranger))
    nobody = replace(cast.agent, grants=())
    with pytest.raises(NotFound):
        database.write(back(cast, out, Counted(1), nobody))


@pytest.mark.parametrize(
    "values",
    [
        {"delivered": 41},
        {"awaited": 1},
        {"returned": 41},
        {"damaged": -1},
        {"lost": 21, "returned": 20},
        {"requested": 39},
    ],
)
def test_the_database_itself_holds_the_inequality(
    database: Database, cast: Cast, out: int, values: dict[str, int]
) -> None:
    of_chairs = (BookingLine.booking_id == out) & (BookingLine.item_id == cast.chairs)
    with pytest.raises(IntegrityError):
        database.write(
            lambda uow: uow.session.execute(update(BookingLine).where(of_chairs).values(**values))
        )
